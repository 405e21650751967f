import Console
import Control
import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Behaviour {
    /// What the daemon is on its host: namespaces, names, files, and what is run around its life.
    @Suite struct RemainingKeywords {
        /// A host with a network namespace `blue`, whose eth0 is plugged into nothing but has a carrier.
        private func blueHost(_ trial: Trial) throws -> Host {
            let host = try trial.laboratory.addHost("lb1", [])
            try host.ip("netns", "add", "blue")
            try host.ip("link", "add", "far", "type", "veth", "peer", "name", "eth0", "netns", "blue")
            try host.ip("link", "set", "far", "up")
            try host.ip("-n", "blue", "link", "set", "lo", "up")
            try host.ip("-n", "blue", "link", "set", "eth0", "up")
            try host.ip("-n", "blue", "address", "add", "192.0.2.1/24", "dev", "eth0")
            return host
        }

        private func hasInBlue(_ host: Host, _ address: String) throws -> Bool {
            try host.run("ip", ["-n", "blue", "-br", "address"]).output.contains(" \(address)/")
        }

        @Test func `everything is done in the network namespace that the file names, by a successor too`() throws {
            let trial = try Trial()
            let host = try blueHost(trial)
            let daemon = try trial.start(host, "net_namespace blue\n" + instance())
            try daemon.becomesMaster()
            try trial.waitFor("the address") { try hasInBlue(host, "192.0.2.10") }
            #expect(try !host.has("192.0.2.10"))
            // Its control socket is among the others of the host, below the name.
            #expect(LocalFiles.exists(host.namespaces.outside("/run/understudy/blue/control.sock")))
            #expect(sendSignal(9, to: SpawnedProcess.children(of: daemon.process.pid)[0]))
            try daemon.says("The new process runs")
            let mark = daemon.mark
            #expect(try hasInBlue(host, "192.0.2.10"))
            try daemon.reload("net_namespace red\n" + instance(), saying: "Reload refused: net_namespace cannot change")
            #expect(!daemon.text(since: mark).contains("Entering"))
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(try !hasInBlue(host, "192.0.2.10"))
        }

        @Test func `what is left to the guardian is done in that namespace as well`() throws {
            let trial = try Trial()
            let host = try blueHost(trial)
            let daemon = try trial.start(host, "net_namespace blue\n" + instance("VI_1", "lease off"))
            try daemon.becomesMaster()
            try trial.waitFor("the address") { try hasInBlue(host, "192.0.2.10") }
            for _ in 0..<6 {
                guard daemon.process.status == nil else { break }
                let mark = daemon.mark
                if let worker = SpawnedProcess.children(of: daemon.process.pid).first { sendSignal(9, to: worker) }
                _ = try trial.observer.wait(seconds: 5) {
                    daemon.text(since: mark).contains("The new process runs")
                        || daemon.text(since: mark).contains("Giving up")
                }
            }
            try daemon.says("(VI_1) sent priority 0 in the name of the process that is gone")
            try daemon.says("(VI_1) removed 1 address(es)")
            try trial.waitFor("the end of the address") { try !hasInBlue(host, "192.0.2.10") }
        }

        @Test func `a namespace that is not there is named with what makes it, and a flag goes before the file`() throws
        {
            let trial = try Trial()
            let host = try blueHost(trial)
            try host.writeFile("/run/vrrp.conf", "net_namespace red\n" + instance())
            let lost = try host.run(Trial.daemon, ["-n", "-l", "-G", "-f", "/run/vrrp.conf", "-p", "/run/v.pid"])
            #expect(lost.status == .exited(code: 2))
            #expect(lost.output.contains("net_namespace red: open /run/netns/red: No such file or directory"))
            #expect(lost.output.contains("ip netns add red"))
            let daemon = try trial.start(host, "net_namespace red\n" + instance(), flags: ["-D", "-s", "blue"])
            try daemon.becomesMaster()
            try trial.waitFor("the address") { try hasInBlue(host, "192.0.2.10") }
            try host.writeFile("/run/other.conf", "net_namespace blue\n" + instance())
            #expect(try host.run(Trial.command, ["check", "--host", "/run/other.conf"]).status == .exited(code: 0))
            try host.writeFile("/run/other.conf", instance())
            #expect(try host.run(Trial.command, ["check", "--host", "/run/other.conf"]).status == .exited(code: 2))
        }

        /// Both in one directory, which is keepalived's where the program is called so.
        @Test func `two daemons of one host have files of their own, where keepalived has them`() throws {
            let trial = try Trial()
            let host = try trial.host()
            func start(_ program: String, _ configuration: String, as name: String? = nil) throws -> SpawnedProcess {
                try host.writeFile("/run/\(name ?? "own").conf", configuration)
                return try host.start(
                    program, ["-n", "-l", "-G", "-f", "/run/\(name ?? "own").conf"], as: name,
                    log: try OutputLog("daemon"))
            }
            let texts = [
                "instance a\n" + instance(), "instance b\n" + instance("VI_2", id: 52, addresses: ["192.0.2.12/24"]),
            ]
            let both = try [("first", texts[0]), ("second", texts[1])].map { name, text in
                try start(Trial.daemon, text, as: name)
            }
            for (name, process) in zip(["a", "b"], both) {
                let socket = host.namespaces.outside("/run/understudy/\(name)/control.sock")
                try trial.waitFor("the daemon \(name)") { try hasListener(socket) }
                let answer = try Console.ask(Request(.status), at: socket, within: 5)
                let pid = try host.readFile("/run/understudy/understudyd_\(name).pid")
                #expect(pid == "\(answer.daemon.pid)\n")
                #expect(LocalFiles.exists(host.namespaces.outside("/run/understudy/state/\(name)/history.jsonl")))
                #expect(process.status == nil)
            }
            let undecided = try host.run(Trial.command, ["status"])
            #expect(undecided.status == .exited(code: 64))
            #expect(undecided.output.contains("2 daemons run on this host: a, b; say which is meant: --daemon a"))
            let chosen = try host.run(Trial.command, ["status", "--daemon", "b"])
            #expect(chosen.output.contains("VI_2  "), "\(chosen.output)")
            for process in both {
                try process.send(.terminate)
                _ = try process.wait(until: monotonicNanoseconds() + 10_000_000_000)
                if process === both[0] {
                    let only = try host.run(Trial.command, ["status"])
                    #expect(only.output.contains("VI_2  "), "\(only.output)")
                }
            }
            // Theirs and ours under the same name, one after the other.
            let file = host.namespaces.outside("/run/keepalived/keepalived.pid")
            for program in ["keepalived", Trial.daemon] {
                let process = try start(program, "use_pid_dir\n" + instance(), as: "keepalived")
                try trial.waitFor("the pid file of \(program)", seconds: 10) { LocalFiles.exists(file) }
                try process.send(.terminate)
                _ = try process.wait(until: monotonicNanoseconds() + 10_000_000_000)
                try trial.waitFor("the end of the pid file of \(program)") { !LocalFiles.exists(file) }
            }
        }

        @Test func `the processes are called as the file says, as keepalived's are, and a reload ends it`() throws {
            let trial = try Trial()
            let text = "global_defs {\nprocess_name gateway\nvrrp_process_name gateway_vrrp\n}\n" + instance()
            func names(_ process: SpawnedProcess) -> [String] {
                ([process.pid] + SpawnedProcess.children(of: process.pid)).compactMap { processName(of: $0) }
            }
            let theirs = try trial.laboratory.addHost(
                "theirs",
                [
                    Interface("eth0", segment: "alone", addresses: [try .init(ip("192.0.2.1"), 24)])
                ])
            try theirs.writeFile("/run/vrrp.conf", text)
            let command = Program.keepalived.command("/run/vrrp.conf")
            let keepalived = try theirs.start(command.program, command.arguments, log: try OutputLog("theirs"))
            try trial.waitFor("keepalived's names", seconds: 10) { names(keepalived) == ["gateway", "gateway_vrrp"] }
            let host = try trial.host()
            let daemon = try trial.start(host, text)
            try daemon.becomesMaster()
            try trial.waitFor("the names") { names(daemon.process) == ["gateway", "gateway_vrrp"] }
            #expect(sendSignal(9, to: SpawnedProcess.children(of: daemon.process.pid)[0]))
            try daemon.says("The new process runs")
            try trial.waitFor("the names again") { names(daemon.process) == ["gateway", "gateway_vrrp"] }
            try daemon.reload(instance())
            try trial.waitFor("the usual names") { names(daemon.process) == ["understudyd", "understudyd-run"] }
        }

        /// keepalived and we write the same lines.
        @Test func `commands are run before the start and after the end, and waited for`() throws {
            let trial = try Trial()
            let words = try [Program.keepalived, .understudy].map { program -> String in
                let host = try trial.laboratory.addHost(
                    "\(program)",
                    [
                        Interface("eth0", segment: "alone-\(program)", addresses: [try .init(ip("192.0.2.1"), 24)])
                    ])
                try host.writeFile(
                    "/run/note", "#!/bin/sh\nsleep 0.3\necho $1 $(ip -br address | grep -c 192.0.2.10) >> /run/noted\n",
                    mode: 0o755)
                let globals = "startup_script \"/run/note start\" root\nshutdown_script \"/run/note stop\" root"
                try host.writeFile("/run/vrrp.conf", "global_defs {\n\(globals)\n}\n" + instance())
                let command = program.command("/run/vrrp.conf")
                let process = try host.start(command.program, command.arguments, log: try OutputLog("\(program)"))
                try trial.waitFor("the address of \(program)", seconds: 15) { try host.has("192.0.2.10") }
                try process.send(.terminate)
                _ = try process.wait(until: monotonicNanoseconds() + 10_000_000_000)
                return try host.readFile("/run/noted")
            }
            #expect(words == ["start 0\nstop 0\n", "start 0\nstop 0\n"])
        }

        @Test func `a command that takes too long is ended, and the daemon goes on`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let globals =
                "startup_script \"/bin/sleep 100\" root\nstartup_script_timeout 1\nshutdown_script /bin/false root"
            let daemon = try trial.start(host, "global_defs {\n\(globals)\n}\n" + instance())
            try daemon.says("startup_script takes longer than 1 s: it is ended by SIGTERM")
            try daemon.becomesMaster()
            #expect(sendSignal(9, to: try daemon.worker))
            try daemon.says("The new process runs")
            #expect(daemon.lines().filter { $0.contains("startup_script takes longer") }.count == 1)
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(daemon.text().contains("shutdown_script ended with exit code 1"))
        }

        /// It may take longer than a start may.
        @Test func `a start is not given up while its command runs`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let globals = "startup_script \"/bin/sleep 11\" root\nstartup_script_timeout 20"
            let daemon = try trial.start(host, "global_defs {\n\(globals)\n}\n" + instance())
            try daemon.says("Startup complete", seconds: 20)
            try daemon.becomesMaster()
            #expect(!daemon.text().contains("does not come up"))
        }
    }
}
