internal import VRRPWire

extension VirtualRouter {
    /// Advances the machine by one event. The only entry point, and the only place with the big switch.
    public mutating func handle(_ event: Event, at now: MonotonicInstant, into actions: inout ActionBuffer) {
        switch (state, event) {
        case (_, .primaryAddressChanged(let address)):
            primaryAddress = address
        case (_, .reconfigured(let new)):
            reconfigure(new, at: now)
        case (_, .priorityChanged(let new)):
            changePriority(to: new, at: now)

        case (.initialize, .startup):
            state = .initialize(Initialize(isWanted: true))
            start(at: now, &actions)
        case (.initialize(let initialize), .obstaclesChanged(let new)):
            guard new != obstacles else { break }
            obstacles = new
            if initialize.isWanted { start(at: now, &actions) }
        case (.initialize(let initialize), .shutdown):
            if initialize.isWanted { stop(successor: nil, &actions) }
        case (.initialize, .timer), (.initialize, .received), (.initialize, .switchOver),
            (.initialize, .successorAnnounced):
            break  // In flight when we stopped, or nothing to hand over.

        case (.backup(let backup), .timer):
            guard backup.takeOverAt <= now else { break }
            becomeActive(backup.causeOfTakeover(for: priority), at: now, &actions)
        case (.backup(let backup), .received(let heard)):
            hear(heard, as: backup, at: now)
        case (.backup, .obstaclesChanged(let new)):
            obstacles = new
            if !new.endingParticipation.isEmpty { fault(&actions) }
        case (.backup, .shutdown):
            stop(successor: nil, &actions)
        case (.backup, .startup), (.backup, .switchOver), (.backup, .successorAnnounced):
            break  // Already started; nothing to hand over; somebody else's handover.

        case (.active(let active), .timer):
            keepUp(active, at: now, &actions)
        case (.active(let active), .received(let heard)):
            contend(with: heard, as: active, at: now, &actions)
        case (.active, .obstaclesChanged(let new)):
            obstacles = new
            if !new.endingParticipation.isEmpty { giveUp(&actions) }
        case (.active, .shutdown):
            resign(.stop, at: now, &actions)
        case (.active, .switchOver):
            resign(.switchOver, at: now, &actions)
        case (.active, .startup), (.active, .successorAnnounced):
            break  // Already started; two owners are settled by adverts, not by announcements.

        case (.resigning(let resigning), .timer):
            wait(as: resigning, at: now, &actions)
        case (.resigning(let resigning), .received(let heard)):
            noticeSuccessor(heard, as: resigning, at: now)
        case (.resigning(let resigning), .successorAnnounced):
            letGo(resigning, at: now, &actions)
        case (.resigning(let resigning), .obstaclesChanged(let new)):
            obstacles = new
            if !new.endingParticipation.isEmpty { abandon(resigning, at: now, &actions) }
        case (.resigning(let resigning), .shutdown):
            hurry(resigning, &actions)
        case (.resigning, .startup), (.resigning, .switchOver):
            break  // Under way.
        }
    }
}

// MARK: - Initialize, RFC 9568 section 6.4.1

extension VirtualRouter {
    private mutating func start(at now: MonotonicInstant, _ actions: inout ActionBuffer) {
        if !obstacles.isEmpty {
            actions.append(.report(.waiting(obstacles)))
        } else if priority == .owner {
            becomeActive(.ownsAddresses, at: now, &actions)
        } else {
            becomeBackup(following: configuration.advertisementInterval, .startup, at: now, &actions)
        }
    }

    private mutating func stop(successor: IPAddress?, _ actions: inout ActionBuffer) {
        state = .initialize(Initialize(isWanted: false))
        actions.append(.report(.stopped(successor: successor)))
    }

    private mutating func fault(_ actions: inout ActionBuffer) {
        state = .initialize(Initialize(isWanted: true))
        actions.append(.report(.faulted(obstacles)))
    }
}

// MARK: - Backup, RFC 9568 section 6.4.2

extension VirtualRouter {
    mutating func becomeBackup(
        following interval: Centiseconds, _ cause: Transition.BackupCause, at now: MonotonicInstant,
        _ actions: inout ActionBuffer
    ) {
        var backup = Backup(takeOverAt: now + activeDownInterval(for: interval), learnedInterval: interval)
        if case .higherPriority(let heard) = cause {
            backup.lastHeard = heard
            backup.lastHeardAt = now
        }
        if case .switchOver = cause { backup.handedOver = true }
        state = .backup(backup)
        actions.append(.report(.becameBackup(cause)))
    }

