import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension OneOwner {
    /// What others do to the interface of an Active Router, and what its peer and a client make of it.
    @Suite(.serialized) struct Interfaces {
        /// DHCP clients and scripts take the address away and add the next one, at once or a little later.
        @Test(arguments: ["1", "0.1"], [0, 0.03])
        func `the host's own address is replaced: the same owner, and the host keeps the new one afterwards`(
            interval: String, pause: Double
        ) throws {
            let trial = try OwnerTrial(interval: interval)
            defer { trial.close() }
            try trial.open()
            let host = try #require(trial.members[0].host)
            let transitions = [0, 1].map(trial.transitions)
            var (own, absences) = ("192.0.2.1", [Double]())
            for run in 0..<OneOwner.runs(2) {
                try trial.rest(Double.random(in: 0.3...0.6))
                let (start, new) = (monotonicNanoseconds(), "192.0.2.\(run.isMultiple(of: 2) ? 11 : 12)")
                try host.setAddress(.init(own, 24), on: "eth0", present: false)
                if pause > 0 { try trial.rest(pause) }
                try host.setAddress(.init(new, 24), on: "eth0", present: true)
                own = new
                try trial.waitFor("adverts from \(new)") { !trial.adverts.adverts(since: start, from: new).isEmpty }
                try trial.rest(trial.interval * 4)
                #expect([0, 1].map(trial.transitions) == transitions, "\(trial.members[0].log.tail())")
                #expect(trial.adverts.adverts(since: start).allSatisfy { $0.priority != 0 })
                #expect(!trial.holders[1].isHolding && trial.holders[0].isHolding)
                // The kernel takes the virtual address away with the host's own, whose subnet it is in.
                let changes = trial.holders[0].changes(since: start)
                if let gone = changes.first(where: { !$0.isHeld }), let back = changes.last(where: \.isHeld) {
                    absences.append((Double(back.instant) - Double(gone.instant)) / 1e6)
                }
            }
            OneOwner.tell(
                "own address replaced after \(pause) s, adverts every \(interval) s: virtual address absent for",
                absences)
            // The first address of a subnet takes the others with it: that must not be a virtual one.
            try trial.members[0].stop()
            try trial.waitFor("the second to take over") { trial.holders[1].isHolding }
            try trial.waitFor("the first to let go") { !trial.holders[0].isHolding && trial.members[0].hasStopped }
            #expect(try host.has(own), "the host lost its own address together with the virtual one")
        }

        /// Neighbours would go on sending to the one that it had until they ask again by themselves.
        @Test func `the interface of an Active Router gets another hardware address, and no client is cut off`() throws
        {
            let trial = try OwnerTrial()
            defer { trial.close() }
            try trial.open()
            let host = try #require(trial.members[0].host)
            let transitions = [0, 1].map(trial.transitions)
            var gaps: [Double] = []
            for run in 0..<OneOwner.runs(3) {
                try trial.rest(Double.random(in: 0.3...0.6))
                let (start, address) = (monotonicNanoseconds(), "02:00:00:00:07:\(10 + run)")
                try host.ip("link", "set", "eth0", "address", address)
                try trial.waitFor("its announcement") {
                    trial.members[0].hasSaid("eth0 has the hardware address \(address) now")
                }
                // As long as a request may take that went to the old one.
                try trial.rest(0.3)
                try trial.waitFor("an answer") {
                    trial.probe.latestAnswer(from: 0).map { $0.instant > start + 300_000_000 } ?? false
                }
                let seen = trial.probe.statistics(of: 0, from: start, to: monotonicNanoseconds())
                gaps.append(Double(seen.longestGap) / 1e6)
            }
            OneOwner.tell("hardware address changed: longest gap", gaps)
            #expect(gaps.allSatisfy { $0 < 300 }, "\(gaps)")
            #expect([0, 1].map(trial.transitions) == transitions, "\(trial.members[0].log.tail())")
        }

        /// An interface that is up can be renamed since Linux 6.2.
        @Test func `the peer of a router whose interface gets another name takes over after its skew time`() throws {
            let trial = try OwnerTrial()
            defer { trial.close() }
            try trial.open()
            let host = try #require(trial.members[0].host)
            // Of a priority of 100 and an interval of one second.
            let skew = 156.0 / 256
            var times: [Double] = []
            for _ in 0..<OneOwner.runs(2) {
                try trial.rest(Double.random(in: 1.2...2.2))
                let start = monotonicNanoseconds()
                try host.ip("link", "set", "eth0", "name", "eth9")
                try trial.waitFor("the second to take over") { trial.holders[1].first(true, since: start) != nil }
                try trial.waitFor("the first to let go") { trial.holders[0].first(false, since: start) != nil }
                let taken = try #require(trial.holders[1].first(true, since: start))
                let gone = try #require(trial.holders[0].first(false, since: start))
                times.append((Double(taken) - Double(start)) / 1e9)
                #expect(gone < taken, "two hosts had the address")
                try host.ip("link", "set", "eth9", "name", "eth0")
                try trial.waitFor("the first to have it again") {
                    trial.holders[0].isHolding && !trial.holders[1].isHolding
                }
            }
            // Without the resignation it is three intervals more.
            #expect(times.allSatisfy { $0 < skew + 1.5 }, "\(times)")
            OneOwner.tell("interface renamed: peer took over after", times.map { $0 * 1000 })
        }
    }
}
