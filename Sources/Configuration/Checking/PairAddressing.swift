internal import VRRPCore
internal import VRRPWire

extension PairCheck {
    /// That each host lists the other cannot be where both list the same one, and no other.
    ///
    /// Without `unicast_src_ip` a file does not say what its host's address is; the other file's peers have to.
    mutating func requireTwoHosts(_ a: Instance, _ b: Instance, _ peersOfA: [IPAddress], _ peersOfB: [IPAddress]) {
        guard a.sourceAddress == nil, b.sourceAddress == nil, let peer = peersOfA.first, peersOfA.count == 1,
            peersOfA == peersOfB,
            // Which is wrong in each of them, and has been said.
            !a.placedAddresses.contains(where: { $0.0.address == peer })
        else { return }
        report(
            .error, "pair-peers", at: b.location,
            "`\(a.name)` has \(peer) as its only peer in both files, and it cannot be on the other host for both",
            consequence: "the host that has it sends to itself, and the other hears nothing: both become MASTER",
            fix: "unicast_peer { ADDRESS }   # in the file of the host that has \(peer): the other host's address")
    }

    /// The same address with another prefix brings another route with it.
    mutating func comparePrefixes(_ a: Instance, _ b: Instance) {
        let known = Dictionary(
            (a.addresses + a.excludedAddresses).map { ($0.address, $0.prefixLength) },
            uniquingKeysWith: { first, _ in first })
        var different: [(held: VirtualAddress, prefix: UInt8, location: SourceLocation)] = []
        for (held, location) in b.placedAddresses {
            guard let prefix = known[held.address], prefix != held.prefixLength else { continue }
            different.append((held, prefix, location))
        }
        guard let first = different.first else { return }
        let more = different.count > 1 ? ", and \(different.count - 1) more addresses differ" : ""
        report(
            .warning, "pair-prefix", at: first.location,
            "\(first.held.address) of `\(a.name)` is a /\(first.prefix) in \(fileA) and a /\(first.held.prefixLength) "
                + "in \(fileB)\(more)",
            consequence: "whether the address brings the route to its subnet with it depends on which host is MASTER",
            fix: "\(first.held.address)/\(first.prefix)   # in both files")
    }
}
