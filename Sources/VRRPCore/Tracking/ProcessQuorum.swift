/// Whether enough processes of a name exist, after the delays that keep a restart from counting.
///
/// Source: keepalived: `vrrp_track_process` with quorum, quorum_max, fork_delay and terminate_delay.
public struct ProcessQuorum: Equatable, Sendable {
    public let minimum: Int
    public let maximum: Int?
    /// How long a change for which processes started must last before it counts.
    public let forkDelay: Interval
    /// How long a change for which processes ended must last before it counts.
    public let terminateDelay: Interval

    public private(set) var count = 0
    public private(set) var status = CheckState.Status.unknown
    /// When the present count becomes the status; nil when it already is.
    public private(set) var settlesAt: MonotonicInstant?

    public init(minimum: Int, maximum: Int?, forkDelay: Interval, terminateDelay: Interval) {
        self.minimum = minimum
        self.maximum = maximum
        self.forkDelay = forkDelay
        self.terminateDelay = terminateDelay
    }

    /// What `count` means without any delay.
    public var wanted: CheckState.Status {
        count >= minimum && count <= (maximum ?? .max) ? .working : .failed
    }

    /// Takes a new count; the first one counts at once.
    ///
    /// True when the status changed.
    public mutating func observe(_ newCount: Int, at now: MonotonicInstant) -> Bool {
        let grew = newCount > count
        count = newCount
        if status == .unknown {
            status = wanted
            return true
        }
        if wanted == status {
            settlesAt = nil
            return false
        }
        let delay = grew ? forkDelay : terminateDelay
        if delay == .zero {
            settlesAt = nil
            status = wanted
            return true
        }
        if settlesAt == nil { settlesAt = now + delay }
        return false
    }

    /// Delivers the clock; early, late or twice is harmless.
    ///
    /// True when the status changed.
    public mutating func settle(at now: MonotonicInstant) -> Bool {
        guard let settlesAt, settlesAt <= now else { return false }
        self.settlesAt = nil
        status = wanted
        return true
    }
}
