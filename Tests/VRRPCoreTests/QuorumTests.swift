import Testing
import VRRPCore

@Suite struct `Process quorum` {
    private func at(_ milliseconds: UInt64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: milliseconds * 1_000_000)
    }

    /// A mutating call cannot stand inside the macro.
    private func expect(_ expected: Bool, _ changed: Bool, _ location: SourceLocation = #_sourceLocation) {
        #expect(changed == expected, sourceLocation: location)
    }

    @Test func `the first count counts at once, whatever the delays`() {
        var quorum = ProcessQuorum(minimum: 1, maximum: nil, forkDelay: .seconds(9), terminateDelay: .seconds(9))
        expect(true, quorum.observe(0, at: at(0)))
        #expect(quorum.status == .failed)
    }

    @Test func `too many is as bad as too few`() {
        var quorum = ProcessQuorum(minimum: 1, maximum: 2, forkDelay: .zero, terminateDelay: .zero)
        _ = quorum.observe(1, at: at(0))
        #expect(quorum.status == .working)
        expect(true, quorum.observe(3, at: at(1)))
        #expect(quorum.status == .failed)
        expect(true, quorum.observe(2, at: at(2)))
        #expect(quorum.status == .working)
    }

    @Test func `a restart within the delay does not count`() {
        var quorum = ProcessQuorum(minimum: 1, maximum: nil, forkDelay: .zero, terminateDelay: .milliseconds(500))
        _ = quorum.observe(1, at: at(0))
        expect(false, quorum.observe(0, at: at(100)))
        #expect(quorum.settlesAt == at(600))
        expect(false, quorum.observe(1, at: at(400)))
        #expect(quorum.settlesAt == nil)
        expect(false, quorum.settle(at: at(700)))
        #expect(quorum.status == .working)
    }

    @Test func `a loss that lasts counts when its delay ends, not before`() {
        var quorum = ProcessQuorum(minimum: 2, maximum: nil, forkDelay: .seconds(1), terminateDelay: .milliseconds(500))
        _ = quorum.observe(2, at: at(0))
        _ = quorum.observe(1, at: at(100))
        _ = quorum.observe(0, at: at(300))
        #expect(quorum.settlesAt == at(600), "the delay counts from the first loss")
        expect(false, quorum.settle(at: at(599)))
        expect(true, quorum.settle(at: at(600)))
        #expect(quorum.status == .failed)
        _ = quorum.observe(2, at: at(1000))
        #expect(quorum.settlesAt == at(2000))
    }
}
