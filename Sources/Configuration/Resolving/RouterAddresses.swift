internal import VRRPCore
internal import VRRPWire

extension Resolver {
    /// The addresses of the two routers are not those that move between them.
    mutating func checkRouterAddresses(_ instance: Instance, _ contents: BlockContents) {
        let peers = instance.unicastPeers
        if peers.isEmpty { return }
        let held = Set((instance.addresses + instance.excludedAddresses).map(\.address))
        for line in contents.lines("unicast_peer") {
            guard let peer = IPAddress(String(line.keyword.text.prefix { $0 != "/" })), held.contains(peer),
                peers.contains(peer)
            else { continue }
            report(
                .error, "virtual-router-address", at: line.location,
                "peer \(peer) is a virtual address of `\(instance.name)`, not the address of the other router",
                consequence: "the MASTER has it, and would send to itself: both routers would become MASTER",
                fix: "ADDRESS   # the other router's own")
        }
        // An owner has its virtual addresses in every state.
        guard let source = instance.sourceAddress, held.contains(source), instance.priority != .owner else { return }
        report(
            .error, "virtual-router-address", at: instance.sourceLocation ?? instance.location,
            "the source address \(source) is a virtual address of `\(instance.name)`",
            consequence: "no router has it before it is MASTER, and without it none becomes MASTER",
            fix: "unicast_src_ip ADDRESS   # this router's own")
    }
}
