import Control
import LinuxKernel
import Rehearsal
import Testing

import struct Foundation.Data
import class Foundation.JSONSerialization

extension Behaviour {
    /// What is in the way of a dump file, and what an operator says of it.
    @Suite(.serialized) struct DumpFileTroubles {
        @Test func `a link that somebody has planted is replaced, and its target is not touched`() throws {
            let trial = try Trial()
            let host = try trial.host()
            try host.writeFile("/run/victim", "precious\n", mode: 0o644)
            let plant = "for name in data stats json; do ln -s /run/victim /tmp/keepalived.$name; done"
            #expect(try host.run("sh", ["-c", plant]).status == .exited(code: 0))
            let daemon = try trial.start(host, instance())
            try daemon.becomesMaster()
            for (signal, name) in [(DumpSignal.state, "data"), (.stats, "stats"), (.json, "json")] {
                #expect(try DumpedFileFacts(host, "/tmp/keepalived.\(name)")?.kind == "symbolic link")
                #expect(try daemon.dump(signal, to: "/tmp/keepalived.\(name)").contains("VI_1"))
            }
            #expect(try host.readFile("/run/victim") == "precious\n")
            #expect(try DumpedFileFacts(host, "/run/victim")?.mode == "644")
        }

        @Test func `what is no file is left alone, and told of once`() throws {
            let trial = try Trial()
            let host = try trial.host()
            #expect(try host.run("mkdir", ["/tmp/keepalived.data"]).status == .exited(code: 0))
            #expect(try host.run("mkfifo", ["/tmp/keepalived.stats"]).status == .exited(code: 0))
            let daemon = try trial.start(host, instance())
            try daemon.becomesMaster()
            for name in ["data", "stats"] {
                for _ in 0..<5 { daemon.send(name == "data" ? .state : .stats) }
                let line =
                    "dump file /tmp/keepalived.\(name): not written: replace /tmp/keepalived.\(name), which is no"
                try daemon.says(line)
                // Whatever was asked for before is done when this is.
                _ = try daemon.dump(.json, to: "/tmp/keepalived.json")
                #expect(daemon.lines().count { $0.contains(line) } == 1)
            }
            #expect(try DumpedFileFacts(host, "/tmp/keepalived.data")?.kind == "directory")
            #expect(try DumpedFileFacts(host, "/tmp/keepalived.stats")?.kind == "fifo")
            #expect(try host.run("rmdir", ["/tmp/keepalived.data"]).status == .exited(code: 0))
            #expect(try daemon.dump(.state, to: "/tmp/keepalived.data").contains("VI_1"))
            try daemon.says("dump file /tmp/keepalived.data: written again")
        }

