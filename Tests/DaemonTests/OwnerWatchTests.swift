import Testing
import VRRPCore
import VRRPWire

@testable import Daemon

private func at(_ milliseconds: UInt64) -> MonotonicInstant {
    MonotonicInstant(nanoseconds: (1_000_000 + milliseconds) * 1_000_000)
}

private let here = HardwareAddress(rawValue: 0x0200_0000_0001)
private let elsewhere = HardwareAddress(rawValue: 0x0200_0000_0002)

@Suite struct `The watch for other owners` {
    private func address(_ last: Int = 10) throws -> IPAddress { try #require(IPAddress("192.0.2.\(last)")) }

    /// When it announces until `end`, in milliseconds; what becomes due is done at once.
    private func announcements(_ watch: inout OwnerWatch, from start: UInt64, until end: UInt64) -> [UInt64] {
        (start...end).filter { !watch.dueDefence(at: at($0)).isEmpty }
    }

    @Test func `has nothing to do before it begins, and nothing after it ends`() throws {
        var watch = OwnerWatch()
        #expect(watch.deadline == nil)
        watch.begin(at: at(0))
        #expect(watch.deadline == at(1000))
        _ = watch.saw(try address(), at: here, now: at(10))
        watch.defend([0], at: at(10))
        watch.end()
        #expect(watch.deadline == nil && watch.rivals.isEmpty)
        expect(watch.dueDefence(at: at(20)).isEmpty && watch.dueProbes(of: 3, jitter: 0, at: at(5000)).isEmpty)
        #expect(watch.foreignAnnouncements == 1, "what was counted stays counted")
    }

    @Test func `a claim is news once, and again from another hardware address`() throws {
        var watch = OwnerWatch()
        watch.begin(at: at(0))
        try expect(watch.saw(address(), at: here, now: at(1)))
        try expect(!watch.saw(address(), at: here, now: at(2)))
        try expect(watch.saw(address(11), at: here, now: at(2)))
        try expect(watch.saw(address(), at: elsewhere, now: at(3)))
        let rival = try #require(watch.rivals[try address()])
        #expect(rival.announcements == 3 && rival.since == at(1) && rival.lastSeen == at(3))
        #expect(watch.foreignAnnouncements == 4)
    }

    @Test func `a claim is answered at once and then at growing distances`() {
        var watch = OwnerWatch()
        watch.begin(at: at(0))
        watch.defend([2, 0], at: at(100))
        expect(watch.dueDefence(at: at(100)) == [0, 2])
        expect(announcements(&watch, from: 101, until: 9000) == [110, 130, 160, 300, 1100, 5100])
        expect(watch.dueDefence(at: at(9001)).isEmpty)
    }

    @Test func `who is told to wait for an advert announces after it`() {
        var watch = OwnerWatch()
        watch.begin(at: at(0))
        watch.defend([0], at: at(100), after: OwnerWatch.hearing)
        expect(announcements(&watch, from: 100, until: 109) == [103])
    }

    @Test func `claims at any rate cause a bounded number of announcements, fewer as they go on`() {
        var watch = OwnerWatch()
        watch.begin(at: at(0))
        var times: [UInt64] = []
        // A minute of a claim every millisecond.
        for now in UInt64(0)..<60_000 {
            watch.defend([0], at: at(now))
            if !watch.dueDefence(at: at(now)).isEmpty { times.append(now) }
        }
        let most = OwnerWatch.repeats.count + OwnerWatch.mostExtras
        #expect(times.filter { $0 < 1000 }.count <= most)
        #expect(times.filter { $0 < 5000 }.count <= most * OwnerWatch.mostQuickRounds)
        // RFC 5227 section 2.4: no war. After the first rounds there is one every ten seconds.
        let later = times.filter { (20_000..<60_000).contains($0) }
        #expect((4...most * 5).contains(later.count), "\(later)")
        // Silence ends the contest, and the next one is answered at once again.
        _ = announcements(&watch, from: 60_000, until: 79_999)
        watch.defend([0], at: at(80_000))
        expect(watch.dueDefence(at: at(80_000)) == [0])
    }

    @Test func `every address is asked about once a round, a few at a time, however many there are`() {
        for count in [1, 8, 9, 1000] {
            var watch = OwnerWatch()
            watch.begin(at: at(0))
            var (asked, most, last): ([Int], Int, UInt64) = ([], 0, 0)
            for now in UInt64(0)..<40_000 {
                let due = watch.dueProbes(of: count, jitter: 0, at: at(now))
                guard !due.isEmpty else { continue }
                #expect(now >= 1000, "whoever had the addresses may still let go")
                #expect(asked.isEmpty || now - last >= 20)
                asked += due
                (most, last) = (max(most, due.count), now)
            }
            #expect(asked == Array(0..<count))
            #expect(most <= OwnerWatch.batch)
        }
    }

    @Test func `a regular round comes after fifty to seventy seconds`() {
        for (jitter, expected) in [(0.0, UInt64(51_000)), (1.0, 71_000)] {
            var watch = OwnerWatch()
            watch.begin(at: at(0))
            expect(watch.dueProbes(of: 1, jitter: jitter, at: at(1000)) == 0..<1)
            #expect(watch.deadline == at(expected))
            expect(watch.dueProbes(of: 1, jitter: 0, at: at(expected - 1)).isEmpty)
            expect(watch.dueProbes(of: 1, jitter: 0, at: at(expected)) == 0..<1)
        }
    }

    @Test func `a round that a shorter list interrupts goes on without a fault`() {
        var watch = OwnerWatch()
        watch.begin(at: at(0))
        _ = watch.dueProbes(of: 1000, jitter: 0, at: at(1000))
        _ = watch.dueProbes(of: 1000, jitter: 0, at: at(1020))
        expect(watch.dueProbes(of: 3, jitter: 0, at: at(1040)).isEmpty)
        expect(watch.dueProbes(of: 3, jitter: 0, at: at(1040) + OwnerWatch.probeSpacing) == 0..<3)
    }

    @Test func `a rival is asked after two seconds of silence, and gone after two more without an answer`() throws {
        var watch = OwnerWatch()
        watch.begin(at: at(0))
        _ = watch.saw(try address(), at: here, now: at(500))
        expect(watch.dueSuspicions(at: at(2499)).ask.isEmpty)
        expect(watch.dueSuspicions(at: at(2500)).ask == [try address()])
        // It answers, and is asked again.
        try expect(!watch.saw(address(), at: here, now: at(2600)))
        expect(watch.dueSuspicions(at: at(4500)).gone.isEmpty)
        expect(watch.dueSuspicions(at: at(6500)).ask == [try address()])
        let gone = watch.dueSuspicions(at: at(8500)).gone
        #expect(gone.map(\.0) == [try address()] && gone.first?.1.announcements == 2)
        #expect(watch.rivals.isEmpty)
    }

    @Test func `a question goes with an advert no more often than the spacing allows`() {
        var watch = OwnerWatch()
        watch.begin(at: at(0))
        let sent = (0..<100).filter { watch.mayAccompany(at: at(UInt64($0) * 100), spacing: .milliseconds(900)) }
        #expect(sent.count == 12)
    }
}

@Suite struct `A claim` {
    private let hardware = HardwareAddress(rawValue: 0x0200_0000_0099)

