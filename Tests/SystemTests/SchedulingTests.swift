import LinuxKernel
import Rehearsal
import Testing

import var Glibc.SCHED_RR
import struct Glibc.sched_param
import func Glibc.sched_setscheduler

extension Behaviour {
    /// `vrrp_rt_priority`, `vrrp_priority` and `vrrp_no_swap`: what the kernel says of the process, and of its checks.
    @Suite struct Scheduling {
        /// Fields of /proc/PID/stat, numbered as in proc_pid_stat(5): policy 2 is SCHED_RR, 0 is SCHED_OTHER.
        private struct Seen: Equatable {
            var niceValue: String
            var priority: String
            var policy: String

            init(_ line: String) throws {
                let end = try #require(line.lastIndex(of: ")"))
                let fields = line[end...].split(separator: " ")
                (niceValue, priority, policy) = (String(fields[17]), String(fields[38]), String(fields[39]))
            }

            init(_ niceValue: Int, _ priority: Int, _ policy: Int) {
                (self.niceValue, self.priority, self.policy) = ("\(niceValue)", "\(priority)", "\(policy)")
            }
        }

        private func seen(_ pid: Int32) throws -> Seen {
            try Seen(String(decoding: try LocalFiles.read("/proc/\(pid)/stat"), as: UTF8.self))
        }

        private func locked(_ pid: Int32) throws -> Int {
            let text = String(decoding: try LocalFiles.read("/proc/\(pid)/status"), as: UTF8.self)
            let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("VmLck:") })
            return try #require(
                line.split(whereSeparator: { " \t".contains($0) }).dropFirst().first.flatMap { Int($0) })
        }

        @Test func `the daemon is scheduled as the file says, its checks as usual, and a reload ends it`() throws {
            let trial = try Trial()
            let host = try trial.host()
            try host.writeFile(
                "/run/look", "#!/bin/sh\ncat /proc/self/stat > /run/seen\nmv /run/seen /run/report\n", mode: 0o755)
            func file(_ globals: String) -> String {
                "global_defs {\n\(globals)\n}\n" + check("look", "/run/look", "weight 5")
                    + instance("VI_1", "track_script {\n look\n }")
            }
            let daemon = try trial.start(host, file("vrrp_rt_priority 7\nvrrp_priority -5\nvrrp_no_swap"))
            let usual = try seen(daemon.process.pid)
            try daemon.becomesMaster()
            let worker = try daemon.worker
            #expect(try seen(worker) == Seen(-5, 7, 2))
            #expect(try locked(worker) > 0)
            _ = try host.run("rm", ["-f", "/run/report"])
            try trial.waitFor("the check") { try host.run("test", ["-e", "/run/report"]).status == .exited(code: 0) }
            #expect(try Seen(try host.readFile("/run/report")) == Seen(0, 0, 0))
            try daemon.reload(file("vrrp_rt_priority 8"))
            #expect(try seen(worker).priority == "8")
            #expect(try seen(worker).niceValue == usual.niceValue)
            #expect(try locked(worker) == 0)
            try daemon.reload(file("router_id a"))
            #expect(try seen(worker) == usual)
            #expect(!daemon.text().contains("the daemon goes on without it"))
        }

        /// A drop-in with CPUSchedulingPolicy=rr.
        @Test func `what the service manager decided stays, and comes back`() throws {
            let trial = try Trial()
            let host = try trial.host()
            func file(_ globals: String) -> String { "global_defs {\n\(globals)\n}\n" + instance() }
            let daemon = try trial.start(host, file("router_id a"))
            try daemon.becomesMaster()
            let (worker, niceValue) = (try daemon.worker, try seen(daemon.process.pid).niceValue)
            var parameters = sched_param(sched_priority: 3)
            #expect(sched_setscheduler(worker, SCHED_RR, &parameters) == 0)
            try daemon.reload(file("vrrp_priority -5"))
            #expect(try seen(worker) == Seen(-5, 3, 2))
            try daemon.reload(file("vrrp_rt_priority 7"))
            #expect(try seen(worker).priority == "7")
            try daemon.reload(file("router_id b"))
            #expect(try seen(worker) == Seen(try #require(Int(niceValue)), 3, 2))
            #expect(!daemon.text().contains("the daemon goes on without it"))
        }
    }
}
