import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Behaviour {
    /// `understudy init` on hosts, and what the daemons make of its files.
    @Suite struct Initialising {
        private func initialise(_ host: Host, _ arguments: [String]) throws -> (code: Int32?, output: String) {
            let result = try host.run(Trial.command, ["init", "--directory", "/run"] + arguments)
            guard case .exited(let code) = result.status else { return (nil, result.output) }
            return (code, result.output)
        }

        @Test(arguments: [
            ["--address", "192.0.2.10"], ["--address", "192.0.2.10", "--unicast", "--password", "s3cret"],
        ])
        func `two hosts that get its files are a pair`(arguments: [String]) throws {
            let trial = try Trial()
            let first = try trial.host()
            let second = try trial.host("lb2", "192.0.2.2")
            let made = try initialise(
                first, arguments + ["--interface", "eth0", "--peer", "192.0.2.2", "--check", "none", "--listen", "0"])
            #expect(made.code == 0, "\(made.output)")
            #expect(
                made.output.contains("scp /run/understudy-peer.conf root@192.0.2.2:/etc/understudy/understudy.conf"))
            #expect(!made.output.contains("s3cret"))
            let active = try trial.start(first, try first.readFile("/run/understudy.conf"))
            let standby = try trial.start(second, try first.readFile("/run/understudy-peer.conf"))
            try active.becomesMaster()
            let address = try ip("192.0.2.10")
            try trial.waitFor("the address on lb1") { try first.holds(address) }
            try standby.says("Entering BACKUP STATE")
            _ = try active.stop()
            try trial.waitFor("the address on lb2", seconds: 8) { try second.holds(address) }
        }

        @Test func `the identifier that another router uses is found out by listening, and not proposed`() throws {
            let trial = try Trial()
            let stranger = try trial.start(
                try trial.host("other", "192.0.2.66"), instance(addresses: ["192.0.2.77/24"]))
            try stranger.becomesMaster()
            let host = try trial.host()
            let common = ["--interface", "eth0", "--address", "192.0.2.10", "--listen", "0.5"]
            let refused = try initialise(host, common + ["--vrid", "51"])
            #expect(refused.code == 2)
            #expect(
                refused.output.contains(
                    "understudy init: --vrid: VRID 51 is in use on eth0: 192.0.2.66 advertises 192.0.2.77 with it; 52 is free"
                ))
            let made = try initialise(host, common)
            #expect(made.code == 0)
            #expect(made.output.contains("VRIDs in use on eth0: 51."))
            #expect(try host.readFile("/run/understudy.conf").contains("virtual_router_id 52 "))
        }

        @Test func `an address that another host has is found out by asking`() throws {
            let trial = try Trial()
            _ = try trial.host("other", "192.0.2.10")
            let host = try trial.host()
            let common = ["--interface", "eth0", "--address", "192.0.2.10", "--listen", "0.5"]
            let refused = try initialise(host, common)
            #expect(refused.code == 2)
            #expect(refused.output.contains("--address: 192.0.2.10 is in use: "))
            #expect(try initialise(host, common + ["--force"]).code == 0)
        }

        @Test func `it does not overwrite, nor write where it may not, nor ask where nobody is`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let common = ["--interface", "eth0", "--address", "192.0.2.10", "--listen", "0"]
            try host.writeFile("/run/understudy-peer.conf", "vrrp_instance x {\n}\n")
            let refused = try initialise(host, common)
            #expect(refused.code == 2)
            #expect(refused.output.contains("/run/understudy-peer.conf is there already"))
            #expect(throws: SystemError.self) { try host.readFile("/run/understudy.conf") }
            #expect(try initialise(host, common + ["--force"]).code == 0)
            let unasked = try initialise(host, [])
            #expect(unasked.code == 64)
            #expect(
                unasked.output
                    == "understudy init: without a terminal nobody can be asked: give --interface and --address\n")
            let unprivileged = ["--reuid", "65534", "--regid", "65534", "--clear-groups", "--", Trial.command, "init"]
            let barred = try host.run("setpriv", unprivileged + common)
            #expect(barred.status == .exited(code: 4))
            #expect(barred.output.contains("may not be written to: run this as root, or name another place"))
        }

        /// Runs it on a terminal of its own (script(1)), at which `typed` is typed.
        private func atTerminal(_ host: Host, _ typed: String) throws -> (
            status: LinuxKernel.ExitStatus?, output: String
        ) {
            try host.writeFile("/run/typed", typed)
            let command = "\(Trial.command) init --directory /run --listen 0"
            return try host.run("sh", ["-c", "script -qec '\(command)' /dev/null < /run/typed"])
        }

        @Test func `on a terminal it asks, gives another try, and writes when it is told to`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let made = try atTerminal(host, "eth7\neth0\n203.0.113.1\n192.0.2.10\n\n\n\n\n\nnone\n\n")
            #expect(made.status == .exited(code: 0), "\(made.output)")
            #expect(made.output.contains("That will not do: this host has no Ethernet interface 'eth7'; it has eth0."))
            #expect(made.output.contains("203.0.113.1 is in no subnet of eth0"))
            #expect(made.output.contains("Write both? (yes or no) [yes]:"))
            #expect(try host.readFile("/run/understudy.conf").contains("192.0.2.10/24"))
        }

        @Test(arguments: ["eth0\n192.0.2.10\n\u{4}", "eth0\n\u{3}", "eth0\n192.0.2.10\n\n\n\n\n\nnone\nno\n"])
        func `the end of input, Ctrl-C and no leave nothing behind`(typed: String) throws {
            let trial = try Trial()
            let host = try trial.host()
            let ended = try atTerminal(host, typed)
            #expect(ended.status != .exited(code: 0) && ended.status != nil, "\(ended.output)")
            let left = try host.run("sh", ["-c", "ls /run | grep understudy"])
            #expect(left.output == "")
        }
    }
}
