internal import Configuration
package import LinuxKernel
internal import VRRPWire

/// Plays events on the stage, waits for each to have its effect, and judges.
package final class Performance {
    /// Ctrl-C.
    package struct Interrupted: Error {}

    private let plan: Plan
    private let stage: Stage
    private let narrator: Narrator
    private let expectation: Expectation
    private let words: Words
    private let endRequests: EndRequests?
    private let say: (String) -> Void
    private var report: Report
    /// Who is active, for each pair, at the end of the event before.
    private var owners: [Int?]
    /// The host that is broken now, or that was broken last.
    private var patient = 0

    /// Longer than this, or with more than one failed request, a planned stop is not without a gap.
    private static let plannedGap = 0.020
    /// Seconds after the arrival of an address at a host within which its clients must be served there.
    private static let arrival = 1.5

    /// Prepares the stage.
    ///
    /// `work` is a directory for the daemons' logs; without it they are kept in memory.
    package init(
        _ plan: Plan, work: String?, verbose: Bool, endRequests: EndRequests?, say: @escaping (String) -> Void
    ) throws {
        self.plan = plan
        self.say = say
        self.endRequests = endRequests
        stage = try Stage(plan, work: work)
        narrator = Narrator(stage, verbose: verbose, say: say)
        expectation = Expectation(models: plan.files.map(\.model), watched: plan.watched)
        words = Words(plan: plan, expectation: expectation)
        report = Report(notes: plan.notes)
        owners = plan.pairs.map { _ in nil }
    }

    /// Plays the events in order and returns what came of them.
    ///
    /// The stage is cleared in any case.
    package func play(_ events: [Event]) throws -> Report {
        defer { stage.close() }
        for line in words.introduction { say(line) }
        for note in plan.notes { say("NOTE: \(note)") }
        if let endRequests { stage.observer.alsoWatched = [endRequests.rawDescriptor] }
        stage.observer.onTick = { [narrator, endRequests] in
            narrator.follow()
            if try endRequests?.isPending == true { throw Interrupted() }
        }
        for host in plan.hostNames.indices { try stage.bootHost(host) }
        try stage.startClient()
        for (number, event) in events.enumerated() {
            let row = try play(event)
            report.rows.append(row)
            if let reason = reasonToStop, number + 1 < events.count {
                narrator.announce(["The rehearsal ends here: \(reason)."])
                break
            }
        }
        return report
    }

    /// Why the events that follow would say nothing, or nil.
    private var reasonToStop: String? {
        if let host = plan.hostNames.indices.first(where: { stage.unexpectedEnd($0) != nil }) {
            return "the daemon on \(plan.hostNames[host]) does not run any more"
        }
        return owners.allSatisfy { $0 == nil } ? "nobody is active" : nil
    }

    private func play(_ event: Event) throws -> Report.Row {
        let before = stage.situation
        patient = host(of: event)
        let begin = monotonicNanoseconds()
        try act(event)
        narrator.announce(words.lines(event, host: patient, before, stage.situation))
        let expected = expectation.owners(plan.pairs, stage.situation, current: owners)
        let concernsChecks =
            event == .balancerDies || event == .balancerReturns || event == .start || event == .hostReturns
        let bound = plan.pairs.map { expectation.bound($0, checksOf: concernsChecks ? patient : nil) }.max() ?? 0
        try stage.observer.wait(seconds: bound) {
            plan.hostNames.indices.contains { stage.unexpectedEnd($0) != nil }
                || plan.pairs.indices.allSatisfy { isSettled($0, expected[$0], since: begin) }
        }
        // What settled must stay so; where nothing had to happen, nothing may happen a little later either.
        try stage.observer.wait(seconds: expected == owners ? 3 : 1) { false }
        let row = judge(event, since: begin, expected)
        for pair in plan.pairs.indices { owners[pair] = owner(pair) }
        return row
    }

    /// Whom an event happens to: the active host, or for what is mended the one that was broken.
    private func host(of event: Event) -> Int {
        switch event {
        case .start: 0
        case .balancerDies, .linkLost, .hostDies, .plannedStop: owners[0] ?? patient
        case .balancerReturns, .linkBack, .hostReturns: patient
        }
    }

    private func act(_ event: Event) throws {
        switch event {
        case .start: for host in plan.hostNames.indices { try stage.startDaemon(host) }
        case .balancerDies: try stage.killBalancer(patient)
        case .balancerReturns: try stage.startBalancer(patient)
        case .linkLost: try stage.setCable(patient, cut: true)
        case .linkBack: try stage.setCable(patient, cut: false)
        case .hostDies: try stage.killHost(patient)
        case .hostReturns:
            try stage.bootHost(patient)
            try stage.startDaemon(patient)
        case .plannedStop: try stage.stopDaemon(patient)
        }
    }

    // MARK: Judging

    /// The one host that holds the whole of a pair's addresses, if it is one.
    private func owner(_ pair: Int) -> Int? {
        let holders = plan.pairs[pair].addresses.map { stage.holders(of: $0, plan.pairs[pair]) }
        guard let first = holders.first, first.count == 1, holders.allSatisfy({ $0 == first }) else { return nil }
        return first[0]
    }

    private func isSettled(_ pair: Int, _ expected: Int?, since begin: UInt64) -> Bool {
        guard let owner = owner(pair), expected == nil || owner == expected else { return false }
        return isServed(pair, by: owner, since: begin)
    }

    /// Whether the latest answer at every address of the pair is fresh and from its owner.
    private func isServed(_ pair: Int, by owner: Int, since begin: UInt64) -> Bool {
        guard let probe = stage.probe else { return true }
        // What was under way when the event began says nothing.
        let fresh = max(begin + 100_000_000, monotonicNanoseconds() - 500_000_000)
        return plan.targets.enumerated().allSatisfy { index, target in
            guard target.pair == pair else { return true }
            guard let latest = probe.latestAnswer(from: index) else { return false }
            return latest.host == plan.hostNames[owner] && latest.instant >= fresh
        }
    }

    private func judge(_ event: Event, since begin: UInt64, _ expected: [Int?]) -> Report.Row {
        let end = monotonicNanoseconds()
        var row = Report.Row(event: event, active: plan.pairs.indices.map { owner($0).map { plan.hostNames[$0] } })
        if let owner = owner(0), owner != owners[0] {
            let moved = stage.observer.acquisition(
                of: plan.pairs[0].addresses[0], by: plan.hostNames[owner], since: begin)
            row.movedAfter = moved.map { Double($0 - begin) / 1e9 }
            if let moved { row.problems += lateServiceProblems(owner, since: moved) }
        }
        if event != .start, let probe = stage.probe {
            let all = plan.targets.indices.map { probe.statistics(of: $0, from: begin, to: end) }
            row.longestGap = all.map { Double($0.longestGap) / 1e9 }.max()
            row.failedRequests = all.reduce(0) { $0 + $1.failures }
            row.requests = all.reduce(0) { $0 + $1.requests }
            row.clientDelay = all.map { Double($0.clientDelay) / 1e9 }.max()
            if event == .plannedStop { row.problems += plannedStopProblems(all) }
        }
        for pair in plan.pairs.indices { row.problems += problems(pair, expected[pair], since: begin) }
        for host in plan.hostNames.indices {
            guard let status = stage.unexpectedEnd(host) else { continue }
            row.problems.append("the daemon on \(plan.hostNames[host]) ended by itself (\(status.words))")
        }
        return row
    }

    private func problems(_ pair: Int, _ expected: Int?, since begin: UInt64) -> [String] {
        let configured = plan.pairs[pair]
        for address in configured.addresses {
            let holders = stage.holders(of: address, configured)
            if holders.isEmpty { return ["nobody has \(address)"] }
            if holders.count > 1 { return ["both hosts have \(address)"] }
        }
        guard let owner = owner(pair) else { return ["the addresses of \(configured.name) are on different hosts"] }
        let name = plan.hostNames[owner]
        if let expected, expected != owner {
            return [
                "\(configured.addresses[0]) is at \(name), but by the files' priorities it belongs to "
                    + "\(plan.hostNames[expected])"
            ]
        }
        if !isServed(pair, by: owner, since: begin) {
            return [
                "\(configured.addresses[0]) is at \(name), but the client's requests are not answered there"
                    + (stage.situation.hosts[owner].balancerRuns ? "" : deadBalancer(configured, owner))
            ]
        }
        return []
    }

    /// Why an address stays with a dead load balancer, to follow "are not answered there".
    private func deadBalancer(_ pair: Pair, _ owner: Int) -> String {
        let dead = " because its load balancer is dead"
        guard expectation.heededBalancerChecks(pair, host: owner).isEmpty else { return dead }
        let unwatched = plan.hostNames.indices.filter { expectation.heededBalancerChecks(pair, host: $0).isEmpty }
        report.advice = Advice(plan, unwatched: unwatched).lines
        // A script may ask for anything; that it did not notice is all that is known about it.
        return pair.instances[owner].trackedScripts.isEmpty
            ? dead + ", and nothing in these files watches it" : dead + ", and no check in these files notices that"
    }

    /// An address that has moved is worth nothing while the neighbours still send to the host before.
    private func lateServiceProblems(_ owner: Int, since moved: UInt64) -> [String] {
        guard let probe = stage.probe else { return [] }
        let samples = probe.samples(since: moved)
        let name = plan.hostNames[owner]
        return plan.targets.enumerated().compactMap { index, target in
            guard target.pair == 0,
                let first = samples.first(where: { $0.target == index && $0.outcome == .answered(by: name) })
            else { return nil }
            let delay = Double(first.ended - moved) / 1e9
            return delay > Self.arrival
                ? "\(target.address) was not answered by \(name) until \(seconds(delay)) after it had arrived there"
                : nil
        }
    }

    private func plannedStopProblems(_ statistics: [ProbeStatistics]) -> [String] {
        statistics.enumerated().flatMap { index, seen -> [String] in
            let address = plan.targets[index].address
            var problems: [String] = []
            // Time in which this machine did not run the client is no gap of the service.
            let gap = Double(seen.longestGap - min(seen.clientDelay, seen.longestGap)) / 1e9
            if gap > Self.plannedGap { problems.append("\(address) was not answered for \(seconds(gap))") }
            if seen.failures > 1 { problems.append("\(seen.failures) requests to \(address) failed") }
            return problems
        }
    }

    /// The last lines of what the daemon of each host said, for a report that something broke.
    package func lastWords(_ count: Int = 15) -> [String] {
        zip(plan.hostNames, stage.logs).flatMap { name, log in
            log.text.split(separator: "\n").suffix(count).map { "\(name): \($0)" }
        }
    }
}

extension ExitStatus {
    fileprivate var words: String {
        switch self {
        case .exited(let code): "exit code \(code)"
        case .signalled(let signal): "signal \(signal)"
        }
    }
}
