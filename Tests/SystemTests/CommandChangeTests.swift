import Control
import LinuxKernel
import Rehearsal
import Testing

extension Behaviour {
    /// `switchover`, `standby`, `resume` and `reload` on a pair that really runs.
    @Suite struct ChangingCommands {
        private let trial: Trial
        private let hosts: [Host]

        init() throws {
            trial = try Trial()
            hosts = [try trial.host("lb1", "192.0.2.1"), try trial.host("lb2", "192.0.2.2")]
        }

        private func run(_ host: Host, _ arguments: String...) throws -> (code: Int32?, output: String) {
            let result = try host.run(Trial.command, arguments, seconds: 30)
            guard case .exited(let code)? = result.status else { return (nil, result.output) }
            return (code, result.output)
        }

        private func startActive(_ more: String = "") throws {
            try trial.start(hosts[0], instance(priority: 101, more)).becomesMaster()
        }

        private func startStandby() throws {
            let daemon = try trial.start(hosts[1], instance(priority: 100))
            try daemon.says("Entering BACKUP STATE")
        }

        private func waitForState(_ word: String, _ host: Host) throws {
            try trial.waitFor("\(host.name) to be \(word)", seconds: 10) {
                try run(host, "status").output.contains("VI_1  \(word) since")
            }
        }

        @Test func `a switch-over moves the addresses, and is not taken back until resume`() throws {
            try startActive()
            try startStandby()
            let first = try run(hosts[0], "switchover")
            #expect(first.code == 0, "\(first.output)")
            #expect(first.output.contains("VI_1  handed over to 192.0.2.2"))
            #expect(first.output.contains("until the successor had announced every address"))
            #expect(first.output.contains("no gap: this host kept the addresses"))
            let again = try run(hosts[0], "switchover", "VI_1")
            #expect(
                again.code == 2 && again.output.contains("VI_1 is not active here but standby; 192.0.2.2 is active"))
            #expect(try run(hosts[0], "switchover", "--to-peer").code == 0)
            #expect(try run(hosts[0], "explain").output.contains("does not take them back by itself"))
            let unknown = try run(hosts[0], "switchover", "VI_9")
            #expect(unknown.code == 2 && unknown.output == "understudy: there is no instance 'VI_9'; there are: VI_1\n")

            #expect(try run(hosts[0], "resume").code == 0)
            try waitForState("ACTIVE", hosts[0])
        }

        @Test func `a switch-over that nobody takes is undone`() throws {
            try startActive()
            let ran = try run(hosts[0], "switchover")
            #expect(ran.code == 1, "\(ran.output)")
            #expect(ran.output.contains("VI_1  UNDONE: nobody took over; the addresses never left this host"))
            #expect(ran.output.contains("beforehand  standbys are silent"))
            #expect(try hosts[0].has("192.0.2.10"))
            try waitForState("ACTIVE", hosts[0])
        }

        @Test func `of several instances one has to be named`() throws {
            let two = instance(priority: 101) + instance("VI_2", id: 52, priority: 101, addresses: ["192.0.2.12/24"])
            try trial.start(hosts[0], two).becomesMaster()
            try trial.start(hosts[1], two.replacing("priority 101", with: "priority 100")).says(
                "(VI_2) Entering BACKUP STATE")
            try trial.waitFor("both to be active") {
                let output = try run(hosts[0], "status").output
                return output.contains("VI_1  ACTIVE since") && output.contains("VI_2  ACTIVE since")
            }
            let unnamed = try run(hosts[0], "switchover")
            #expect(unnamed.code == 64)
            #expect(unnamed.output == "understudy: there are several instances: name one (VI_1, VI_2), or say --all\n")
            #expect(try run(hosts[0], "switchover", "VI_2").output.contains("VI_2  handed over to 192.0.2.2"))
            let all = try run(hosts[0], "switchover", "--all")
            #expect(all.code == 0, "\(all.output)")
            #expect(
                all.output.contains("VI_1  handed over to 192.0.2.2")
                    && all.output.contains("VI_2  was not active here"))
        }

        @Test func `maintenance mode moves the addresses and ends by itself`() throws {
            try startActive()
            try startStandby()
            #expect(
                try run(hosts[0], "standby").output == "maintenance mode is off: this host takes part as configured\n")
            let on = try run(hosts[0], "standby", "on", "--for", "4s")
            #expect(on.code == 0 && on.output.hasPrefix("maintenance mode is on, until "))
            try waitForState("STANDBY", hosts[0])
            let status = try run(hosts[0], "status")
            #expect(status.code == 0 && status.output.contains("priority    1 (standby; 101 otherwise)"))
            #expect(status.output.contains("look at: maintenance mode is on since"))
            #expect(try run(hosts[0], "standby").output.hasPrefix("maintenance mode is on since"))
            #expect(try run(hosts[0], "explain").output.contains("it makes the priority 1 in place of 101."))
            try waitForState("ACTIVE", hosts[0])
            #expect(try run(hosts[0], "standby").output.hasPrefix("maintenance mode is off"))
            #expect(try run(hosts[0], "standby", "on").code == 0)
            #expect(try run(hosts[0], "standby", "off").output.hasPrefix("maintenance mode has ended"))
        }

        @Test func `a reload shows its plan, applies the whole of it, or nothing`() throws {
            try startActive()
            let same = try run(hosts[0], "reload")
            #expect(same.code == 0 && same.output.hasSuffix("nothing had to be changed\n"))

            try hosts[0].writeFile("/run/vrrp.conf", instance(priority: 90))
            let dry = try run(hosts[0], "reload", "--dry-run")
            #expect(dry.code == 0)
            #expect(
                dry.output == """
                    instance VI_1: priority 101 -> 90
                    VI_1  will give up the address: no  stays active and keeps its addresses
                    nothing was changed (dry run)

                    """)
            #expect(try run(hosts[0], "status").output.contains("priority    101\n"))
            let applied = try run(hosts[0], "reload")
            #expect(applied.code == 0 && applied.output.hasSuffix("\napplied\n"))
            #expect(try run(hosts[0], "status").output.contains("priority    90\n"))

            try hosts[0].writeFile("/run/vrrp.conf", instance(priority: 80) + "vrrp_instance {\n")
            let refused = try run(hosts[0], "reload")
            #expect(refused.code == 2, "\(refused.output)")
            #expect(
                refused.output.hasPrefix(
                    "understudy: /run/vrrp.conf has errors; what runs goes on unchanged\n  /run/vrrp.conf:"))
            #expect(try run(hosts[0], "status").output.contains("priority    90\n"))
        }
    }
}
