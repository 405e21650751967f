internal import VRRPWire

// Absence: the process was stopped, starved, replaced, or the whole machine stood still. docs/design/0009-guardian.md.

extension VirtualRouter {
    /// How late a router may be before the others have given it up: an Active Router is replaced after three of its
    /// intervals (`downTimerAdverts`) and some Skew_Time, and one of them passes between two adverts anyway.
    ///
    /// A sixteenth less, because two clocks may differ by a percent each, and the Skew_Time of a high priority by less.
    /// Where a single advert may not be late, half an interval: to stand down for less would cost more than a rival does.
    var patience: Interval {
        let spare = max(configuration.downTimerAdverts, 1) - 1
        return Interval(nanoseconds: ownInterval.nanoseconds / 16 * (spare == 0 ? 8 : spare * 16 - 1))
    }

    /// How long a router that was away listens before it claims anything: whoever is Active is heard in that time.
    private func listeningTime(for interval: Centiseconds) -> Interval { Interval(interval) + skewTime(for: interval) }

    /// When a router that holds addresses will have been silent for longer than anyone waits; nil when it holds none.
    ///
    /// Whatever it did for its addresses from then on might claim what is somebody else's: hand it ``Event/timer`` first.
    public var overdueAt: MonotonicInstant? {
        switch state {
        case .initialize, .backup: nil
        case .active(let active): active.advertiseAt + patience
        case .resigning(let resigning): resigning.deadline.map { $0 + patience }
        }
    }

    /// Gives up what may be somebody else's by now, before the event that shows the absence is looked at.
    ///
    /// The clock alone shows it: an advert or a timer is overdue by more than anyone waits. What was heard meanwhile is
    /// then judged by a Backup, so that it follows its configured preemption and claims nothing that it has not earned.
    mutating func noticeAbsence(at now: MonotonicInstant, _ actions: inout ActionBuffer) {
        switch state {
        case .initialize: break
        case .backup(let backup):
            guard !backup.hasListenedAgain, !backup.isReady, backup.takeOverAt + Interval(backup.learnedInterval) <= now
            else { break }
            listenAgain(as: backup, at: now)
        case .active(let active):
            guard let overdueAt, overdueAt <= now else { break }
            standDown(after: now.since(active.advertisedAt), at: now, &actions)
        case .resigning(let resigning):
            guard let overdueAt, overdueAt <= now else {
                if let deadline = resigning.deadline,
                    deadline + Interval(nanoseconds: ownInterval.nanoseconds / 8) <= now
                {
                    listenAgain(as: resigning, at: now)
                }
                break
            }
            // Since it resigned, which was the last that it said.
            let absence = now.since(resigning.giveUpAt.earlier(by: successionBound))
            endResignation(resigning, after: absence, at: now, &actions)
        }
    }

    /// The machine stood still for `pause` while its monotonic clock did too.
    mutating func resumeAfter(_ pause: Interval, at now: MonotonicInstant, _ actions: inout ActionBuffer) {
        switch state {
        case .initialize: break
        case .backup(let backup):
            listenAgain(as: backup, at: now)
        case .active(let active):
            guard active.advertisedAt + ownInterval + patience <= now + pause else {
                // Not yet replaced, but the others have waited: what was due meanwhile is due at once, and if that comes too
                // late as well, the clock shows it.
                var active = active
                active.advertisedAt = active.advertisedAt.earlier(by: pause)
                active.advertiseAt = active.advertiseAt.earlier(by: pause)
                state = .active(active)
                break
            }
            standDown(after: pause + now.since(active.advertisedAt), at: now, &actions)
        case .resigning(let resigning):
            // Whoever takes over after a resignation needs no more than its Skew_Time; a stop waits no longer than it must.
            let isOverdue = resigning.deadline.map { $0 + patience <= now + pause } ?? true
            guard resigning.purpose == .switchOver || isOverdue else { break }
            endResignation(resigning, after: pause, at: now, &actions)
        }
    }

    /// Once only: on a host that is always late, a Backup that listened again and again would never take over.
    private mutating func listenAgain(as backup: Backup, at now: MonotonicInstant) {
        var backup = backup
        backup.hasListenedAgain = true
        backup.isReady = false
        backup.takeOverAt = max(backup.takeOverAt, now + listeningTime(for: backup.learnedInterval))
        state = .backup(backup)
    }

