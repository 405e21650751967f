internal import VRRPCore
internal import VRRPWire

/// What moves as one: an instance and its partner in the other file, or a sync group and its members' partners.
struct ProofUnit {
    /// What one host's file says beside the instances.
    struct Facts {
        let file: String
        var scripts: [String: ScriptCheck] = [:]
        var processes: [String: ProcessCheck] = [:]
        var files: [String: FileCheck] = [:]
        var sessions: [String: BFDCheck] = [:]
        /// The names of the sessions whose neighbour is the other host; they count as up.
        let mutual: Set<String>
        var delays: [String: InterfaceDelay] = [:]
        var startupDelay: Interval
        /// How much longer than that nobody listens after the host has booted.
        var restAfterBoot: Interval

        init(_ model: Model, file: String, mutual: Set<String>) {
            self.file = file
            self.mutual = mutual
            for session in model.sessions { sessions[session.name] = session }
            for script in model.scripts { scripts[script.name] = script }
            for process in model.processes { processes[process.name] = process }
            for check in model.files { files[check.name] = check }
            for delay in model.global.interfaceDelays { delays[delay.interface] = delay }
            startupDelay = model.global.startupDelay
            let boot = min(model.global.delayAfterBoot, ProofUnit.longest)
            restAfterBoot = Interval(
                nanoseconds: max(boot.nanoseconds, startupDelay.nanoseconds) - startupDelay.nanoseconds)
        }

        func isMutual(_ check: UncountedCheck) -> Bool { check.kind == .session && mutual.contains(check.name) }
    }

    let name: String
    /// Of each member the instance of either side.
    let members: [[Instance]]
    /// The members by position, the one that decides first; empty for an instance of no group.
    let significance: [Int]
    let facts: [Facts]

    func instance(_ member: Int, _ side: PairSide) -> Instance { members[member][side.rawValue] }
    func facts(_ side: PairSide) -> Facts { facts[side.rawValue] }

    /// Everything that can fail on one side, each once.
    func things(of side: PairSide) -> [ProofThing] {
        var result: [ProofThing] = [.host(side)]
        var known: Set<ProofThing> = []
        func add(_ thing: ProofThing) {
            if known.insert(thing).inserted { result.append(thing) }
        }
        add(.daemon(side))
        for member in members.indices {
            let instance = instance(member, side)
            add(.interface(side, instance.interface))
            for name in instance.furtherInterfaces.sorted() { add(.interface(side, name)) }
            for tracked in instance.trackedInterfaces { add(.interface(side, tracked.name)) }
            for tracked in instance.trackedScripts { add(.script(side, tracked.name)) }
            for tracked in instance.trackedProcesses { add(.process(side, tracked.name)) }
            for tracked in instance.trackedFiles { add(.file(side, tracked.name)) }
            for tracked in instance.trackedSessions where !facts(side).mutual.contains(tracked.name) {
                add(.session(side, tracked.name))
            }
            for check in instance.uncountedChecks where !facts(side).isMutual(check) { add(ProofThing(check, side)) }
        }
        return result
    }

    /// The files of one side whose number is multiplied by a weight: they fail by holding the worst of all numbers.
    func weighedFiles(of side: PairSide) -> Set<ProofThing> {
        let tracked = members.flatMap { $0[side.rawValue].trackedFiles }.filter { !$0.weight.isFault }
        return Set(tracked.map { .file(side, $0.name) })
    }

    /// How long it takes at most until a failure is noticed, and until its end is.
    func delays(of thing: ProofThing) -> (failing: Interval, hanging: Interval, mending: Interval) {
        switch thing {
        case .script(let side, let name):
            guard let script = facts(side).scripts[name] else { break }
            let run = min(script.interval, Self.longest)
            let timeout = min(script.timeout ?? run, Self.longest)
            let fall = UInt64(min(script.fall, Self.mostRuns))
            // A run that lasts longer than the interval puts off the next one.
            let hanging =
                timeout <= run
                ? timeout : run + Interval(nanoseconds: timeout.nanoseconds - run.nanoseconds) * fall
            return (run * fall, hanging, run * UInt64(min(script.rise, Self.mostRuns)))
        case .process(let side, let name):
            guard let process = facts(side).processes[name] else { break }
            return (min(process.terminateDelay, Self.longest), .zero, min(process.forkDelay, Self.longest))
        case .interface(let side, let name):
            guard let delay = facts(side).delays[name] else { break }
            // Where every advert goes out by it the other host hears nothing more, whenever the loss counts here.
            let isHeard = members.contains { $0[side.rawValue].interface != name }
            return (isHeard ? delay.down : .zero, .zero, delay.up)
        case .session(let side, let name):
            guard let session = facts(side).sessions[name] else { break }
            // It comes back at the slow interval.
            return (min(session.usualDetectionTime, Self.longest), .zero, min(session.idleTx * 2, Self.longest))
        case .host(let side):
            // The other delay is a part of what is tried.
            return (.zero, .zero, facts(side).restAfterBoot)
        case .daemon, .file, .network: break
        }
        return (.zero, .zero, .zero)
    }

    /// A day: beyond that no number helps anybody.
    private static let longest = Interval.seconds(86_400)
    private static let mostRuns = 1_000_000

    /// Long enough for everything that follows from one event; delays of preemption not counted.
    var window: Interval {
        var longest = Interval.zero
        for instance in members.joined() {
            let adverts = Interval(instance.advertisementInterval) * (3 * instance.downTimerAdverts + 5)
            longest = max(longest, adverts + (instance.groupHold ?? .zero))
        }
        return longest + max(facts[0].startupDelay, facts[1].startupDelay) + .seconds(5)
    }

    /// Units of the same shape come to the same results, whatever their names are.
    var shape: String {
        var parts: [String] = []
        for side in PairSide.allCases {
            parts.append(facts(side).startupDelay.description)
            for member in members.indices {
                let instance = instance(member, side)
                let own = instance.routerConfiguration
                parts.append(
                    "\(own.version) \(own.advertisementInterval.count) \(own.downTimerAdverts) \(own.preempts) "
                        + "\(own.preemptDelay.nanoseconds) \(own.groupHold?.nanoseconds ?? 0) \(own.answersLowerPriority) "
                        + "\(own.ownerListens) \(instance.priority.rawValue) \(instance.lease.text) \(instance.interface) "
                        + "\(instance.ignoresOwnLink) \(instance.furtherInterfaces.sorted())")
                for tracked in instance.trackers + instance.trackedFiles {
                    parts.append("\(tracked.name) \(tracked.weight.written)")
                }
                for check in instance.uncountedChecks { parts.append("\(check.kind.rawValue) \(check.name)") }
                parts.append("\(isAhead(member, side))")
            }
        }
        return parts.joined(separator: "|") + "\(significance)"
    }

    /// Whether the address of this side decides a tie in its favour; what the files do not say is taken as the second's.
    private func isAhead(_ member: Int, _ side: PairSide) -> Bool {
        address(member, side) > address(member, side.other)
    }

    /// Where its adverts come from.
    func address(_ member: Int, _ side: PairSide) -> IPAddress {
        if let first = instance(member, .first).sourceAddress, let second = instance(member, .second).sourceAddress,
            first != second
        {
            return side == .first ? first : second
        }
        let last: UInt8 = side == .first ? 1 : 2
        return switch instance(member, side).family {
        case .v4: .v4(IPv4Address(192, 0, 2, last))
        case .v6: .v6(IPv6Address(high: 0xFE80_0000_0000_0000, low: UInt64(last)))
        }
    }
}
