internal import VRRPCore
internal import VRRPWire

extension PairCheck {
    /// `state` decides nothing: who says it is MASTER, and is not, is told who will be.
    mutating func compareStates(_ a: Instance, _ b: Instance) {
        let first = (instance: a, file: fileA, priority: a.effectivePriority(failed: nil))
        let second = (instance: b, file: fileB, priority: b.effectivePriority(failed: nil))
        let (leader, follower) = first.priority > second.priority ? (first, second) : (second, first)
        guard follower.instance.initialState == .master else { return }
        let figures = "priority \(leader.priority) against \(follower.priority)"
        if leader.instance.initialState == .master {
            // That both own the addresses is said as such.
            if a.priority == .owner, b.priority == .owner { return }
            let who =
                leader.priority == follower.priority
                ? "whoever is MASTER first remains it (\(figures))"
                : "the host of \(leader.file) is MASTER while all is well, and that of \(follower.file) BACKUP (\(figures))"
            return report(
                .warning, "pair-two-masters", at: follower.instance.location,
                "`\(a.name)` has `state MASTER` in both files",
                consequence: "\(who): `state` decides nothing, but cancels `nopreempt` and `preempt_delay` on both",
                fix: "state BACKUP")
        }
        // Where the other does not take it back, whoever was first is MASTER.
        guard leader.priority > follower.priority, leader.instance.preempts else { return }
        report(
            .warning, "pair-state", at: follower.instance.location,
            "`\(follower.instance.name)` has `state MASTER` in \(follower.file), and is BACKUP there while all is well: "
                + figures,
            consequence: "the host of \(leader.file) is MASTER: the priority decides, from the first moment on",
            fix: "state BACKUP   # or a priority above \(leader.priority), if this host is to be MASTER")
    }
}
