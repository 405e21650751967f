internal import Configuration
package import VRRPWire

/// Why an answer will not do: one sentence.
package struct Objection: Error, Equatable, CustomStringConvertible {
    package var description: String
    init(_ description: String) { self.description = description }
}

/// What each answer has to be, whether it was typed or given as a flag.
package struct PairAnswers: Sendable {
    package let surroundings: PairSurroundings

    package init(_ surroundings: PairSurroundings) { self.surroundings = surroundings }

    package func interface(_ text: String) throws(Objection) -> PairSurroundings.Interface {
        if let known = surroundings.interfaces.first(where: { $0.name == text }) { return known }
        throw Objection("this host has no Ethernet interface \(shown(text)); it has \(interfaceNames)")
    }

    private var interfaceNames: String {
        surroundings.interfaces.isEmpty ? "none" : enumeration(surroundings.interfaces.map(\.name))
    }

    /// An interface of the other host, of which nothing is known.
    package func peerInterface(_ text: String) throws(Objection) -> String {
        guard (1...15).contains(text.utf8.count), text.utf8.allSatisfy({ (33...126).contains($0) && $0 != 47 }),
            !text.contains(where: { "{}#!\"'$@~".contains($0) })
        else { throw Objection("\(shown(text)) is no name of an interface") }
        return text
    }

    /// Virtual addresses, separated by spaces or commas.
    package func addresses(
        _ text: String, on interface: PairSurroundings.Interface
    ) throws(Objection) -> [PairSettings.Address] {
        let words = text.split { $0 == " " || $0 == "," || $0 == "\t" }
        guard !words.isEmpty else { throw Objection("name at least one address, such as 192.0.2.10") }
        var result: [PairSettings.Address] = []
        for word in words {
            let address = try self.address(String(word), on: interface)
            if result.contains(where: { $0.address == address.address }) {
                throw Objection("\(address.address) is there twice")
            }
            result.append(address)
        }
        return result
    }

    private func address(
        _ text: String, on interface: PairSurroundings.Interface
    ) throws(Objection) -> PairSettings.Address {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(String(parts[0])) else {
            throw Objection("\(shown(text)) is no IP address, such as 192.0.2.10 or 192.0.2.10/24")
        }
        try requireUsable(address)
        if let owner = surroundings.interfaces.first(where: { $0.addresses.contains { $0.address == address } }) {
            throw Objection("\(address) is this host's own address on \(owner.name); a virtual one belongs to no host")
        }
        let subnets = interface.addresses.filter { $0.address.family == address.family }
        let fitting = subnets.first { address.shares(prefixOf: $0.address, length: $0.prefixLength) }
        if fitting == nil, !PairSettings.Address(address, 64).isLinkLocal {
            let all = subnets.filter { !$0.isLinkLocal }.map(\.subnet)
            throw Objection(
                all.isEmpty
                    ? "\(interface.name) has no \(address.family.inWords) address, so \(address) is in none of its subnets"
                    : "\(address) is in no subnet of \(interface.name) (\(enumeration(all))), so neighbours would not look for it there"
            )
        }
        if let fitting, fitting.isReserved(for: address) {
            throw Objection("\(address) is the subnet's own or broadcast address in \(fitting.subnet)")
        }
        guard parts.count == 2 else {
            return PairSettings.Address(address, fitting?.prefixLength ?? address.family.hostPrefixLength)
        }
        guard let length = UInt8(parts[1]), (1...address.family.hostPrefixLength).contains(length) else {
            throw Objection("\(shown(text)) has no prefix length from 1 to \(address.family.hostPrefixLength)")
        }
        return PairSettings.Address(address, length)
    }

    private func requireUsable(_ address: IPAddress) throws(Objection) {
        let isUnusable =
            switch address {
            case .v4(let v4):
                v4.isMulticast || v4.isLoopback || v4.bigEndianValue >> 24 == 0 || v4.bigEndianValue >> 28 == 15
            case .v6(let v6): v6.isMulticast || v6.isLoopback || v6 == .any
            }
        if isUnusable { throw Objection("\(address) cannot be the address of a host") }
    }

    /// The other host's own address.
    package func peer(
        _ text: String, of settings: PairSettings, on interface: PairSurroundings.Interface
    ) throws(Objection) -> IPAddress {
        guard let peer = IPAddress(text) else { throw Objection("\(shown(text)) is no IP address") }
        try requireUsable(peer)
        if surroundings.interfaces.contains(where: { $0.addresses.contains { $0.address == peer } }) {
            throw Objection("\(peer) is this host's own address; what is wanted is the other host's")
        }
        if settings.addresses.contains(where: { $0.address == peer }) {
            throw Objection("\(peer) is to be the virtual address; what is wanted is the other host's own")
        }
        return peer
    }

    /// This host's address from which unicast adverts go to `peer`.
    package func ownAddress(
        for peer: IPAddress, on interface: PairSurroundings.Interface
    ) throws(Objection) -> IPAddress {
        let candidates = interface.addresses.filter { $0.address.family == peer.family }
        let near = candidates.first { peer.shares(prefixOf: $0.address, length: $0.prefixLength) }
        guard let own = near ?? candidates.first(where: { !$0.isLinkLocal }) else {
            throw Objection("\(interface.name) has no \(peer.family.inWords) address to send to \(peer) from")
        }
        return own.address
    }

    package func virtualRouterID(_ text: String) throws(Objection) -> UInt8 {
        guard let id = UInt8(text), id > 0 else { throw Objection("\(shown(text)) is no number from 1 to 255") }
        return id
    }

    package func priority(_ text: String) throws(Objection) -> UInt8 {
        guard let priority = UInt8(text), (1...PairSettings.highestPriority).contains(priority) else {
            throw Objection("\(shown(text)) is no number from 1 to \(PairSettings.highestPriority)")
        }
        return priority
    }

    /// `haproxy`, `nginx` or `none`.
    package func check(_ text: String) throws(Objection) -> PairSettings.Check {
        switch text {
        case "none": .none
        // HAProxy Enterprise calls its process otherwise.
        case "haproxy" where surroundings.balancers.contains("hapee-lb") && !surroundings.balancers.contains("haproxy"):
            .process("hapee-lb")
        case "haproxy", "hapee-lb", "nginx": .process(text)
        default: throw Objection("\(shown(text)) is neither haproxy nor nginx nor none")
        }
    }

    package func name(_ text: String) throws(Objection) -> String {
        guard (1...32).contains(text.utf8.count),
            text.utf8.allSatisfy({
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 95 || $0 == 45
                    || $0 == 46
            })
        else { throw Objection("\(shown(text)) is no name: up to 32 letters, digits, '_', '-' and '.'") }
        return text
    }

    /// VRRPv2's, of which eight octets are sent.
    package func password(_ text: String, of settings: PairSettings) throws(Objection) -> String {
        if settings.family == .v6 { throw Objection("VRRP for IPv6 has no password") }
        guard (1...8).contains(text.utf8.count), text.utf8.allSatisfy({ (33...126).contains($0) }),
            !text.contains(where: { "{}#!\"'$@~\\".contains($0) })
        else {
            throw Objection("the password has to be 1 to 8 letters, digits and other signs without {}#!\"'$@~\\")
        }
        return text
    }

    /// Somebody else's packets must not meddle with ours.
    package func requireFree(
        _ id: UInt8, of settings: PairSettings, among heard: [PairSurroundings.Heard]
    ) throws(Objection) {
        let ours = Set(settings.addresses.map(\.address))
        // The other host of the pair may run already; it is known by its address, or by what it advertises.
        let others = heard.filter {
            $0.virtualRouterID == id && $0.source != settings.peer && !$0.addresses.isEmpty
                && ours.isDisjoint(with: $0.addresses)
        }
        guard let other = others.first else { return }
        throw Objection(
            "VRID \(id) is in use on \(settings.interface): \(other.source) advertises "
                + "\(enumeration(other.addresses.prefix(3).map { String(describing: $0) })) with it; \(Self.freeID(among: heard)) is free"
        )
    }

    /// 51 as in the guide, or the next that nobody was heard with.
    package static func freeID(among heard: [PairSurroundings.Heard]) -> UInt8 {
        let used = Set(heard.map(\.virtualRouterID))
        let candidates = Array(51...255) + Array(1...50)
        return candidates.map { UInt8($0) }.first { !used.contains($0) } ?? 51
    }

    /// What was typed, fit for a sentence.
    private func shown(_ text: String) -> String {
        let printable = text.unicodeScalars.map { $0.isASCII && $0.value >= 32 && $0.value < 127 ? Character($0) : "?" }
        return "'" + String(printable.prefix(40)) + "'"
    }
}
