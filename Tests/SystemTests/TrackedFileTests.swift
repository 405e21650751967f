import Control
import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Behaviour {
    /// `track_file`: who reads the number, when it counts, and what happens when nothing can be read.
    @Suite(.serialized) struct TrackedFiles {
        private static let path = "/run/number"

        private func text(_ definition: String = "", _ tracked: String = "number", priority: Int = 100) -> String {
            "track_file number {\n    file \(Self.path)\n    \(definition)\n}\n"
                + instance(priority: priority, "track_file {\n        \(tracked)\n    }")
        }

        private func waitForPriority(_ priority: Int, _ daemon: RunningDaemon) throws {
            var last: PrioritySum?
            let came = try daemon.trial.observer.wait(seconds: 5) {
                last = try daemon.instance().priority
                return last?.effective == priority
            }
            if !came { throw DidNotHappen(description: "\(priority): \(String(describing: last))\n\(daemon.text())") }
        }

        private func reader(of daemon: RunningDaemon) throws -> Int32? {
            SpawnedProcess.children(of: try daemon.worker).first { processName(of: $0) == "understudyd-fil" }
        }

        @Test func `a number counts when it was written, whatever way it was written`() throws {
            let trial = try Trial()
            let host = try trial.host()
            try host.writeFile(Self.path, "7\n")
            let daemon = try trial.start(host, text("weight 2"))
            try daemon.becomesMaster()
            try waitForPriority(114, daemon)
            let start = monotonicNanoseconds()
            try host.writeFile(Self.path, "-10\n")
            try daemon.says("Changing effective priority from 114 to 80 (number: \(Self.path) holds -10)")
            #expect(Double(monotonicNanoseconds() - start) / 1e6 < 500)
            // Renamed onto it.
            #expect(
                try host.run("sh", ["-c", "echo 0x10 > /run/next; mv /run/next \(Self.path)"]).status
                    == .exited(code: 0))
            try waitForPriority(132, daemon)
            #expect(try host.run("rm", [Self.path]).status == .exited(code: 0))
            try waitForPriority(100, daemon)
            try daemon.says("VRRP_File(number) is not there: it counts as 0 (\(Self.path))")
            // Of nonsense keepalived says nothing.
            try host.writeFile(Self.path, "foo\n")
            try daemon.says(
                "VRRP_File(number) holds no number but `foo?`: it counts as 0; write one whole number into \(Self.path)"
            )
            try host.writeFile(Self.path, "3")
            try waitForPriority(106, daemon)
            try host.writeFile(Self.path, "3000000000")
            try daemon.says("which is beyond 32 bits: it goes on counting as 3")
            #expect(try daemon.instance().priority.effective == 106)
            let check = try #require(try daemon.instance().checks.first)
            #expect((check.kind, check.name, check.weight, check.points) == (.file, "number", 2, 6))
            #expect(check.lastOutcome?.hasSuffix("so it counts as 3") == true, "\(check.lastOutcome ?? "")")
            #expect(try daemon.stop() == .exited(code: 0))
        }

        @Test func `a link's target counts, and a directory that comes late`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, text().replacing("/run/number", with: "/run/late/number"))
            try daemon.becomesMaster()
            try daemon.says("VRRP_File(number) is not there")
            #expect(
                try host.run("sh", ["-c", "mkdir /run/late; echo 1 > /run/late/number"]).status == .exited(code: 0))
            try waitForPriority(101, daemon)
            let link = "echo 2 > /run/target; ln -sf ../target /run/late/number"
            #expect(try host.run("sh", ["-c", link]).status == .exited(code: 0))
            try waitForPriority(102, daemon)
            try host.writeFile("/run/target", "3")
            try waitForPriority(103, daemon)
            #expect(try host.run("rm", ["-r", "/run/late"]).status == .exited(code: 0))
            try waitForPriority(100, daemon)
            #expect(
                try host.run("sh", ["-c", "mkdir /run/late; echo 4 > /run/late/number"]).status == .exited(code: 0))
            try waitForPriority(104, daemon)
            // A pipe in its place makes nobody wait, and changes nothing.
            #expect(
                try host.run("sh", ["-c", "rm /run/late/number; mkfifo /run/late/number"]).status == .exited(code: 0))
            try daemon.says("cannot be read (it is no regular file)")
            try host.writeFile("/run/five", "5")
            #expect(try host.run("mv", ["/run/five", "/run/late/number"]).status == .exited(code: 0))
            try waitForPriority(105, daemon)
        }

        @Test func `a file without weight drains a node, and gives it back`() throws {
            let trial = try Trial()
            let (first, second) = (try trial.host(), try trial.host("lb2", "192.0.2.2"))
            let active = try trial.start(first, text("weight 0", priority: 150))
            try active.becomes(.active)
            let outlook = "if tracked file number holds another number than 0, it gives up the addresses at once"
            #expect(try active.instance().next.contains(outlook))
            let standby = try trial.start(second, instance(priority: 100))
            try standby.becomes(.standby)
            try first.writeFile(Self.path, "1")
            try standby.becomes(.active)
            #expect(try active.instance().obstacles == ["tracked file number holds 1"])
            #expect(try active.instance().checks.first?.result == .failed)
            #expect(try active.history().contains { $0.cause.contains("tracked file number holds 1") })
            try first.writeFile(Self.path, "0")
            try active.becomes(.active)
            // Reversed, 0 is the fault, and what is missing counts as 0.
            try active.reload(text("weight 0 reverse", priority: 150))
            try standby.becomes(.active)
            #expect(try first.run("rm", [Self.path]).status == .exited(code: 0))
            try active.says("is not there: it counts as 0")
            #expect(try active.instance().obstacles == ["tracked file number holds 0"])
            try first.writeFile(Self.path, "1")
            try active.becomes(.active)
        }

        @Test func `in a rehearsal files are neither read nor written`() throws {
            let trial = try Trial()
            let host = try trial.host()
            try host.writeFile(Self.path, "50")
            let text =
                "track_file other {\n    file /run/other\n    init_file 3\n}\n"
                + "track_file up {\n    file /run/up\n    weight 0 reverse\n}\n"
                + self.text("weight 2", "number\n        other\n        up")
            let daemon = try trial.start(host, text, environment: ["UNDERSTUDY_REHEARSAL=1"])
            try daemon.becomesMaster()
            try waitForPriority(103, daemon)
            #expect(try host.run("test", ["-e", "/run/other"]).status == .exited(code: 1))
            #expect(try reader(of: daemon) == nil)
        }

        @Test func `init_file is done once, and what is there is kept unless it says overwrite`() throws {
            let trial = try Trial()
            let host = try trial.host()
            try host.writeFile("/run/kept", "9\n")
            try host.writeFile("/run/replaced", "9\n")
            let names = ["fresh", "kept", "replaced"]
            let configuration =
                "track_file fresh {\n file /run/fresh\n init_file 1\n}\n"
                + "track_file kept {\n file /run/kept\n init_file 2\n}\n"
                + "track_file replaced {\n file /run/replaced\n init_file 4 overwrite\n}\n"
                + instance("VI_1", "track_file {\n\(names.joined(separator: "\n"))\n}")
            let daemon = try trial.start(host, configuration)
            try daemon.becomesMaster()
            try waitForPriority(114, daemon)
            #expect(try names.map { try host.readFile("/run/\($0)") } == ["1\n", "9\n", "4\n"])
            #expect(try host.run("stat", ["-c", "%a", "/run/fresh"]).output == "600\n")
            // Neither a reload nor a process that goes on does it again.
            try host.writeFile("/run/replaced", "0")
            #expect(try host.run("rm", ["/run/fresh"]).status == .exited(code: 0))
            try waitForPriority(109, daemon)
            try daemon.reload(configuration.replacing("priority 100", with: "priority 110"))
            try waitForPriority(119, daemon)
            let mark = daemon.mark
            sendSignal(Signals.kill, to: try daemon.worker)
            try daemon.says("(VI_1) goes on as MASTER", since: mark)
            try daemon.says("Startup complete", since: mark)
            // The reader has looked again.
            try host.writeFile("/run/kept", "8")
            try waitForPriority(118, daemon)
            #expect(try host.run("test", ["-e", "/run/fresh"]).status == .exited(code: 1))
            #expect(try host.readFile("/run/replaced") == "0")
            #expect(!daemon.text(since: mark).contains("from 110 to"), "\(daemon.text(since: mark))")
        }

        @Test func `what checks had found counts on when the process is replaced`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let slow =
                "vrrp_script slow {\n    script \"/bin/sleep 0.3\"\n    timeout 2\n    weight 20\n    user root\n}\n"
            let daemon = try trial.start(host, slow + instance("VI_1", "track_script {\n        slow\n    }"))
            try daemon.becomesMaster()
            try waitForPriority(120, daemon)
            let mark = daemon.mark
            sendSignal(Signals.kill, to: try daemon.worker)
            try daemon.says("Startup complete", since: mark)
            try waitForPriority(120, daemon)
            try trial.observer.wait(seconds: 1) { false }
            #expect(!daemon.text(since: mark).contains("effective priority"), "\(daemon.text(since: mark))")
        }

        @Test func `a reload changes weights and files without a moment in which nothing is known`() throws {
            let trial = try Trial()
            let host = try trial.host()
            try host.writeFile(Self.path, "6")
            try host.writeFile("/run/other", "-1")
            let daemon = try trial.start(host, text())
            try daemon.becomesMaster()
            try waitForPriority(106, daemon)
            var mark = daemon.mark
            try daemon.reload(text("weight 3"))
            try daemon.says("reload: track_file number: weight 1 -> 3", since: mark)
            try waitForPriority(118, daemon)
            // Its number is not known when the instance takes it up, and that is no fault.
            mark = daemon.mark
            let more = "track_file drain {\n    file /run/drain\n    weight 0\n}\n"
            try daemon.reload(more + text("weight 3", "number\n        drain"))
            try daemon.says("VRRP_File(drain) is not there", since: mark)
            try daemon.reload(more + text("weight 3", "number\n        drain").replacing(Self.path, with: "/run/other"))
            try waitForPriority(97, daemon)
            try daemon.reload(instance())
            try waitForPriority(100, daemon)
            try trial.waitFor("the reader's end") { try reader(of: daemon) == nil }
            #expect(!daemon.text(since: mark).contains("STATE"), "\(daemon.text(since: mark))")
            #expect(try daemon.instance().checks.isEmpty)
        }

        @Test func `numbers stay when the process that reads them dies or stands still, and adverts go on`() throws {
            let trial = try Trial()
            let host = try trial.host()
            try host.writeFile(Self.path, "20")
            let recorder = try AdvertRecorder(in: try trial.laboratory.addClient([Interface("eth0")]))
            let daemon = try trial.start(host, text())
            try daemon.becomesMaster()
            try waitForPriority(120, daemon)
            let start = monotonicNanoseconds()
            let first = try #require(try reader(of: daemon))
            sendSignal(Signals.kill, to: first)
            try daemon.says("track_file: the process that reads files: it ended")
            try trial.waitFor("another reader") { try reader(of: daemon).map { $0 != first } ?? false }
            try host.writeFile(Self.path, "30")
            try waitForPriority(130, daemon)
            let second = try #require(try reader(of: daemon))
            sendSignal(Signals.stop, to: second)
            try daemon.says("track_file: no file could be read for 5 s", seconds: 10)
            #expect(try daemon.instance().checks.first?.lastOutcome?.contains("nothing can be read at present") == true)
            #expect(try daemon.instance().priority.effective == 130)
            try host.writeFile(Self.path, "40")
            sendSignal(18, to: second)
            try daemon.says("track_file: files are read again")
            try waitForPriority(140, daemon)
            #expect(recorder.isSteady(recorder.gaps(since: start)), "reading delays adverts")
            #expect(try daemon.stop() == .exited(code: 0))
            try trial.waitFor("the reader's end") { processName(of: second) != "understudyd-fil" }
        }
    }
}