    /// Who came late to the end of its patience may have missed its successor, which is heard within an interval.
    private mutating func listenAgain(as resigning: Resigning, at now: MonotonicInstant) {
        guard resigning.purpose != .stop, resigning.letGoAt == nil, !resigning.hasListenedAgain else { return }
        var resigning = resigning
        resigning.hasListenedAgain = true
        resigning.hasGivenUp = false
        resigning.giveUpAt = max(
            resigning.giveUpAt, now + listeningTime(for: configuration.advertisementInterval))
        state = .resigning(resigning)
    }

    /// Nobody waited for it, and whoever is Active by now learns that the link may still send here.
    private mutating func endResignation(
        _ resigning: Resigning, after absence: Interval, at now: MonotonicInstant, _ actions: inout ActionBuffer
    ) {
        switch resigning.purpose {
        case .yield: standDown(after: absence, at: now, &actions)
        case .switchOver:
            standDown(after: absence, at: now, &actions)
            if !resigning.isResumed { followSuccessor() }
        case .stop:
            var late = resigning
            late.announcementAwaited = true
            letGo(late, at: now, &actions)
        }
    }

    /// Whoever has the addresses by now was given them.
    private mutating func followSuccessor() {
        guard case .backup(var backup) = state else { return }
        backup.handedOver = true
        state = .backup(backup)
    }

    private mutating func standDown(after absence: Interval, at now: MonotonicInstant, _ actions: inout ActionBuffer) {
        counters.leftActive += 1
        // It claims nothing: whoever is Active by now learns that the link may still send here, and announces itself.
        advertise(.resigning, &actions)
        actions.append(.releaseAddresses)
        listen(.away(absence), at: now)
        actions.append(.report(.becameBackup(.away(absence))))
    }

    private mutating func listen(_ cause: Transition.BackupCause, at now: MonotonicInstant) {
        let interval = configuration.advertisementInterval
        var backup = Backup(takeOverAt: now + listeningTime(for: interval), learnedInterval: interval)
        backup.hasListenedAgain = true
        state = .backup(backup)
    }

    // MARK: Adoption

    /// The predecessor's hand-over is over, whatever came of it; nothing is held yet that would have to be released.
    private mutating func adoptOverdue(_ resigning: Resigning, at now: MonotonicInstant, _ actions: inout ActionBuffer)
    {
        if resigning.purpose == .stop { return stop(successor: nil, &actions) }
        let absence = now.since(resigning.giveUpAt.earlier(by: successionBound))
        listen(.away(absence), at: now)
        if resigning.purpose == .switchOver, !resigning.isResumed { followSuccessor() }
        actions.append(.report(.becameBackup(.away(absence))))
    }

    /// Goes on where a predecessor ended, or listens first when it was away for longer than others wait.
    ///
    /// - Parameter deafness: for how long nothing was heard.
    mutating func adopt(
        _ predecessor: State, deafFor deafness: Interval, at now: MonotonicInstant, _ actions: inout ActionBuffer
    ) {
        guard obstacles.endingParticipation.isEmpty else {
            state = .initialize(Initialize(isWanted: true))
            return actions.append(.report(.waiting(obstacles)))
        }
        switch predecessor {
        case .initialize:
            state = .initialize(Initialize(isWanted: true))
            start(at: now, &actions)
        case .backup(var backup):
            // What was said meanwhile was missed: silence only counts while somebody listens. And nobody knows for how long a
            // predecessor that hung had heard nothing, so the successor listens itself before it claims anything.
            backup.hasListenedAgain = true
            backup.isReady = false
            backup.takeOverAt = max(
                backup.takeOverAt + deafness, now + listeningTime(for: backup.learnedInterval))
            state = .backup(backup)
            actions.append(.report(.carriedOn))
        case .active(var active):
            guard now.since(active.advertisedAt) < ownInterval + patience else {
                let absence = now.since(active.advertisedAt)
                listen(.away(absence), at: now)
                return actions.append(.report(.becameBackup(.away(absence))))
            }
            // At once: the others have been waiting.
            advertise(priority, &actions)
            actions.append(.acquireAddresses)
            active.advertisedAt = now
            active.advertiseAt = now + ownInterval
            state = .active(active)
            actions.append(.report(.carriedOn))
        case .resigning(let resigning):
            state = .resigning(resigning)
            if let overdueAt, overdueAt <= now { return adoptOverdue(resigning, at: now, &actions) }
            // Its successor may have spoken to nobody.
            listenAgain(as: resigning, at: now)
            actions.append(.acquireAddresses)
            actions.append(.report(.carriedOn))
        }
    }
}
