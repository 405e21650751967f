import LinuxKernel
import Rehearsal
import Testing

extension Behaviour.Controlled {
    /// The guardian and the processes that it replaces, as an operator is told of them.
    @Suite(.serialized) struct Guardians {
        @Test func `a guardian that somebody stopped is told of once, and so is its return`() throws {
            let trial = try Trial()
            let daemon = try trial.start(try trial.host(), instance())
            try daemon.becomes(.active)
            let mark = daemon.mark
            try daemon.process.send(.stop)
            try daemon.says("is stopped. Nobody replaces this process if it dies or hangs", since: mark, seconds: 8)
            let remarks = try daemon.status().remarks
            #expect(remarks.count == 1 && remarks[0].contains("kill -CONT"), "\(remarks)")
            #expect(try daemon.instance().state == .active)
            try daemon.process.send(.continue)
            try daemon.says("looks after this process again, after", since: mark, seconds: 8)
            #expect(try daemon.status().remarks == [])
            #expect(daemon.lines(since: mark).count { $0.contains("the guardian, process") } == 2)
            #expect(!daemon.text(since: mark).contains("Replacing"))
        }

        @Test func `with keepalived's flags it runs, and with -R nobody replaces a process that dies`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, instance(), flags: ["-D", "-PIR", "--snmp", "-m"])
            try daemon.becomes(.active)
            #expect(daemon.text().contains("-P changes nothing: VRRP is all that runs here"))
            #expect(daemon.text().contains("--snmp changes nothing: SNMP is not served"))
            let old = try daemon.worker
            let limits = String(decoding: try readFile("/proc/\(old)/limits", limit: 4096).get(), as: UTF8.self)
            #expect(limits.contains(#/Max core file size +unlimited/#), "\(limits)")
            sendSignal(Signals.kill, to: old)
            try trial.waitFor("its end") { daemon.process.status != nil }
            #expect(daemon.process.status == .exited(code: 6), "\(daemon.text())")
            #expect(daemon.text().contains("which ended by signal 9 (SIGKILL); -R says that it is not replaced"))
            #expect(try !host.has("192.0.2.10"))
        }

        @Test func `what became of the processes is in the history, and explains the state`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(
                host, instance() + instance("VI_2", id: 52, interface: "eth7", addresses: ["198.51.100.9/24"]))
            try daemon.becomes(.active)
            let old = try daemon.worker
            sendSignal(Signals.kill, to: old)
            try daemon.says("goes on as MASTER")
            try daemon.becomes(.active)
            let record = try #require(try daemon.history().last { $0.event == .processReplaced })
            #expect(
                record.cause.hasPrefix("this process took the place of process ")
                    && record.cause.contains("which ended by signal 9")
                    && record.cause.contains("nothing was heard or said for ")
                    && record.cause.contains("goes on with VI_1 as ACTIVE, goes on with VI_2 as "), "\(record.cause)")
            let explained = try host.run(Trial.command, ["explain", "VI_1"])
            #expect(explained.output.contains("this process took the place of process"), "\(explained.output)")
            #expect(explained.output.contains("STANDBY to ACTIVE"), "\(explained.output)")
        }
    }
}
