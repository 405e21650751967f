internal import VRRPCore
internal import VRRPWire

/// Something that happens to the cluster from outside.
enum Disturbance: Sendable {
    /// No processor for so many nanoseconds: steal time, a swap storm, SIGSTOP.
    case pause(Int, UInt64)
    case cable(Int, isIn: Bool)
    /// The interface loses or regains its own address.
    case address(Int, isThere: Bool)
    /// A check without weight fails or recovers.
    case check(Int, isFailing: Bool)
    /// A check with a weight changes its mind.
    case tracker(Int, index: Int, CheckState.Status)
    case start(Int)
    case stop(Int)
    case switchOver(Int)
    /// An operator lets the election decide again after a switch-over.
    case resume(Int)
    case crash(Int)
    /// A reload changes what may differ between routers; nil stays as it is.
    case reload(Int, preempts: Bool?, preemptDelay: Interval?, interval: Centiseconds?)
    /// One direction between two ports is cut or mended.
    case cut(from: Int, to: Int, Bool)
    /// The daemon dies, and its addresses stay until their lease ends.
    case kill(Int)
    /// A new process goes on in the state of the dead one.
    case adopt(Int)
    /// The whole machine stands still for so many nanoseconds, and CLOCK_MONOTONIC with it.
    case suspend(Int, UInt64)
    /// Somebody deletes the addresses; the daemon puts them back.
    case delete(Int)
    /// The kernel refuses this from now on.
    case refuse(Int, KernelRefusal)
    /// A change that the whole cluster gets, one host after the other, reaches this one.
    case rollOut(Int, Rollout)
    /// If everybody left, somebody is started.
    case startSomebody(Int)
}

extension Disturbance {
    /// The troubles of one seed, at their instants.
    ///
    /// Planned moves come early enough to be over when the turmoil ends.
    static func draw(
        during turmoil: UInt64, cluster: ClusterPlan, random: inout SplitMix64
    ) -> [(at: UInt64, what: Disturbance)] {
        let hosts = cluster.hosts.count
        var result: [(at: UInt64, what: Disturbance)] = []
        for _ in 0..<random.between(3, 14) {
            let at = random.below(turmoil)
            let until = at + random.between(10_000_000, 6_000_000_000)
            let host = Int(random.below(UInt64(hosts)))
            switch random.below(12) {
            case 0: result.append((at, .pause(host, random.between(100_000_000, 1_500_000_000))))
            case 1: result += [(at, .cable(host, isIn: false)), (until, .cable(host, isIn: true))]
            case 2: result += [(at, .address(host, isThere: false)), (until, .address(host, isThere: true))]
            case 3: result += [(at, .check(host, isFailing: true)), (until, .check(host, isFailing: false))]
            case 4, 5:
                result.append((at, .tracker(host, index: Int(random.below(2)), random.pick([.working, .failed]))))
            case 6: result += [(at, .stop(host)), (until, .start(host))]
            case 7: result += [(at, .switchOver(host)), (until, .resume(host))]
            case 8: result += [(at, .crash(host)), (until, .start(host))]
            case 9: result.append((at, Self.reload(host, cluster: cluster, random: &random)))
            default:
                // Towards the link as well as between hosts; cuts may outlast the turmoil, which mends them.
                let other = (host + 1 + Int(random.below(UInt64(hosts)))) % (hosts + 1)
                result.append((at, .cut(from: host, to: other, true)))
                if random.chance(50), other < hosts { result.append((at, .cut(from: other, to: host, true))) }
                if random.chance(50) { result.append((until, .cut(from: host, to: other, false))) }
            }
        }
        return result
    }

    /// Absences of daemons and machines, drawn apart so that the other troubles of a seed stay what they are.
    static func drawAbsences(
        during turmoil: UInt64, hosts: Int, random: inout SplitMix64
    ) -> [(at: UInt64, what: Disturbance)] {
        var result: [(at: UInt64, what: Disturbance)] = []
        for _ in 0..<random.between(0, 5) {
            let at = random.below(turmoil)
            let host = Int(random.below(UInt64(hosts)))
            switch random.below(4) {
            case 0:
                // A guardian needs milliseconds, a service manager seconds.
                let away: UInt64 = random.pick([5_000_000, 60_000_000, 700_000_000, 5_000_000_000])
                result += [(at, .kill(host)), (at + random.between(1_000_000, away), .adopt(host))]
            case 1: result += [(at, .kill(host)), (at + random.below(8_000_000_000), .start(host))]
            case 2: result.append((at, .suspend(host, random.between(50_000_000, 3_500_000_000))))
            default: result.append((at, .delete(host)))
            }
        }
        return result
    }

    private static func reload(
        _ host: Int, cluster: ClusterPlan, random: inout SplitMix64
    ) -> Disturbance {
        let plan = cluster.hosts[host]
        let keeps = cluster.version == .v2 || random.chance(70)
        let preempts = plan.base == .owner || random.chance(50)
        return .reload(
            host, preempts: preempts, preemptDelay: random.pick([.zero, .seconds(1)]),
            interval: keeps ? plan.configuration.advertisementInterval : cluster.interval(&random))
    }
}
