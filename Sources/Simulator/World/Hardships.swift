internal import VRRPCore
internal import VRRPWire

/// A change of what a cluster is configured to be, which reaches its hosts one after the other.
enum Rollout: Sendable {
    case interval(Centiseconds)
    /// Routers that speak different versions do not believe each other: two owners while it lasts.
    case version(ProtocolVersion, Centiseconds)
    case preemption(Bool)

    static func draw(for cluster: ClusterPlan, random: inout SplitMix64) -> Rollout {
        let interval = cluster.interval(&random)
        switch random.below(3) {
        case 0: return .interval(interval)
        case 1: return .preemption(random.chance(50))
        default:
            // VRRPv2 has no IPv6.
            guard cluster.virtualAddresses[0].family == .v4 else { return .interval(interval) }
            return cluster.version == .v2 ? .version(.v3, interval) : .version(.v2, .oneSecond)
        }
    }

    func applied(to old: VirtualRouter.Configuration, base: Priority) -> VirtualRouter.Configuration {
        var new = old
        switch self {
        case .interval(let interval):
            new.advertisementInterval = interval
        case .version(let version, let interval):
            new.version = version
            new.advertisementInterval = interval
        case .preemption(let preempts):
            new.preempts = preempts || base == .owner
        }
        return new
    }
}

// Drawn apart, like absences, so that the other troubles of a seed stay what they are.

extension Simulator {
    mutating func drawHardships(_ seed: UInt64) {
        var random = SplitMix64(seed: seed ^ 0x4A2D_5417)
        var drifts = random.fork()
        drawDrifts(&drifts)
        var refusals = random.fork()
        if refusals.chance(35) { drawRefusals(&refusals) }
        var absences = random.fork()
        if absences.chance(35) { drawLongAbsences(&absences) }
        var changes = random.fork()
        if changes.chance(35) { drawRollout(&changes) }
    }

    /// A quartz is out by some 50 ppm, a bad one by 200; a virtual machine whose clock is being steered by far more.
    private mutating func drawDrifts(_ random: inout SplitMix64) {
        let most: UInt64 = random.pick([0, 0, 200, 200, 10_000])
        guard most > 0 else { return }
        for index in hosts.indices { hosts[index].drift = Int64(random.below(2 * most + 1)) - Int64(most) }
        report.cluster.append(
            "clocks " + hosts.indices.map { "h\($0) \(hosts[$0].drift) ppm" }.joined(separator: ", "))
    }

    private mutating func drawRefusals(_ random: inout SplitMix64) {
        for _ in 0..<random.between(1, 3) {
            let at = now + random.below(options.turmoil.nanoseconds)
            let host = Int(random.below(UInt64(hosts.count)))
            let what = random.pick([KernelRefusal.adding, .removing, [.adding, .removing]])
            agenda.add(.disturbance(.refuse(host, what)), at: at)
            agenda.add(.disturbance(.refuse(host, [])), at: at + random.between(10_000_000, 8_000_000_000))
        }
    }

    /// SIGSTOP, a frozen cgroup, a machine that is moved: healing waits until the last of them is back.
    private mutating func drawLongAbsences(_ random: inout SplitMix64) {
        for _ in 0..<random.between(1, 2) {
            let at = now + random.below(options.turmoil.nanoseconds)
            let host = Int(random.below(UInt64(hosts.count)))
            let duration: UInt64 = random.pick([1_000_000_000, 5_000_000_000, 30_000_000_000])
            agenda.add(.disturbance(random.chance(60) ? .pause(host, duration) : .suspend(host, duration)), at: at)
            turmoilEndsAt = max(turmoilEndsAt, at + duration + 1_000_000)
            report.statistics.longAbsences += 1
        }
    }

    private mutating func drawRollout(_ random: inout SplitMix64) {
        let change = Rollout.draw(for: cluster, random: &random)
        let at = now + random.below(options.turmoil.nanoseconds)
        rollout = change
        report.statistics.rollouts += 1
        // From together to one operator who looks at each host before the next.
        let pace: UInt64 = random.pick([1_000_000, 500_000_000, 8_000_000_000])
        for index in hosts.indices { agenda.add(.disturbance(.rollOut(index, change)), at: at + random.below(pace)) }
    }

    // MARK: What happens

    mutating func refuse(_ what: KernelRefusal, on index: Int) {
        // What other programs do about it is not modelled.
        guard hosts[index].foreign == nil, hosts[index].make == .understudy else { return }
        log(nil, what.isEmpty ? "the kernel of h\(index) complies again" : "the kernel of h\(index) refuses \(what)")
        hosts[index].refuses = what
    }

    mutating func rollOut(_ change: Rollout, to index: Int) {
        guard hosts[index].rolledOut == nil else { return }
        log(nil, "h\(index) is changed to \(change)")
        hosts[index].rolledOut = change
        let new = change.applied(to: hosts[index].router.configuration, base: hosts[index].plan.base)
        if hosts[index].life == .running { return offer(.event(.reconfigured(new)), to: index) }
        // Whoever is started later reads it from the file.
        hosts[index].router = VirtualRouter(
            new, priority: hosts[index].router.priority, primaryAddress: hosts[index].router.primaryAddress,
            obstacles: hosts[index].obstacles)
    }

    mutating func endHardships() {
        for index in hosts.indices {
            if !hosts[index].refuses.isEmpty { refuse([], on: index) }
            if let rollout { rollOut(rollout, to: index) }
        }
    }

    // MARK: A kernel that refuses

    mutating func dropAddresses(of index: Int) {
        guard hosts[index].kernelHolds, hosts[index].refuses.contains(.removing) else {
            hosts[index].kernelHolds = false
            hosts[index].couldNotRelease = false
            return
        }
        log(index, "cannot remove the addresses: its kernel refuses")
        report.statistics.kernelRefusals += 1
        hosts[index].couldNotRelease = true
    }

    /// A daemon that starts removes what an earlier life left, if its kernel lets it.
    mutating func dropLeftovers(of index: Int) {
        hosts[index].couldNotRelease = false
        dropAddresses(of: index)
    }
}
