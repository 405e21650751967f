internal import VRRPWire

extension Resolver {
    /// A multicast group; one that cannot be one is reported.
    mutating func group(_ word: Word, of statement: Statement) -> IPAddress? {
        guard let address = IPAddress(word.text) else {
            // keepalived cuts off what follows the address, whatever it is.
            let bare = IPAddress(String(word.text.prefix { $0 != "/" && $0 != "-" }))
            reportBadValue(
                word, of: statement, expected: "an IPv4 or IPv6 multicast group",
                passesKeepalived: bare?.isMulticast == true ? true : nil)
            return nil
        }
        let fix = "\(statement.keyword.text) \(IPAddress.vrrpGroup(address.family))"
        guard address.isMulticast else {
            report(
                .error, "bad-group", at: word.location, "`\(word.text)` is no multicast group",
                consequence: "keepalived would go on with \(IPAddress.vrrpGroup(address.family))",
                fix: "\(fix)   # or unicast_peer { \(word.text) }, to send to this host alone")
            return nil
        }
        if case .v6(let group) = address, !group.isLinkLocalGroup {
            report(
                .error, "bad-group", at: word.location,
                "`\(word.text)` is no group of link-local scope (ff02:: and the like)",
                consequence: "routers would carry the adverts into other networks", fix: fix)
            return nil
        }
        return address
    }

    /// What a block says of the group of one family; nil when it says nothing.
    mutating func group(_ contents: BlockContents, _ name: String, _ family: AddressFamily) -> IPAddress? {
        guard let group = contents.address(name), let setting = contents[name] else { return nil }
        guard group.family == family else {
            report(
                .error, "family-mismatch", at: setting.valueLocation,
                "`\(name)` \(group) is \(group.family.title), but these adverts are \(family.title)",
                consequence: "keepalived would go on with \(IPAddress.vrrpGroup(family))",
                fix: "\(name) \(IPAddress.vrrpGroup(family))   # or another \(family.title) group")
            return nil
        }
        if case .v4(let address) = group, !address.isLinkLocalGroup {
            report(
                .warning, "group-not-link-local", at: setting.valueLocation,
                "`\(group)` is not one of the groups that every switch lets through (224.0.0.0 to 224.0.0.255)",
                consequence:
                    "a switch that snoops IGMP forgets it some minutes after the last querier, and then both routers become "
                    + "MASTER; multicast routers may carry the adverts into other networks",
                fix: "\(name) 224.0.0.18")
        }
        return group
    }

    mutating func reportGroupWithUnicast(_ contents: BlockContents) {
        guard let setting = contents["mcast_dst_ip"] else { return }
        report(
            .warning, "group-with-unicast", at: setting.location, "`mcast_dst_ip` is of no use with unicast peers",
            consequence: "adverts go to the peers only", fix: "remove the line")
    }
}

extension IPv4Address {
    /// 224.0.0.0/24, which is never forwarded (RFC 5771 section 4).
    fileprivate var isLinkLocalGroup: Bool { bigEndianValue >> 8 == 0xE00000 }
}

extension IPv6Address {
    /// Scope 2 (RFC 4291 section 2.7).
    fileprivate var isLinkLocalGroup: Bool { high >> 56 == 0xFF && high >> 48 & 0xF == 2 }
}