    @Test func `is any ARP from the address, but not a probe from no address`() {
        let address = IPv4Address(192, 0, 2, 10)
        let arp = GratuitousARP(address: address, hardwareAddress: hardware)
        for form in [GratuitousARP.Form.request, .reply] {
            let frame = [UInt8](capacity: GratuitousARP.frameSize) { arp.emitFrame(into: &$0, form: form) }
            let claim = Claim(frame.span)
            #expect(claim?.address == .v4(address) && claim?.hardwareAddress == hardware)
        }
        let probe = [UInt8](capacity: GratuitousARP.frameSize) { arp.emitProbeFrame(to: .broadcast, into: &$0) }
        #expect(Claim(probe.span) == nil)
    }

    @Test func `is a neighbour advertisement for the address`() throws {
        guard case .v6(let address) = try #require(IPAddress("fd00::10")) else { return }
        let advertisement = NeighborAdvertisement(target: address, hardwareAddress: hardware, isRouter: false)
        let frame = [UInt8](capacity: NeighborAdvertisement.frameSize) { advertisement.emitFrame(into: &$0) }
        let claim = Claim(frame.span)
        #expect(claim?.address == .v6(address) && claim?.hardwareAddress == hardware)
        // Cut off anywhere, it is none.
        for count in 0..<frame.count { #expect(Claim(frame.span.extracting(0..<count)) == nil) }
    }
}
