import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension OneOwner {
    @Suite(.serialized) struct Crashes {
        @Test(arguments: ["1", "0.1"])
        func `a worker that is killed is replaced, and neither the peer nor a client notices`(interval: String) throws {
            let trial = try OwnerTrial(interval: interval)
            defer { trial.close() }
            try trial.open()
            for role in [0, 1] { try killWorker(role, of: trial, interval) }
        }

        private func killWorker(_ role: Int, of trial: OwnerTrial, _ interval: String) throws {
            var gaps: [Double] = []
            for _ in 0..<OneOwner.runs(1) {
                let (transitions, start) = ([0, 1].map(trial.transitions), monotonicNanoseconds())
                let old = try trial.worker(role)
                sendSignal(Signals.kill, to: old)
                try trial.waitFor("the next worker") {
                    try trial.hasWorker(role, otherThan: old) && trial.members[role].hasSaid("goes on as")
                }
                // Long enough for the other to have taken over if it were going to.
                try trial.rest(trial.interval * 4.2)
                let end = monotonicNanoseconds()
                #expect([0, 1].map(trial.transitions) == transitions, "\(trial.members[0].log.tail())")
                #expect(trial.holders[0].heldThroughout(since: start) && !trial.holders[1].isHolding)
                let seen = trial.probe.statistics(of: 0, from: start, to: end)
                #expect(seen.failures == 0 && seen.requests > 100, "\(seen)")
                #expect(trial.adverts.adverts(since: start).allSatisfy { $0.priority == 150 })
                gaps.append(trial.adverts.gaps(since: start - UInt64(trial.interval * 1e9)).max() ?? .infinity)
                // So that this is no crash loop.
                if OneOwner.runs(1) > 4 { try trial.rest(6) }
            }
            #expect(gaps.allSatisfy { $0 < trial.interval * 3000 }, "\(gaps)")
            OneOwner.tell(
                "worker of \(role == 0 ? "active" : "standby") killed, adverts every \(interval) s, longest gap",
                gaps)
        }

        @Test func `at ten milliseconds a killed worker costs a clean takeover at most`() throws {
            let trial = try OwnerTrial(interval: "0.01")
            defer { trial.close() }
            try trial.open()
            for _ in 0..<OneOwner.runs(2) {
                let start = monotonicNanoseconds()
                let old = try trial.worker(0)
                sendSignal(Signals.kill, to: old)
                try trial.waitFor("the next worker") { try trial.hasWorker(0, otherThan: old) }
                try trial.waitFor("the first to have it") {
                    try trial.rest(0.5)
                    return trial.holders[0].isHolding && !trial.holders[1].isHolding
                }
                // The other had it at most once meanwhile.
                #expect(trial.holders[1].changes(since: start).count <= 2)
                if OneOwner.runs(2) > 4 { try trial.rest(6) }
            }
        }

        @Test(arguments: ["1", "0.1"])
        func `a worker that is stopped is ended and replaced before the peer takes over`(interval: String) throws {
            let trial = try OwnerTrial(interval: interval)
            defer { trial.close() }
            try trial.open()
            for _ in 0..<OneOwner.runs(1) {
                let (transitions, start) = ([0, 1].map(trial.transitions), monotonicNanoseconds())
                let old = try trial.worker(0)
                sendSignal(Signals.stop, to: old)
                try trial.waitFor("the next worker") { try trial.hasWorker(0, otherThan: old) }
                try trial.rest(trial.interval * 4.2)
                #expect([0, 1].map(trial.transitions) == transitions, "\(trial.members[0].log.tail())")
                #expect(trial.holders[0].heldThroughout(since: start))
                #expect(trial.members[0].hasSaid("and is stopped: it is ended, to be replaced"))
                let host = try #require(trial.members[0].host)
                let history = try host.run("\(Program.binaries)/understudy", ["history"], seconds: 20)
                #expect(history.output.contains(" ms late and was ended; "), "\(history.output)")
                if OneOwner.runs(1) > 4 { try trial.rest(6) }
            }
        }

        @Test(arguments: ["1", "0.1", "0.01"])
        func `when everything is killed the kernel removes the address, after the peer has taken over`(interval: String)
            throws
        {
            let trial = try OwnerTrial(interval: interval)
            defer { trial.close() }
            try trial.open()
            var (takeovers, outlived): ([Double], [Double]) = ([], [])
            for _ in 0..<OneOwner.runs(1) {
                let start = monotonicNanoseconds()
                try trial.daemon(0).sendToAll(.kill)
                try trial.waitFor("the second to take over, and the address of the first to go", seconds: 9) {
                    trial.holders[1].isHolding && !trial.holders[0].isHolding
                }
                let taken = try #require(trial.holders[1].first(true, since: start))
                let gone = try #require(trial.holders[0].first(false, since: start))
                takeovers.append(Double(taken - start) / 1e6)
                outlived.append((Double(gone) - Double(taken)) / 1e6)
                try trial.members[0].start()
                try trial.waitFor("the first to have it again", seconds: 9) {
                    trial.holders[0].isHolding && !trial.holders[1].isHolding
                }
                try trial.rest(0.3)
            }
            #expect(outlived.allSatisfy { $0 > 0 && $0 <= 2000 }, "\(outlived)")
            #expect(takeovers.allSatisfy { $0 < trial.interval * 4000 + 100 }, "\(takeovers)")
            OneOwner.tell("everything killed, adverts every \(interval) s, takeover after", takeovers)
            OneOwner.tell(
                "everything killed, adverts every \(interval) s, old address gone after the takeover by", outlived)
        }

        /// As `kill -9` of several, the kernel out of memory, or a service manager does it; before and after the worker resigned.
        @Test(arguments: [0.02, 0.25])
        func `whoever is killed first, the address is gone two seconds after the takeover`(pause: Double) throws {
            let trial = try OwnerTrial()
            defer { trial.close() }
            try trial.open()
            var outlived: [Double] = []
            for _ in 0..<OneOwner.runs(1) {
                let (start, worker) = (monotonicNanoseconds(), try trial.worker(0))
                sendSignal(Signals.kill, to: try trial.daemon(0).pid)
                try trial.rest(pause)
                sendSignal(Signals.kill, to: worker)
                try trial.waitFor("the second to take over, and the address of the first to go", seconds: 9) {
                    trial.holders[1].isHolding && !trial.holders[0].isHolding
                }
                let taken = try #require(trial.holders[1].first(true, since: start))
                let gone = try #require(trial.holders[0].first(false, since: start))
                outlived.append((Double(gone) - Double(taken)) / 1e6)
                let resigned = trial.adverts.adverts(since: start, from: "192.0.2.1").contains { $0.priority == 0 }
                #expect(resigned == (pause > 0.1), "killed at once it has no time for a last word")
                try trial.members[0].start()
                try trial.waitFor("the first to have it again", seconds: 9) {
                    trial.holders[0].isHolding && !trial.holders[1].isHolding
                }
            }
            #expect(outlived.allSatisfy { $0 > 0 && $0 <= 2000 }, "\(outlived)")
            OneOwner.tell("guardian killed, worker \(pause) s later, old address gone after the takeover by", outlived)
        }

        @Test func `a daemon that is killed and started again alone serves without a gap`() throws {
            let trial = try OwnerTrial()
            defer { trial.close() }
            try trial.members[0].start()
            try trial.waitFor("the first to serve") { trial.probe.latestAnswer(from: 0)?.host == "lb1" }
            let start = monotonicNanoseconds()
            try trial.daemon(0).sendToAll(.kill)
            try trial.members[0].start()
            try trial.waitFor("it to be active again") { trial.members[0].hasSaid("Entering MASTER STATE") }
            try trial.rest(1.2)
            #expect(trial.members[0].hasSaid("left from an earlier run: 192.0.2.10; the kernel removes that"))
            #expect(trial.holders[0].heldThroughout(since: start))
            #expect(trial.probe.statistics(of: 0, from: start, to: monotonicNanoseconds()).failures == 0)
        }

        @Test func `a worker that dies again and again is given up, and the peer takes over in order`() throws {
            let trial = try OwnerTrial()
            defer { trial.close() }
            try trial.open()
            let start = monotonicNanoseconds()
            var killed: Set<Int32> = []
            try trial.waitFor("the guardian to give up", seconds: 20) {
                for child in SpawnedProcess.children(of: try trial.daemon(0).pid)
                where !killed.contains(child) && processName(of: child) == "understudyd-run" {
                    // One that has not begun is another story.
                    guard
                        trial.members[0].log.text.split(separator: "\n").count(where: {
                            $0.contains("Startup complete")
                        })
                            > killed.count
                    else { continue }
                    sendSignal(Signals.kill, to: child)
                    killed.insert(child)
                }
                return try trial.daemon(0).status != nil
            }
            #expect(try trial.daemon(0).status == .exited(code: 6))
            #expect(killed.count == 6)
            #expect(trial.members[0].hasSaid("Giving up: "))
            let host = try #require(trial.members[0].host)
            let history = try host.run("\(Program.binaries)/understudy", ["history"], seconds: 20)
            #expect(history.output.contains("gave up"), "\(history.output)")
            #expect(trial.adverts.adverts(since: start, from: "192.0.2.1").contains { $0.priority == 0 })
            try trial.waitFor("the second to serve") { trial.probe.latestAnswer(from: 0)?.host == "lb2" }
            #expect(!trial.holders[0].isHolding && trial.holders[1].isHolding)
            // As after a planned stop that holds: nobody was without an answer.
            let seen = trial.probe.statistics(of: 0, from: start, to: monotonicNanoseconds() - 300_000_000)
            #expect(seen.failures <= 1, "\(seen)")
        }

        @Test func `a successor runs what its predecessor ran, whatever was done to the file`() throws {
            let trial = try OwnerTrial(interval: "0.1")
            defer { trial.close() }
            try trial.open()
            try #require(trial.members[0].host).writeFile("/run/vrrp.conf", "vrrp_instance {")
            let transitions = [0, 1].map(trial.transitions)
            let old = try trial.worker(0)
            sendSignal(Signals.kill, to: old)
            try trial.waitFor("the successor") { trial.members[0].hasSaid("goes on as MASTER") }
            try trial.rest(0.6)
            #expect([0, 1].map(trial.transitions) == transitions)
        }

        enum Accident: CaseIterable { case guardianKilled, workerKilled, workerStopped }

        @Test(arguments: Accident.allCases)
        func `a planned stop in which a process is killed or hangs still leaves the address to its successor`(
            accident: Accident
        ) throws {
            let trial = try OwnerTrial()
            defer { trial.close() }
            try trial.open()
            let (start, worker) = (monotonicNanoseconds(), try trial.worker(0))
            try trial.members[0].stop()
            try trial.waitFor("the resignation") { trial.members[0].hasSaid("sent priority 0; holding the addresses") }
            switch accident {
            case .guardianKilled: sendSignal(Signals.kill, to: try trial.daemon(0).pid)
            case .workerKilled: sendSignal(Signals.kill, to: worker)
            case .workerStopped: sendSignal(Signals.stop, to: worker)
            }
            try trial.waitFor("the second to serve, alone") {
                trial.holders[1].isHolding && !trial.holders[0].isHolding && hasEnded(worker)
            }
            let taken = try #require(trial.holders[1].first(true, since: start))
            let gone = try #require(trial.holders[0].first(false, since: start))
            #expect(gone > taken && gone - taken < 2_000_000_000, "\(trial.members[0].log.tail())")
            let words =
                accident == .guardianKilled
                ? "has ended: it was killed, or it crashed; the stop goes on" : "1 instance(s) that were MASTER"
            #expect(trial.members[0].hasSaid(words), "\(trial.members[0].log.tail())")
            try trial.waitFor("the end of the daemon", seconds: 4) { try trial.daemon(0).status != nil }
            if accident != .guardianKilled { #expect(try trial.daemon(0).status == .exited(code: 1)) }
            let seen = trial.probe.statistics(of: 0, from: start, to: monotonicNanoseconds() - 300_000_000)
            #expect(seen.failures <= 1, "\(seen)")
        }

        @Test func `when the guardian dies its worker hands over and ends`() throws {
            let trial = try OwnerTrial()
            defer { trial.close() }
            try trial.open()
            let worker = try trial.worker(0)
            let start = monotonicNanoseconds()
            sendSignal(Signals.kill, to: try trial.daemon(0).pid)
            try trial.waitFor("the second to serve") { trial.probe.latestAnswer(from: 0)?.host == "lb2" }
            try trial.waitFor("the end of the worker") { hasEnded(worker) }
            let reason = "has ended: it was killed, or it crashed"
            #expect(trial.members[0].hasSaid(reason), "\(trial.members[0].log.tail())")
            let host = try #require(trial.members[0].host)
            let history = try host.run("\(Program.binaries)/understudy", ["history"], seconds: 20)
            #expect(history.output.contains(reason), "\(history.output)")
            let seen = trial.probe.statistics(of: 0, from: start, to: monotonicNanoseconds() - 300_000_000)
            #expect(seen.failures <= 1, "\(seen)")
            #expect(!trial.holders[0].isHolding)
        }
    }
}
