internal import VRRPCore
internal import VRRPWire

extension Resolver {
    /// Takes in `peer ADDRESS`.
    ///
    /// Source: keepalived: the far end is written without a prefix, or is left out.
    mutating func applyPeer(_ value: Word, to written: inout VirtualAddress) {
        let bare = String(value.text.prefix { $0 != "/" })
        guard let peer = IPAddress(bare) else {
            return report(
                .error, "bad-address", at: value.location, "`\(value.text)` is not an address",
                consequence: "keepalived would set the address without a far end", fix: "peer ADDRESS")
        }
        guard peer.family == written.address.family else {
            return report(
                .error, "mixed-families", at: value.location,
                "\(peer) cannot be the far end of \(written.address): one is IPv4 and the other IPv6",
                consequence: "keepalived would set the address without a far end",
                fix: "an IPv\(written.address.family == .v4 ? 4 : 6) address")
        }
        if bare != value.text {
            report(
                .error, "bad-prefix", at: value.location, "the far end `\(value.text)` is one host: it has no prefix",
                consequence: "keepalived would set the address without a far end", fix: "peer \(peer)")
        }
        written.peer = peer
    }

    /// With a far end an address has no subnet.
    ///
    /// Source: keepalived: "Cannot specify address prefix when specifying peer address", and so for broadcast addresses.
    mutating func settlePeer(of written: inout VirtualAddress, _ line: Statement) {
        guard let peer = written.peer else { return }
        let host = written.address.family.hostPrefixLength
        let (prefix, broadcast) = (written.prefixLength, written.broadcast)
        written.prefixLength = host
        written.broadcast = nil
        if written.address.family == .v6, !line.arguments.contains(where: { $0.text == "preferred_lft" }) {
            written.preferredSeconds = 0
        }
        guard prefix != host || broadcast != nil else { return }
        let what = [prefix != host ? "`/\(prefix)`" : nil, broadcast != nil ? "the broadcast address" : nil]
        report(
            .warning, "bad-prefix", at: line.location,
            "\(what.compactMap(\.self).joined(separator: " and ")) of \(written.address) cannot stand beside `peer`",
            consequence: "the address has no subnet, only its far end; keepalived ignores it too",
            fix: "\(written.address) peer \(peer)")
    }
}
