internal import VRRPCore
internal import VRRPWire

/// Hosts of which each has a sync group of the same members, as the seed draws them.
struct GroupPlan: Sendable {
    /// What one host is configured to be, by member.
    struct Host: Sendable {
        var priorities: [Priority]
        var addresses: [IPAddress]
        var configurations: [VirtualRouter.Configuration]
    }

    var memberCount: Int
    var hosts: [Host] = []
    /// True when the hosts are in the same order on every member.
    var agrees: Bool

    init(random: inout SplitMix64) {
        memberCount = Int(random.between(2, 3))
        agrees = random.chance(40)
        let version: ProtocolVersion = random.chance(30) ? .v2 : .v3
        let counts: [Int] = version == .v2 ? [100, 100, 200] : [100, 100, 100, 50, 20, 10, 300]
        let shared = random.pick(counts)
        let mixes = random.chance(20)
        let intervals = (0..<memberCount).map { _ in
            Centiseconds(mixes ? random.pick(counts) : shared) ?? .oneSecond
        }
        let usual: [UInt8] = [100, 100, 101, 150, 150, 200, 254, 1]
        for number in 0..<Int(random.between(2, 3)) {
            var host = Host(priorities: [], addresses: [], configurations: [])
            let same = Priority(random.pick(usual))
            let preempts = random.chance(75)
            let delay: Interval = random.pick([.zero, .zero, .zero, .zero, .milliseconds(500), .seconds(4)])
            for member in 0..<memberCount {
                host.priorities.append(agrees ? same : Priority(random.pick(usual)))
                // Ties are decided by the address; they need not agree either.
                let suffix = agrees ? number : (number * 7 + Int(random.below(5)) * 3)
                host.addresses.append(.v4(IPv4Address(10, 0, UInt8(member), UInt8(suffix * 4 + number + 1))))
                var configuration = VirtualRouter.Configuration(
                    version: version, advertisementInterval: intervals[member], preempts: preempts, preemptDelay: delay)
                configuration.announcements.delay = .zero
                host.configurations.append(configuration)
            }
            let hold = host.configurations.map(\.successionBound).max() ?? .zero
            for member in 0..<memberCount { host.configurations[member].groupHold = hold }
            hosts.append(host)
        }
        if random.chance(12) { makeOwner(of: 0) }
    }

    /// All addresses of a group are its own, or none: the configuration is refused otherwise.
    private mutating func makeOwner(of index: Int) {
        hosts[index].priorities = hosts[index].priorities.map { _ in .owner }
        for member in hosts[index].configurations.indices { hosts[index].configurations[member].preempts = true }
    }

    /// An owner has no weights, hands nothing over and always preempts.
    func isOwner(_ host: Int) -> Bool { hosts[host].priorities.contains(.owner) }

    /// One line a host.
    var description: [String] {
        ["group members=\(memberCount) hosts=\(hosts.count) \(agrees ? "same order" : "any order")"]
            + hosts.enumerated().map { index, host in
                let first = host.configurations[0]
                return "g\(index) priorities=\(host.priorities.map(\.rawValue))"
                    + " intervals=\(host.configurations.map(\.advertisementInterval.count)) version=\(first.version.rawValue)"
                    + " preempt=\(first.preempts) preempt_delay=\(first.preemptDelay)"
                    + " addresses=\(host.addresses.map(\.description))"
            }
    }
}
