internal import Glibc
internal import LinuxKernel
internal import Simulator
internal import Synchronization

/// Seeds that several threads play, and their results in the order of the seeds, however many threads there are.
final class SeedQueue: Sendable {
    private struct State {
        var next: UInt64
        var finished: [UInt64: [Report]] = [:]
        var tally: SimulationTally
    }

    /// A thread takes so many seeds at a time.
    private static let batch: UInt64 = 50

    private let first: UInt64
    private let count: UInt64
    private let mostFailures: Int
    private let progress: (@Sendable (SimulationTally) -> Void)?
    private let state: Mutex<State>

    /// - Parameters:
    ///   - mostFailures: it ends with the seed that breaks the last of so many promises.
    ///   - progress: told now and then; nil for nobody.
    init(
        first: UInt64, count: UInt64, mostFailures: Int, progress: (@Sendable (SimulationTally) -> Void)? = nil
    ) {
        (self.first, self.count, self.mostFailures, self.progress) = (first, count, mostFailures, progress)
        state = Mutex(State(next: 0, tally: SimulationTally(first: first)))
    }

    /// As many threads as this machine has processors.
    static var processors: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// Plays them all; with one thread, in this one.
    func play(threads: Int) throws(SystemError) -> SimulationTally {
        var helpers: [WorkerThread] = []
        defer { for helper in helpers { helper.join() } }
        for _ in 1..<max(1, threads) { helpers.append(try WorkerThread { self.work() }) }
        work()
        for helper in helpers { helper.join() }
        return state.withLock { $0.tally }
    }

    private func work() {
        while let start = takeBatch() {
            let end = start + min(Self.batch, count - start)
            let reports = (start..<end).map { offset in
                var simulator = Simulator(seed: first + offset, options: .demanding)
                return simulator.run()
            }
            let tally = hand(in: reports, of: start)
            if let progress, let tally { progress(tally) }
        }
    }

    private func takeBatch() -> UInt64? {
        state.withLock { state in
            guard state.next < count, state.tally.failures.count < mostFailures else { return nil }
            defer { state.next += min(Self.batch, count - state.next) }
            return state.next
        }
    }

    /// Counts what can be counted in order; what came too early waits for its turn.
    private func hand(in reports: [Report], of start: UInt64) -> SimulationTally? {
        state.withLock { state in
            state.finished[start] = reports
            let before = state.tally.played
            while let ready = state.finished.removeValue(forKey: state.tally.played) {
                for report in ready where state.tally.failures.count < mostFailures { state.tally.add(report) }
            }
            return state.tally.played / 500 > before / 500 ? state.tally : nil
        }
    }
}
