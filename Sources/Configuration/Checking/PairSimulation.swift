internal import VRRPCore
internal import VRRPWire

extension PairCheck {
    /// Says for each thing that the leading host watches whether its failure alone moves the address.
    ///
    /// Of a sync group, whether it moves every member: where one stays, all do.
    mutating func simulateFailures(_ a: Instance, _ b: Instance, among partners: Partners = Partners()) {
        guard a.priority != .owner, b.priority != .owner else { return }
        let (first, second) = (a.effectivePriority(failed: nil), b.effectivePriority(failed: nil))
        // With equal priorities the higher address leads, which the files do not say.
        guard first != second else { return }
        let aLeads = first > second
        let leader = aLeads ? a : b
        let follower = aLeads ? b : a
        predictOwnLink(leader)
        let companions = partners.companions(of: a).map { aLeads ? $0 : (a: $0.b, b: $0.a) }
        let mutual = aLeads ? partners.mutual.a : partners.mutual.b
        // With the other host goes the one that would take over.
        let meaningful = leader.trackers.filter { tracked in
            !(mutual.contains(tracked.name) && leader.trackedSessions.contains(tracked))
        }
        for tracked in meaningful {
            if let group = leader.syncGroup, follower.syncGroup != nil {
                let isSettled = predictGroup(tracked, group, leader: leader, companions)
                if isSettled { continue }
            }
            predict(
                tracked, leader: leader, follower: follower, leaderFile: aLeads ? fileA : fileB,
                other: max(1, min(first, second)))
        }
        for tracked in leader.trackedFiles where tracked.weight.isFault {
            report(
                .note, "pair-failure", at: tracked.location,
                "the file of `\(tracked.name)` holds \(tracked.weight.reverse ? "0" : "another number than 0") where "
                    + "`\(leader.name)` is MASTER -> fault: the address moves")
        }
    }

    /// With `dont_track_primary` the loss of the link is no fault.
    private mutating func predictOwnLink(_ leader: Instance) {
        guard leader.ignoresOwnLink else { return }
        report(
            .warning, "pair-link-ignored", at: leader.ownLinkLocation ?? leader.location,
            "`\(leader.interface)` fails where `\(leader.name)` is MASTER -> nothing (`dont_track_primary`): it stays MASTER",
            consequence:
                "nothing moves by it: the other host becomes MASTER too as soon as it hears nothing, and both hold the addresses"
                + (leader.syncGroup.map { "; what else is in sync group `\($0)` stays behind" } ?? ""),
            fix: "remove `dont_track_primary`   # the loss of the link is a fault then, and the address moves")
    }

    /// What a failure does to all members; true when there is no more to say of this one.
    private mutating func predictGroup(
        _ tracked: Tracked, _ group: String, leader: Instance, _ companions: [(a: Instance, b: Instance)]
    ) -> Bool {
        if tracked.weight.isFault {
            report(
                .note, "pair-failure", at: tracked.location,
                "`\(tracked.name)` fails where `\(leader.name)` is MASTER -> fault: all addresses of sync group "
                    + "`\(group)` move")
            return true
        }
        let staying = companions.first { pair in
            let own = pair.a.trackers.first { $0.name == tracked.name }
            return pair.a.effectivePriority(failed: own) >= pair.b.effectivePriority(failed: nil) || !pair.b.preempts
        }
        guard let staying else { return false }
        report(
            .warning, "pair-never-moves", at: tracked.location,
            "`\(tracked.name)` fails where `\(leader.name)` is MASTER -> the priority of `\(staying.a.name)` is not "
                + "exceeded: sync group `\(group)` never moves",
            consequence: "the other host takes all members or none",
            fix:
                "track_script in vrrp_sync_group \(group), where it counts for every member, with a weight that suffices"
        )
        return true
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
