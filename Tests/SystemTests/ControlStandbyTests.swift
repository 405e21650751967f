import Console
import Control
import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Behaviour.Controlled {
    /// Maintenance mode, docs/design/0006-maintenance-mode.md.
    @Suite struct Maintenance {
        private static let virtual = "192.0.2.10"
        private static let file = "/run/understudy/state/standby.json"

        private func exited(_ code: Int32) -> LinuxKernel.ExitStatus { .exited(code: code) }

        private func isKept(on host: Host) -> Bool { LocalFiles.exists(host.namespaces.outside(Self.file)) }

        @Test func `it hands over, is the last from then on, and ends with resume`() throws {
            let pair = try ControlledPair { priority in
                instance(priority: priority)
                    + instance("VI_2", id: 52, priority: priority, addresses: ["192.0.2.20/24"])
            }
            let report = try pair.active.standby()
            #expect(report.standby?.until == nil)
            #expect(
                report.sentences.first
                    == "maintenance mode is on, until understudy resume; it survives restarts and reboots")
            #expect(
                report.sentences.contains("VI_1: is standby, and takes the addresses only if nobody else has them"))
            #expect(report.isComplete == true, "the answer comes when it is over")
            for name in ["VI_1", "VI_2"] {
                try pair.backup.becomes(.active, name)
                try pair.active.becomes(.standby, name)
                let router = try pair.active.instance(name)
                #expect(router.priority.effective == 1 && router.priority.isOverruled && router.priority.base == 150)
                #expect(router.priority.text == "1 (standby; 150 otherwise)")
                #expect(
                    router.next.last == "maintenance: it is the last that takes the addresses, until understudy resume")
            }
            #expect(try pair.active.status().standby == report.standby)
            // Twice is once, and the beginning stays what it was.
            let again = try pair.active.standby(seconds: 3600)
            #expect(again.standby?.since == report.standby?.since && again.standby?.until != nil)
            #expect(again.sentences.contains("VI_1: is standby, and takes the addresses only if nobody else has them"))
            // The last is better than nobody.
            pair.backup.process.sendToAll(.kill)
            try pair.active.becomes(.active)
            #expect(try pair.active.instance().activeRouter?.priority == 1)
            // As soon as somebody else is there, it takes over without being asked.
            try pair.restart(1, instance(priority: 50))
            try pair.backup.becomes(.active)
            try pair.active.becomes(.standby)
            let resumed = try pair.active.resume()
            #expect(resumed.standby == nil && resumed.sentences.first == "maintenance mode has ended")
            try pair.active.becomes(.active)
            #expect(try pair.active.instance().priority.text == "150")
            #expect(!isKept(on: pair.active.host))
            let events = try pair.active.history().filter { $0.instance == nil }.map(\.event)
            #expect(events == [.daemonStarted, .standbyOn, .standbyOn, .standbyOff])
        }

        @Test func `nobody there to take over means that it stays active, and says so`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, instance())
            try daemon.becomes(.active)
            let start = monotonicNanoseconds()
            let report = try daemon.standby()
            #expect(report.isComplete == false)
            #expect(
                report.sentences.last?.hasPrefix("VI_1: nobody took the addresses over, so it stays active") == true)
            try daemon.becomes(.active)
            #expect(try daemon.instance().priority.effective == 1)
            try trial.observer.takeNews()
            let virtual = try ip(Self.virtual)
            #expect(!trial.observer.observations.contains { $0.instant > start && $0.change == .removed(virtual) })
            #expect(try daemon.standby().isComplete == false)
            #expect(
                try daemon.history().count { $0.event == .remainedActive } == 2, "it is tried again when asked again")
        }

        @Test(arguments: ["restart", "kill", "reboot"])
        func `it survives a restart, a kill and a reboot, and counts from the first moment`(way: String) throws {
            let pair = try ControlledPair()
            let until = try pair.active.standby(seconds: 7200).standby?.until
            try pair.backup.becomes(.active)
            #expect(isKept(on: pair.active.host))
            // The history is written by a process of its own, in its own time.
            try pair.trial.waitFor("the record on the disk") {
                let ran = try pair.active.host.run("sh", ["-c", "cat /run/understudy/state/*"])
                return ran.output.contains("standby_on")
            }
            if way == "restart" { #expect(try pair.active.stop() == exited(0)) } else { try pair.active.isKilled() }
            // Nothing in the runtime directory outlives a reboot.
            if way == "reboot" {
                _ = try pair.active.host.run("rm", ["-f", "/run/understudy/control.sock", "/run/vrrp.pid"])
            }
            let start = monotonicNanoseconds()
            try pair.restart(0, instance(priority: 150))
            try pair.hears(pair.active, "192.0.2.2")
            let status = try pair.active.status()
            #expect(status.standby?.until == until && status.standby != nil)
            #expect(status.instances.first?.priority.effective == 1)
            // It would have preempted within a third of a second.
            try pair.trial.waitFor("a second of the other's adverts") {
                pair.recorder.adverts(since: start, from: "192.0.2.2").count > 10
            }
            #expect(pair.recorder.adverts(since: start, from: "192.0.2.1").isEmpty)
            #expect(try pair.active.history().map(\.event).contains(.standbyOn))
            _ = try pair.active.resume()
            try pair.active.becomes(.active)
            try pair.trial.waitFor("the end of it on the disk") { !isKept(on: pair.active.host) }
        }

        @Test func `with a time it ends by itself`() throws {
            let pair = try ControlledPair()
            let report = try pair.active.standby(seconds: 1)
            let until = try #require(report.standby?.until)
            try pair.backup.becomes(.active)
            try pair.active.says("Maintenance mode off: it was to end at \(until)")
            try pair.active.becomes(.active)
            #expect(try pair.active.status().standby == nil)
            try pair.trial.waitFor("the file to go") { !isKept(on: pair.active.host) }
            #expect(try pair.active.history().last { $0.event == .standbyOff }?.cause == "it was to end at \(until)")
            // Its time may have passed while nothing ran here.
            _ = try pair.active.standby(seconds: 1)
            try pair.active.isKilled()
            try pair.trial.waitFor("the time to pass") { wallClock().seconds * 1000 > until.milliseconds + 3000 }
            try pair.restart(0, instance(priority: 150))
            try pair.active.says("maintenance mode has ended: it was on until")
            try pair.active.becomes(.active)
            #expect(try pair.active.status().standby == nil)
        }

        @Test func `where nothing can be kept it takes effect all the same, and the answer says what it lacks`() throws
        {
            let trial = try Trial()
            let host = try trial.host()
            try host.writeFile("/run/file", "")
            let daemon = try trial.start(host, instance(), environment: ["STATE_DIRECTORY=/run/file/state"])
            try daemon.becomes(.active)
            let report = try daemon.standby()
            #expect(
                report.sentences.first?.hasPrefix(
                    "maintenance mode is on, until understudy resume; it does not survive a restart: ") == true,
                "\(report.sentences)")
            #expect(report.sentences.first?.contains("Not a directory") == true)
            #expect(try daemon.instance().priority.effective == 1)
            #expect(try daemon.status().remarks.first?.contains("history is not kept: ") == true)
        }

        @Test func `a process that is replaced knows what an operator said, whatever the disk has of it`() throws {
            let trial = try Trial()
            let host = try trial.host()
            try host.writeFile("/run/file", "")
            let daemon = try trial.start(host, instance(), environment: ["STATE_DIRECTORY=/run/file/state"])
            try daemon.becomes(.active)
            for (isOn, priority) in [(true, 1), (false, 100)] {
                _ = try isOn ? daemon.standby() : daemon.resume()
                let (mark, started) = (daemon.mark, try daemon.ask(Request(.status)).daemon.startedAt)
                sendSignal(Signals.kill, to: try daemon.worker)
                try daemon.says("Startup complete", since: mark)
                let answer = try daemon.ask(Request(.status))
                #expect(answer.status?.instances.map(\.priority.effective) == [priority])
                #expect((answer.status?.standby != nil) == isOn)
                // The daemon is the one that it was; that a process had to be replaced is said.
                #expect(answer.daemon.startedAt == started && answer.status?.loadedAt != nil)
                #expect(answer.daemon.replaced?.contains("which ended by signal 9 (SIGKILL)") == true)
                let text = try host.run(Trial.command, ["status"]).output.split(separator: "\n").prefix(4)
                #expect(text.contains { $0.contains("its process was replaced at ") }, "\(text)")
            }
        }

        @Test(arguments: [
            "", "{\"since\":\"2026-01-01", "\u{0}\u{0}\u{0}\u{0}", "{}", String(repeating: "x", count: 9000),
        ])
        func `a damaged note counts as on until somebody resumes`(content: String) throws {
            let trial = try Trial()
            let host = try trial.host()
            _ = try host.run("mkdir", ["-p", "/run/understudy/state"])
            try host.writeFile(Self.file, content)
            let daemon = try trial.start(host, instance())
            try daemon.says("maintenance mode is taken to be on; understudy resume ends it")
            try daemon.becomes(.active)
            #expect(try daemon.instance().priority.effective == 1)
            _ = try daemon.resume()
            #expect(!isKept(on: host))
            #expect(try daemon.stop() == exited(0))
            let again = try trial.start(host, instance())
            try again.becomes(.active)
            #expect(try again.status().standby == nil)
        }

        @Test func `an instance that a reload adds or changes is the last as well`() throws {
            let trial = try Trial()
            let daemon = try trial.start(try trial.host(), instance())
            try daemon.becomes(.active)
            _ = try daemon.standby()
            let more = instance(priority: 200) + instance("VI_2", id: 52, addresses: ["192.0.2.20/24"])
            let report = try #require(try daemon.reloads(more, dryRun: false).reload)
            #expect(report.applied)
            try daemon.becomes(.active, "VI_2")
            #expect(try daemon.status().instances.map(\.priority.effective) == [1, 1])
            _ = try daemon.resume()
            #expect(try daemon.status().instances.map(\.priority.effective) == [200, 100])
        }

        @Test func `who waits for the disk when the daemon stops is told`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, instance())
            try daemon.becomes(.active)
            let pid = try #require(try recorders(of: host).first)
            _ = try host.run("kill", ["-STOP", "\(pid)"])
            let client = try RawClient(host)
            client.send(encode(Request(.standby)).text + "\n")
            try daemon.says("Maintenance mode on: ")
            try daemon.process.send(.terminate)
            // Twice is at once.
            try daemon.process.send(.terminate)
            try trial.waitFor("the end of the connection") {
                client.read()
                return client.isOver
            }
            let line = try #require(client.lines.first)
            let answer = try decode(Answer.self, from: JSON(parsing: line))
            #expect(answer.standby?.sentences.first?.contains("it does not survive a restart: ") == true, "\(line)")
            #expect(try daemon.process.wait(until: monotonicNanoseconds() + 5_000_000_000) == exited(0))
        }

        @Test func `the disk that refuses to forget is told of until it has forgotten`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, instance())
            try daemon.becomes(.active)
            _ = try daemon.standby()
            let state = "/run/understudy/state"
            _ = try host.run("sh", ["-c", "mount --bind \(state) \(state) && mount -o remount,ro,bind \(state)"])
            // The recorder sees the mount through the path, as any process does.
            let report = try daemon.resume()
            #expect(
                report.sentences.first?.hasPrefix("maintenance mode has ended, but would be on again after a restart: ")
                    == true, "\(report.sentences)")
            #expect(try daemon.status().remarks.contains { $0.contains("maintenance mode is not kept as it is now: ") })
            _ = try host.run("umount", [state])
            _ = try daemon.standby()
            #expect(try daemon.resume().sentences.first == "maintenance mode has ended")
            #expect(try daemon.status().remarks.allSatisfy { !$0.contains("maintenance") })
            #expect(!isKept(on: host))
        }
    }
}
