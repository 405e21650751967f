import Control

/// A night at 192.0.2.1, told by the second: what the daemon would answer at 03:12:09 UTC on 2026-11-25.
struct Situation {
    static let now = Timestamp(milliseconds: 1_795_576_329_000)

    var instance: InstanceStatus
    var standby: Standby?
    var records: [HistoryRecord] = []

    /// - Parameter secondsAgo: when the state began.
    init(_ state: RouterState, _ secondsAgo: Double, _ cause: String, priority: PrioritySum) {
        instance = InstanceStatus(
            name: "VI_1", interface: "eth0", virtualRouterID: 51, ipVersion: 4, vrrpVersion: 2, transport: "multicast",
            state: state, since: Self.at(secondsAgo), sinceSeconds: secondsAgo, cause: cause, obstacles: [],
            priority: priority, sourceAddress: "192.0.2.1", advertisementIntervalSeconds: 1, preempts: true)
        if state.holdsAddresses {
            instance.activeRouter = ActiveRouter(
                address: "192.0.2.1", isSelf: true, priority: priority.effective, lastHeardSeconds: nil)
        }
    }

    static func at(_ secondsAgo: Double) -> Timestamp { now.before(seconds: secondsAgo) }

    /// The other router is active.
    mutating func follow(_ priority: Int, address: String = "192.0.2.3", heard: Double = 0.4) {
        instance.activeRouter = ActiveRouter(
            address: address, isSelf: false, priority: priority, lastHeardSeconds: heard)
        instance.peers = [Peer(address: address, priority: priority, lastHeardSeconds: heard, refusal: nil)]
    }

    mutating func check(
        _ name: String, _ result: CheckStatus.Result, weight: Int, points: Int, outcome: String? = nil,
        changed: Double? = nil, ran: Double? = nil, isReversed: Bool = false
    ) {
        var check = CheckStatus(
            name: name, kind: .script, result: result, weight: weight, isReversed: isReversed, points: points)
        check.lastOutcome = outcome
        check.changedSeconds = changed
        check.lastRunSeconds = ran
        instance.checks.append(check)
    }

    mutating func record(
        _ secondsAgo: Double, _ event: HistoryRecord.Event, from: RouterState? = nil, to: RouterState? = nil,
        priority: Int? = nil, instance: String? = "VI_1", _ cause: String
    ) {
        var record = HistoryRecord(
            at: Self.at(secondsAgo), sequence: records.count + 1, boot: "b", instance: instance, event: event,
            cause: cause)
        record.from = from
        record.to = to
        record.priority = priority
        records.append(record)
    }

    var explanation: Explanation {
        Explanation(of: instance, standby: standby, history: records, at: Self.now)
    }
}

func sum(_ effective: Int, _ base: Int, _ terms: [(Int, String)] = [], isOverruled: Bool = false) -> PrioritySum {
    PrioritySum(
        effective: effective, base: base, terms: terms.map { .init(points: $0.0, name: $0.1) }, isOverruled: isOverruled
    )
}
