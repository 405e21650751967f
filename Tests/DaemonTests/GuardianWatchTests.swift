import LinuxKernel
import Testing
import VRRPCore

@testable import Daemon

@Suite struct `The watch over the guardian` {
    private func at(_ milliseconds: UInt64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: (100_000 + milliseconds) * 1_000_000)
    }

    /// What it says within so many milliseconds of turns, a tenth of a second apart.
    private func news(
        _ watch: inout GuardianWatch, from start: UInt64, until end: UInt64, state: ProcessActivity.State? = .sleeping,
        beat: (UInt64) -> UInt64
    ) -> [GuardianWatch.News] {
        stride(from: start, to: end, by: 100).compactMap { now in watch.look(at(beat(now)), at: at(now)) { state } }
    }

    @Test func `a guardian that looks once a second is no news, however late a single look is`() {
        var watch = GuardianWatch()
        let told = news(&watch, from: 0, until: 60_000) { now in
            now < 30_000 ? now / 1000 * 1000 : max(30_000, now - 3500)
        }
        #expect(told == [] && watch.silence == nil)
    }

    @Test func `one that was stopped is told of within five seconds, once, and so is its return`() {
        var watch = GuardianWatch()
        expect(news(&watch, from: 0, until: 10_000) { $0 / 1000 * 1000 } == [])
        expect(news(&watch, from: 10_000, until: 14_900, state: .stopped) { _ in 9900 } == [.silent(.stopped)])
        expect(news(&watch, from: 14_900, until: 60_000, state: .stopped) { _ in 9900 } == [])
        let told = news(&watch, from: 60_000, until: 70_000) { $0 }
        #expect(told == [.back(after: .milliseconds(50_100))] && watch.silence == nil)
    }

    @Test func `one that hangs is told of when it has missed some looks in a row`() {
        var watch = GuardianWatch()
        expect(news(&watch, from: 0, until: 10_000) { $0 / 1000 * 1000 } == [])
        expect(news(&watch, from: 10_000, until: 14_000) { _ in 9900 } == [])
        expect(news(&watch, from: 14_000, until: 20_000) { _ in 9900 } == [.silent(.sleeping)])
    }

    @Test func `whoever slept as long as the guardian did blames nobody`() {
        var watch = GuardianWatch()
        expect(news(&watch, from: 0, until: 10_000) { $0 / 1000 * 1000 } == [])
        // Both go on after an hour, and the worker looks first.
        expect(news(&watch, from: 3_600_000, until: 3_600_200) { _ in 9000 } == [])
        expect(news(&watch, from: 3_600_200, until: 3_610_000) { $0 } == [])
    }

    @Test func `one that is gone is nobody's business here`() {
        var watch = GuardianWatch()
        expect(news(&watch, from: 0, until: 60_000, state: nil) { _ in 0 } == [])
        expect(news(&watch, from: 60_000, until: 90_000, state: .ended) { _ in 0 } == [])
    }

    @Test func `what the guardian writes is what the worker reads`() throws {
        let memory = WorkerMemory(try SharedMemory(named: "test"), log: nil)
        #expect(memory.guardianLook == MonotonicInstant(nanoseconds: 0) && !memory.hasSilencedReports)
        memory.guardianLook = at(7)
        #expect(memory.guardianLook == at(7) && !memory.hasSilencedReports)
        memory.hasSilencedReports = true
        #expect(memory.guardianLook == at(7) && memory.hasSilencedReports)
    }
}
