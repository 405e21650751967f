internal import Configuration
internal import Control
internal import LinuxKernel
internal import VRRPCore

// The daemon, or the whole machine, stood still. What the routers do then is VRRPCore's; here it is noticed and explained.

extension Daemon {
    /// Tells the routers how long the machine stood still, before they hear anything that has come since.
    ///
    /// A clock that went on meanwhile needs no telling: the routers see it by what is overdue.
    private func noticeSuspension() {
        let suspended = suspendedNanoseconds()
        defer { suspendedBefore = suspended }
        guard suspended > suspendedBefore + Self.leastSuspension else { return }
        let pause = Interval(nanoseconds: suspended - suspendedBefore)
        tellAbsence("the machine was suspended for \(Self.rounded(pause))", at: now)
        for runner in routers + leaving { runner.deliver(.wasAway(pause), at: now) }
    }

    /// Sees that the process or the machine stood still, before anything that has come since is looked at.
    func noticeStandstill() {
        let now = now
        if workClock.isResting { noticeLateness(since: workClock.resume(at: now), at: now) }
        noticeSuspension()
        noticeOverdue()
    }

    /// Lets go of what may be somebody else's by now, before anything that has come since is looked at.
    ///
    /// The routers see by themselves what is overdue when they are told of something. But an address that the kernel took
    /// back meanwhile would be repaired, and a claim answered, without asking them.
    private func noticeOverdue() {
        let now = now
        guard let overdueAt, overdueAt <= now else { return }
        for runner in routers + leaving where runner.router.overdueAt.map({ $0 <= now }) == true {
            runner.deliver(.timer, at: now)
        }
        noteOverdue()
    }

    /// Remembers when the first router that holds addresses will be overdue.
    func noteOverdue() {
        overdueAt = (routers + leaving).lazy.compactMap(\.router.overdueAt).min()
    }

    /// Says that the loop comes late to what was due at `deadline`, when that matters to anybody.
    private func noticeLateness(since deadline: MonotonicInstant?, at now: MonotonicInstant) {
        guard let deadline, deadline < now else { return vitals.sample(at: now) }
        let lateness = now.since(deadline)
        raisePriority(lateBy: lateness)
        guard lateness >= leastAbsence else { return }
        tellAbsence(
            "the loop was \(Self.rounded(lateness)) late: the process was stopped, or got no processor", at: now)
    }

    /// Says that the loop stood still in the midst of its work: what was due next is not late then, for it is reckoned anew.
    func noticeStall(at now: MonotonicInstant) {
        guard let stall = workClock.stall(at: now, least: leastAbsence) else { return }
        raisePriority(lateBy: stall)
        tellAbsence(
            "the loop stood still for \(Self.rounded(stall)) in the midst of its work: the process was stopped, got no "
                + "processor, or waited for the kernel", at: now)
    }

    /// What others may notice.
    private var leastAbsence: Interval {
        let fastest = routers.map { Interval($0.instance.advertisementInterval) }.min() ?? .seconds(1)
        return min(max(fastest * 2, .milliseconds(50)), .seconds(1))
    }

    /// A thousand addresses are more work than a short interval has room for, and no reason to be given up.
    func advertiseMeanwhile(at now: MonotonicInstant) {
        guard now.since(advertisedMeanwhileAt) >= .milliseconds(1) else { return }
        advertisedMeanwhileAt = now
        noticeStall(at: now)
        workClock.start(at: now)
        for runner in routers { runner.advertiseMeanwhile(at: now) }
    }

    private func tellAbsence(_ what: String, at now: MonotonicInstant) {
        let facts = vitals.explanation(at: now)
        surroundings.chronicle.add(
            HistoryRecord(
                at: surroundings.wall, sequence: 0, boot: nil, instance: nil, event: .wasAway,
                cause: "\(what); \(facts)"),
            at: now)
        if let more = awayLimiter.pass(0, at: now, most: 6) { log.warning("Away: \(what); \(facts)\(more)") }
    }

    /// The clocks are read one after the other, and an interrupt may come between.
    private static let leastSuspension: UInt64 = 50_000_000

    private static func rounded(_ interval: Interval) -> String {
        Interval.milliseconds(interval.nanoseconds / 1_000_000).description
    }
}

/// How long the loop has been at work, and how much of that time it had a processor.
struct WorkClock {
    private enum Phase {
        case work(since: MonotonicInstant, processor: UInt64)
        /// It waits, at most until then.
        case rest(until: MonotonicInstant?)
    }

    private var phase = Phase.rest(until: nil)

    var isResting: Bool { if case .rest = phase { true } else { false } }

    /// The loop begins to wait.
    mutating func rest(until deadline: MonotonicInstant?) { phase = .rest(until: deadline) }

    /// The work begins; returns what was awaited.
    mutating func resume(at now: MonotonicInstant) -> MonotonicInstant? {
        defer { start(at: now) }
        if case .rest(let deadline) = phase { return deadline }
        return nil
    }

    /// The work begins, or comes to where it looks at the time.
    mutating func start(at now: MonotonicInstant) { phase = .work(since: now, processor: processorNanoseconds()) }

    /// For how long it had no processor since the work began; nil when that is less than `least`, or it waits.
    func stall(at now: MonotonicInstant, least: Interval) -> Interval? {
        guard case .work(let begin, let processor) = phase, now.since(begin) >= least else { return nil }
        let computed = processorNanoseconds() - processor
        let passed = now.since(begin).nanoseconds
        let stall = Interval(nanoseconds: passed - min(computed, passed))
        return stall >= least ? stall : nil
    }
}
