import Control
import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

import class Foundation.FileManager
import struct Foundation.URL

/// A command that was run to its end.
private struct Ran {
    var code: Int32?
    /// Both streams.
    var output: String

    init(_ host: Host, _ arguments: [String], program: String = Trial.command, seconds: Int = 30) throws {
        let result = try host.run(program, arguments, seconds: seconds)
        output = result.output
        if case .exited(let code)? = result.status { self.code = code }
    }

    var answer: Answer {
        get throws { try decode(Answer.self, from: JSON(parsing: String(output.split(separator: "\n").first ?? ""))) }
    }
}

extension Behaviour {
    /// The commands that ask and steer a daemon that really runs.
    @Suite struct Commands {
        private struct Pair {
            let trial: Trial
            let hosts: [Host]
            let daemons: [RunningDaemon]

            /// The first host is active.
            init(_ first: String, _ second: String) throws {
                trial = try Trial()
                hosts = [try trial.host("lb1", "192.0.2.1"), try trial.host("lb2", "192.0.2.2")]
                let one = try trial.start(hosts[0], first)
                try one.becomesMaster()
                daemons = [one, try trial.start(hosts[1], second)]
                try daemons[1].says("Entering BACKUP STATE")
                let standby = hosts[1]
                try trial.waitFor("the second to hear the first") {
                    try Commands.shown(standby).activeRouter?.address == "192.0.2.1"
                }
            }
        }

        private static func shown(_ host: Host) throws -> InstanceStatus {
            let ran = try Ran(host, ["status", "--json"])
            guard ran.code == 0 || ran.code == 1 else { throw DidNotHappen(description: ran.output) }
            return try #require(try ran.answer.status?.instances.first)
        }

        private func reaches(_ state: RouterState, _ host: Host, _ trial: Trial) throws {
            try trial.waitFor("\(host.name) to be \(state.rawValue)", seconds: 10) {
                try Self.shown(host).state == state
            }
        }

        private func checked(_ priority: Int, weight: Int) -> String {
            check("chk", "/usr/bin/test ! -e /run/broken", "weight \(weight)")
                + instance(priority: priority, "track_script {\n chk\n }")
        }

        @Test func `a pair is told truly, and the reason why it changes sides`() throws {
            let pair = try Pair(checked(101, weight: -10), instance(priority: 100))
            let active = try Self.shown(pair.hosts[0])
            #expect(active.state == .active && active.activeRouter?.isSelf == true)
            #expect(active.addresses.map(\.isPresent) == [true])
            #expect(active.checks.map(\.result) == [.working])
            try expectDocumented(active.counters)
            // What the scripts for shells ask for the word behind `understudy status`.
            let words = ["---completion", "status", "--", "positional@0", "2", "0", "understudy", "status", ""]
            let completion = try Ran(pair.hosts[0], ["SAP_SHELL=bash", Trial.command] + words, program: "env")
            #expect(completion.output == "VI_1\n" && completion.code == 0)
            let standby = try Ran(pair.hosts[1], ["explain"])
            #expect(standby.code == 0)
            #expect(standby.output.contains("VI_1 is STANDBY since"))
            #expect(standby.output.contains("192.0.2.1 is active with priority 101, heard"))

            try pair.hosts[0].writeFile("/run/broken", "")
            try reaches(.standby, pair.hosts[0], pair.trial)
            try reaches(.active, pair.hosts[1], pair.trial)
            let status = try Ran(pair.hosts[0], ["status"])
            #expect(status.code == 0)
            #expect(status.output.contains("  priority    91 = 101 - 10 chk\n"))
            #expect(status.output.contains("chk  script  FAILED for"))
            let why = try Ran(pair.hosts[0], ["explain", "VI_1"]).output
            #expect(why.contains("it went from ACTIVE to STANDBY: 192.0.2.2 has priority 100, ours is 91."))
            #expect(why.contains("priority 101 -> 91: chk failed: exited with status 1."))
            #expect(why.contains("If chk worked again, its priority would be 101, more than the 100 of 192.0.2.2"))
            let history = try Ran(pair.hosts[0], ["history", "--limit", "2"])
            #expect(history.code == 0)
            #expect(
                history.output.split(separator: "\n").last { $0.contains("VI_1") }?.contains("ACTIVE -> STANDBY")
                    == true)
        }

        /// The names on the page about the control socket.
        private func expectDocumented(_ counters: [String: Int]) throws {
            let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent()
            let page = try String(
                contentsOf: root.appending(path: "docs/reference/control-socket.md"), encoding: .utf8)
            let table = page.split(separator: "| name in `counters` | counts |")[1].prefix { $0 != "#" }
            let names = table.split(separator: "\n").compactMap { $0.split(separator: "`").dropFirst().first }
            #expect(Set(names.map(String.init)) == Set(counters.keys))
        }

