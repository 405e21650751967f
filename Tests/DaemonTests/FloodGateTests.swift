import Testing
import VRRPCore

@testable import Daemon

@Suite struct `The gate against floods` {
    private func at(_ milliseconds: UInt64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: milliseconds * 1_000_000)
    }

    @Test func `a misconfigured neighbour at 10 milliseconds is read and counted, however long it lasts`() {
        var gate = FloodGate()
        for number in 0..<10_000 as Range<UInt64> {
            let shuts = gate.refuse(at: at(10 * number))
            #expect(!shuts)
            #expect(!gate.isUnderPressure(at: at(10 * number)))
        }
    }

    @Test func `a thousand within a second shut it, once, and for a minute`() {
        var gate = FloodGate()
        var shut: [UInt64] = []
        for number in 0..<5000 as Range<UInt64> where gate.refuse(at: at(5 + number / 20)) { shut.append(number) }
        #expect(shut == [UInt64(FloodGate.most - 1)])
        #expect(gate.isUnderPressure(at: at(300)))
        #expect(!gate.isOverdue(at: at(60_000)))
        #expect(gate.isOverdue(at: at(60_100)))
    }

    @Test func `pressure ends soon after the flood, and opening counts anew`() {
        var gate = FloodGate()
        for _ in 0..<FloodGate.most { _ = gate.refuse(at: at(10)) }
        #expect(gate.isUnderPressure(at: at(1900)))
        #expect(!gate.isUnderPressure(at: at(2100)))
        gate.open()
        #expect(gate.opensAt == nil)
        var shut: [Int] = []
        for number in 0..<FloodGate.most where gate.refuse(at: at(3000)) { shut.append(number) }
        #expect(shut == [FloodGate.most - 1])
    }
}
