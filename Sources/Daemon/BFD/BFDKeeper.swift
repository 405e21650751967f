internal import Configuration
internal import Control
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// Keeps BFD sessions with neighbours, and tells who tracks them when one comes up or goes down.
///
/// docs/design/0024-bfd.md. What a session does is ``BFDSession``'s; here are its sockets, its words and its successor.
final class BFDKeeper {
    let surroundings: Surroundings
    private(set) var neighbours: [BFDNeighbour] = []
    private let changed: (String, CheckState.Status, String, MonotonicInstant) -> Void
    private var listeners: [BFDListener.Key: BFDListener] = [:]
    /// Packets of nobody that is a neighbour here.
    private(set) var strangers: UInt64 = 0
    var limiter = LineLimiter<Line>()
    private var hasStarted = false
    /// Of every session that there was.
    private var discriminators: Set<UInt32> = []

    enum Line: Hashable {
        case refused(String)
        case state(String)
        case sending(String)
        case stranger
        case receiving
    }

    /// Three packets at the slow interval: time to come up for a session that a reload added.
    private static let grace = Interval.seconds(3)
    private static let retryDelay = Interval.seconds(1)

    /// - Parameters:
    ///   - predecessors: what a process before this one has left of the same sessions; nil when there was none.
    ///   - changed: called with a session's name, its status, and the cause in words.
    init(
        _ checks: [BFDCheck], surroundings: Surroundings, predecessors: [BFDMemory]?, at now: MonotonicInstant,
        changed: @escaping (String, CheckState.Status, String, MonotonicInstant) -> Void
    ) {
        self.surroundings = surroundings
        self.changed = changed
        let known = Dictionary((predecessors ?? []).map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        for check in checks {
            let neighbour = known[BFDMemory.key(check.identity)].map { before in
                discriminators.insert(before.session.discriminator)
                return BFDNeighbour(
                    check, BFDSession(before.session, configuration: check.sessionConfiguration, at: now),
                    port: before.port)
            }
            neighbours.append(neighbour ?? fresh(check, hasGrace: predecessors != nil, at: now))
        }
    }

    /// In a rehearsal neighbours are those of the machine on which it is played, and count as they do in service.
    private var isRehearsal: Bool { surroundings.notifier.isRehearsal }

    /// - Parameter hasGrace: somebody may be MASTER already, and is not to let go for the time that a handshake takes.
    private func fresh(_ check: BFDCheck, hasGrace: Bool, at now: MonotonicInstant) -> BFDNeighbour {
        var discriminator: UInt32
        repeat { discriminator = .random(in: 1 ... .max) } while !discriminators.insert(discriminator).inserted
        let neighbour = BFDNeighbour(
            check, BFDSession(discriminator: discriminator, configuration: check.sessionConfiguration, at: now),
            port: .random(in: BFDControl.sourcePorts))
        if hasGrace { neighbour.graceEndsAt = now + Self.grace }
        return neighbour
    }

    var deadline: MonotonicInstant? {
        isRehearsal || !hasStarted ? nil : neighbours.lazy.compactMap(\.deadline).min()
    }

    /// What is known of every session.
    var statuses: [(name: String, status: CheckState.Status)] { neighbours.map { ($0.check.name, status(of: $0)) } }

    func status(of name: String) -> CheckState.Status {
        neighbours.first { $0.check.name == name }.map { status(of: $0) } ?? .unknown
    }

    private func status(of neighbour: BFDNeighbour) -> CheckState.Status {
        guard isRehearsal else { return neighbour.status }
        return neighbour.check.isUpInService ? .working : .failed
    }

    func outcome(of name: String) -> (text: String, changedAt: MonotonicInstant?)? {
        guard let neighbour = neighbours.first(where: { $0.check.name == name }) else { return nil }
        return isRehearsal ? ("not asked in a rehearsal", nil) : (neighbour.outcome, neighbour.changedAt)
    }

    func start(at now: MonotonicInstant) {
        hasStarted = true
        if isRehearsal { return }
        for neighbour in neighbours {
            let check = neighbour.check
            // The time since it was made has not been the neighbour's fault.
            neighbour.session = BFDSession(neighbour.session.saved, configuration: check.sessionConfiguration, at: now)
            open(neighbour, at: now)
            deliver(.timer, to: neighbour, at: now)
        }
        remember()
    }

    /// Takes up changed sessions; those that stay the same on the wire keep their state.
    func reconfigure(_ checks: [BFDCheck], at now: MonotonicInstant) {
        let before = Dictionary(neighbours.map { ($0.check.identity, $0) }, uniquingKeysWith: { first, _ in first })
        let known = Dictionary(statuses.map { ($0.name, $0.status) }, uniquingKeysWith: { first, _ in first })
        let wanted = Set(checks.map(\.identity))
        let removed = neighbours.filter { !wanted.contains($0.check.identity) }
        neighbours.removeAll { !wanted.contains($0.check.identity) }
        if !isRehearsal {
            // Who tracked them does so no longer.
            for neighbour in removed { deliver(.shutdown, to: neighbour, at: now, quietly: true) }
        }
        neighbours = checks.map { check in
            guard let neighbour = before[check.identity] else {
                let neighbour = fresh(check, hasGrace: true, at: now)
                // One of the same name has another neighbour now: what was known of it counts until then.
                neighbour.graceStatus = known[check.name] ?? .unknown
                return neighbour
            }
            let hasOtherHopLimit = neighbour.check.sentHopLimit != check.sentHopLimit
            neighbour.check = check
            if hasOtherHopLimit { neighbour.sender = nil }
            return neighbour
        }
        if isRehearsal { return }
        for neighbour in neighbours {
            open(neighbour, at: now)
            deliver(.reconfigured(neighbour.check.sessionConfiguration), to: neighbour, at: now)
        }
        closeListeners()
        remember()
    }

    /// The daemon ends, and no process goes on: neighbours need not wait until they notice.
    ///
    /// keepalived says nothing, and its neighbours wait for the detection time.
    func end(at now: MonotonicInstant) {
        if isRehearsal { return }
        for neighbour in neighbours { deliver(.shutdown, to: neighbour, at: now) }
    }

    /// Delivers the clock.
    func tick(at now: MonotonicInstant) {
        if isRehearsal || !hasStarted { return }
        for neighbour in neighbours {
            if let retryAt = neighbour.retryAt, retryAt <= now { open(neighbour, at: now) }
            if let due = neighbour.session.deadline, due <= now { deliver(.timer, to: neighbour, at: now) }
            guard let end = neighbour.graceEndsAt, end <= now else { continue }
            neighbour.graceEndsAt = nil
            guard neighbour.status == .failed else { continue }
            changed(
                neighbour.check.name, .failed,
                "BFD session \(neighbour.check.name) did not come up", now)
        }
    }

    // MARK: Sockets

    private func open(_ neighbour: BFDNeighbour, at now: MonotonicInstant) {
        neighbour.retryAt = nil
        let check = neighbour.check
        do throws(SystemError) {
            let key = BFDListener.Key(family: check.neighbour.family, port: check.port)
            if listeners[key] == nil { listeners[key] = try BFDListener.open(key, for: self, surroundings.readiness) }
            if neighbour.sender == nil {
                let sender = try UDPSender(
                    family: check.neighbour.family, source: check.source, ports: BFDControl.sourcePorts,
                    wish: neighbour.port, hopLimit: check.sentHopLimit)
                neighbour.port = sender.port
                neighbour.sender = sender
            }
            if neighbour.hindrance != nil {
                neighbour.hindrance = nil
                surroundings.log.notice("BFD_Instance(\(check.name)) packets can be sent and received now")
            }
        } catch {
            neighbour.retryAt = now + Self.retryDelay
            neighbour.hindrance = "\(error)"
            guard let more = limiter.pass(.sending(check.name), at: now) else { return }
            let advice =
                error.code == SystemError.addressInUse
                ? "; another program on this host does BFD (ss -ulpn shows it)" : ""
            surroundings.log.warning(
                "BFD_Instance(\(check.name)) is down: \(error)\(advice); it is tried again every "
                    + "\(Self.retryDelay)\(more)")
        }
    }

    private func closeListeners() {
        let wanted = Set(neighbours.map { BFDListener.Key(family: $0.check.neighbour.family, port: $0.check.port) })
        for (key, listener) in listeners where !wanted.contains(key) {
            listener.close(surroundings.readiness)
            listeners[key] = nil
        }
    }

    func receptionFailed(_ error: SystemError) {
        let now = surroundings.now
        if let more = limiter.pass(.receiving, at: now) { surroundings.log.warning("BFD: \(error)\(more)") }
    }

    // MARK: Sessions

    func countStranger() { strangers += 1 }

    /// - Parameter quietly: nobody is told of a change but the log.
    func deliver(
        _ event: BFDSession.Event, to neighbour: BFDNeighbour, at now: MonotonicInstant, quietly: Bool = false
    ) {
        var actions = BFDActionBuffer()
        let before = status(of: neighbour)
        neighbour.session.handle(event, at: now, chance: .random(in: 0 ... .max), into: &actions)
        var change: BFDSession.Change?
        // The neighbour first: what instances do about it may take longer than its patience.
        actions.drain { action in
            switch action {
            case .send(let control): send(control, to: neighbour, at: now)
            case .report(let report): change = report
            }
        }
        if let change {
            say(change, neighbour, at: now)
            if !quietly { report(change, of: neighbour, before: before, at: now) }
        }
        remember(neighbour)
    }

    private func send(_ control: BFDControl, to neighbour: BFDNeighbour, at now: MonotonicInstant) {
        guard let sender = neighbour.sender else { return }
        let check = neighbour.check
        let bytes = [UInt8](capacity: BFDControl.size) { control.emit(into: &$0) }
        do throws(SystemError) {
            try sender.send(bytes.span, to: check.neighbour, port: check.port)
            neighbour.counters.sent += 1
            neighbour.hindrance = nil
        } catch {
            neighbour.counters.sendErrors += 1
            neighbour.hindrance = "\(error)"
            guard let more = limiter.pass(.sending(check.name), at: now) else { return }
            surroundings.log.warning("BFD_Instance(\(check.name)) cannot send: \(error)\(more)")
        }
    }

    private func report(
        _ change: BFDSession.Change, of neighbour: BFDNeighbour, before: CheckState.Status, at now: MonotonicInstant
    ) {
        let name = neighbour.check.name
        let wasUp = change.from == .up
        if wasUp || change.to == .up { neighbour.changedAt = now }
        if change.to == .up { neighbour.graceEndsAt = nil }
        if wasUp { neighbour.counters.wentDown += 1 }
        if change.to == .down { neighbour.loss = loss(change, neighbour) }
        let status = status(of: neighbour)
        guard status != before else { return }
        let cause =
            status == .working
            ? "BFD session \(name) is up"
            : "BFD session \(name) is down: \(neighbour.loss ?? neighbour.outcome)"
        changed(name, status, cause, now)
    }

    private func loss(_ change: BFDSession.Change, _ neighbour: BFDNeighbour) -> String {
        let name = "\(neighbour.check.neighbour)"
        if let silence = change.silence {
            return "nothing came from \(name) for \(silence.nanoseconds / 1_000_000) ms"
        }
        return neighbour.session.remote.state == .adminDown
            ? "\(name) has ended it" : "\(name) says that it is down (\(change.remoteDiagnostic))"
    }

    /// keepalived's lines.
    private func say(_ change: BFDSession.Change, _ neighbour: BFDNeighbour, at now: MonotonicInstant) {
        let name = neighbour.check.name
        guard let more = limiter.pass(.state(name), at: now, most: 60) else { return }
        let head = "BFD_Instance(\(name)) Entering \(change.to.word) state"
        switch change.to {
        case .up: surroundings.log.notice(head + more)
        case .initializing, .adminDown: surroundings.log.info(head + more)
        case .down:
            if let silence = change.silence {
                surroundings.log.warning(
                    "BFD_Instance(\(name)) Expired after \(silence.nanoseconds / 1_000_000) ms: nothing came from "
                        + "\(neighbour.check.neighbour)")
            }
            surroundings.log.warning(
                "\(head) (Local diagnostic - \(change.diagnostic), Remote diagnostic - \(change.remoteDiagnostic))\(more)"
            )
        }
    }

    // MARK: The successor

    /// Writes down every session anew.
    private func remember() {
        surroundings.memory.keep(sessions: neighbours.map(\.memory))
        for neighbour in neighbours { neighbour.remembered = neighbour.memory }
    }

    /// Writes down what has changed; most packets change nothing.
    private func remember(_ neighbour: BFDNeighbour) {
        guard hasStarted, neighbour.remembered?.session != neighbour.session.saved,
            let index = neighbours.firstIndex(where: { $0 === neighbour })
        else { return }
        let memory = neighbour.memory
        neighbour.remembered = memory
        surroundings.memory.keep(memory, at: index)
    }
}
