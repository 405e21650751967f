public import VRRPWire

/// The VRRP state machine of one virtual router on one interface: RFC 9568 section 6, RFC 3768 section 6.
///
/// A pure value: it performs no I/O, reads no clock, draws no random numbers and allocates nothing.
/// The driver feeds it an ``Event`` and the current instant, then carries out the ``Action``s it appended, in order.
/// Between events the driver waits until ``deadline``; delivering ``Event/timer`` early, late or twice is harmless.
///
/// Beyond the RFC, on purpose:
/// 1. Initialize knows why it does not take part (``Obstacles``); keepalived calls some of these FAULT.
/// 2. A leaving Active Router resigns, then holds the addresses until it is replaced (``Resigning``).
/// 3. An Active Router that hears a rival announces its addresses again, at most once per interval; one that yields
///    advertises once more before it lets go, so that the winner learns of the contest and announces its addresses.
/// 4. A router that was away for longer than the others wait listens before it claims anything (VirtualRouter+Away.swift).
/// 5. A Backup whose Active Router goes on after a resignation believes none for ten intervals (``Resignations``), and one
///    that is repeated puts nothing off.
/// 6. An owner (priority 255) processes adverts in both versions (RFC 9568 erratum 8298), so two owners settle it.
public struct VirtualRouter: Sendable {
    public internal(set) var configuration: Configuration
    /// The priority in force, trackers included.
    public internal(set) var priority: Priority
    /// The address that breaks ties; nil while the interface has none.
    public internal(set) var primaryAddress: IPAddress?
    public internal(set) var obstacles: Obstacles
    public internal(set) var state: State = .initialize(Initialize(isWanted: false))
    public internal(set) var counters = Counters()
    var resignations = Resignations()
    /// The latest advert with an absurd interval; nil after any other.
    var slowClaim: SlowClaim?
    /// What our last advert said: a network that sends it back does so a moment later.
    var advertised: Priority?
    /// `auth_hmac`: what was sent and heard last.
    ///
    /// A successor process is given it.
    public var keyedMemory = KeyedMemory()
    /// `auth_type AH`: the sequence numbers of both sides.
    public var headerMemory = HeaderMemory()

    /// Until then it hears nothing and claims nothing, and from then on it waits as if it had just started; nil for at once
    /// (keepalived: vrrp_startup_delay).
    public var quietUntil: MonotonicInstant?

    /// - Parameters:
    ///   - priority: the effective priority at start, 1 to 255.
    ///   - obstacles: what is known to stand in the way; the driver reports every change of it.
    public init(
        _ configuration: Configuration, priority: Priority, primaryAddress: IPAddress? = nil,
        obstacles: Obstacles = []
    ) {
        precondition(priority != .resigning, "zero is what a router says when it leaves, never its priority")
        self.configuration = configuration
        self.priority = priority
        self.primaryAddress = primaryAddress
        self.obstacles = obstacles
    }

    /// The parameters of RFC 9568 section 6.1 that an operator sets.
    public struct Configuration: Equatable, Sendable {
        public var version: ProtocolVersion
        /// Advertisement_Interval.
        public var advertisementInterval: Centiseconds
        /// How many adverts of the Active Router may be missed: three in the RFC (keepalived: down_timer_adverts, 1 to 100).
        public var downTimerAdverts = Self.usualDownTimerAdverts
        /// Preempt_Mode.
        public var preempts: Bool
        /// How long a lower-priority Active Router is left alone before it is preempted (keepalived: preempt_delay).
        public var preemptDelay: Interval
        public var announcements: AnnouncementPolicy
        /// For a member of a sync group, how long one that resigned waits for its successor; nil outside of groups.
        ///
        /// The longest ``successionBound`` of all members, for the successor's take over together.
        public var groupHold: Interval?
        /// Whether a rival of lower priority is answered by an advert at once, which RFC 9568 asks for and RFC 5798 does not know
        /// (keepalived: lower_prio_no_advert is the contrary).
        public var answersLowerPriority = true
        /// Whether an owner (priority 255) that is Active acts on adverts, as RFC 9568 erratum 8298 asks for (keepalived:
        /// owner_ignore_adverts is the contrary).
        public var ownerListens = true

        /// Active_Down_Interval has so many intervals in RFC 9568 section 6.1.
        public static let usualDownTimerAdverts: UInt64 = 3

        public init(
            version: ProtocolVersion, advertisementInterval: Centiseconds, preempts: Bool = true,
            preemptDelay: Interval = .zero, announcements: AnnouncementPolicy = AnnouncementPolicy()
        ) {
            self.version = version
            self.advertisementInterval = advertisementInterval
            self.preempts = preempts
            self.preemptDelay = preemptDelay
            self.announcements = announcements
        }
    }

    /// Each case carries exactly the data that is meaningful in it, so a Backup has no advertisement
    /// timer to forget and an Active Router has no down timer to cancel.
    public enum State: Equatable, Sendable {
        case initialize(Initialize)
        case backup(Backup)
        case active(Active)
        case resigning(Resigning)

        /// Whether it is the same state of the machine, whatever is in it.
        public func isSameKind(as other: State) -> Bool {
            switch (self, other) {
            case (.initialize, .initialize), (.backup, .backup), (.active, .active), (.resigning, .resigning): true
            default: false
            }
        }

