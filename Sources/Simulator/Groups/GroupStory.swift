internal import VRRPCore
internal import VRRPWire

/// Hosts that each have a sync group of the same members, one segment a member, in simulated time.
///
/// A story of its own after the first one of a seed, from a random stream of its own: what is drawn there stays what it is.
struct GroupStory: Sendable {
    /// Nanoseconds by which a daemon may wake up late.
    static let lateness: (calm: UInt64, turmoil: UInt64) = (100_000, 3_000_000)
    /// Nanoseconds that a frame is under way at most.
    static let delay: (calm: UInt64, turmoil: UInt64) = (1_000_000, 20_000_000)

    struct Host: Sendable {
        var routers: [VirtualRouter]
        var group: SyncGroup
        var isRunning = false
        /// It was asked to end, which its guardian tells a successor too.
        var isStopping = false
        /// Counts lives, so that nothing is told to the wrong one.
        var incarnation = 0
        /// Until then it has no processor.
        var busyUntil: UInt64 = 0
        var queue: [(member: Int, event: Event)] = []
        var deadline: MonotonicInstant?
        var wakeAt: UInt64?
        var cables: [Bool]
        var checks: [Bool]
        /// What the kernel has, by member.
        var holds: [Bool]
        /// What the guardian keeps for a successor.
        var memory: [VirtualRouter.State]?
        var diedAt: UInt64 = 0
    }

    enum Item: Sendable {
        case arrival(Frame)
        case resumption(Int)
        case trouble(Trouble)
    }

    struct Frame: Sendable {
        enum Payload: Sendable {
            case advert(Heard)
            case announcement
        }

        var segment: Int
        var from: Int
        var to: Int
        var payload: Payload
    }

    let plan: GroupPlan
    var hosts: [Host]
    var agenda = Timetable<Item>()
    var now: UInt64
    var random: SplitMix64
    var isCalm = false
    private let lossPercent: UInt64
    /// Nanoseconds from and to each host when calm: a switch changes no order.
    private let latencies: [UInt64]
    /// Directions that are cut: segment, from, to.
    var cut: Set<[Int]> = []
    /// Who got the addresses of which member, when.
    var acquisitions: [(host: Int, member: Int, at: UInt64)] = []
    var report: Report
    private let keepsLog: Bool

    init(seed: UInt64, at now: UInt64, keepsLog: Bool) {
        var random = SplitMix64(seed: seed ^ 0x5916_C69B_4A0D_33E7)
        let plan = GroupPlan(random: &random)
        self.plan = plan
        self.now = now
        self.keepsLog = keepsLog
        lossPercent = random.pick([0, 0, 2, 10, 30])
        latencies = plan.hosts.map { _ in random.below(Self.delay.calm / 2) }
        hosts = plan.hosts.map { _ in
            let none = Array(repeating: false, count: plan.memberCount)
            return Host(
                routers: [], group: SyncGroup(significance: []), cables: none.map { !$0 }, checks: none, holds: none)
        }
        report = Report(seed: seed)
        var troubles = random.fork()
        self.random = random
        for index in hosts.indices {
            makeRouters(of: index)
            agenda.add(.trouble(.start(index)), at: now + self.random.below(3_000_000_000))
        }
        for trouble in Trouble.draw(during: Self.turmoil, plan: plan, random: &troubles) {
            agenda.add(.trouble(trouble.what), at: now + trouble.at)
        }
    }

    /// Nanoseconds.
    static let turmoil: UInt64 = 15_000_000_000

    mutating func makeRouters(of index: Int) {
        let host = plan.hosts[index]
        hosts[index].routers = (0..<plan.memberCount).map { member in
            VirtualRouter(
                host.configurations[member], priority: host.priorities[member], primaryAddress: host.addresses[member],
                obstacles: ownObstacles(of: index, member))
        }
        hosts[index].group = SyncGroup(significance: Array(0..<plan.memberCount))
    }

    func ownObstacles(of index: Int, _ member: Int) -> Obstacles {
        var result: Obstacles = []
        if !hosts[index].cables[member] { result.insert(.interfaceDown) }
        if hosts[index].checks[member] { result.insert(.checkFailed) }
        return result
    }

    // MARK: The clock

    mutating func run(until end: UInt64) {
        while report.violations.isEmpty {
            let sleeper = nextSleeper()
            let arrival = agenda.nextAt ?? .max
            let next = min(arrival, sleeper?.at ?? .max)
            guard next <= end else { break }
            now = next
            if arrival <= next {
                handle(agenda.removeFirst().item)
            } else if let sleeper {
                hosts[sleeper.host].wakeAt = nil
                hosts[sleeper.host].deadline = nil
                turn(sleeper.host)
            }
            guard report.statistics.adverts < Simulator.stormOfAdverts else {
                violate(.storm, "\(report.statistics.adverts) adverts of a group so far")
                break
            }
        }
        now = max(now, end)
    }

