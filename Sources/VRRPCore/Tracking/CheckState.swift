/// Whether a check counts as working, after rise and fall.
///
/// Source: keepalived: `vrrp_script`'s result counter. A single result decides at the start; afterwards `rise`
/// successes in a row bring it up and `fall` failures in a row bring it down.
public struct CheckState: Equatable, Sendable {
    public enum Status: Equatable, Sendable {
        /// No result yet.
        case unknown
        case working
        case failed
    }

    public let rise: Int
    public let fall: Int
    public private(set) var status = Status.unknown
    /// 0 is firmly failed, rise + fall - 1 firmly working; below rise is failed.
    private var counter = 0

    public init(rise: Int, fall: Int) {
        precondition(rise >= 1 && fall >= 1, "a check changes after at least one result")
        self.rise = rise
        self.fall = fall
    }

    /// What a successor needs to go on counting where this one ended.
    public struct Saved: Equatable, Sendable {
        public var status: Status
        public var counter: Int

        public init(status: Status, counter: Int) {
            self.status = status
            self.counter = counter
        }
    }

    public var saved: Saved { Saved(status: status, counter: counter) }

    /// Goes on from `saved`; a count that rise and fall do not allow is the nearest that they do.
    public mutating func restore(_ saved: Saved) {
        status = saved.status
        counter = min(max(saved.counter, 0), top)
    }

    /// Goes on counting where the same check ended with another `rise` or `fall`: what came in a row until now counts,
    /// and at least one more result is needed for a change.
    public mutating func goOn(from before: CheckState) {
        status = before.status
        counter =
            switch status {
            case .unknown: 0
            case .working: max(top - (before.top - before.counter), rise)
            case .failed: min(before.counter, rise - 1)
            }
    }

    /// Goes on as one whose program is another now: the first result of that decides, but a working check is not failed
    /// before `fall` failures in a row.
    public mutating func begin(after before: CheckState) {
        guard before.status == .working else { return }
        (status, counter) = (.working, top)
    }

    private var top: Int { rise + fall - 1 }

    /// Takes one result; true when the status changed.
    public mutating func record(success: Bool) -> Bool {
        let before = status
        if status == .unknown {
            status = success ? .working : .failed
            counter = success ? top : 0
        } else if success {
            if counter < rise - 1 {
                counter += 1
            } else {
                counter = top
                status = .working
            }
        } else if counter > rise {
            counter -= 1
        } else {
            counter = 0
            status = .failed
        }
        return status != before
    }
}
