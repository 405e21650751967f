internal import VRRPCore
internal import VRRPWire

/// keepalived 2.2 and 2.3, one `vrrp_instance`, with the defaults of its `vrrp_*` switches.
///
/// It advertises before it has the addresses, lets go of them as soon as it hears a better advert or leaves, and never asks
/// whether somebody else has them. Two owners with priority 255 are not modelled.
struct KeepalivedModel: ForeignRouter {
    private enum State {
        /// Not started, or stopped.
        case ended
        case fault
        case backup(downAt: MonotonicInstant, masterInterval: Interval, preemptAt: MonotonicInstant?)
        case master(advertAt: MonotonicInstant, burstAt: MonotonicInstant?)
    }

    let make = Make.keepalived
    private(set) var priority: Priority
    private(set) var lastHeard: Heard?
    private var state = State.ended
    private var configuration: VirtualRouter.Configuration
    private let source: IPAddress
    private var isHindered = false

    init(_ configuration: VirtualRouter.Configuration, priority: Priority, source: IPAddress) {
        self.configuration = configuration
        self.priority = priority
        self.source = source
    }

    var preempts: Bool { configuration.preempts }
    private var interval: Interval { Interval(configuration.advertisementInterval) }

    var role: Role {
        switch state {
        case .ended, .fault: .away
        case .backup: .backup
        case .master: .active
        }
    }

    var deadline: MonotonicInstant? {
        switch state {
        case .ended, .fault: nil
        case .backup(let downAt, _, _): downAt
        case .master(let advertAt, let burstAt): min(advertAt, burstAt ?? advertAt)
        }
    }

    private func skew(_ masterInterval: Interval) -> Interval {
        let unit = configuration.version == .v2 ? 1_000_000_000 : masterInterval.nanoseconds
        return Interval(nanoseconds: unit * (256 - UInt64(priority.rawValue)) / 256)
    }

    private func masterDown(_ masterInterval: Interval) -> Interval {
        masterInterval * configuration.downTimerAdverts + skew(masterInterval)
    }

    mutating func handle(_ event: Event, at now: MonotonicInstant, into actions: inout [Action]) {
        switch event {
        case .startup:
            if isHindered { state = .fault } else { watch(interval, from: now) }
        case .shutdown:
            if case .master = state { actions += [.advertise(.resigning), .releaseAddresses] }
            state = .ended
        case .timer: act(at: now, &actions)
        case .received(let heard): hear(heard, at: now, &actions)
        case .obstaclesChanged(let obstacles): hinder(!obstacles.isEmpty, at: now, &actions)
        case .priorityChanged(let new): change(to: new, at: now)
        case .reconfigured(let new):
            configuration = new
            if case .backup(let downAt, _, let preemptAt) = state {
                state = .backup(
                    downAt: min(downAt, now + masterDown(interval)), masterInterval: interval, preemptAt: preemptAt)
            }
        case .switchOver, .resumed, .successorAnnounced, .primaryAddressChanged, .wasAway, .adopted, .syncGroup:
            break  // It has no such command, or takes no notice.
        }
    }

    private mutating func watch(_ masterInterval: Interval, from now: MonotonicInstant) {
        lastHeard = nil
        state = .backup(downAt: now + masterDown(masterInterval), masterInterval: masterInterval, preemptAt: nil)
    }

    private mutating func hinder(_ hindered: Bool, at now: MonotonicInstant, _ actions: inout [Action]) {
        isHindered = hindered
        switch state {
        case .ended: break
        case .fault: if !hindered { watch(interval, from: now) }
        case .backup: if hindered { state = .fault }
        case .master:
            guard hindered else { break }
            actions += [.advertise(.resigning), .advertise(.resigning), .releaseAddresses]
            state = .fault
        }
    }

    private func refresh(after now: MonotonicInstant) -> MonotonicInstant? {
        configuration.announcements.refresh > .zero ? now + configuration.announcements.refresh : nil
    }

