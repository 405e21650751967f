internal import Configuration
internal import Control
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// How long a router has been in its state, and why.
struct Life {
    var since: MonotonicInstant
    var state = RouterState.stopped
    var cause = "it has not been started"
    /// It was Active or Backup since the daemon began: what stops it now is a fault.
    var hasTakenPart = false
    /// What stood in its way last, in words.
    var obstacle: String?
}

/// Something that an event brought about.
struct Step {
    var name: String
    var at: MonotonicInstant
}

/// A planned hand-over, measured.
struct Handover {
    var began: MonotonicInstant
    var purpose: Resigning.Purpose
    var successor: IPAddress?
    var heard: MonotonicInstant?
    var announced: MonotonicInstant?
    var ended: MonotonicInstant?

    /// The steps in order, from the resignation on.
    var phases: [HistoryRecord.Phase] {
        [("successor heard", heard), ("successor announced the addresses", announced), ("released", ended)]
            .compactMap { name, instant in
                instant.map { HistoryRecord.Phase(name, seconds: $0.since(began).inSeconds) }
            }
    }
}

extension RouterRunner {
    /// The router's state in the words of people.
    var shownState: RouterState { shown(router.state) }

    func shown(_ state: VirtualRouter.State) -> RouterState {
        switch state {
        case .initialize(let initialize):
            !initialize.isWanted ? .stopped : life.hasTakenPart ? .fault : .waiting
        case .backup: .standby
        case .active: .active
        case .resigning: .handingOver
        }
    }

    /// Keeps the times of a hand-over; called after every event.
    func noteHandover(after before: VirtualRouter.State, at now: MonotonicInstant) {
        switch (before, router.state) {
        case (.resigning, .resigning(let resigning)):
            guard let successor = resigning.successor else { return }
            if handover?.heard == nil { handover?.heard = now }
            handover?.successor = successor.source
        case (_, .resigning(let resigning)):
            // One that was adopted in the middle counts from there.
            handover = Handover(began: now, purpose: resigning.purpose)
        case (.resigning, _):
            handover?.ended = now
        default: break
        }
    }

    /// Remembers when an action was done.
    func note(_ action: Action) {
        let name: String
        switch action {
        case .advertise: name = "advertised"
        case .acquireAddresses: name = "addresses added"
        case .announceAddresses: name = "announced"
        case .releaseAddresses: name = "addresses removed"
        case .report: return
        }
        steps.append(Step(name: name, at: surroundings.now))
    }

    /// Takes a transition into the state's cause, the history and the service manager's view.
    func record(_ transition: Transition, after before: VirtualRouter.State, at now: MonotonicInstant) {
        switch transition {
        case .contested: return
        case .carriedOn:
            life.state = shownState
            return
        default: break
        }
        // Told again only when it is something else that stands in the way.
        if case .waiting(let obstacles) = transition {
            let reasons = explain(obstacles)
            if reasons.isEmpty || life.obstacle == reasons { return }
        }
        if case .stopped = transition, isReplaced, !hasReleased { return }
        let from = life.state
        let cause = cause(of: transition, after: before, at: now) + (groupReason.map { "; \($0)" } ?? "")
        let isSame = shownState == from
        switch transition {
        case .becameBackup, .becameActive: life.hasTakenPart = true
        case .faulted(let obstacles), .waiting(let obstacles): life.obstacle = explain(obstacles)
        default: break
        }
        life.state = shownState
        life.cause = cause
        if !isSame { life.since = now }
        var record = HistoryRecord(
            at: surroundings.wall, sequence: 0, boot: nil, instance: name, event: transition.event, cause: cause)
        record.from = from
        record.to = life.state
        record.peer = transition.peer.map { "\($0)" }
        record.priority = Int(router.priority.rawValue)
        record.phases = phases(of: transition, after: before, at: now)
        surroundings.chronicle.add(record, at: now)
        surroundings.transitioned(self, transition, now)
    }

    func recordPriority(_ new: Priority, because cause: String, at now: MonotonicInstant) {
        lastPriorityCause = cause
        var record = HistoryRecord(
            at: surroundings.wall, sequence: 0, boot: nil, instance: name, event: .priorityChanged,
            cause: "priority \(router.priority.rawValue) -> \(new.rawValue): \(cause)")
        record.priority = Int(new.rawValue)
        surroundings.chronicle.add(record, at: now)
    }

    func recordContest(with rival: Heard, at now: MonotonicInstant) {
        var record = HistoryRecord(
            at: surroundings.wall, sequence: 0, boot: nil, instance: name, event: .contested,
            cause: "\(rival.source) advertised priority \(rival.priority.rawValue), ours is "
                + "\(router.priority.rawValue): it must yield, and the addresses were announced again")
        record.peer = "\(rival.source)"
        record.priority = Int(router.priority.rawValue)
        surroundings.chronicle.add(record, at: now)
    }

    // MARK: Causes

