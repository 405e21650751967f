import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Behaviour {
    /// `interface_up_down_delays`: what an interface does counts when it has lasted, and never makes a MASTER on a dead one.
    @Suite struct InterfaceDelays {
        /// Takes over after a second, so that a short loss of carrier is shorter than that for certain.
        private func file(_ delays: String) -> String {
            "interface_up_down_delays {\n\(delays)\n}\n" + instance("VI_1", "down_timer_adverts 10")
        }

        @Test func `a carrier that returns in time was never lost, and one that does not is a fault after its time`()
            throws
        {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, file("eth0 0.8 0.5"))
            try daemon.becomesMaster()
            try trial.waitFor("the address") { try host.has("192.0.2.10") }
            let short = daemon.mark
            try trial.laboratory.setPort(of: host, "eth0", up: false)
            try daemon.says("Netlink reports eth0 down; it counts when that has lasted for 0.8 s", since: short)
            try trial.laboratory.setPort(of: host, "eth0", up: true)
            try daemon.says("Netlink reports eth0 up", since: short)
            let (long, lost) = (daemon.mark, monotonicNanoseconds())
            try trial.laboratory.setPort(of: host, "eth0", up: false)
            try daemon.says("Entering FAULT STATE: interface eth0 has no carrier", since: long)
            #expect(monotonicNanoseconds() - lost >= 800_000_000)
            #expect(daemon.lines(since: short).filter { $0.contains("Entering") }.count == 1)
            try daemon.says("eth0 has been down for long enough: it counts as such now", since: long)
            try trial.waitFor("the address to go") { try !host.has("192.0.2.10") }
            let (again, returned) = (daemon.mark, monotonicNanoseconds())
            try trial.laboratory.setPort(of: host, "eth0", up: true)
            try daemon.says("Netlink reports eth0 up; it counts when that has lasted for 0.5 s", since: again)
            try daemon.says("Entering BACKUP STATE", since: again)
            #expect(monotonicNanoseconds() - returned >= 500_000_000)
            try daemon.becomesMaster(since: again)
        }

        /// The MASTER advertises twice as often as the Backup is configured to expect, so the Backup's timer runs out before its
        /// interface counts as down.
        @Test func `a Backup whose interface is down is at fault and not MASTER when its timer runs out`() throws {
            let trial = try Trial()
            let hosts = [try trial.host(), try trial.host("lb2", "192.0.2.2")]
            let fast = instance("VI_1", priority: 150, "down_timer_adverts 10\nadvert_int 0.05")
            let active = try trial.start(hosts[0], fast)
            try active.becomesMaster()
            let backup = try trial.start(hosts[1], file("eth0 0.85"))
            try backup.says("Entering BACKUP STATE")
            try backup.says("advertises every 0.05 s")
            let mark = backup.mark
            try trial.laboratory.setPort(of: hosts[1], "eth0", up: false)
            try backup.says("Entering FAULT STATE: interface eth0 has no carrier", since: mark)
            #expect(!backup.text(since: mark).contains("MASTER"))
            #expect(try !hosts[1].has("192.0.2.10"))
        }

        @Test func `the status says what an interface is and when that counts, for as long as it is so`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, file("eth0 30 0.5"))
            try daemon.becomesMaster()
            try daemon.listens()
            #expect(try daemon.instance().pendingLinks == nil)
            try trial.laboratory.setPort(of: host, "eth0", up: false)
            try trial.waitFor("the status to say so") { try daemon.instance().pendingLinks != nil }
            let pending = try #require(try daemon.instance().pendingLinks)
            #expect(pending.map(\.interface) == ["eth0"])
            #expect(pending.allSatisfy { !$0.isUp && $0.countsInSeconds > 0 && $0.countsInSeconds <= 30 }, "\(pending)")
            let shown = try host.run(Trial.command, ["status"]).output
            #expect(shown.contains("eth0 is down, which counts in "), "\(shown)")
            try trial.laboratory.setPort(of: host, "eth0", up: true)
            try trial.waitFor("the status to forget it") { try daemon.instance().pendingLinks == nil }
            #expect(try daemon.instance().state == .active)
        }

        @Test func `a process that is replaced while its interface is down waits for it as the one before did`() throws
        {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, file("eth0 0.8 0.5"))
            try daemon.becomesMaster()
            try daemon.says("Startup complete")
            let (mark, worker) = (daemon.mark, try daemon.worker)
            try trial.laboratory.setPort(of: host, "eth0", up: false)
            try daemon.says("it counts when that has lasted", since: mark)
            sendSignal(Signals.kill, to: worker)
            try daemon.says("Startup complete", since: mark)
            try trial.laboratory.setPort(of: host, "eth0", up: true)
            try daemon.says("Netlink reports eth0 up", since: mark)
            #expect(!daemon.text(since: mark).contains("Entering"), "\(daemon.text(since: mark))")
            #expect(try host.has("192.0.2.10"))
        }
    }

    /// `default_interface` and `dynamic_interfaces`.
    @Suite struct DefaultInterfaces {
        @Test func `an instance runs on the default interface, also when that returns as another kind`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let text = instance().split(separator: "\n").filter { !$0.contains("interface") }.joined(separator: "\n")
            let daemon = try trial.start(
                host, "global_defs {\n default_interface eth0\n dynamic_interfaces allow_if_changes\n}\n\(text)\n")
            try daemon.becomesMaster()
            try trial.waitFor("the address") { try host.details("192.0.2.10")?["interface"] as? String == "eth0" }
            let mark = daemon.mark
            try host.ip("link", "del", "eth0")
            try daemon.says("interface eth0 does not exist", since: mark)
            try host.addCable("below")
            try host.ip("link", "set", "below", "up")
            try host.ip("link", "add", "link", "below", "name", "eth0", "type", "macvlan")
            try host.ip("link", "set", "eth0", "up")
            try host.ip("addr", "add", "192.0.2.1/24", "dev", "eth0")
            try daemon.becomesMaster(since: mark)
            try trial.waitFor("the address") { try host.details("192.0.2.10")?["interface"] as? String == "eth0" }
        }
    }

    /// `vrrp_startup_delay` and `vrrp_delay_after_boot`.
    @Suite struct StartupDelays {
        private func file(_ line: String) -> String { "global_defs {\n\(line)\n}\n" + instance() }

        @Test func `nobody is MASTER before the delay and a whole wait, whoever runs meanwhile`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let start = monotonicNanoseconds()
            let daemon = try trial.start(host, file("vrrp_startup_delay 2"))
            try daemon.says("Delaying startup for ")
            try daemon.says("Entering BACKUP STATE (init)")
            try daemon.says("Startup complete")
            try daemon.listens()
            #expect(try daemon.instance().next.contains { $0.hasPrefix("the start is delayed: it listens in ") })
            let mark = daemon.mark
            sendSignal(Signals.kill, to: try daemon.worker)
            try daemon.says("Startup complete", since: mark)
            try daemon.becomesMaster(since: mark)
            // 0.3 s for three adverts, and the skew of priority 100.
            #expect(monotonicNanoseconds() - start >= 2_360_000_000)
            let settled = daemon.mark
            sendSignal(Signals.kill, to: try daemon.worker)
            try daemon.says("Startup complete", since: settled)
            try daemon.becomes(.active)
            #expect(
                !daemon.text(since: settled).contains("Delaying") && !daemon.text(since: settled).contains("Entering"))
        }

        @Test func `what is heard in the delay is thrown away, and what is heard after it counts`() throws {
            let trial = try Trial()
            let hosts = [try trial.host(), try trial.host("lb2", "192.0.2.2")]
            let active = try trial.start(hosts[0], instance(priority: 150))
            try active.becomesMaster()
            let late = try trial.start(hosts[1], file("vrrp_startup_delay 1"))
            try late.listens()
            try trial.waitFor("adverts that are counted") {
                try late.instance().counters["adverts_received", default: 0] > 0
            }
            let seen = try late.instance()
            if seen.next.contains(where: { $0.hasPrefix("the start is delayed") }) { #expect(seen.activeRouter == nil) }
            try trial.waitFor("following the other") { try late.instance().activeRouter?.address == "192.0.2.1" }
            #expect(!late.text().contains("Entering MASTER"))
        }

        @Test func `the delay after boot counts from there, and the longer of the two counts`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let uptime = String(decoding: try LocalFiles.read("/proc/uptime"), as: UTF8.self)
            let seconds = try #require(uptime.split(separator: ".").first.flatMap { Int($0) })
            let start = monotonicNanoseconds()
            let daemon = try trial.start(host, file("vrrp_startup_delay 0.1\nvrrp_delay_after_boot \(seconds + 3)"))
            try daemon.becomesMaster()
            // The uptime was cut to whole seconds.
            #expect(monotonicNanoseconds() - start >= 2_300_000_000)
            let later = try trial.host("lb2", "192.0.2.2")
            let plain = try trial.start(later, file("vrrp_delay_after_boot \(max(seconds - 5, 0))"))
            try plain.says("Startup complete")
            #expect(!plain.text().contains("Delaying"))
        }
    }
}
