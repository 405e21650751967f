import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension OneOwner {
    /// A network that falls in two and grows together again: each side had an owner, and clients that talked to it.
    @Suite(.serialized) struct Partitions {
        struct Meeting: CustomTestStringConvertible {
            /// Who wins and who yields.
            var programs: [Program]
            var interval: String
            /// The sides that are cut off from the client, one after the other: 0 is the winner's.
            var away: [Int]

            var testDescription: String { "\(programs[0]) wins over \(programs[1]), adverts every \(interval) s" }
        }

        /// What went on around a healing that cut a client off.
        private func tell(_ trial: OwnerTrial, _ healed: UInt64, _ end: UInt64) {
            func place(_ instant: UInt64) -> Int { (Int(instant) - Int(healed)) / 1_000_000 }
            var last: UInt64?
            for sample in trial.probe.samples(since: healed - 2_000_000_000) where sample.isAnswer {
                if let last, sample.ended - last > 50_000_000 {
                    print("no answer from \(place(last)) ms to \(place(sample.ended)) ms after the healing")
                }
                last = sample.ended
            }
            for (number, holder) in trial.holders.enumerated() {
                for change in holder.changes(since: healed - 3_000_000_000) {
                    print("lb\(number + 1) \(change.isHeld ? "has" : "has not") it at \(place(change.instant)) ms")
                }
            }
            for advert in trial.adverts.adverts(since: healed - 500_000_000).prefix(12) {
                print("advert of \(advert.source) at \(place(advert.instant)) ms")
            }
            print("lb2: \(trial.members[1].log.tail(4))\nended at \(place(end)) ms")
        }

        private static let meetings = [
            [Program.understudy, .understudy], [.understudy, .keepalived], [.keepalived, .understudy],
        ]
        .flatMap { programs in
            [("0.2", [0, 1]), ("1", [0])].map { Meeting(programs: programs, interval: $0.0, away: $0.1) }
        }

        @Test(arguments: meetings)
        func `a partition that heals cuts no client off for fifty milliseconds, whoever speaks first`(
            meeting: Meeting
        ) throws {
            let trial = try OwnerTrial(interval: meeting.interval, programs: meeting.programs)
            defer { trial.close() }
            try trial.open()
            // Questions to the link begin a second after a takeover.
            try trial.rest(1.2)
            for away in meeting.away { try part(trial, meeting, away) }
        }

        private func part(_ trial: OwnerTrial, _ meeting: Meeting, _ away: Int) throws {
            let cut = try #require(trial.members[away].host)
            let witness = try MachineWitness(bearable: 25_000_000)
            var gaps: [Double] = []
            var asked = 0
            while gaps.count < OneOwner.runs(1) {
                asked += 1
                try #require(asked <= OneOwner.runs(1) * 4, "this machine stands still too often to show anything")
                try trial.laboratory.setForwarding(of: cut, "eth0", false)
                try trial.waitFor("an owner on each side") {
                    trial.holders[0].isHolding && trial.holders[1].isHolding
                        && trial.probe.latestAnswer(from: 0)?.host == "lb\(2 - away)"
                }
                // Any phase between the adverts of the two.
                try trial.rest(1.2 + Double.random(in: 0..<trial.interval))
                let healed = monotonicNanoseconds()
                try trial.laboratory.setForwarding(of: cut, "eth0", true)
                try trial.waitFor("one owner") {
                    trial.holders[0].isHolding && !trial.holders[1].isHolding
                }
                try trial.rest(trial.interval * 2 + 1)
                let end = monotonicNanoseconds()
                let seen = trial.probe.statistics(of: 0, from: healed, to: end)
                #expect(trial.probe.latestAnswer(from: 0)?.host == "lb1")
                #expect(seen.requests > 100)
                if seen.longestGap > 50_000_000 { tell(trial, healed, end) }
                let gap = (Double(seen.longestGap) - Double(seen.clientDelay)) / 1e6
                // What a processor that stood still did to the client is no answer: the question is asked again.
                if gap >= 50, let standstill = witness.standstill(since: healed) {
                    print("\(gap) ms are not counted: \(standstill)")
                    continue
                }
                gaps.append(gap)
            }
            #expect(gaps.allSatisfy { $0 < 50 }, "\(gaps)\n\(trial.members[0].log.tail())")
            let client = away == 0 ? "the loser" : "the winner"
            OneOwner.tell("healed: \(meeting.testDescription), client with \(client): longest gap", gaps)
        }
    }
}
