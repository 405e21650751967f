import LinuxKernel
import Rehearsal
import Testing

extension Behaviour {
    /// `understudy support-bundle` beside a running daemon, and where it may see little.
    @Suite struct Bundling {
        private let configuration = instance("VI_1", "authentication {\n auth_type PASS\n auth_pass Tr0ub4dor\n }")
            .replacing("version 3", with: "version 2").replacing("advert_int 0.1", with: "advert_int 1")

        /// What is in a file of the archive.
        private func content(_ host: Host, _ name: String) throws -> String {
            try host.run("sh", ["-c", "tar -xzOf /tmp/out.tar.gz --wildcards '*/\(name)'"]).output
        }

        @Test func `beside a daemon it has what the daemon says, without its password`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(
                host, configuration, environment: ["RUNTIME_DIRECTORY=/run/understudy", "STATE_DIRECTORY=/run/state"])
            try daemon.becomesMaster()
            let socket = ["--socket", "/run/understudy/control.sock"]
            let made = try host.run(
                Trial.command, ["support-bundle", "-o", "/tmp/out.tar.gz"] + socket, seconds: 60)
            #expect(made.status == .exited(code: 0), "\(made.output)")
            #expect(try content(host, "status.txt").contains("VI_1"))
            #expect(try content(host, "history.json").contains("VI_1"))
            #expect(try content(host, "doctor.txt").contains("eth0"))
            // The file is the one that the daemon reads.
            #expect(try content(host, "configuration/run/vrrp.conf").contains("auth_pass <removed>"))
            #expect(try content(host, "service/process.txt").contains("Max open files"))
            let everything = try host.run("sh", ["-c", "tar -xzOf /tmp/out.tar.gz"]).output
            #expect(everything.utf8.count > 5000)
            #expect(!everything.contains("Tr0ub4do"))
        }

        @Test func `without root it has less, and says so`() throws {
            let trial = try Trial()
            let host = try trial.host()
            try host.writeFile("/run/vrrp.conf", configuration, mode: 0o600)
            let asNobody = [
                "--reuid", "65534", "--regid", "65534", "--clear-groups", "--", Trial.command, "support-bundle",
            ]
            let made = try host.run(
                "setpriv", asNobody + ["-o", "/tmp/out.tar.gz", "-f", "/run/vrrp.conf"], seconds: 60)
            #expect(made.status == .exited(code: 0), "\(made.output)")
            #expect(made.output.contains("Run as root there would be more in it: this was not."))
            let manifest = try content(host, "MANIFEST")
            #expect(manifest.contains("not by root: what only root may see is missing"))
            #expect(manifest.contains("  /run/vrrp.conf: Permission denied"))
        }

        @Test func `Ctrl-C ends it at once, and nothing is left`() throws {
            let trial = try Trial()
            let host = try trial.host()
            try host.writeFile("/run/vrrp.conf", configuration)
            // What the programs themselves lie in may be seen there.
            let before = try host.run("sh", ["-c", "ls /tmp"]).output
            let log = try OutputLog("bundle")
            let arguments = ["support-bundle", "-o", "/tmp/out.tar.gz", "-f", "/run/vrrp.conf"]
            let process = try host.start(Trial.command, arguments, log: log)
            // Doctor listens for seconds.
            try trial.waitFor("the doctor to be asked") {
                try host.run("sh", ["-c", "ls /tmp/understudy-bundle-*/*/history.json"]).status == .exited(code: 0)
            }
            try process.send(.interrupt)
            #expect(try process.wait(until: monotonicNanoseconds() + 3_000_000_000) == .exited(code: 2), "\(log.text)")
            #expect(log.text.contains("understudy support-bundle: interrupted; nothing is left behind"))
            #expect(try host.run("sh", ["-c", "ls /tmp"]).output == before)
        }
    }
}
