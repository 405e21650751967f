internal import VRRPCore

/// The repairs of a router's addresses: how many, how often, and whether somebody fights us for them.
struct RepairLedger {
    private(set) var count: UInt64 = 0
    private(set) var lastAt: MonotonicInstant?
    private(set) var isFight = false
    /// The last thing that was tried, successful or not.
    private var triedAt: MonotonicInstant?
    private var dueAt: MonotonicInstant?
    /// The last few repairs.
    private var recent: [MonotonicInstant] = []

    /// Two managers of one address do not race.
    private static let spacing = Interval.milliseconds(100)
    /// So many repairs within the window are no accident.
    static let fightSize = 5
    private static let fightWindow = Interval.seconds(10)
    /// A fight is over when nothing had to be repaired for so long.
    private static let peace = Interval.seconds(60)

    /// When ``isDue(at:)`` may next say something else, or a fight may be over.
    var deadline: MonotonicInstant? {
        [dueAt, isFight ? lastAt.map { $0 + Self.peace } : nil].compactMap(\.self).min()
    }

    func isDue(at now: MonotonicInstant) -> Bool { dueAt.map { $0 <= now } ?? false }

    /// Something is wrong: now is the time to mend it, or it is put off a little.
    mutating func mayRepair(at now: MonotonicInstant) -> Bool {
        let earliest = triedAt.map { $0 + Self.spacing } ?? now
        guard earliest > now else { return true }
        dueAt = earliest
        return false
    }

    /// Trying counts as well as succeeding: an address that the kernel refuses is not asked for all the time.
    mutating func tried(at now: MonotonicInstant) {
        (dueAt, triedAt) = (nil, now)
    }

    /// Something was put back; true when a fight begins with it.
    mutating func repaired(at now: MonotonicInstant) -> Bool {
        count += 1
        lastAt = now
        recent = (recent + [now]).suffix(Self.fightSize)
        guard !isFight, recent.count == Self.fightSize, let first = recent.first,
            now.since(first) <= Self.fightWindow
        else { return false }
        isFight = true
        return true
    }

    /// True when a fight is over since now.
    mutating func calmedDown(at now: MonotonicInstant) -> Bool {
        guard isFight, let lastAt, now.since(lastAt) >= Self.peace else { return false }
        isFight = false
        recent = []
        return true
    }
}
