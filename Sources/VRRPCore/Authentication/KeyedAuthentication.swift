public import VRRPWire

/// How adverts prove who sent them (`auth_hmac`): draft-cassen-vrrp-auth-hmac, as keepalived 2.4.2 and later speak it.
public struct KeyedAuthentication: Equatable, Sendable {
    /// What is sent, and what is demanded.
    ///
    /// The three are the steps of a roll-out.
    public enum Mode: String, CaseIterable, Sendable {
        /// Sends no trailer, and believes adverts without one.
        case receiveOnly = "receive-only"
        /// Sends a trailer, and believes adverts without one.
        case permissive
        /// Sends a trailer, and believes nothing that does not prove its sender.
        case enforce
    }

    /// What keeps a recorded advert from being believed again.
    public enum ReplayProtection: String, CaseIterable, Sendable {
        /// It must be newer than the last one of its sender, and of the present time.
        case time
        /// It must be newer than the last one of its sender; clocks need not agree.
        case monotonic
    }

    public struct NumberedKey: Equatable, Sendable {
        public var id: UInt8
        public var key: AuthenticationKey

        public init(id: UInt8, key: AuthenticationKey) {
            self.id = id
            self.key = key
        }
    }

    /// Those that are believed; several while keys are exchanged.
    public var keys: [NumberedKey]
    /// The one that signs.
    public var activeKey: UInt8
    public var mode: Mode
    public var replayProtection: ReplayProtection
    /// How far, in seconds, an advert's time may be from ours.
    public var window: Int

    public init(
        keys: [NumberedKey], activeKey: UInt8, mode: Mode = .enforce, replayProtection: ReplayProtection = .time,
        window: Int
    ) {
        self.keys = keys
        self.activeKey = activeKey
        self.mode = mode
        self.replayProtection = replayProtection
        self.window = window
    }

    public func key(_ id: UInt8) -> AuthenticationKey? { keys.first { $0.id == id }?.key }

    /// The key to sign with; nil when nothing is signed.
    public var signingKey: NumberedKey? {
        guard mode != .receiveOnly, let key = key(activeKey) else { return nil }
        return NumberedKey(id: activeKey, key: key)
    }
}

/// Both clocks at one moment: adverts carry the wall clock, and the monotonic one tells whether that was set.
public struct AuthenticationClock: Equatable, Sendable {
    public var wall: AuthenticationSequence
    public var now: MonotonicInstant

    public init(wall: AuthenticationSequence, now: MonotonicInstant) {
        self.wall = wall
        self.now = now
    }
}

/// What keyed authentication must remember from one advert to the next, and from one process to its successor.
public struct KeyedMemory: Equatable, Sendable {
    /// The newest advert of one sender that was believed.
    public struct Mark: Equatable, Sendable {
        public var source: IPAddress
        public var sequence: AuthenticationSequence
        /// When it came.
        public var at: MonotonicInstant
        /// What was believed of it, this one last; at most ``mostBelieved``.
        ///
        /// None of them is believed again, not even when the mark is given up.
        public var believed: [AuthenticationSequence]

        public static let mostBelieved = 16

        public init(
            source: IPAddress, sequence: AuthenticationSequence, at: MonotonicInstant,
            believed: [AuthenticationSequence] = []
        ) {
            self.source = source
            self.sequence = sequence
            self.at = at
            self.believed = believed
        }

        /// The mark after one more advert of the same sender.
        func moved(to sequence: AuthenticationSequence, at: MonotonicInstant) -> Mark {
            Mark(
                source: source, sequence: sequence, at: at,
                believed: believed.suffix(Self.mostBelieved - 1) + [sequence])
        }
    }

    /// The last sequence that we sent.
    public var sent: AuthenticationSequence?
    /// Of each sender, the one heard last at the end; anyone who has no key can add none.
    public var marks: [Mark]

    public init(sent: AuthenticationSequence? = nil, marks: [Mark] = []) {
        self.sent = sent
        self.marks = marks
    }

    /// Senders that are remembered when anyone with a key may send (keepalived: VRRP_AUTH_HMAC_MCAST_SENDERS).
    public static let multicastSenders = 4

    func mark(of source: IPAddress) -> Mark? { marks.last { $0.source == source } }

    /// Remembers the newest of a sender, and forgets whoever was silent longest when there are more than `most`.
    mutating func move(_ mark: Mark, most: Int) {
        marks.removeAll { $0.source == mark.source }
        if marks.count >= most { marks.removeFirst(marks.count - most + 1) }
        marks.append(mark)
    }

    /// The sequence of the next advert, greater than every one before.
    ///
    /// It follows the wall clock, and counts on when that stands still or was set back a little. Set back by more than the
    /// window, a clock was wrong before: peers whose clocks are right refuse what is as far ahead, for as long as it is, so
    /// with ``KeyedAuthentication/ReplayProtection/time`` it starts anew from the clock (keepalived: from 2.4.3 on).
    mutating func next(_ keyed: KeyedAuthentication, at clock: AuthenticationClock) -> AuthenticationSequence {
        var next = clock.wall
        if let sent, !clock.wall.isAfter(sent) {
            let isStranded = keyed.replayProtection == .time && sent.secondsSince(clock.wall) > keyed.window
            if !isStranded { next = sent.next }
        }
        sent = next
        return next
    }
}

extension VirtualRouter {
    /// What the next advert is to carry; nil when adverts are not signed.
    public mutating func sign(
        _ keyed: KeyedAuthentication?, at clock: AuthenticationClock
    ) -> (key: KeyedAuthentication.NumberedKey, sequence: AuthenticationSequence)? {
        guard let keyed, let key = keyed.signingKey else { return nil }
        return (key, keyedMemory.next(keyed, at: clock))
    }
}
