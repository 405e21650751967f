internal import LinuxKernel
internal import VRRPCore

/// The daemon's end of the line to its recorder.
///
/// Nothing here waits for the recorder, let alone for the disk. What the recorder has not answered when it ends is given
/// to the next one.
final class RecorderLink {
    /// One line for the recorder.
    private struct Order {
        var word: Character
        var octets: [UInt8]
        var givenAt: MonotonicInstant
    }

    /// Who is told the outcome of an order, nil for success; when it takes too long, that it does, and then the outcome.
    private struct Waiting {
        var order: Int
        /// Nil when it has been told that it takes too long.
        var until: MonotonicInstant?
        var done: (String?) -> Void
    }

    private let directory: String
    private let readiness: Readiness
    private let log: Log
    private var attendant: Attendant?
    private var tokens: (stream: Token, child: Token)?
    private var isWatchingForRoom = false
    private var hasHungUp = false
    /// The oldest first: those that were sent and not answered, then those that were not sent.
    private var orders: [Order] = []
    private var sentCount = 0
    private var octetCount = 0
    /// Orders are counted from the first one on; this is the number of the oldest one here.
    private var answeredCount = 0
    private var waiting: [Waiting] = []
    /// How much of the first unsent one has gone.
    private var partlySent = 0
    private var received: [UInt8] = []
    private var restartAt: MonotonicInstant?
    private var limiter = LineLimiter<Complaint>()
    /// Why nothing is kept at present; nil while all is well.
    private(set) var trouble: String?
    /// Records that were not kept.
    private(set) var lost = 0

    private enum Complaint { case refused, slow, ended }

    /// What may be held back for a recorder that waits for its disk.
    private static let mostOctets = 256 << 10
    /// How long who waits for an outcome waits, and how long the disk may take before it counts as trouble.
    private static let patience = Interval.seconds(1)
    private static let slowness = Interval.seconds(5)
    private static let restartDelay = Interval.seconds(5)

    init(_ directory: String, _ readiness: Readiness, _ log: Log) {
        self.directory = directory
        self.readiness = readiness
        self.log = log
    }

    var deadline: MonotonicInstant? {
        // Who has been told once that it takes long is not told again.
        let slow = trouble == nil ? orders.first.map { $0.givenAt + Self.slowness } : nil
        return ([slow, restartAt] + waiting.map(\.until)).compactMap(\.self).min()
    }

    // MARK: Orders

    /// Keeps one line of the history.
    func append(_ line: String, at now: MonotonicInstant) {
        give(Order(word: RecorderWord.append, octets: Self.octets(RecorderWord.append, line), givenAt: now), at: now)
    }

    /// Keeps what is known of maintenance mode; nil forgets it.
    ///
    /// - Parameter done: called with the reason when it could not be kept, with nil when the disk has it; when the disk takes
    ///   too long, called first with that as the reason.
    func keepStandby(_ line: String?, at now: MonotonicInstant, done: @escaping (String?) -> Void) {
        let octets = Self.octets(RecorderWord.standby, line ?? "")
        waiting.append(Waiting(order: answeredCount + orders.count, until: now + Self.patience, done: done))
        give(Order(word: RecorderWord.standby, octets: octets, givenAt: now), at: now)
    }

    private static func octets(_ word: Character, _ line: String) -> [UInt8] { Array("\(word)\(line)\n".utf8) }

    private func give(_ order: Order, at now: MonotonicInstant) {
        // The last word on maintenance counts more than a record; it is small, and given by a person.
        let bound = Self.mostOctets + (order.word == RecorderWord.standby ? Self.mostOctets : 0)
        guard octetCount + order.octets.count <= bound else {
            if order.word == RecorderWord.append {
                lost += 1
            } else {
                waiting.removeLast().done("the disk does not keep up")
            }
            return complain(.slow, "the disk does not keep up; \(lost) record(s) were not kept", at: now)
        }
        orders.append(order)
        octetCount += order.octets.count
        flush(at: now)
    }

    private func flush(at now: MonotonicInstant) {
        guard let attendant, !hasHungUp else { return }
        while sentCount < orders.count {
            guard let count = attendant.stream.send(orders[sentCount].octets[partlySent...]) else { break }
            if count == 0 { return watch(forRoom: true) }
            partlySent += count
            if partlySent == orders[sentCount].octets.count { (sentCount, partlySent) = (sentCount + 1, 0) }
        }
        watch(forRoom: false)
    }

    private func watch(forRoom: Bool) {
        guard let attendant, let tokens, forRoom != isWatchingForRoom else { return }
        do throws(SystemError) {
            try readiness.watch(attendant.stream.rawDescriptor, tokens.stream, forReading: true, forWriting: forRoom)
            isWatchingForRoom = forRoom
        } catch {
            log.debug("history: \(error)")
        }
    }

    // MARK: Answers

    /// The stream or the process has something to tell.
    func look(at now: MonotonicInstant) {
        guard let attendant else { return }
        readAnswers(attendant, at: now)
        if attendant.child.reap() != nil { return stumble("the recorder ended", at: now) }
        flush(at: now)
    }