    private mutating func act(at now: MonotonicInstant, _ actions: inout [Action]) {
        let policy = configuration.announcements
        switch state {
        case .ended, .fault: break
        case .backup(let downAt, _, _):
            guard downAt <= now else { break }
            actions += [.advertise(priority), .acquireAddresses, .announceAddresses(times: policy.repeats)]
            state = .master(
                advertAt: now + interval, burstAt: policy.delay > .zero ? now + policy.delay : refresh(after: now))
        case .master(var advertAt, var burstAt):
            if advertAt <= now {
                actions.append(.advertise(priority))
                advertAt = now + interval
            }
            if let due = burstAt, due <= now {
                actions.append(.announceAddresses(times: policy.repeats))
                burstAt = refresh(after: now)
            }
            state = .master(advertAt: advertAt, burstAt: burstAt)
        }
    }

    private mutating func hear(_ heard: Heard, at now: MonotonicInstant, _ actions: inout [Action]) {
        switch state {
        case .ended, .fault: break
        case .backup(_, let masterInterval, let preemptAt):
            follow(heard, masterInterval, preemptAt, at: now)
        case .master(_, let burstAt):
            if heard.priority == .resigning {
                actions.append(.advertise(priority))
                state = .master(advertAt: now + interval, burstAt: burstAt)
            } else if heard.priority > priority || heard.priority == priority && heard.source > source {
                // No last word, and no priority 0: `vrrp_higher_prio_send_advert` is off.
                actions.append(.releaseAddresses)
                watch(Interval(heard.interval), from: now)
                lastHeard = heard
            } else if heard.source != source || heard.priority != priority {
                let policy = configuration.announcements
                actions += [.advertise(priority), .announceAddresses(times: policy.contestedRepeats)]
                let again = policy.contestedDelay > .zero ? now + policy.contestedDelay : burstAt
                state = .master(advertAt: now + interval, burstAt: again)
            }
        }
    }

    private mutating func follow(
        _ heard: Heard, _ masterInterval: Interval, _ preemptAt: MonotonicInstant?, at now: MonotonicInstant
    ) {
        lastHeard = heard
        if heard.priority == .resigning {
            state = .backup(downAt: now + skew(masterInterval), masterInterval: masterInterval, preemptAt: preemptAt)
            return
        }
        var waitsUntil: MonotonicInstant?
        if heard.priority < priority, configuration.preempts {
            // A lower priority is left to its own devices for preempt_delay; then the running timer decides.
            guard configuration.preemptDelay > .zero else { return }
            let end = preemptAt ?? now + configuration.preemptDelay
            guard now < end else { return }
            waitsUntil = end
        }
        let learned = Interval(heard.interval)
        state = .backup(downAt: now + masterDown(learned), masterInterval: learned, preemptAt: waitsUntil)
    }

    private mutating func change(to new: Priority, at now: MonotonicInstant) {
        let old = priority
        priority = new
        guard case .backup(let downAt, let masterInterval, let preemptAt) = state else { return }
        let newSkew = skew(masterInterval).nanoseconds
        priority = old
        let oldSkew = skew(masterInterval).nanoseconds
        priority = new
        let moved = max(downAt.nanoseconds + newSkew, oldSkew) - oldSkew
        state = .backup(
            downAt: MonotonicInstant(nanoseconds: max(moved, now.nanoseconds)), masterInterval: masterInterval,
            preemptAt: preemptAt)
    }

    /// It leaves aloud, removes what is left, and takes over again when nobody did: an outage of Skew_Time.
    mutating func loseAddresses(at now: MonotonicInstant, into actions: inout [Action]) {
        guard case .master = state else { return }
        actions += [.advertise(.resigning), .releaseAddresses]
        lastHeard = nil
        state = .backup(downAt: now + skew(interval), masterInterval: interval, preemptAt: nil)
    }
}