        public var isResigning: Bool {
            if case .resigning = self { true } else { false }
        }
    }
}

/// Not taking part (RFC 9568 section 6.4.1).
public struct Initialize: Equatable, Sendable {
    /// True when the router starts as soon as nothing stands in the way.
    public var isWanted: Bool

    public init(isWanted: Bool) { self.isWanted = isWanted }
}

/// Watching the Active Router (RFC 9568 section 6.4.2).
public struct Backup: Equatable, Sendable {
    /// When Active_Down_Timer fires.
    public var takeOverAt: MonotonicInstant
    /// Active_Adver_Interval, learned from the Active Router in VRRPv3.
    public var learnedInterval: Centiseconds
    /// The last advertisement heard in this state.
    public var lastHeard: Heard?
    public var lastHeardAt: MonotonicInstant?
    /// When preempt_delay ends; set by the first advert of a lower priority, cleared by one that is not lower.
    public var preemptAt: MonotonicInstant?
    /// True after a switch-over: taking back at once what was just handed over is not what anyone asked for, so
    /// lower priorities are followed until the Active Router falls silent or leaves.
    public var handedOver = false
    /// It was away when its timer ran out, and has begun to listen once more; cleared by the next advert.
    public var hasListenedAgain = false
    /// A member of a sync group whose timer has run out waits here for the others.
    public var isReady = false

    public init(takeOverAt: MonotonicInstant, learnedInterval: Centiseconds) {
        self.takeOverAt = takeOverAt
        self.learnedInterval = learnedInterval
    }
}

/// Holding the addresses (RFC 9568 section 6.4.3).
public struct Active: Equatable, Sendable {
    /// When the last advert was sent.
    public var advertisedAt: MonotonicInstant
    /// When Adver_Timer fires.
    public var advertiseAt: MonotonicInstant
    /// When the second burst of announcements is due, and how many of each.
    public var announceAgain: Scheduled?
    /// When the addresses are announced for the sake of forgetful switches.
    public var refreshAt: MonotonicInstant?
    /// When a rival may next be answered with announcements; adverts answer it every time.
    public var answerRivalsAt: MonotonicInstant?
    /// In a sync group: another Active Router for the same addresses, and when it was last heard.
    public var rival: Rival?

    public struct Rival: Equatable, Sendable {
        public var heard: Heard
        public var at: MonotonicInstant

        public init(heard: Heard, at: MonotonicInstant) {
            self.heard = heard
            self.at = at
        }
    }

    public struct Scheduled: Equatable, Sendable {
        public var at: MonotonicInstant
        public var times: Int

        public init(at: MonotonicInstant, times: Int) {
            self.at = at
            self.times = times
        }
    }

    public init(
        advertisedAt: MonotonicInstant, advertiseAt: MonotonicInstant, announceAgain: Scheduled? = nil,
        refreshAt: MonotonicInstant? = nil
    ) {
        self.advertisedAt = advertisedAt
        self.advertiseAt = advertiseAt
        self.announceAgain = announceAgain
        self.refreshAt = refreshAt
    }

    var deadline: MonotonicInstant {
        min(advertiseAt, announceAgain?.at ?? advertiseAt, refreshAt ?? advertiseAt)
    }
}

/// Resigned but still serving, so that no request falls between two owners.
///
/// Any VRRP router takes over Skew_Time after the priority 0 advert. It advertises before it has the addresses, so its
/// advert alone is not enough: we let go when it has announced them, or shortly after its advert.
public struct Resigning: Equatable, Sendable {
    public enum Purpose: Equatable, Sendable {
        case stop
        case switchOver
        /// Another member of its sync group lost its addresses, and all move together.
        case yield
    }

    public var purpose: Purpose
    /// When we stop waiting for a successor.
    public var giveUpAt: MonotonicInstant
    /// The successor's first advertisement.
    public var successor: Heard?
    /// When we let go although its announcements were not seen; set by its first advertisement.
    public var letGoAt: MonotonicInstant?
    /// False once someone else was seen to announce every address.
    public var announcementAwaited = true
    /// It waited anew because nobody had listened for a while; once only.
    public var hasListenedAgain = false
    /// Nobody took over within the bound; in a sync group the others have a say in what follows.
    public var hasGivenUp = false
    /// An operator has asked to resume meanwhile: once the successor has the addresses, the election decides.
    public var isResumed = false

    public init(purpose: Purpose, giveUpAt: MonotonicInstant) {
        self.purpose = purpose
        self.giveUpAt = giveUpAt
    }

    /// Once a successor is known, giving up is off: only the time to let go counts.
    var deadline: MonotonicInstant? { letGoAt ?? (hasGivenUp ? nil : giveUpAt) }
}

extension VirtualRouter {
    /// The instant at which the driver must next deliver ``Event/timer``; nil for never.
    public var deadline: MonotonicInstant? {
        switch state {
        case .initialize: nil
        case .backup(let backup): backup.isReady ? nil : backup.takeOverAt
        case .active(let active): active.deadline
        case .resigning(let resigning): resigning.deadline
        }
    }

    /// True while the virtual addresses are meant to be on this host.
    public var holdsAddresses: Bool {
        switch state {
        case .active, .resigning: true
        case .initialize, .backup: false
        }
    }

    /// True when the router has left for good and may be thrown away.
    public var isStopped: Bool { state == .initialize(Initialize(isWanted: false)) }
}
