internal import VRRPWire

// Active, RFC 9568 section 6.4.3.

extension VirtualRouter {
    mutating func becomeActive(
        _ cause: Transition.ActiveCause, at now: MonotonicInstant, _ actions: inout ActionBuffer
    ) {
        counters.becameActive += 1
        let policy = configuration.announcements
        if case .preemption = cause {
            // The router that we overrule serves until it hears us, and lets go at once then: everything has to be ready
            // before. Between its letting go and our announcement nobody would answer, for long on a busy host.
            actions.append(.acquireAddresses)
            actions.append(.announceAddresses(times: policy.repeats))
            advertise(priority, &actions)
        } else {
            // The advert goes first so that whoever held the addresses lets go of them before we announce.
            advertise(priority, &actions)
            actions.append(.acquireAddresses)
            actions.append(.announceAddresses(times: policy.repeats))
        }
        state = .active(
            Active(
                advertisedAt: now, advertiseAt: now + ownInterval,
                announceAgain: policy.delay > .zero ? .init(at: now + policy.delay, times: policy.repeats) : nil,
                refreshAt: policy.refresh > .zero ? now + policy.refresh : nil))
        actions.append(.report(.becameActive(cause)))
    }

    mutating func keepUp(_ active: Active, at now: MonotonicInstant, _ actions: inout ActionBuffer) {
        var active = active
        if active.advertiseAt <= now {
            advertise(priority, &actions)
            active.advertisedAt = now
            // Count from when it was due, so that lateness does not add up; after a long pause start afresh.
            let next = active.advertiseAt + ownInterval
            active.advertiseAt = now < next ? next : now + ownInterval
        }
        if let again = active.announceAgain, again.at <= now {
            active.announceAgain = nil
            actions.append(.announceAddresses(times: again.times))
            let policy = configuration.announcements
            // It was an answer that had to wait; the second burst that it displaced still has to follow.
            if again.at == active.answerRivalsAt, policy.contestedDelay > .zero, policy.contestedRepeats > 0 {
                active.announceAgain = .init(at: now + policy.contestedDelay, times: policy.contestedRepeats)
            }
        }
        if let refreshAt = active.refreshAt, refreshAt <= now {
            active.refreshAt = now + configuration.announcements.refresh
            actions.append(.announceAddresses(times: configuration.announcements.refreshRepeats))
        }
        state = .active(active)
    }

    /// Advertises when it is due, in the middle of work for addresses that takes longer than the interval.
    ///
    /// It does nothing for a router that is overdue: to be paused is something else.
    ///
    /// - Parameter isReady: false before a preemption's first advert, for which everything has to be in place: nobody waits
    ///   for it, and nothing is said meanwhile.
    public mutating func advertiseMeanwhile(
        _ isReady: Bool, at now: MonotonicInstant, into actions: inout ActionBuffer
    ) {
        guard case .active(var active) = state, active.advertiseAt <= now, now < active.advertiseAt + patience else {
            return
        }
        if isReady { advertise(priority, &actions) }
        active.advertisedAt = now
        active.advertiseAt = now + ownInterval
        state = .active(active)
    }

    mutating func contend(
        with heard: Heard, as active: Active, at now: MonotonicInstant, _ actions: inout ActionBuffer
    ) {
        if heard.source == primaryAddress, heard.priority == priority || heard.priority == advertised {
            // Our own echo, perhaps of what we said before our priority changed, or a second host with our address. Answering
            // it would be a storm.
            counters.ownAddressHeard += 1
            return
        }
        count(heard)
        if priority == .owner, !configuration.ownerListens { return }
        _ = resignations.judge(heard, after: nil, at: now)
        if isGrouped {
            contendInGroup(with: heard, as: active, at: now, &actions)
        } else if heard.priority == .resigning {
            // Whoever resigns had the addresses too, so the link may send there; it is told where they are.
            answer(heard, as: active, at: now, &actions)
        } else if mustYield(to: heard) {
            yield(to: heard, at: now, &actions)
        } else {
            counters.contested += 1
            _ = believable(heard, at: now)
            answer(heard, as: active, at: now, &actions)
        }
    }

    mutating func yield(to heard: Heard, at now: MonotonicInstant, _ actions: inout ActionBuffer) {
        counters.leftActive += 1
        // The winner may never have heard of us. Told so, it announces its addresses to a link that still sends here.
        advertise(priority, &actions)
        actions.append(.releaseAddresses)
        becomeBackup(following: heard, .higherPriority(heard), at: now, &actions)
    }

    func mustYield(to heard: Heard) -> Bool {
        if heard.priority != priority { return heard.priority > priority }
        guard let primaryAddress else { return true }
        return heard.source > primaryAddress
    }

    /// Somebody else claims the addresses: if it is a router of ours, an advert lets it yield.
    mutating func reassert(_ active: Active, at now: MonotonicInstant, _ actions: inout ActionBuffer) {
        var active = active
        speakUp(&active, at: now, &actions)
        state = .active(active)
    }

    /// Advertises out of turn, but not at the command of whoever floods the link: what comes too soon is postponed.
    mutating func speakUp(_ active: inout Active, at now: MonotonicInstant, _ actions: inout ActionBuffer) {
        let earliest = active.advertisedAt + answerSpacing
        guard earliest <= now else {
            active.advertiseAt = min(active.advertiseAt, earliest)
            return
        }
        advertise(priority, &actions)
        active.advertisedAt = now
        active.advertiseAt = now + ownInterval
    }

    /// Says again who is Active, so that the rival lets go and the link learns where the addresses are.
    mutating func answer(
        _ rival: Heard, as active: Active, at now: MonotonicInstant, _ actions: inout ActionBuffer
    ) {
        var active = active
        let policy = configuration.announcements
        if rival.priority == .resigning || configuration.answersLowerPriority { speakUp(&active, at: now, &actions) }
        if active.answerRivalsAt.map({ $0 <= now }) ?? true {
            active.answerRivalsAt = now + ownInterval
            if policy.contestedRepeats > 0 {
                actions.append(.announceAddresses(times: policy.contestedRepeats))
                if policy.contestedDelay > .zero {
                    active.announceAgain = .init(at: now + policy.contestedDelay, times: policy.contestedRepeats)
                }
            }
            // A router that leaves is no rival, whatever it had.
            if rival.priority != .resigning { actions.append(.report(.contested(rival))) }
        } else if policy.contestedRepeats > 0, let answerAt = active.answerRivalsAt,
            active.announceAgain.map({ $0.at > answerAt }) ?? true
        {
            // Postponed, not dropped: the rival may have announced after our last answer.
            active.announceAgain = .init(at: answerAt, times: policy.contestedRepeats)
        }
        state = .active(active)
    }

    mutating func giveUp(_ actions: inout ActionBuffer) {
        counters.leftActive += 1
        advertise(.resigning, &actions)
        actions.append(.releaseAddresses)
        fault(&actions)
    }
}
