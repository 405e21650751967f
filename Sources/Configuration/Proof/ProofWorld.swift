internal import VRRPCore
internal import VRRPWire

/// Two hosts of a pair in simulated time: the real state machines on an ideal network, and what fails of it all.
///
/// It reads no clock and draws no number: the same unit comes to the same result everywhere.
struct ProofWorld {
    struct Node {
        var routers: [VirtualRouter] = []
        var trackings: [PriorityTracking] = []
        var group: SyncGroup?
        var isUp = false
        var runs = false
        var failed: Set<ProofThing> = []
        /// What the kernel has, by member.
        var holds: [Bool] = []
        /// When it removes what a dead daemon has left; nil for never.
        var leaseEndsAt: UInt64?
        /// Since when it has served without a break.
        var servesSince: UInt64?
        /// It last took over because the other had a lower priority.
        var hasPreempted = false
    }

    private struct Flight {
        var at: UInt64
        var to: PairSide
        var member: Int
        var event: Event
    }

    /// Nanoseconds that a frame is under way.
    static let delay: UInt64 = 200_000
    /// A delay of preemption is waited for so long only; the rest is added to the result.
    static let longestPreemptDelay = Interval.seconds(2)
    /// More than any sound pair needs; what goes round in circles ends here.
    private static let mostSteps = 2_000_000

    let unit: ProofUnit
    private(set) var nodes: [Node]
    private(set) var now: UInt64 = 1_000_000_000
    private var isCut = false
    /// In the order of their arrival, for each takes the same time.
    private var flights: [Flight] = []
    private var landed = 0
    private var steps = 0
    /// Every change of owner since ``forget()``.
    private(set) var owners: [(at: UInt64, owner: ProofOwner)] = []

    init(_ unit: ProofUnit) {
        self.unit = unit
        nodes = PairSide.allCases.map { _ in Node(holds: unit.members.map { _ in false }) }
        owners = [(now, .nobody)]
    }

    var isEndless: Bool { steps >= Self.mostSteps }

    // MARK: The clock

    mutating func run(until end: UInt64) {
        while let next = nextInstant, next <= end, !isEndless {
            steps += 1
            now = max(now, next)
            if landed < flights.count, flights[landed].at <= now {
                let flight = flights[landed]
                landed += 1
                if landed == flights.count { (flights, landed) = ([], 0) }
                arrive(flight)
            } else {
                for side in PairSide.allCases { turn(side) }
            }
            observe()
        }
        now = max(now, end)
    }

    private var nextInstant: UInt64? {
        var next = landed < flights.count ? flights[landed].at : nil
        for side in PairSide.allCases {
            guard let due = dueAt(side) else { continue }
            next = min(next ?? due, due)
        }
        return next
    }

    private func dueAt(_ side: PairSide) -> UInt64? {
        let node = nodes[side.rawValue]
        var due = node.leaseEndsAt
        guard node.runs else { return due }
        for router in node.routers {
            if let deadline = router.deadline { due = min(due ?? .max, deadline.nanoseconds) }
        }
        if let deadline = node.group?.deadline { due = min(due ?? .max, deadline.nanoseconds) }
        return due
    }

    /// When the Active Router of a side says next that it is there; nil when there is none.
    func nextAdvert(of side: PairSide) -> UInt64? {
        guard nodes[side.rawValue].runs, case .active(let active)? = nodes[side.rawValue].routers.first?.state else {
            return nil
        }
        return active.advertiseAt.nanoseconds
    }

    // MARK: The daemons

    private mutating func arrive(_ flight: Flight) {
        let node = nodes[flight.to.rawValue]
        guard node.runs, !hasLost(unit.instance(flight.member, flight.to).interface, flight.to) else { return }
        deliver(flight.event, flight.member, on: flight.to)
        settle(flight.to)
    }

    private mutating func turn(_ side: PairSide) {
        if let leaseEndsAt = nodes[side.rawValue].leaseEndsAt, leaseEndsAt <= now { dropAll(side) }
        guard nodes[side.rawValue].runs else { return }
        for member in unit.members.indices {
            guard let deadline = nodes[side.rawValue].routers[member].deadline, deadline.nanoseconds <= now else {
                continue
            }
            deliver(.timer, member, on: side)
        }
        settle(side)
    }

    /// Lets the group decide until every member is where it should be.
    private mutating func settle(_ side: PairSide) {
        guard var group = nodes[side.rawValue].group else { return }
        let instant = MonotonicInstant(nanoseconds: now)
        // What the daemon allows.
        for _ in 0..<unit.members.count * 8 + 8 {
            let routers = nodes[side.rawValue].routers
            let step = group.next(at: instant) { routers[$0].memberView(at: instant) }
            guard let step else { break }
            deliver(step.event, step.member, on: side)
        }
        nodes[side.rawValue].group = group
    }

