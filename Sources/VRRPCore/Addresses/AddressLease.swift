internal import VRRPWire

/// How long the kernel keeps a virtual address when nobody renews it, and how often it is renewed.
///
/// docs/design/0008-leases.md.
/// A daemon that is killed or hangs cannot remove its addresses; the kernel does it for it, soon after a successor has
/// taken over and not before.
public struct AddressLease: Hashable, Sendable {
    /// valid_lft; the kernel counts whole seconds.
    public var seconds: UInt32
    /// The most time between two renewals, and with frequent adverts the least.
    public var renewalSpacing: Interval
    /// How soon after a renewal an advert brings the next: adverts out of turn make the others wait anew, so the lease has to
    /// begin anew as well.
    public var leastSpacing: Interval

    public init(seconds: UInt32, renewalSpacing: Interval, leastSpacing: Interval) {
        self.seconds = seconds
        self.renewalSpacing = renewalSpacing
        self.leastSpacing = leastSpacing
    }

    /// The shortest lease that outlasts every takeover.
    public init(for succession: Interval, advertisedEvery interval: Interval) {
        // With slower adverts a renewal goes with each, and counts from it. Between more frequent ones time passes.
        let isFast = interval < Self.leastSpacing
        let needed = isFast ? succession + Self.leastSpacing + interval : succession
        let whole = (needed.nanoseconds + 999_999_999) / 1_000_000_000
        self.init(
            seconds: UInt32(clamping: max(whole, 1)), renewalSpacing: isFast ? Self.leastSpacing : interval,
            leastSpacing: isFast ? Self.leastSpacing : Self.burstSpacing)
    }

    /// The shortest lease that outlasts the takeover which follows a resignation, wherever between two renewals it ends.
    public static func resigning(for succession: Interval) -> AddressLease {
        let whole = ((succession + leastSpacing).nanoseconds + 999_999_999) / 1_000_000_000
        return AddressLease(
            seconds: UInt32(clamping: max(whole, 1)), renewalSpacing: leastSpacing, leastSpacing: leastSpacing)
    }

    /// Renewing more often would only cost.
    private static let leastSpacing = Interval.milliseconds(250)
    /// Of adverts in quick succession not each is worth a renewal of perhaps a thousand addresses; the last one gets its own.
    private static let burstSpacing = Interval.milliseconds(20)
}

/// What the operator says about leases (`lease`).
public enum LeasePolicy: Hashable, Sendable {
    /// As long as a takeover may take.
    case automatic
    /// `lease off`: addresses stay until somebody removes them.
    case off
    /// `lease SECONDS`.
    case seconds(UInt32)
}

extension VirtualRouter.Configuration {
    /// From our last advert until a successor of the lowest priority has taken over: as many intervals as adverts may
    /// be missed, three usually, and the longest Skew_Time (RFC 9568 section 6.1).
    public var longestSuccession: Interval { Interval(advertisementInterval) * downTimerAdverts + longestSkew }

    private var longestSkew: Interval {
        let unit = version == .v2 ? Interval(.oneSecond) : Interval(advertisementInterval)
        return Interval(nanoseconds: unit.nanoseconds * 255 / 256)
    }

    /// Nil when addresses are to stay for ever.
    public func lease(_ policy: LeasePolicy) -> AddressLease? {
        let automatic = AddressLease(for: longestSuccession, advertisedEvery: Interval(advertisementInterval))
        return switch policy {
        case .automatic: automatic
        case .off: nil
        case .seconds(let seconds):
            AddressLease(
                seconds: seconds, renewalSpacing: automatic.renewalSpacing, leastSpacing: automatic.leastSpacing)
        }
    }

    /// The lease of a router that has resigned: its successor waits no longer than its Skew_Time.
    ///
    /// Nil for ever.
    public func resigningLease(_ policy: LeasePolicy) -> AddressLease? {
        guard let usual = lease(policy) else { return nil }
        let short = AddressLease.resigning(for: longestSkew)
        return short.seconds < usual.seconds ? short : usual
    }
}
