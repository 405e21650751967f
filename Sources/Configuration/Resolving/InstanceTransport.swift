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
        guard saysUnicast else { return }
        let peers = peers(contents, instance)
        if !peers.isEmpty {
            instance.transport = .unicast(peers: peers)
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

    private mutating func peers(_ contents: BlockContents, _ instance: Instance) -> [IPAddress] {
        var peers: [IPAddress] = []
        let isOnlyPeer = onlySelf(contents, instance)
        for line in contents.lines("unicast_peer") {
            guard let peer = peer(line, instance, isOnlyPeer: isOnlyPeer) else { continue }
            if peers.contains(peer) {
                report(
                    .warning, "duplicate-peer", at: line.location, "peer \(peer) is listed twice",
                    consequence: "it gets each advert once", fix: "remove the line")
            } else {
                peers.append(peer)
            }
        }
        return peers
    }

    private mutating func peer(_ line: Statement, _ instance: Instance, isOnlyPeer: Bool) -> IPAddress? {
        for word in line.arguments { reportPeerWord(word, line) }
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
        if word.text == "min_ttl" || word.text == "max_ttl" {
            report(
                .error, "not-supported-yet", at: word.location,
                "`\(word.text)` is not supported yet by Understudy",
                consequence: "without it any TTL is accepted from this peer", fix: line.keyword.text)
        } else if IPAddress(word.text) != nil {
            report(
                .error, "two-on-a-line", at: word.location, "`\(word.text)` must stand on a line of its own",
                consequence: "only the first address on the line becomes a peer", fix: word.text)
        } else if Int(word.text) == nil {
            report(
                .error, "unknown-keyword", at: word.location, "`\(word.text)` is not known after a peer's address",
                consequence: "it would be ignored", fix: line.keyword.text)
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
