import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Behaviour {
    /// A reload that makes another virtual router of an instance, on an interface where it cannot take part.
    @Suite struct Moves {
        private let dynamic = "global_defs {\n    dynamic_interfaces\n}\n"

        /// Adverts every second, so that a peer that waits for the timer is told from one that was told.
        private func slow(_ interface: String, priority: Int = 150) -> String {
            instance(
                priority: priority, interface: interface, addresses: ["192.0.2.10/24 dev eth0"],
                "notify \"/run/tell every\""
            ).replacing("advert_int 0.1", with: "advert_int 1")
        }

        @Test(arguments: ["eth8", "eth1"])
        func `leaves the old one with a resignation, and comes back from FAULT as if nothing was`(interface: String)
            throws
        {
            let trial = try Trial()
            let host = try trial.laboratory.addHost(
                "lb1",
                [
                    Interface("eth0", addresses: [try .init("192.0.2.1", 24)]),
                    Interface("eth1", segment: "inside", addresses: [try .init("198.51.100.1", 24)]),
                ])
            // One that is there and down is no better than one that is missing.
            try host.setLink("eth1", up: false)
            let other = try trial.host("lb2", "192.0.2.2")
            let scene = try NotifyScene(trial, host)
            let daemon = try trial.start(host, dynamic + slow("eth0"))
            try daemon.becomesMaster()
            let peer = try trial.start(other, slow("eth0", priority: 100))
            try peer.says("Entering BACKUP STATE")
            try trial.observer.wait(seconds: 1.5) { false }
            let start = monotonicNanoseconds()
            var mark = try daemon.reload(dynamic + slow(interface))
            try peer.says("Backup received priority 0 advertisement: 192.0.2.1 is leaving")
            try peer.becomesMaster()
            // Its skew time; without the resignation it is three seconds more.
            #expect(monotonicNanoseconds() - start < 2_000_000_000)
            try daemon.says(
                "(VI_1) leaves eth0: after this reload it could not take part: interface \(interface)", since: mark)
            try daemon.says("(VI_1) Waiting: interface \(interface)", since: mark)
            try daemon.says("(VI_1) Stopped; 192.0.2.2 took over", since: mark)
            for words in ["it is called", "goes on in its state"] {
                #expect(!daemon.text(since: mark).contains(words), "\(daemon.text(since: mark))")
            }
            mark = try daemon.reload(dynamic + slow("eth0"))
            try daemon.becomesMaster(since: mark)
            #expect(!daemon.text(since: mark).contains("Stopped"))
            try scene.waitForCalls(5)
            #expect(
                try scene.calls.map { $0.split(separator: " ").dropLast().suffix(1).joined() }
                    == ["BACKUP", "MASTER", "FAULT", "BACKUP", "MASTER"])
        }

        @Test func `says how long the others have, in round numbers`() throws {
            let trial = try Trial()
            let daemon = try trial.start(try trial.host(), slow("eth0"))
            try daemon.becomesMaster()
            let mark = try daemon.reload(slow("eth0").replacing("virtual_router_id 51", with: "virtual_router_id 52"))
            try daemon.says("goes on in its state: whoever is not reloaded within 4 s takes over", since: mark)
        }

        @Test func `a standby that becomes another virtual router tells its commands one after the other`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let scene = try NotifyScene(trial, host)
            try scene.writeProgram("/run/slow", doing: "sleep 0.3")
            // So slow that it stays a standby.
            let first = instance("VI_1", "notify /run/slow").replacing("advert_int 0.1", with: "advert_int 10")
            let daemon = try trial.start(host, first)
            try scene.waitForCalls(2)
            let second = first.replacing("virtual_router_id 51", with: "virtual_router_id 52")
            let mark = try daemon.reload(second)
            try daemon.says("(VI_1) Entering BACKUP STATE", since: mark)
            try scene.waitForCalls(4)
            try trial.observer.wait(seconds: 0.5) { false }
            let words = try scene.calls.map { $0.replacing("INSTANCE VI_1 ", with: "") }
            let once = ["begin BACKUP 100 BACKUP", "end BACKUP 100 BACKUP"]
            #expect(words == once + once, "no FAULT beside or after it")
        }

        @Test func `an instance in FAULT is not told FAULT again when a reload removes it`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let scene = try NotifyScene(trial, host)
            let absent = instance(
                "VI_2", id: 52, interface: "eth7", addresses: ["198.51.100.9/24"], "notify \"/run/tell every\"")
            let daemon = try trial.start(host, dynamic + instance() + absent)
            try daemon.becomesMaster()
            try scene.waitForCalls(1)
            try daemon.reload(dynamic + instance())
            try trial.observer.wait(seconds: 0.5) { false }
            #expect(try scene.calls == ["every INSTANCE VI_2 FAULT 100"])
        }
    }
}
