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

        @Test func `a successor does not wait for a history that somebody else keeps`() throws {
            let trial = try OwnerTrial(interval: "0.1")
            defer { trial.close() }
            let host = try #require(trial.members[0].host)
            _ = try host.run("mkdir", ["-p", "/run/understudy/state"])
            let lock = try DirectoryLock.acquire(host.namespaces.outside("/run/understudy/state"))
            try #require(lock != nil)
            try trial.open()
            #expect(trial.members[0].hasSaid("history: not kept: another process keeps its history"))
            let (transitions, old) = ([0, 1].map(trial.transitions), try trial.worker(0))
            let start = monotonicNanoseconds()
            sendSignal(Signals.kill, to: old)
            try trial.waitFor("the next worker") { try trial.hasWorker(0, otherThan: old) }
            try trial.rest(1)
            #expect([0, 1].map(trial.transitions) == transitions, "\(trial.members[0].log.tail())")
            #expect(trial.holders[0].heldThroughout(since: start))
            withExtendedLifetime(lock) {}
        }

        @Test func `the history says for how long nobody was there, and what that changed`() throws {
            let trial = try OwnerTrial(interval: "0.2")
            defer { trial.close() }
            try trial.open()
            let (guardian, start) = (try trial.daemon(0), monotonicNanoseconds())
            try guardian.send(.stop)
            sendSignal(Signals.kill, to: try trial.worker(0))
            try trial.waitFor("the second to take over") { trial.holders[1].isHolding }
            try trial.rest(0.5)
            try guardian.send(.continue)
            try trial.waitFor("the first to have it again") {
                trial.holders[0].first(false, since: start) != nil && trial.holders[0].isHolding
            }
            let host = try #require(trial.members[0].host)
            let history = try host.run("\(Program.binaries)/understudy", ["history"], seconds: 20).output
            let lines = history.split(separator: "\n")
            let moved = try #require(lines.firstIndex { $0.contains("nothing was advertised for ") }, "\(history)")
            #expect(lines[moved].contains("ACTIVE -> STANDBY"), "\(lines[moved])")
            let replaced = try #require(lines.firstIndex { $0.contains("this process took the place of ") })
            #expect(replaced < moved)
            // At 0.2 s the others take over after 0.7 s or so.
            let words = lines[replaced].split(separator: " ")
            let unit = try #require(words.lastIndex { $0.hasPrefix("ms") })
            #expect(Int(words[unit - 1]).map { $0 > 500 } == true, "\(lines[replaced])")
        }

        @Test(arguments: [true, false])
        func `what was handed over stays there although this host was stopped in the middle of it`(
            altogether: Bool
        ) throws {
            let trial = try OwnerTrial(interval: "0.2")
            defer { trial.close() }
            try trial.open()
            let (host, start) = (try #require(trial.members[0].host), monotonicNanoseconds())
            let command = try host.start("\(Program.binaries)/understudy", ["switchover"])
            try trial.waitFor("the resignation") { trial.members[0].hasSaid("handing over: sent priority 0") }
            if altogether {
                try trial.daemon(0).sendToAll(.stop)
            } else {
                sendSignal(Signals.stop, to: try trial.worker(0))
            }
            try trial.waitFor("the second to take over") { trial.holders[1].isHolding }
            if altogether {
                // For longer than the lease lasts.
                try trial.rest(2)
                try trial.daemon(0).sendToAll(.continue)
            }
            try trial.waitFor("the first to let go") { !trial.holders[0].isHolding && command.status != nil }
            try trial.rest(2)
            #expect(trial.holders[1].changes(since: start).count == 1, "\(trial.members[0].log.tail())")
            #expect(trial.holders[0].changes(since: start).count == 1, "\(trial.members[0].log.tail())")
            #expect(trial.probe.latestAnswer(from: 0)?.host == "lb2")
        }

        @Test func `a process that takes over in the middle of a hand-over sees rivals like any other`() throws {
            let trial = try OwnerTrial()
            defer { trial.close() }
            try trial.members[0].start()
            try trial.waitFor("the first to serve") { trial.probe.latestAnswer(from: 0)?.host == "lb1" }
            let host = try #require(trial.members[0].host)
            let command = try host.start("\(Program.binaries)/understudy", ["switchover"])
            try trial.waitFor("the resignation") { trial.members[0].hasSaid("handing over: sent priority 0") }
            sendSignal(Signals.kill, to: try trial.worker(0))
            try trial.waitFor("the next one") { trial.members[0].hasSaid("goes on handing over") }
            try trial.waitFor("nobody to take over") { trial.members[0].hasSaid("remaining MASTER") }
            try #require(trial.members[1].host).setAddress(
                .init(OwnerTrial.address, 24), on: "eth0", present: true)
            try trial.waitFor("the other owner to be seen") { trial.members[0].hasSaid("TWO OWNERS:") }
            try trial.waitFor("the end of the command") { command.status != nil }
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
            for _ in 0..<OneOwner.runs(1) {
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
