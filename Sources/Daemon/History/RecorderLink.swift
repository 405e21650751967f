internal import LinuxKernel
internal import VRRPCore

/// The daemon's end of the line to its recorder.
///
/// Nothing here waits for the recorder, let alone for the disk.
final class RecorderLink {
    private let directory: String
    private let readiness: Readiness
    private let log: Log
    private var attendant: Attendant?
    private var tokens: [(descriptor: Int32, token: Token)] = []
    private var unsent: [UInt8] = []
    private var received: [UInt8] = []
    /// What is told the outcome of each order about maintenance, in order: nil is success.
    private var waiting: [(String?) -> Void] = []
    private var restartAt: MonotonicInstant?
    private var lost = 0
    private var limiter = LineLimiter<Int>()
    /// Why nothing is kept at present; nil while all is well.
    private(set) var trouble: String?

    /// What may be held back for a recorder that waits for its disk.
    private static let mostUnsent = 256 << 10
    private static let restartDelay = Interval.seconds(5)
    private static let retryDelay = Interval.milliseconds(200)
    private var retryAt: MonotonicInstant?

    init(_ directory: String, _ readiness: Readiness, _ log: Log) {
        self.directory = directory
        self.readiness = readiness
        self.log = log
    }

    var deadline: MonotonicInstant? { restartAt ?? retryAt }

    func start(at now: MonotonicInstant) {
        restartAt = nil
        do throws(SystemError) {
            let fresh = try Attendant.start(arguments: ["understudyd-recorder", Recorder.argument, directory])
            attendant = fresh
            for (descriptor, source) in [
                (fresh.stream.rawDescriptor, Source.recorder(self)), (fresh.child.descriptor, .recorder(self)),
            ] {
                tokens.append((descriptor, try readiness.watch(descriptor, as: source)))
            }
            flush(at: now)
        } catch {
            stumble("the recorder cannot be started: \(error)", at: now)
        }
    }

    /// Keeps one line of the history.
    func append(_ line: String, at now: MonotonicInstant) { send(RecorderWord.append, line, at: now) }

    /// Keeps what is known of maintenance mode; nil forgets it.
    ///
    /// - Parameter done: called with the reason when it could not be kept, with nil when the disk has it.
    func keepStandby(_ line: String?, at now: MonotonicInstant, done: @escaping (String?) -> Void) {
        guard attendant != nil else { return done(trouble ?? "the recorder does not run") }
        waiting.append(done)
        send(RecorderWord.standby, line ?? "", at: now)
    }

    private func send(_ word: Character, _ line: String, at now: MonotonicInstant) {
        let octets = Array("\(word)\(line)\n".utf8)
        guard unsent.count + octets.count <= Self.mostUnsent else {
            lost += 1
            if let more = limiter.pass(1, at: now) {
                log.warning("history: the disk does not keep up; \(lost) record(s) are not kept\(more)")
            }
            if word == RecorderWord.standby { waiting.removeLast()("the disk does not keep up") }
            return
        }
        unsent += octets
        flush(at: now)
    }

    private func flush(at now: MonotonicInstant) {
        retryAt = nil
        guard let attendant else { return }
        while !unsent.isEmpty {
            guard let count = attendant.stream.send(unsent[...]) else { return }
            if count == 0 {
                retryAt = now + Self.retryDelay
                return
            }
            unsent.removeFirst(count)
        }
    }

    /// Delivers the clock.
    func tick(at now: MonotonicInstant) {
        if let restartAt, restartAt <= now { start(at: now) }
        if let retryAt, retryAt <= now { flush(at: now) }
    }

    /// The stream or the process has something to tell.
    func look(at now: MonotonicInstant) {
        guard let attendant else { return }
        switch attendant.stream.receive() {
        case .bytes(let bytes):
            received += bytes
            while let end = received.firstIndex(of: UInt8(ascii: "\n")) {
                take(String(decoding: received[..<end], as: UTF8.self), at: now)
                received.removeSubrange(...end)
            }
        case .nothingYet, .end: break
        }
        if attendant.child.reap() != nil { stumble("the recorder ended", at: now) }
    }

    private func take(_ line: String, at now: MonotonicInstant) {
        let text = String(line.dropFirst())
        if line.first == RecorderWord.standby {
            if !waiting.isEmpty { waiting.removeFirst()(text.isEmpty ? nil : text) }
        } else {
            trouble = text
            if let more = limiter.pass(2, at: now) { log.warning("history: not kept: \(text)\(more)") }
        }
    }

    private func stumble(_ reason: String, at now: MonotonicInstant) {
        for (descriptor, token) in tokens { readiness.forget(descriptor, token) }
        tokens = []
        attendant = nil
        received = []
        trouble = reason
        for done in waiting { done(reason) }
        waiting = []
        restartAt = now + Self.restartDelay
        if let more = limiter.pass(3, at: now) {
            log.warning("history: \(reason); it is tried again in \(Self.restartDelay)\(more)")
        }
    }

    /// Lets the recorder write what it has and waits for its end, but not for a disk that hangs.
    func finish() {
        guard let attendant else { return }
        // Orders that found no room are sent as far as there is room now.
        flush(at: MonotonicInstant(nanoseconds: monotonicNanoseconds()))
        attendant.stream.finishSending()
        var items = [LinuxKernel.Readiness(attendant.child.descriptor)]
        do throws(SystemError) {
            try LinuxKernel.Readiness.wait(&items, until: monotonicNanoseconds() + 1_000_000_000)
        } catch {
            log.debug("waiting for the recorder: \(error)")
        }
        if attendant.child.reap() == nil { attendant.child.signalGroup(Signals.kill) }
        self.attendant = nil
    }
}
