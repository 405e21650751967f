public import VRRPWire

/// One end of a BFD session in asynchronous mode (RFC 5880 section 6.8), without echo and without authentication.
///
/// A value: who drives it delivers packets that were found to be for this session, and the clock, and sends what it says. The
/// deadline is state; to deliver the clock early, late or twice is harmless.
public struct BFDSession: Equatable, Sendable {
    public struct Configuration: Equatable, Sendable {
        /// `min_tx`: the interval at which we would like to send while the session is up.
        public var desiredMinTx: Interval
        /// `min_rx`: no packets shall come faster than this.
        public var requiredMinRx: Interval
        /// `idle_tx`: the interval while it is not up, a second at least (RFC 5880 section 6.8.3).
        public var idleTx: Interval
        /// `multiplier`: after how many missing packets the neighbour gives us up.
        public var detectMultiplier: UInt8
        /// `passive`: nothing is sent before the neighbour is heard.
        public var isPassive: Bool

        public init(
            desiredMinTx: Interval, requiredMinRx: Interval, idleTx: Interval, detectMultiplier: UInt8,
            isPassive: Bool = false
        ) {
            precondition(detectMultiplier > 0, "a session that may miss no packet at all is never up")
            self.desiredMinTx = desiredMinTx
            self.requiredMinRx = requiredMinRx
            self.idleTx = max(idleTx, BFDSession.slowest)
            self.detectMultiplier = detectMultiplier
            self.isPassive = isPassive
        }
    }

    /// What the neighbour has said last.
    public struct Remote: Equatable, Sendable {
        public var state = BFDState.down
        public var diagnostic = BFDDiagnostic.none
        /// 0 while it is not known, or has not been heard for a detection time.
        public var discriminator: UInt32 = 0
        /// Microseconds, as is the next.
        public var desiredMinTx: UInt32 = 0
        public var requiredMinRx: UInt32 = 1
        /// 0 before it was heard.
        public var detectMultiplier: UInt8 = 0
        public var isDemand = false

        public init() {}
    }

    /// A change of state, in the past tense.
    public struct Change: Equatable, Sendable {
        public var from: BFDState
        public var to: BFDState
        /// Ours, and the neighbour's.
        public var diagnostic: BFDDiagnostic
        public var remoteDiagnostic: BFDDiagnostic
        /// For how long nothing was heard, when that is the reason.
        public var silence: Interval?
    }

    public enum Event: Equatable, Sendable {
        /// The clock may have reached ``BFDSession/deadline``.
        case timer
        /// A packet for this session.
        case received(BFDControl)
        /// A reload changed parameters.
        case reconfigured(Configuration)
        /// The operator wants no session any more; the neighbour is told that it is no failure.
        case shutdown
    }

    public enum Action: Equatable, Sendable {
        case send(BFDControl)
        case report(Change)
    }

    /// What a successor process needs to go on as if nothing had happened.
    public struct Saved: Equatable, Sendable {
        public var state: BFDState
        public var diagnostic: BFDDiagnostic
        public var discriminator: UInt32
        public var remote: Remote
        public var isPolling: Bool

        public init(
            state: BFDState, diagnostic: BFDDiagnostic, discriminator: UInt32, remote: Remote, isPolling: Bool
        ) {
            self.state = state
            self.diagnostic = diagnostic
            self.discriminator = discriminator
            self.remote = remote
            self.isPolling = isPolling
        }
    }

    public private(set) var configuration: Configuration
    public private(set) var state = BFDState.down
    public private(set) var diagnostic = BFDDiagnostic.none
    public private(set) var remote = Remote()
    /// Our name for the session; never 0.
    public let discriminator: UInt32
    /// Parameters have changed, and the neighbour has not confirmed that it knows (RFC 5880 section 6.5).
    public private(set) var isPolling = false
    /// They have changed again meanwhile.
    private var pollsAgain = false
    /// What counts until the neighbour knows what is configured (RFC 5880 section 6.8.3).
    private var desiredMinTxInForce: Interval
    private var requiredMinRxInForce: Interval
    /// When the neighbour was heard last; nil when it never was.
    public private(set) var heardAt: MonotonicInstant?
    /// When the next packet is due, if any is.
    private var transmitAt: MonotonicInstant
    /// When what is known of the neighbour is no longer believed; nil when nothing is.
    private var expiresAt: MonotonicInstant?

    /// RFC 5880 section 6.8.3: no end that is not up may send, or announce to send, faster than this.
    public static let slowest = Interval.seconds(1)

    /// - Parameter discriminator: drawn by chance, and like no other session's here.
    public init(discriminator: UInt32, configuration: Configuration, at now: MonotonicInstant) {
        precondition(discriminator != 0, "0 stands for a session that is not known")
        self.discriminator = discriminator
        self.configuration = configuration
        desiredMinTxInForce = configuration.desiredMinTx
        requiredMinRxInForce = configuration.requiredMinRx
        transmitAt = now
    }

