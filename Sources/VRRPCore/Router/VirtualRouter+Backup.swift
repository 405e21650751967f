internal import VRRPWire

// Initialize and Backup, RFC 9568 sections 6.4.1 and 6.4.2.

extension VirtualRouter {
    mutating func start(at now: MonotonicInstant, _ actions: inout ActionBuffer) {
        if !obstacles.isEmpty {
            actions.append(.report(.waiting(obstacles)))
        } else if priority == .owner, !isGrouped, !isQuiet(at: now) {
            becomeActive(.ownsAddresses, at: now, &actions)
        } else {
            becomeBackup(following: nil, .startup, at: now, &actions)
        }
    }

    mutating func stop(successor: IPAddress?, _ actions: inout ActionBuffer) {
        state = .initialize(Initialize(isWanted: false))
        actions.append(.report(.stopped(successor: successor)))
    }

    mutating func fault(_ actions: inout ActionBuffer) {
        state = .initialize(Initialize(isWanted: true))
        actions.append(.report(.faulted(obstacles)))
    }
}

extension VirtualRouter {
    mutating func becomeBackup(
        following successor: Heard?, _ cause: Transition.BackupCause, at now: MonotonicInstant,
        _ actions: inout ActionBuffer
    ) {
        let own = configuration.advertisementInterval
        let (interval, patience) = successor.map { believable($0, at: now) } ?? (own, activeDownInterval(for: own))
        var backup = Backup(takeOverAt: listens(from: now) + patience, learnedInterval: interval)
        if case .higherPriority(let heard) = cause {
            backup.lastHeard = heard
            backup.lastHeardAt = now
            // A keepalived whose members lost as well as won has given up too: it is to come back first, alone.
            if isGrouped { backup.takeOverAt = backup.takeOverAt + Interval(interval) }
        }
        // Its addresses are its own, but the group has to be complete, and the start over.
        if priority == .owner, isGrouped || isQuiet(at: now), case .startup = cause {
            backup.takeOverAt = listens(from: now)
        }
        if case .switchOver = cause { backup.handedOver = true }
        state = .backup(backup)
        actions.append(.report(.becameBackup(cause)))
    }

    /// What is heard before it listens may be half of the truth: a network that is coming up loses adverts.
    private func isQuiet(at now: MonotonicInstant) -> Bool { now < listens(from: now) }

    /// When it begins to listen, at the earliest `now`.
    func listens(from now: MonotonicInstant) -> MonotonicInstant { max(now, quietUntil ?? now) }

    mutating func hear(_ heard: Heard, as backup: Backup, at now: MonotonicInstant) {
        if isQuiet(at: now) { return count(heard) }
        var backup = backup
        if heard.source == primaryAddress, heard.priority == .resigning, advertised == .resigning {
            // The echo of our own resignation: it must not make us take back what we have just handed over.
            counters.ownAddressHeard += 1
            return
        }
        count(heard)
        let isDoubtful = resignations.judge(heard, after: backup.lastHeard, at: now)
        if isDoubtful { return }
        backup.lastHeard = heard
        backup.lastHeardAt = now
        backup.hasListenedAgain = false
        if heard.priority == .resigning {
            // Never later than it was: whoever repeats it would put off for ever what it asks for.
            backup.takeOverAt = min(backup.takeOverAt, now + skewTime(for: backup.learnedInterval))
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

    /// From now on a lower priority is overruled again, when the timer that its last advert set runs out.
    mutating func forgetSwitchOver(as backup: Backup) {
        var backup = backup
        backup.handedOver = false
        state = .backup(backup)
    }

    mutating func follow(_ heard: Heard, _ backup: inout Backup, at now: MonotonicInstant) {
        // VRRPv2 adverts carry our own interval or are not accepted, so learning it is harmless there.
        let (interval, patience) = believable(heard, at: now)
        backup.learnedInterval = interval
        backup.isReady = false
        backup.takeOverAt = now + patience
    }
}

extension Backup {
    /// Why the down timer ran out, from what was last heard.
    ///
    /// - Parameter missable: how many adverts may be missed.
    func causeOfTakeover(for priority: Priority, missable: UInt64) -> Transition.ActiveCause {
        guard let heard = lastHeard, let lastHeardAt else { return priority == .owner ? .ownsAddresses : .nobodyElse }
        if heard.priority == .resigning { return .resignation(heard.source) }
        // A lower priority heard within the last interval is not silent: we overruled it.
        let stillTalking = takeOverAt.since(lastHeardAt) <= Interval(heard.interval) * min(missable, 2)
        return heard.priority < priority && stillTalking ? .preemption(heard) : .silence(heard.source)
    }
}