        @Test func `a fault is an exit code and a sentence`() throws {
            let pair = try Pair(checked(101, weight: 0), instance(priority: 100))
            try pair.hosts[0].writeFile("/run/broken", "")
            try reaches(.fault, pair.hosts[0], pair.trial)
            let status = try Ran(pair.hosts[0], ["status"])
            #expect(status.code == 1)
            #expect(status.output.contains("problem: VI_1: FAULT: check chk failed.\n"))
            try pair.trial.waitFor("the other's advert") {
                try Ran(pair.hosts[0], ["explain"]).output.contains("192.0.2.2 says that it is active: heard")
            }
            let why = try Ran(pair.hosts[0], ["explain"]).output
            #expect(why.contains("chk failed (exited with status 1, at "))
        }

        @Test func `an address that another has put here stands out on a standby`() throws {
            let pair = try Pair(instance(priority: 101), instance(priority: 100))
            try pair.hosts[1].setAddress(try .init("192.0.2.10", 24), on: "eth0", present: true)
            try pair.trial.waitFor("the surplus address") {
                try Ran(pair.hosts[1], ["status"]).output.contains("SURPLUS: it must not be here")
            }
            #expect(try Ran(pair.hosts[1], ["status"]).code == 1)
        }

        @Test func `a hung daemon does not look well, and its history can still be read`() throws {
            let pair = try Pair(instance(priority: 101), instance(priority: 100))
            let host = pair.hosts[0]
            let log = try OutputLog("watch")
            let watch = try host.start(Trial.command, ["status", "--watch"], log: log)
            try pair.trial.waitFor("the watch") { log.text.contains("VI_1  ACTIVE") }
            pair.daemons[0].process.sendToAll(.stop)
            try pair.trial.waitFor("the watch to say that nobody answers") { log.text.contains("NO ANSWER: ") }
            let status = try Ran(host, ["status"])
            #expect(status.code == 3 && status.output.contains("has not answered for 2 s: it hangs, or is stopped"))
            let history = try Ran(host, ["history", "--file", "/run/understudy/state/history.jsonl"])
            #expect(history.code == 0 && history.output.contains("STANDBY -> ACTIVE"))
            #expect(history.output.hasPrefix("read from the daemon's file, because the daemon at"))
            let silent = try #require(log.text.split(separator: "NO ANSWER").last)
            #expect(silent.contains("VI_1 was ACTIVE") && !silent.contains("VI_1  ACTIVE"))

            pair.daemons[0].process.sendToAll(.continue)
            try pair.trial.waitFor("the watch to see it again") {
                log.text.split(separator: "NO ANSWER").last?.contains("understudyd") == true
            }
            try watch.send(.interrupt)
            #expect(try watch.wait(until: monotonicNanoseconds() + 5_000_000_000) == .exited(code: 0))
            #expect(log.text.contains("\nwatched until "))
        }

        @Test func `on a terminal the watch renews in place and ends cleanly with Ctrl-C`() throws {
            let trial = try Trial()
            let host = try trial.host()
            try trial.start(host, instance()).becomesMaster()
            let log = try OutputLog("terminal")
            // timeout sends what the terminal would send for Ctrl-C, and passes the exit code on.
            let line =
                "stty cols 70 rows 40; timeout --foreground --preserve-status -s INT 2.5 \(Trial.command) status -w"
            let terminal = try host.start(
                "script", ["-qfec", line, "/dev/null"], environment: ["TERM=xterm", "SHELL=/bin/sh"], log: log)
            #expect(try terminal.wait(until: monotonicNanoseconds() + 15_000_000_000) == .exited(code: 0))
            let shown = log.text
            #expect(shown.components(of: "\u{1B}[2J") == 1, "\(shown)")
            #expect(shown.components(of: "\u{1B}[H") >= 2 && shown.contains("\u{1B}[32mACTIVE"))
            #expect(shown.split(separator: "\u{1B}[J").last?.hasPrefix("watched until") == true)

            let plain = try OutputLog("plain")
            let colourless = try host.start(
                "script", ["-qfec", "\(Trial.command) status", "/dev/null"],
                environment: ["TERM=xterm", "NO_COLOR=1", "SHELL=/bin/sh"], log: plain)
            #expect(try colourless.wait(until: monotonicNanoseconds() + 15_000_000_000) == .exited(code: 0))
            #expect(plain.text.contains("ACTIVE") && !plain.text.contains("\u{1B}"))
        }

