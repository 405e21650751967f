internal import VRRPCore
internal import VRRPWire

/// Who had the addresses, and for how long nobody or several had, from the first owner on.
struct Ownership: Sendable {
    private(set) var owner: Int?
    private(set) var changes = 0
    private var hasBegun = false
    private var lastOwner: Int?
    private var emptySince: UInt64?
    private var doubleSince: UInt64?
    /// Nanoseconds, at a time.
    private(set) var longestEmpty: UInt64 = 0
    private(set) var longestDouble: UInt64 = 0

    mutating func observe(_ now: UInt64, holders: [Int]) {
        hasBegun = hasBegun || !holders.isEmpty
        guard hasBegun else { return }
        longestEmpty = max(longestEmpty, emptySince.map { now - $0 } ?? 0)
        longestDouble = max(longestDouble, doubleSince.map { now - $0 } ?? 0)
        emptySince = holders.isEmpty ? emptySince ?? now : nil
        doubleSince = holders.count > 1 ? doubleSince ?? now : nil
        owner = holders.count == 1 ? holders[0] : nil
        guard let owner else { return }
        if let lastOwner, lastOwner != owner { changes += 1 }
        lastOwner = owner
    }
}

extension Simulator {
    /// A cluster that a person wrote down instead of one that a seed draws.
    ///
    /// What holds at every event is judged as ever, and what the scenario expects; nothing is healed.
    public init(_ scenario: Scenario) {
        var options = Options.demanding
        options.keepsLog = true
        options.hardships = false
        self.options = options
        var source = SplitMix64(seed: scenario.seed)
        let cluster = ClusterPlan(scenario)
        self.cluster = cluster
        network = Network(quietFor: scenario.nodes.count, lossPercent: scenario.lossPercent, random: source.fork())
        random = source.fork()
        hosts = cluster.hosts.map { Host($0, in: cluster) }
        for (index, node) in scenario.nodes.enumerated() { hosts[index].drift = node.drift }
        heardAt = cluster.hosts.map { _ in cluster.hosts.map { _ in 0 } }
        report = Report(seed: scenario.seed)
        report.cluster =
            ["cluster version=\(cluster.version.rawValue) hosts=\(cluster.hosts.count)"]
            + cluster.hosts.enumerated().map { EventLog.describe($1, index: $0) }
        now = 0
        for (index, node) in scenario.nodes.enumerated() where node.isStarted {
            agenda.add(.disturbance(.start(index)), at: 0)
        }
        for trouble in scenario.troubles { agenda.add(.disturbance(trouble.what), at: trouble.at) }
        ownership = Ownership()
    }

    /// Plays a scenario to its end.
    public static func play(_ scenario: Scenario) -> Report {
        var simulator = Simulator(scenario)
        return simulator.run(scenario)
    }

    mutating func run(_ scenario: Scenario) -> Report {
        let instants = scenario.expectations.compactMap { expectation -> (Int?, UInt64, Int)? in
            if case .owner(let owner, let at) = expectation.what { (owner, at, expectation.line) } else { nil }
        }
        for (expected, at, line) in instants.sorted(by: { $0.1 < $1.1 }) {
            run(until: at)
            let holders = hosts.indices.filter { hosts[$0].serves }
            guard holders != (expected.map { [$0] } ?? []) else { continue }
            let found = holders.isEmpty ? "nobody has" : holders.map { "h\($0)" }.joined(separator: " and ") + " has"
            let wanted = expected.map { "h\($0)" } ?? "nobody"
            violate(.expected, "line \(line): \(found) the addresses, not \(wanted)")
        }
        run(until: scenario.endsAt)
        for expectation in scenario.expectations { judge(expectation.what, line: expectation.line) }
        report.name(scenario.names)
        return report
    }

    private mutating func judge(_ expectation: Scenario.Expectation, line: Int) {
        guard let ownership else { return }
        switch expectation {
        case .owner: break
        case .ownerChanges(let most):
            if ownership.changes > most {
                violate(.expected, "line \(line): the owner changed \(ownership.changes) times")
            }
        case .withoutOwner(let most):
            guard ownership.longestEmpty > most else { break }
            violate(.expected, "line \(line): nobody for \(Interval(nanoseconds: ownership.longestEmpty))")
        case .twoOwners(let most):
            guard ownership.longestDouble > most else { break }
            violate(.expected, "line \(line): two for \(Interval(nanoseconds: ownership.longestDouble))")
        }
    }
}

extension ClusterPlan {
    init(_ scenario: Scenario) {
        version = scenario.version
        virtualAddresses = [Self.address(scenario.family, 100), Self.address(scenario.family, 101)]
        authentication = .none
        checksum = .pseudoHeader
        virtualRouterID = .first
        for (index, node) in scenario.nodes.enumerated() {
            var configuration = VirtualRouter.Configuration(
                version: scenario.version, advertisementInterval: node.interval, preempts: node.preempts,
                preemptDelay: Interval(nanoseconds: node.preemptDelay))
            if node.priority == 255 { configuration.preempts = true }
            hosts.append(
                HostPlan(
                    address: Self.address(scenario.family, UInt8(index + 1)), configuration: configuration,
                    base: Priority(node.priority), weights: [-1, -1], acquireLatency: node.acquireLatency))
            replace(index, by: node.make)
        }
    }
}

extension Report {
    /// Writes the names that a person gave instead of `h0`, `h1`, ...
    mutating func name(_ names: [String]) {
        func renamed(_ text: String) -> String {
            let words = text.split(separator: " ", omittingEmptySubsequences: false).map { word in
                let head = word.prefix { $0 != ":" && $0 != "," && $0 != ";" }
                guard head.first == "h", let index = Int(head.dropFirst()), names.indices.contains(index) else {
                    return String(word)
                }
                return names[index] + word.dropFirst(head.count)
            }
            return words.joined(separator: " ")
        }
        cluster = cluster.map(renamed)
        log = log.map(renamed)
        for index in violations.indices { violations[index].found = renamed(violations[index].found) }
    }
}