    /// One sentence: why this happened.
    private func cause(of transition: Transition, after before: VirtualRouter.State, at now: MonotonicInstant) -> String
    {
        let ours = router.priority.rawValue
        switch transition {
        case .becameBackup(.startup):
            guard let obstacle = life.obstacle else { return "it started, and listens before it takes anything" }
            life.obstacle = nil
            return "what stood in the way is gone (\(obstacle))"
        case .becameBackup(.higherPriority(let heard)):
            return heard.priority.rawValue == ours
                ? "\(heard.source) has our priority \(ours) and the higher address"
                : "\(heard.source) has priority \(heard.priority.rawValue), ours is \(ours)"
        case .becameBackup(.away(let absence)):
            return
                "nothing was advertised for \(rounded(absence)), so another router may be active by now: it listens first"
        case .becameBackup(.syncGroup(let successor)):
            return "its sync group moved" + (successor.map { "; \($0) took over" } ?? "")
        case .becameBackup(.switchOver(let successor)):
            return "handed over to \(successor.map { "\($0)" } ?? "a successor"), as an operator asked"
        case .becameActive(let cause): return activeCause(cause, after: before, at: now)
        case .resigned(.stop): return "\(leavingReason): priority 0 was sent, the addresses are held"
        case .resigned(.switchOver):
            return "an operator asked to hand over: priority 0 was sent, the addresses are held"
        case .resigned(.yield): return "priority 0 was sent, the addresses are held"
        case .remainedActive: return "nobody took over, so it stays active"
        case .waiting(let obstacles), .faulted(let obstacles): return explain(obstacles)
        case .stopped(let successor):
            return leavingReason + (successor.map { "; \($0) took over" } ?? "")
        case .contested(let rival): return "\(rival.source) has a lower claim"
        case .carriedOn: return life.cause
        }
    }

    private func activeCause(
        _ cause: Transition.ActiveCause, after before: VirtualRouter.State, at now: MonotonicInstant
    ) -> String {
        switch cause {
        case .nobodyElse where ignored != nil, .silence where ignored != nil:
            return "no advert was believed: \(ignoredInstead ?? "")"
        case .ownsAddresses: return "its priority is 255: the addresses are its own"
        case .nobodyElse: return "nobody else was heard for \(rounded(now.since(life.since)))"
        case .silence(let source):
            let since = lastHeard(in: before).map { ", last heard \(rounded(now.since($0))) before" } ?? ""
            return "\(source) fell silent\(since)"
        case .resignation(let source): return "\(source) said that it is leaving"
        case .preemption(let heard):
            return
                "its priority \(router.priority.rawValue) is higher than the \(heard.priority.rawValue) of \(heard.source)"
        }
    }

    func rounded(_ interval: Interval) -> String {
        Interval.milliseconds((interval.nanoseconds + 5_000_000) / 10_000_000 * 10).description
    }

    private func lastHeard(in state: VirtualRouter.State) -> MonotonicInstant? {
        if case .backup(let backup) = state { backup.lastHeardAt } else { nil }
    }

    /// How long each part took, in order.
    private func phases(
        of transition: Transition, after before: VirtualRouter.State, at now: MonotonicInstant
    ) -> [HistoryRecord.Phase] {
        switch transition {
        case .becameActive:
            var phases: [HistoryRecord.Phase] = []
            if let heard = lastHeard(in: before) {
                phases.append(.init("since the last advert", seconds: now.since(heard).inSeconds))
            }
            if case .backup(let backup) = before {
                phases.append(.init("later than due", seconds: now.since(backup.takeOverAt).inSeconds))
            }
            return phases + steps.map { .init($0.name, seconds: $0.at.since(now).inSeconds) }
        case .becameBackup(.switchOver), .becameBackup(.syncGroup): return handover?.phases ?? []
        case .stopped:
            if case .resigning = before { return handover?.phases ?? [] }
            return []
        case .becameBackup(.higherPriority), .becameBackup(.away), .faulted:
            return steps.map { .init($0.name, seconds: $0.at.since(now).inSeconds) }
        default: return []
        }
    }
}

extension Transition {
    fileprivate var event: HistoryRecord.Event {
        switch self {
        case .becameBackup: .becameStandby
        case .becameActive: .becameActive
        case .resigned: .resigned
        case .remainedActive: .remainedActive
        case .waiting: .waiting
        case .faulted: .faulted
        case .stopped: .stopped
        case .contested: .contested
        case .carriedOn: .processReplaced
        }
    }

    /// The other router that had a part in it.
    fileprivate var peer: IPAddress? {
        switch self {
        case .becameBackup(.higherPriority(let heard)), .becameActive(.preemption(let heard)), .contested(let heard):
            heard.source
        case .becameBackup(.switchOver(let successor)), .becameBackup(.syncGroup(let successor)),
            .stopped(let successor):
            successor
        case .becameActive(.silence(let source)), .becameActive(.resignation(let source)): source
        case .becameBackup(.startup), .becameBackup(.away), .carriedOn, .becameActive(.ownsAddresses),
            .becameActive(.nobodyElse), .resigned,
            .remainedActive, .waiting, .faulted:
            nil
        }
    }
}
