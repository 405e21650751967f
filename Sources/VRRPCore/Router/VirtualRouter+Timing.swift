public import VRRPWire

// RFC 9568 section 6.1, RFC 3768 section 6.1, in whole nanoseconds.

extension VirtualRouter {
    /// How long after a successor's first advert we serve on when its announcements are not seen.
    ///
    /// keepalived advertises first and may need tens of milliseconds to add addresses on a busy host.
    public static let announcementGrace = Interval.milliseconds(250)

    /// How long after a successor announced the addresses we serve on.
    ///
    /// The announcement reaches us and the clients at about the same time; whoever reads it a little later still sends
    /// here, and a packet to a host that has just let go is a second's wait for a retransmission.
    public static let lingering = Interval.milliseconds(10)

    /// Stopping never takes longer than this, however slow the adverts are.
    public static let longestHold = Interval.seconds(10)

    var ownInterval: Interval { Interval(configuration.advertisementInterval) }

    /// The least time between an advert and one out of turn.
    ///
    /// Half of the shortest Skew_Time a Backup can have, so that a resignation that was not ours is contradicted in time.
    var answerSpacing: Interval { skewTime(of: .owner, for: configuration.advertisementInterval) }

    /// Skew_Time: (256 - Priority) / 256 of a second in VRRPv2, of Active_Adver_Interval in VRRPv3.
    public func skewTime(for interval: Centiseconds) -> Interval { skewTime(of: priority, for: interval) }

    private func skewTime(of priority: Priority, for interval: Centiseconds) -> Interval {
        configuration.skewTime(of: priority, for: interval)
    }

    /// Active_Down_Interval (Master_Down_Interval in RFC 3768): so many intervals as adverts may be missed,
    /// three unless the operator says otherwise, and Skew_Time.
    public func activeDownInterval(for interval: Centiseconds) -> Interval {
        Interval(interval) * configuration.downTimerAdverts + skewTime(for: interval)
    }

    /// How long a resigned router waits: the longest Skew_Time a Backup can have, and its lateness.
    ///
    /// A successor's members take over when the slowest of them can.
    public var successionBound: Interval { configuration.groupHold ?? configuration.successionBound }

    /// A Backup's running timer is shifted by the change of Skew_Time, as keepalived does.
    mutating func changePriority(to new: Priority, at now: MonotonicInstant) {
        precondition(new != .resigning, "zero is what a router says when it leaves, never its priority")
        if case .backup(var backup) = state {
            let (old, changed) = (
                skewTime(of: priority, for: backup.learnedInterval), skewTime(of: new, for: backup.learnedInterval)
            )
            let target = backup.takeOverAt.nanoseconds + changed.nanoseconds
            backup.takeOverAt = MonotonicInstant(
                nanoseconds: max(target > old.nanoseconds ? target - old.nanoseconds : 0, now.nanoseconds))
            let before = priority
            priority = new
            followAgain(&backup, insteadOfOverrulingWith: before, at: now)
            backup.isReady = backup.isReady && backup.takeOverAt <= now
            state = .backup(backup)
        }
        priority = new
    }

    /// A Backup that was about to overrule whom it hears, and has a claim no longer, waits as if it had followed all along.
    ///
    /// Its timer would run out otherwise: it would take the addresses, and give them up at the next advert.
    private mutating func followAgain(
        _ backup: inout Backup, insteadOfOverrulingWith before: Priority, at now: MonotonicInstant
    ) {
        guard let heard = backup.lastHeard, let heardAt = backup.lastHeardAt, heard.priority != .resigning,
            before > heard.priority, heard.priority >= priority
        else { return }
        let takeOverAt = backup.takeOverAt
        backup.preemptAt = nil
        follow(heard, &backup, at: heardAt)
        backup.takeOverAt = max(takeOverAt, backup.takeOverAt)
    }

    /// Takes new parameters while running; no timer ends up later than the new parameters allow.
    mutating func reconfigure(_ new: Configuration, at now: MonotonicInstant) {
        let intervalChanged = new.advertisementInterval != configuration.advertisementInterval
        configuration = new
        switch state {
        case .initialize, .resigning:
            break
        case .backup(var backup):
            if intervalChanged, backup.lastHeard == nil { backup.learnedInterval = new.advertisementInterval }
            backup.takeOverAt = min(
                backup.takeOverAt, listens(from: now) + activeDownInterval(for: backup.learnedInterval))
            if new.preemptDelay == .zero { backup.preemptAt = nil }
            if !isGrouped { backup.isReady = false }
            state = .backup(backup)
        case .active(var active):
            // Whoever learns the interval from our adverts waits by the old one until it has heard the new one.
            active.advertiseAt = intervalChanged ? now : min(active.advertiseAt, now + ownInterval)
            let refresh = new.announcements.refresh
            if !isGrouped { active.rival = nil }
            active.refreshAt = refresh > .zero ? min(active.refreshAt ?? now + refresh, now + refresh) : nil
            state = .active(active)
        }
    }

    mutating func advertise(_ priority: Priority, _ actions: inout ActionBuffer) {
        counters.sent += 1
        advertised = priority
        if priority == .resigning { counters.priorityZeroSent += 1 }
        actions.append(.advertise(priority))
    }

    /// The advert that was handed out last went nowhere.
    public mutating func noteUnsentAdvert() { counters.sent -= min(counters.sent, 1) }

    mutating func count(_ heard: Heard) {
        counters.received += 1
        if heard.priority == .resigning { counters.priorityZeroReceived += 1 }
    }
}

extension VirtualRouter.Configuration {
    /// How long a router that resigned waits for a successor: the longest Skew_Time a Backup can have, and its lateness.
    public var successionBound: Interval {
        let longestSkew = skewTime(of: Priority(1), for: advertisementInterval)
        return min(longestSkew + .milliseconds(250), VirtualRouter.longestHold)
    }

    func skewTime(of priority: Priority, for interval: Centiseconds) -> Interval {
        let unit =
            switch version {
            case .v2: Interval(.oneSecond)
            case .v3: Interval(interval)
            }
        return Interval(nanoseconds: (256 - UInt64(priority.rawValue)) * unit.nanoseconds / 256)
    }
}
