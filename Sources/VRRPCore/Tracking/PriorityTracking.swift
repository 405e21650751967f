public import VRRPWire

/// One thing that moves a router's priority or stops it.
public struct Tracker: Equatable, Sendable {
    public var weight: Weight
    public var status: CheckState.Status
    /// The number that a tracked file holds, which the weight multiplies; nil for what only works or fails.
    public var number: Int? {
        didSet {
            guard let product else { return }
            status = isFault ? .failed : .working
            if !isFault { standing = product }
        }
    }
    /// What the last number that was no fault added; a fault stops the router, and moves no priority before that.
    private var standing = 0

    /// What is known of a tracked thing: whether it works, or the number that it holds.
    public enum Finding: Equatable, Sendable {
        case status(CheckState.Status)
        case number(Int)
    }

    public var finding: Finding { number.map { .number($0) } ?? .status(status) }

    public init(weight: Weight, status: CheckState.Status = .unknown) {
        self.weight = weight
        self.status = status
    }

    /// What it adds to the priority now (keepalived: section "tracking" of vrrp_instance).
    ///
    /// A positive weight counts while working, a negative one while failed; `reverse` changes the sign.
    public var contribution: Int {
        let signed = weight.reverse ? -weight.value : weight.value
        if number != nil { return standing }
        switch status {
        case .unknown: return 0
        case .working: return weight.value > 0 ? signed : 0
        case .failed: return weight.value < 0 ? signed : 0
        }
    }

    /// Number times weight, within what moves a priority; nil for what only works or fails.
    ///
    /// Source: keepalived: `track_file` in vrrp_instance: kept from -254, which is a fault, to 253.
    private var product: Int? {
        guard let number else { return nil }
        let factor = weight.reverse ? -weight.value : weight.value
        let (product, overflow) = number.multipliedReportingOverflow(by: factor)
        if overflow { return (number < 0) == (factor < 0) ? Self.most : Self.least }
        return min(max(product, Self.least), Self.most)
    }

    private static let least = -254
    private static let most = 253

    /// Without weight, failure stops the router; with `reverse`, success does.
    ///
    /// A number stops it without weight when it is not 0, with `reverse` when it is 0; with a weight, when their product is
    /// -254 or less.
    public var isFault: Bool {
        guard let number else { return weight.isFault && status == (weight.reverse ? .working : .failed) }
        return weight.isFault ? (number != 0) != weight.reverse : product == Self.least
    }

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

    /// Sets what was found of one tracker.
    public mutating func set(_ finding: Tracker.Finding, at index: Int) {
        switch finding {
        case .status(let status): trackers[index].status = status
        case .number(let number): trackers[index].number = number
        }
    }

    public var effectivePriority: Priority {
        if base == .owner { return base }
        var total = Int(base.rawValue)
        for tracker in trackers { total += tracker.contribution }
        return Priority(UInt8(min(max(total, 1), 254)))
    }
}
