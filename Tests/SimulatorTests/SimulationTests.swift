import Foundation
import Simulator
import Testing

/// Several routers together: safety at every event, order once everything is mended, and what users notice of a move.
@Suite struct `Several routers on one segment` {
    /// Seeds in blocks, so that a failure names few and the blocks run beside each other.
    private static let blocks: [UInt64] = Array(0..<10)
    private static let seedsPerBlock = seeds.map { ($0.count + 9) / 10 } ?? 40

    /// `UNDERSTUDY_SEEDS=1000-9999` plays those instead, and `=42` one with its whole log: for the night, and for one failure.
    private static let seeds: ClosedRange<UInt64>? = {
        guard let text = ProcessInfo.processInfo.environment["UNDERSTUDY_SEEDS"] else { return nil }
        let bounds = text.split(separator: "-").compactMap { UInt64($0) }
        guard let first = bounds.first, let last = bounds.last, first <= last else {
            fatalError("UNDERSTUDY_SEEDS is '\(text)', not a seed or FIRST-LAST")
        }
        return first...last
    }()

    @Test(arguments: blocks)
    func `keep their promises for every seed`(block: UInt64) {
        let first = (Self.seeds?.lowerBound ?? 0) + block * UInt64(Self.seedsPerBlock)
        let last = min(first + UInt64(Self.seedsPerBlock), Self.seeds.map { $0.upperBound + 1 } ?? .max)
        judge(seeds: min(first, last)..<last, options: Options.demanding)
    }

    /// The daemon's questions and repeats make up for faults of the core, which must not hide there.
    @Test(arguments: blocks.prefix(3))
    func `keep their promises without a daemon that asks`(block: UInt64) {
        judge(seeds: block * 100..<(block + 1) * 100, options: .coreAlone)
    }

    /// Found with daemons and machines that are always there: a stop during a partition left the link behind (20328, 20418,
    /// 110589), a postponed answer lost its second burst (20918), an announcement outlived the partition (789, 21105).
    @Test(arguments: [789, 20_328, 20_418, 20_918, 21_105, 110_589] as [UInt64])
    func `mend what a partition broke`(seed: UInt64) {
        var options = Options.coreAlone
        options.absences = false
        judge(seeds: seed..<seed + 1, options: options)
    }

    /// 11219, 11893, 16694: a router that stood still while it left put the addresses back when it went on, and left in silence.
    ///
    /// 181: a slow clock lost to a fast one with a lower priority, and preempts it.
    /// 7119, 37528: a kernel that refuses to remove the addresses.
    /// 44445, 48720: thirty times as slow as the others, an advert came just after the bound of absurd intervals.
    @Test(arguments: [181, 7119, 11_219, 11_893, 16_694, 37_528, 44_445, 48_720] as [UInt64])
    func `keep their promises with bad clocks, stubborn kernels and long absences`(seed: UInt64) {
        judge(seeds: seed..<seed + 1, options: .demanding)
    }

    /// 2944, 2970, 2982: a machine that was suspended for less than the others wait went on as if no time had passed, and
    /// advertised after it had been replaced.
    ///
    /// 51: a reload shortens a lease. 102093, 111377: a dead process left addresses.
    /// 129031: an advert on its way when a priority moves.
    @Test(arguments: [51, 2944, 2970, 2982, 5428, 6488, 6631, 102_093, 111_377, 129_031, 135_013] as [UInt64])
    func `keep their promises when daemons and machines are away`(seed: UInt64) {
        judge(seeds: seed..<seed + 1, options: .coreAlone)
    }

    /// A group told a member again and again to take over at an instant that had passed.
    @Test(arguments: [86, 325, 362, 415, 516] as [UInt64])
    func `keep the members of a sync group together`(seed: UInt64) {
        judge(seeds: seed..<seed + 1, options: .demanding)
    }

    /// A daemon that dies alone leaves its addresses behind until it returns: two hosts answer, and it heals.
    @Test func `recover from addresses that outlive their daemon`() {
        var options = Options.demanding
        options.addressesOutliveDaemon = true
        judge(seeds: 10_000..<10_040, options: options)
    }

    /// Checks that nothing ever reaches prove nothing.
    @Test func `try what they claim to try`() {
        var moves: [String: Int] = [:]
        var (refusals, pauses, contests, remained, doubleOwners) = (0, 0, 0, 0, 0)
        var (absences, adoptions, expiries) = (0, 0, 0)
        var (kernelRefusals, longAbsences, rollouts) = (0, 0, 0)
        var (groups, groupTakeovers) = (0, 0)
        for seed in UInt64(0)..<100 {
            var simulator = Simulator(seed: seed)
            let statistics = simulator.run().statistics
            moves.merge(statistics.moves, uniquingKeysWith: +)
            refusals += statistics.refusals
            absences += statistics.absences
            adoptions += statistics.adoptions
            expiries += statistics.expiries
            kernelRefusals += statistics.kernelRefusals
            longAbsences += statistics.longAbsences
            rollouts += statistics.rollouts
            groups += statistics.groups
            groupTakeovers += statistics.groupTakeovers
            pauses += statistics.pausesFelt
            contests += statistics.contests
            remained += statistics.remainedActive
            doubleOwners += statistics.doubleOwners
        }
        for move in [
            "stop", "stop alone", "switchOver", "switchOver alone", "resume", "resume and return", "fault", "death",
            "standby stop", "start", "freeze", "suspension",
        ] {
            #expect(moves[move, default: 0] >= 2, "hardly ever: \(move)")
        }
        #expect(groups > 10)
        #expect(groupTakeovers > 100)
        #expect(refusals > 50)
        #expect(absences > 100)
        #expect(adoptions > 20)
        #expect(expiries > 2)
        #expect(kernelRefusals > 5)
        #expect(longAbsences > 20)
        #expect(rollouts > 10)
        #expect(pauses > 50)
        #expect(contests > 50)
        #expect(remained > 2)
        #expect(doubleOwners > 50)
    }

    @Test func `the same seed gives the same story, and another seed another`() {
        let story = Simulator.story(of: 3)
        #expect(story == Simulator.story(of: 3))
        #expect(story != Simulator.story(of: 4))
    }

    private func judge(seeds: Range<UInt64>, options: Options) {
        var failures = 0
        // A few stories are enough, and a broken core makes long ones.
        for seed in seeds where failures < 3 {
            var simulator = Simulator(seed: seed, options: options)
            let report = simulator.run()
            if report.violations.isEmpty { continue }
            failures += 1
            Issue.record("seed \(seed)\n\(excerpt(Simulator.story(of: seed, options: options)))")
        }
    }

    /// The cluster and the last lines: the violation is where the log ends.
    private func excerpt(_ story: String) -> String {
        let lines = story.split(separator: "\n")
        if lines.count <= 100 || Self.seeds?.count == 1 { return story }
        return (lines.prefix(8) + ["..."] + lines.suffix(90)).joined(separator: "\n")
    }
}
