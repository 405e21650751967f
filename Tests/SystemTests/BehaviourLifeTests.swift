import Foundation
import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Behaviour {
    /// Flags, start, stop, signals, and where the words go.
    @Suite final class Life {
        /// Hosts live as long as their laboratory.
        private var trials: [Trial] = []

        private func prepared(_ text: String = instance()) throws -> (Trial, Rehearsal.Host) {
            let trial = try Trial()
            trials.append(trial)
            let host = try trial.host()
            try host.writeFile("/run/vrrp.conf", text)
            return (trial, host)
        }

        /// Runs the daemon under a name of its own, as a symbolic link does.
        private func run(
            _ host: Rehearsal.Host, as name: String, _ arguments: String...
        ) throws -> (status: LinuxKernel.ExitStatus?, output: String) {
            let log = try OutputLog("run")
            let process = try host.start(Trial.daemon, arguments, as: name, log: log)
            return (try process.wait(until: monotonicNanoseconds() + 10_000_000_000), log.text)
        }

        private func exited(_ code: Int32) -> LinuxKernel.ExitStatus { .exited(code: code) }

        @Test(arguments: [
            "-C", "--check", "-V", "--dont-release-vrrp", "-T", "-Z", "--nonsense",
        ])
        func `a flag that does not exist here is an error that says why`(flag: String) throws {
            let (_, host) = try prepared()
            let result = try host.run(Trial.daemon, ["-n", "-f", "/run/vrrp.conf", flag])
            #expect(result.status == exited(2))
            #expect(
                result.output.hasPrefix(
                    "understudyd: \(flag.prefix { $0 != "=" }.prefix(flag.hasPrefix("--") ? 99 : 2))"))
            #expect(result.output.split(separator: "\n").count == 1)
        }

        @Test func `a second daemon does not run what another one on the host runs`() throws {
            let (trial, host) = try prepared()
            let first = try trial.start(host, instance())
            try first.becomesMaster()
            let mark = first.mark
            let second = try host.run(Trial.daemon, ["-n", "-l", "-f", "/run/vrrp.conf", "-p", "/run/second.pid"])
            #expect(second.status == exited(1))
            #expect(
                second.output.contains(
                    "cannot start: another understudyd on this host runs virtual router 51 on eth0 already"))
            #expect(!first.text(since: mark).contains("was removed by someone else"))
            #expect(!first.text(since: mark).contains("Entering"))

            // A third that runs another virtual router may not take this one up by a reload either.
            try host.writeFile("/run/third.conf", instance("VI_3", id: 53, addresses: ["192.0.2.13/24"]))
            let log = try OutputLog("third")
            let process = try host.start(
                Trial.daemon, ["-n", "-l", "-G", "-f", "/run/third.conf", "-p", "/run/third.pid"], log: log)
            let third = RunningDaemon(trial: trial, host: host, process: process, log: log)
            try third.becomesMaster()
            try host.writeFile("/run/third.conf", instance("VI_1"))
            try process.send(.reload)
            try third.says("Reload refused: another understudyd on this host runs virtual router 51 on eth0 already")

            // Who was killed holds nothing any more.
            let worker = try first.worker
            first.process.sendToAll(.kill)
            _ = try first.process.wait(until: nil)
            try trial.waitFor("the end of all of it") { hasEnded(worker) }
            try process.send(.reload)
            try third.says("Reload finished")
            #expect(try third.stop() == exited(0))
        }

        @Test func `version and help say what is asked and leave`() throws {
            let (_, host) = try prepared()
            let version = try host.run(Trial.daemon, ["-v"])
            #expect(version.status == exited(0))
            #expect(version.output.hasPrefix("Understudy "))
            let help = try host.run(Trial.daemon, ["--help"])
            #expect(help.status == exited(0))
            for flag in "fnlDSGptdvhui" { #expect(help.output.contains("  -\(flag), --")) }
        }

        @Test func `a test of the configuration says what a start would find`() throws {
            let (_, host) = try prepared()
            #expect(try host.run(Trial.daemon, ["-t", "-f", "/run/vrrp.conf"]).status == exited(0))
            try host.writeFile("/run/vrrp.conf", instance().replacing("priority 100", with: "prioritty 100"))
            let broken = try host.run(Trial.daemon, ["-t", "-f", "/run/vrrp.conf"])
            #expect(broken.status == exited(2))
            #expect(broken.output.contains("/run/vrrp.conf:5:"))
            try host.writeFile("/run/vrrp.conf", instance(interface: "eth7"))
            let lacking = try host.run(Trial.daemon, ["-t", "-f", "/run/vrrp.conf"])
            #expect(lacking.status == exited(2))
            #expect(lacking.output.contains("eth7"))
        }

        @Test func `the id decides which lines apply and the dump says what was understood`() throws {
            let (trial, host) = try prepared()
            let text = instance().replacing("priority 100", with: "@one priority 101\n    @two priority 99")
            let daemon = try trial.start(host, text, flags: ["-D", "-d", "-i", "two"])
            try daemon.says("Startup complete")
            #expect(daemon.text().contains("configuration: "))
            #expect(try daemon.state().contains("priority 99"))
            #expect(try daemon.stop() == exited(0))
            let other = try trial.start(host, text, flags: ["--config-id=one", "-D"])
            try other.says("Startup complete")
            #expect(!other.text().contains("configuration: "))
            #expect(try other.state().contains("priority 101"))
        }

        @Test(arguments: ["understudyd", "keepalived", "hapee-vrrp"])
        func `a daemonised start returns when it runs and its pid file tells who`(name: String) throws {
            let (trial, host) = try prepared()
            let started = try run(host, as: name, "-f", "/run/vrrp.conf", "-p", "/run/d.pid", "-G")
            #expect(started.status == exited(0), "\(started.output)")
            let text = try host.readFile("/run/d.pid")
            #expect(text.hasSuffix("\n"))
            let pid = try #require(Int(text.dropLast()))
            let commandLine = try host.readFile("/proc/\(pid)/cmdline")
            #expect(commandLine.hasPrefix("/run/programs/\(name)"))
            // Detached: no terminal, no directory, no streams of whoever started it.
            let streams = try host.run(
                "sh", ["-c", "readlink /proc/\(pid)/fd/0 /proc/\(pid)/fd/1 /proc/\(pid)/fd/2 /proc/\(pid)/cwd"])
            #expect(streams.output == "/dev/null\n/dev/null\n/dev/null\n/\n")

            let second = try run(host, as: name, "-f", "/run/vrrp.conf", "-p", "/run/d.pid", "-G")
            #expect(second.status == exited(1))
            #expect(second.output.contains("which process \(pid) holds"))
            #expect(try host.readFile("/run/d.pid") == text)

            try trial.waitFor("the address") { try host.has("192.0.2.10") }
            _ = try host.run("kill", ["\(pid)"])
            try trial.waitFor("the end") { try host.run("test", ["-e", "/run/d.pid"]).status == exited(1) }
            #expect(try !host.has("192.0.2.10"))
        }

        @Test func `the name keepalived brings keepalived's paths`() throws {
            let (_, host) = try prepared()
            let help = try run(host, as: "keepalived", "-h")
            #expect(help.output.contains("/etc/keepalived/keepalived.conf"))
            #expect(help.output.contains("/run/keepalived.pid"))
        }

        @Test func `a daemonised start that cannot succeed says so and returns why`() throws {
            let (_, host) = try prepared()
            try host.writeFile("/run/bad.conf", "vrrp_instance x {\n}\n")
            let bad = try host.run(Trial.daemon, ["-f", "/run/bad.conf", "-p", "/run/e.pid", "-G"])
            #expect(bad.status == exited(2))
            #expect(bad.output.contains("/run/bad.conf:1"))
            let missing = try host.run(Trial.daemon, ["-f", "/run/none.conf", "-p", "/run/e.pid", "-G"])
            #expect(missing.status == exited(2))
            #expect(missing.output.contains("/run/none.conf"))
            _ = try host.run("mkdir", ["-m", "777", "/run/open"])
            _ = try host.run("chmod", ["777", "/run/open"])
            let unable = try host.run(
                "setpriv",
                [
                    "--bounding-set", "-net_admin,-net_raw", "--inh-caps", "-all", "--reuid", "nobody", "--regid",
                    "nogroup", "--clear-groups", Trial.daemon, "-f", "/run/vrrp.conf", "-p", "/run/open/e.pid", "-G",
                ])
            #expect(unable.status == exited(4), "\(unable.output)")
            #expect(unable.output.contains("CAP_NET_RAW"))
            let unwritable = try host.run(Trial.daemon, ["-f", "/run/vrrp.conf", "-p", "/proc/none/e.pid", "-G"])
            #expect(unwritable.status == exited(1))
            #expect(unwritable.output.contains("/proc/none/e.pid"))
        }

        @Test func `syslog gets every line with facility and name and a log that nobody reads delays nothing`() throws {
            let (trial, host) = try prepared()
            let client = try trial.laboratory.addClient([Interface("eth0", addresses: [try .init("192.0.2.200", 24)])])
            let recorder = try AdvertRecorder(in: client)
            // The host hides the machine's /dev/log; a place in its own /run takes its name.
            let log = try FakeLog(host)
            let output = try OutputLog("syslog")
            let daemon = try host.start(
                Trial.daemon, ["-n", "-D", "-S", "local3", "-f", "/run/vrrp.conf", "-p", "/run/vrrp.pid"], log: output)
            var seen = ""
            try trial.waitFor("the start") {
                seen += log.read()
                return seen.contains("Entering MASTER STATE")
            }
            // local3 is facility 19: notice is 5.
            #expect(seen.contains("<157>"))
            #expect(seen.contains("understudyd["))
            #expect(output.text.isEmpty)
            // Fill the socket: nobody reads any more, and the daemon keeps writing.
            let start = monotonicNanoseconds()
            while recorder.adverts(since: start).count < 12 {
                try daemon.send(.user1)
                var nothing: [Readiness] = []
                try Readiness.wait(&nothing, until: monotonicNanoseconds() + 1_000_000)
                try #require(monotonicNanoseconds() - start < 5_000_000_000)
            }
            #expect(recorder.isSteady(recorder.gaps(since: start)))
            // What was lost is told once there is room again.
            var later = log.read()
            try daemon.send(.user1)
            try trial.waitFor("the count") {
                later += log.read()
                return later.contains("earlier lines were lost")
            }
        }

        @Test func `a reader of standard error that is stuck delays nothing`() throws {
            let (trial, host) = try prepared()
            let many = (1...200).map { "10.9.\($0).1/32" }
            try host.writeFile("/run/vrrp.conf", instance(addresses: ["192.0.2.10/24"] + many))
            let client = try trial.laboratory.addClient([Interface("eth0", addresses: [try .init("192.0.2.200", 24)])])
            let recorder = try AdvertRecorder(in: client)
            let pipe = Pipe()
            let daemon = try host.namespaces.spawn(
                Trial.daemon, [Trial.daemon, "-n", "-l", "-D", "-G", "-f", "/run/vrrp.conf", "-p", "/run/vrrp.pid"],
                environment: [], output: pipe.fileHandleForWriting.fileDescriptor)
            try trial.waitFor("adverts") { recorder.adverts().count >= 3 }
            for _ in 0..<12 {
                let before = recorder.adverts().count
                try daemon.send(.user1)
                try trial.waitFor("an advert") { recorder.adverts().count > before }
            }
            let gaps = recorder.gaps(since: 0)
            #expect(recorder.isSteady(gaps), "\(gaps)")
            try daemon.send(.terminate)
            #expect(try daemon.wait(until: monotonicNanoseconds() + 5_000_000_000) == exited(0))
            withExtendedLifetime(pipe) {}
        }

        @Test func `the service manager hears that it is ready and reloading and stopping`() throws {
            let (trial, host) = try prepared()
            let log = try FakeLog(host, at: "/run/notify")
            let daemon = try trial.start(host, instance(), environment: ["NOTIFY_SOCKET=/run/notify"])
            var heard = ""
            func hears(_ words: String) throws {
                try trial.waitFor(words) {
                    heard += log.read() + "\n"
                    return heard.contains(words)
                }
            }
            try hears("READY=1")
            try daemon.becomesMaster()
            heard = ""
            try daemon.reload()
            try hears("RELOADING=1\nMONOTONIC_USEC=")
            try hears("READY=1")
            #expect(try daemon.stop() == exited(0))
            try hears("STOPPING=1")
        }

        @Test(arguments: [SpawnedProcess.Signal.terminate, .interrupt])
        func `stopping resigns and twice stops at once`(signal: SpawnedProcess.Signal) throws {
            let (trial, host) = try prepared()
            let client = try trial.laboratory.addClient([Interface("eth0", addresses: [try .init("192.0.2.200", 24)])])
            let recorder = try AdvertRecorder(in: client)
            // Nobody takes over, so it would hold the address for three quarters of a second.
            let slow = instance().replacing("advert_int 0.1", with: "advert_int 0.5").replacing(
                "priority 100", with: "priority 254")
            let daemon = try trial.start(host, slow)
            try daemon.becomesMaster()
            try trial.waitFor("the address") { try host.has("192.0.2.10") }
            let start = monotonicNanoseconds()
            try daemon.process.send(signal)
            try daemon.says("sent priority 0; holding the addresses")
            #expect(try host.has("192.0.2.10"))
            try daemon.process.send(signal)
            #expect(try daemon.process.wait(until: start + 5_000_000_000) == exited(0))
            #expect(Double(monotonicNanoseconds() - start) / 1e6 < 400)
            #expect(try !host.has("192.0.2.10"))
            #expect(recorder.adverts().last?.priority == 0)
            #expect(try host.run("test", ["-e", "/run/vrrp.pid"]).status == exited(1))
        }

        @Test func `two routers on one interface are both replaced as soon as the successor has their addresses`()
            throws
        {
            let trial = try Trial()
            let text = { (priority: Int) in
                instance(priority: priority)
                    + instance("VI_2", id: 52, priority: priority, addresses: ["192.0.2.20/24"])
            }
            let first = try trial.host()
            let second = try trial.host("lb2", "192.0.2.2")
            let active = try trial.start(first, text(200))
            try active.says("(VI_1) Entering MASTER STATE")
            try active.says("(VI_2) Entering MASTER STATE")
            let backup = try trial.start(second, text(100))
            try backup.says("(VI_2) Entering BACKUP STATE (init)")
            try trial.waitFor("an advert") {
                try backup.state().components(separatedBy: "last heard 192.0.2.1, priority 200").count == 3
            }
            let mark = active.mark
            try active.process.send(.terminate)
            try trial.waitFor("the end") { active.process.status != nil }
            #expect(active.process.status == exited(0))
            for (name, address) in [("VI_1", "192.0.2.10"), ("VI_2", "192.0.2.20")] {
                #expect(active.text(since: mark).contains("(\(name)) Stopped; 192.0.2.2 took over"))
                let vip = try ip(address)
                let taken = try #require(trial.observer.acquisition(of: vip, by: "lb2", since: 0))
                try trial.observer.takeNews()
                let left = try #require(
                    trial.observer.observations.last { $0.host == "lb1" && $0.change == .removed(vip) }?.instant)
                // Without its successor's announcement a router would serve on for a quarter of a second.
                #expect(Int64(left) - Int64(taken) < 120_000_000, "\(name)")
            }
        }

        @Test func `a backup that was paused for long hears the news before it acts`() throws {
            let trial = try Trial()
            let first = try trial.host()
            let second = try trial.host("lb2", "192.0.2.2")
            let active = try trial.start(first, instance(priority: 150))
            try active.becomesMaster()
            let backup = try trial.start(second, instance(priority: 100))
            try backup.says("Entering BACKUP STATE (init)")
            let mark = backup.mark
            for _ in 0..<4 {
                backup.process.sendToAll(.stop)
                let end = monotonicNanoseconds() + 600_000_000
                try trial.waitFor("the pause") { monotonicNanoseconds() > end }
                backup.process.sendToAll(.continue)
                _ = try backup.state()
            }
            #expect(!backup.text(since: mark).contains("Entering"))
            #expect(!active.text().contains("forcing new election"))
        }
    }
}

/// A datagram socket at the host's /dev/log, or elsewhere.
final class FakeLog {
    private let descriptor: Int32

    init(_ host: Rehearsal.Host, at path: String = "/dev/log") throws {
        let name = path == "/dev/log" ? "/run/log" : path
        let outside = host.namespaces.outside(name)
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { room in
            for (index, octet) in outside.utf8.prefix(room.count - 1).enumerated() { room[index] = octet }
        }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw DidNotHappen(description: "bind \(outside): \(errno)") }
        guard path == "/dev/log" else { return }
        // In the host's own mounts only.
        let script =
            "mount -t tmpfs none /dev 2>&1 && mknod -m 666 /dev/null c 1 3 && mknod -m 666 /dev/urandom c 1 9 && ln -s /run/log /dev/log"
        let mounted = try host.run("sh", ["-c", script])
        guard mounted.status == .exited(code: 0) else { throw DidNotHappen(description: mounted.output) }
    }

    deinit { close(descriptor) }

    /// What was sent since the last call.
    func read() -> String {
        var text = ""
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count <= 0 { return text }
            text += String(decoding: buffer.prefix(count), as: UTF8.self) + "\n"
        }
    }
}
