package import LinuxKernel
internal import Synchronization
package import VRRPWire

/// A client that sends a request every few milliseconds, each its own TCP connection, and writes down what came of it.
///
/// It runs on a thread of its own, so that nothing else in this process delays it, and notes how late it was itself: a
/// gap that the machine made by not running the client is no gap of the service.
package final class Probe {
    /// Where requests go.
    package struct Target: Hashable, Sendable {
        package var address: IPAddress
        package var port: UInt16

        package init(_ address: IPAddress, port: UInt16 = 80) {
            self.address = address
            self.port = port
        }
    }

    /// One request's fate.
    package struct Sample: Sendable {
        package enum Outcome: Equatable, Sendable {
            /// A whole answer, by the host of this name.
            case answered(by: String)
            /// Connecting failed, by errno: refused, unreachable...
            case refused(Int32)
            /// The connection broke before the answer was whole, by errno; 0 when it just ended.
            case broken(Int32)
            /// No whole answer within the timeout.
            case timedOut
        }

        package var target: Int
        /// Nanoseconds of the monotonic clock.
        package var started: UInt64
        package var ended: UInt64
        package var outcome: Outcome

        package var isAnswer: Bool { if case .answered = outcome { true } else { false } }
    }

    /// What the thread writes and everybody else reads.
    final class Record: Sendable {
        struct State {
            var samples: [Sample] = []
            /// When the client ran late: instant and nanoseconds of delay.
            var delays: [(instant: UInt64, delay: UInt64)] = []
            var isEnding = false
        }
        let state = Mutex(State())
    }

    package let targets: [Target]
    private let record = Record()
    private var thread: WorkerThread?

    /// Begins to send from `network`.
    ///
    /// `interval` is the nanoseconds between two requests to the same target. A request without a whole answer within
    /// `timeout` nanoseconds has failed.
    package init(
        in network: NetworkNamespace, targets: [Target], interval: UInt64 = 4_000_000, timeout: UInt64 = 1_000_000_000
    ) throws(SystemError) {
        self.targets = targets
        // A thread begins in the network namespace of the thread that starts it.
        thread = try network.perform { [record] () throws(SystemError) in
            try WorkerThread {
                makeTimersPrecise()
                var loop = ProbeLoop(targets: targets, interval: interval, timeout: timeout, record: record)
                loop.run()
            }
        }
    }

    deinit { stop() }

    /// Sends no more and waits until the client's thread has ended.
    package func stop() {
        record.state.withLock { $0.isEnding = true }
        thread?.join()
        thread = nil
    }

    /// Requests that ended at or after `instant`, in the order of their ends.
    package func samples(since instant: UInt64) -> [Sample] {
        record.state.withLock { state in
            // Ends are recorded in order: what is wanted is the tail.
            let first = state.samples.lastIndex { $0.ended < instant }.map { $0 + 1 } ?? 0
            return Array(state.samples[first...])
        }
    }

    /// The name in the latest answer to requests for a target, and when it came.
    package func latestAnswer(from target: Int) -> (host: String, instant: UInt64)? {
        record.state.withLock { state in
            for sample in state.samples.reversed() where sample.target == target {
                if case .answered(let host) = sample.outcome { return (host, sample.ended) }
            }
            return nil
        }
    }

    /// What the client saw of `target` from `start` to `end`.
    package func statistics(of target: Int, from start: UInt64, to end: UInt64) -> ProbeStatistics {
        record.state.withLock { state in
            ProbeStatistics(
                state.samples.filter { $0.target == target }, delays: state.delays, from: start, to: end)
        }
    }
}

/// What a client saw in a span of time.
package struct ProbeStatistics: Equatable, Sendable {
    /// Requests begun in the span whose fate is known.
    package var requests = 0
    /// Those of them that got no whole answer.
    package var failures = 0
    /// The longest time between the ends of two consecutive good answers, in nanoseconds.
    ///
    /// A gap counts that begins before the span and ends in it, and one that has not ended counts until the span's
    /// end.
    package var longestGap: UInt64 = 0
    /// The longest time by which the client itself was late in the span, in nanoseconds.
    package var clientDelay: UInt64 = 0
    /// Who answered, in the order of first appearance.
    package var responders: [String] = []

    init(
        _ samples: [Probe.Sample], delays: [(instant: UInt64, delay: UInt64)], from start: UInt64, to end: UInt64
    ) {
        var latest: UInt64?
        for sample in samples {
            if sample.started >= start, sample.started < end {
                requests += 1
                if !sample.isAnswer { failures += 1 }
            }
            guard case .answered(let host) = sample.outcome, sample.ended <= end else { continue }
            if sample.ended >= start {
                if let latest { longestGap = max(longestGap, sample.ended - latest) }
                if !responders.contains(host) { responders.append(host) }
            }
            latest = sample.ended
        }
        if let latest { longestGap = max(longestGap, end - max(latest, start)) } else { longestGap = end - start }
        for delay in delays where delay.instant >= start && delay.instant <= end {
            clientDelay = max(clientDelay, delay.delay)
        }
    }
}
