public import VRRPWire

/// One thing that moves a router's priority or stops it.
public struct Tracker: Equatable, Sendable {
    public var weight: Weight
    public var status: CheckState.Status

    public init(weight: Weight, status: CheckState.Status = .unknown) {
        self.weight = weight
        self.status = status
    }

    /// What it adds to the priority now (keepalived: section "tracking" of vrrp_instance).
    ///
    /// A positive weight counts while working, a negative one while failed; `reverse` changes the sign.
    public var contribution: Int {
        let signed = weight.reverse ? -weight.value : weight.value
        switch status {
        case .unknown: return 0
        case .working: return weight.value > 0 ? signed : 0
        case .failed: return weight.value < 0 ? signed : 0
        }
    }

    /// Without weight, failure stops the router; with `reverse`, success does.
    public var isFault: Bool { weight.isFault && status == (weight.reverse ? .working : .failed) }

    /// Without weight, the router waits for the first result.
    public var isPending: Bool { weight.isFault && status == .unknown }
}

/// The arithmetic from a base priority and trackers to the priority in force.
///
/// Source: keepalived: the total is kept unclamped so that contributions cancel exactly; the effective priority is
/// clamped to 1...254, and a base of 255 is never moved.
public struct PriorityTracking: Equatable, Sendable {
    public var base: Priority
    public private(set) var trackers: [Tracker]

    public init(base: Priority, trackers: [Tracker]) {
        self.base = base
        self.trackers = trackers
    }

    /// Sets what is known of one tracker.
    public mutating func set(_ status: CheckState.Status, at index: Int) { trackers[index].status = status }

    public var effectivePriority: Priority {
        if base == .owner { return base }
        var total = Int(base.rawValue)
        for tracker in trackers { total += tracker.contribution }
        return Priority(UInt8(min(max(total, 1), 254)))
    }
}