    private func nextSleeper() -> (at: UInt64, host: Int)? {
        var result: (at: UInt64, host: Int)?
        for index in hosts.indices where hosts[index].isRunning && hosts[index].busyUntil <= now {
            guard let wakeAt = hosts[index].wakeAt else { continue }
            if wakeAt < result?.at ?? .max { result = (max(wakeAt, now), index) }
        }
        return result
    }

    private mutating func handle(_ item: Item) {
        switch item {
        case .arrival(let frame):
            guard hosts[frame.to].isRunning, hosts[frame.to].cables[frame.segment] else { return }
            switch frame.payload {
            case .advert(let heard): offer(.received(heard), frame.segment, to: frame.to)
            case .announcement: offer(.successorAnnounced, frame.segment, to: frame.to)
            }
        case .resumption(let host):
            if hosts[host].isRunning, hosts[host].busyUntil <= now { turn(host) }
        case .trouble(let trouble): perform(trouble)
        }
    }

    // MARK: The daemon

    /// Hands an event to a host, or leaves it in the queue of a host that has no processor.
    mutating func offer(_ event: Event, _ member: Int, to index: Int) {
        guard hosts[index].isRunning else { return }
        hosts[index].queue.append((member, event))
        if hosts[index].busyUntil <= now { turn(index) }
    }

    /// One turn: what has arrived, then what is due, then the group.
    mutating func turn(_ index: Int) {
        while !hosts[index].queue.isEmpty {
            let (member, event) = hosts[index].queue.removeFirst()
            deliver(event, member, on: index)
        }
        let instant = MonotonicInstant(nanoseconds: now)
        for member in hosts[index].routers.indices {
            if let due = hosts[index].routers[member].deadline, due <= instant { deliver(.timer, member, on: index) }
        }
        settle(index)
        arm(index)
        if hosts[index].isRunning, hosts[index].routers.allSatisfy(\.isStopped) {
            log("g\(index) ends")
            hosts[index].isRunning = false
            hosts[index].queue = []
        }
    }

    /// Lets the group decide until every member is where it should be.
    mutating func settle(_ index: Int) {
        let instant = MonotonicInstant(nanoseconds: now)
        // What GroupRunner of the daemon allows.
        for _ in 0..<plan.memberCount * 8 + 8 {
            let routers = hosts[index].routers
            guard let step = hosts[index].group.next(at: instant, member: { routers[$0].memberView(at: instant) })
            else { return judge(index) }
            deliver(step.event, step.member, on: index)
        }
        violate(.groupRests, "that of g\(index) goes round in circles")
    }

    mutating func deliver(_ event: Event, _ member: Int, on index: Int) {
        report.statistics.events += 1
        if event != .timer { log("g\(index).\(member) \(EventLog.describe(event))") }
        var actions = ActionBuffer()
        hosts[index].routers[member].handle(event, at: MonotonicInstant(nanoseconds: now), into: &actions)
        var list: [Action] = []
        actions.drain { list.append($0) }
        for action in list { carryOut(action, member, on: index) }
    }

    private mutating func arm(_ index: Int) {
        let deadline =
            (hosts[index].routers.compactMap(\.deadline) + [hosts[index].group.deadline].compactMap { $0 }).min()
        if deadline == hosts[index].deadline, hosts[index].wakeAt != nil { return }
        hosts[index].deadline = deadline
        let late = random.below(isCalm ? Self.lateness.calm : Self.lateness.turmoil)
        hosts[index].wakeAt = deadline.map { max($0.nanoseconds, now) + late }
    }

    private mutating func carryOut(_ action: Action, _ member: Int, on index: Int) {
        log("g\(index).\(member) \(EventLog.describe(action))")
        switch action {
        case .advertise(let priority):
            report.statistics.adverts += 1
            let heard = Heard(
                priority: priority,
                interval: hosts[index].routers[member].configuration.advertisementInterval,
                source: plan.hosts[index].addresses[member])
            send(.advert(heard), member, from: index)
        case .acquireAddresses:
            // A successor process finds what is there.
            if !hosts[index].holds[member] { acquisitions.append((index, member, now)) }
            hosts[index].holds[member] = true
        case .announceAddresses: send(.announcement, member, from: index)
        case .releaseAddresses: hosts[index].holds[member] = false
        case .report: break
        }
    }

    private mutating func send(_ payload: Frame.Payload, _ member: Int, from index: Int) {
        guard hosts[index].cables[member] else { return }
        for other in hosts.indices where other != index && !cut.contains([member, index, other]) {
            if !isCalm, random.chance(lossPercent) { continue }
            let delay = isCalm ? latencies[index] + latencies[other] : random.below(Self.delay.turmoil)
            agenda.add(
                .arrival(Frame(segment: member, from: index, to: other, payload: payload)), at: now + delay)
        }
    }

    // MARK: Words

    mutating func log(_ what: @autoclosure () -> String) {
        if keepsLog { report.log.append("\(EventLog.stamp(now)) \(what())") }
    }

    mutating func violate(_ rule: Rule, _ found: String) {
        let violation = Violation(rule: rule, at: MonotonicInstant(nanoseconds: now), found: found)
        report.violations.append(violation)
        if keepsLog { report.log.append(violation.description) }
    }
}
