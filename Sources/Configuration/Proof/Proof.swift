internal import VRRPCore

/// What every failure does to an instance and its partner, or to a sync group.
///
/// Found by trying each in a simulation of the two with the real state machine: docs/design/0027-proof.md.
public struct Proof: Equatable, Sendable {
    public struct Failure: Equatable, Sendable {
        public var thing: ProofThing
        public var outcome: ProofOutcome
    }

    /// The failures while one side is the MASTER.
    public struct Scene: Equatable, Sendable {
        public var master: PairSide
        public var failures: [Failure]
    }

    /// What the failure of one thing does while all is well and the host that leads is MASTER; nil for what neither file knows.
    public func outcome(of thing: ProofThing) -> ProofOutcome? {
        scenes.first?.failures.first { $0.thing == thing }?.outcome
    }

    /// Two failures at once.
    public struct Couple: Equatable, Sendable {
        public var first: ProofThing
        public var second: ProofThing
        public var owner: ProofOwner
    }

    /// The instance or the sync group, as the first file calls it.
    public var name: String
    /// How many more have the same settings, and so the same results.
    public var alike = 0
    /// By side.
    public var files: [String]
    /// Whom all is well with; empty when not even then one host has the addresses.
    public var scenes: [Scene] = []
    public var couples: [Couple] = []
    /// The files that fail by holding the worst of all numbers.
    public var weighedFiles: Set<ProofThing> = []
    /// Too many things to try each two of them.
    public var isPartial = false
    /// Who has the addresses while all is well.
    public var owner = ProofOwner.nobody

    init(_ unit: ProofUnit) {
        name = unit.name
        files = unit.facts.map(\.file)
        weighedFiles = unit.weighedFiles(of: .first).union(unit.weighedFiles(of: .second))
        let stages = ProofStage.stages(of: unit)
        owner = stages.first?.world.owner ?? .nobody
        for stage in stages {
            guard case .side(let master) = stage.world.owner else { continue }
            let things = unit.things(of: master) + unit.things(of: master.other) + [.network]
            let failures = things.map { Failure(thing: $0, outcome: stage.outcome(of: $0, master)) }
            scenes.append(Scene(master: master, failures: failures))
            guard scenes.count == 1 else { continue }
            isPartial = things.count > Self.mostThings
            if !isPartial { couples = Self.couples(of: things, on: stage, master) }
        }
    }

    /// Two thousand couples, beyond which nobody reads what comes of them.
    private static let mostThings = 64

    private static func couples(of things: [ProofThing], on stage: ProofStage, _ master: PairSide) -> [Couple] {
        var couples: [Couple] = []
        for (index, first) in things.enumerated() {
            for second in things[(index + 1)...] where !first.comprises(second) && !second.comprises(first) {
                couples.append(
                    Couple(first: first, second: second, owner: stage.owner(after: [first, second], master)))
            }
        }
        return couples
    }
}

/// A pair that has come to rest, ready for something to fail.
struct ProofStage {
    let world: ProofWorld
    private var unit: ProofUnit { world.unit }

    /// Both start together; and where the other host keeps what it has, it also begins alone.
    static func stages(of unit: ProofUnit) -> [ProofStage] {
        var together = ProofWorld(unit)
        for side in PairSide.allCases { together.start(side) }
        together.settle()
        var stages = [ProofStage(world: together)]
        if case .side(let master) = together.owner {
            var late = ProofWorld(unit)
            late.start(master.other)
            late.settle()
            late.start(master)
            late.settle()
            if late.owner == .side(master.other) { stages.append(ProofStage(world: late)) }
        }
        return stages
    }

    /// The worst that the failure of one thing does, wherever between two adverts it comes.
    func outcome(of thing: ProofThing, _ master: PairSide) -> ProofOutcome {
        var worst: ProofOutcome?
        for phase in 0..<Self.phases {
            var world = world
            world.approach(phase: phase, of: Self.phases, master)
            let found = outcome(of: thing, in: world)
            guard var known = worst else {
                worst = found
                // What moves nothing moves nothing a moment later.
                if found.isCalm { break }
                continue
            }
            if found.owner != known.owner || found.within > known.within {
                (known.owner, known.within, known.overlap) = (found.owner, found.within, found.overlap)
            }
            if found.mendedOwner != known.mendedOwner || found.mendedWithin > known.mendedWithin {
                (known.mendedOwner, known.mendedWithin) = (found.mendedOwner, found.mendedWithin)
            }
            known.moves = max(known.moves, found.moves)
            known.mendedMoves = max(known.mendedMoves, found.mendedMoves)
            worst = known
        }
        var outcome = worst ?? ProofOutcome()
        let delays = unit.delays(of: thing)
        if outcome.within > .zero {
            outcome.within = outcome.within + delays.failing
            outcome.hanging = delays.hanging
        }
        if outcome.mendedWithin > .zero { outcome.mendedWithin = outcome.mendedWithin + delays.mending }
        return outcome
    }

