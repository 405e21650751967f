import Testing
import VRRPCore
import VRRPWire

@testable import Daemon

private func at(_ milliseconds: UInt64) -> MonotonicInstant {
    MonotonicInstant(nanoseconds: (1_000_000 + milliseconds) * 1_000_000)
}

private let one = [IPAddress("192.0.2.10")!]
private let other = [IPAddress("192.0.2.11")!]

@Suite struct `The ledger of repairs` {
    @Test func `allows the first repair at once, and the next after a tenth of a second`() {
        var ledger = RepairLedger()
        expect(ledger.deadline == nil && ledger.mayRepair(one, at: at(0)))
        ledger.tried(one, at: at(0))
        expect(!ledger.mayRepair(one, at: at(1)))
        #expect(ledger.deadline == at(100))
        #expect(!ledger.isDue(at: at(99)) && ledger.isDue(at: at(100)))
        ledger.tried(one, at: at(100))
        #expect(ledger.deadline == nil)
    }

    @Test func `lets no address wait for another`() {
        var ledger = RepairLedger()
        ledger.tried(one, at: at(0))
        expect(ledger.mayRepair(other, at: at(1)))
        expect(ledger.mayRepair(one + other, at: at(1)))
        ledger.tried(other, at: at(1))
        expect(!ledger.mayRepair(one + other, at: at(2)))
        #expect(ledger.deadline == at(100))
    }

    @Test func `asks again for what the kernel refused, ever less often`() {
        var ledger = RepairLedger()
        var asked: [UInt64] = []
        for now in UInt64(0)..<20_000 where now == 0 || ledger.isDue(at: at(now)) {
            asked.append(now)
            ledger.tried(one, at: at(now))
            ledger.noteRefusal(true, at: at(now))
        }
        #expect(asked == [0, 100, 300, 700, 1500, 3100, 6300, 11300, 16300] && ledger.wasRefused)
        ledger.tried(one, at: at(20_000))
        ledger.noteRefusal(false, at: at(20_000))
        #expect(ledger.deadline == nil && !ledger.wasRefused)
    }

    @Test func `counts trying as well as succeeding`() {
        var ledger = RepairLedger()
        ledger.tried(one, at: at(0))
        expect(!ledger.mayRepair(one, at: at(50)), "what the kernel refuses is not asked for all the time")
        #expect(ledger.count == 0)
    }

    @Test func `allows at most ten repairs a second, whatever somebody does`() {
        var ledger = RepairLedger()
        var repairs = 0
        for now in UInt64(0)..<10_000 {
            guard ledger.isDue(at: at(now)) || ledger.mayRepair(one, at: at(now)) else { continue }
            ledger.tried(one, at: at(now))
            _ = ledger.repaired(at: at(now))
            repairs += 1
        }
        #expect(repairs == 100 && ledger.count == 100)
    }

    @Test func `five within ten seconds are a fight, which is said once`() {
        var ledger = RepairLedger()
        let begins = (0..<10).map { ledger.repaired(at: at(UInt64($0) * 2500)) }
        #expect(begins == [false, false, false, false, true, false, false, false, false, false])
        #expect(ledger.isFight)
    }

    @Test func `five within more than ten seconds are none`() {
        var ledger = RepairLedger()
        for number in 0..<50 { expect(!ledger.repaired(at: at(UInt64(number) * 2501))) }
        #expect(!ledger.isFight && ledger.deadline == nil)
    }

    @Test func `a fight is over after a quiet minute, and the next one begins anew`() {
        var ledger = RepairLedger()
        for number in 0..<5 { _ = ledger.repaired(at: at(UInt64(number))) }
        #expect(ledger.deadline == at(60_004))
        expect(!ledger.calmedDown(at: at(60_003)))
        expect(ledger.calmedDown(at: at(60_004)))
        expect(!ledger.calmedDown(at: at(60_005)))
        #expect(!ledger.isFight && ledger.deadline == nil && ledger.count == 5)
        expect(!ledger.repaired(at: at(60_006)))
    }
}

@Suite struct `The VRIDs that were heard` {
    @Test func `leave the lowest other one free`() {
        var ids = VirtualRouterIDs()
        #expect(ids.lowestFree?.rawValue == 1)
        for id in UInt8(1)...70 { ids.insert(id) }
        #expect(ids.contains(64) && !ids.contains(71) && ids.lowestFree?.rawValue == 71)
        for id in UInt8(71)...255 { ids.insert(id) }
        #expect(ids.contains(255) && ids.lowestFree == nil)
    }
}
