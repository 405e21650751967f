internal import VRRPCore
internal import VRRPWire

/// Many virtual routers on one segment, in simulated time, with a network, kernels and people that let them down.
///
/// One seed decides everything: the cluster's configuration, every fault and every delay. The same seed and options give
/// the same run on every machine and with every compiler. It reads no clock and does no I/O.
///
///     let report = Simulator(seed: 42).run()
///     if !report.violations.isEmpty { print(Simulator.story(of: 42)) }
public struct Simulator: Sendable {
    /// More adverts than any cluster here sends in its whole life: two routers answer each other without end.
    static let stormOfAdverts = 60_000

    /// Nanoseconds by which a daemon may wake up late for a deadline when calm.
    static let calmLateness: UInt64 = 100_000
    /// Nanoseconds by which converting between clocks may be out.
    static let rounding: UInt64 = 10

    let options: Options
    let cluster: ClusterPlan
    var hosts: [Host]
    var network: Network
    var agenda = Agenda()
    /// Nanoseconds since the start.
    var now: UInt64 = 1_000_000_000
    var random: SplitMix64
    var report: Report
    /// The host to which everyone else on the segment sends what is meant for the virtual addresses.
    var linkTarget: Int?
    /// When the link learned that, from whatever source.
    var linkLearnedAt: UInt64 = 0
    /// When the announcement that it believes was sent.
    var linkFrameSentAt: UInt64 = 0
    /// When everything is mended.
    var turmoilEndsAt: UInt64 = 0
    /// What the whole cluster is being changed to.
    var rollout: Rollout?
    /// When the last fault ended.
    var healedAt: UInt64 = 0
    /// For each host, when it last heard a believed advert of each other, by position.
    var heardAt: [[UInt64]]
    var continuity = Continuity()
    /// While a scenario is played.
    var ownership: Ownership?

    public init(seed: UInt64, options: Options = Options()) {
        self.options = options
        var source = SplitMix64(seed: seed)
        var configurations = source.fork()
        var cluster = ClusterPlan(hostCount: options.hosts, random: &configurations)
        if options.models {
            var models = SplitMix64(seed: seed ^ 0x6EE9_A11D)
            cluster.admitModels(random: &models)
        }
        self.cluster = cluster
        network = Network(hosts: cluster.hosts.count, random: source.fork())
        random = source.fork()
        hosts = cluster.hosts.map { Host($0, in: cluster) }
        heardAt = cluster.hosts.map { _ in cluster.hosts.map { _ in 0 } }
        report = Report(seed: seed)
        report.statistics.mixed = cluster.isMixed ? 1 : 0
        report.cluster =
            ["cluster version=\(cluster.version.rawValue) hosts=\(cluster.hosts.count)"]
            + cluster.hosts.enumerated().map { EventLog.describe($1, index: $0) }
        var troubles = source.fork()
        for trouble in Disturbance.draw(during: options.turmoil.nanoseconds, cluster: cluster, random: &troubles) {
            agenda.add(.disturbance(trouble.what), at: now + trouble.at)
        }
        if options.absences {
            var absences = SplitMix64(seed: seed ^ 0xA85E_9CE5)
            for trouble in Disturbance.drawAbsences(
                during: options.turmoil.nanoseconds, hosts: hosts.count, random: &absences)
            {
                agenda.add(.disturbance(trouble.what), at: now + trouble.at)
            }
        }
        turmoilEndsAt = now + options.turmoil.nanoseconds
        if options.hardships, options.absences { drawHardships(seed) }
        for index in hosts.indices {
            agenda.add(.disturbance(.start(index)), at: now + random.below(4_000_000_000))
        }
    }

