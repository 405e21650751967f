import Control
import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Behaviour.Controlled {
    /// What the service manager hears, and when it hears nothing.
    @Suite final class Service {
        private var trials: [Trial] = []

        private func exited(_ code: Int32) -> LinuxKernel.ExitStatus { .exited(code: code) }

        private func begin(
            _ text: String = instance(), environment: [String] = []
        ) throws -> (trial: Trial, daemon: RunningDaemon, manager: FakeLog) {
            let trial = try Trial()
            trials.append(trial)
            let host = try trial.host()
            let manager = try FakeLog(host, at: "/run/notify")
            let daemon = try trial.start(
                host, text, environment: ["NOTIFY_SOCKET=/run/notify"] + environment)
            return (trial, daemon, manager)
        }

        @Test func `its line follows the state`() throws {
            let (trial, daemon, manager) = try begin(
                instance() + instance("VI_2", id: 52, interface: "eth7", addresses: ["198.51.100.9/24"]))
            var heard = ""
            func hears(_ words: String) throws {
                try trial.waitFor(words) {
                    heard += manager.read()
                    return heard.contains(words)
                }
                // What came after it is still to be looked for.
                if let found = heard.range(of: words) { heard = String(heard[found.upperBound...]) }
            }
            try hears("READY=1\nSTATUS=VI_1 STANDBY, listening; VI_2 WAITING: interface eth7 does not exist")
            try hears("STATUS=VI_1 ACTIVE, priority 100; VI_2 WAITING")
            _ = try daemon.standby()
            try hears("STATUS=maintenance mode; VI_1 HANDING OVER")
            try hears("STATUS=maintenance mode; VI_1 ACTIVE, priority 1; ")
            _ = try daemon.resume()
            try hears("STATUS=VI_1 ACTIVE, priority 100; ")
            #expect(try daemon.reloads(instance(priority: 90), dryRun: false).reload?.applied == true)
            try trial.waitFor("the reload") {
                heard += manager.read()
                return heard.contains("RELOADING=1\nMONOTONIC_USEC=")
                    && heard.contains("READY=1\nSTATUS=VI_1 ACTIVE, priority 90")
            }
            // A dry run is no reload.
            heard = ""
            _ = try daemon.reloads(instance(priority: 80), dryRun: true)
            heard += manager.read()
            #expect(!heard.contains("RELOADING"))
            // A refused one is over at once, and the service is ready as before.
            _ = try daemon.reloads("nonsense", dryRun: false)
            try hears("READY=1\nSTATUS=VI_1 ACTIVE, priority 90")
            #expect(try daemon.stop() == exited(0))
            try hears("STOPPING=1")
        }

        @Test func `the watchdog is fed in time while the loop turns, and not while it hangs`() throws {
            let (trial, daemon, manager) = try begin(environment: ["WATCHDOG_USEC=300000"])
            try daemon.becomesMaster()
            _ = manager.read()
            var instants: [UInt64] = []
            try trial.waitFor("a dozen signs of life") {
                let text = manager.read()
                let now = monotonicNanoseconds()
                instants += text.split(separator: "\n").filter { $0 == "WATCHDOG=1" }.map { _ in now }
                return instants.count >= 12
            }
            let gaps = zip(instants, instants.dropFirst()).map { Double($1 - $0) / 1e6 }.sorted()
            #expect(gaps[gaps.count / 2] > 80 && gaps[gaps.count / 2] < 150, "\(gaps)")
            #expect(try #require(gaps.last) < 300, "\(gaps)")
            daemon.process.sendToAll(.stop)
            _ = manager.read()
            let start = monotonicNanoseconds()
            try trial.waitFor("a second") { monotonicNanoseconds() - start > 1_000_000_000 }
            #expect(!manager.read().contains("WATCHDOG"))
            daemon.process.sendToAll(.continue)
            try trial.waitFor("a sign of life") { manager.read().contains("WATCHDOG=1") }
        }

        @Test(arguments: [["WATCHDOG_USEC=300000", "WATCHDOG_PID=1"], ["WATCHDOG_USEC=soon"], ["WATCHDOG_USEC=0"], []])
        func `the watchdog is not fed where nobody asked this process to`(environment: [String]) throws {
            let (trial, daemon, manager) = try begin(environment: environment)
            try daemon.becomesMaster()
            var heard = manager.read()
            let start = monotonicNanoseconds()
            try trial.waitFor("a while") {
                heard += manager.read()
                return monotonicNanoseconds() - start > 600_000_000
            }
            #expect(heard.contains("READY=1") && !heard.contains("WATCHDOG"))
        }

        /// Runs the daemon with standard error in a file whose device and inode are in JOURNAL_STREAM, or not.
        private func fail(
            _ host: Rehearsal.Host, toJournal: Bool, _ configuration: String, _ flags: String
        ) throws -> (status: LinuxKernel.ExitStatus?, errors: String) {
            try host.writeFile("/run/bad.conf", configuration)
            try host.writeFile("/run/errors", "")
            let stream = toJournal ? "$(stat -c %d:%i /run/errors)" : "1:2"
            let script =
                "JOURNAL_STREAM=\(stream) exec \(Trial.daemon) -n \(flags) -f /run/bad.conf -p /run/e.pid 2>/run/errors"
            let result = try host.run("sh", ["-c", script])
            return (result.status, try host.readFile("/run/errors"))
        }

        @Test func `a start error is said once where log and standard error are the same journal`() throws {
            let trial = try Trial()
            trials.append(trial)
            let host = try trial.host()
            let bad = "vrrp_instance x {\n}\n"
            // Nobody reads the log: standard error has to tell.
            let unread = try fail(host, toJournal: true, bad, "")
            #expect(unread.status == exited(2) && unread.errors.contains("/run/bad.conf:1"))
            let log = try FakeLog(host)
            let once = try fail(host, toJournal: true, bad, "")
            #expect(once.status == exited(2))
            #expect(once.errors == "understudyd: /run/bad.conf has errors; not started\n")
            #expect(log.read().contains("/run/bad.conf:1"))
            let elsewhere = try fail(host, toJournal: false, bad, "")
            #expect(elsewhere.errors.contains("/run/bad.conf:1"))
            #expect(log.read().contains("/run/bad.conf:1"))
            let silent = try fail(host, toJournal: true, bad, "-G")
            #expect(silent.errors.contains("/run/bad.conf:1"))
            let console = try fail(host, toJournal: true, bad, "-G -l")
            let lines = console.errors.split(separator: "\n").filter { $0.contains("/run/bad.conf:") }.map {
                $0.suffix(60)
            }
            #expect(!lines.isEmpty && Set(lines).count == lines.count, "\(lines)")
        }

        @Test func `a file that is all comments points to who writes one`() throws {
            let trial = try Trial()
            trials.append(trial)
            let host = try trial.host()
            let result = try fail(host, toJournal: false, "# vrrp_instance x {\n# }\n", "-G")
            #expect(result.status == exited(2))
            #expect(result.errors.contains("the file says nothing") && result.errors.contains("understudy init"))
        }
    }
}
