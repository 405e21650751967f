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

        /// The lines of a file in /proc/PID that begin so, without their names.
        private func values(_ file: String, _ name: String) -> [String] {
            file.split(separator: "\n").filter { $0.hasPrefix(name) }.map {
                $0.dropFirst(name.count).split(whereSeparator: \.isWhitespace).joined(separator: " ")
            }
        }

        private func processors(_ pid: Int32) throws -> [String] {
            values(String(decoding: try LocalFiles.read("/proc/\(pid)/status"), as: UTF8.self), "Cpus_allowed_list:")
        }

        private func realTimeLimit(_ pid: Int32) throws -> [String] {
            values(String(decoding: try LocalFiles.read("/proc/\(pid)/limits"), as: UTF8.self), "Max realtime timeout")
        }

        /// keepalived: its checks inherit the processors, and not the limit.
        @Test func `it stays on the processors that the file names, with its checks, and a reload ends it`() throws {
            let trial = try Trial()
            let host = try trial.host()
            try host.writeFile(
                "/run/look",
                "#!/bin/sh\ncat /proc/self/status /proc/self/limits > /run/seen\nmv /run/seen /run/report\n",
                mode: 0o755)
            func file(_ globals: String) -> String {
                "global_defs {\n\(globals)\n}\n" + check("look", "/run/look", "weight 5")
                    + instance("VI_1", "track_script {\n look\n }")
            }
            let daemon = try trial.start(
                host, file("vrrp_rt_priority 7\nvrrp_cpu_affinity 0\nvrrp_rlimit_rttime 900000"))
            let (usual, usualLimit) = (try processors(daemon.process.pid), try realTimeLimit(daemon.process.pid))
            try daemon.becomesMaster()
            let worker = try daemon.worker
            #expect(try processors(worker) == ["0"])
            #expect(usual != ["0"], "this machine has one processor")
            #expect(try realTimeLimit(worker) == ["900000 unlimited us"])
            #expect(usualLimit == ["unlimited unlimited us"])
            _ = try host.run("rm", ["-f", "/run/report"])
            try trial.waitFor("the check") { try host.run("test", ["-e", "/run/report"]).status == .exited(code: 0) }
            let report = try host.readFile("/run/report")
            #expect(values(report, "Cpus_allowed_list:") == ["0"])
            #expect(values(report, "Max realtime timeout") == usualLimit)
            try daemon.reload(file("router_id a"))
            #expect(try processors(worker) == usual)
            #expect(try realTimeLimit(worker) == usualLimit)
            #expect(!daemon.text().contains("the daemon goes on without it"))
            try daemon.reload(file("vrrp_cpu_affinity 1000"))
            try daemon.says("vrrp_cpu_affinity: sched_setaffinity to 1000")
            #expect(try processors(worker) == usual)
        }

        /// The seconds that a line about an absence gives as time without a processor.
        private func waited(_ line: String) throws -> Double {
            let rest = try #require(line.range(of: "; it waited "), "\(line)")
            return try #require(line[rest.upperBound...].split(separator: " ").first.flatMap { Double($0) })
        }

        /// Somebody of higher rank has the processor for half a second; or somebody stops the process.
        @Test func `who reads that the loop was away learns whether it had no processor`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, "global_defs {\nvrrp_cpu_affinity 1\n}\n" + instance())
            try daemon.becomesMaster()
            let worker = try daemon.worker
            var mark = daemon.mark
            // Who ends it needs the processor, too.
            let hog = [
                "-c", "1", "chrt", "-f", "60", "timeout", "0.5", "chrt", "-f", "50", "sh", "-c", "while :; do :; done",
            ]
            let result = try host.run("taskset", hog)
            #expect(result.status == .exited(code: 124), "\(result.output)")
            try daemon.says("Away: the loop was ", since: mark)
            let starved = try #require(daemon.lines(since: mark).first { $0.contains("Away: the loop was ") })
            #expect(try waited(starved) > 0.2, "\(starved)")
            #expect(try daemon.worker == worker, "a successor has no processor either: \(daemon.text(since: mark))")
            try daemon.becomes(.active)
            mark = daemon.mark
            daemon.process.sendToAll(.stop)
            try trial.observer.wait(seconds: 0.5) { false }
            daemon.process.sendToAll(.continue)
            try daemon.says("Away: the loop ", since: mark)
            let stopped = try #require(daemon.lines(since: mark).first { $0.contains("Away: the loop ") })
            #expect(try waited(stopped) < 0.2, "\(stopped)")
        }

        /// A microsecond late is what everybody is who waits for a timer.
        @Test func `it rises step by step when it is late, as far as the file lets it`() throws {
            let trial = try Trial()
            let host = try trial.host()
            func file(_ globals: String) -> String { "global_defs {\n\(globals)\n}\n" + instance() }
            let daemon = try trial.start(host, file("max_auto_priority 3\nmin_auto_priority_delay 10000000"))
            try daemon.becomesMaster()
            let worker = try daemon.worker
            let usual = try seen(worker)
            let mark = try daemon.reload(file("max_auto_priority 3\nmin_auto_priority_delay 1"))
            try daemon.says("Real-time priority 3: the loop was ", since: mark)
            #expect(daemon.lines(since: mark).filter { $0.contains("Real-time priority") }.count == 3)
            #expect(try seen(worker).priority == "3")
            #expect(try seen(worker).policy == "2")
            try daemon.reload(file("max_auto_priority -1\nmin_auto_priority_delay 1"))
            #expect(try seen(worker) == usual)
            #expect(!daemon.text().contains("the daemon goes on without it"))
        }

        /// What the limit is for: a process that computes for ever is ended, and everything goes on.
        @Test func `one that computes longer than the file allows is ended, and another one goes on`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let file = "global_defs {\nvrrp_rt_priority 7\nvrrp_rlimit_rttime 20000\n}\n" + instance()
            let daemon = try trial.start(host, file)
            try daemon.becomesMaster()
            let worker = try daemon.worker
            // Reading this takes longer, and at a start it is done before the limit is set.
            try host.writeFile("/run/vrrp.conf", file + (0..<40_000).map { "$NOTHING\($0)=that matters\n" }.joined())
            try daemon.process.send(.reload)
            try daemon.says(", which ended by signal 24 (SIGXCPU)")
            try daemon.says("The new process runs")
            let successor = try daemon.worker
            #expect(successor != worker)
            #expect(try realTimeLimit(successor) == ["20000 unlimited us"])
            #expect(try host.has("192.0.2.10"))
        }
    }
}
