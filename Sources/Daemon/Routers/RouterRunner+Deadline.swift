internal import VRRPCore

extension RouterRunner {
    /// When this router must next be given the clock.
    var deadline: MonotonicInstant? {
        var earliest = routerDeadline
        // What is not done now is no reason to wake up.
        if repairsNow {
            earliest.consider(repairs.deadline)
            earliest.consider(routeRepairs.deadline)
            earliest.consider(ruleRepairs.deadline)
        }
        earliest.consider(owners.deadline)
        earliest.consider(renewalDeadline)
        earliest.consider(noticeDeadline)
        earliest.consider(sourceDeadline)
        earliest.consider(extraDeadline)
        return earliest
    }

    /// A Backup about to take over is awake a little before its time, and turns until it comes.
    ///
    /// A sleeping processor takes 50 to 200 microseconds to get from an expired timer to our first instruction, and then
    /// finds its caches cold. A Backup's timer hardly ever runs out, so being early costs nothing until it matters.
    private var routerDeadline: MonotonicInstant? {
        guard case .backup(let backup) = router.state, !backup.isReady else { return router.deadline }
        let due = backup.takeOverAt.nanoseconds
        return MonotonicInstant(nanoseconds: due > Self.wakefulness ? due - Self.wakefulness : 0)
    }

    private static let wakefulness: UInt64 = 250_000
}

extension MonotonicInstant? {
    /// Becomes `other` if that is earlier, or if there was none.
    ///
    /// Each turn asks for every deadline there is, and lists of them would be made and thrown away each time.
    mutating func consider(_ other: MonotonicInstant?) {
        guard let other else { return }
        self = map { min($0, other) } ?? other
    }
}