    private func readAnswers(_ attendant: Attendant, at now: MonotonicInstant) {
        switch attendant.stream.receive() {
        case .bytes(let bytes): received += bytes
        case .nothingYet: break
        case .end:
            // It is about to end, and its end is told by another descriptor.
            hasHungUp = true
            if let tokens { readiness.forget(attendant.stream.rawDescriptor, tokens.stream) }
        }
        while let end = received.firstIndex(of: UInt8(ascii: "\n")) {
            take(String(decoding: received[..<end], as: UTF8.self), at: now)
            received.removeSubrange(...end)
        }
    }

    /// Takes the outcome of the oldest order; an empty one says that the disk has it.
    private func take(_ text: String, at now: MonotonicInstant) {
        guard sentCount > 0 else { return }
        let order = orders.removeFirst()
        sentCount -= 1
        octetCount -= order.octets.count
        if waiting.first?.order == answeredCount { waiting.removeFirst().done(text.isEmpty ? nil : text) }
        answeredCount += 1
        if text.isEmpty {
            if trouble != nil { log.notice("history: kept again; \(lost) record(s) were not kept so far") }
            trouble = nil
        } else {
            if order.word == RecorderWord.append { lost += 1 }
            trouble = text
            complain(.refused, text, at: now)
        }
    }

    // MARK: Life

    func start(at now: MonotonicInstant) {
        restartAt = nil
        do throws(SystemError) {
            let fresh = try Attendant.start(arguments: ["understudyd-recorder", Recorder.argument, directory])
            attendant = fresh
            tokens = (
                try readiness.watch(fresh.stream.rawDescriptor, as: .recorder(self)),
                try readiness.watch(fresh.child.descriptor, as: .recorder(self))
            )
            hasHungUp = false
            if orders.isEmpty { trouble = nil }
            flush(at: now)
        } catch {
            stumble("the recorder cannot be started: \(error)", at: now)
        }
    }

    /// Delivers the clock.
    func tick(at now: MonotonicInstant) {
        if let restartAt, restartAt <= now { start(at: now) }
        if trouble == nil, let oldest = orders.first, oldest.givenAt + Self.slowness <= now {
            let reason = "the disk has not answered for \(Self.slowness)"
            trouble = reason
            complain(.slow, reason, at: now)
        }
        // It is still tried; but whoever waits for the outcome has waited long enough.
        for index in waiting.indices where waiting[index].until.map({ $0 <= now }) ?? false {
            waiting[index].until = nil
            waiting[index].done(trouble ?? "the disk has not answered for \(Self.patience)")
        }
    }

    private func stumble(_ reason: String, at now: MonotonicInstant) {
        if let attendant, let tokens {
            readiness.forget(attendant.stream.rawDescriptor, tokens.stream)
            readiness.forget(attendant.child.descriptor, tokens.child)
        }
        tokens = nil
        attendant = nil
        isWatchingForRoom = false
        received = []
        // All are given to the next one, from the first octet on; what was written twice is read once.
        sentCount = 0
        partlySent = 0
        trouble = reason
        restartAt = now + Self.restartDelay
        complain(.ended, "\(reason); it is started again in \(Self.restartDelay)", at: now)
    }

    private func complain(_ kind: Complaint, _ text: String, at now: MonotonicInstant) {
        if let more = limiter.pass(kind, at: now) { log.warning("history: not kept: \(text)\(more)") }
    }

    /// Lets the recorder write what it has and waits for its end, but not for a disk that hangs.
    func finish(at now: MonotonicInstant) {
        if let attendant { finish(attendant, at: now) }
        attendant = nil
        if !orders.isEmpty { log.warning("history: what happened last is not kept: \(orders.count) record(s)") }
        for item in waiting { item.done("the daemon stopped before the disk had answered") }
        waiting = []
    }

    private func finish(_ attendant: Attendant, at now: MonotonicInstant) {
        let end = monotonicNanoseconds() + 1_000_000_000
        while sentCount < orders.count, wait(for: attendant.stream.rawDescriptor, toWrite: true, until: end) {
            flush(at: now)
            if hasHungUp || monotonicNanoseconds() >= end { break }
        }
        attendant.stream.finishSending()
        _ = wait(for: attendant.child.descriptor, until: end)
        if attendant.child.reap() == nil { attendant.child.signalGroup(Signals.kill) }
        // The last answers may be more than one reading holds.
        for _ in 0..<64 where !orders.isEmpty { readAnswers(attendant, at: now) }
    }

    private func wait(for descriptor: Int32, toWrite: Bool = false, until end: UInt64) -> Bool {
        var items = [LinuxKernel.Readiness(descriptor, wantsToWrite: toWrite)]
        do throws(SystemError) {
            try LinuxKernel.Readiness.wait(&items, until: end)
        } catch {
            log.debug("waiting for the recorder: \(error)")
        }
        return items[0].isReady
    }
}
