internal import LinuxKernel
internal import Synchronization
internal import VRRPWire

/// The client's event loop: starts requests on time, follows those under way, gives up on those that take too long.
struct ProbeLoop {
    private struct Request {
        let target: Int
        let started: UInt64
        let stream: ByteStream
        var isConnected = false
        var answer: [UInt8] = []
    }

    let targets: [Probe.Target]
    let interval: UInt64
    let timeout: UInt64
    let record: Probe.Record
    private var active: [Request] = []
    private static let request = Array("GET / HTTP/1.0\r\n\r\n".utf8)
    /// Below this a late start is the ordinary jitter of any machine.
    private static let notableDelay: UInt64 = 2_000_000

    init(targets: [Probe.Target], interval: UInt64, timeout: UInt64, record: Probe.Record) {
        self.targets = targets
        self.interval = interval
        self.timeout = timeout
        self.record = record
    }

    /// Runs until the record says that it is over.
    mutating func run() {
        // The targets take turns, so that each gets a request every `interval`.
        let step = interval / UInt64(max(targets.count, 1))
        var next = monotonicNanoseconds()
        var turn = 0
        while !record.state.withLock({ $0.isEnding }) {
            let now = monotonicNanoseconds()
            if now >= next {
                noteDelay(now - next, at: now)
                start(turn % targets.count, at: now)
                turn += 1
                next += step
                // After a long stop the missed requests are not made up for: they would only disturb.
                if next < now { next = now + step }
            }
            giveUp(at: now)
            guard wait(until: next) else { return }
        }
    }

    private func noteDelay(_ delay: UInt64, at now: UInt64) {
        guard delay >= Self.notableDelay else { return }
        record.state.withLock { $0.delays.append((now, delay)) }
    }

    private mutating func start(_ target: Int, at now: UInt64) {
        do throws(SystemError) {
            let stream = try ByteStream(connectingTo: targets[target].address, port: targets[target].port)
            active.append(Request(target: target, started: now, stream: stream))
        } catch {
            note(target, started: now, .refused(error.code))
        }
    }

    private func note(_ target: Int, started: UInt64, _ outcome: Probe.Sample.Outcome) {
        let sample = Probe.Sample(
            target: target, started: started, ended: monotonicNanoseconds(), outcome: outcome)
        record.state.withLock { $0.samples.append(sample) }
    }

    private mutating func giveUp(at now: UInt64) {
        // The oldest request is first: once one is young enough, all others are.
        while let oldest = active.first, oldest.started + timeout <= now {
            note(oldest.target, started: oldest.started, .timedOut)
            active.removeFirst()
        }
    }

    /// Waits for the requests under way, at most until `next`; false when waiting itself failed.
    private mutating func wait(until next: UInt64) -> Bool {
        var items = active.map { Readiness($0.stream.rawDescriptor, wantsToWrite: !$0.isConnected) }
        do throws(SystemError) {
            try Readiness.wait(&items, until: next)
        } catch {
            return false
        }
        var remaining: [Request] = []
        remaining.reserveCapacity(active.count)
        for (index, request) in active.enumerated() {
            guard items[index].isReady else {
                remaining.append(request)
                continue
            }
            var request = request
            if let outcome = advance(&request) {
                note(request.target, started: request.started, outcome)
            } else {
                remaining.append(request)
            }
        }
        active = remaining
        return true
    }

    /// Goes on with a request whose stream is ready; its outcome, or nil while it goes on.
    private func advance(_ request: inout Request) -> Probe.Sample.Outcome? {
        if !request.isConnected {
            if let code = request.stream.connectionError { return .refused(code) }
            request.isConnected = true
            return request.stream.send(Self.request) ? nil : .broken(0)
        }
        while true {
            switch request.stream.receive() {
            case .bytes(let bytes): request.answer += bytes
            case .nothingYet: return nil
            case .failed(let code): return .broken(code)
            case .end: return Self.host(in: request.answer).map { .answered(by: $0) } ?? .broken(0)
            }
        }
    }

    /// The body of a good answer, which is the name of the host that gave it; nil when the answer is not whole.
    private static func host(in answer: [UInt8]) -> String? {
        let text = String(decoding: answer, as: UTF8.self)
        guard text.hasPrefix("HTTP/1."), text.dropFirst(8).hasPrefix(" 200"), let end = answer.headerEnd else {
            return nil
        }
        let body = String(decoding: answer[end...], as: UTF8.self).filter { !$0.isWhitespace }
        return body.isEmpty ? nil : body
    }
}

extension [UInt8] {
    /// Where the body of an HTTP message begins.
    fileprivate var headerEnd: Int? {
        guard count >= 4 else { return nil }
        for index in 0...(count - 4)
        where self[index] == 13 && self[index + 1] == 10 && self[index + 2] == 13 && self[index + 3] == 10 {
            return index + 4
        }
        return nil
    }
}
