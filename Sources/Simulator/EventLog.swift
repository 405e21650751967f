internal import VRRPCore
internal import VRRPWire

/// One line per event: seconds since the start, whose event it is (`h0`, `link`, `--` for the world), what happened.
///
///     h0 startup | shutdown | switchover              the core was handed this event; timers are not said
///     h0 hears 100 from 10.0.0.9                        an advert was believed
///     h0 refuses: REASON                                an advert was not believed
///     h0 sees h1 announce                               announcements reached a host
///     h0 priority 90 | obstacles 2 | address - | reload the core was handed this event
///     h0 advertises 100 | announces 5 | acquires | releases
///     h0 has the addresses                              the kernel answers for them from now on
///     h0 => becameActive(...)                           a transition was reported
///     h0 gone (stopped) | gone (crashed)                the daemon ended
///     link -> h1                                        the link sends there from now on
///     -- pause h0 0.8 s, cable, cut, crash, ...         a disturbance
///     g0.1 ...                                          the same of a member of a sync group on a host
///     -- heals, -- move: stop h1                        the script goes on
public enum EventLog {
    /// Seconds and microseconds, so that lines sort and align.
    static func stamp(_ nanoseconds: UInt64) -> String {
        let whole = String(nanoseconds / 1_000_000_000)
        let fraction = String(nanoseconds / 1_000 % 1_000_000)
        return String(repeating: " ", count: max(0, 4 - whole.count)) + whole + "."
            + String(repeating: "0", count: 6 - fraction.count) + fraction
    }

    static func describe(_ event: Event) -> String {
        switch event {
        case .startup: "startup"
        case .shutdown: "shutdown"
        case .switchOver: "switchover"
        case .resumed: "resume"
        case .timer: "timer"
        case .received(let heard): "hears \(heard.priority.rawValue) from \(heard.source)"
        case .successorAnnounced: "sees a successor announce"
        case .obstaclesChanged(let obstacles): "obstacles \(obstacles.rawValue)"
        case .priorityChanged(let priority): "priority \(priority.rawValue)"
        case .primaryAddressChanged(let address): "address \(address?.description ?? "-")"
        case .wasAway(let pause): "stood still for \(pause)"
        case .adopted(_, let deafness): "takes over from its predecessor, deaf for \(deafness)"
        case .syncGroup(let order): "is told by its group: \(order)"
        case .reconfigured(let new):
            "reload interval=\(new.advertisementInterval.count) preempt=\(new.preempts) delay=\(new.preemptDelay)"
        }
    }

    static func describe(_ action: Action) -> String {
        switch action {
        case .advertise(let priority): "advertises \(priority.rawValue)"
        case .acquireAddresses: "acquires"
        case .announceAddresses(let times): "announces \(times)"
        case .releaseAddresses: "releases"
        case .report(let transition): "=> \(describe(transition))"
        }
    }

    static func describe(_ transition: Transition) -> String {
        switch transition {
        case .becameBackup(.startup): "Backup at startup"
        case .becameBackup(.higherPriority(let heard)): "Backup: \(describe(heard)) is better"
        case .becameBackup(.switchOver(let successor)): "Backup: handed over to \(successor?.description ?? "nobody")"
        case .becameBackup(.syncGroup(let successor)): "Backup with its group: \(successor?.description ?? "nobody")"
        case .becameBackup(.away(let absence)): "Backup: was away for \(absence)"
        case .becameActive(.ownsAddresses): "Active: owner"
        case .becameActive(.nobodyElse): "Active: nobody else"
        case .becameActive(.silence(let source)): "Active: \(source) fell silent"
        case .becameActive(.resignation(let source)): "Active: \(source) resigned"
        case .becameActive(.preemption(let heard)): "Active: preempts \(describe(heard))"
        case .resigned(let purpose): "resigned (\(purpose))"
        case .remainedActive: "remained Active"
        case .carriedOn: "goes on where its predecessor ended"
        case .waiting(let obstacles): "waiting for \(obstacles.rawValue)"
        case .faulted(let obstacles): "fault \(obstacles.rawValue)"
        case .stopped(let successor): "stopped, successor \(successor?.description ?? "none")"
        case .contested(let heard): "contested by \(describe(heard))"
        }
    }

    private static func describe(_ heard: Heard) -> String { "\(heard.priority.rawValue) from \(heard.source)" }

    static func describe(_ host: HostPlan, index: Int) -> String {
        let own = host.configuration
        let make = host.make == .understudy ? "" : " \(host.make.rawValue)"
        return
            "h\(index) \(host.address)\(make) priority=\(host.base.rawValue) interval=\(own.advertisementInterval.count)"
            + " preempt=\(own.preempts) preempt_delay=\(own.preemptDelay) weights=\(host.weights)"
            + " garp=\(own.announcements.repeats)/\(own.announcements.delay)"
            + " contested=\(own.announcements.contestedRepeats)/\(own.announcements.contestedDelay)"
            + " refresh=\(own.announcements.refresh)"
            + " acquires in \(Interval(nanoseconds: host.acquireLatency))"
    }
}
