import Console
import Testing
import VRRPWire

/// What follows from several packets.
@Suite struct `What is said of packets that follow one another` {
    private let active: UInt64 = 0x0200_0000_0002
    private let other: UInt64 = 0x0200_0000_0003

    @Test func `an announcement of a virtual address names the host, and the one that had the address`() throws {
        var listener = try Listener(configuration())
        _ = listener.hear(TestAdvert().frame())
        #expect(
            listener.line(gratuitousARP("192.0.2.10", active), after: 1)
                == "08:00:01.001Z   eth0      first  02:00:00:00:00:02 (192.0.2.2) announces 192.0.2.10 (gratuitous ARP)."
        )
        _ = listener.hear(TestAdvert(source: "192.0.2.3", hardwareAddress: other, priority: 110).frame())
        #expect(
            listener.line(gratuitousARP("192.0.2.10", other), after: 1)
                == "08:00:02.002Z   eth0      first  02:00:00:00:00:03 (192.0.2.3) announces 192.0.2.10 (gratuitous ARP). "
                + "Until now it was announced by 02:00:00:00:00:02 (192.0.2.2).")
        #expect(listener.session.summary(interfaces: ["eth0"], seconds: 3).exitCode == 0)
    }

    @Test func `two hosts that announce an address by turns are two owners`() throws {
        var listener = try Listener(configuration())
        for (hardwareAddress, isDispute) in [(active, false), (other, false), (active, true), (other, true)] {
            let sighting = listener.hear(gratuitousARP("192.0.2.10", hardwareAddress))
            #expect(sighting?.isProblem == isDispute, "\(sighting?.line ?? "nothing")")
        }
        let summary = listener.session.summary(interfaces: ["eth0"], seconds: 4)
        #expect(summary.exitCode == 1)
        #expect(
            summary.lines.contains(
                "! 192.0.2.10 was last announced by 02:00:00:00:00:03; it moved 3 times: two hosts claimed it by turns."
            ))
    }

    @Test func `an address that comes back after a while has two owners no more`() throws {
        var listener = try Listener(configuration())
        _ = listener.hear(gratuitousARP("192.0.2.10", active))
        _ = listener.hear(gratuitousARP("192.0.2.10", other), after: 20_000)
        #expect(listener.hear(gratuitousARP("192.0.2.10", active), after: 20_000)?.isProblem == false)
    }

    @Test func `neighbour advertisements are told like ARP`() throws {
        var listener = try Listener(configuration("version 3", addresses: "fe80::10\n 2001:db8::10"))
        #expect(
            listener.line(neighborAdvertisement("2001:db8::10", active)).hasSuffix(
                "first  02:00:00:00:00:02 announces 2001:db8::10 (neighbour advertisement)."))
        #expect(
            listener.line(neighborAdvertisement("2001:db8::10", other)).hasSuffix(
                "Until now it was announced by 02:00:00:00:00:02."))
    }

    @Test func `announcements of other addresses are counted, unless a VRRP router makes them`() throws {
        var listener = try Listener(configuration())
        #expect(listener.hear(gratuitousARP("192.0.2.77", active)) == nil)
        _ = listener.hear(TestAdvert().frame())
        #expect(
            listener.line(gratuitousARP("192.0.2.77", active)).hasSuffix(
                "02:00:00:00:00:02 (192.0.2.2) announces 192.0.2.77 (gratuitous ARP)."))
        // Virtual MAC addresses belong to routers that need not have been heard.
        #expect(listener.hear(gratuitousARP("192.0.2.78", 0x00_005E_0001_33)) != nil)
        #expect(listener.session.summary(interfaces: ["eth0"], seconds: 1).unrelatedAnnouncements == 1)
    }

    @Test func `ordinary ARP from a virtual address shows when it moves, and a probe claims nothing`() throws {
        var listener = try Listener(configuration())
        _ = listener.hear(gratuitousARP("192.0.2.10", active))
        func reply(_ hardwareAddress: UInt64) -> [UInt8] {
            var frame = gratuitousARP("192.0.2.10", hardwareAddress)
            frame[21] = 2
            frame.replaceSubrange(38..<42, with: [192, 0, 2, 1])
            return frame
        }
        #expect(listener.hear(reply(active)) == nil)
        #expect(
            listener.line(reply(other)).contains("02:00:00:00:00:03 announces 192.0.2.10 (ordinary ARP). Until now"))
        var probe = gratuitousARP("192.0.2.10", 0x0200_0000_0009)
        probe.replaceSubrange(28..<32, with: [0, 0, 0, 0])
        #expect(listener.hear(probe) == nil)
    }

    @Test func `a takeover, in which the old router speaks once more, is no contest`() throws {
        var listener = try Listener(configuration())
        let old = TestAdvert()
        let new = TestAdvert(source: "192.0.2.3", hardwareAddress: other, priority: 110)
        for advert in [old, old, old] { #expect(listener.hear(advert.frame())?.isProblem == false) }
        for (advert, wait) in [(new, 500), (old, 1), (new, 999), (new, 1000), (new, 1000), (new, 1000)] {
            #expect(listener.hear(advert.frame(), after: Int64(wait))?.isProblem == false)
        }
    }

    @Test func `routers that go on side by side are said to be two`() throws {
        var listener = try Listener()
        var lines: [String] = []
        for _ in 0..<4 {
            lines.append(listener.line(TestAdvert().frame(), after: 500))
            lines.append(listener.line(TestAdvert(source: "192.0.2.3", hardwareAddress: other).frame(), after: 500))
        }
        #expect(
            lines.last?.hasSuffix("It is sound. 192.0.2.2 goes on advertising VRID 51 too: there are 2 active routers.")
                == true)
        #expect(lines.prefix(4).allSatisfy { !$0.contains("too") })
        let summary = listener.session.summary(interfaces: ["eth0"], seconds: 4)
        #expect(
            summary.lines == [
                "Heard on eth0 in 4.0 s: 8 adverts from 2 senders.",
                "  VRID 51: 192.0.2.2, 4 adverts, priority 101, one every 1.000 s (says 1.00 s).",
                "  VRID 51: 192.0.2.3, 4 adverts, priority 101, one every 1.000 s (says 1.00 s).",
                "! VRID 51 on eth0 has 2 active routers: 192.0.2.2 and 192.0.2.3.",
                "  VRIDs in use on eth0, IPv4: 51",
            ])
        #expect(summary.exitCode == 1)
    }

    @Test func `a contest that was only just noticed names both`() throws {
        var listener = try Listener()
        var said = false
        // Until the first line that says so, which is about one of the two.
        for turn in 0..<8 where !said {
            let advert =
                turn.isMultiple(of: 2) ? TestAdvert() : TestAdvert(source: "192.0.2.3", hardwareAddress: other)
            said = listener.line(advert.frame(), after: 500).contains("active routers")
        }
        #expect(said)
        let summary = listener.session.summary(interfaces: ["eth0"], seconds: 4)
        #expect(summary.contests.map { Set($0.sources.map(\.description)) } == [["192.0.2.2", "192.0.2.3"]])
    }

    @Test func `one VRID alone is shown when it was asked for, with the announcements of its addresses`() throws {
        var listener = try Listener(configuration(), only: 51)
        #expect(listener.hear(TestAdvert(virtualRouterID: 60, addresses: ["192.0.2.60"]).frame()) == nil)
        #expect(listener.hear(TestAdvert().frame()) != nil)
        #expect(listener.hear(gratuitousARP("192.0.2.10", active)) != nil)
        #expect(listener.hear(gratuitousARP("192.0.2.60", active)) == nil)
        let summary = listener.session.summary(interfaces: ["eth0"], seconds: 4)
        #expect(summary.leftOut == 1)
        #expect(
            summary.lines.suffix(2) == [
                "  1 announcements of other addresses are not shown.", "  1 adverts of other VRIDs are not shown.",
            ])
    }

    @Test func `silence is reported, for each instance, once it means something`() throws {
        let listener = try Listener(configuration())
        let long = listener.session.summary(interfaces: ["eth0"], seconds: 4)
        #expect(
            long.lines == [
                "No VRRP was heard on eth0 in 4.0 s.",
                "! Nothing of VRID 51 (vrrp_1 on eth0) was heard: no router is active for it, or its adverts do not come this far.",
            ])
        #expect(long.exitCode == 1)
        let short = listener.session.summary(interfaces: ["eth0"], seconds: 0.5)
        #expect(short.lines.last?.hasPrefix("  Nothing of VRID 51") == true)
    }

    @Test func `a clock that is set back makes no interval`() throws {
        var listener = try Listener()
        _ = listener.hear(TestAdvert().frame())
        #expect(listener.hear(TestAdvert().frame(), after: -5000)?.sinceLastSeconds == nil)
        #expect(listener.hear(TestAdvert().frame())?.sinceLastSeconds == 1)
        let router = try #require(listener.session.summary(interfaces: ["eth0"], seconds: 1).routers.first)
        #expect(router.meanIntervalSeconds == 1)
    }

    @Test func `a flood of invented senders is shown, and not remembered`() throws {
        var listener = try Listener()
        for number in 0..<2000 {
            let advert = TestAdvert(
                source: "10.0.\(number / 250).\(number % 250 + 1)", hardwareAddress: UInt64(number),
                virtualRouterID: UInt8(number % 255 + 1), addresses: ["10.1.\(number / 250).\(number % 250 + 1)"])
            #expect(listener.hear(advert.frame(), after: 1) != nil)
        }
        let summary = listener.session.summary(interfaces: ["eth0"], seconds: 2)
        #expect(summary.packets == 2000)
        #expect(summary.routers.count == 1024)
        #expect(summary.unremembered == 2000 - 1024)
    }
}
