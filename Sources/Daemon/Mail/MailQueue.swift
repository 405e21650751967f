internal import VRRPCore

/// The mails that wait, the oldest first, and when the next attempt is due.
///
/// Bounded: when too many wait, the oldest goes. What the server does not take is tried again, after a second at first and
/// five minutes at last, until it is an hour old.
struct MailQueue {
    /// A host with many instances has as many mails at once when it takes over.
    static let most = 1000
    /// A successor finds them in so many places.
    static let places = 1024
    static let patience = Interval.seconds(3600)
    private static let leastDelay = Interval.seconds(1)
    private static let longestDelay = Interval.seconds(300)

    private(set) var waiting: [Mail]
    /// The first one is being sent.
    private(set) var isSending = false
    /// When the first one may be tried.
    private(set) var dueAt = MonotonicInstant(nanoseconds: 1)
    private var delay = leastDelay
    private var lastNumber: UInt64

    /// - Parameter waiting: what an earlier process left.
    init(_ waiting: [Mail] = []) {
        self.waiting = waiting.sorted { $0.number < $1.number }
        lastNumber = self.waiting.last?.number ?? 0
    }

    var isEmpty: Bool { waiting.isEmpty }

    /// When the next attempt is due; nil while there is nothing to try, or one is under way.
    var deadline: MonotonicInstant? { isSending || waiting.isEmpty ? nil : dueAt }

    /// Puts a mail at the end.
    ///
    /// - Returns: the mail with its number and place, and the one that had to make room for it.
    mutating func add(_ mail: Mail) -> (added: Mail, dropped: Mail?) {
        var mail = mail
        var dropped: Mail?
        // The one that is on its way is not stopped.
        if waiting.count >= Self.most { dropped = waiting.remove(at: isSending ? 1 : 0) }
        lastNumber += 1
        mail.number = lastNumber
        mail.place = freePlace
        waiting.append(mail)
        return (mail, dropped)
    }

    /// The first place that none of them has: there are more than mails.
    private var freePlace: Int {
        var isTaken = [Bool](repeating: false, count: Self.places)
        for mail in waiting { isTaken[mail.place] = true }
        return isTaken.firstIndex(of: false) ?? 0
    }

    /// The mail that is to be tried now, if one is.
    func next(at now: MonotonicInstant) -> Mail? { isSending || dueAt > now ? nil : waiting.first }

    mutating func begin() { isSending = true }

    /// The server has the first one, or will never take it: it is done with.
    mutating func removeFirst() -> Mail? {
        isSending = false
        hurry()
        return waiting.isEmpty ? nil : waiting.removeFirst()
    }

    /// The server has it for some, and may take it for these later.
    mutating func keepFirst(for recipients: [String], at now: MonotonicInstant) -> [Mail] {
        if !waiting.isEmpty { waiting[0].recipients = recipients }
        return postpone(at: now)
    }

    /// The first one was not taken: it is tried again later.
    ///
    /// - Returns: those that have waited for long enough, which are given up.
    mutating func postpone(at now: MonotonicInstant) -> [Mail] {
        isSending = false
        dueAt = now + delay
        delay = min(delay * 2, Self.longestDelay)
        let old = waiting.filter { now.since($0.since) >= Self.patience }
        waiting.removeAll { now.since($0.since) >= Self.patience }
        return old
    }

    /// The next one is tried at once.
    mutating func hurry() {
        delay = Self.leastDelay
        dueAt = MonotonicInstant(nanoseconds: 1)
    }

    /// Gives up all of them.
    mutating func removeAll() -> [Mail] {
        defer { (waiting, isSending) = ([], false) }
        return waiting
    }
}
