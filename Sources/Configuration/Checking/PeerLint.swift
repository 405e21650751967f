internal import VRRPCore
internal import VRRPWire

extension Linter {
    /// Peers that are this host itself, or nobody.
    mutating func checkPeers(_ instance: Instance, _ facts: HostFacts) {
        let peers = instance.unicastPeers
        if peers.isEmpty { return }
        let here = Set(facts.interfaces.flatMap(\.addresses).map(\.address))
        // A file that sends from another host's address is that host's, and may well have this one as a peer.
        if instance.sourceAddress.map(here.contains) ?? true {
            for peer in peers where here.contains(peer) {
                reportThisHost(peer, instance, isOnly: peers.allSatisfy(here.contains))
            }
        }
        for peer in peers {
            guard let subnet = facts.interface(instance.interface)?.subnet(whoseEndIs: peer) else { continue }
            report(
                missing, "broadcast-peer", at: instance.location,
                "peer \(peer) of `\(instance.name)` is no host: it is the first or last address of \(subnet) on "
                    + "`\(instance.interface)`",
                consequence: "nothing can be sent to it, so both routers would become MASTER",
                fix: "unicast_peer { ADDRESS }   # the other router's address")
        }
    }

    private mutating func reportThisHost(_ peer: IPAddress, _ instance: Instance, isOnly: Bool) {
        report(
            isOnly ? missing : .warning, "own-address-among-peers", at: instance.location,
            "peer \(peer) of `\(instance.name)` is this host's own address",
            consequence: isOnly
                ? "on this host there is no peer to send to, so both routers would become MASTER"
                : "adverts to oneself are of no use",
            fix: isOnly
                ? "unicast_peer { ADDRESS }   # the other router's address"
                : "remove \(peer) from unicast_peer on this host")
    }
}

extension HostFacts.Interface {
    /// The subnet of which an IPv4 address is the network's own, or the broadcast address.
    fileprivate func subnet(whoseEndIs address: IPAddress) -> String? {
        guard case .v4(let peer) = address else { return nil }
        let found = addresses.first { assigned in
            guard assigned.prefixLength < 31, address.shares(prefixOf: assigned.address, length: assigned.prefixLength)
            else { return false }
            let hosts = UInt32.max >> UInt32(assigned.prefixLength)
            return peer.bigEndianValue & hosts == hosts || peer.bigEndianValue & hosts == 0
        }
        return found.map { "\($0.address.network(length: $0.prefixLength))/\($0.prefixLength)" }
    }
}
