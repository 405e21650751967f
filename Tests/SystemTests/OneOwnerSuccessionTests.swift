import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension OneOwner {
    /// What goes on for a process that is gone: a successor, the kernel with its leases, another version.
    @Suite(.serialized) struct Successions {
        @Test(arguments: ["1", "0.1"])
        func `a standby whose worker hangs claims nothing when it is replaced`(interval: String) throws {
            let trial = try OwnerTrial(interval: interval)
            defer { trial.close() }
            try trial.open()
            for _ in 0..<OneOwner.runs(1) {
                let (transitions, start) = ([0, 1].map(trial.transitions), monotonicNanoseconds())
                let old = try trial.worker(1)
                sendSignal(Signals.stop, to: old)
                // It is late only when its timer is, which is after all of three intervals.
                try trial.waitFor("the next worker", seconds: 10) { try trial.hasWorker(1, otherThan: old) }
                try trial.waitFor("it to go on") { trial.members[1].hasSaid("goes on as BACKUP") }
                try trial.rest(trial.interval * 4.2)
                #expect([0, 1].map(trial.transitions) == transitions, "\(trial.members[1].log.tail())")
                #expect(trial.holders[0].heldThroughout(since: start))
                #expect(!trial.members[0].hasSaid("TWO OWNERS"))
                if OneOwner.runs(1) > 4 { try trial.rest(6) }
            }
        }

        /// An advert out of turn makes the others wait anew; what is lent has to last as much longer.
        @Test func `after an advert out of turn the address outlives its owner as long as after any other`() throws {
            let trial = try OwnerTrial()
            defer { trial.close() }
            try trial.open()
            // Claims are answered by adverts from a second after the takeover on.
            try trial.rest(1.2)
            let index = UInt32(try #require(try trial.client.interfaceIndex("eth0")))
            let socket = try trial.client.perform { () throws(SystemError) in try PacketSocket() }
            let claim = try Rivals.claim(OwnerTrial.address)
            var outlived: [Double] = []
            for _ in 0..<OneOwner.runs(3) {
                try trial.rest(Double.random(in: 0.1...0.9))
                let start = monotonicNanoseconds()
                try socket.send(claim.span, interfaceIndex: index)
                try trial.waitFor("the advert that answers") {
                    trial.adverts.adverts(since: start, from: "192.0.2.1").count > 0
                }
                try trial.daemon(0).sendToAll(.kill)
                try trial.waitFor("the second to take over, and the address of the first to go", seconds: 9) {
                    trial.holders[1].isHolding && !trial.holders[0].isHolding
                }
                let taken = try #require(trial.holders[1].first(true, since: start))
                let gone = try #require(trial.holders[0].first(false, since: start))
                outlived.append((Double(gone) - Double(taken)) / 1e6)
                try trial.members[0].start()
                try trial.waitFor("the first to have it again", seconds: 9) {
                    trial.holders[0].isHolding && !trial.holders[1].isHolding
                }
                try trial.rest(1.2)
            }
            #expect(outlived.allSatisfy { $0 > 0 && $0 <= 2000 }, "\(outlived)")
            OneOwner.tell("killed after an advert out of turn, old address gone after the takeover by", outlived)
        }

        @Test func `a planned failback is no second owner`() throws {
            let trial = try OwnerTrial()
            defer { trial.close() }
            try trial.open()
            for _ in 0..<3 {
                let old = try trial.daemon(0)
                try old.send(.terminate)
                try trial.waitFor("the second to have it") { trial.holders[1].isHolding && old.status != nil }
                // Its grace after a takeover is over then.
                try trial.rest(1.2)
                try trial.members[0].start()
                try trial.waitFor("the first to have it again", seconds: 9) {
                    trial.holders[0].isHolding && !trial.holders[1].isHolding
                }
                try trial.rest(0.3)
            }
            #expect(!trial.members[1].hasSaid("TWO OWNERS"), "\(trial.members[1].log.tail())")
        }

        /// What lies where the daemon was started from, and what the command has to say of it.
        static let impostors: [(String, String)] = [
            ("cp /bin/true", "is another program, or a version that cannot go on"),
            ("head -c 100000 \(Trial.daemon) >", "cannot go on here: asked whether it can, it ended "),
            ("cp \(Trial.command)", "cannot go on here: asked whether it can, it ended with exit code 64"),
            ("echo words >", "Exec format error"), ("rm", "No such file or directory"),
            ("printf '#!/bin/sh\\nsleep 60\\n' >", "does not answer when it is asked whether it can go on here"),
        ]

        @Test(arguments: impostors)
        func `an upgrade to what cannot go on is refused, and the old version goes on`(
            making: String, reason: String
        ) throws {
            let trial = try Trial()
            let host = try trial.host()
            try host.writeFile("/run/vrrp.conf", instance())
            func shell(_ line: String) throws {
                let ran = try host.run("sh", ["-c", line])
                #expect(ran.status == .exited(code: 0), "\(line): \(ran.output)")
            }
            try shell("cp \(Trial.daemon) /run/understudyd")
            let log = try OutputLog("daemon")
            // The shell finds what is in the host's own directories.
            let line = "exec /run/understudyd -f /run/vrrp.conf -n -l -G -D -p /run/vrrp.pid"
            let process = try host.start("sh", ["-c", line], log: log)
            let daemon = RunningDaemon(trial: trial, host: host, process: process, log: log)
            try daemon.becomesMaster()
            try shell("rm /run/understudyd")
            if making != "rm" { try shell("\(making) /run/understudyd && chmod 755 /run/understudyd") }
            let mark = daemon.mark
            let ran = try host.run(Trial.command, ["upgrade"], seconds: 20)
            #expect(ran.status == .exited(code: 1) && ran.output.contains(reason), "\(ran.output)")
            #expect(daemon.text(since: mark).contains("cannot upgrade: "))
            try daemon.says("goes on as MASTER", since: mark)
            #expect(!daemon.text(since: mark).contains("Entering"))
            #expect(try host.has("192.0.2.10"))
            let status = try host.run(Trial.command, ["status"])
            #expect(status.output.contains("look at: the last upgrade failed: "), "\(status.output)")
            // The next one is another story.
            try shell("rm -f /run/understudyd; cp \(Trial.daemon) /run/understudyd")
            let again = try host.run(Trial.command, ["upgrade"], seconds: 20)
            #expect(again.status == .exited(code: 0), "\(again.output)")
            #expect(try !host.run(Trial.command, ["status"]).output.contains("the last upgrade failed"))
        }
    }
}
