internal import VRRPCore
internal import VRRPWire

extension PairCheck {
    /// Says for each thing that the leading host watches whether its failure alone moves the address.
    mutating func simulateFailures(_ a: Instance, _ b: Instance) {
        guard a.priority != .owner, b.priority != .owner else { return }
        let (first, second) = (a.effectivePriority(failed: nil), b.effectivePriority(failed: nil))
        // With equal priorities the higher address leads, which the files do not say.
        guard first != second else { return }
        let aLeads = first > second
        let leader = aLeads ? a : b
        let follower = aLeads ? b : a
        for tracked in leader.trackers {
            predict(
                tracked, leader: leader, follower: follower, leaderFile: aLeads ? fileA : fileB,
                other: max(1, min(first, second)))
        }
    }

    private mutating func predict(
        _ tracked: Tracked, leader: Instance, follower: Instance, leaderFile: String, other: Int
    ) {
        if tracked.weight.isFault {
            report(
                .note, "pair-failure", at: tracked.location,
                "`\(tracked.name)` fails where `\(leader.name)` is MASTER -> fault: the address moves")
            return
        }
        let well = leader.effectivePriority(failed: nil)
        let failed = leader.effectivePriority(failed: tracked)
        let arithmetic =
            "`\(tracked.name)` fails where `\(leader.name)` is MASTER -> priority \(well) becomes \(failed) "
            + "against \(other)"
        if failed < other, follower.preempts {
            report(.note, "pair-failure", at: tracked.location, arithmetic + ": the address moves")
            return
        }
        if failed < other {
            report(
                .warning, "pair-never-moves", at: tracked.location,
                arithmetic + ", but the other host has `nopreempt`: the address never moves",
                consequence: "this check cannot do anything for the clients",
                fix: "\(tracked.name) weight 0   # its failure is then a fault, and the MASTER gives up")
            return
        }
        report(
            .warning, "pair-never-moves", at: tracked.location, arithmetic + ": the address never moves",
            consequence: failed == other
                ? "equal priorities do not take over" : "this check cannot do anything for the clients",
            fix: sufficientWeight(tracked, follower: follower, well: well, failed: failed, other: other)
                ?? "\(tracked.name) weight 0   # its failure is then a fault, and the MASTER gives up")
    }

    /// The least weight with which the failure would move the address; nil when none would.
    private func sufficientWeight(
        _ tracked: Tracked, follower: Instance, well: Int, failed: Int, other: Int
    ) -> String? {
        guard !tracked.weight.reverse else { return nil }
        let weight: Int
        if tracked.weight.value < 0 {
            weight = -(well - other + 1)
        } else if let same = follower.trackers.first(where: { $0.name == tracked.name }), !same.weight.reverse,
            same.weight.value > 0
        {
            // The weight counts for the other host as long as its own check is well.
            weight = failed - (other - same.weight.value) + 1
        } else {
            weight = -(failed - other + 1)
        }
        return abs(weight) <= 253
            ? "weight \(weight)   # in both files; or less distance between the two priorities" : nil
    }
}

extension Instance {
    /// The priority with everything well, but for `failed`: the sum, kept between 1 and 254 (keepalived: effective
    /// priority).
    func effectivePriority(failed: Tracked?) -> Int {
        if priority == .owner { return 255 }
        let total = trackers.reduce(Int(priority.rawValue)) { sum, tracked in
            sum + (tracked == failed ? tracked.weight.contributions.failed : tracked.weight.contributions.ok)
        }
        return min(254, max(1, total))
    }
}
