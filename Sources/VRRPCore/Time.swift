public import VRRPWire

/// A point on the monotonic clock of whoever drives the core: CLOCK_MONOTONIC in the daemon, a counter in the simulator.
public struct MonotonicInstant: Comparable, Hashable, Sendable {
    public let nanoseconds: UInt64
    public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.nanoseconds < rhs.nanoseconds }

    public static func + (lhs: Self, rhs: Interval) -> Self {
        Self(nanoseconds: lhs.nanoseconds + rhs.nanoseconds)
    }

    /// The instant so much before this one, but not before the clock began.
    public func earlier(by interval: Interval) -> Self {
        Self(nanoseconds: nanoseconds > interval.nanoseconds ? nanoseconds - interval.nanoseconds : 0)
    }

    /// The span from `earlier` to this instant; zero when `earlier` is in fact later.
    public func since(_ earlier: MonotonicInstant) -> Interval {
        Interval(nanoseconds: nanoseconds > earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0)
    }
}

/// A non-negative span of time in whole nanoseconds.
///
/// Integer, so that simulations replay bit for bit.
public struct Interval: Comparable, Hashable, Sendable {
    public let nanoseconds: UInt64

    public static let zero = Interval(nanoseconds: 0)

    public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }
    public init(_ value: Centiseconds) { nanoseconds = UInt64(value.count) * 10_000_000 }

    public static func seconds(_ count: UInt64) -> Interval { Interval(nanoseconds: count * 1_000_000_000) }
    public static func milliseconds(_ count: UInt64) -> Interval { Interval(nanoseconds: count * 1_000_000) }
    public static func microseconds(_ count: UInt64) -> Interval { Interval(nanoseconds: count * 1_000) }

    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.nanoseconds < rhs.nanoseconds }
    public static func + (lhs: Self, rhs: Self) -> Self { Self(nanoseconds: lhs.nanoseconds + rhs.nanoseconds) }
    public static func * (lhs: Self, rhs: UInt64) -> Self { Self(nanoseconds: lhs.nanoseconds * rhs) }
}

extension Interval: CustomStringConvertible {
    /// Seconds with as many decimals as it takes, to a nanosecond: `3.609375 s`.
    public var description: String { decimalSeconds + " s" }

    /// The number of seconds in decimal, without trailing zeros.
    public var decimalSeconds: String {
        let fraction = nanoseconds % 1_000_000_000
        let whole = String(nanoseconds / 1_000_000_000)
        guard fraction != 0 else { return whole }
        var digits = String(fraction)
        digits = String(repeating: "0", count: 9 - digits.count) + digits
        while digits.last == "0" { digits.removeLast() }
        return whole + "." + digits
    }
}
