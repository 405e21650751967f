internal import VRRPWire

/// Rivals that must yield, and how often the link is told again whose the addresses are.
///
/// A contest that is new is answered at once and once an interval: a network that has just healed sends to whoever spoke
/// last. One that goes on although it was answered is nothing that announcements end: the rival does not hear us. There the
/// link is told every few seconds, and at once of what may be the rival's last word, because whoever yields leaves its clients with
/// its hardware address: an advert out of turn, a resignation, or its silence.
public struct Contest: Equatable, Sendable {
    /// So many answers are given as fast as may be; who goes on after that is not ended by them.
    static let mostQuickAnswers = 3
    /// Between the answers to a contest that lasts.
    static let lastingSpacing = Interval.seconds(5)
    /// Between any answer to it and one to what may be a last word.
    static let hastySpacing = Interval.seconds(1)
    /// Who says nothing for so many of its intervals has given in; what comes later is another contest.
    static let quiet: UInt64 = 3

    private var source: IPAddress?
    private var heardAt = MonotonicInstant(nanoseconds: 0)
    private var answeredAt: MonotonicInstant?
    private var answers = 0
    private var reportedAt: MonotonicInstant?

    /// It went on although it was answered.
    var isLasting: Bool { answers >= Self.mostQuickAnswers }

    /// Takes in an advert of a rival.
    ///
    /// - Parameter interval: our own, within which nobody is answered twice.
    /// - Returns: when it is to be answered, in the past for at once, and whether more hangs on that than on any other advert.
    mutating func hear(
        _ rival: Heard, at now: MonotonicInstant, every interval: Interval
    ) -> (answerAt: MonotonicInstant, isLastWord: Bool) {
        let (silence, theirs) = (now.since(heardAt), Interval(rival.interval))
        if silence > theirs * Self.quiet { answers = 0 }
        // Who yields says so at once, an eighth before its turn nearly always.
        let isEarly = silence.nanoseconds < theirs.nanoseconds / 8 * 7
        let isLastWord = rival.priority == .resigning || rival.source != source || isEarly
        (source, heardAt) = (rival.source, now)
        guard let answeredAt else { return (now, isLastWord) }
        let spacing = !isLasting ? interval : max(interval, isLastWord ? Self.hastySpacing : Self.lastingSpacing)
        return (answeredAt + spacing, isLastWord)
    }

    /// When a rival that was heard just now has fallen silent: the next advert of its does not come.
    func silenceAt(_ rival: Heard, at now: MonotonicInstant) -> MonotonicInstant {
        let patience = min(Interval(nanoseconds: Interval(rival.interval).nanoseconds / 4 * 5), Self.lastingSpacing)
        return max(now + patience, answeredAt.map { $0 + Self.hastySpacing } ?? now)
    }

    /// The link was told because of it.
    mutating func answered(at now: MonotonicInstant) {
        answeredAt = now
        answers += 1
    }

    /// Whether it is to be spoken of, which is once an interval.
    mutating func isNews(at now: MonotonicInstant, every interval: Interval) -> Bool {
        if let reportedAt, now < reportedAt + interval { return false }
        reportedAt = now
        return true
    }
}
