internal import VRRPCore
internal import VRRPWire

// BFD sessions between the two hosts of a pair.

extension Model {
    /// The names of its sessions whose neighbour is the host of `other`, as far as the files say what addresses that has.
    func sessions(with other: Model) -> Set<String> {
        let addresses = Set(other.sessions.compactMap(\.source) + other.instances.compactMap(\.sourceAddress))
        return Set(sessions.filter { addresses.contains($0.neighbour) }.map(\.name))
    }
}

extension PairCheck {
    /// Without weight, the end of one host would be the other's fault.
    mutating func checkMutual(_ instance: Instance, _ mutual: Set<String>) {
        for tracked in instance.trackedSessions
        where mutual.contains(tracked.name) && tracked.weight.isFault && !tracked.weight.reverse {
            report(
                .error, "pair-mutual-session", at: tracked.location,
                "the neighbour of `\(tracked.name)` is the other host of the pair, and its loss is a fault of `\(instance.name)`",
                consequence: "when the other host dies, this one gives up as well: nobody has the address",
                fix:
                    "track a router that both reach; or \(tracked.name) weight 10 reverse   # more, while the other is gone"
            )
        }
    }
}
