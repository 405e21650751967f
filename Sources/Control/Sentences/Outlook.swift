/// Why a router does not have the addresses, and what would change its state.
struct Outlook {
    private let instance: InstanceStatus
    private let standby: Standby?
    private let handedOver: HistoryRecord?
    private let now: Timestamp
    private(set) var whyNotActive: [String] = []
    private(set) var wouldChange: [String] = []

    init(of instance: InstanceStatus, standby: Standby?, handedOver: HistoryRecord?, at now: Timestamp) {
        self.instance = instance
        self.standby = standby
        self.handedOver = handedOver
        self.now = now
        switch instance.state {
        case .active, .handingOver: break
        case .standby:
            whyNotActive = comparison + maintenance + pointsThatLack
            wouldChange = whatWouldWin
        case .fault, .waiting:
            whyNotActive = obstacles + others
        case .stopped:
            whyNotActive = ["It was stopped, and does not take part."]
        }
        wouldChange += instance.next.map { capitalised(closed($0)) }
    }

    // MARK: - Standby

    private var priority: PrioritySum { instance.priority }

    /// The other router that has the addresses, as far as this one knows.
    private var rival: ActiveRouter? { instance.activeRouter.flatMap { $0.isSelf ? nil : $0 } }

    private var rivalName: String { rival?.address ?? "the active router" }

    private var comparison: [String] {
        guard let rival else { return ["No active router that it believes has been heard."] }
        let heard = rival.lastHeardSeconds.map { ", heard \(spoken(ago: $0))" } ?? ""
        let ours = "ours is \(priority.text)"
        if rival.priority == 0 { return ["\(rivalName) said that it is leaving\(heard)."] }
        let head = "\(rivalName) is active with priority \(rival.priority)\(heard)"
        if rival.priority > priority.effective { return ["\(head); \(ours)."] }
        if rival.priority == priority.effective {
            return ["\(head); \(ours), and an equal priority does not take the addresses from whoever has them."]
        }
        return ["\(head); \(ours), which is more."] + [holding].compactMap { $0 }
    }

    /// What keeps a router of higher priority from taking over.
    private var holding: String? {
        if !instance.preempts {
            return "It does not preempt (nopreempt): it leaves the addresses with whoever has them."
        }
        guard let handedOver else { return nil }
        return "It handed the addresses over at \(handedOver.at.words(at: now)), and does not take them back by itself."
    }

    private var maintenance: [String] {
        guard let standby, priority.isOverruled else { return [] }
        let until = standby.until.map { "until \($0.words(at: now))" } ?? "until understudy resume"
        return [
            "Maintenance mode is on since \(standby.since.words(at: now)), \(until): it makes the priority "
                + "\(priority.effective) in place of \(priority.effective(changedBy: 0))."
        ]
    }

    /// The checks that cost points at present, and since when.
    private var pointsThatLack: [String] {
        instance.checks.filter { gain($0) > 0 }.map { closed("\($0.sentence(at: now)): it costs \(gain($0)) points") }
    }

    /// How many points the other result of a check would bring.
    private func gain(_ check: CheckStatus) -> Int {
        check.otherResult.map { check.points(when: $0).subtractingClamped(check.points) } ?? 0
    }

    private var whatWouldWin: [String] {
        var sentences: [String] = []
        if standby != nil, priority.isOverruled { sentences.append("understudy resume ends maintenance mode.") }
        guard let rival, rival.priority > 0 else { return sentences }
        // What it waits for, although it has more, the daemon says itself.
        guard rival.priority >= priority.effective else { return sentences }
        guard instance.preempts, handedOver == nil, !priority.isOverruled else { return sentences }
        return sentences + recoveries(against: rival.priority)
    }

    /// Which checks would have to change to beat `needed`.
    private func recoveries(against needed: Int) -> [String] {
        let lacking = instance.checks.filter { gain($0) > 0 }
        guard !lacking.isEmpty else { return [] }
        let alone = lacking.filter { priority.effective(changedBy: gain($0)) > needed }
        if !alone.isEmpty { return alone.map { recovery([$0], needed) } }
        let all = lacking.reduce(0) { $0.addingClamped(gain($1)) }
        if priority.effective(changedBy: all) > needed { return [recovery(lacking, needed)] }
        return [
            "Even if \(listed(lacking)), its priority would be \(priority.effective(changedBy: all)), "
                + "not more than \(needed)."
        ]
    }

    private func recovery(_ checks: [CheckStatus], _ needed: Int) -> String {
        let points = checks.reduce(0) { $0.addingClamped(gain($1)) }
        return "If \(listed(checks)), its priority would be \(priority.effective(changedBy: points)), more than the "
            + "\(needed) of \(rivalName), and it would take over (after preempt_delay, where there is one)."
    }

    private func listed(_ checks: [CheckStatus]) -> String {
        checks.map { check in
            check.kind == .bfd
                ? "BFD session \(check.name) \(check.result == .failed ? "came up" : "went down") again"
                : "\(check.name) \(check.result == .failed ? "worked" : "failed") again"
        }.joined(separator: " and ")
    }

    // MARK: - Fault and waiting

    private var others: [String] {
        instance.advertisingPeer.map {
            ["\($0.address) says that it is active: heard \(spoken(ago: $0.lastHeardSeconds)), \($0.priorityWords)."]
        } ?? []
    }

    private var obstacles: [String] {
        let stopping = instance.checks.filter(\.stopsRouter).map {
            closed("\($0.sentence(at: now)): it stops the router")
        }
        let pending = instance.checks.filter { $0.weight == 0 && $0.result == .unknown }
            .map { "\($0.name) has no result yet, and the router waits for it." }
        // Of a check there is more to say than its name.
        let checks = instance.checks.filter { $0.weight == 0 }.map(\.name)
        let named = instance.obstacles.filter { text in !checks.contains { text.contains($0) } }.map(closed)
        return named + stopping + pending
    }
}
