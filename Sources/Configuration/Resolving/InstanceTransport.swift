internal import VRRPCore
internal import VRRPWire

extension Resolver {
    /// Source address and peers: multicast unless there is a `unicast_peer` block.
    mutating func resolveTransport(_ instance: inout Instance, _ contents: BlockContents) {
        instance.sourceAddress = sourceAddress(contents, family: instance.family)
        if instance.sourceAddress != nil {
            instance.sourceLocation = (contents["unicast_src_ip"] ?? contents["mcast_src_ip"])?.valueLocation
        }
        let saysUnicast = contents.has("unicast_peer") || contents.has("unicast_src_ip")
        guard saysUnicast else {
            let group = group(contents, "mcast_dst_ip", instance.family) ?? defaults.groups[instance.family]
            instance.multicastGroup = group == .vrrpGroup(instance.family) ? nil : group
            return reportHopLimitWithoutPeers(contents)
        }
        reportGroupWithUnicast(contents)
        let peers = peers(contents, &instance)
        if !peers.isEmpty {
            instance.transport = .unicast(peers: peers)
            instance.unicastHopLimit = contents.integer("unicast_ttl").map { UInt8(clamping: $0) }
            return
        }
        // Without peers it is neither unicast nor multicast, so nothing more is said of its source.
        instance.sourceAddress = nil
        // Peers that were written but are wrong have been reported one by one.
        if !contents.lines("unicast_peer").isEmpty { return }
        if contents.wasAttempted("unicast_peer"), !contents.has("unicast_peer") { return }
        let setting = contents["unicast_src_ip"] ?? contents["unicast_peer"]
        report(
            .error, "unicast-without-peers", at: setting?.location ?? instance.location,
            "unicast is asked for, but there is no peer to send to",
            consequence:
                "keepalived would fall back to multicast, which the network perhaps does not carry: both routers "
                + "would become MASTER",
            fix: "unicast_peer { ADDRESS }   # the other router's address, on a line of its own")
    }

    private mutating func reportHopLimitWithoutPeers(_ contents: BlockContents) {
        guard let setting = contents["unicast_ttl"] else { return }
        report(
            .warning, "unicast-ttl-without-peers", at: setting.location,
            "`unicast_ttl` is of no use without a `unicast_peer` block",
            consequence: "multicast adverts always have TTL 255, as the others demand", fix: "remove the line",
            passesKeepalived: false)
    }

    /// What happens anyway cannot be switched off.
    mutating func reportExtraAdvert(_ contents: BlockContents, _ name: String) {
        guard contents.boolean(name) == false, let setting = contents[name] else { return }
        report(
            .note, "no-effect", at: setting.location, "`\(name) off` has no effect",
            consequence: "one more advert is always sent before yielding, so that the winner announces its addresses",
            fix: "remove the line")
    }

    mutating func reportNativeIPv6(_ contents: BlockContents, _ family: AddressFamily) {
        guard family == .v4, let setting = contents["native_ipv6"] else { return }
        report(
            .error, "family-mismatch", at: setting.location,
            "`native_ipv6` says that the instance is IPv6, but its addresses are IPv4",
            consequence: "keepalived would drop the addresses", fix: "remove the line")
    }

    private func onlySelf(_ contents: BlockContents, _ instance: Instance) -> Bool {
        guard let own = instance.sourceAddress else { return false }
        return contents.lines("unicast_peer").allSatisfy { IPAddress($0.keyword.text) == own }
    }

    private mutating func sourceAddress(_ contents: BlockContents, family: AddressFamily) -> IPAddress? {
        var source: IPAddress?
        for name in ["mcast_src_ip", "unicast_src_ip"] {
            guard let address = contents.address(name), let setting = contents[name] else { continue }
            if address.family != family {
                reportFamily(address, of: name, instance: family, at: setting.valueLocation)
                continue
            }
            source = address
        }
        if source != nil, let setting = contents["mcast_src_ip"], contents.has("unicast_peer") {
            report(
                .note, "multicast-source-with-unicast", at: setting.location,
                "`mcast_src_ip` is used as the source of unicast adverts, because there is a `unicast_peer` block",
                fix: "unicast_src_ip \(setting.statement.arguments[0].text)")
        }
        return source
    }

