internal import Configuration
internal import VRRPCore
internal import VRRPWire

/// What the rehearsal has broken and not yet mended, on the first host and on the second.
struct Situation {
    struct State {
        /// The machine is on.
        var isAlive = false
        /// The daemon runs.
        var isGuarded = false
        var balancerRuns = false
        /// Interfaces whose cable is cut.
        var cut: Set<String> = []
    }

    var hosts = [State(), State()]
}

/// What the files say must happen: the arithmetic that a careful operator would do by hand.
struct Expectation {
    let models: [Model]
    let watched: [WatchedProcesses]

    /// The priority of a host's instance in a situation; nil when it cannot be Active.
    func priority(_ pair: Pair, host: Int, _ situation: Situation) -> Int? {
        let state = situation.hosts[host]
        let instance = pair.instances[host]
        guard state.isAlive, state.isGuarded, !state.cut.contains(instance.interface) else { return nil }
        let trackers = trackers(instance, host: host, state)
        guard !trackers.contains(where: \.isFault) else { return nil }
        return Int(PriorityTracking(base: instance.priority, trackers: trackers).effectivePriority.rawValue)
    }

    private func trackers(_ instance: Instance, host: Int, _ state: Situation.State) -> [Tracker] {
        let ofBalancer = balancerChecks(host: host)
        return (instance.trackedScripts + instance.trackedProcesses).map {
            let fails = !state.balancerRuns && ofBalancer.contains($0.name)
            return Tracker(weight: $0.weight, status: fails ? .failed : .working)
        }
            + instance.trackedInterfaces.map {
                Tracker(weight: $0.weight, status: state.cut.contains($0.name) ? .failed : .working)
            }
            + instance.trackedSessions.map { tracked in
                let isUp = models[host].sessions.first { $0.name == tracked.name }?.isUpInService ?? true
                return Tracker(weight: tracked.weight, status: isUp ? .working : .failed)
            }
            + instance.trackedFiles.map { tracked in
                var tracker = Tracker(weight: tracked.weight)
                tracker.number = models[host].files.first { $0.name == tracked.name }?.numberInService
                return tracker
            }
    }

    /// The names of the checks on a host that ask for its load balancer.
    func balancerChecks(host: Int) -> Set<String> {
        watched[host].balancer.flatMap { watched[host].checks[$0] } ?? []
    }

    /// Those of them that an instance of the host heeds.
    func heededBalancerChecks(_ pair: Pair, host: Int) -> Set<String> {
        let instance = pair.instances[host]
        let tracked = instance.trackedScripts.map(\.name) + instance.trackedProcesses.map(\.name)
        return balancerChecks(host: host).intersection(tracked)
    }

    /// Who must be Active when `current` is Active now; nil when the files leave it open or nobody can be.
    func owner(_ pair: Pair, _ situation: Situation, current: Int?) -> Int? {
        let priorities = (0..<2).map { priority(pair, host: $0, situation) }
        guard let first = priorities[0] else { return priorities[1].map { _ in 1 } }
        guard let second = priorities[1] else { return 0 }
        if first == second { return current }
        let better = first > second ? 0 : 1
        if let current, current != better, !pair.instances[better].preempts { return current }
        return better
    }

    /// The same of all pairs: those in a sync group have one owner.
    func owners(_ pairs: [Pair], _ situation: Situation, current: [Int?]) -> [Int?] {
        pairs.indices.map { index in
            let group = pairs.indices.filter { pairs[$0].isTogether(with: pairs[index]) }
            let isGrouped = group.count > 1
            return isGrouped
                ? ownerOfGroup(group.map { pairs[$0] }, situation, current: current[index])
                : owner(pairs[index], situation, current: current[index])
        }
    }

    /// A host that cannot have one member has none, and the other takes all that it has or nothing.
    private func ownerOfGroup(_ members: [Pair], _ situation: Situation, current: Int?) -> Int? {
        let able = (0..<2).filter { host in
            members.allSatisfy { priority($0, host: host, situation) != nil }
        }
        guard able.count == 2 else { return able.first }
        let wanted = members.map { owner($0, situation, current: current) }
        guard let first = wanted.first, wanted.allSatisfy({ $0 == first }) else { return current }
        return first
    }

    /// Seconds within which a change on a host must have had its effect: the checks' own time, twice the time in which
    /// a standby may notice, the delays that the files ask for, and some seconds because a machine may be busy.
    func bound(_ pair: Pair, checksOf host: Int?) -> Double {
        var nanoseconds: UInt64 = 3_000_000_000
        for instance in pair.instances {
            let interval = Interval(instance.advertisementInterval).nanoseconds
            nanoseconds += instance.downTimerAdverts * interval + 1_000_000_000 + instance.preemptDelay.nanoseconds
        }
        if let host { nanoseconds += checkingTime(host) }
        return Double(nanoseconds) / 1e9
    }

    private func checkingTime(_ host: Int) -> UInt64 {
        let names = balancerChecks(host: host)
        let scripts = models[host].scripts.filter { names.contains($0.name) }.map {
            UInt64(max($0.rise, $0.fall) + 1) * ($0.interval.nanoseconds + ($0.timeout?.nanoseconds ?? 0))
        }
        let processes = models[host].processes.filter { names.contains($0.name) }.map {
            max($0.forkDelay.nanoseconds, $0.terminateDelay.nanoseconds)
        }
        return (scripts + processes).max() ?? 0
    }
}
