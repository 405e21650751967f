import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Behaviour {
    /// What the log says of strangers is said when it happens, and not when a minute is over.
    @Suite(.serialized) struct StrangerLines {
        private struct Scene {
            var pair: ControlledPair
            var stranger: NetworkNamespace
            private var socket: PacketSocket
            private var index: UInt32

            init(_ priorities: [Int] = [150, 100]) throws {
                pair = try ControlledPair(priorities)
                let stranger = pair.client
                self.stranger = stranger
                index = UInt32(try #require(try stranger.interfaceIndex("eth0")))
                socket = try stranger.perform { () throws(SystemError) in try PacketSocket() }
            }

            func send(_ forgery: Forgery) throws { try socket.send(forgery.frame.span, interfaceIndex: index) }
        }

        @Test func `another cluster that takes our VRID is told at once, although it was told of a moment before`()
            throws
        {
            let scene = try Scene()
            let active = scene.pair.active
            let mark = active.mark
            let words = "192.0.2.77 advertises other virtual addresses than ours for VRID 51"
            var other = Forgery(source: try ip("192.0.2.77"), priority: 50, addresses: [try ip("192.0.2.70")])
            try scene.send(other)
            try active.says(words, since: mark)
            try active.says("its addresses are without an owner when it yields to us, who are MASTER", since: mark)
            // A moment later its priority is higher.
            other.priority = 200
            let flood = try Flood(in: scene.stranger, [other.frame], perSecond: 10)
            try active.says("Entering BACKUP STATE", since: mark)
            try active.says("our addresses are without an owner now, because we are BACKUP", since: mark, seconds: 2)
            let start = monotonicNanoseconds()
            try scene.pair.trial.waitFor("two seconds of it") { monotonicNanoseconds() > start + 2_000_000_000 }
            #expect(active.lines(since: mark).count { $0.contains(words) } == 2, "\(active.text(since: mark))")
            flood.stop()
            try active.becomes(.active)
        }

        @Test func `a forged resignation is told by name, with what came of it`() throws {
            // Of the lowest priority, which leaves the active router an interval to go on.
            let scene = try Scene([150, 1])
            let backup = scene.pair.backup
            let mark = backup.mark
            var forged = Forgery(source: try ip("192.0.2.1"), priority: 0, addresses: [try ip("192.0.2.10")])
            try scene.send(forged)
            try backup.says(
                "(VI_1) 192.0.2.1 says that it is leaving (priority 0): this host takes over in 0.0", since: mark)
            try backup.says("(VI_1) 192.0.2.1 goes on 0.", since: mark)
            try scene.send(forged)
            try backup.says("(VI_1) 192.0.2.1 says that it is leaving (priority 0), which is not believed", since: mark)
            let told = try backup.history().filter { $0.event == .resignationHeard }
            #expect(told.count == 3 && told.allSatisfy { $0.peer == "192.0.2.1" && $0.instance == "VI_1" }, "\(told)")
            forged.source = try ip("192.0.2.66")
            let flood = try Flood(in: scene.stranger, [forged.frame], perSecond: 500)
            let start = monotonicNanoseconds()
            try scene.pair.trial.waitFor("a second of it") { monotonicNanoseconds() > start + 1_000_000_000 }
            flood.stop()
            #expect(
                backup.lines(since: mark).count { $0.contains("that it is leaving") } <= 4,
                "\(backup.text(since: mark))")
        }

        @Test func `a true resignation is told before the takeover that it brings`() throws {
            let pair = try ControlledPair()
            let mark = pair.backup.mark
            #expect(try pair.active.stop() == .exited(code: 0))
            try pair.backup.becomes(.active)
            let lines = pair.backup.lines(since: mark)
            let heard = try #require(lines.firstIndex { $0.contains("192.0.2.1 says that it is leaving (priority 0)") })
            let taken = try #require(lines.firstIndex { $0.contains("Entering MASTER STATE") })
            #expect(heard < taken)
            let events = try pair.backup.history().map(\.event)
            #expect(Array(events.suffix(2)) == [.resignationHeard, .becameActive])
        }
    }
}
