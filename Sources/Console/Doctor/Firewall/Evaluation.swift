/// What a base chain does with a packet.
package enum ChainVerdict: Equatable, Sendable {
    case passes
    /// Dropped for certain; which rule does it, and the chains that lead there.
    case drops(rule: String, path: [String])
    /// It depends on these rules, which cannot be judged.
    case unclear(rules: [String])
}

/// What became of a packet at one base chain.
package struct ChainOutcome: Equatable, Sendable {
    package var chain: BaseChain
    package var verdict: ChainVerdict
}

/// Follows a packet through a table's rules.
///
/// Where a condition cannot be judged both ways are followed; what all ways agree on is certain.
struct ChainWalk {
    private enum End: Equatable {
        case accepted
        case dropped(rule: String, path: [String])
        case returned
        case unclear(rule: String)
    }

    private let table: FirewallTable
    private var state: PacketState
    private var undecided: [String] = []
    /// Rules that jump to and fro could be endless; no real rule set needs so many steps.
    private var steps = 0
    private static let mostSteps = 200_000
    /// The kernel allows 16 (NFT_JUMP_STACK_SIZE).
    private static let deepest = 32

    init(_ table: FirewallTable, _ state: PacketState) {
        self.table = table
        self.state = state
    }

    /// The verdict of a base chain, and the packet's state after it.
    mutating func run(_ base: BaseChain) -> (ChainVerdict, PacketState) {
        var (ends, mayFall) = walk(base.name, path: [base.name], isCertain: true)
        mayFall = mayFall || ends.contains(.returned)
        ends.removeAll { $0 == .returned }
        if mayFall {
            let policy = "policy drop of chain \(base.name)"
            ends.append(base.dropsByDefault ? .dropped(rule: policy, path: [base.name]) : .accepted)
        }
        if ends.allSatisfy({ $0 == .accepted }) { return (.passes, state) }
        let drops = ends.compactMap { end -> (String, [String])? in
            if case .dropped(let rule, let path) = end { (rule, path) } else { nil }
        }
        if drops.count == ends.count, let first = drops.first { return (.drops(rule: first.0, path: first.1), state) }
        return (.unclear(rules: undecided.isEmpty ? drops.map(\.0) : undecided), state)
    }

    /// Every way that this chain may end, and whether a packet may run off its end.
    private mutating func walk(_ name: String, path: [String], isCertain: Bool) -> (ends: [End], mayFall: Bool) {
        guard let rules = table.chains[name], path.count <= Self.deepest else {
            return ([.unclear(rule: "chain \(name), which is not there")], false)
        }
        var ends: [End] = []
        for rule in rules {
            steps += 1
            guard steps <= Self.mostSteps else { return (ends + [.unclear(rule: rule.text)], false) }
            let truth = rule.holds(state)
            if truth == .no { continue }
            if truth == .unknown, rule.action.decides { note(rule.text) }
            let (reached, goesOn) = follow(rule, path: path, isCertain: isCertain && truth == .yes)
            for end in reached where !ends.contains(end) { ends.append(end) }
            if truth == .yes, !goesOn { return (ends, false) }
        }
        return (ends, true)
    }

    /// What a rule leads to, and whether the next one may be looked at after it.
    private mutating func follow(_ rule: FirewallRule, path: [String], isCertain: Bool) -> ([End], Bool) {
        switch rule.action {
        case .goOn: return ([], true)
        case .setMark(let mark):
            state.mark = isCertain ? mark : nil
            return ([], true)
        case .untrack:
            state.isUntracked = isCertain ? true : nil
            return ([], true)
        case .accept: return ([.accepted], false)
        case .drop: return ([.dropped(rule: rule.text, path: path)], false)
        case .leaveChain: return ([.returned], false)
        case .unclear:
            note(rule.text)
            return ([.unclear(rule: rule.text)], false)
        case .jump(let target):
            let (ends, mayFall) = walk(target, path: path + [target], isCertain: isCertain)
            return (ends.filter { $0 != .returned }, mayFall || ends.contains(.returned))
        case .goTo(let target):
            let (ends, mayFall) = walk(target, path: path + [target], isCertain: isCertain)
            return (ends + (mayFall ? [.returned] : []), false)
        }
    }

    private mutating func note(_ rule: String) {
        if !undecided.contains(rule) { undecided.append(rule) }
    }
}

extension RuleAction {
    /// Whether it can end a packet's way, so that not knowing the condition matters.
    fileprivate var decides: Bool {
        switch self {
        case .goOn, .setMark, .untrack: false
        case .accept, .drop, .leaveChain, .jump, .goTo, .unclear: true
        }
    }
}

/// Sends a packet through every base chain on its way.
func pass(_ packet: HypotheticalPacket, through tables: [FirewallTable]) -> [ChainOutcome] {
    let hooks = FirewallHook.path(packet.direction)
    var all: [(chain: BaseChain, table: FirewallTable)] = []
    for table in tables {
        for chain in table.baseChains where hooks.contains(chain.hook) { all.append((chain, table)) }
    }
    func rank(_ chain: BaseChain) -> (Int, Int) { (hooks.firstIndex(of: chain.hook) ?? 0, chain.priority) }
    var state = PacketState()
    return all.sorted { rank($0.chain) < rank($1.chain) }.map { chain, table in
        state.isTooEarly = chain.isBeforeTracking
        var walk = ChainWalk(table, state)
        let (verdict, after) = walk.run(chain)
        state = after
        return ChainOutcome(chain: chain, verdict: verdict)
    }
}
