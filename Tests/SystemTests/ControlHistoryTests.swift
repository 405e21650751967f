import Console
import Control
import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

import class Foundation.FileManager

extension Behaviour.Controlled {
    /// What happened is kept, with its cause and its times, and no disk can hold up an advert.
    @Suite struct Histories {
        private static let state = "/run/understudy/state"
        private static let virtual = "192.0.2.10"

        private func exited(_ code: Int32) -> LinuxKernel.ExitStatus { .exited(code: code) }

        private func read(_ host: Host, _ name: String = "history.jsonl") throws -> [UInt8] {
            try LocalFiles.read(host.namespaces.outside("\(Self.state)/\(name)"))
        }

        /// The lines on the disk, as records.
        private func kept(_ host: Host) throws -> [HistoryRecord] {
            try read(host).split(separator: UInt8(ascii: "\n")).map {
                try decode(HistoryRecord.self, from: JSON(parsing: Array($0)))
            }
        }

        private func run(_ host: Host, _ script: String) throws {
            let result = try host.run("sh", ["-c", script])
            #expect(result.status == exited(0), "\(result.output)")
        }

        private func phase(_ record: HistoryRecord, _ name: String) throws -> Double {
            try #require(record.phases.first { $0.name == name }, "\(name) in \(record.phases)").seconds
        }

        @Test func `each transition is told with its cause, the other router and the time of each step`() throws {
            let pair = try ControlledPair()
            let started = try #require(try pair.backup.history().first)
            #expect(started.event == .daemonStarted && started.instance == nil && started.sequence == 1)
            #expect(started.cause.hasSuffix("started with /run/vrrp.conf"))
            let boot = String(
                decoding: try LocalFiles.read("/proc/sys/kernel/random/boot_id").dropLast(), as: UTF8.self)
            #expect(started.boot == boot)
            pair.active.process.sendToAll(.kill, sparing: "understudyd-rec")
            try pair.backup.becomes(.active)
            let taken = try #require(try pair.backup.history().last { $0.event == .becameActive })
            #expect(taken.from == .standby && taken.to == .active && taken.peer == "192.0.2.1")
            #expect(taken.priority == 100 && taken.instance == "VI_1")
            #expect(taken.cause.hasPrefix("192.0.2.1 fell silent, last heard 0.3"), "\(taken.cause)")
            // 3 intervals and (256 - 100) / 256 of one.
            let silence = try phase(taken, "since the last advert")
            #expect(silence >= 0.36 && silence < 0.6)
            #expect(try phase(taken, "later than due") < 0.2)
            let order = ["advertised", "addresses added", "announced"]
            #expect(taken.phases.suffix(3).map(\.name) == order)
            let times = try order.map { try phase(taken, $0) }
            #expect(times == times.sorted() && times.allSatisfy { $0 >= 0 && $0 < 0.2 })
            // The better one returns.
            try pair.restart(0, instance(priority: 150))
            try pair.active.becomes(.active)
            try pair.backup.becomes(.standby)
            let yielded = try #require(try pair.backup.history().last)
            #expect(yielded.event == .becameStandby && yielded.peer == "192.0.2.1")
            #expect(yielded.cause == "192.0.2.1 has priority 150, ours is 100")
            #expect(try phase(yielded, "addresses removed") < 0.2)
            let preempted = try #require(try pair.active.history().last { $0.event == .becameActive })
            #expect(preempted.cause == "its priority 150 is higher than the 100 of 192.0.2.2")
            #expect(preempted.peer == "192.0.2.2")
            // A planned stop, seen from both sides.
            let mark = try pair.backup.history().last?.sequence ?? 0
            #expect(try pair.active.stop() == exited(0))
            try pair.backup.becomes(.active)
            let resigned = try #require(try pair.backup.history().last)
            #expect(resigned.cause == "192.0.2.1 said that it is leaving" && resigned.sequence > mark)
            let last = try kept(pair.active.host).suffix(3)
            #expect(last.map(\.event) == [.resigned, .stopped, .daemonStopped])
            let stopped = try #require(last.dropFirst().first)
            #expect(stopped.cause == "the daemon was asked to stop; 192.0.2.2 took over" && stopped.peer == "192.0.2.2")
            #expect(stopped.phases.map(\.name) == ["successor heard", "successor announced the addresses", "released"])
            #expect(stopped.phases.map(\.seconds) == stopped.phases.map(\.seconds).sorted())
            #expect(try phase(stopped, "successor heard") > 0.05)
        }