    private mutating func hear(_ heard: Heard, as backup: Backup, at now: MonotonicInstant) {
        var backup = backup
        count(heard)
        backup.lastHeard = heard
        backup.lastHeardAt = now
        if heard.priority == .resigning {
            backup.takeOverAt = now + skewTime(for: backup.learnedInterval)
        } else if !configuration.preempts || backup.handedOver || heard.priority >= priority {
            backup.preemptAt = nil
            follow(heard, &backup, at: now)
        } else if configuration.preemptDelay > .zero {
            let preemptAt = backup.preemptAt ?? now + configuration.preemptDelay
            backup.preemptAt = preemptAt
            if now < preemptAt { follow(heard, &backup, at: now) }
        }
        // Otherwise a lower priority is talking and we mean to replace it: let the timer run out.
        state = .backup(backup)
    }

    private func follow(_ heard: Heard, _ backup: inout Backup, at now: MonotonicInstant) {
        // VRRPv2 adverts carry our own interval or are not accepted, so learning it is harmless there.
        backup.learnedInterval = heard.interval
        backup.takeOverAt = now + activeDownInterval(for: heard.interval)
    }
}

extension Backup {
    /// Why the down timer ran out, from what was last heard.
    func causeOfTakeover(for priority: Priority) -> Transition.ActiveCause {
        guard let heard = lastHeard, let lastHeardAt else { return .nobodyElse }
        if heard.priority == .resigning { return .resignation(heard.source) }
        // A lower priority heard within the last interval is not silent: we overruled it.
        let stillTalking = takeOverAt.since(lastHeardAt) <= Interval(heard.interval) * 2
        return heard.priority < priority && stillTalking ? .preemption(heard) : .silence(heard.source)
    }
}

// MARK: - Active, RFC 9568 section 6.4.3

extension VirtualRouter {
    private mutating func becomeActive(
        _ cause: Transition.ActiveCause, at now: MonotonicInstant, _ actions: inout ActionBuffer
    ) {
        counters.becameActive += 1
        let policy = configuration.announcements
        // The advert goes first so that whoever held the addresses lets go of them before we announce.
        advertise(priority, &actions)
        actions.append(.acquireAddresses)
        actions.append(.announceAddresses(times: policy.repeats))
        state = .active(
            Active(
                advertiseAt: now + ownInterval,
                announceAgain: policy.delay > .zero ? .init(at: now + policy.delay, times: policy.repeats) : nil,
                refreshAt: policy.refresh > .zero ? now + policy.refresh : nil))
        actions.append(.report(.becameActive(cause)))
    }

    private mutating func keepUp(_ active: Active, at now: MonotonicInstant, _ actions: inout ActionBuffer) {
        var active = active
        if active.advertiseAt <= now {
            advertise(priority, &actions)
            // Count from when it was due, so that lateness does not add up; after a long pause start afresh.
            let next = active.advertiseAt + ownInterval
            active.advertiseAt = now < next ? next : now + ownInterval
        }
        if let again = active.announceAgain, again.at <= now {
            active.announceAgain = nil
            actions.append(.announceAddresses(times: again.times))
        }
        if let refreshAt = active.refreshAt, refreshAt <= now {
            active.refreshAt = now + configuration.announcements.refresh
            actions.append(.announceAddresses(times: configuration.announcements.refreshRepeats))
        }
        state = .active(active)
    }

    private mutating func contend(
        with heard: Heard, as active: Active, at now: MonotonicInstant, _ actions: inout ActionBuffer
    ) {
        if heard.source == primaryAddress, heard.priority == priority {
            // Our own echo, or a second host with our address. Answering it would be a storm.
            counters.ownAddressHeard += 1
            return
        }
        count(heard)
        if heard.priority == .resigning {
            reassert(active, at: now, &actions)
        } else if mustYield(to: heard) {
            counters.leftActive += 1
            actions.append(.releaseAddresses)
            becomeBackup(following: heard.interval, .higherPriority(heard), at: now, &actions)
        } else {
            counters.contested += 1
            answer(heard, as: active, at: now, &actions)
        }
    }

    private func mustYield(to heard: Heard) -> Bool {
        if heard.priority != priority { return heard.priority > priority }
        guard let primaryAddress else { return true }
        return heard.source > primaryAddress
    }

