internal import VRRPCore
internal import VRRPWire

/// FRR's vrrpd, one virtual router: RFC 5798 to the letter, and no more.
///
/// Its Skew_Time is a whole number of centiseconds; it announces once; and it throws away the adverts of those that have to
/// yield. Priorities 1 to 254, no password, no delay, and no command to hand over.
struct FRRModel: ForeignRouter {
    private enum Phase { case initialize, backup, master }

    let make = Make.frr
    private(set) var preempts: Bool
    private(set) var priority: Priority
    private(set) var lastHeard: Heard?
    private var phase = Phase.initialize
    private var isEnabled = false
    private var isHindered = false
    private var version: ProtocolVersion
    private var advertisementInterval: Centiseconds
    private var masterInterval: Centiseconds
    /// Master_Down_Timer or Adver_Timer.
    private var timer: MonotonicInstant?
    private let source: IPAddress

    init(_ configuration: VirtualRouter.Configuration, priority: Priority, source: IPAddress) {
        preempts = configuration.preempts
        version = configuration.version
        advertisementInterval = configuration.advertisementInterval
        masterInterval = configuration.advertisementInterval
        self.priority = priority
        self.source = source
    }

    var deadline: MonotonicInstant? { timer }

    var role: Role {
        switch phase {
        case .initialize: .away
        case .backup: .backup
        case .master: .active
        }
    }

    private var skew: Interval {
        let unit = version == .v2 ? 100 : Int(masterInterval.count)
        return .milliseconds(UInt64((256 - Int(priority.rawValue)) * unit / 256) * 10)
    }

    private var masterDown: Interval { Interval(masterInterval) * 3 + skew }

    mutating func handle(_ event: Event, at now: MonotonicInstant, into actions: inout [Action]) {
        switch event {
        case .startup:
            isEnabled = true
            begin(at: now)
        case .shutdown:
            leave(&actions)
            isEnabled = false
        case .obstaclesChanged(let obstacles):
            isHindered = !obstacles.isEmpty
            if isHindered { leave(&actions) } else if isEnabled, phase == .initialize { begin(at: now) }
        case .timer: act(at: now, &actions)
        case .received(let heard): hear(heard, at: now, &actions)
        case .priorityChanged(let new): priority = new
        case .reconfigured(let new):
            version = new.version
            preempts = new.preempts
            advertisementInterval = new.advertisementInterval
        case .switchOver, .resumed, .successorAnnounced, .primaryAddressChanged, .wasAway, .adopted, .syncGroup:
            break  // It has no such command, or takes no notice.
        }
    }

    private mutating func begin(at now: MonotonicInstant) {
        guard !isHindered else { return }
        lastHeard = nil
        masterInterval = advertisementInterval
        phase = .backup
        timer = now + masterDown
    }

    private mutating func leave(_ actions: inout [Action]) {
        if phase == .master { actions += [.advertise(.resigning), .releaseAddresses] }
        phase = .initialize
        timer = nil
    }

    private mutating func act(at now: MonotonicInstant, _ actions: inout [Action]) {
        guard let due = timer, due <= now else { return }
        actions.append(.advertise(priority))
        if phase == .backup { actions += [.acquireAddresses, .announceAddresses(times: 1)] }
        phase = .master
        timer = now + Interval(advertisementInterval)
    }

    private mutating func hear(_ heard: Heard, at now: MonotonicInstant, _ actions: inout [Action]) {
        switch phase {
        case .initialize: break
        case .backup:
            lastHeard = heard
            if heard.priority == .resigning {
                timer = now + skew
            } else if !preempts || heard.priority >= priority {
                masterInterval = heard.interval
                timer = now + masterDown
            }
        case .master:
            if heard.priority == .resigning {
                actions.append(.advertise(priority))
                timer = now + Interval(advertisementInterval)
            } else if heard.priority > priority || heard.priority == priority && heard.source > source {
                actions.append(.releaseAddresses)
                lastHeard = heard
                masterInterval = heard.interval
                phase = .backup
                timer = now + masterDown
            }
        }
    }

    /// Its addresses are the administrator's, on a macvlan that it switches on and off: it does not look.
    mutating func loseAddresses(at now: MonotonicInstant, into actions: inout [Action]) {}
}
