internal import VRRPWire

/// Whether it is the Active Router that says that it resigns.
///
/// Anybody on the link can say it in another's name, and a Backup has as little time to learn better as Skew_Time: by then
/// the Active Router may not have answered, and both would take turns for as long as somebody goes on. So whoever was
/// contradicted once is not believed for a while. The price is small: a resignation that is true within that time is
/// followed by the whole Active_Down_Interval, as silence is.
struct Resignations: Equatable, Sendable {
    /// The router that was Active when a resignation was believed last, and when that was.
    private var believed: (source: IPAddress, at: MonotonicInstant)?
    private var doubtUntil: MonotonicInstant?
    /// Of the adverts heard last.
    private var interval = Interval.zero

    /// For so many of its present intervals, counted from the last resignation, none is believed after the Active Router went
    /// on as if nothing had been said.
    static let doubt: UInt64 = 10
    /// It answers at once, or its next advert contradicts as well.
    private static let contradiction: UInt64 = 2

    /// Takes in an advert; true when it is a resignation that is not to be believed.
    ///
    /// - Parameter last: what a Backup has heard before; nil when we are not Backup.
    mutating func judge(_ heard: Heard, after last: Heard?, at now: MonotonicInstant) -> Bool {
        if heard.priority == .resigning {
            if let doubtUntil, now < doubtUntil {
                // Whoever goes on with it does not get through every ten intervals either.
                self.doubtUntil = now + interval * Self.doubt
                return true
            }
            if let last, last.priority != .resigning { believed = (last.source, now) }
            return false
        }
        interval = Interval(heard.interval)
        // After a change from slow adverts to fast ones, ten of the slow ones would be a long time to take silence for an answer.
        if let doubtUntil { self.doubtUntil = min(doubtUntil, now + interval * Self.doubt) }
        guard let believed else { return false }
        if now.since(believed.at) > interval * Self.contradiction {
            self.believed = nil
        } else if heard.source == believed.source {
            self.believed = nil
            doubtUntil = now + interval * Self.doubt
        }
        return false
    }

    static func == (left: Self, right: Self) -> Bool {
        left.believed?.source == right.believed?.source && left.believed?.at == right.believed?.at
            && left.doubtUntil == right.doubtUntil && left.interval == right.interval
    }
}
