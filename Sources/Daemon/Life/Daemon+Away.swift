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
    func noticeLateness(since deadline: MonotonicInstant?, at now: MonotonicInstant) {
        guard let deadline, deadline < now else { return vitals.sample(at: now) }
        let lateness = now.since(deadline)
        raisePriority(lateBy: lateness)
        let fastest = routers.map { Interval($0.instance.advertisementInterval) }.min() ?? .seconds(1)
        guard lateness >= min(max(fastest * 2, .milliseconds(50)), .seconds(1)) else { return }
        tellAbsence(
            "the loop was \(Self.rounded(lateness)) late: the process was stopped, or got no processor", at: now)
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

/// What the kernel counts of a machine that is short of processor time.
struct Vitals {
    private var steal: UInt64?
    private var sampledAt = MonotonicInstant(nanoseconds: 0)

    private static let spacing = Interval.seconds(10)

    /// Remembers now and then what to compare with.
    mutating func sample(at now: MonotonicInstant) {
        guard sampledAt + Self.spacing <= now else { return }
        sampledAt = now
        steal = Self.readSteal()
    }

    /// Steal and pressure in words, a part of a sentence.
    mutating func explanation(at now: MonotonicInstant) -> String {
        var parts: [String] = []
        if let before = steal, let after = Self.readSteal() {
            let taken = Interval.milliseconds(after >= before ? (after - before) * 10 : 0)
            parts.append(
                "the hypervisor took \(taken) in the last \(Interval.seconds(now.since(sampledAt).nanoseconds / 1_000_000_000))"
            )
        }
        for resource in ["cpu", "io", "memory"] {
            if let share = Self.pressure(of: resource) { parts.append("\(resource) pressure \(share) %") }
        }
        sampledAt = now
        steal = Self.readSteal()
        return parts.isEmpty ? "the kernel tells nothing of pressure" : parts.joined(separator: ", ")
    }

    /// Ticks of 1/100 s that others on the same hardware had (proc_stat(5), the eighth number of the first line).
    private static func readSteal() -> UInt64? {
        guard case .success(let bytes) = readFile("/proc/stat", limit: 4 << 20),
            let line = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 1).first
        else { return nil }
        let words = line.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
        return words.count > 8 ? UInt64(words[8]) : nil
    }

    /// The share of the last ten seconds in which something waited for `resource`, as the kernel writes it.
    private static func pressure(of resource: String) -> String? {
        guard case .success(let bytes) = readFile("/proc/pressure/\(resource)", limit: 4096) else { return nil }
        let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        return words.first { $0.hasPrefix("avg10=") }.map { String($0.dropFirst(6)) }
    }
}
