internal import VRRPCore
internal import VRRPWire

extension Resolver {
    /// What only shows when all instances are known: one VRID or one address claimed by two of them.
    ///
    /// Each is held against the first one that claims the same, so that ten thousand instances take no longer than they must.
    mutating func checkBetweenInstances() {
        let instances = model.instances
        let earlier = Self.earlierClaims(instances)
        var usedIDs: [String: Set<UInt8>] = [:]
        for instance in instances where !earlier.isEmpty {
            usedIDs[instance.interface, default: []].insert(instance.virtualRouterID.rawValue)
        }
        let shared = Self.sharedAddresses(instances)
        var byAddress: [IPAddress: Int] = [:]
        // Where the first one has it on another interface: a link-local address may be on every interface, once.
        var byPlace: [Place: Int] = [:]
        var links: [LinkClaim: String] = [:]
        for (index, instance) in instances.enumerated() {
            checkVirtualMAC(instance, among: &links)
            if let first = earlier[index] {
                reportIdentity(instance, instances[first], used: usedIDs[instance.interface] ?? [])
            }
            if shared.isEmpty { continue }
            let held = (instance.addresses + instance.excludedAddresses).filter { shared.contains($0.address) }
            let others = held.flatMap { [byAddress[$0.address], byPlace[Place($0)]] }.compactMap(\.self)
            for first in Set(others).sorted() { checkShared(instance, instances[first]) }
            for address in held {
                guard let first = byAddress[address.address] else {
                    byAddress[address.address] = index
                    continue
                }
                let place = Place(address)
                if byPlace[place] == nil, !instances[first].holds(place) { byPlace[place] = index }
            }
        }
    }

    /// Of each instance that claims what another one before it claims, the first that does.
    private static func earlierClaims(_ instances: [Instance]) -> [Int: Int] {
        let sorted = instances.indices.sorted {
            let (left, right) = (Claim(instances[$0]), Claim(instances[$1]))
            return left == right ? $0 < $1 : left < right
        }
        var earlier: [Int: Int] = [:]
        for (first, second) in zip(sorted, sorted.dropFirst())
        where Claim(instances[first]) == Claim(instances[second]) {
            earlier[second] = earlier[first] ?? first
        }
        return earlier
    }

    /// The addresses that are written more than once.
    ///
    /// By numbers that are put in order, because a table of all addresses would be the largest thing in memory.
    private static func sharedAddresses(_ instances: [Instance]) -> Set<IPAddress> {
        var lines: [(instance: UInt32, line: UInt32)] = []
        lines.reserveCapacity(instances.count)
        for (index, instance) in instances.enumerated() {
            for line in 0..<instance.addressCount { lines.append((UInt32(index), UInt32(line))) }
        }
        func address(_ place: (instance: UInt32, line: UInt32)) -> IPAddress {
            instances[Int(place.instance)].address(atLine: Int(place.line))
        }
        lines.sort { address($0) < address($1) }
        var shared: Set<IPAddress> = []
        for (first, second) in zip(lines, lines.dropFirst()) {
            let candidate = address(first)
            if candidate == address(second) { shared.insert(candidate) }
        }
        return shared
    }

    /// What tells a virtual router from another on the wire (RFC 9568 section 1.3).
    private struct Claim: Comparable {
        var id: UInt8
        var interface: String
        var isIPv6: Bool

        init(_ instance: Instance) {
            (id, interface, isIPv6) = (
                instance.virtualRouterID.rawValue, instance.interface, instance.family == .v6
            )
        }

        static func < (left: Claim, right: Claim) -> Bool {
            if left.id != right.id { return left.id < right.id }
            if left.isIPv6 != right.isIPv6 { return right.isIPv6 }
            return left.interface < right.interface
        }
    }

    fileprivate struct Place: Hashable {
        var address: IPAddress
        var interface: String

        init(_ held: VirtualAddress) { (address, interface) = (held.address, held.interface) }
    }

    private mutating func reportIdentity(_ instance: Instance, _ earlier: Instance, used: Set<UInt8>) {
        let id = instance.virtualRouterID.rawValue
        let free = (id..<255).first { !used.contains($0) } ?? (1..<id).first { !used.contains($0) } ?? id
        let isApart = instance.isToldApartElsewhere(from: earlier)
        report(
            .error, "duplicate-virtual-router-id", at: instance.location,
            "instances `\(earlier.name)` and `\(instance.name)` both use virtual_router_id \(id) on "
                + instance.interface,
            consequence: isApart
                ? "here an instance is known by this number alone; keepalived knows them by their peers or groups as well"
                : "neither could tell its adverts from the other's; keepalived would exit",
            fix: "virtual_router_id \(free)   # in `\(instance.name)`, on all routers",
            passesKeepalived: isApart
                || [instance, earlier].contains { sharedName(of: "vrrp_instance", $0.name) != nil }
                ? true : nil)
    }

    private mutating func checkShared(_ instance: Instance, _ earlier: Instance) {
        let mine = Array(zip(instance.addresses + instance.excludedAddresses, instance.addressLocations))
        let theirs = earlier.addresses + earlier.excludedAddresses
        for (held, location) in mine {
            guard let other = theirs.first(where: { $0.address == held.address }) else { continue }
            let sameInterface = other.interface == held.interface
            if !sameInterface, held.address.isLinkLocal { continue }
            report(
                sameInterface ? .error : .warning, "address-in-two-instances", at: location,
                "\(held.address) is in instance `\(earlier.name)` too",
                consequence: sameInterface
                    ? "when one of them becomes BACKUP it removes the address from under the other"
                    : "the host may hold it on two interfaces at once",
                fix: "remove the line from one of the two instances")
        }
    }
}

extension Instance {
    /// Whether keepalived 2.2.7 takes both of one number: their adverts do not go to, or come from, the same address.
    fileprivate func isToldApartElsewhere(from other: Instance) -> Bool {
        if (self.transport == .multicast) != (other.transport == .multicast) { return true }
        if self.transport == .multicast { return group != other.group }
        if let source = self.sourceAddress, let theirs = other.sourceAddress, source != theirs { return true }
        return Set(unicastPeers).isDisjoint(with: other.unicastPeers)
    }

    fileprivate var addressCount: Int { addresses.count + self.excludedAddresses.count }
    fileprivate func address(atLine line: Int) -> IPAddress {
        line < addresses.count ? addresses[line].address : self.excludedAddresses[line - addresses.count].address
    }

    fileprivate func holds(_ place: Resolver.Place) -> Bool {
        (addresses + self.excludedAddresses).contains { Resolver.Place($0) == place }
    }
}
