import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Behaviour {
    /// `garp_group` and `garp_extra_if`: when which interface is told who has the addresses.
    @Suite struct AnnouncementPace {
        private struct Scene {
            let trial: Trial
            let host: Host
            /// What is heard on the link of eth0, and on that of eth1.
            let listeners: [Announcements]

            init() throws {
                trial = try Trial()
                host = try trial.laboratory.addHost(
                    "lb1",
                    [
                        Interface("eth0", addresses: [try .init("192.0.2.1", 24)]),
                        Interface("eth1", segment: "inside", addresses: [try .init("198.51.100.1", 24)]),
                    ])
                let outside = try trial.laboratory.addClient(
                    [Interface("eth0", addresses: [try .init("192.0.2.200", 24)])])
                let inside = try trial.laboratory.addClient(
                    [Interface("eth0", segment: "inside", addresses: [try .init("198.51.100.200", 24)])])
                listeners = try [outside, inside].map { try Announcements(in: $0) }
            }

            func file(_ prelude: String, _ more: String = "") -> String {
                prelude
                    + instance(
                        addresses: (10...12).map { "192.0.2.\($0)/24" }
                            + (10...12).map { "198.51.100.\($0)/24 dev eth1" },
                        "garp_master_repeat 1\ngarp_master_delay 0\n" + more)
            }

            /// How long after the first announcement the last one of the six is heard.
            func spread() throws -> Double {
                try trial.waitFor("the first announcement") { try listeners.contains { try !$0.collect().isEmpty } }
                let start = monotonicNanoseconds()
                try trial.waitFor("all announcements") { try listeners.allSatisfy { try $0.collect().count == 3 } }
                return Double(monotonicNanoseconds() - start) / 1e9
            }
        }

        @Test func `interfaces of one group take turns, and others each have their own pace`() throws {
            let pace = "garp_interval 0.3"
            let together = try Scene()
            _ = try together.trial.start(
                together.host, together.file("garp_group {\n\(pace)\ninterfaces {\neth0\neth1\n}\n}\n"))
            #expect(try together.spread() > 1.3)
            let apart = try Scene()
            _ = try apart.trial.start(
                apart.host,
                apart.file("garp_group {\n\(pace)\ninterface eth0\n}\ngarp_group {\n\(pace)\ninterface eth1\n}\n"))
            let (own, usual) = (try apart.spread(), try Scene())
            #expect(own > 0.5 && own < 1.2)
            _ = try usual.trial.start(usual.host, usual.file("global_defs {\nvrrp_garp_interval 0.3\n}\n"))
            let each = try usual.spread()
            #expect(each > 0.5 && each < 1.2)
        }

        @Test func `one address is announced again and again on each interface that is not the instance's own`() throws
        {
            let scene = try Scene()
            let daemon = try scene.trial.start(scene.host, scene.file("", "garp_extra_if all 1"))
            _ = try scene.spread()
            let start = monotonicNanoseconds()
            for round in 1...2 {
                for listener in scene.listeners { try listener.forget() }
                try scene.trial.waitFor("announcement \(round)") { try !scene.listeners[1].collect().isEmpty }
                #expect(try scene.listeners[1].collect() == [try ip("198.51.100.10")])
                #expect(try scene.listeners[0].collect().isEmpty)
            }
            #expect(monotonicNanoseconds() - start > 1_000_000_000)
            // Whoever is MASTER no more announces nothing.
            #expect(try daemon.stop() == .exited(code: 0))
        }

        private static let slowly = "global_defs {\nvrrp_garp_interval 0.2\n}\n"

        private func slow(_ scene: Scene, _ more: String = "") -> String {
            scene.file(Self.slowly, more).replacing("garp_master_repeat 1", with: "garp_master_repeat 5")
        }

        @Test func `what still waits to be announced is not, once a reload has taken it away`() throws {
            let scene = try Scene()
            let daemon = try scene.trial.start(scene.host, slow(scene))
            _ = try scene.spread()
            try daemon.reload(Self.slowly + instance("VI_2", "garp_master_repeat 5"))
            for listener in scene.listeners { try listener.forget() }
            try scene.trial.observer.wait(seconds: 1.2) { false }
            #expect(try scene.listeners[0].collect() == [try ip("192.0.2.10")])
            #expect(try scene.listeners[1].collect().isEmpty)
        }

        @Test func `whoever hands over announces nothing more, and goes on when nobody takes over`() throws {
            let scene = try Scene()
            let text = slow(scene, "garp_extra_if all 1").replacing("advert_int 0.1", with: "advert_int 1")
            let daemon = try scene.trial.start(scene.host, text)
            try scene.trial.waitFor("the first announcement", seconds: 10) {
                try scene.listeners.contains { try !$0.collect().isEmpty }
            }
            let asking = try scene.host.start(Trial.command, ["switchover"])
            try daemon.becomes(.handingOver)
            for listener in scene.listeners { try listener.forget() }
            try scene.trial.observer.wait(seconds: 0.8) { false }
            #expect(try daemon.instance().state == .handingOver)
            for listener in scene.listeners { #expect(try listener.collect().isEmpty) }
            try daemon.becomes(.active)
            try scene.trial.waitFor("all announcements") {
                try scene.listeners.allSatisfy { try $0.collect().count == 3 }
            }
            _ = try asking.wait(until: monotonicNanoseconds() + 5_000_000_000)
        }
    }
}
