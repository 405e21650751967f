import Console
import Control
import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Behaviour.Controlled {
    /// Who may use the control socket, and what becomes of the path.
    @Suite struct Rights {
        private func exited(_ code: Int32) -> LinuxKernel.ExitStatus { .exited(code: code) }

        /// The command, run in the host as somebody.
        private func command(
            _ host: Host, as user: [String], _ arguments: String...
        ) throws -> (status: LinuxKernel.ExitStatus?, output: String) {
            try host.run("setpriv", user + [Trial.command] + arguments)
        }

        private static let stranger = ["--reuid", "65534", "--regid", "65534", "--clear-groups"]
        private static let reader = ["--reuid", "65534", "--regid", "65534", "--groups", "4242"]
        private static let member = ["--reuid", "65534", "--regid", "4242", "--clear-groups"]
        private static let root = ["--reuid", "0"]

        /// A host on which there is a group `understudy`.
        private func hostWithGroup(_ trial: Trial) throws -> Host {
            let host = try trial.host()
            let groups = String(decoding: try LocalFiles.read("/etc/group"), as: UTF8.self)
            let others = groups.split(separator: "\n").filter { !$0.hasPrefix("understudy:") }.joined(separator: "\n")
            try host.writeFile("/run/group", others + "\nunderstudy:x:4242:\n")
            let result = try host.run("mount", ["--bind", "/run/group", "/etc/group"])
            #expect(result.status == exited(0), "\(result.output)")
            return host
        }

        @Test func `root changes, members of the group read, and nobody else gets in`() throws {
            let trial = try Trial()
            let host = try hostWithGroup(trial)
            let daemon = try trial.start(host, instance())
            try daemon.becomes(.active)
            let facts = try LinuxKernel.status(of: host.controlSocket).get()
            #expect(facts.mode == 0o660 && facts.uid == 0 && facts.gid == 4242)
            let stranger = try command(host, as: Self.stranger, "status")
            #expect(stranger.status == exited(4) && stranger.output.contains("understudy"), "\(stranger.output)")
            for user in [Self.reader, Self.member] {
                let reading = try command(host, as: user, "status", "--json")
                #expect(reading.status == exited(0), "\(reading.output)")
                #expect(try command(host, as: user, "history").status == exited(0))
                for words in [["resume"], ["standby", "on"], ["reload"], ["reload", "--dry-run"], ["switchover"]] {
                    let result = try host.run("setpriv", user + [Trial.command] + words)
                    #expect(result.status == exited(4), "\(words): \(result.output)")
                }
            }
            #expect(try daemon.status().standby == nil)
            #expect(try daemon.instance().state == .active)
            let change = try command(host, as: Self.root, "standby", "on")
            // Carried out; 1 because nobody was there to take over.
            #expect(change.status == exited(1), "\(change.output)")
            #expect(try daemon.status().standby != nil)
            let asked = daemon.lines().filter { $0.contains("control socket: user 0, process ") }
            #expect(asked.count == 1 && asked[0].hasSuffix(", asks: standby"), "\(asked)")
        }

        @Test func `readers leave room for who wants to change something`() throws {
            let trial = try Trial()
            let host = try hostWithGroup(trial)
            let daemon = try trial.start(host, instance())
            try daemon.becomes(.active)
            let script = """
                use Socket; $| = 1;
                for (1..40) {
                    socket(my $client, PF_UNIX, SOCK_STREAM, 0) or die $!;
                    connect($client, sockaddr_un('/run/understudy/control.sock')) or die $!;
                    push @waiting, $client;
                }
                print "connected\\n";
                sleep 4;
                """
            let log = try OutputLog("readers")
            _ = try host.start("setpriv", Self.reader + ["perl", "-e", script], log: log)
            try trial.waitFor("many readers") { log.text.contains("connected") }
            try daemon.says("clients at once; more are turned away")
            let answer = try daemon.ask(Request(.resume), within: 1)
            #expect(answer.error == nil && answer.standby != nil)
        }

        @Test func `without the group the socket is root's alone`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let groups = String(decoding: try LocalFiles.read("/etc/group"), as: UTF8.self)
            try host.writeFile(
                "/run/group",
                groups.split(separator: "\n").filter { !$0.hasPrefix("understudy:") }.joined(separator: "\n") + "\n")
            _ = try host.run("mount", ["--bind", "/run/group", "/etc/group"])
            let daemon = try trial.start(host, instance())
            try daemon.listens()
            let facts = try LinuxKernel.status(of: host.controlSocket).get()
            #expect(facts.mode == 0o600 && facts.uid == 0 && facts.gid == 0)
            #expect(try command(host, as: Self.reader, "status").status == exited(4))
        }

        @Test func `a daemon that was killed leaves a socket that the next one replaces`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let first = try trial.start(host, instance())
            try first.becomes(.active)
            try first.isKilled()
            #expect(LocalFiles.exists(host.controlSocket))
            let error = #expect(throws: ClientError.self) { try first.ask(Request(.status)) }
            #expect(error == .notRunning(path: host.controlSocket, reason: "Connection refused"))
            let second = try trial.start(host, instance())
            try trial.waitFor("an answer of the second") {
                do throws(ClientError) { return try second.ask(Request(.status)).status != nil } catch { return false }
            }
            #expect(try second.stop() == exited(0))
            #expect(!LocalFiles.exists(host.controlSocket))
        }

        @Test func `a socket that somebody removed is made again by a reload`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, instance())
            try daemon.becomes(.active)
            try LocalFiles.remove(host.controlSocket)
            #expect(throws: ClientError.self) { try daemon.ask(Request(.status)) }
            try daemon.reload()
            #expect(daemon.text().contains("control socket: /run/understudy/control.sock was removed by someone else"))
            #expect(try daemon.instance().state == .active)
            #expect(try daemon.descriptors.count { $0.hasPrefix("socket:") } > 0)
        }

        @Test func `a second daemon does not take the socket from the first, and says so`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let first = try trial.start(host, instance())
            try first.becomes(.active)
            let identity = try first.ask(Request(.status)).daemon
            let other = instance("VI_2", id: 52, addresses: ["192.0.2.20/24"])
            try host.writeFile("/run/other.conf", other)
            let log = try OutputLog("second")
            let process = try host.start(
                Trial.daemon, ["-f", "/run/other.conf", "-n", "-l", "-G", "-p", "/run/other.pid"], log: log)
            try trial.waitFor("the second one") { log.text.contains("(VI_2) Entering MASTER STATE") }
            #expect(
                log.text.contains(
                    "no control socket: listen on /run/understudy/control.sock, where another daemon listens"))
            #expect(log.text.contains("another process keeps its history in /run/understudy/state"))
            try process.send(.terminate)
            #expect(try process.wait(until: monotonicNanoseconds() + 5_000_000_000) == exited(0))
            #expect(try first.ask(Request(.status)).daemon.pid == identity.pid)
            // One that hangs listens as well.
            first.process.sendToAll(.stop)
            let again = try OutputLog("third")
            let third = try host.start(
                Trial.daemon, ["-f", "/run/other.conf", "-n", "-l", "-G", "-p", "/run/other.pid"],
                environment: ["STATE_DIRECTORY=/run/third"], log: again)
            try trial.waitFor("the third one") { again.text.contains("where another daemon listens") }
            try third.send(.terminate)
            first.process.sendToAll(.continue)
            // It may have been away for longer than three adverts.
            try first.becomes(.active)
        }

        @Test func `a runtime directory that is missing is made, and one that cannot be is said`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let made = try trial.start(host, instance(), environment: ["RUNTIME_DIRECTORY=/run/a/b"])
            try made.becomesMaster()
            #expect(LocalFiles.exists(host.namespaces.outside("/run/a/b/control.sock")))
            #expect(try made.stop() == exited(0))
            let long = "/run/" + String(repeating: "x", count: 120)
            for (directory, reason) in [
                ("/proc/none", "No such file or directory"), ("/run/vrrp.conf", "Not a directory"), (long, "too long"),
            ] {
                let daemon = try trial.start(host, instance(), environment: ["RUNTIME_DIRECTORY=\(directory)"])
                try daemon.becomesMaster()
                let line = try #require(daemon.lines().first { $0.contains("no control socket: ") })
                #expect(line.contains(reason) && line.contains("RUNTIME_DIRECTORY"), "\(line)")
                #expect(try daemon.stop() == exited(0))
            }
            // A file of somebody else's at the path is not ours to remove, but a plain one in our directory is in the way.
            _ = try host.run("mkdir", ["-p", "/run/c/control.sock"])
            let blocked = try trial.start(host, instance(), environment: ["RUNTIME_DIRECTORY=/run/c"])
            try blocked.becomesMaster()
            #expect(blocked.text().contains("no control socket: "))
        }
    }
}
