import LinuxKernel
import Synchronization
import Testing

import func Glibc.usleep

@Suite struct `The thread that renews addresses` {
    /// Something that the thread is at until it is told to go on.
    private final class Obstacle: Sendable {
        private let isOver = Mutex(false)
        private let hasBegun = Mutex(false)

        var begun: Bool { hasBegun.withLock { $0 } }

        func end() { isOver.withLock { $0 = true } }

        func stand() {
            hasBegun.withLock { $0 = true }
            while !isOver.withLock({ $0 }) { usleep(1000) }
        }
    }

    private func atWork(_ renewer: Renewer) -> Obstacle {
        let obstacle = Obstacle()
        renewer.run { () throws(SystemError) in obstacle.stand() }
        while !obstacle.begun { usleep(1000) }
        return obstacle
    }

    @Test func `is waited for, however long it takes, and nobody claims anything after three seconds of that`() throws {
        let renewer = try Renewer()
        let obstacle = atWork(renewer)
        let end = monotonicNanoseconds() + 3_400_000_000
        let watch = try WorkerThread {
            while monotonicNanoseconds() < end { usleep(1000) }
            obstacle.end()
        }
        let start = monotonicNanoseconds()
        var turns: [(at: UInt64, mayClaim: Bool)] = []
        renewer.hold { turns.append((monotonicNanoseconds(), $0)) }
        #expect(monotonicNanoseconds() >= end)
        // To the end, but without a claim.
        #expect(turns.filter { $0.at < start + 1_000_000_000 }.count > 50)
        #expect(turns.allSatisfy { $0.mayClaim == ($0.at < start + 3_000_000_000) || $0.at < start + 3_200_000_000 })
        #expect(turns.contains { $0.mayClaim && $0.at > start + 2_500_000_000 })
        #expect(turns.contains { !$0.mayClaim })
        watch.join()
    }

    @Test func `is waited for until everything that was ordered before is done`() throws {
        let renewer = try Renewer()
        let obstacle = atWork(renewer)
        let done = Mutex(0)
        for _ in 0..<3 { renewer.run { () throws(SystemError) in done.withLock { $0 += 1 } } }
        var turns = 0
        renewer.awaitKernel { _ in
            turns += 1
            if turns == 5 { obstacle.end() }
        }
        #expect(turns >= 5)
        #expect(done.withLock { $0 } == 3)
    }

    @Test func `begins nothing that it is given while it is held`() throws {
        let renewer = try Renewer()
        renewer.hold { _ in }
        let done = Mutex(0)
        for _ in 0..<3 { renewer.run { () throws(SystemError) in done.withLock { $0 += 1 } } }
        usleep(50_000)
        #expect(done.withLock { $0 } == 0)
        renewer.resume(withoutOrdersOf: "nobody")
        let deadline = monotonicNanoseconds() + 5_000_000_000
        while done.withLock({ $0 }) < 3, monotonicNanoseconds() < deadline { usleep(1000) }
        #expect(done.withLock { $0 } == 3)
    }
}
