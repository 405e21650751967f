internal import VRRPCore
internal import VRRPWire

/// Who else answers for the addresses that a router holds, and when it does something about it.
///
/// It knows no system: docs/design/0010-two-owners.md says why it is as it is.
struct OwnerWatch {
    /// Another that says it has an address of ours.
    struct Rival {
        var hardwareAddress: HardwareAddress
        var since: MonotonicInstant
        var lastSeen: MonotonicInstant
        var announcements: UInt64
        /// Probed since it was last seen.
        var probedAt: MonotonicInstant?
    }

    private(set) var rivals: [IPAddress: Rival] = [:]
    /// The others' claims to addresses of ours that were heard, and the questions that were asked.
    private(set) var foreignAnnouncements: UInt64 = 0
    var probesSent: UInt64 = 0
    /// The hardware address that the first of our addresses had when interfaces were looked at last.
    var announcedFrom: HardwareAddress?
    /// Another router advertised a lower claim although it had the time to hear ours; remembered for good.
    var hasSeenStubbornRival = false

    /// The addresses that are announced again, and when each next time is.
    private var defended: Set<Int> = []
    private var defences: [MonotonicInstant] = []
    private var roundBeganAt: MonotonicInstant?
    /// How often a claim within this round may still bring the next announcement forward.
    private var extras = 0
    /// Rounds without a pause in the others' claims between them.
    private var rounds = 0
    private var claimedAt: MonotonicInstant?

    /// The next regular question about every address, and the place in the list that it has come to.
    private var roundDueAt: MonotonicInstant?
    private var position = 0
    private var suspicionDueAt: MonotonicInstant?
    /// Claims that nobody has been told of yet, the first of each contest.
    private var news: [(claim: Claim, at: MonotonicInstant)] = []
    /// When a question last went out with an advert.
    private var companionAt: MonotonicInstant?

    /// A neighbour that hears two claims within a second of each other may keep the first (Linux: `locktime`), and the
    /// first ones may be overtaken by what the rival still had in its queue.
    static let repeats: [Interval] = [
        .zero, .milliseconds(10), .milliseconds(30), .milliseconds(60), .milliseconds(200), .seconds(1), .seconds(5),
    ]
    /// A claim that is heard within a round may come from a rival's last word: the next announcement is no later than this,
    /// so many times a round.
    static let echo = Interval.milliseconds(10)
    static let mostExtras = 4
    /// Our question is answered by the rival's kernel before its program has answered our advert; by then we may have yielded.
    static let hearing = Interval.milliseconds(3)
    /// A claim is spoken of when we still have the addresses after so long.
    static let discretion = Interval.milliseconds(100)
    /// The least time between two rounds of announcements, while they are few.
    static let roundSpacing = Interval.seconds(1)
    /// RFC 5227 section 1.1: DEFEND_INTERVAL.
    static let defendInterval = Interval.seconds(10)
    /// So many rounds in a row are answered at once; who goes on after that is no rival that a word can settle.
    static let mostQuickRounds = 5
    /// Who says nothing for so long has given in; what comes later is another contest.
    private static let quiet = Interval.seconds(3)
    /// The first question about everything follows a takeover by this much: whoever had the addresses may still let go.
    static let settling = Interval.seconds(1)
    /// Between regular rounds of questions, give or take a sixth.
    static let probeSpacing = Interval.seconds(60)
    /// So many questions at a time, so far apart: a thousand addresses take two and a half seconds.
    static let batch = 8
    static let batchSpacing = Interval.milliseconds(20)
    /// A rival is asked again so long after it was last seen, and is gone when that long passes without an answer.
    static let suspicion = Interval.seconds(2)

    /// When there is something to do; nil while nothing is watched.
    var deadline: MonotonicInstant? {
        var earliest = roundDueAt
        earliest.consider(suspicionDueAt)
        earliest.consider(defences.first)
        earliest.consider(news.first?.at)
        return earliest
    }

    // MARK: Watching

    /// The router has the addresses from now on.
    mutating func begin(at now: MonotonicInstant) {
        end()
        roundDueAt = now + Self.settling
    }

    /// The addresses are not ours any more: nothing of what was seen matters.
    mutating func end() {
        rivals = [:]
        news = []
        (defended, defences, roundBeganAt, rounds, extras) = ([], [], nil, 0, 0)
        (roundDueAt, suspicionDueAt, companionAt, position) = (nil, nil, nil, 0)
    }