    private mutating func reassert(_ active: Active, at now: MonotonicInstant, _ actions: inout ActionBuffer) {
        var active = active
        advertise(priority, &actions)
        active.advertiseAt = now + ownInterval
        state = .active(active)
    }

    /// Says again who is Active, so that the rival lets go and the link learns where the addresses are.
    private mutating func answer(
        _ rival: Heard, as active: Active, at now: MonotonicInstant, _ actions: inout ActionBuffer
    ) {
        var active = active
        let policy = configuration.announcements
        advertise(priority, &actions)
        active.advertiseAt = now + ownInterval
        if active.answerRivalsAt.map({ $0 <= now }) ?? true {
            active.answerRivalsAt = now + ownInterval
            if policy.contestedRepeats > 0 {
                actions.append(.announceAddresses(times: policy.contestedRepeats))
                if policy.contestedDelay > .zero {
                    active.announceAgain = .init(at: now + policy.contestedDelay, times: policy.contestedRepeats)
                }
            }
            actions.append(.report(.contested(rival)))
        }
        state = .active(active)
    }

    private mutating func giveUp(_ actions: inout ActionBuffer) {
        counters.leftActive += 1
        advertise(.resigning, &actions)
        actions.append(.releaseAddresses)
        fault(&actions)
    }
}

// MARK: - Resigning, docs/design/0002-resign-then-hold.md

extension VirtualRouter {
    private mutating func resign(
        _ purpose: Resigning.Purpose, at now: MonotonicInstant, _ actions: inout ActionBuffer
    ) {
        advertise(.resigning, &actions)
        state = .resigning(Resigning(purpose: purpose, giveUpAt: now + successionBound))
        actions.append(.report(.resigned(purpose)))
    }

    private mutating func noticeSuccessor(_ heard: Heard, as resigning: Resigning, at now: MonotonicInstant) {
        if heard.source == primaryAddress { return }
        count(heard)
        guard heard.priority != .resigning, resigning.successor == nil else { return }
        var resigning = resigning
        resigning.successor = heard
        resigning.letGoAt = now + Self.announcementGrace
        state = .resigning(resigning)
    }

    private mutating func wait(as resigning: Resigning, at now: MonotonicInstant, _ actions: inout ActionBuffer) {
        if let letGoAt = resigning.letGoAt, letGoAt <= now {
            letGo(resigning, at: now, &actions)
        } else if resigning.letGoAt == nil, resigning.giveUpAt <= now {
            switch resigning.purpose {
            case .stop: letGo(resigning, at: now, &actions)
            case .switchOver: remainActive(at: now, &actions)
            }
        }
    }

    private mutating func letGo(_ resigning: Resigning, at now: MonotonicInstant, _ actions: inout ActionBuffer) {
        counters.leftActive += 1
        actions.append(.releaseAddresses)
        let successor = resigning.successor
        switch resigning.purpose {
        case .stop:
            stop(successor: successor?.source, &actions)
        case .switchOver:
            becomeBackup(
                following: successor?.interval ?? configuration.advertisementInterval,
                .switchOver(successor: successor?.source), at: now, &actions)
        }
    }

    private mutating func remainActive(at now: MonotonicInstant, _ actions: inout ActionBuffer) {
        advertise(priority, &actions)
        actions.append(.announceAddresses(times: 1))
        let refresh = configuration.announcements.refresh
        state = .active(
            Active(advertiseAt: now + ownInterval, refreshAt: refresh > .zero ? now + refresh : nil))
        actions.append(.report(.remainedActive))
    }

    private mutating func abandon(_ resigning: Resigning, at now: MonotonicInstant, _ actions: inout ActionBuffer) {
        switch resigning.purpose {
        case .stop:
            letGo(resigning, at: now, &actions)
        case .switchOver:
            counters.leftActive += 1
            actions.append(.releaseAddresses)
            fault(&actions)
        }
    }

    private mutating func hurry(_ resigning: Resigning, _ actions: inout ActionBuffer) {
        switch resigning.purpose {
        case .stop:
            counters.leftActive += 1
            actions.append(.releaseAddresses)
            stop(successor: resigning.successor?.source, &actions)
        case .switchOver:
            var resigning = resigning
            resigning.purpose = .stop
            state = .resigning(resigning)
        }
    }
}
