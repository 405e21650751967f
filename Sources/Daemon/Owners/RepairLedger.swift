internal import VRRPCore
internal import VRRPWire

/// The repairs of a router's addresses: how many, how often, and whether somebody fights us for them.
struct RepairLedger {
    private(set) var count: UInt64 = 0
    private(set) var lastAt: MonotonicInstant?
    private(set) var isFight = false
    /// When each address was last mended, or tried to be.
    private var triedAt: [IPAddress: MonotonicInstant] = [:]
    private var dueAt: MonotonicInstant?
    /// How often in a row the kernel has refused something.
    private var refusals = 0
    /// The last few repairs.
    private var recent: [MonotonicInstant] = []

    private static let spacing = Interval.milliseconds(100)
    private static let longestWait = Interval.seconds(5)
    /// So many repairs within the window are no accident.
    static let fightSize = 5
    private static let fightWindow = Interval.seconds(10)
    /// A fight is over when nothing had to be repaired for so long.
    private static let peace = Interval.seconds(60)

    /// When ``isDue(at:)`` may next say something else, or a fight may be over.
    var deadline: MonotonicInstant? {
        var earliest = dueAt
        if isFight { earliest.consider(lastAt.map { $0 + Self.peace }) }
        return earliest
    }

    func isDue(at now: MonotonicInstant) -> Bool { dueAt.map { $0 <= now } ?? false }

    /// Something is wrong with `addresses`: now is the time to mend it, or it is put off a little.
    ///
    /// Two managers of one address do not race, and another address does not wait for them.
    mutating func mayRepair(_ addresses: some Sequence<IPAddress>, at now: MonotonicInstant) -> Bool {
        let lastTries = addresses.map { triedAt[$0].map { $0 + Self.spacing } ?? now }
        guard let earliest = lastTries.min(), earliest > now else { return true }
        dueAt = min(dueAt ?? earliest, earliest)
        return false
    }

    /// Trying counts as well as succeeding: an address that the kernel refuses is not asked for all the time.
    mutating func tried(_ addresses: some Sequence<IPAddress>, at now: MonotonicInstant) {
        triedAt = triedAt.filter { now.since($0.value) < Self.spacing }
        for address in addresses { triedAt[address] = now }
        dueAt = nil
    }

    /// The kernel refused something, or nothing any more.
    ///
    /// No news of the host says when it would agree, so it is asked again, ever less often.
    mutating func noteRefusal(_ isRefused: Bool, at now: MonotonicInstant) {
        guard isRefused else {
            refusals = 0
            return
        }
        let wait = min(Self.spacing * (1 << UInt64(min(refusals, 10))), Self.longestWait)
        dueAt = now + wait
        refusals += 1
    }

    /// What is put in place now was not taken off by anybody: the kernel had refused it.
    var wasRefused: Bool { refusals > 0 }

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
