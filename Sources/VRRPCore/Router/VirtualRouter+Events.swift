internal import VRRPWire

extension VirtualRouter {
    /// Advances the machine by one event.
    ///
    /// The only entry point. Together with the four functions below it is the table of RFC 9568 section 6.4: every event
    /// in every state, and no default, so that a new event or state must be thought about everywhere.
    public mutating func handle(_ event: Event, at now: MonotonicInstant, into actions: inout ActionBuffer) {
        noticeAbsence(at: now, &actions)
        switch state {
        case .initialize(let initialize): handle(event, as: initialize, at: now, &actions)
        case .backup(let backup): handle(event, as: backup, at: now, &actions)
        case .active(let active): handle(event, as: active, at: now, &actions)
        case .resigning(let resigning): handle(event, as: resigning, at: now, &actions)
        }
    }

    private mutating func handle(
        _ event: Event, as initialize: Initialize, at now: MonotonicInstant, _ actions: inout ActionBuffer
    ) {
        switch event {
        case .startup:
            state = .initialize(Initialize(isWanted: true))
            start(at: now, &actions)
        case .obstaclesChanged(let new):
            guard new != obstacles else { break }
            obstacles = new
            if initialize.isWanted { start(at: now, &actions) }
        case .shutdown:
            if initialize.isWanted { stop(successor: nil, &actions) }
        case .timer, .received, .switchOver, .resumed, .successorAnnounced, .syncGroup:
            break  // In flight when we stopped, or nothing to hand over.
        case .wasAway: break  // Nothing is claimed, and nobody is waited for.
        case .adopted(let predecessor, let deafness): adopt(predecessor, deafFor: deafness, at: now, &actions)
        case .primaryAddressChanged(let address): primaryAddress = address
        case .reconfigured(let new): reconfigure(new, at: now)
        case .priorityChanged(let new): changePriority(to: new, at: now)
        }
    }

    private mutating func handle(
        _ event: Event, as backup: Backup, at now: MonotonicInstant, _ actions: inout ActionBuffer
    ) {
        switch event {
        case .timer:
            guard backup.takeOverAt <= now else { break }
            if isGrouped { return waitForOthers(as: backup) }
            becomeActive(
                backup.causeOfTakeover(for: priority, missable: configuration.downTimerAdverts), at: now, &actions)
        case .received(let heard):
            hear(heard, as: backup, at: now)
        case .obstaclesChanged(let new):
            obstacles = new
            if !new.endingParticipation.isEmpty { fault(&actions) }
        case .shutdown:
            stop(successor: nil, &actions)
        case .resumed:
            forgetSwitchOver(as: backup)
        case .syncGroup(let order): follow(order, as: backup, at: now, &actions)
        case .wasAway(let pause): resumeAfter(pause, at: now, &actions)
        case .startup, .switchOver, .successorAnnounced, .adopted:
            break  // Already started; nothing to hand over; somebody else's handover; it is nobody's heir.
        case .primaryAddressChanged(let address): primaryAddress = address
        case .reconfigured(let new): reconfigure(new, at: now)
        case .priorityChanged(let new): changePriority(to: new, at: now)
        }
    }

    private mutating func handle(
        _ event: Event, as active: Active, at now: MonotonicInstant, _ actions: inout ActionBuffer
    ) {
        switch event {
        case .timer:
            keepUp(active, at: now, &actions)
        case .received(let heard):
            contend(with: heard, as: active, at: now, &actions)
        case .obstaclesChanged(let new):
            obstacles = new
            if !new.endingParticipation.isEmpty { giveUp(&actions) }
        case .shutdown:
            resign(.stop, at: now, &actions)
        case .switchOver:
            resign(.switchOver, at: now, &actions)
        case .successorAnnounced:
            // Nobody was asked to succeed: two owners are settled by adverts, not by announcements.
            reassert(active, at: now, &actions)
        case .syncGroup(let order): follow(order, as: active, at: now, &actions)
        case .wasAway(let pause): resumeAfter(pause, at: now, &actions)
        case .startup, .resumed, .adopted:
            break  // Already started; nothing was handed over.
        case .primaryAddressChanged(let address): primaryAddress = address
        case .reconfigured(let new): reconfigure(new, at: now)
        case .priorityChanged(let new): changePriority(to: new, at: now)
        }
    }

    private mutating func handle(
        _ event: Event, as resigning: Resigning, at now: MonotonicInstant, _ actions: inout ActionBuffer
    ) {
        switch event {
        case .timer:
            wait(as: resigning, at: now, &actions)
        case .received(let heard):
            noticeSuccessor(heard, as: resigning, at: now)
        case .successorAnnounced:
            noticeAnnouncement(as: resigning, at: now)
        case .obstaclesChanged(let new):
            obstacles = new
            if !new.endingParticipation.isEmpty { abandon(resigning, at: now, &actions) }
        case .shutdown:
            hurry(resigning, &actions)
        case .resumed:
            forgetSwitchOver(as: resigning)
        case .syncGroup(let order): follow(order, as: resigning, at: now, &actions)
        case .wasAway(let pause): resumeAfter(pause, at: now, &actions)
        case .startup, .switchOver, .adopted:
            break  // Under way.
        case .primaryAddressChanged(let address): primaryAddress = address
        case .reconfigured(let new): reconfigure(new, at: now)
        case .priorityChanged(let new): changePriority(to: new, at: now)
        }
    }
}
