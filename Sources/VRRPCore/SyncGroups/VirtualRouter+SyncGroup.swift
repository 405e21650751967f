internal import VRRPWire

// What a member of a sync group does otherwise: it waits for the others before it takes its addresses, and lets the group
// decide what a rival means. docs/design/0016-sync-groups.md.

extension VirtualRouter {
    /// True for a member of a sync group.
    public var isGrouped: Bool { configuration.groupHold != nil }

    /// What the group has to know of this member.
    public func memberView(at now: MonotonicInstant) -> SyncGroup.Member {
        var member = SyncGroup.Member(phase: phase, obstacles: obstacles)
        member.interval = ownInterval
        switch state {
        case .initialize: break
        case .backup(let backup):
            guard let heard = backup.lastHeard, let heardAt = backup.lastHeardAt else { break }
            member.heardAt = heardAt
            if heard.priority == .resigning {
                member.resignedAt = heardAt
            } else if !backup.isReady {
                member.standing = isOvertaking(heard, backup) ? nil : .behind
                // Not in the past, where no timer can be set: the order would be given again and again.
                let soonest = max(heardAt + Interval(heard.interval) + skewTime(for: heard.interval), now)
                if soonest < backup.takeOverAt { member.hastenedTo = soonest }
            }
        case .active(let active):
            member.advertisedAt = active.advertisedAt
            member.mayAdvertiseAt = min(active.advertisedAt + answerSpacing, active.advertiseAt)
            member.advertiseAt = active.advertiseAt
            // Whoever has been silent for so long is no rival any more.
            guard let rival = active.rival, now < rival.at + activeDownInterval(for: rival.heard.interval) else {
                break
            }
            member.heardAt = rival.at
            member.standing = mustYield(to: rival.heard) ? .behind : .ahead
        case .resigning: break
        }
        return member
    }

    private var phase: SyncGroup.Phase {
        switch state {
        case .initialize: .out
        case .backup(let backup): backup.isReady ? .ready : .waiting
        case .active: .active
        case .resigning(let resigning) where resigning.purpose == .switchOver:
            .handingOver(hasGivenUp: resigning.hasGivenUp)
        case .resigning: .leaving
        }
    }

    /// A lower priority is talking and this Backup means to replace it: its timer runs out, whatever is heard.
    private func isOvertaking(_ heard: Heard, _ backup: Backup) -> Bool {
        configuration.preempts && !backup.handedOver && backup.preemptAt == nil && heard.priority < priority
    }

    // MARK: Events

    /// The timer has run out, and the others are waited for.
    mutating func waitForOthers(as backup: Backup) {
        var backup = backup
        backup.isReady = true
        state = .backup(backup)
    }

    /// A rival is weighed by the group: this member may win where another one loses.
    mutating func contendInGroup(
        with heard: Heard, as active: Active, at now: MonotonicInstant, _ actions: inout ActionBuffer
    ) {
        var active = active
        active.rival = heard.priority == .resigning ? nil : Active.Rival(heard: heard, at: now)
        if heard.priority == .resigning {
            answer(heard, as: active, at: now, &actions)
        } else if mustYield(to: heard) {
            // It may know nothing of us, and has to weigh us too.
            speakUp(&active, at: now, &actions)
            state = .active(active)
        } else {
            counters.contested += 1
            answer(heard, as: active, at: now, &actions)
        }
    }

    mutating func follow(
        _ order: SyncGroup.Order, as backup: Backup, at now: MonotonicInstant, _ actions: inout ActionBuffer
    ) {
        switch order {
        case .takeOver:
            becomeActive(
                backup.causeOfTakeover(for: priority, missable: configuration.downTimerAdverts), at: now, &actions)
        case .hasten(let instant):
            var backup = backup
            backup.takeOverAt = min(backup.takeOverAt, max(instant, now))
            state = .backup(backup)
        case .yield, .remain, .speakUp: break
        }
    }

    mutating func follow(
        _ order: SyncGroup.Order, as active: Active, at now: MonotonicInstant, _ actions: inout ActionBuffer
    ) {
        switch order {
        case .yield:
            if let rival = active.rival, now < rival.at + activeDownInterval(for: rival.heard.interval),
                mustYield(to: rival.heard)
            {
                yield(to: rival.heard, at: now, &actions)
            } else {
                resign(.yield, at: now, &actions)
            }
        case .speakUp:
            var active = active
            speakUp(&active, at: now, &actions)
            state = .active(active)
        case .takeOver, .hasten, .remain: break
        }
    }

    mutating func follow(
        _ order: SyncGroup.Order, as resigning: Resigning, at now: MonotonicInstant, _ actions: inout ActionBuffer
    ) {
        switch order {
        case .yield:
            guard resigning.purpose == .switchOver else { break }
            var resigning = resigning
            resigning.purpose = .yield
            state = .resigning(resigning)
            if resigning.hasGivenUp { letGo(resigning, at: now, &actions) }
        case .remain:
            if resigning.purpose == .switchOver, resigning.hasGivenUp { remainActive(at: now, &actions) }
        case .takeOver, .hasten, .speakUp: break
        }
    }
}
