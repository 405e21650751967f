internal import VRRPWire

// Resigning, docs/design/0002-resign-then-hold.md.

extension VirtualRouter {
    mutating func resign(
        _ purpose: Resigning.Purpose, at now: MonotonicInstant, _ actions: inout ActionBuffer
    ) {
        advertise(.resigning, &actions)
        state = .resigning(Resigning(purpose: purpose, giveUpAt: now + successionBound))
        actions.append(.report(.resigned(purpose)))
    }

    mutating func noticeSuccessor(_ heard: Heard, as resigning: Resigning, at now: MonotonicInstant) {
        if heard.source == primaryAddress { return }
        count(heard)
        guard heard.priority != .resigning else { return }
        var resigning = resigning
        resigning.hasGivenUp = false
        if resigning.letGoAt == nil { resigning.letGoAt = now + Self.announcementGrace }
        // When two standbys take over at once, the better one stays.
        if resigning.successor.map({ ($0.priority, $0.source) < (heard.priority, heard.source) }) ?? true {
            resigning.successor = heard
        }
        state = .resigning(resigning)
    }

    mutating func noticeAnnouncement(as resigning: Resigning, at now: MonotonicInstant) {
        var resigning = resigning
        let soon = now + Self.lingering
        resigning.letGoAt = min(resigning.letGoAt ?? soon, soon)
        resigning.announcementAwaited = false
        state = .resigning(resigning)
    }

    mutating func wait(as resigning: Resigning, at now: MonotonicInstant, _ actions: inout ActionBuffer) {
        if let letGoAt = resigning.letGoAt, letGoAt <= now {
            letGo(resigning, at: now, &actions)
        } else if resigning.letGoAt == nil, resigning.giveUpAt <= now {
            switch resigning.purpose {
            case .stop, .yield: letGo(resigning, at: now, &actions)
            case .switchOver where isGrouped:
                var resigning = resigning
                resigning.hasGivenUp = true
                state = .resigning(resigning)
            case .switchOver: remainActive(at: now, &actions)
            }
        }
    }

    mutating func letGo(_ resigning: Resigning, at now: MonotonicInstant, _ actions: inout ActionBuffer) {
        counters.leftActive += 1
        let successor = resigning.successor
        // Nobody was seen to announce: who has the addresses may have had them all along, behind a partition, and the link
        // sends here. An Active Router that hears this announces.
        if resigning.announcementAwaited { advertise(.resigning, &actions) }
        actions.append(.releaseAddresses)
        switch resigning.purpose {
        case .stop:
            stop(successor: successor?.source, &actions)
        case .switchOver, .yield:
            becomeBackup(
                following: successor,
                resigning.purpose == .yield
                    ? .syncGroup(successor: successor?.source) : .switchOver(successor: successor?.source),
                at: now, &actions)
            if case .backup(var backup) = state {
                backup.lastHeard = successor
                backup.lastHeardAt = successor.map { _ in now }
                if resigning.isResumed { backup.handedOver = false }
                state = .backup(backup)
            }
        }
    }

    /// The successor has been called and takes over, but what it gets is not left to it for good.
    mutating func forgetSwitchOver(as resigning: Resigning) {
        var resigning = resigning
        resigning.isResumed = true
        state = .resigning(resigning)
    }

    mutating func remainActive(at now: MonotonicInstant, _ actions: inout ActionBuffer) {
        advertise(priority, &actions)
        actions.append(.announceAddresses(times: 1))
        let refresh = configuration.announcements.refresh
        state = .active(
            Active(
                advertisedAt: now, advertiseAt: now + ownInterval, refreshAt: refresh > .zero ? now + refresh : nil))
        actions.append(.report(.remainedActive))
    }

    mutating func abandon(_ resigning: Resigning, at now: MonotonicInstant, _ actions: inout ActionBuffer) {
        switch resigning.purpose {
        case .stop:
            letGo(resigning, at: now, &actions)
        case .switchOver, .yield:
            counters.leftActive += 1
            actions.append(.releaseAddresses)
            fault(&actions)
        }
    }

    mutating func hurry(_ resigning: Resigning, _ actions: inout ActionBuffer) {
        switch resigning.purpose {
        case .stop:
            counters.leftActive += 1
            actions.append(.releaseAddresses)
            stop(successor: resigning.successor?.source, &actions)
        case .switchOver, .yield:
            var resigning = resigning
            resigning.purpose = .stop
            state = .resigning(resigning)
        }
    }
}
