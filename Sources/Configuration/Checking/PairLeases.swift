internal import VRRPCore
internal import VRRPWire

/// Addresses that the kernel does not take off when a host's whole daemon is killed (`lease off`), by side.
struct LastingAddresses {
    fileprivate struct Side {
        var instances: [Instance] = []
        /// How long it takes at most until the other host has them as well; zero where this one is not MASTER first.
        var within = Interval.zero
    }

    fileprivate var sides: [PairSide: Side] = [:]

    mutating func take(_ unit: ProofUnit, _ proof: Proof) {
        for side in PairSide.allCases {
            let instances = unit.members.indices.map { unit.instance($0, side) }
            // An owner's addresses are the host's own, and stay in any case.
            let lasting = instances.filter { $0.lease == .off && $0.priority != .owner }
            if lasting.isEmpty { continue }
            sides[side, default: Side()].instances += lasting
            let scene = proof.scenes.first { $0.master == side }
            guard let killed = scene?.failures.first(where: { $0.thing == .daemon(side) })?.outcome,
                killed.owner == .both || killed.owner == .split
            else { continue }
            let within = max(sides[side]?.within ?? .zero, killed.within)
            sides[side]?.within = within
        }
    }
}

extension PairCheck {
    /// Once for each file, whatever the number of instances.
    mutating func report(_ lasting: LastingAddresses) {
        for side in PairSide.allCases {
            guard let found = lasting.sides[side], let first = found.instances.first else { continue }
            let (file, other) = side == .first ? (fileA, fileB) : (fileB, fileA)
            let others = found.instances.count - 1
            let who = others > 0 ? "`\(first.name)` and \(others) more have" : "`\(first.name)` has"
            let when = found.within > .zero ? "after at most \(found.within.roundedUp)" : "as soon as it becomes MASTER"
            report(
                .warning, "pair-lease-off", at: first.leaseLocation ?? first.location,
                "\(who) `lease off` in \(file)",
                consequence:
                    "when all of the daemon is killed there while it is MASTER, its addresses stay on the host: the host of \(other) "
                    + "has them too, \(when), and both answer until the daemon runs again or somebody removes them",
                fix:
                    "remove `lease off`   # the kernel then takes them off \(first.leastLease ?? 0) s after the last advert"
            )
        }
    }
}
