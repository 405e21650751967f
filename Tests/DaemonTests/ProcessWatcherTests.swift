import Configuration
import LinuxKernel
import Testing
import VRRPCore

@testable import Daemon

/// In the machine's own network namespace, where the kernel's process connector is; nothing is sent to any network.
@Suite(.serialized) struct ProcessWatcherTests {
    private final class Statuses {
        var all: [CheckState.Status] = []
    }

    private struct NeedsRoot: Error, CustomStringConvertible {
        var description: String { "the process connector and raw sockets need root" }
    }

    private func surroundings() throws -> Surroundings {
        guard currentUserID() == 0 else { throw NeedsRoot() }
        let log = Log(Log.Settings(facility: nil, console: false, detailed: false, identity: "test"))
        return try Surroundings(
            log: log, readiness: try Readiness(), memory: WorkerMemory(try SharedMemory(named: "test"), log: nil))
    }

    /// Counts the sleeps of exactly so many seconds.
    private func sleeping(_ seconds: String) -> ProcessCheck {
        let here = SourceLocation(file: "/c", line: 1, column: 1)
        var check = ProcessCheck(name: "web", location: here, process: "sleep")
        check.parameters = [seconds]
        check.match = .exact
        return check
    }

    private var now: MonotonicInstant { MonotonicInstant(nanoseconds: monotonicNanoseconds()) }

    /// Runs the daemon's loop, as far as processes are concerned, until `condition` holds; nanoseconds it took.
    private func run(
        _ watcher: ProcessWatcher, _ surroundings: Surroundings, until condition: () -> Bool
    ) throws -> UInt64? {
        let start = monotonicNanoseconds()
        let bound = start + 5_000_000_000
        while !condition() {
            if monotonicNanoseconds() > bound { return nil }
            try surroundings.readiness.wait(untilNanoseconds: min(bound, watcher.deadline?.nanoseconds ?? bound)) {
                switch $0 {
                case .processEvents: watcher.readEvents(at: now)
                case .process(let pid): watcher.processEnded(pid, at: now)
                default: break
                }
            }
            watcher.tick(at: now)
        }
        return monotonicNanoseconds() - start
    }

    @Test func `a birth and a death are seen within milliseconds through the connector`() throws {
        let surroundings = try surroundings()
        // No other process has this number of seconds to sleep.
        let check = sleeping("48613")
        let statuses = Statuses()
        let watcher = ProcessWatcher([check], surroundings: surroundings) { _, status, _, _ in
            statuses.all.append(status)
        }
        watcher.start(at: now)
        #expect(statuses.all == [.failed])
        #expect(watcher.deadline == nil, "with the connector nothing has to be looked at now and then")
        for round in 1...3 {
            let child = try Child.spawn(SpawnRequest(path: "/bin/sleep", arguments: ["sleep", "48613"]))
            let birth = try #require(try run(watcher, surroundings) { statuses.all.count == 2 * round })
            #expect(birth < 100_000_000)
            #expect(statuses.all.last == .working)
            child.signalGroup(Signals.kill)
            let death = try #require(try run(watcher, surroundings) { statuses.all.count == 2 * round + 1 })
            #expect(death < 100_000_000)
            #expect(statuses.all.last == .failed)
            _ = child.reap()
        }
        watcher.stop()
    }

    @Test func `what is counted is told with what is wanted, unless one is enough`() throws {
        let surroundings = try surroundings()
        func outcome(_ quorum: Int, _ most: Int?) -> String? {
            var check = sleeping("48616")
            (check.quorum, check.quorumMaximum) = (quorum, most)
            return ProcessWatcher([check], surroundings: surroundings) { _, _, _, _ in }.outcome(of: "web")?.text
        }
        #expect(outcome(1, nil) == "0 of sleep 48616 running")
        #expect(outcome(2, nil) == "0 of sleep 48616 running, at least 2 wanted")
        #expect(outcome(2, 3) == "0 of sleep 48616 running, 2 to 3 wanted")
        #expect(outcome(3, 3) == "0 of sleep 48616 running, 3 wanted")
    }

    @Test func `another command line of the same program does not count`() throws {
        let surroundings = try surroundings()
        let check = sleeping("48614")
        let statuses = Statuses()
        let watcher = ProcessWatcher([check], surroundings: surroundings) { _, status, _, _ in
            statuses.all.append(status)
        }
        watcher.start(at: now)
        let other = try Child.spawn(SpawnRequest(path: "/bin/sleep", arguments: ["sleep", "48615"]))
        let right = try Child.spawn(SpawnRequest(path: "/bin/sleep", arguments: ["sleep", "48614"]))
        #expect(try run(watcher, surroundings) { statuses.all.count >= 2 } != nil)
        other.signalGroup(Signals.kill)
        right.signalGroup(Signals.kill)
        #expect(try run(watcher, surroundings) { statuses.all.count >= 3 } != nil)
        #expect(statuses.all == [.failed, .working, .failed])
        watcher.stop()
        _ = (other.reap(), right.reap())
    }
}
