internal import VRRPWire

/// Who says that it sends much more rarely than we would, and whether it keeps that.
///
/// One forged packet that promises 40.95 s would else keep everybody waiting for two minutes; docs/design/0012-strangers.md.
struct SlowClaim: Equatable, Sendable {
    /// So many of our own intervals are nothing unusual.
    static let mostIntervals = 10

    var source: IPAddress
    var interval: Centiseconds
    /// When its last advert came.
    var at: MonotonicInstant
    /// Two of its adverts were as far apart as it says, or half of that at least.
    var isKept = false
}

extension VirtualRouter {
    /// The interval to learn from an advert, and for how long its sender may then be silent.
    ///
    /// One that is absurd beside ours counts as ten of ours until its sender has kept it, in whatever state we were meanwhile.
    /// Three of those and what is left of a fourth are enough for one that says three times as much to be heard again.
    mutating func believable(_ heard: Heard, at now: MonotonicInstant) -> (interval: Centiseconds, patience: Interval) {
        let most = Centiseconds(Int(configuration.advertisementInterval.count) * SlowClaim.mostIntervals) ?? .maximumV2
        guard heard.interval > most else {
            slowClaim = nil
            return (heard.interval, activeDownInterval(for: heard.interval))
        }
        var claim = SlowClaim(source: heard.source, interval: heard.interval, at: now)
        if let before = slowClaim, before.source == claim.source, before.interval == claim.interval {
            let half = Interval(nanoseconds: Interval(heard.interval).nanoseconds / 2)
            claim.isKept = before.isKept || now.since(before.at) >= half
        }
        slowClaim = claim
        if claim.isKept { return (heard.interval, activeDownInterval(for: heard.interval)) }
        return (most, activeDownInterval(for: most) + Interval(most))
    }
}
