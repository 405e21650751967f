import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension OneOwner {
    /// Somebody on the link who says that it has an address of ours, and speaks no VRRP.
    @Suite(.serialized) struct Rivals {
        private static let stranger = HardwareAddress(rawValue: 0x0200_0000_0099)

        static func claim(_ address: String) throws -> [UInt8] {
            switch try ip(address) {
            case .v4(let address):
                let arp = GratuitousARP(address: address, hardwareAddress: stranger)
                return [UInt8](capacity: GratuitousARP.frameSize) { arp.emitFrame(into: &$0, form: .reply) }
            case .v6(let address):
                let advertisement = NeighborAdvertisement(
                    target: address, hardwareAddress: stranger, isRouter: false)
                return [UInt8](capacity: NeighborAdvertisement.frameSize) { advertisement.emitFrame(into: &$0) }
            }
        }

        /// A host that is active, and a client beside it.
        private func prepared(_ address: String) throws -> (Trial, RunningDaemon, NetworkNamespace) {
            let trial = try Trial()
            let host = try trial.host()
            let client = try trial.laboratory.addClient([Interface("eth0", addresses: [try .init("192.0.2.200", 24)])])
            let daemon = try trial.start(host, instance(addresses: [address]))
            try daemon.becomesMaster()
            return (trial, daemon, client)
        }

        private func status(_ daemon: RunningDaemon) throws -> String {
            try daemon.host.run(Trial.command, ["status", "--json"]).output.filter { !$0.isWhitespace }
        }

        @Test(arguments: ["192.0.2.10", "fd00:2::10"])
        func `a claim by another is said at once and answered, and taken back when nobody answers for it`(
            address: String
        ) throws {
            let (trial, daemon, client) = try prepared(address)
            // In the first second whoever had the address before may still be heard.
            try trial.waitFor("the first round of questions") {
                try status(daemon).contains("\"probes_sent\":") && !status(daemon).contains("\"probes_sent\":0")
            }
            let announcements = try Announcements(in: client)
            try announcements.forget()
            let index = try #require(try client.interfaceIndex("eth0"))
            let socket = try client.perform { () throws(SystemError) in try PacketSocket() }
            let start = monotonicNanoseconds()
            let frame = try Self.claim(address)
            try socket.send(frame.span, interfaceIndex: UInt32(index))
            try trial.waitFor("our announcement") { try announcements.heard(try ip(address)) }
            print(
                "OWNER a claim to \(address) answered after \((Double(monotonicNanoseconds() - start) / 1e6).thousandths) ms"
            )
            try daemon.says("(VI_1) TWO OWNERS: 02:00:00:00:00:99 has \(address) as well, while this host is MASTER")
            let told = try status(daemon)
            #expect(told.contains("\"hardware_address\":\"02:00:00:00:00:99\""), "\(told)")
            #expect(told.contains("\"foreign_announcements\":1"))
            #expect(try daemon.host.run(Trial.command, ["status"]).status == .exited(code: 1))
            try daemon.says("(VI_1) nobody else has \(address) any more", seconds: 8)
            #expect(try daemon.host.run(Trial.command, ["status"]).status == .exited(code: 0))
            let history = try daemon.host.run(Trial.command, ["history"]).output
            #expect(history.contains("two owners") && history.contains("one owner again"), "\(history)")
            #expect(daemon.lines().filter { $0.contains("Entering MASTER") }.count == 1)
        }

        @Test func `a claim to an address that a reload has brought is heard as well`() throws {
            let (trial, daemon, client) = try prepared("192.0.2.10")
            try daemon.reload(instance(addresses: ["192.0.2.10", "192.0.2.11"]))
            try trial.waitFor("the new address") { try daemon.host.has("192.0.2.11") }
            try trial.waitFor("the first round of questions") { try !status(daemon).contains("\"probes_sent\":0") }
            let index = try #require(try client.interfaceIndex("eth0"))
            let socket = try client.perform { () throws(SystemError) in try PacketSocket() }
            let frame = try Self.claim("192.0.2.11")
            try socket.send(frame.span, interfaceIndex: UInt32(index))
            try daemon.says("(VI_1) TWO OWNERS: 02:00:00:00:00:99 has 192.0.2.11 as well")
        }

        @Test(arguments: ["192.0.2.10", "fd00:2::10"])
        func `an owner that keeps silent is found by asking`(address: String) throws {
            let trial = try Trial()
            let host = try trial.host()
            let quiet = try trial.host("quiet", "192.0.2.66")
            let prefix: UInt8 = address.contains(":") ? 64 : 24
            try quiet.setAddress(.init(address, prefix), on: "eth0", present: true)
            let daemon = try trial.start(host, instance(addresses: [address]))
            try daemon.says("TWO OWNERS:", seconds: 8)
            try quiet.setAddress(.init(address, prefix), on: "eth0", present: false)
            try daemon.says("nobody else has \(address) any more", seconds: 10)
        }

        @Test func `a thousand forged claims a second cost a few announcements, and no advert is late`() throws {
            let (trial, daemon, client) = try prepared("192.0.2.10")
            let adverts = try AdvertRecorder(in: client)
            try trial.waitFor("the first round of questions") { try !status(daemon).contains("\"probes_sent\":0") }
            let counter = try AnnouncementCounter(in: client)
            let (start, mark) = (monotonicNanoseconds(), daemon.mark)
            let flood = try Flood(in: client, [try Self.claim("192.0.2.10")], perSecond: 1000)
            try trial.waitFor("three seconds of it", seconds: 6) { monotonicNanoseconds() > start + 3_000_000_000 }
            flood.stop()
            #expect(adverts.isSteady(adverts.gaps(since: start)))
            let announced = try counter.count(of: try ip("192.0.2.10"))
            // Each round has eleven announcements at most, and begins a second after the one before it.
            #expect((2...44).contains(announced), "\(announced)")
            #expect(daemon.lines(since: mark).filter { $0.contains("TWO OWNERS") }.count == 1)
            #expect(!daemon.text(since: mark).contains("Entering"))
        }

        @Test func `what others say of other addresses is no news`() throws {
            let (trial, daemon, client) = try prepared("192.0.2.10")
            try trial.waitFor("the first round of questions") { try !status(daemon).contains("\"probes_sent\":0") }
            let flood = try Flood(
                in: client, [try Self.claim("192.0.2.11"), try Self.claim("fd00:2::11")], perSecond: 2000)
            let start = monotonicNanoseconds()
            try trial.waitFor("a second of it") { monotonicNanoseconds() > start + 1_000_000_000 }
            flood.stop()
            #expect(try status(daemon).contains("\"foreign_announcements\":0"))
            #expect(!daemon.text().contains("TWO OWNERS"))
        }
    }
}

/// Counts gratuitous ARP on `eth0` of a network.
final class AnnouncementCounter {
    private let listener: AnnouncementListener
    private var counts: [IPAddress: Int] = [:]

    init(in network: NetworkNamespace) throws {
        guard let index = try network.interfaceIndex("eth0") else { throw DidNotHappen(description: "no eth0") }
        listener = try network.perform { () throws(SystemError) in
            try AnnouncementListener(interfaceIndex: UInt32(index))
        }
    }

    func count(of address: IPAddress) throws -> Int {
        while try listener.receive({ frame in
            do throws(WireError) {
                let packet = try ARPPacket.parse(frame)
                if packet.isAnnouncement { counts[.v4(packet.senderAddress), default: 0] += 1 }
            } catch .notARP {
                // An advert of a neighbour, of which nobody here keeps count.
            } catch {
                Issue.record("a frame that is no announcement: \(error)")
            }
        }) {}
        return counts[address] ?? 0
    }
}