/// Debian's keepalived and Understudy read the same files, and count them the same.
@Suite(.serialized) struct TrackedFileDifferentialTests {
    /// One for each instance.
    private static let weights = ["1", "-2 reverse", "0", "0 reverse"]

    private var configuration: String {
        let definition = "track_file number {\n    file /run/number\n    weight 1\n}\n"
        return definition
            + Self.weights.enumerated().map { index, weight in
                instance(
                    "VI_\(index)", id: 51 + index, addresses: ["192.0.2.\(10 + index)/24"],
                    "track_file {\n        number weight \(weight)\n    }")
            }.joined()
    }

    @Test func `every content has the effect that it has on keepalived`() throws {
        let trial = try Trial()
        let sides = try [Program.understudy, .keepalived].map { program in
            let segment = "alone-\(program)"
            let interface = Interface("eth0", segment: segment, addresses: [try .init(ip("192.0.2.1"), 24)])
            let host = try trial.laboratory.addHost("\(program)", [interface])
            let recorder = try AdvertRecorder(
                in: try trial.laboratory.addClient([Interface("eth0", segment: segment)]))
            try host.writeFile("/run/number", "0")
            try host.writeFile("/run/vrrp.conf", configuration)
            let command = program.command("/run/vrrp.conf")
            _ = try host.start(command.program, command.arguments, log: try OutputLog("\(program)"))
            return (host: host, recorder: recorder)
        }
        var seen: Set<UInt8?> = []
        let contents = ["5", "0x10 ", "010", "foo", "-3", "", "200", "0", "-120", "127", "3000000000", "-300", "2"]
        let changes =
            contents.map { "printf '%s' '\($0)' > /run/number" } + [
                "echo 4 > /run/next; mv /run/next /run/number", "rm /run/number", "echo 6 > /run/number",
                "mv /run/number /run/away", "echo 0 > /run/number",
            ]
        for change in changes {
            for side in sides {
                #expect(try side.host.run("sh", ["-c", change]).status == .exited(code: 0))
            }
            // Long enough for a takeover, of which only the end is compared.
            try trial.observer.wait(seconds: 0.7) { false }
            let now = monotonicNanoseconds()
            try trial.observer.wait(seconds: 0.35) { false }
            for (index, weight) in Self.weights.enumerated() {
                let found = sides.map { side in
                    side.recorder.adverts(since: now, id: UInt8(51 + index)).last { $0.priority > 0 }?.priority
                }
                #expect(found[0] == found[1], "`\(change)` with weight \(weight)")
                seen.insert(found[0])
            }
        }
        // A fault, the least, the most, and sums between them.
        #expect(seen.isSuperset(of: [nil, 1, 254, 100, 105, 116, 108, 97]), "\(seen)")
    }
}
