internal import VRRPCore
internal import VRRPWire

extension Simulator {
    /// The most actions any event may yield: advertise, acquire, announce, report.
    static let mostActions = 4

    /// What must hold after every single event, whatever the network and the hosts suffered.
    mutating func judge(
        _ event: Event, on index: Int, before: VirtualRouter, actions: [Action],
        lastAdvert: (at: UInt64, interval: Interval)
    ) {
        let after = hosts[index].router
        if hosts[index].wantsAddresses != after.holdsAddresses {
            violate(.heldMatchesState, "h\(index) is \(after.state) after \(event)")
        }
        if actions.count > Self.mostActions { violate(.actionsBounded, "\(actions.count) on h\(index) after \(event)") }
        if !after.counters.follow(before.counters) { violate(.countersGrow, "one of h\(index) shrank after \(event)") }
        if case .adopted = event {
            hosts[index].hasInherited = after.holdsAddresses && after.counters.becameActive == 0
        }
        let entries = after.counters.becameActive + (hosts[index].hasInherited ? 1 : 0)
        if entries != after.counters.leftActive + (after.holdsAddresses ? 1 : 0) {
            violate(
                .countersGrow,
                "h\(index) became Active \(after.counters.becameActive) times, left it \(after.counters.leftActive)")
        }
        if event == .timer, let deadline = after.deadline, deadline.nanoseconds <= clock(of: index) {
            violate(.deadlineAhead, "h\(index) is \(after.state)")
        }
        if after.holdsAddresses, !after.obstacles.subtracting(.firstCheckPending).isEmpty {
            violate(.obstaclesRespected, "h\(index) has obstacles \(after.obstacles.rawValue)")
        }
        if case (.active, .active(let active), .received) = (before.state, after.state, event),
            !actions.contains(where: \.isAdvert),
            active.advertiseAt.nanoseconds >= clock(of: index) + Self.shortestSkew(of: after.configuration)
        {
            violate(.rivalAnswered, "h\(index) says nothing in time after \(event)")
        }
        judgeAbsence(before: before, actions: actions, lastAdvert: lastAdvert, on: index)
        // Whoever goes on where another process ended has nothing to announce: the link sends here already.
        if case .adopted = event { return }
        judgeOrder(of: actions, on: index)
    }

    /// Real time counts here, not the host's clock, which may have stood still.
    private mutating func judgeAbsence(
        before: VirtualRouter, actions: [Action], lastAdvert: (at: UInt64, interval: Interval), on index: Int
    ) {
        guard case .active = before.state, lastAdvert.interval > .zero else { return }
        let patience = lastAdvert.interval * before.configuration.downTimerAdverts
        let claims = actions.contains {
            if case .advertise(let priority) = $0 { priority != .resigning } else { false }
        }
        // An advert that waits for the kernel has not been sent yet.
        guard claims, lastAdvert.at >= hosts[index].acquiredAt else { return }
        // By its own clock, which is all that it has.
        if now >= lastAdvert.at + hosts[index].trueTime(patience.nanoseconds) + 5_000_000 {
            violate(
                .silentAfterAbsence,
                "h\(index) advertised \(Interval(nanoseconds: now - lastAdvert.at)) after its last advert")
        }
    }

    /// Skew_Time at priority 254: no Backup takes over sooner after a resignation that was not the Active Router's.
    private static func shortestSkew(of configuration: VirtualRouter.Configuration) -> UInt64 {
        let unit = configuration.version == .v2 ? Centiseconds.oneSecond : configuration.advertisementInterval
        return Interval(unit).nanoseconds * 2 / 256
    }

    private mutating func judgeOrder(of actions: [Action], on index: Int) {
        var hasAdvertised = false
        var mustAnnounce = false
        let overrules = actions.contains { if case .report(.becameActive(.preemption)) = $0 { true } else { false } }
        for action in actions {
            switch action {
            case .advertise(let priority):
                hasAdvertised = true
                if priority != .resigning, priority != hosts[index].router.priority {
                    violate(.advertHonest, "h\(index) says \(priority.rawValue)")
                }
            case .acquireAddresses:
                if hasAdvertised == overrules {
                    violate(.acquisitionAnnounced, "h\(index) acquired \(overrules ? "after" : "before") it advertised")
                }
                mustAnnounce = true
            case .announceAddresses(let times):
                if times > 0 { mustAnnounce = false }
                if !hosts[index].wantsAddresses { violate(.acquisitionAnnounced, "h\(index) announced what it lacks") }
            case .releaseAddresses, .report:
                break
            }
        }
        if mustAnnounce { violate(.acquisitionAnnounced, "h\(index) acquired in silence") }
    }
}

extension Counters {
    /// True when no counter is smaller than in `earlier`.
    func follow(_ earlier: Counters) -> Bool {
        becameActive >= earlier.becameActive && leftActive >= earlier.leftActive && received >= earlier.received
            && sent >= earlier.sent && priorityZeroReceived >= earlier.priorityZeroReceived
            && priorityZeroSent >= earlier.priorityZeroSent && ownAddressHeard >= earlier.ownAddressHeard
            && contested >= earlier.contested && followErrors(of: earlier)
    }

    private func followErrors(of earlier: Counters) -> Bool {
        intervalErrors >= earlier.intervalErrors && hopLimitErrors >= earlier.hopLimitErrors
            && invalidTypes >= earlier.invalidTypes && addressListErrors >= earlier.addressListErrors
            && lengthErrors >= earlier.lengthErrors && versionErrors >= earlier.versionErrors
            && checksumErrors >= earlier.checksumErrors
            && invalidAuthenticationTypes >= earlier.invalidAuthenticationTypes
            && authenticationTypeMismatches >= earlier.authenticationTypeMismatches
            && authenticationFailures >= earlier.authenticationFailures && unknownPeers >= earlier.unknownPeers
    }
}

extension Action {
    fileprivate var isAdvert: Bool {
        if case .advertise = self { true } else { false }
    }
}
