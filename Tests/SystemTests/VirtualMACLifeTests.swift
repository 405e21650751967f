import Control
import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Behaviour {
    /// What becomes of the interface of `use_vmac` when the daemon ends, however it does, and when its file changes.
    @Suite(.serialized) struct VirtualMACLife {
        private static let hardware = "00:00:5e:00:01:33"

        private func prepared() throws -> (Trial, Host, Host, RunningDaemon) {
            let trial = try Trial()
            let (host, client) = (try trial.host(), try trial.host("client", "192.0.2.9"))
            let daemon = try trial.start(host, instance("use_vmac"))
            try daemon.becomesMaster()
            try isHolding(daemon, "vrrp.51")
            return (trial, host, client, daemon)
        }

        private func instance(_ lines: String, id: Int = 51) -> String { SystemTests.instance(id: id, lines) }

        private func isHolding(_ daemon: RunningDaemon, _ interface: String) throws {
            try daemon.trial.waitFor("the address on \(interface)\n\(daemon.text().suffix(3000))") {
                try daemon.host.details("192.0.2.10")?["interface"] as? String == interface
            }
        }

        @Test(arguments: ["use_vmac", "use_vmac vip", ""])
        func `what a killed run left is adopted where it is needed, and removed where it is not`(lines: String) throws {
            let (trial, host, _, first) = try prepared()
            let before = try #require(try host.virtualLink("vrrp.51"))
            let worker = try first.worker
            first.process.sendToAll(.kill)
            _ = try first.process.wait(until: nil)
            try trial.waitFor("the end of all of it") { hasEnded(worker) }
            #expect(try host.virtualLink("vrrp.51") == before)
            let second = try trial.start(host, instance(lines))
            try second.becomesMaster()
            try second.says("Startup complete")
            try isHolding(second, lines == "use_vmac" ? "vrrp.51" : lines.isEmpty ? "eth0" : "vip")
            if lines == "use_vmac" {
                #expect(try host.virtualLink("vrrp.51") == before)
            } else {
                try trial.waitFor("the old one to go\n\(second.text())") { try host.virtualLink("vrrp.51") == nil }
                #expect(try host.setting("ipv4/conf/eth0/arp_ignore") == (lines.isEmpty ? "0" : "1"))
            }
            #expect(try second.stop() == .exited(code: 0))
            #expect(try host.virtualLink("vrrp.51") == nil && host.virtualLink("vip") == nil)
            #expect(try host.setting("ipv4/conf/eth0/arp_ignore") == "0")
        }

        @Test func `a process that is replaced goes on with the one that is there`() throws {
            let (trial, host, client, daemon) = try prepared()
            let before = try host.virtualLink("vrrp.51")
            let (mark, old) = (daemon.mark, try daemon.worker)
            sendSignal(Signals.kill, to: old)
            try daemon.says("goes on as MASTER", since: mark)
            #expect(try host.virtualLink("vrrp.51") == before)
            #expect(try client.isAnswered(by: "192.0.2.10"))
            #expect(!daemon.text(since: mark).contains("Entering"))
            try trial.waitFor("the new process") { try daemon.worker != old }
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(try host.virtualLink("vrrp.51") == nil && host.setting("ipv4/conf/eth0/arp_ignore") == "0")
        }

        @Test func `the guardian removes it when it gives up`() throws {
            let (trial, host, _, daemon) = try prepared()
            try daemon.exhaustGuardian(in: trial)
            #expect(daemon.process.status == .exited(code: 6), "\(daemon.text())")
            #expect(try host.virtualLink("vrrp.51") == nil && !host.has("192.0.2.10"), "\(daemon.text())")
            #expect(try host.setting("ipv4/conf/eth0/arp_ignore") == "0")
        }

        @Test func `a reload switches it on and off, and changes its name and its address, without a transition`()
            throws
        {
            let trial = try Trial()
            let (host, client) = (try trial.host(), try trial.host("client", "192.0.2.9"))
            let daemon = try trial.start(host, instance(""))
            try daemon.becomesMaster()
            let own = try #require(try host.virtualLink("eth0")?.address)
            let mark = daemon.mark
            let stations = [
                (51, "use_vmac", "vrrp.51", Self.hardware), (51, "use_vmac vip", "vip", Self.hardware),
                (51, "use_vmac vip 02:00:00:00:00:07", "vip", "02:00:00:00:00:07"),
                (51, "use_vmac", "vrrp.51", Self.hardware),
                (77, "use_vmac", "vrrp.77", "00:00:5e:00:01:4d"), (77, "use_vmac vip", "vip", "00:00:5e:00:01:4d"),
                (51, "use_vmac vip", "vip", Self.hardware), (51, "", "eth0", own),
            ]
            for (id, lines, interface, hardware) in stations {
                try daemon.reload(instance(lines, id: id))
                try isHolding(daemon, interface)
                try trial.waitFor(
                    "\(hardware) at the client after \(lines)\n\(daemon.text().suffix(3000))", seconds: 10
                ) {
                    try client.neighbour("192.0.2.10") == hardware || client.finds("192.0.2.10", at: hardware)
                }
                #expect(try client.isAnswered(by: "192.0.2.10"), "\(lines)")
                for name in ["vrrp.51", "vrrp.77", "vip"] where name != interface {
                    #expect(try host.virtualLink(name) == nil, "\(name) with \(lines)")
                }
            }
            #expect(!daemon.text(since: mark).contains("Entering"), "\(daemon.text(since: mark))")
            #expect(try host.setting("ipv4/conf/eth0/arp_ignore") == "0")
        }

        @Test func `an instance that a reload removes takes it along`() throws {
            let (trial, host, _, daemon) = try prepared()
            try daemon.reload(SystemTests.instance("VI_2", id: 52, addresses: ["192.0.2.20/24"], "use_vmac"))
            try trial.waitFor("the new one\n\(daemon.text())", seconds: 15) {
                try host.has("192.0.2.20") && host.virtualLink("vrrp.51") == nil
            }
            #expect(try host.virtualLink("vrrp.52")?.isUp == true && !host.has("192.0.2.10"))
            #expect(try host.setting("ipv4/conf/eth0/arp_ignore") == "1")
        }

        @Test func `two hosts hand it over and back`() throws {
            let trial = try Trial()
            let (hosts, client) = (
                [try trial.host("lb1", "192.0.2.1"), try trial.host("lb2", "192.0.2.2")],
                try trial.host("client", "192.0.2.9")
            )
            let daemons = try zip(hosts, [150, 100]).map {
                try trial.start($0, SystemTests.instance(priority: $1, "use_vmac"))
            }
            try daemons[0].becomesMaster()
            try trial.waitFor("the address") { try client.finds("192.0.2.10", at: Self.hardware) }
            let log = try OutputLog("neighbours")
            let monitor = try client.start("ip", ["monitor", "neigh"], log: log)
            for _ in 0..<3 {
                let marks = daemons.map(\.mark)
                let report = try hosts[0].run(Trial.command, ["switchover"], seconds: 20)
                #expect(report.status == .exited(code: 0), "\(report.output)")
                try daemons[1].becomesMaster(since: marks[1])
                try trial.waitFor("the second alone") { try hosts[1].has("192.0.2.10") && !hosts[0].has("192.0.2.10") }
                #expect(try hosts[0].virtualLink("vrrp.51")?.isUp == false)
                #expect(try client.isAnswered(by: "192.0.2.10"))
                let back = try hosts[1].run(Trial.command, ["switchover"], seconds: 20)
                #expect(back.status == .exited(code: 0), "\(back.output)")
                try daemons[0].becomesMaster(since: marks[0])
                try trial.waitFor("the first alone") { try hosts[0].has("192.0.2.10") && !hosts[1].has("192.0.2.10") }
                #expect(try client.isAnswered(by: "192.0.2.10"))
            }
            try monitor.send(.terminate)
            let others = log.text.split(separator: "\n").filter {
                $0.hasPrefix("192.0.2.10 ") && $0.contains("lladdr") && !$0.contains(Self.hardware)
            }
            #expect(others == [])
            #expect(daemons.allSatisfy { !$0.text().contains("TWO OWNERS") })
        }
    }
}