    /// Takes in another's claim; true when it is the first of a contest.
    mutating func saw(_ address: IPAddress, at hardware: HardwareAddress, now: MonotonicInstant) -> Bool {
        foreignAnnouncements += 1
        let known = rivals[address]
        var rival = known ?? Rival(hardwareAddress: hardware, since: now, lastSeen: now, announcements: 0)
        let isNews = known == nil || rival.hardwareAddress != hardware
        if isNews { news.append((Claim(address: address, hardwareAddress: hardware), now + Self.discretion)) }
        rival.hardwareAddress = hardware
        rival.lastSeen = now
        rival.announcements += 1
        rival.probedAt = nil
        rivals[address] = rival
        suspicionDueAt = min(suspicionDueAt ?? now + Self.suspicion, now + Self.suspicion)
        return isNews
    }

    /// The claims to speak of now.
    ///
    /// Whoever preempts us announces the addresses before its advert tells us to yield: a moment later we are Backup, and
    /// there were no two owners to speak of.
    mutating func dueNews(at now: MonotonicInstant) -> [Claim] {
        let due = news.prefix { $0.at <= now }.map(\.claim)
        news.removeFirst(due.count)
        return due
    }

    // MARK: Answering

    /// Something foreign claimed some of our addresses: `indices` are announced, at once if that is not too often.
    ///
    /// - Parameter wait: how long the first announcement waits for an advert that makes us yield.
    mutating func defend(_ indices: some Sequence<Int>, at now: MonotonicInstant, after wait: Interval = .zero) {
        defended.formUnion(indices)
        if let claimedAt, now.since(claimedAt) > Self.quiet { rounds = 0 }
        claimedAt = now
        let spacing = rounds < Self.mostQuickRounds ? Self.roundSpacing : Self.defendInterval
        let start = max(now + wait, roundBeganAt.map { $0 + spacing } ?? now)
        // What is to be announced anyway before another round may begin does for this claim too, if it comes soon.
        if let next = defences.first, next <= start {
            guard extras > 0, next > now + Self.echo else { return }
            extras -= 1
            defences.insert(now + Self.echo, at: 0)
            return
        }
        roundBeganAt = start
        rounds += 1
        extras = Self.mostExtras
        defences = Self.repeats.map { start + $0 }
    }

    /// The addresses to announce now, once each; empty when it is not time.
    mutating func dueDefence(at now: MonotonicInstant) -> Set<Int> {
        guard let first = defences.first, first <= now else { return [] }
        while let next = defences.first, next <= now { defences.removeFirst() }
        let due = defended
        if defences.isEmpty { defended = [] }
        return due
    }

    // MARK: Asking

    /// Whether an advert is accompanied by a question: when that is not more often than every `spacing`.
    mutating func mayAccompany(at now: MonotonicInstant, spacing: Interval) -> Bool {
        if let companionAt, now.since(companionAt) < spacing { return false }
        companionAt = now
        return true
    }

    /// The places in the list of addresses that are asked about now.
    ///
    /// - Parameter jitter: between 0 and 1, so that the hosts of a link do not ask in step.
    mutating func dueProbes(of count: Int, jitter: Double, at now: MonotonicInstant) -> Range<Int> {
        guard let due = roundDueAt, due <= now else { return 0..<0 }
        let start = min(position, count)
        let end = min(start + Self.batch, count)
        if end < count {
            position = end
            roundDueAt = now + Self.batchSpacing
        } else {
            position = 0
            let length = Self.probeSpacing.nanoseconds
            roundDueAt = now + Interval(nanoseconds: length / 6 * 5 + UInt64(Double(length / 3) * jitter))
        }
        return start..<end
    }

    /// Whom to ask again, and who is gone because nobody answered for a while.
    mutating func dueSuspicions(at now: MonotonicInstant) -> (ask: [IPAddress], gone: [(IPAddress, Rival)]) {
        guard let due = suspicionDueAt, due <= now else { return ([], []) }
        var (ask, gone): ([IPAddress], [(IPAddress, Rival)]) = ([], [])
        for (address, rival) in rivals {
            if let probedAt = rival.probedAt {
                guard now.since(probedAt) >= Self.suspicion else { continue }
                gone.append((address, rival))
                rivals[address] = nil
            } else if now.since(rival.lastSeen) >= Self.suspicion {
                ask.append(address)
                rivals[address]?.probedAt = now
            }
        }
        suspicionDueAt = rivals.isEmpty ? nil : now + Self.suspicion
        return (ask, gone)
    }
}