    /// Of an advert interval; the first is the instant after an advert.
    private static let phases: UInt64 = 8

    private func outcome(of thing: ProofThing, in settled: ProofWorld) -> ProofOutcome {
        var world = settled
        var outcome = ProofOutcome()
        world.forget()
        let failedAt = world.now
        world.fail(thing)
        world.settle()
        (outcome.owner, outcome.within) = world.result(since: failedAt)
        outcome.moves = world.moves
        outcome.overlap = world.overlap
        if case .daemon(let side) = thing, outcome.owner == .side(side.other), outcome.within > .zero {
            // What it left stays for as long as it was lent.
            let lease = unit.longestLease(of: side)
            outcome.overlap = Interval(
                nanoseconds: max(lease.nanoseconds, outcome.within.nanoseconds) - outcome.within.nanoseconds)
        }
        world.forget()
        let mendedAt = world.now
        world.mend(thing)
        world.settle()
        (outcome.mendedOwner, outcome.mendedWithin) = world.result(since: mendedAt)
        outcome.mendedMoves = world.moves
        return outcome
    }

    /// Who has the addresses after several things have failed at once.
    func owner(after things: [ProofThing], _ master: PairSide) -> ProofOwner {
        var world = world
        world.approach(phase: 0, of: 1, master)
        for thing in things { world.fail(thing) }
        world.settle()
        return world.owner
    }
}

extension ProofWorld {
    /// Until nothing more comes of what happened.
    mutating func settle() { run(until: now + unit.window.nanoseconds) }

    /// Goes on to an advert of the MASTER, and a part of the interval beyond.
    mutating func approach(phase: UInt64, of phases: UInt64, _ master: PairSide) {
        guard let next = nextAdvert(of: master) else { return }
        let interval = Interval(unit.instance(0, master).advertisementInterval)
        run(until: next + interval.nanoseconds * phase / phases)
    }

    /// Who has the addresses, and how long after `start` it got them; zero when it had them before.
    func result(since start: UInt64) -> (ProofOwner, Interval) {
        let owner = owner
        guard case .side(let side) = owner, let since = nodes[side.rawValue].servesSince else {
            let changedAt = owners.last?.at ?? start
            return (owner, Interval(nanoseconds: max(changedAt, start) - start))
        }
        // It had them before; another may have let go of them only now.
        guard since > start else {
            let changedAt = owners.count > 1 ? owners.last?.at ?? start : start
            return (owner, Interval(nanoseconds: max(changedAt, start) - start))
        }
        let waited = Interval(nanoseconds: since - start)
        return (owner, nodes[side.rawValue].hasPreempted ? waited + unit.restOfPreemptDelay(side) : waited)
    }

    /// How often the addresses moved from one host to the other.
    var moves: Int {
        var last: ProofOwner?
        var moves = 0
        for entry in owners {
            guard case .side = entry.owner else { continue }
            if let last, last != entry.owner { moves += 1 }
            last = entry.owner
        }
        return moves
    }

    /// The longest time for which both had them, and then no more.
    var overlap: Interval {
        var longest: UInt64 = 0
        for (entry, next) in zip(owners, owners.dropFirst()) where entry.owner == .both {
            longest = max(longest, next.at - entry.at)
        }
        return Interval(nanoseconds: longest)
    }
}

extension ProofUnit {
    fileprivate func longestLease(of side: PairSide) -> Interval {
        let leases = members.indices.compactMap { member -> UInt32? in
            let instance = instance(member, side)
            return instance.routerConfiguration.lease(instance.lease)?.seconds
        }
        return leases.max().map { .seconds(UInt64($0)) + Self.expiryDelay } ?? .zero
    }

    /// How much later the kernel may look for addresses whose time has run out: ADDRCONF_TIMER_FUZZ of <net/addrconf.h>.
    private static let expiryDelay = Interval.milliseconds(250)

    /// What the simulation does not wait for.
    fileprivate func restOfPreemptDelay(_ side: PairSide) -> Interval {
        let longest = members.indices.map { instance($0, side).preemptDelay }.max() ?? .zero
        let waited = min(longest, ProofWorld.longestPreemptDelay)
        return Interval(nanoseconds: longest.nanoseconds - waited.nanoseconds)
    }
}