    /// Goes on where a predecessor ended: nobody has listened meanwhile, so the neighbour has its whole time again.
    public init(_ saved: Saved, configuration: Configuration, at now: MonotonicInstant) {
        self.init(discriminator: saved.discriminator, configuration: configuration, at: now)
        state = saved.state
        diagnostic = saved.diagnostic
        remote = saved.remote
        isPolling = saved.isPolling
        if isPolling { desiredMinTxInForce = min(configuration.desiredMinTx, configuration.idleTx) }
        if remote.discriminator != 0 {
            heardAt = now
            expiresAt = detectionTime.map { now + $0 }
        }
    }

    public var saved: Saved {
        Saved(
            state: state, diagnostic: diagnostic, discriminator: discriminator, remote: remote, isPolling: isPolling)
    }

    /// When the clock is to be delivered; nil when only a packet can change anything.
    public var deadline: MonotonicInstant? {
        guard sendsPeriodically else { return expiresAt }
        return expiresAt.map { min($0, transmitAt) } ?? transmitAt
    }

    /// For how long the neighbour may be silent (RFC 5880 section 6.8.4); nil before it was heard.
    ///
    /// keepalived: a session that is not up announces the interval of one that is, and sends once a second all the same.
    /// While ours is not up, the neighbour has the time of a slow sender.
    public var detectionTime: Interval? {
        guard remote.detectMultiplier != 0 else { return nil }
        var interval = max(requiredMinRxInForce, .microseconds(UInt64(remote.desiredMinTx)))
        if state != .up { interval = max(interval, Self.slowest) }
        return interval * UInt64(remote.detectMultiplier)
    }

    /// Between two packets of ours, before chance shortens it (RFC 5880 section 6.8.2).
    public var transmitInterval: Interval {
        max(state == .up ? desiredMinTxInForce : configuration.idleTx, .microseconds(UInt64(remote.requiredMinRx)))
    }

    /// - Parameter chance: a number drawn evenly from all 32-bit numbers, which shortens the next interval.
    public mutating func handle(
        _ event: Event, at now: MonotonicInstant, chance: UInt32, into actions: inout BFDActionBuffer
    ) {
        switch event {
        case .timer: tick(at: now, chance, &actions)
        case .received(let control): receive(control, at: now, chance, &actions)
        case .reconfigured(let configuration): reconfigure(configuration, at: now, chance, &actions)
        case .shutdown:
            guard state != .adminDown else { return }
            move(to: .adminDown, .administrativelyDown, &actions)
            expiresAt = nil
            transmit(at: now, chance, &actions)
        }
    }

    // MARK: The clock

    private mutating func tick(at now: MonotonicInstant, _ chance: UInt32, _ actions: inout BFDActionBuffer) {
        if let expiresAt, expiresAt <= now {
            expire(at: now, chance, &actions)
        } else if sendsPeriodically, transmitAt <= now {
            transmit(at: now, chance, &actions)
        }
    }

    /// Nothing valid came for a detection time (RFC 5880 sections 6.8.1 and 6.8.4).
    private mutating func expire(at now: MonotonicInstant, _ chance: UInt32, _ actions: inout BFDActionBuffer) {
        let last = remote.diagnostic
        expiresAt = nil
        remote = Remote()
        guard state == .initializing || state == .up else { return }
        move(to: .down, .detectionTimeExpired, &actions, remoteDiagnostic: last, silence: heardAt.map { now.since($0) })
        transmit(at: now, chance, &actions)
    }

    // MARK: Packets

    /// RFC 5880 section 6.8.6, from the point at which the session is found.
    private mutating func receive(
        _ control: BFDControl, at now: MonotonicInstant, _ chance: UInt32, _ actions: inout BFDActionBuffer
    ) {
        // Discards everything until somebody configures it again.
        if state == .adminDown { return }
        let pace = transmitInterval
        remote.discriminator = control.myDiscriminator
        remote.state = control.state
        remote.diagnostic = control.diagnostic
        remote.desiredMinTx = control.desiredMinTx
        remote.requiredMinRx = control.requiredMinRx
        remote.detectMultiplier = control.detectMultiplier
        remote.isDemand = control.isDemand
        heardAt = now
        if control.isFinal, isPolling { finishPoll() }
        let before = state
        if let (next, reason) = successor(hearing: control.state) { move(to: next, reason, &actions) }
        expiresAt = detectionTime.map { now + $0 }
        if control.isPoll { actions.append(.send(packet(isFinal: true))) }
        if state != before {
            transmit(at: now, chance, &actions)
        } else if transmitInterval < pace {
            transmitAt = min(transmitAt, now + shortened(transmitInterval, by: chance))
        }
    }

    /// RFC 5880 section 6.2, and the diagnostic that goes with the new state; nil when there is none.
    private func successor(hearing theirs: BFDState) -> (BFDState, BFDDiagnostic)? {
        switch (state, theirs) {
        case (.down, .down): (.initializing, .none)
        case (.down, .initializing), (.initializing, .initializing), (.initializing, .up): (.up, .none)
        case (.initializing, .adminDown), (.up, .adminDown), (.up, .down): (.down, .neighbourSignalledDown)
        default: nil
        }
    }