    private mutating func deliver(_ event: Event, _ member: Int, on side: PairSide) {
        var actions = ActionBuffer()
        nodes[side.rawValue].routers[member].handle(event, at: MonotonicInstant(nanoseconds: now), into: &actions)
        var list: [Action] = []
        actions.drain { list.append($0) }
        for action in list { carryOut(action, member, on: side) }
    }

    private mutating func carryOut(_ action: Action, _ member: Int, on side: PairSide) {
        switch action {
        case .advertise(let priority):
            let router = nodes[side.rawValue].routers[member]
            let heard = Heard(
                priority: priority, interval: router.configuration.advertisementInterval,
                source: unit.address(member, side))
            send(.received(heard), member, from: side)
        case .announceAddresses: send(.successorAnnounced, member, from: side)
        case .acquireAddresses: nodes[side.rawValue].holds[member] = true
        case .releaseAddresses: nodes[side.rawValue].holds[member] = false
        case .report(.becameActive(let cause)):
            nodes[side.rawValue].hasPreempted = if case .preemption = cause { true } else { false }
        case .report: break
        }
    }

    private mutating func send(_ event: Event, _ member: Int, from side: PairSide) {
        guard !isCut, !hasLost(unit.instance(member, side).interface, side) else { return }
        flights.append(Flight(at: now + Self.delay, to: side.other, member: member, event: event))
    }

    private func hasLost(_ interface: String, _ side: PairSide) -> Bool {
        nodes[side.rawValue].failed.contains(.interface(side, interface))
    }

    private mutating func dropAll(_ side: PairSide) {
        nodes[side.rawValue].holds = unit.members.map { _ in false }
        nodes[side.rawValue].leaseEndsAt = nil
    }

    // MARK: Starts and failures

    mutating func start(_ side: PairSide) {
        var node = nodes[side.rawValue]
        (node.isUp, node.runs, node.hasPreempted) = (true, true, false)
        node.trackings = unit.members.indices.map { tracking($0, side, node.failed) }
        node.routers = unit.members.indices.map { member in
            var configuration = unit.instance(member, side).routerConfiguration
            configuration.preemptDelay = min(configuration.preemptDelay, Self.longestPreemptDelay)
            return VirtualRouter(
                configuration, priority: node.trackings[member].effectivePriority,
                primaryAddress: unit.address(member, side), obstacles: obstacles(member, side, node))
        }
        let delay = unit.facts(side).startupDelay
        if delay > .zero {
            for member in unit.members.indices {
                node.routers[member].quietUntil = MonotonicInstant(nanoseconds: now) + delay
            }
        }
        node.group = unit.significance.isEmpty ? nil : SyncGroup(significance: unit.significance)
        nodes[side.rawValue] = node
        dropAll(side)
        // What stands in the way of one stands in the way of all, before the first of them starts.
        settle(side)
        for member in unit.members.indices { deliver(.startup, member, on: side) }
        settle(side)
        observe()
    }

    mutating func fail(_ thing: ProofThing) {
        switch thing {
        case .host(let side):
            (nodes[side.rawValue].isUp, nodes[side.rawValue].runs) = (false, false)
            dropAll(side)
        case .daemon(let side):
            guard nodes[side.rawValue].runs else { break }
            nodes[side.rawValue].runs = false
            let holds = nodes[side.rawValue].holds.contains(true)
            nodes[side.rawValue].leaseEndsAt = holds ? unit.lease(of: side).map { now + $0.nanoseconds } : nil
        case .network: isCut = true
        case .interface(let side, _), .script(let side, _), .process(let side, _), .file(let side, _),
            .session(let side, _):
            nodes[side.rawValue].failed.insert(thing)
            lookAgain(side)
        }
        observe()
    }

    mutating func mend(_ thing: ProofThing) {
        switch thing {
        case .host(let side): start(side)
        case .daemon(let side): if nodes[side.rawValue].isUp { start(side) }
        case .network: isCut = false
        case .interface(let side, _), .script(let side, _), .process(let side, _), .file(let side, _),
            .session(let side, _):
            nodes[side.rawValue].failed.remove(thing)
            lookAgain(side)
        }
        observe()
    }