    private mutating func reportFamily(
        _ address: IPAddress, of what: String, instance family: AddressFamily, at location: SourceLocation
    ) {
        report(
            .error, "family-mismatch", at: location,
            "`\(what)` \(address) is \(address.family.title), but the instance's addresses are \(family.title)",
            consequence: "keepalived would ignore it and use another address",
            fix: "an \(family.title) address of the same router")
    }

    private mutating func peers(_ contents: BlockContents, _ instance: inout Instance) -> [IPAddress] {
        var peers: [IPAddress] = []
        var known: Set<IPAddress> = []
        let isOnlyPeer = onlySelf(contents, instance)
        for line in contents.lines("unicast_peer") {
            let hopLimits = peerHopLimits(line)
            guard let peer = peer(line, instance, isOnlyPeer: isOnlyPeer) else { continue }
            if !known.insert(peer).inserted {
                report(
                    .warning, "duplicate-peer", at: line.location, "peer \(peer) is listed twice",
                    consequence: "it gets each advert once", fix: "remove the line")
            } else {
                peers.append(peer)
                instance.peerHopLimits[peer] = hopLimits
            }
        }
        return peers
    }

    private mutating func peer(_ line: Statement, _ instance: Instance, isOnlyPeer: Bool) -> IPAddress? {
        guard let peer = address(line.keyword, of: valueLine(line, of: "unicast_peer")) else { return nil }
        if peer.family != instance.family {
            reportFamily(peer, of: "unicast_peer", instance: instance.family, at: line.location)
            return nil
        }
        if peer == instance.sourceAddress {
            reportOwn(peer, at: line.location, isOnly: isOnlyPeer)
            return nil
        }
        return peer
    }

    /// `min_ttl N` and `max_ttl N` after a peer's address; nil when neither is there.
    private mutating func peerHopLimits(_ line: Statement) -> ClosedRange<UInt8>? {
        var (least, most): (UInt8?, UInt8?)
        var words = line.arguments[...]
        while let word = words.popFirst() {
            guard word.text == "min_ttl" || word.text == "max_ttl" else {
                reportPeerWord(word, line)
                continue
            }
            guard let value = words.popFirst(), let number = UInt8(value.text) else {
                report(
                    .error, "bad-value", at: word.location, "`\(word.text)` needs a number from 0 to 255 after it",
                    consequence: "it would not be known which of this peer's adverts to believe",
                    fix: "\(line.keyword.text) \(word.text) 254")
                return nil
            }
            if word.text == "min_ttl" { least = number } else { most = number }
        }
        guard least != nil || most != nil else { return nil }
        let (lower, upper) = (least ?? 0, most ?? 255)
        if lower > upper {
            report(
                .error, "bad-value", at: line.location, "`min_ttl \(lower)` is more than `max_ttl \(upper)`",
                consequence: "no advert of this peer would be believed: both routers would become MASTER",
                fix: "\(line.keyword.text) min_ttl \(upper) max_ttl \(lower)")
            return nil
        }
        return lower...upper
    }

    private mutating func reportOwn(_ peer: IPAddress, at location: SourceLocation, isOnly: Bool) {
        report(
            isOnly ? .error : .warning, "own-address-among-peers", at: location,
            "\(peer) is this router's own address (unicast_src_ip), not a peer",
            consequence: isOnly
                ? "there is no peer to send to, so both routers would become MASTER"
                : "adverts to oneself are of no use; it is left out",
            fix: isOnly ? "ADDRESS   # the other router's" : "remove the line")
    }

    private mutating func reportPeerWord(_ word: Word, _ line: Statement) {
        if IPAddress(word.text) != nil {
            report(
                .error, "two-on-a-line", at: word.location, "`\(word.text)` must stand on a line of its own",
                consequence: "only the first address on the line becomes a peer", fix: word.text)
        } else {
            report(
                .error, "unknown-keyword", at: word.location, "`\(word.text)` is not known after a peer's address",
                consequence: "it would be ignored", fix: "\(line.keyword.text) min_ttl 254   # or max_ttl, or neither")
        }
    }

    /// A line of the value block `name` as a statement without arguments: messages name the block, fixes leave it out.
    func valueLine(_ line: Statement, of name: String) -> Statement {
        Statement(keyword: Word(name, at: line.location), arguments: [], rawLine: line.rawLine)
    }
}

extension AddressFamily {
    /// "IPv4" or "IPv6".
    var title: String { self == .v4 ? "IPv4" : "IPv6" }
}