        @Test func `a directory that cannot be written to gives one line, and nothing is left behind`() throws {
            let trial = try Trial()
            let host = try trial.host()
            #expect(
                try host.run("sh", ["-c", "mkdir /run/ro; mount -t tmpfs -o ro none /run/ro"]).status
                    == .exited(code: 0))
            let text =
                "global_defs {\n state_dump_file /run/ro/state\n stats_dump_file /run/absent/stats\n}\n" + instance()
            let daemon = try trial.start(host, text)
            try daemon.becomesMaster()
            for _ in 0..<3 {
                daemon.send(.state)
                daemon.send(.stats)
                _ = try daemon.dump(.json, to: "/tmp/keepalived.json")
            }
            let lines = daemon.lines().filter { $0.contains("dump file ") }
            #expect(lines.count == 2, "\(lines)")
            #expect(
                lines.contains {
                    $0.contains("/run/ro/state: not written: make a file in /run/ro: Read-only file system")
                })
            #expect(
                lines.contains { $0.contains("/run/absent/stats: not written: make a file in /run/absent: No such") })
            #expect(!daemon.text().contains("Entering BACKUP STATE\n"))
        }

        @Test func `keywords say where the files go, who may read them, and what they look like`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let paths = "state_dump_file /run/s\n stats_dump_file /run/t\n json_dump_file /run/j\n json_version 2"
            func text(_ more: String) -> String {
                "global_defs {\n \(more)\n}\nvrrp_track_process p {\n process sleep 4711\n weight 2\n}\n"
                    + instance("VI_1", "track_process {\n p\n}")
            }
            let daemon = try trial.start(host, text(paths + "\n umask IRWXO|IWGRP"))
            try daemon.becomesMaster()
            #expect(try daemon.dump(.state, to: "/run/s").contains(" VRRP Track process = p\n"))
            #expect(try daemon.dump(.stats, to: "/run/t").hasPrefix("VRRP Instance: VI_1\n"))
            let object = try JSONSerialization.jsonObject(with: Data(try daemon.dump(.json, to: "/run/j").utf8))
            let members = try #require(object as? [String: [[String: Any]]])
            #expect(members["vrrp"]?.count == 1)
            #expect(members["track_process"]?.first?["process"] as? String == "p")
            #expect(
                try ["/run/s", "/run/t", "/run/j"].map { try DumpedFileFacts(host, $0)?.mode } == ["640", "640", "640"])
            #expect(try host.run("sh", ["-c", "ls -A /tmp | grep -c keepalived || :"]).output == "0\n")
            // A reload changes all of it.
            try daemon.reload(text("json_dump_file /run/other\n umask 0"))
            try daemon.says("reload: global_defs: json_dump_file /run/j -> /run/other")
            try daemon.says("reload: global_defs: umask 027 -> 00")
            #expect(try daemon.dumpedInstances("/run/other").count == 1)
            #expect(try DumpedFileFacts(host, "/run/other")?.mode == "666")
            #expect(try daemon.dump(.state, to: "/tmp/keepalived.data").contains("VI_1"))
        }

        @Test func `TMPDIR names the directory, and -u goes before the file`() throws {
            let trial = try Trial()
            let host = try trial.host()
            #expect(try host.run("mkdir", ["/run/elsewhere"]).status == .exited(code: 0))
            let daemon = try trial.start(
                host, "global_defs {\n umask 0\n}\n" + instance(), flags: ["-D", "-u", "077"],
                environment: ["TMPDIR=/run/elsewhere/"])
            try daemon.becomesMaster()
            #expect(try daemon.dumpedInstances("/run/elsewhere/keepalived.json").count == 1)
            #expect(try DumpedFileFacts(host, "/run/elsewhere/keepalived.json")?.mode == "600")
        }

        @Test func `in detail, USR1 tells the log as well`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, instance())
            try daemon.becomesMaster()
            #expect(try daemon.state().contains("(VI_1) state MASTER, VRID 51"))
        }

        @Test func `a disk that hangs delays no advert, and what was asked for is written at last`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, instance())
            try daemon.becomesMaster()
            try daemon.listens()
            _ = try daemon.dump(.stats, to: "/tmp/keepalived.stats")
            let writer = try #require(try daemon.dumpWriter())
            sendSignal(Signals.stop, to: writer)
            let sent = try daemon.instance().counters["adverts_sent"] ?? 0
            let start = monotonicNanoseconds()
            for _ in 0..<20 {
                for signal in DumpSignal.allCases { daemon.send(signal) }
                try trial.observer.wait(seconds: 0.1) { false }
            }
            try daemon.says("not written: the disk has not answered for 5 s", seconds: 8)
            let seconds = Double(monotonicNanoseconds() - start) / 1e9
            let adverts = try daemon.instance().counters["adverts_sent"] ?? 0
            // Ten a second.
            #expect(Double(adverts - sent) > seconds * 10 - 3, "\(adverts - sent) in \(seconds) s")
            sendSignal(Signals.proceed, to: writer)
            try trial.waitFor("all of them") {
                try ["data", "json"].allSatisfy { try DumpedFileFacts(host, "/tmp/keepalived.\($0)") != nil }
            }
            try daemon.says("dump file /tmp/keepalived", since: 0)
            try daemon.says(": written again")
            #expect(try daemon.dumpWriter() == writer)
            // Whoever ends it gets another one.
            sendSignal(Signals.kill, to: writer)
            try trial.waitFor("its end") { try daemon.dumpWriter() == nil }
            #expect(try daemon.dumpedInstances().count == 1)
            #expect(try daemon.stop() == .exited(code: 0))
        }

        @Test func `signals that reach every process of the daemon end none of them`() throws {
            let trial = try Trial()
            let host = try trial.host()
            try host.writeFile("/run/number", "1")
            let tracked = "track_file number {\n file /run/number\n}\n"
            let daemon = try trial.start(host, tracked + instance("VI_1", "track_file {\n number\n}"))
            try daemon.becomesMaster()
            _ = try daemon.dump(.json, to: "/tmp/keepalived.json")
            let before = SpawnedProcess.children(of: try daemon.worker).sorted()
            #expect(before.count >= 3)
            for signal in DumpSignal.allCases {
                for process in before + [try daemon.worker] { sendSignal(signal.number, to: process) }
            }
            _ = try daemon.dump(.json, to: "/tmp/keepalived.json")
            #expect(SpawnedProcess.children(of: try daemon.worker).sorted() == before)
        }
    }
}
