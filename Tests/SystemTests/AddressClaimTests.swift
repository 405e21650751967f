import LinuxKernel
import Rehearsal
import Testing

extension Behaviour {
    /// Two daemons on one host and one address: they would not hear each other, whatever their VRIDs.
    @Suite(.serialized) struct AddressClaims {
        private func start(_ trial: Trial, _ host: Host, _ name: String, _ configuration: String) throws
            -> RunningDaemon
        {
            try host.writeFile("/run/\(name).conf", configuration)
            let log = try OutputLog(name)
            let arguments = ["-n", "-l", "-G", "-D", "-f", "/run/\(name).conf", "-p", "/run/\(name).pid"]
            let process = try host.start(Trial.daemon, arguments, log: log)
            return RunningDaemon(trial: trial, host: host, process: process, log: log)
        }

        private func reload(_ daemon: RunningDaemon, _ name: String, _ configuration: String, saying words: String)
            throws
        {
            try daemon.host.writeFile("/run/\(name).conf", configuration)
            let mark = daemon.mark
            try daemon.process.send(.reload)
            try daemon.says(words, since: mark)
        }

        @Test func `an address is refused to a second daemon, whatever its VRID, until the first one gives it up`()
            throws
        {
            let trial = try Trial()
            let host = try trial.host()
            let both = ["192.0.2.10/24", "192.0.2.12/24"]
            let first = try start(trial, host, "first", instance(addresses: [both[0]]))
            try first.becomesMaster()
            let mark = first.mark
            let refusal = "another understudyd on this host has 192.0.2.10 on eth0 already"
            try host.writeFile("/run/second.conf", instance("VI_2", id: 52, addresses: [both[0]]))
            let second = try host.run(
                Trial.daemon, ["-n", "-l", "-G", "-f", "/run/second.conf", "-p", "/run/second.pid"], seconds: 20)
            #expect(second.status == .exited(code: 1))
            #expect(second.output.contains("cannot start: \(refusal)"), "\(second.output)")
            #expect(second.output.contains("with /run/first.conf)"), "\(second.output)")
            #expect(!first.text(since: mark).contains("Entering"))

            // By a reload neither, and what ran goes on.
            let third = try start(trial, host, "third", instance("VI_3", id: 53, addresses: ["192.0.2.13/24"]))
            try third.becomesMaster()
            let wanted = instance("VI_3", id: 53, addresses: ["192.0.2.13/24", both[0]])
            try reload(third, "third", wanted, saying: "Reload refused: \(refusal)")
            #expect(try host.has("192.0.2.13"))

            // A process that is replaced has them all the same, and nobody else.
            let worker = try first.worker
            sendSignal(Signals.kill, to: worker)
            try first.says("goes on as MASTER", since: mark)
            try reload(third, "third", wanted, saying: "Reload refused: \(refusal)")

            // The first one gives it up, by a reload.
            try reload(first, "first", instance(addresses: ["192.0.2.11/24"]), saying: "Reload finished")
            try reload(third, "third", wanted, saying: "Reload finished")
            try trial.waitFor("the address") { try host.has("192.0.2.10") }
            try reload(first, "first", instance(addresses: [both[0]]), saying: "Reload refused: \(refusal)")
            #expect(!third.text().contains("was removed by someone else"))
            #expect(try third.stop() == .exited(code: 0))
            try reload(first, "first", instance(addresses: both), saying: "Reload finished")
            try trial.waitFor("the address again") { try host.has("192.0.2.10") }
        }

        @Test func `the same address in another network is nobody's business`() throws {
            let trial = try Trial()
            let first = try start(trial, try trial.host(), "first", instance())
            try first.becomesMaster()
            let other = try start(trial, try trial.host("lb2", "192.0.2.2"), "other", instance(id: 54))
            try other.becomesMaster()
        }

        /// A thread of a process that was killed may be in the kernel for a while, with the name that says who is on the host.
        @Test(arguments: [true, false])
        func `what a killed daemon left is removed once all of it is gone, and not while another one runs`(isGone: Bool)
            throws
        {
            let trial = try Trial()
            let host = try trial.host()
            try trial.leaveAddresses(on: host)
            var name = try host.inNetwork { () throws(SystemError) in try NamespaceLock.acquire("understudyd") }
            try #require(name != nil)
            let second = try trial.start(host, instance(addresses: ["192.0.2.10/24"]))
            // The daemon begins within a few milliseconds, and waits for a quarter of a second.
            try trial.observer.wait(seconds: 0.1) { false }
            if isGone { name = nil }
            try second.becomesMaster()
            #expect(second.text().contains("192.0.2.11 on eth0: left behind by an earlier run") == isGone)
            #expect(try host.has("192.0.2.11") != isGone)
            name = nil
        }
    }
}
