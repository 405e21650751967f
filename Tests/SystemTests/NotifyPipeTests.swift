import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Behaviour {
    /// What is written to pipes, and who reads it.
    @Suite struct Pipes {
        private static let path = "/run/own.fifo"

        private func configuration(_ global: String, _ more: String = "") -> String {
            "global_defs {\n    script_user root\n    vrrp_notify_fifo \(Self.path)\(global)\n}\n"
                + instance("VI_1", more)
        }

        private func exists(_ host: Host, _ path: String = path) throws -> Bool {
            try host.run("test", ["-e", path]).status == .exited(code: 0)
        }

        private func flap(_ daemon: RunningDaemon) throws {
            let mark = daemon.mark
            try daemon.host.setLink("eth0", up: false)
            try daemon.says("Entering FAULT STATE", since: mark)
            try daemon.host.setLink("eth0", up: true)
            try daemon.becomesMaster(since: mark)
        }

        @Test func `a pipe that is missing is made for its owner, and removed at the end`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, configuration(" nobody nogroup"))
            try daemon.becomesMaster()
            #expect(try host.run("stat", ["-c", "%F %a %U %G", Self.path]).output == "fifo 600 nobody nogroup\n")
            // The lines wait for a reader that comes late.
            let reading = try host.run("timeout", ["1", "cat", Self.path])
            #expect(reading.output == "INSTANCE \"VI_1\" BACKUP 100\nINSTANCE \"VI_1\" MASTER 100\n")
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(try !exists(host))
        }

        @Test func `what was there stays, a reload moves to another pipe, and states are repeated when asked`() throws {
            let trial = try Trial()
            let host = try trial.host()
            _ = try host.run("mkfifo", [Self.path])
            let daemon = try trial.start(host, configuration(""))
            try daemon.becomesMaster()
            let second =
                "global_defs {\n    notify_fifo /run/next.fifo\n    fifo_write_vrrp_states_on_reload\n}\n" + instance()
            let mark = try daemon.reload(second)
            try daemon.says("global_defs: FIFO /run/own.fifo written -> none", since: mark)
            #expect(try exists(host))
            #expect(
                try host.run("timeout", ["0.5", "cat", "/run/next.fifo"]).output == "INSTANCE \"VI_1\" MASTER 100\n")
            try daemon.reload(instance())
            #expect(try !exists(host, "/run/next.fifo"))
            _ = try daemon.stop()
            #expect(try exists(host))
        }

        @Test func `something else in the pipe's place is said, and hinders nothing`() throws {
            let trial = try Trial()
            let host = try trial.host()
            try host.writeFile(Self.path, "precious")
            let daemon = try trial.start(host, configuration("\n    notify_fifo /run/missing/fifo"))
            try daemon.becomesMaster()
            try daemon.says("notify FIFO \(Self.path): ")
            try daemon.says("something else is there: remove it, or name another path")
            #expect(try daemon.status().remarks.contains { $0.hasPrefix("notify FIFO ") })
            try daemon.says("mend it with: mkdir -p /run/missing, and reload")
            _ = try daemon.stop()
            #expect(try host.readFile(Self.path) == "precious")
        }

        @Test func `a full pipe is said once, delays nothing, and is written to again when there is room`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let filler = """
                mkfifo \(Self.path); exec 3<>\(Self.path)
                dd if=/dev/zero of=\(Self.path) bs=4096 count=64 oflag=nonblock; touch /run/full; exec sleep 1000
                """
            let owner = try host.start("sh", ["-c", filler])
            try trial.waitFor("a full pipe") { try exists(host, "/run/full") }
            let client = try trial.laboratory.addClient([Interface("eth0")])
            let recorder = try AdvertRecorder(in: client)
            let daemon = try trial.start(host, configuration(""))
            try daemon.becomesMaster()
            try flap(daemon)
            let start = monotonicNanoseconds()
            try trial.observer.wait(seconds: 0.7) { false }
            #expect(recorder.isSteady(recorder.gaps(since: start, from: "192.0.2.1")))
            let said = daemon.lines().filter { $0.contains("notify FIFO \(Self.path) is full: nobody reads it") }
            #expect(said.count == 1, "\(said)")
            _ = try host.run("dd", ["if=\(Self.path)", "of=/dev/null", "bs=65536", "count=1"])
            try flap(daemon)
            // BACKUP, MASTER, FAULT, BACKUP, MASTER found no room.
            try daemon.says("notify FIFO \(Self.path) is read again; 5 line(s) were lost")
            let rest = try host.run("timeout", ["0.5", "cat", Self.path]).output
            #expect(
                rest.hasSuffix("FAULT 100\nINSTANCE \"VI_1\" BACKUP 100\nINSTANCE \"VI_1\" MASTER 100\n"), "\(rest)")
            try owner.send(.kill)
        }

        @Test func `a reader is started with the path, started again when it ends, and outlives a replaced process`()
            throws
        {
            let trial = try Trial()
            let scene = try NotifyScene(trial, try trial.host())
            try scene.host.writeFile(
                "/run/reader",
                """
                #!/bin/sh
                echo "reader $*" >> /run/calls
                exec 3<>"$2"
                while read -r line <&3; do
                    echo "$line" >> /run/calls
                    case $line in *FAULT*) exit 3;; esac
                done

                """, mode: 0o755)
            let daemon = try trial.start(
                scene.host, configuration("\n    vrrp_notify_fifo_script \"/run/reader 'two words'\""))
            try daemon.becomesMaster()
            let first = [
                "reader two words \(Self.path)", "INSTANCE \"VI_1\" BACKUP 100", "INSTANCE \"VI_1\" MASTER 100",
            ]
            try scene.waitForCalls(3)
            #expect(try scene.calls == first)
            let mark = daemon.mark
            sendSignal(Signals.kill, to: try daemon.worker)
            try daemon.says("goes on as MASTER", since: mark)
            // It reads on; nobody starts a second one, and nothing is written again.
            try flap(daemon)
            try daemon.says("reader of notify FIFO \(Self.path) ended ", since: mark)
            try scene.waitForCalls(7)
            #expect(
                try scene.calls == first + [
                    "INSTANCE \"VI_1\" FAULT 100", first[0], "INSTANCE \"VI_1\" BACKUP 100",
                    "INSTANCE \"VI_1\" MASTER 100",
                ])
            let start = monotonicNanoseconds()
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(Double(monotonicNanoseconds() - start) / 1e9 < 8)
            #expect(try scene.calls.last == "INSTANCE \"VI_1\" STOP 100", "the last line was not read")
            #expect(try scene.host.run("pgrep", ["-f", "/run/reader"]).status == .exited(code: 1))
            #expect(try !exists(scene.host))
        }

        @Test func `a rival is told once a second at most, and the last time always`() throws {
            let trial = try Trial()
            let scene = try NotifyScene(trial, try trial.host())
            try scene.readPipe()
            let client = try trial.laboratory.addClient([Interface("eth0")])
            let daemon = try trial.start(
                scene.host,
                "global_defs {\n    notify_fifo \(NotifyScene.pipe)\n}\n"
                    + instance("VI_1", "notify_master_rx_lower_pri \"/run/tell lower\""))
            try daemon.becomesMaster()
            try trial.observer.wait(seconds: 1.2) { false }
            let rival = Forgery(source: try ip("192.0.2.77"), priority: 3, addresses: [try ip("192.0.2.10")])
            let flood = try Flood(in: client, [rival.frame], perSecond: 100)
            try trial.observer.wait(seconds: 2.5) { false }
            flood.stop()
            try scene.waitForCalls(3)
            try trial.observer.wait(seconds: 1.3) { false }
            let calls = try scene.calls
            #expect((3...4).contains(calls.count) && calls.allSatisfy { $0 == "lower" }, "\(calls)")
            let lines = try scene.piped.filter { $0 == "INSTANCE \"VI_1\" MASTER_RX_LOWER_PRI 100" }
            #expect(lines.count == calls.count)
        }
    }
}