    private mutating func reconfigure(
        _ new: Configuration, at now: MonotonicInstant, _ chance: UInt32, _ actions: inout BFDActionBuffer
    ) {
        guard new != configuration else { return }
        let isSame = new.desiredMinTx == configuration.desiredMinTx && new.requiredMinRx == configuration.requiredMinRx
        configuration = new
        if state != .up {
            (desiredMinTxInForce, requiredMinRxInForce) = (new.desiredMinTx, new.requiredMinRx)
        } else if !isSame {
            desiredMinTxInForce = min(desiredMinTxInForce, new.desiredMinTx)
            requiredMinRxInForce = max(requiredMinRxInForce, new.requiredMinRx)
            if isPolling { pollsAgain = true } else { isPolling = true }
        }
        if state != .adminDown { transmit(at: now, chance, &actions) }
    }

    // MARK: Changes

    private mutating func move(
        to next: BFDState, _ reason: BFDDiagnostic, _ actions: inout BFDActionBuffer,
        remoteDiagnostic: BFDDiagnostic? = nil, silence: Interval? = nil
    ) {
        let from = state
        state = next
        diagnostic = reason
        pollsAgain = false
        (desiredMinTxInForce, requiredMinRxInForce) = (configuration.desiredMinTx, configuration.requiredMinRx)
        // What was announced until now is the slow interval. keepalived: whoever is up goes on sending slowly until it is asked.
        isPolling = next == .up
        if isPolling { desiredMinTxInForce = min(configuration.desiredMinTx, configuration.idleTx) }
        actions.append(
            .report(
                Change(
                    from: from, to: next, diagnostic: reason,
                    remoteDiagnostic: remoteDiagnostic ?? remote.diagnostic, silence: silence)))
    }

    private mutating func finishPoll() {
        if pollsAgain {
            pollsAgain = false
            return
        }
        isPolling = false
        (desiredMinTxInForce, requiredMinRxInForce) = (configuration.desiredMinTx, configuration.requiredMinRx)
    }

    // MARK: Sending

    /// RFC 5880 section 6.8.7: one that is passive is silent until it knows the neighbour.
    private var maySend: Bool { !configuration.isPassive || remote.discriminator != 0 }

    /// Nor goes anything out at intervals to who wants nothing, or nothing while both are up.
    private var sendsPeriodically: Bool {
        let isSilenced = remote.isDemand && state == .up && remote.state == .up && !isPolling
        return maySend && remote.requiredMinRx != 0 && !isSilenced
    }

    private mutating func transmit(at now: MonotonicInstant, _ chance: UInt32, _ actions: inout BFDActionBuffer) {
        transmitAt = now + shortened(transmitInterval, by: chance)
        if maySend { actions.append(.send(packet(isFinal: false))) }
    }

    private func packet(isFinal: Bool) -> BFDControl {
        var control = BFDControl(
            state: state, detectMultiplier: configuration.detectMultiplier, myDiscriminator: discriminator,
            yourDiscriminator: remote.discriminator,
            desiredMinTx: (state == .up ? configuration.desiredMinTx : configuration.idleTx).microseconds,
            requiredMinRx: configuration.requiredMinRx.microseconds)
        control.diagnostic = diagnostic
        control.isFinal = isFinal
        // Never both (RFC 5880 section 6.8.7).
        control.isPoll = isPolling && !isFinal
        return control
    }

    /// 75 to 100 % of an interval, 75 to 90 % where not a single packet may be missed (RFC 5880 section 6.8.7).
    private func shortened(_ interval: Interval, by chance: UInt32) -> Interval {
        let whole = interval.nanoseconds
        let spread = configuration.detectMultiplier == 1 ? whole / 20 * 3 : whole / 4
        return Interval(nanoseconds: whole - whole / 4 + spread.multipliedFullWidth(by: UInt64(chance) << 32).high)
    }
}

/// The actions of one event, in order, in a fixed inline buffer.
///
/// The capacity is an invariant of the session: a change, an answer and a packet.
public struct BFDActionBuffer: ~Copyable {
    public static let capacity = 4
    private var storage: InlineArray<4, BFDSession.Action?>
    public private(set) var count = 0

    public init() { storage = InlineArray(repeating: nil) }

    mutating func append(_ action: BFDSession.Action) {
        precondition(count < Self.capacity, "a single event may not yield this many actions")
        storage[count] = action
        count += 1
    }

    /// Removes every action, oldest first, handing each to `body`.
    public mutating func drain<Failure: Error>(
        _ body: (BFDSession.Action) throws(Failure) -> Void
    ) throws(Failure) {
        defer { count = 0 }
        for index in 0..<count {
            if let action = storage[index] { try body(action) }
        }
    }
}

extension Interval {
    /// As a packet says it.
    fileprivate var microseconds: UInt32 { UInt32(clamping: nanoseconds / 1000) }
}
