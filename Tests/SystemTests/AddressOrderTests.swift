import Console
import Control
import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Behaviour {
    /// The first address of a subnet takes the others with it when it goes: that must not be ours.
    @Suite struct AddressOrder {
        private func prepared() throws -> (trial: Trial, host: Host, daemon: RunningDaemon) {
            let trial = try Trial()
            let host = try trial.laboratory.addHost(
                "lb1",
                [
                    Interface("eth0", addresses: [try .init("192.0.2.1", 24)]),
                    Interface("eth1", segment: "inside", addresses: [try .init("198.51.100.1", 24)]),
                ])
            try host.setSysctl("net/ipv4/conf/eth1/promote_secondaries", "0")
            let daemon = try trial.start(
                host,
                instance(addresses: [
                    "192.0.2.10/24", "198.51.100.10/24 dev eth1", "198.51.100.11/24 dev eth1",
                ]))
            try daemon.becomesMaster()
            try trial.waitFor("the last address") { try host.has("198.51.100.11") }
            return (trial, host, daemon)
        }

        /// What ifdown and ifup do.
        @Test(arguments: [0, 0.3])
        func `the host's own address comes back after ours, and stays when ours go`(pause: Double) throws {
            let (trial, host, daemon) = try prepared()
            let mark = daemon.mark
            try host.ip("addr", "flush", "dev", "eth1")
            if pause > 0 { try trial.observer.wait(seconds: pause) { false } }
            try host.ip("addr", "add", "198.51.100.1/24", "dev", "eth1")
            try trial.waitFor("ours behind the host's own") {
                try host.details("198.51.100.1")?["secondary"] == nil
                    && host.details("198.51.100.10")?["secondary"] as? Bool == true
                    && host.details("198.51.100.11")?["secondary"] as? Bool == true
            }
            if pause > 0 { try daemon.says("before this host's own 198.51.100.1", since: mark) }
            #expect(!daemon.text(since: mark).contains("Entering"))
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(try !host.has("198.51.100.10") && !host.has("198.51.100.11"))
            #expect(try host.has("198.51.100.1"), "the host lost its own address together with the virtual ones")
            #expect(try host.run("sysctl", ["-n", "net.ipv4.conf.eth1.promote_secondaries"]).output == "0\n")
        }

        /// The daemon has not had the time to put it right.
        @Test func `a stop in the moment at which the host's own address has come spares it`() throws {
            let (trial, host, daemon) = try prepared()
            try host.ip("addr", "flush", "dev", "eth1")
            try trial.waitFor("ours") { try host.has("198.51.100.10") && host.has("198.51.100.11") }
            try host.ip("addr", "add", "198.51.100.1/24", "dev", "eth1")
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(try host.has("198.51.100.1"))
        }

        @Test func `an address that the kernel refuses is not announced, and status says why it is missing`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let client = try trial.laboratory.addClient([Interface("eth0")])
            let announcements = try Announcements(in: client)
            let daemon = try trial.start(
                host,
                "global_defs {\n    vrrp_garp_master_refresh 1\n}\n"
                    + instance(addresses: ["192.0.2.10/24", "192.0.2.11/24 scope link"]))
            try daemon.becomesMaster()
            try daemon.says("cannot add 192.0.2.11/24 to eth0")
            try trial.waitFor("the announcement of the other one") { try announcements.heard(try ip("192.0.2.10")) }
            try trial.observer.wait(seconds: 1.5) { false }
            #expect(try !announcements.heard(try ip("192.0.2.11")))
            let status = try #require(try Console.ask(Request(.status), at: host.controlSocket, within: 20).status)
            let refused = try #require(status.instances.first?.addresses.last)
            #expect(!refused.isPresent && refused.refusal?.isEmpty == false, "\(refused)")
            #expect(status.problems.contains { $0.contains("because the kernel refused it: ") }, "\(status.problems)")
        }
    }
}
