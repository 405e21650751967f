import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Behaviour {
    /// What commands are told, one after the other, whatever they do.
    @Suite struct Notifications {
        private func scene(_ trial: Trial) throws -> NotifyScene { try NotifyScene(trial, try trial.host()) }

        private let all = """
            notify_master "/run/tell master"
                notify_backup "/run/tell backup"
                notify_fault "/run/tell fault"
                notify_stop "/run/tell stop"
                notify "/run/tell every"
            """

        private func every(_ state: String) -> String { "every INSTANCE VI_1 \(state) 100" }

        @Test func `a command knows what was, what is, why, and who is active`() throws {
            let trial = try Trial()
            let scene = try scene(trial)
            try scene.host.writeFile(
                "/run/look",
                "#!/bin/sh\n{ env | grep ^UNDERSTUDY | sort; id -un; id -gn; pwd; echo; } > /run/seen.$UNDERSTUDY_STATE\n",
                mode: 0o755)
            try scene.host.ip("link", "set", "lo", "up")
            _ = try scene.host.run("chmod", ["1777", "/run"])
            let daemon = try trial.start(
                scene.host, instance(addresses: ["192.0.2.10/24", "192.0.2.11/24"], "notify /run/look nobody nogroup"),
                environment: ["UNDERSTUDY_STATE=of somebody else"])
            func seen(_ state: String) throws -> [String] {
                try trial.waitFor("what \(state) sees") {
                    try scene.host.run("grep", ["-c", "^$", "/run/seen.\(state)"]).output == "1\n"
                }
                return try scene.host.readFile("/run/seen.\(state)").split(separator: "\n").map(String.init)
            }
            try daemon.becomesMaster()
            let backup = try seen("BACKUP")
            #expect(backup.contains("UNDERSTUDY_PREVIOUS=") && backup.contains("UNDERSTUDY_ACTIVE="), "\(backup)")
            let master = try seen("MASTER")
            #expect(
                Array(master.filter { !$0.hasPrefix("UNDERSTUDY_CAUSE") }) == [
                    "UNDERSTUDY_ACTIVE=192.0.2.1", "UNDERSTUDY_ADDRESSES=192.0.2.10/24 192.0.2.11/24",
                    "UNDERSTUDY_INTERFACE=eth0", "UNDERSTUDY_KIND=INSTANCE", "UNDERSTUDY_NAME=VI_1",
                    "UNDERSTUDY_PREVIOUS=BACKUP", "UNDERSTUDY_PRIORITY=100", "UNDERSTUDY_SEQUENCE=2",
                    "UNDERSTUDY_STATE=MASTER", "UNDERSTUDY_VRID=51", "nobody", "nogroup", "/",
                ])
            #expect(master.contains { $0.hasPrefix("UNDERSTUDY_CAUSE=nobody else was heard for ") }, "\(master)")
            let client = try trial.laboratory.addClient([
                Interface("eth0", addresses: [.init(try ip("192.0.2.77"), 24)])
            ])
            let rival = Forgery(source: try ip("192.0.2.77"), priority: 200, addresses: [try ip("192.0.2.10")])
            _ = try scene.host.run("rm", ["/run/seen.BACKUP"])
            let index = UInt32(try #require(try client.interfaceIndex("eth0")))
            try client.perform { () throws(SystemError) in try PacketSocket() }
                .send(rival.frame.span, interfaceIndex: index)
            let yielded = try seen("BACKUP")
            #expect(yielded.contains("UNDERSTUDY_ACTIVE=192.0.2.77"), "\(yielded)")
            #expect(yielded.contains("UNDERSTUDY_CAUSE=192.0.2.77 has priority 200, ours is 100"), "\(yielded)")
        }

        @Test func `a slow command is never run twice at once, and the last state is told whatever came between`()
            throws
        {
            let trial = try Trial()
            let scene = try scene(trial)
            try scene.writeProgram("/run/slow", doing: "sleep 1")
            let client = try trial.laboratory.addClient([Interface("eth0")])
            let recorder = try AdvertRecorder(in: client)
            let daemon = try trial.start(scene.host, instance("VI_1", "notify /run/slow\n    notify_timeout 20"))
            try daemon.becomesMaster()
            // Five changes of state for each that a command has time for.
            for _ in 0..<4 {
                let mark = daemon.mark
                try scene.host.setLink("eth0", up: false)
                try daemon.says("Entering FAULT STATE", since: mark)
                try scene.host.setLink("eth0", up: true)
                try daemon.becomesMaster(since: mark)
            }
            let start = monotonicNanoseconds()
            try trial.waitFor("the last word", seconds: 10) {
                try scene.calls.last?.hasPrefix("end INSTANCE VI_1 MASTER") == true
                    && scene.calls.count.isMultiple(of: 2)
            }
            // What was begun is ended before the next is.
            let calls = try scene.calls
            for (index, call) in calls.enumerated() {
                #expect(call.hasPrefix(index.isMultiple(of: 2) ? "begin" : "end"), "\(calls)")
            }
            #expect(calls.count < 2 * 14, "what was overtaken was told all the same: \(calls)")
            try daemon.says("commands are not told of ")
            #expect(recorder.isSteady(recorder.gaps(since: start, from: "192.0.2.1")), "commands delay adverts")
            _ = try daemon.stop()
        }

        @Test func `sixty instances that change at once run their commands between adverts`() throws {
            let trial = try Trial()
            let scene = try scene(trial)
            let client = try trial.laboratory.addClient([Interface("eth0")])
            let recorder = try AdvertRecorder(in: client)
            let text = (1...60).map {
                instance(
                    "VI_\($0)", id: $0, addresses: ["10.0.0.\($0)/32"],
                    "notify_master \"/run/tell own\"\n    notify \"/run/tell all\"")
            }.joined()
            let daemon = try trial.start(scene.host, text, flags: [])
            // BACKUP may have been overtaken here and there.
            try trial.waitFor("every MASTER", seconds: 20) {
                try Set(scene.calls.filter { $0.hasPrefix("all") && $0.contains(" MASTER ") }).count == 60
            }
            try trial.waitFor("some adverts more") { recorder.gaps(since: 0, id: 60).count >= 8 }
            for id: UInt8 in [1, 30, 60] {
                let gaps = recorder.gaps(since: 0, id: id)
                #expect(recorder.isSteady(gaps), "\(id): \(gaps.sorted().suffix(5))")
            }
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(try scene.calls.filter { $0.hasPrefix("all") && $0.contains(" STOP ") }.count == 60)
        }

        @Test func `a command that hangs is ended with everything that it started, and the next is told`() throws {
            let trial = try Trial()
            let scene = try scene(trial)
            try scene.host.writeFile(
                "/run/hang",
                "#!/bin/sh\nsleep 7621 &\nsh -c 'trap \"\" TERM; while :; do sleep 7622; done' &\ntrap '' TERM\nsleep 7623\nsleep 7624\n",
                mode: 0o755)
            let daemon = try trial.start(
                scene.host,
                instance(
                    "VI_1", "notify_backup /run/hang\n    notify_master \"/run/tell master\"\n    notify_timeout 1"))
            try daemon.becomesMaster()
            try daemon.says("(VI_1) notify_backup takes too long and is ended with all that it started")
            try scene.waitForCalls(1)
            #expect(try scene.calls == ["master"])
            #expect(try scene.host.run("pgrep", ["-f", "sleep 762"]).status == .exited(code: 1))
            #expect(try daemon.children.filter { $0.state == "Z" }.isEmpty)
        }

        @Test func `the stop is told before the daemon ends, and cannot hold it up for ever`() throws {
            let trial = try Trial()
            let scene = try scene(trial)
            try scene.writeProgram("/run/slow", doing: "sleep 1.5")
            let second = try trial.start(
                scene.host, instance("VI_1", "notify_stop /run/slow\n    notify \"/run/tell every\""))
            try second.becomesMaster()
            try scene.waitForCalls(2)
            #expect(try second.stop() == .exited(code: 0))
            #expect(
                try scene.calls == [every("BACKUP"), every("MASTER"), "begin  STOP", "end  STOP", every("STOP")])
            #expect(try !scene.host.has("192.0.2.10"))

            try scene.host.writeFile("/run/hang", "#!/bin/sh\ntrap '' TERM\nsleep 7631\nsleep 7632\n", mode: 0o755)
            let third = try trial.start(
                scene.host,
                instance("VI_1", "notify_master /run/hang\n    notify_stop /run/hang\n    notify \"/run/tell every\""))
            try third.becomesMaster()
            let start = monotonicNanoseconds()
            #expect(try third.stop() == .exited(code: 0))
            let seconds = Double(monotonicNanoseconds() - start) / 1e9
            #expect(seconds < 11, "it took \(seconds) s")
            #expect(try scene.calls.last == every("STOP"), "a command that hangs leaves the next one its share")
            // Who asks twice does not wait.
            let fourth = try trial.start(scene.host, instance("VI_1", "notify_stop /run/hang"))
            try fourth.becomesMaster()
            try fourth.process.send(.terminate)
            try fourth.says("notify_stop is told STOP")
            let again = monotonicNanoseconds()
            #expect(try fourth.stop() == .exited(code: 0))
            #expect(Double(monotonicNanoseconds() - again) / 1e9 < 2)
            #expect(fourth.text().contains("(VI_1) commands were not told everything: the daemon had to end"))
            #expect(try scene.host.run("pgrep", ["-f", "sleep 763"]).status == .exited(code: 1))
        }

        @Test func `a reload tells nothing by itself, and the next change is told to the new command`() throws {
            let trial = try Trial()
            let scene = try scene(trial)
            let daemon = try trial.start(scene.host, instance("VI_1", all))
            try daemon.becomesMaster()
            try scene.waitForCalls(4)
            let mark = try daemon.reload(
                instance("VI_9", "notify_fault \"/run/tell new fault\"\n    notify \"/run/tell other\""))
            try daemon.says("instance VI_9: notify_fault \"/run/tell fault\" -> \"/run/tell new fault\"", since: mark)
            try scene.host.setLink("eth0", up: false)
            try scene.waitForCalls(6)
            #expect(
                try scene.calls == [
                    "backup", every("BACKUP"), "master", every("MASTER"), "new fault",
                    "other INSTANCE VI_9 FAULT 100",
                ])
            // A command that runs goes on, and the one after it is the new one.
            try scene.writeProgram("/run/slow", doing: "sleep 1")
            let slow = try daemon.reload(instance("VI_9", "notify_backup /run/slow\n    notify \"/run/tell old\""))
            try scene.host.setLink("eth0", up: true)
            try daemon.says("notify_backup is told BACKUP", since: slow)
            try daemon.reload(instance("VI_9", "notify \"/run/tell newest\""))
            try scene.waitForCalls(10)
            #expect(
                try scene.calls.suffix(4) == [
                    "begin  BACKUP", "end  BACKUP", "newest INSTANCE VI_9 BACKUP 100",
                    "newest INSTANCE VI_9 MASTER 100",
                ])
        }

        @Test func `a command that cannot run is named with what is wrong, and the others are told`() throws {
            let trial = try Trial()
            let scene = try scene(trial)
            try scene.host.writeFile("/run/loose", "#!/bin/sh\n", mode: 0o755)
            _ = try scene.host.run("chown", ["nobody", "/run/loose"])
            _ = try scene.host.run("mkdir", ["-m", "700", "/run/closed"])
            try scene.host.writeFile("/run/closed/n", "#!/bin/sh\n", mode: 0o755)
            let daemon = try trial.start(
                scene.host,
                "global_defs {\n    enable_script_security\n    script_user root\n}\n"
                    + instance(
                        "VI_1",
                        "notify_backup /run/loose\n    notify_master /run/closed/n nobody\n    notify \"/run/tell every\""
                    ))
            try daemon.becomesMaster()
            try scene.waitForCalls(2)
            try daemon.says(
                "(VI_1) notify_backup cannot run, so its work is not done: `/run/loose` belongs to nobody, who so decides what "
                    + "root runs (owner nobody:root, mode 0755); mend it with: chown root:root /run/loose")
            try daemon.says(
                "(VI_1) notify_master cannot run, so its work is not done: `/run/closed` cannot be searched by nobody "
                    + "(owner root:root, mode 0700); mend it with: chmod o+x /run/closed")
            #expect(try scene.calls == [every("BACKUP"), every("MASTER")])
            // Mended, it is run without a reload.
            _ = try scene.host.run("chown", ["root", "/run/loose"])
            let mark = daemon.mark
            try scene.host.setLink("eth0", up: false)
            try daemon.says("Entering FAULT STATE", since: mark)
            try scene.host.setLink("eth0", up: true)
            try daemon.becomesMaster(since: mark)
            try daemon.says("notify_backup is told BACKUP", since: mark)
            #expect(!daemon.text(since: mark).contains("notify_backup cannot run"))
        }

        @Test func `a command that fails is said, and shown by status until it does not fail`() throws {
            let trial = try Trial()
            let scene = try scene(trial)
            try scene.host.writeFile("/run/good", "")
            try scene.writeProgram("/run/fail", doing: "test -e /run/good || exit 7")
            let daemon = try trial.start(scene.host, instance("VI_1", "notify_master /run/fail"))
            try daemon.becomesMaster()
            try scene.waitForCalls(2)
            func shown() throws -> Bool {
                try scene.host.run(Trial.command, ["status"]).output.contains(
                    "look at: (VI_1) notify_master ended with exit code 7: what it is for may not be done (at ")
            }
            #expect(try !shown())
            _ = try scene.host.run("rm", ["/run/good"])
            func flap() throws {
                let mark = daemon.mark
                try scene.host.setLink("eth0", up: false)
                try daemon.says("Entering FAULT STATE", since: mark)
                try scene.host.setLink("eth0", up: true)
                try daemon.becomesMaster(since: mark)
            }
            try flap()
            try daemon.says("(VI_1) notify_master ended with exit code 7")
            #expect(try shown())
            try scene.host.writeFile("/run/good", "")
            try flap()
            try trial.waitFor("the end of the trouble") { try !shown() }
        }

        @Test func `a rehearsal runs none, and makes no pipe`() throws {
            let trial = try Trial()
            let scene = try scene(trial)
            let daemon = try trial.start(
                scene.host, "global_defs {\n    notify_fifo \(NotifyScene.pipe)\n}\n" + instance("VI_1", all),
                environment: ["UNDERSTUDY_REHEARSAL=1"])
            try daemon.becomesMaster()
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(try scene.calls == [])
            #expect(!daemon.text().contains("FIFO"))
        }

        @Test func `an instance that a reload removed does not take another one's place in the memory`() throws {
            let trial = try Trial()
            let scene = try scene(trial)
            let second = instance("VI_2", id: 52, addresses: ["192.0.2.11/24"], "notify \"/run/tell every\"")
            let daemon = try trial.start(
                scene.host, instance("VI_1", "notify_deleted \"/run/tell deleted\"") + second)
            try scene.waitForCalls(2)
            try daemon.reload(second)
            try scene.waitForCalls(3)
            let mark = daemon.mark
            sendSignal(Signals.kill, to: try daemon.worker)
            try daemon.says("(VI_2) goes on as MASTER", since: mark)
            try trial.observer.wait(seconds: 0.5) { false }
            #expect(
                try scene.calls == ["every INSTANCE VI_2 BACKUP 100", "every INSTANCE VI_2 MASTER 100", "deleted"])
        }

        @Test func `whenever the process dies, no two commands are beside each other and the last state is told`()
            throws
        {
            let trial = try Trial()
            let scene = try scene(trial)
            try scene.host.writeFile(
                "/run/count",
                """
                #!/bin/sh
                echo "begin $UNDERSTUDY_SEQUENCE $1 $UNDERSTUDY_STATE" >> /run/calls
                sleep 0.2
                echo "end $UNDERSTUDY_SEQUENCE $1 $UNDERSTUDY_STATE" >> /run/calls

                """, mode: 0o755)
            let daemon = try trial.start(
                scene.host,
                instance(
                    "VI_1",
                    ["master", "backup", "fault"].map { "notify_\($0) \"/run/count own\"" }.joined(separator: "\n    ")
                        + "\n    notify \"/run/count all\""))
            try daemon.becomesMaster()
            // The guardian gives up after five in half a minute.
            for _ in 0..<4 {
                let mark = daemon.mark
                try scene.host.setLink("eth0", up: false)
                try daemon.says("Entering FAULT STATE", since: mark)
                try scene.host.setLink("eth0", up: true)
                try trial.observer.wait(seconds: Double.random(in: 0...0.5)) { false }
                sendSignal(Signals.kill, to: try daemon.worker)
                try daemon.says("The new process runs", since: mark)
                try trial.waitFor("MASTER again") { try scene.host.has("192.0.2.10") }
            }
            try trial.waitFor("the last word", seconds: 10) {
                try scene.calls.last?.hasPrefix("end") == true && scene.calls.last?.hasSuffix("all MASTER") == true
                    && scene.calls.count.isMultiple(of: 2)
            }
            try trial.observer.wait(seconds: 0.5) { false }
            let calls = try scene.calls
            for (begin, end) in zip(calls, calls.dropFirst()) where begin.hasPrefix("begin") {
                #expect("end" + begin.dropFirst(5) == end, "\(calls)")
            }
            let order = calls.filter { $0.hasPrefix("begin") }.compactMap { Int($0.split(separator: " ")[1]) }
            #expect(order == order.sorted(), "\(calls)")
            // A death in the very moment between a start and its note would be told twice; it was not.
            #expect(Set(calls).count == calls.count, "\(calls)")
            #expect(calls.last?.hasSuffix("all MASTER") == true)
        }

        @Test(arguments: [true, false])
        func `a process that is replaced leaves its command to the next, and tells nothing twice`(isKilled: Bool) throws
        {
            let trial = try Trial()
            let scene = try scene(trial)
            try scene.writeProgram("/run/slow", doing: "sleep 2")
            let daemon = try trial.start(
                scene.host,
                instance(
                    "VI_1",
                    "notify_backup /run/slow\n    notify_master \"/run/tell master\"\n    notify \"/run/tell every\""))
            try daemon.becomesMaster()
            #expect(try scene.calls == ["begin  BACKUP"])
            let mark = daemon.mark
            if isKilled {
                sendSignal(Signals.kill, to: try daemon.worker)
            } else {
                #expect(try scene.host.run(Trial.command, ["upgrade"], seconds: 20).status == .exited(code: 0))
            }
            try daemon.says("goes on as MASTER", since: mark)
            #expect(try scene.calls == ["begin  BACKUP"], "what was begun goes on")
            try scene.waitForCalls(5)
            let expected = ["begin  BACKUP", "end  BACKUP", every("BACKUP"), "master", every("MASTER")]
            #expect(try scene.calls == expected)
            try trial.waitFor("the end of the last command") {
                SpawnedProcess.children(of: try daemon.worker).allSatisfy {
                    processName(of: $0) == "understudyd-rec"
                }
            }
            // Another one, when everything has been told: there is nothing to tell.
            let again = daemon.mark
            sendSignal(Signals.kill, to: try daemon.worker)
            try daemon.says("goes on as MASTER", since: again)
            try trial.observer.wait(seconds: 0.5) { false }
            let calls = try scene.calls
            #expect(calls == expected, "\(calls)")
        }
    }
}
