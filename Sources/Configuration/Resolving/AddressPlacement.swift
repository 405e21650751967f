internal import VRRPCore
internal import VRRPWire

extension Resolver {
    /// Puts the addresses into the instance: one family, none twice, link-local first, as many as fit.
    mutating func place(_ held: WrittenAddresses, in instance: inout Instance, _ contents: BlockContents) {
        var excluded = held.excluded
        var advertised = withoutOtherFamily(held.advertised, family: instance.family)
        advertised = withoutRepeats(advertised, besides: [])
        excluded = withoutRepeats(excluded, besides: advertised)
        if instance.family == .v6 { advertised = linkLocalFirst(advertised, isStrict: isStrict(contents)) }
        let limit = advertCapacity(instance)
        if advertised.count > limit {
            report(
                .warning, "too-many-addresses", at: advertised[limit].location,
                "an advert holds \(limit) addresses, and here are \(advertised.count)",
                consequence: "from here on they are treated as excluded: held, but not listed in adverts",
                fix: "move the rest into virtual_ipaddress_excluded { } on all routers")
            excluded = Array(advertised[limit...]) + excluded
            advertised = Array(advertised[..<limit])
        }
        instance.hasNoAddresses = contents.has("no_virtual_ipaddress")
        if advertised.isEmpty, !instance.hasNoAddresses {
            reportNoAddresses(instance, contents, hasExcluded: !excluded.isEmpty)
        }
        if instance.hasNoAddresses, !advertised.isEmpty, let setting = contents["no_virtual_ipaddress"] {
            report(
                .warning, "no-effect", at: setting.location,
                "`no_virtual_ipaddress` has no effect beside virtual_ipaddress",
                consequence: "the addresses are held and advertised", fix: "remove the line, or the block")
        }
        instance.addresses = advertised.map(\.address)
        instance.excludedAddresses = excluded.map(\.address)
        instance.addressLocations = (advertised + excluded).map(\.location)
    }

    /// What fits in an Ethernet frame of 1500 octets, and in the eight-bit count.
    private func advertCapacity(_ instance: Instance) -> Int {
        let header = instance.family == .v4 ? 20 + 8 + (instance.version == .v2 ? 8 : 0) : 40 + 8
        return min(255, (1500 - header) / instance.family.addressSize)
    }

    private mutating func withoutOtherFamily(
        _ addresses: [WrittenAddress], family: AddressFamily
    ) -> [WrittenAddress] {
        for written in addresses where written.address.address.family != family {
            let address = written.address.address
            report(
                .error, "mixed-families", at: written.location,
                "\(address) is \(address.family.title) among \(family.title) addresses",
                consequence: "an advert lists one family, so keepalived would leave this address out",
                fix: "move it into virtual_ipaddress_excluded { }, or into a vrrp_instance of its own")
        }
        return addresses.filter { $0.address.address.family == family }
    }

    private mutating func withoutRepeats(
        _ addresses: [WrittenAddress], besides others: [WrittenAddress]
    ) -> [WrittenAddress] {
        guard addresses.count + others.count > 1 else { return addresses }
        var lines: [AddressPlace: Int] = [:]
        for written in others { lines[AddressPlace(written.address)] = written.location.line }
        return addresses.filter { written in
            guard let line = lines[AddressPlace(written.address)] else {
                lines[AddressPlace(written.address)] = written.location.line
                return true
            }
            report(
                .warning, "duplicate-address", at: written.location,
                "\(written.address.address) is given a second time; the first is on line \(line)",
                consequence: "it is held once, as the first line says", fix: "remove the line")
            return false
        }
    }

    /// - Parameter isStrict: then keepalived says so as well.
    private mutating func linkLocalFirst(_ addresses: [WrittenAddress], isStrict: Bool) -> [WrittenAddress] {
        guard let first = addresses.first, !first.address.address.isLinkLocal else { return addresses }
        guard let index = addresses.firstIndex(where: { $0.address.address.isLinkLocal }) else {
            report(
                .warning, "no-link-local-address", at: first.location,
                "the first IPv6 address should be link-local (fe80::...), and there is none",
                consequence:
                    "RFC 9568 section 5.2.9 asks for it (erratum 8300): Understudy believes the adverts all the same, but "
                    + "routers of other makers may refuse them",
                fix: "fe80::1:51/64   # as the first line, the same on all routers",
                passesKeepalived: isStrict ? false : nil)
            return addresses
        }
        report(
            .warning, "link-local-not-first", at: addresses[index].location,
            "\(addresses[index].address.address) is link-local and should be the first address",
            consequence:
                "it is listed first in adverts all the same, as RFC 9568 section 5.2.9 asks",
            fix: "move the line to the top of the block",
            passesKeepalived: isStrict ? false : nil)
        var sorted = addresses
        sorted.insert(sorted.remove(at: index), at: 0)
        return sorted
    }

    private mutating func reportNoAddresses(_ instance: Instance, _ contents: BlockContents, hasExcluded: Bool) {
        let setting = contents["virtual_ipaddress"]
        let location = setting?.location ?? instance.location
        // Written but wrong, or misspelt: that has been said already.
        if let setting, !(setting.statement.children ?? []).isEmpty { return }
        if setting == nil, contents.wasAttempted("virtual_ipaddress") { return }
        if instance.version == .v3 {
            report(
                .error, "no-addresses", at: location,
                "instance `\(instance.name)` has no address in virtual_ipaddress, and VRRPv3 needs one",
                consequence: "keepalived would exit", fix: "virtual_ipaddress { ADDRESS/PREFIX }")
        } else if !hasExcluded {
            if setting == nil, contents.wasAttempted("virtual_ipaddress_excluded") { return }
            // Where a command moves something else, as in a cloud, that is meant.
            let commands = instance.notifications.commands
            let isMeant = commands[.master] != nil || commands[.everyChange] != nil
            report(
                isMeant ? .note : .warning, "no-addresses", at: location,
                "instance `\(instance.name)` has no virtual addresses",
                consequence: "it elects a MASTER, but no address moves" + (isMeant ? "; its commands are told" : ""),
                fix: "virtual_ipaddress { ADDRESS/PREFIX }")
        } else if portable {
            report(
                .note, "no-addresses", at: location,
                "instance `\(instance.name)` has excluded addresses only",
                consequence: "they move all the same; keepalived complains that there is no other",
                fix: "one of them in virtual_ipaddress")
        }
    }
}

/// An address on an interface, which is there once however often it is written.
struct AddressPlace: Hashable {
    private let address: IPAddress
    private let interface: String

    init(_ written: VirtualAddress) {
        address = written.address
        interface = written.interface
    }
}