    /// Plays the whole story: turmoil, healing, then calm moves; every rule is judged where it applies.
    public mutating func run() -> Report {
        run(until: turmoilEndsAt)
        heal()
        run(until: now + 5_000_000_000)
        perform(.startSomebody(Int(random.below(UInt64(hosts.count)))))
        run(until: now + settlingTime)
        judgeSettled()
        for _ in 0..<options.calmMoves where report.violations.isEmpty { playMove() }
        if options.hardships, options.absences, report.violations.isEmpty { playFreeze() }
        nameKnownFlaws()
        if options.groups, report.violations.isEmpty { playGroup() }
        return report
    }

    /// The complete log of a seed, for a person.
    public static func story(of seed: UInt64, options: Options = Options()) -> String {
        var options = options
        options.keepsLog = true
        var simulator = Simulator(seed: seed, options: options)
        return simulator.run().story
    }

    // MARK: The clock

    /// Jumps from event to event; what arrives is handled before what is due, as in the daemon's turn.
    mutating func run(until end: UInt64) {
        while true {
            let sleeper = nextSleeper()
            let arrival = agenda.nextAt ?? .max
            let next = min(arrival, sleeper?.at ?? .max)
            guard next <= end, !isStorm() else { break }
            now = next
            if arrival <= next {
                handle(agenda.removeFirst().item)
            } else if let sleeper {
                wake(sleeper.host)
            }
            observe()
        }
        now = end
        observe()
    }

    private mutating func observe() {
        for index in hosts.indices where hosts[index].serves { hosts[index].heldAt = now }
        continuity.observe(now, holders: hosts.count { $0.serves }, isMisled: isLinkMisled)
        ownership?.observe(now, holders: hosts.indices.filter { hosts[$0].serves })
    }

    private var isLinkMisled: Bool { linkTarget.map { !hosts[$0].serves } ?? false }

    private mutating func isStorm() -> Bool {
        guard report.statistics.adverts > Self.stormOfAdverts else { return false }
        if !report.violations.contains(where: { $0.rule == .storm }) {
            violate(.storm, "\(report.statistics.adverts) adverts so far")
        }
        return true
    }

    private func nextSleeper() -> (at: UInt64, host: Int)? {
        var result: (at: UInt64, host: Int)?
        for index in hosts.indices where hosts[index].life == .running {
            // A host without the processor wakes at its resumption, which is on the agenda.
            guard let wakeAt = hosts[index].wakeAt, hosts[index].busyUntil <= now else { continue }
            if wakeAt < result?.at ?? .max { result = (max(wakeAt, now), index) }
        }
        return result
    }

    private mutating func handle(_ item: Agenda.Item) {
        switch item {
        case .arrival(let frame, let port):
            arrive(frame, at: port)
        case .completion(let action, let host, let incarnation):
            guard hosts[host].incarnation == incarnation else { break }
            carryOut(action, on: host)
        case .resumption(let host):
            guard hosts[host].busyUntil <= now else { break }
            turn(host)
        case .disturbance(let disturbance):
            perform(disturbance)
        case .leaseCheck(let host):
            checkLease(of: host)
        case .awakening(let host, let duration, let incarnation):
            guard hosts[host].incarnation == incarnation else { break }
            awaken(host, after: duration)
        case .defence(let host, let incarnation):
            guard hosts[host].incarnation == incarnation else { break }
            defend(host)
        case .inquiry(let host, let since): inquire(host, since: since)
        case .repair(let host, let incarnation):
            guard hosts[host].incarnation == incarnation else { break }
            repair(host)
        }
    }

    // MARK: Words

    mutating func log(_ who: Int?, _ what: @autoclosure () -> String) {
        guard options.keepsLog else { return }
        let name = who.map { $0 == hosts.count ? "link" : "h\($0)" } ?? "--"
        report.log.append("\(EventLog.stamp(now)) \(name) \(what())")
    }

    mutating func violate(_ rule: Rule, _ found: String) {
        // The first few tell the story; a loop of thousands hides it.
        guard report.violations.count < 10 else { return }
        let violation = Violation(rule: rule, at: MonotonicInstant(nanoseconds: now), found: found)
        report.violations.append(violation)
        if options.keepsLog { report.log.append(violation.description) }
    }
}
