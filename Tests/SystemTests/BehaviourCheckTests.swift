import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Behaviour {
    /// What checks are run as, what they are told, and what follows from what they say.
    @Suite struct Checks {
        private func tracking(_ names: String...) -> String {
            "track_script {\n        \(names.joined(separator: "\n        "))\n    }"
        }

        @Test func `weights move the priority live and rise and fall hold back`() throws {
            let trial = try Trial()
            let host = try trial.host()
            try host.writeFile("/run/good", "")
            let daemon = try trial.start(
                host,
                check("chk_up", "/usr/bin/test -e /run/good", "weight 20\n    rise 2\n    fall 3")
                    + check("chk_down", "/usr/bin/test -e /run/good", "weight -7")
                    + instance("VI_1", tracking("chk_up", "chk_down")))
            try daemon.says("Changing effective priority from 100 to 120 (chk_up succeeded)")
            try daemon.becomesMaster()
            try trial.waitFor("the sum") { try daemon.state().contains("priority 120 = 100 + 20 chk_up") }
            try host.ip("link", "show", "lo")
            _ = try host.run("rm", ["/run/good"])
            try daemon.says("VRRP_Script(chk_down) failed")
            try daemon.says("VRRP_Script(chk_up) failed (exited with status 1)")
            try trial.waitFor("both weights") { try daemon.state().contains("priority 93 = 100 - 7 chk_down") }
            // The one without fall noticed first.
            let text = daemon.text()
            let down = try #require(text.range(of: "VRRP_Script(chk_down) failed"))
            let up = try #require(text.range(of: "VRRP_Script(chk_up) failed"))
            #expect(down.lowerBound < up.lowerBound)
            let mark = daemon.mark
            try host.writeFile("/run/good", "")
            try daemon.says("VRRP_Script(chk_up) succeeded", since: mark)
            try trial.waitFor("the first sum again") { try daemon.state().contains("priority 120 =") }
            #expect(!daemon.text(since: mark).contains("Entering"))
        }

        /// Each a change that an operator makes while a check is under way, and the run that decides would be the first.
        @Test(arguments: ["interval 0.2\n    fall 5", "fall 6", "fall 5\n    timeout 3", "fall 5\n    rise 4"])
        func `a reload of a check's settings leaves it as many failures as it may have`(settings: String) throws {
            let trial = try Trial()
            let host = try trial.host()
            try host.writeFile("/run/good", "")
            try host.writeFile(
                "/run/look", "#!/bin/sh\ntest -e /run/good && exit 0\necho x >> /run/failures\nexit 1\n", mode: 0o755)
            func file(_ settings: String) -> String {
                check("chk", "/run/look", settings) + instance("VI_1", tracking("chk weight 20"))
            }
            let daemon = try trial.start(host, file("fall 5"))
            try daemon.becomesMaster()
            try trial.waitFor("the weight") { try daemon.state().contains("priority 120 =") }
            _ = try host.run("rm", ["/run/good"])
            let mark = try daemon.reload(file(settings))
            try daemon.says("VRRP_Script(chk) failed", since: mark)
            let failures = try host.readFile("/run/failures").split(separator: "\n").count
            // A run that the reload ended may have been counted by the program alone.
            #expect(failures >= 5, "\(daemon.text(since: mark))")
            #expect(!daemon.text(since: mark).contains("succeeded"))
        }

        @Test func `a child is who it should be and inherits nothing`() throws {
            let trial = try Trial()
            let host = try trial.host()
            try host.writeFile(
                "/run/look",
                """
                #!/bin/sh
                { id -u; id -g; grep Groups: /proc/self/status; grep SigBlk /proc/self/status; grep SigIgn /proc/self/status
                pwd; ls -l /proc/self/fd; env; cut -d' ' -f5 /proc/self/stat; } > /tmp/seen 2>&1
                mv /tmp/seen /tmp/report
                """, mode: 0o755)
            let daemon = try trial.start(
                host, check("look", "/run/look", "user nobody nogroup") + instance("VI_1", tracking("look weight 5")),
                environment: ["NOTIFY_SOCKET=/run/nothing", "WATCHDOG_USEC=1", "GREETING=hello"])
            try daemon.says("VRRP_Script(look) succeeded")
            let report = try host.readFile("/tmp/report")
            let lines = report.split(separator: "\n").map(String.init)
            #expect(lines[0] == "65534")
            #expect(lines[1] == "65534")
            #expect(lines[2].split(separator: ":").last?.trimmingCharacters(in: .whitespaces) == "")
            #expect(lines[3].hasSuffix("0000000000000000"))
            #expect(lines[4].hasSuffix("0000000000000000"))
            #expect(lines[5] == "/")
            let descriptors = lines.filter { $0.contains(" -> ") }
            // ls itself has the directory open; the shell redirected standard output and error.
            #expect(descriptors.contains { $0.contains(" 0 -> /dev/null") })
            #expect(descriptors.count == 4, "\(descriptors)")
            #expect(!report.contains("NOTIFY_SOCKET") && !report.contains("WATCHDOG"))
            #expect(report.contains("GREETING=hello"))
        }

        @Test func `a timeout is a failure and ends the whole process group even when it ignores SIGTERM`() throws {
            let trial = try Trial()
            let host = try trial.host()
            try host.writeFile(
                "/run/hang",
                """
                #!/bin/sh
                test -e /run/good && exit 0
                sleep 7701 &
                sh -c 'trap "" TERM; while :; do sleep 7702; done' &
                trap "" TERM
                sleep 7703
                sleep 7704
                """, mode: 0o755)
            try host.writeFile("/run/good", "")
            let daemon = try trial.start(
                host, check("hang", "/run/hang", "timeout 1") + instance("VI_1", tracking("hang weight 10")))
            try daemon.says("VRRP_Script(hang) succeeded")
            let start = monotonicNanoseconds()
            _ = try host.run("rm", ["/run/good"])
            try daemon.says("VRRP_Script(hang) failed (timed out after 1 s)")
            let after = Double(monotonicNanoseconds() - start) / 1e9
            #expect((0.9...1.5).contains(after), "failed after \(after) s")
            try host.writeFile("/run/good", "")
            try daemon.says("VRRP_Script(hang) succeeded", since: daemon.mark)
            try trial.waitFor("the end of all of them", seconds: 4) {
                try host.run("pgrep", ["-f", "sleep 770"]).status == .exited(code: 1)
            }
            #expect(try daemon.children.filter { $0.state == "Z" }.isEmpty)
            // Slowness is told once, not at every interval.
            #expect(daemon.lines().filter { $0.contains("still running") }.count <= 1)
        }

        @Test func `a check that cannot run fails and says why and recovers when its program comes`() throws {
            let trial = try Trial()
            let host = try trial.host()
            _ = try host.run("mkdir", ["-m", "700", "/run/closed"])
            try host.writeFile("/run/closed/check", "#!/bin/sh\nexit 0\n", mode: 0o755)
            try host.writeFile("/run/plain", "#!/bin/sh\nexit 0\n", mode: 0o644)
            let names = ["missing", "closed", "plain", "signalled", "fine"]
            let daemon = try trial.start(
                host,
                check("missing", "/run/missing") + check("plain", "/run/plain")
                    + """
                    vrrp_script closed {
                        script "/run/closed/check"
                        interval 0.1
                        user nobody
                    }

                    """ + check("signalled", "/bin/sh -c 'kill -9 $$'") + check("fine", "/bin/true")
                    + instance(
                        "VI_1", "track_script {\n" + names.map { "        \($0) weight -1\n" }.joined() + "    }"))
            try daemon.says("VRRP_Script(missing) cannot run, so it counts as failed: ")
            try daemon.says("VRRP_Script(closed) cannot run, so it counts as failed: ")
            try daemon.says("VRRP_Script(plain) cannot run, so it counts as failed: ")
            try daemon.says("VRRP_Script(signalled) failed (ended by signal 9)")
            try daemon.says("VRRP_Script(fine) succeeded")
            func reason(_ name: String) -> String {
                daemon.lines().first { $0.contains("VRRP_Script(\(name)) cannot run") } ?? ""
            }
            #expect(reason("missing").contains("/run/missing"))
            #expect(reason("closed").contains("/run/closed"))
            #expect(reason("closed").contains("nobody"))
            #expect(reason("plain").contains("/run/plain"))
            try trial.waitFor("all weights") { try daemon.state().contains("priority 96 =") }

            let mark = daemon.mark
            try host.writeFile("/run/missing", "#!/bin/sh\nexit 0\n", mode: 0o755)
            _ = try host.run("chmod", ["755", "/run/closed"])
            _ = try host.run("chmod", ["755", "/run/plain"])
            for name in ["missing", "closed", "plain"] {
                try daemon.says("VRRP_Script(\(name)) succeeded", since: mark)
            }
            // The other way: what vanishes while running is a failing check as well, told once.
            _ = try host.run("rm", ["/run/missing"])
            try daemon.says("VRRP_Script(missing) failed", since: mark)
            let told = daemon.lines(since: mark).filter { $0.contains("(missing) cannot run") }.count
            #expect((1...2).contains(told))
        }

        @Test func `script security refuses what others may write`() throws {
            let trial = try Trial()
            let host = try trial.host()
            try host.writeFile("/run/loose", "#!/bin/sh\nexit 0\n", mode: 0o775)
            _ = try host.run("chgrp", ["nogroup", "/run/loose"])
            _ = try host.run("chmod", ["775", "/run/loose"])
            let text = check("loose", "/run/loose") + instance("VI_1", tracking("loose weight -10"))
            let daemon = try trial.start(host, text)
            try daemon.says("VRRP_Script(loose) succeeded")
            let secure = "global_defs {\n    enable_script_security\n}\n" + text
            let mark = try daemon.reload(secure, saying: "Reload refused: ")
            #expect(daemon.text(since: mark).contains("/run/loose"))
            _ = try daemon.stop()
            // At a start there is nothing better to go on with.
            let fresh = try trial.start(host, secure)
            try fresh.says("VRRP_Script(loose) cannot run, so it counts as failed: ")
            #expect(fresh.text().contains("/run/loose"))
        }

        @Test func `without weight the first result is waited for and failure is a fault`() throws {
            let trial = try Trial()
            let host = try trial.host()
            _ = try host.run("mkfifo", ["/run/gate"])
            try host.writeFile("/run/good", "")
            try host.writeFile(
                "/run/gated", "#!/bin/sh\n[ -p /run/gate ] && read line < /run/gate\ntest -e /run/good\n", mode: 0o755)
            let daemon = try trial.start(
                host, check("gated", "/run/gated", "timeout 10") + instance("VI_1", tracking("gated")))
            try daemon.says("Waiting: the first result of check gated")
            try daemon.says("Startup complete")
            #expect(try daemon.state().contains("state INIT"))
            _ = try host.run("sh", ["-c", "echo go > /run/gate; rm /run/gate"])
            try daemon.becomesMaster()
            let mark = daemon.mark
            _ = try host.run("rm", ["/run/good"])
            try daemon.says("Entering FAULT STATE: check gated failed", since: mark)
            try trial.waitFor("the address to go") { try !host.has("192.0.2.10") }
            try host.writeFile("/run/good", "")
            try daemon.says("Entering MASTER STATE", since: mark)
        }

        @Test(arguments: ["pkill -0 web", "killall -0 web", "pidof web"])
        func `the scripts that everybody has see a process die and return`(command: String) throws {
            let trial = try Trial()
            let host = try trial.host()
            var process = try host.start("sleep", ["1000"], as: "web")
            let daemon = try trial.start(
                host, check("chk_web", command) + instance("VI_1", tracking("chk_web weight 10")))
            try daemon.says("VRRP_Script(chk_web) succeeded")
            try process.send(.kill)
            try daemon.says("VRRP_Script(chk_web) failed")
            let mark = daemon.mark
            process = try host.start("sleep", ["1000"], as: "web")
            try daemon.says("VRRP_Script(chk_web) succeeded", since: mark)
        }

        @Test func `a hundred checks at once delay no advert`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let client = try trial.laboratory.addClient([Interface("eth0", addresses: [try .init("192.0.2.200", 24)])])
            let recorder = try AdvertRecorder(in: client)
            let numbers = 0..<100
            let scripts = numbers.map {
                "vrrp_script c\($0) {\n    script \"/bin/true\"\n    interval 1\n    user root\n}\n"
            }
            let daemon = try trial.start(
                host,
                scripts.joined()
                    + instance("VI_1", priority: 1, tracking(numbers.map { "c\($0) weight 1" }.joined(separator: "\n")))
            )
            try daemon.becomesMaster()
            let start = monotonicNanoseconds()
            try trial.waitFor("thirty adverts") { recorder.adverts(since: start).count >= 30 }
            let gaps = recorder.gaps(since: start).sorted()
            #expect(gaps[gaps.count / 2] < 105, "\(gaps)")
            #expect(recorder.isSteady(gaps), "\(gaps)")
            #expect(try daemon.state().contains("priority 101 ="))
        }

        @Test func `the death of a watched process moves the address at once and a quorum counts`() throws {
            let trial = try Trial()
            let first = try trial.host()
            let second = try trial.host("lb2", "192.0.2.2")
            let process = """
                vrrp_track_process web {
                    process web
                    weight 20
                }
                vrrp_track_process pool {
                    process worker
                    quorum 2
                    quorum_max 3
                    weight 1
                }

                """
            let tracked = "track_process {\n        web\n        pool\n    }"
            let web = try first.start("sleep", ["1000"], as: "web")
            let active = try trial.start(first, process + instance("VI_1", priority: 100, tracked))
            try active.says("Entering MASTER STATE")
            let backup = try trial.start(second, instance("VI_1", priority: 110))
            try backup.says("Entering BACKUP STATE (init)")
            try trial.waitFor("its arithmetic") { try active.state().contains("priority 120 = 100 + 20") }

            let vip = try ip("192.0.2.10")
            let start = monotonicNanoseconds()
            try web.send(.kill)
            try active.says("VRRP_Process(web) failed")
            #expect(Double(monotonicNanoseconds() - start) / 1e6 < 100)
            // Backup with higher priority: it waits for its own timer, which is three adverts and a bit.
            try trial.waitFor("the move", seconds: 2) {
                trial.observer.acquisition(of: vip, by: "lb2", since: start) != nil
            }
            let born = monotonicNanoseconds()
            let again = try first.start("sleep", ["1000"], as: "web")
            try active.says("VRRP_Process(web) succeeded")
            #expect(Double(monotonicNanoseconds() - born) / 1e6 < 700)
            _ = again

            var workers: [SpawnedProcess] = []
            func grow(to count: Int) throws {
                while workers.count < count { workers.append(try first.start("sleep", ["1000"], as: "worker")) }
            }
            var mark = active.mark
            try grow(to: 2)
            try active.says("VRRP_Process(pool) succeeded (2 of worker running, 2 to 3 wanted)", since: mark)
            try grow(to: 4)
            try active.says("VRRP_Process(pool) failed (4 of worker running, 2 to 3 wanted)", since: mark)
            mark = active.mark
            try workers[0].send(.kill)
            try active.says("VRRP_Process(pool) succeeded (3 of worker running, 2 to 3 wanted)", since: mark)
        }

        @Test func `delays keep a restart of a process from counting`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let web = try host.start("sleep", ["1000"], as: "web")
            let daemon = try trial.start(
                host,
                "vrrp_track_process web {\n    process web\n    terminate_delay 1.5\n    weight 20\n}\n"
                    + instance("VI_1", "track_process {\n        web\n    }"))
            try daemon.says("VRRP_Process(web) succeeded")
            let mark = daemon.mark
            try web.send(.kill)
            _ = try web.wait(until: nil)
            let next = try host.start("sleep", ["1000"], as: "web")
            // The next look sees the new one; well after it nothing has been said.
            try trial.waitFor("the second master advert burst") { try daemon.counter("adverts sent") > 0 }
            let start = monotonicNanoseconds()
            try next.send(.kill)
            try daemon.says("VRRP_Process(web) failed", since: mark)
            let after = Double(monotonicNanoseconds() - start) / 1e9
            #expect(after > 1, "failed after \(after) s")
            #expect(daemon.lines(since: mark).filter { $0.contains("VRRP_Process(web)") }.count == 1)
        }
    }
}