        @Test func `where no daemon runs every command says so and ends with 3`() throws {
            let trial = try Trial()
            let host = try trial.host()
            for command in [
                ["status"], ["explain"], ["history", "--file", "/run/none.jsonl"], ["switchover"], ["standby"],
                ["standby", "on"], ["resume"], ["reload"], ["reload", "--dry-run"],
            ] {
                let ran = try Ran(host, command)
                #expect(ran.code == 3, "\(command)")
                #expect(ran.output.hasPrefix("understudy: no daemon answers at /run/understudy/control.sock"))
            }
            withExtendedLifetime(trial) {}
        }

        @Test(arguments: [
            ["switchover", "VI_1", "--all"], ["switchover", "--timeout", "0"], ["standby", "maybe"],
            ["standby", "on", "--for", "2x"], ["standby", "--for", "2h"], ["standby", "on", "--for", "400d"],
            ["history", "--limit", "0"], ["status", "--socket", ""], ["reload", "now"],
        ])
        func `a wrong command line ends with 64`(arguments: [String]) throws {
            let trial = try Trial()
            let ran = try Ran(try trial.host(), arguments)
            #expect(ran.code == 64 && ran.output.contains("Usage: understudy \(arguments[0])"))
            withExtendedLifetime(trial) {}
        }

        @Test func `rights are those of the group, and reading is not changing`() throws {
            let trial = try Trial()
            let host = try trial.host()
            // A group of this host's own, and a copy of the program that everybody may run.
            try host.writeFile("/run/group", "root:x:0:\nunderstudy:x:4242:\n")
            for command in [
                ["mount", "--bind", "/run/group", "/etc/group"], ["cp", Trial.command, "/run/understudy-copy"],
            ] {
                #expect(try Ran(host, Array(command.dropFirst()), program: command[0]).code == 0)
            }
            try trial.start(host, instance()).becomesMaster()
            func run(_ groups: [String], _ arguments: [String]) throws -> Ran {
                try Ran(
                    host, ["--reuid=65534", "--regid=65534"] + groups + ["/run/understudy-copy"] + arguments,
                    program: "setpriv")
            }
            let stranger = try run(["--clear-groups"], ["status"])
            #expect(stranger.code == 4 && stranger.output.contains("become a member of the group understudy"))
            #expect(try run(["--groups=4242"], ["status"]).code == 0)
            #expect(try run(["--groups=4242"], ["explain"]).code == 0)
            #expect(try run(["--groups=4242"], ["history"]).code == 0)
            for change in [["switchover"], ["standby", "on"], ["resume"], ["reload", "--dry-run"]] {
                let ran = try run(["--groups=4242"], change)
                #expect(ran.code == 4 && ran.output.contains("only root may"), "\(change)")
            }
            #expect(try Self.shown(host).state == .active)
        }

        @Test func `a client that has said all it wants is answered, and one that asks too much is no load`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, instance())
            try daemon.becomesMaster()
            let socket = host.namespaces.outside("/run/understudy/control.sock")
            let question = Array("{\"version\":1,\"request\":\"status\"}\n".utf8)
            for _ in 0..<20 {
                let stream = try LocalStream(connectingTo: socket)
                #expect(stream.send(question[...]) == question.count)
                stream.finishSending()
                var received: [UInt8] = []
                try trial.waitFor("the answer and the end") {
                    switch stream.receive(atMost: 65536) {
                    case .bytes(let bytes): received += bytes
                    case .nothingYet: break
                    case .end: return true
                    }
                    return false
                }
                #expect(received.last == 10)
            }
            // Far more than is read, and nothing of the answers taken.
            let greedy = try LocalStream(connectingTo: socket)
            while greedy.send(question[...]) == question.count {}
            let before = try processorTicks(daemon)
            let begin = monotonicNanoseconds()
            try trial.waitFor("it to be dropped", seconds: 10) { greedy.send([10][...]) == nil }
            let seconds = Double(monotonicNanoseconds() - begin) / 1e9
            #expect(Double(try processorTicks(daemon) - before) < 30 * max(seconds, 1), "in \(seconds) s")
            #expect(try Self.shown(host).state == .active)
        }

        /// Hundredths of a second.
        private func processorTicks(_ daemon: RunningDaemon) throws -> Int {
            let stat = String(decoding: try LocalFiles.read("/proc/\(daemon.process.pid)/stat"), as: UTF8.self)
            let words = stat.split(separator: ")").last?.split(separator: " ") ?? []
            return (Int(words[11]) ?? 0) + (Int(words[12]) ?? 0)
        }
    }
}

extension String {
    /// How often it holds `text`.
    fileprivate func components(of text: String) -> Int {
        indices.count { self[$0...].hasPrefix(text) }
    }
}
