import Control
import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Behaviour.Controlled {
    /// `standby_notice`: what the active router knows of who would take over.
    @Suite(.serialized) struct Notices {
        private func text(_ family: AddressFamily, _ priority: Int, _ more: String) -> String {
            let address = family == .v4 ? "192.0.2.10/24" : "fd00:2::10/64"
            return instance(priority: priority, addresses: [address], more)
        }

        @Test(arguments: [AddressFamily.v4, .v6], [true, false])
        func `the active router knows its standby, says when it is gone, and when it is back`(
            family: AddressFamily, isUnicast: Bool
        ) throws {
            if family == .v6, isUnicast { return }
            let trial = try Trial()
            let hosts = [try trial.host(), try trial.host("lb2", "192.0.2.2")]
            func peer(_ number: Int) -> String { isUnicast ? "unicast_peer {\n    192.0.2.\(number)\n}\n" : "" }
            let active = try trial.start(hosts[0], text(family, 150, peer(2) + "standby_notice on"))
            try active.becomes(.active)
            // Nobody is there yet.
            try active.says("no standby has been heard for 5 s: nobody would take over", seconds: 8)
            #expect(try active.instance().standbys == [])
            #expect(try active.instance().next.contains { $0.hasPrefix("nobody would take over") })
            let standby = try trial.start(hosts[1], text(family, 100, peer(1) + "standby_notice on"))
            try standby.becomes(.standby)
            try active.says("stands by, with priority 100")
            let seen = try #require(try active.instance().standbys?.first)
            #expect(seen.priority == 100 && seen.lastHeardSeconds < 1.5)
            if family == .v4 { #expect(seen.address == "192.0.2.2") }
            #expect(try standby.instance().standbys == nil)
            let mark = active.mark
            _ = try standby.stop()
            try active.says("no standby has been heard for 5 s", since: mark, seconds: 8)
            let events = try active.history().map(\.event)
            #expect(events.filter { $0 == .standbyMissing }.count == 2 && events.contains(.standbyPresent))
        }

        @Test func `a reload that switches it on misses nobody who may not have been reloaded yet`() throws {
            let pair = try ControlledPair()
            let mark = pair.active.mark
            try pair.active.reload(instance(priority: 150, "standby_notice on"))
            // Longer than one that was on from the start would have waited.
            let start = monotonicNanoseconds()
            try pair.trial.waitFor("seven seconds", seconds: 10) { monotonicNanoseconds() > start + 7_000_000_000 }
            #expect(!pair.active.text(since: mark).contains("no standby has been heard"))
            let waiting = try pair.active.instance()
            #expect(waiting.standbys == nil)
            #expect(waiting.next.contains { $0.hasPrefix("no standby has been heard yet") }, "\(waiting.next)")
            try pair.backup.reload(instance(priority: 100, "standby_notice on"))
            try pair.trial.waitFor("the standby") { try pair.active.instance().standbys?.first?.address == "192.0.2.2" }
            // From now on it is missed as ever.
            _ = try pair.backup.stop()
            try pair.active.says("no standby has been heard for 5 s: nobody would take over", since: mark, seconds: 8)
        }

        @Test func `what is no notice, or not on, is nobody`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let client = try trial.laboratory.addClient([Interface("eth0", addresses: [try .init("192.0.2.200", 24)])])
            let daemon = try trial.start(host, instance("VI_1", addresses: ["192.0.2.10/24"], "standby_notice on"))
            try daemon.becomes(.active)
            let source = try ip("192.0.2.200")
            let target = try ip("192.0.2.1")
            let notice = StandbyNotice(
                virtualRouterID: VirtualRouterID(51)!, priority: Priority(90), interval: .oneSecond)
            func packet(_ hopLimit: UInt8, _ change: (inout [UInt8]) -> Void = { _ in }) -> [UInt8] {
                guard case .v4(let from) = source, case .v4(let to) = target else { return [] }
                var bytes = [UInt8](capacity: IPv4Header.size + StandbyNotice.size) { output in
                    IPv4Header.emit(
                        into: &output, source: from, destination: to, payloadSize: StandbyNotice.size, identification: 0
                    )
                    notice.emit(into: &output)
                }
                // Linux writes the header's checksum.
                bytes[8] = hopLimit
                change(&bytes)
                return bytes
            }
            let socket = try client.perform { () throws(SystemError) in
                try VRRPSocket(
                    family: .v4, interfaceName: "eth0", interfaceIndex: UInt32(try client.interfaceIndex("eth0") ?? 0),
                    mode: .unicast(local: nil))
            }
            for bytes in [packet(64), packet(255) { $0[22] = 91 }, packet(255) { $0[21] = 52 }] {
                try socket.send(bytes.span, from: source, to: target)
            }
            // The right one comes last, so that the others have been looked at when it shows.
            try socket.send(packet(255).span, from: source, to: target)
            try trial.waitFor("the right one") { try daemon.instance().standbys?.isEmpty == false }
            #expect(try daemon.instance().standbys?.map(\.priority) == [90])
            #expect(try daemon.instance().counters["invalid_types"] == 0)
            try daemon.reload(instance("VI_1", addresses: ["192.0.2.10/24"]))
            #expect(try daemon.instance().standbys == nil)
        }
    }
}