    /// What is watched has changed.
    private mutating func lookAgain(_ side: PairSide) {
        guard nodes[side.rawValue].runs else { return }
        for member in unit.members.indices {
            let failed = nodes[side.rawValue].failed
            nodes[side.rawValue].trackings[member] = tracking(member, side, failed)
            let priority = nodes[side.rawValue].trackings[member].effectivePriority
            if nodes[side.rawValue].routers[member].priority != priority {
                deliver(.priorityChanged(priority), member, on: side)
            }
            let own = obstacles(member, side, nodes[side.rawValue])
            let known = nodes[side.rawValue].routers[member].obstacles
            let new = own.union(known.intersection(.memberFailed))
            if new != known { deliver(.obstaclesChanged(new), member, on: side) }
        }
        settle(side)
    }

    private func tracking(_ member: Int, _ side: PairSide, _ failed: Set<ProofThing>) -> PriorityTracking {
        let instance = unit.instance(member, side)
        func tracker(_ tracked: Tracked, _ thing: ProofThing) -> Tracker {
            // Where success is bad, whatever is looked for is absent on a host that is well; of a link or a session
            // that is so where it is a fault.
            let isCheck =
                switch thing {
                case .script, .process: true
                default: false
                }
            let isContrary = tracked.weight.reverse && (isCheck || tracked.weight.isFault)
            return Tracker(
                weight: tracked.weight, status: failed.contains(thing) != isContrary ? .failed : .working)
        }
        var trackers: [Tracker] = []
        trackers += instance.trackedScripts.map { tracker($0, .script(side, $0.name)) }
        trackers += instance.trackedProcesses.map { tracker($0, .process(side, $0.name)) }
        trackers += instance.trackedInterfaces.map { tracker($0, .interface(side, $0.name)) }
        trackers += instance.trackedSessions.map { tracker($0, .session(side, $0.name)) }
        trackers += instance.trackedFiles.map { tracked in
            var result = Tracker(weight: tracked.weight)
            let inService = unit.facts(side).files[tracked.name]?.numberInService ?? 0
            let isFailed = failed.contains(.file(side, tracked.name))
            result.number = isFailed ? tracked.weight.worstNumber : inService
            return result
        }
        return PriorityTracking(base: instance.priority, trackers: trackers)
    }

    private func obstacles(_ member: Int, _ side: PairSide, _ node: Node) -> Obstacles {
        let instance = unit.instance(member, side)
        func isLost(_ interface: String) -> Bool { node.failed.contains(.interface(side, interface)) }
        var result: Obstacles = []
        if isLost(instance.interface), !instance.ignoresOwnLink { result.insert(.interfaceDown) }
        if instance.furtherInterfaces.contains(where: isLost) { result.insert(.interfaceDown) }
        // Which of them it is makes no difference to the state machine.
        if node.trackings[member].trackers.contains(where: \.isFault) { result.insert(.checkFailed) }
        return result
    }

    // MARK: Who has the addresses

    /// Begins a new list of owners, with the present one.
    mutating func forget() {
        owners = [(now, owner)]
        for side in PairSide.allCases { nodes[side.rawValue].hasPreempted = false }
    }

    var owner: ProofOwner {
        var result: ProofOwner?
        for member in unit.members.indices {
            let serving = PairSide.allCases.filter { serves(member, $0) }
            let own: ProofOwner =
                serving.count > 1 ? .both : serving.first.map { ProofOwner.side($0) } ?? .nobody
            if let result, result != own { return .split }
            result = own
        }
        return result ?? .nobody
    }

    /// Whether clients find an address there.
    private func serves(_ member: Int, _ side: PairSide) -> Bool {
        let node = nodes[side.rawValue]
        return node.isUp && node.holds[member] && !hasLost(unit.instance(member, side).interface, side)
    }

    private mutating func observe() {
        for side in PairSide.allCases {
            let isServing = unit.members.indices.allSatisfy { serves($0, side) }
            let since = nodes[side.rawValue].servesSince
            nodes[side.rawValue].servesSince = isServing ? since ?? now : nil
        }
        let owner = owner
        if owners.last?.owner != owner { owners.append((now, owner)) }
    }
}

extension ProofUnit {
    /// How long the addresses of a dead daemon stay: as long as the longest lease of a member, but no longer than matters here.
    ///
    /// Nil for ever.
    fileprivate func lease(of side: PairSide) -> Interval? {
        var longest = Interval.zero
        for member in members.indices {
            let instance = instance(member, side)
            guard let lease = instance.routerConfiguration.lease(instance.lease) else { return nil }
            let enough = instance.routerConfiguration.longestSuccession + .seconds(3)
            longest = max(longest, min(.seconds(UInt64(lease.seconds)), enough))
        }
        return longest
    }
}

extension Weight {
    /// The number in a file that does most harm, which is a fault: times the weight it comes to -254, or less.
    fileprivate var worstNumber: Int {
        if isFault { return reverse ? 0 : 1 }
        return (value > 0) == reverse ? 254 : -254
    }
}