        @Test func `faults, waiting, rivals, priorities, reloads and switch-overs are told too`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let client = try trial.laboratory.addClient([Interface("eth0", addresses: [try .init("192.0.2.200", 24)])])
            try host.writeFile("/run/ok", "")
            let text = { (priority: Int) in
                check("chk", "/usr/bin/test -e /run/ok", "weight 5")
                    + instance(priority: priority, "track_script {\n        chk\n    }")
                    + instance("VI_2", id: 52, interface: "eth7", addresses: ["198.51.100.9/24"])
            }
            let daemon = try trial.start(host, text(100))
            try daemon.becomes(.active)
            try daemon.becomes(.waiting, "VI_2")
            try LocalFiles.remove(host.namespaces.outside("/run/ok"))
            try daemon.says("Changing effective priority from 105 to 100")
            try host.ip("link", "set", "eth0", "down")
            try daemon.becomes(.fault)
            try host.ip("link", "set", "eth0", "up")
            try daemon.becomes(.active)
            #expect(try daemon.reloads(text(90), dryRun: false).reload?.applied == true)
            #expect(try daemon.reloads("nonsense\n", dryRun: false).error?.code == .configuration)
            #expect(try daemon.switchOver().switchover?.first?.outcome == .undone)
            let rival = Forgery(source: try ip("192.0.2.77"), priority: 3, addresses: [try ip(Self.virtual)])
            let flood = try Flood(in: client, [rival.frame], perSecond: 50)
            try trial.waitFor("the rival's record") { try daemon.history().contains { $0.event == .contested } }
            flood.stop()
            let history = try daemon.history()
            func last(_ event: HistoryRecord.Event) throws -> HistoryRecord {
                try #require(history.last { $0.event == event }, "\(event)")
            }
            #expect(try last(.waiting).cause == "interface eth7 does not exist" && last(.waiting).instance == "VI_2")
            #expect(history.contains { $0.cause == "priority 105 -> 100: chk failed: exited with status 1" })
            let fault = try last(.faulted)
            #expect(fault.cause == "interface eth0 is down" && fault.from == .active && fault.to == .fault)
            #expect(try phase(fault, "addresses removed") < 0.2)
            #expect(
                history.contains {
                    $0.event == .becameStandby && $0.cause == "what stood in the way is gone (interface eth0 is down)"
                })
            #expect(try last(.reloaded).cause == "instance VI_1: priority 100 -> 90")
            #expect(try last(.reloadRefused).cause.contains("/run/vrrp.conf:1"))
            #expect(try last(.resigned).cause.hasPrefix("an operator asked to hand over"))
            #expect(try last(.remainedActive).to == .active)
            #expect(try last(.contested).peer == "192.0.2.77")
            #expect(zip(history, history.dropFirst()).allSatisfy { $0.sequence + 1 == $1.sequence })
            // Of one instance, with what concerns them all; the newest, the oldest of them first.
            let second = try daemon.history(of: "VI_2")
            #expect(second.allSatisfy { $0.instance == nil || $0.instance == "VI_2" } && second.count >= 4)
            #expect(try daemon.history(limit: 3) == Array(try daemon.history().suffix(3)))
            // On the disk is the same.
            try trial.waitFor("the disk") { try kept(host) == (try daemon.history()) }
        }

        @Test func `it survives a restart and a kill, and counts on`() throws {
            let trial = try Trial()
            let host = try trial.host()
            var daemon = try trial.start(host, instance())
            try daemon.becomes(.active)
            let first = try daemon.history()
            try daemon.isKilled()
            #expect(try kept(host) == first)
            daemon = try trial.start(host, instance())
            try daemon.says("Startup complete")
            try daemon.becomes(.active)
            let second = try daemon.history()
            #expect(Array(second.prefix(first.count)) == first)
            #expect(second[first.count].event == .daemonStarted)
            #expect(second[first.count].cause.contains("no end of the run before is recorded"))
            #expect(second.map(\.sequence) == Array(1...second.count))
            #expect(try daemon.stop() == exited(0))
            #expect(try kept(host).last?.event == .daemonStopped)
            daemon = try trial.start(host, instance("VI_9"))
            try daemon.says("Startup complete")
            try daemon.becomes(.active, "VI_9")
            #expect(
                try daemon.history().last { $0.event == .daemonStarted }?.cause.hasSuffix("/run/vrrp.conf") == true)
            // An instance that is gone can still be asked about.
            #expect(try daemon.history(of: "VI_1").contains { $0.instance == "VI_1" && $0.event == .becameActive })
        }

        @Test func `half a line and foreign ones are skipped, and what follows is kept apart from them`() throws {
            let trial = try Trial()
            let host = try trial.host()
            try run(host, "mkdir -p \(Self.state)")
            let good =
                #"{"at":"2026-01-01T00:00:00.000Z","sequence":41,"instance":"VI_1","event":"became_active","cause":"x","phases":[]}"#
            try host.writeFile(
                "\(Self.state)/history.jsonl",
                "garbage\n\(good)\n{\"event\":\"from the future\",\"sequence\":99}\n\u{0}\u{0}\n" + good.prefix(60))
            let daemon = try trial.start(host, instance())
            try daemon.becomes(.active)
            let history = try daemon.history()
            #expect(history.first?.sequence == 41 && history.first?.cause == "x")
            #expect(history.dropFirst().first?.event == .daemonStarted && history.dropFirst().first?.sequence == 42)
            #expect(try daemon.stop() == exited(0))
            let again = try trial.start(host, instance())
            try again.becomes(.active)
            #expect(Array(try again.history().prefix(history.count)) == history)
        }

        @Test func `it is bounded on the disk and in memory, and the older half is read too`() throws {
            let trial = try Trial()
            let host = try trial.host()
            try run(host, "mkdir -p \(Self.state)")
            let cause = String(repeating: "x", count: 150)
            let lines = (1...3000).map { number in
                #"{"at":"2026-01-01T00:00:00.000Z","sequence":\#(number),"event":"became_active","cause":"\#(cause)","phases":[]}"#
            }
            // As large as it may be, so that the next record is the last of this half.
            try host.writeFile("\(Self.state)/history.jsonl", lines[2000...].joined(separator: "\n") + "\n")
            try host.writeFile("\(Self.state)/history.1.jsonl", lines[..<2000].joined(separator: "\n") + "\n")
            let size = try read(host).count
            try #require(size < 256 << 10 && size > 200 << 10, "\(size)")
            try run(
                host, "for n in 1 2 3; do head -c 20000 /dev/zero | tr '\\0' 'y' >> \(Self.state)/history.jsonl; done")
            let daemon = try trial.start(host, instance())
            try daemon.becomes(.active)
            let history = try daemon.history(limit: 5000)
            #expect(history.count < 1110 && history.contains { $0.sequence == 2500 })
            try trial.waitFor("the halves to change places") { try read(host).count < 10_000 }
            #expect(try read(host, "history.1.jsonl").count > size)
            let all = try FileManager.default.contentsOfDirectory(atPath: host.namespaces.outside(Self.state))
            #expect(Set(all).isSubset(of: ["history.jsonl", "history.1.jsonl", "lock"]), "\(all)")
            #expect(try daemon.history(limit: 5000).map(\.sequence) == history.map(\.sequence))
        }

        @Test func `a check that flaps is held back, and does not push out what it brings about`() throws {
            let trial = try Trial()
            let host = try trial.host()
            // Another result each time.
            let flap = "/bin/sh -c 'if test -e /run/flip; then rm /run/flip; else touch /run/flip; exit 1; fi'"
            let text =
                check("flap", flap, "weight 5") + instance(priority: 100, "track_script {\n        flap\n    }")
            let daemon = try trial.start(host, text)
            try daemon.becomes(.active)
            let changes = { try daemon.history().count { $0.event == .priorityChanged } }
            try trial.waitFor("many changes", seconds: 20) {
                daemon.lines().count { $0.contains("Changing effective priority") } > 30
            }
            #expect(try changes() == 10)
            try host.ip("link", "set", "eth0", "down")
            try daemon.becomes(.fault)
            #expect(try daemon.history().last { $0.event == .faulted }?.cause == "interface eth0 is down")
        }

        /// A place where nothing can be kept.
        enum Trouble: CaseIterable { case full, readOnly }

        @Test(arguments: Trouble.allCases)
        func `a disk that takes nothing costs records, which is said, and is forgotten when it takes them again`(
            trouble: Trouble
        ) throws {
            let trial = try Trial()
            let host = try trial.host()
            let client = try trial.laboratory.addClient([Interface("eth0", addresses: [try .init("192.0.2.200", 24)])])
            let recorder = try AdvertRecorder(in: client)
            try run(host, "mkdir -p \(Self.state) && mount -t tmpfs -o size=64k none \(Self.state)")
            let daemon = try trial.start(host, instance())
            try daemon.becomes(.active)
            #expect(try daemon.status().remarks.isEmpty)
            let start = monotonicNanoseconds()
            switch trouble {
            case .full:
                try run(host, "cat /dev/zero > \(Self.state)/filling 2>/dev/null; test -s \(Self.state)/filling")
            case .readOnly:
                try run(host, "mount --bind \(Self.state) \(Self.state) && mount -o remount,ro,bind \(Self.state)")
            }
            let reason = trouble == .full ? "No space left on device" : "Read-only file system"
            for priority in 1...12 { _ = try daemon.reloads(instance(priority: 100 + priority), dryRun: false) }
            try trial.waitFor("the remark") { try daemon.status().remarks.contains { $0.contains(reason) } }
            let remarks = try daemon.status().remarks
            #expect(remarks.first?.hasPrefix("history is not kept: ") == true)
            #expect(remarks.contains { $0.contains("record(s) of the history were not kept since the daemon started") })
            try daemon.says("history: not kept: ")
            #expect(daemon.lines().count { $0.contains("history: not kept") } == 1)
            try trial.waitFor("adverts") { recorder.adverts(since: start).count > 10 }
            #expect(recorder.isSteady(recorder.gaps(since: start)))
            // In memory there is everything.
            #expect(try daemon.history().contains { $0.cause == "instance VI_1: priority 111 -> 112" })
            let maintenance = try daemon.standby()
            #expect(maintenance.sentences.first?.contains("does not survive a restart: ") == true)
            #expect(maintenance.sentences.first?.contains(reason) == true)
            switch trouble {
            case .full: try run(host, "rm \(Self.state)/filling")
            case .readOnly: try run(host, "umount \(Self.state)")
            }
            #expect(try daemon.resume().standby == nil)
            try trial.waitFor("the end of the trouble") {
                try daemon.status().remarks.allSatisfy { !$0.contains("history is not kept") }
            }
            try daemon.says("history: kept again; ")
            try trial.waitFor("the newest record") { try read(host).contains(Array("standby_off".utf8)) }
        }

        @Test func `a disk that hangs holds up neither an advert nor an answer nor the end`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let client = try trial.laboratory.addClient([Interface("eth0", addresses: [try .init("192.0.2.200", 24)])])
            let recorder = try AdvertRecorder(in: client)
            let daemon = try trial.start(host, instance())
            try daemon.becomes(.active)
            let pid = try #require(try recorders(of: host).first)
            // Whoever waits for a disk does nothing else; neither does who is stopped.
            try run(host, "kill -STOP \(pid)")
            let start = monotonicNanoseconds()
            let begun = try daemon.standby()
            let seconds = Double(monotonicNanoseconds() - start) / 1e9
            #expect(seconds < 2, "\(seconds)")
            #expect(
                begun.sentences.first?.contains("does not survive a restart: the disk has not answered for 1 s")
                    == true,
                "\(begun.sentences)")
            try daemon.becomes(.active)
            let held = monotonicNanoseconds()
            // More than the pipe and the memory for it take, with long causes.
            let many = (0..<40).map { "10.99.\($0).1/32" }
            for round in 0..<60 {
                let addresses = round % 2 == 0 ? ["192.0.2.10/24"] + many : ["192.0.2.10/24"]
                _ = try daemon.reloads(instance(addresses: addresses), dryRun: false)
            }
            try trial.waitFor("the remark", seconds: 8) {
                try daemon.status().remarks.contains("history is not kept: the disk has not answered for 5 s")
            }
            #expect(try daemon.status().remarks.contains { $0.hasPrefix("maintenance mode is not kept as it is now") })
            #expect(recorder.isSteady(recorder.gaps(since: held)))
            // It wakes up, and keeps what it was given.
            try run(host, "kill -CONT \(pid)")
            try trial.waitFor("the end of the trouble") {
                try daemon.status().remarks.allSatisfy { !$0.contains("disk") }
            }
            #expect(try read(host).contains(Array("standby_on".utf8)))
            try trial.waitFor("the note") { LocalFiles.exists(host.namespaces.outside("\(Self.state)/standby.json")) }
            // The end waits for it a second, not longer.
            try run(host, "kill -STOP \(pid)")
            let stopping = monotonicNanoseconds()
            #expect(try daemon.stop() == exited(0))
            #expect(Double(monotonicNanoseconds() - stopping) / 1e9 < 3)
            #expect(try !host.has(Self.virtual))
        }

        @Test func `what a hanging disk keeps waiting has a bound, and what is beyond it is counted`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let text = (1...40).map { instance("VI_\($0)", id: $0, addresses: ["10.9.\($0).1/32"]) }.joined()
            let daemon = try trial.start(host, text, flags: [])
            try daemon.becomes(.active, "VI_40")
            let pid = try #require(try recorders(of: host).first)
            try run(host, "kill -STOP \(pid)")
            var rounds = 0
            try trial.waitFor("more than there is room for", seconds: 30) {
                try host.ip("link", "set", "eth0", "down")
                try daemon.becomes(.fault, "VI_40")
                try host.ip("link", "set", "eth0", "up")
                try daemon.becomes(.active, "VI_40")
                rounds += 1
                return try daemon.status().remarks.contains { $0.contains("were not kept since the daemon started") }
            }
            #expect(rounds > 2)
            try daemon.says("history: not kept: the disk does not keep up; ")
            try run(host, "kill -CONT \(pid)")
            try trial.waitFor("the end of the trouble") {
                try daemon.status().remarks.allSatisfy { $0.contains("were not kept since the daemon started") }
            }
            let remark = try #require(try daemon.status().remarks.first)
            let lost = try #require(Int(remark.prefix { $0.isNumber }))
            #expect(try daemon.stop() == exited(0))
            let sequences = try (readAll(host)).map(\.sequence)
            let last = try #require(sequences.last)
            #expect(
                sequences.count + lost == last, "of \(last) records \(sequences.count) are there and \(lost) are not")
        }

        /// Both halves.
        private func readAll(_ host: Host) throws -> [HistoryRecord] {
            var octets: [UInt8] = []
            for name in ["history.1.jsonl", "history.jsonl"]
            where LocalFiles.exists(host.namespaces.outside("\(Self.state)/\(name)")) {
                octets += try read(host, name)
            }
            return try octets.split(separator: UInt8(ascii: "\n")).map {
                try decode(HistoryRecord.self, from: JSON(parsing: Array($0)))
            }
        }

        @Test func `a recorder that is killed is started again, and nothing is lost or kept twice`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, instance())
            try daemon.becomes(.active)
            let pid = try #require(try recorders(of: host).first)
            try run(host, "kill -STOP \(pid)")
            for priority in 1...10 { _ = try daemon.reloads(instance(priority: 100 + priority), dryRun: false) }
            try run(host, "kill -KILL \(pid)")
            try daemon.says("history: not kept: the recorder ended; it is started again in 5 s")
            for priority in 11...14 { _ = try daemon.reloads(instance(priority: 100 + priority), dryRun: false) }
            #expect(try daemon.status().remarks == ["history is not kept: the recorder ended"])
            try trial.waitFor("another recorder", seconds: 10) {
                try recorders(of: host).first.map { $0 != pid } ?? false
            }
            try trial.waitFor("the disk") { try kept(host) == (try daemon.history()) }
            #expect(try daemon.status().remarks.isEmpty)
            #expect(try daemon.children.isEmpty, "the dead one was collected")
        }

        @Test func `two daemons with one state directory do not write into each other's history`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let first = try trial.start(host, instance())
            try first.becomes(.active)
            try host.writeFile("/run/other.conf", instance("VI_2", id: 52, addresses: ["192.0.2.20/24"]))
            let log = try OutputLog("second")
            let second = try host.start(
                Trial.daemon, ["-f", "/run/other.conf", "-n", "-l", "-G", "-p", "/run/other.pid"],
                environment: ["RUNTIME_DIRECTORY=/run/other"], log: log)
            try trial.waitFor("the second one") { log.text.contains("(VI_2) Entering MASTER STATE") }
            let answer = try Console.ask(
                Request(.status), at: host.namespaces.outside("/run/other/control.sock"), within: 2)
            #expect(
                answer.status?.remarks == [
                    "history is not kept: another process keeps its history in /run/understudy/state"
                ])
            var request = Request(.history)
            request.limit = 10
            let remembered = try Console.ask(
                request, at: host.namespaces.outside("/run/other/control.sock"), within: 2)
            #expect(remembered.history?.last?.event == .becameActive)
            try second.send(.terminate)
            _ = try second.wait(until: monotonicNanoseconds() + 5_000_000_000)
            #expect(try kept(host).allSatisfy { $0.instance != "VI_2" })
            #expect(try recorders(of: host).count == 1)
        }
    }
}
