internal import VRRPCore
internal import VRRPWire

/// What one host is configured to be.
struct HostPlan: Sendable {
    var address: IPAddress
    var configuration: VirtualRouter.Configuration
    var base: Priority
    /// Weights of the checks that move its priority.
    var weights: [Int]
    /// Nanoseconds from asking the kernel for the addresses until it answers for them.
    var acquireLatency: UInt64
    var make = Make.understudy
}

/// The whole cluster as the seed draws it: everything that its members must agree on, and the members.
struct ClusterPlan: Sendable {
    var version: ProtocolVersion
    var virtualAddresses: [IPAddress]
    var authentication: Authentication
    var checksum: ChecksumForm
    var virtualRouterID: VirtualRouterID
    var hosts: [HostPlan] = []

    init(hostCount: ClosedRange<Int>, random: inout SplitMix64) {
        version = random.chance(40) ? .v2 : .v3
        let family: AddressFamily = version == .v3 && random.chance(50) ? .v6 : .v4
        virtualAddresses = [Self.address(family, 100), Self.address(family, 101)]
        authentication = version == .v2 && random.chance(50) ? .password(SimplePassword("secret")) : .none
        checksum = version == .v3 && random.chance(50) ? .pseudoHeader : .messageOnly
        virtualRouterID = VirtualRouterID(UInt8(random.between(1, 255))) ?? VirtualRouterID.first
        let count = Int(random.between(UInt64(hostCount.lowerBound), UInt64(hostCount.upperBound)))
        // 200 comes before 30 as text and after it as a number, so a tie decided on text is seen.
        let suffixes = random.permutation(of: [2, 9, 30, 19, 200, 11, 3, 21])
        let shared = interval(&random)
        let mixes = version == .v3 && random.chance(30)
        let allPreempt = random.chance(40)
        for index in 0..<count {
            let own = mixes ? interval(&random) : shared
            var configuration = VirtualRouter.Configuration(version: version, advertisementInterval: own)
            configuration.preempts = allPreempt || random.chance(60)
            configuration.preemptDelay = random.pick([.zero, .zero, .zero, .milliseconds(500), .seconds(8)])
            configuration.announcements = Self.announcements(&random)
            let priorities: [UInt8] = [100, 100, 100, 100, 101, 106, 150, 150, 200, 254, 1, 255]
            let base = Priority(random.pick(priorities))
            // An owner is configured to preempt, whatever else is asked for (RFC 9568 section 6.1).
            if base == .owner { configuration.preempts = true }
            hosts.append(
                HostPlan(
                    address: Self.address(family, suffixes[index]), configuration: configuration, base: base,
                    weights: [random.pick([-60, -20, 6]), random.pick([2, 50, -1])],
                    acquireLatency: random.pick([0, 200_000, 3_000_000, 40_000_000])))
        }
    }

    /// Lets models of other programs take the place of some hosts, but never of all.
    mutating func admitModels(random: inout SplitMix64) {
        guard random.chance(30) else { return }
        let ours = Int(random.below(UInt64(hosts.count)))
        for index in hosts.indices where index != ours && random.chance(60) {
            let isKeepalived = authentication != .none || random.chance(60)
            replace(index, by: isKeepalived ? .keepalived : .frr)
        }
    }

    var isMixed: Bool { hosts.contains { $0.make != .understudy } }

    /// What the other program cannot be told falls away.
    mutating func replace(_ index: Int, by make: Make) {
        hosts[index].make = make
        guard make != .understudy else { return }
        if hosts[index].base == .owner { hosts[index].base = Priority(254) }
        guard make == .frr else { return }
        hosts[index].configuration.preemptDelay = .zero
        var once = AnnouncementPolicy()
        (once.repeats, once.delay, once.contestedRepeats, once.contestedDelay) = (1, .zero, 0, .zero)
        hosts[index].configuration.announcements = once
    }

    /// VRRPv2 says whole seconds, and everyone the same.
    func interval(_ random: inout SplitMix64) -> Centiseconds {
        let count = version == .v2 ? random.pick([100, 100, 100, 200]) : random.pick([100, 100, 100, 50, 20, 10, 300])
        return Centiseconds(count) ?? .oneSecond
    }

    private static func announcements(_ random: inout SplitMix64) -> AnnouncementPolicy {
        var policy = AnnouncementPolicy()
        policy.repeats = random.pick([1, 5])
        policy.delay = random.pick([.seconds(5), .seconds(1), .zero])
        policy.contestedRepeats = random.pick([1, 5])
        policy.contestedDelay = random.pick([.seconds(5), .seconds(1), .zero])
        policy.refresh = random.pick([.zero, .zero, .zero, .seconds(4)])
        return policy
    }

    static func address(_ family: AddressFamily, _ suffix: UInt8) -> IPAddress {
        switch family {
        case .v4: .v4(IPv4Address(10, 0, 0, suffix))
        case .v6: .v6(IPv6Address(high: 0xFE80_0000_0000_0000, low: UInt64(suffix)))
        }
    }

    /// The rules by which a host with this configuration judges what it receives.
    func rules(_ configuration: VirtualRouter.Configuration) -> ReceptionRules {
        ReceptionRules(
            version: configuration.version, interval: configuration.advertisementInterval,
            authentication: authentication(configuration.version), addresses: virtualAddresses, peers: nil)
    }

    /// VRRPv3 has no password; the file may keep it.
    private func authentication(_ version: ProtocolVersion) -> Authentication {
        version == .v2 ? authentication : .none
    }

    /// The octets of one advertisement of a host with this configuration.
    func message(
        _ priority: Priority, _ configuration: VirtualRouter.Configuration, carrier: Carrier
    ) -> [UInt8] {
        let advertisement = Advertisement(
            version: configuration.version, virtualRouterID: virtualRouterID, priority: priority,
            interval: configuration.advertisementInterval, addressCount: virtualAddresses.count,
            authentication: authentication(configuration.version))
        let size = advertisement.encodedSize(addresses: virtualAddresses)
        return [UInt8](capacity: size) { output in
            advertisement.emit(into: &output, addresses: virtualAddresses, carrier: carrier, checksum: checksum)
        }
    }
}

extension VirtualRouterID {
    /// 1, of which the compiler cannot know that it is one.
    static var first: VirtualRouterID {
        guard let first = VirtualRouterID(1) else { preconditionFailure("1 is a virtual router identifier") }
        return first
    }
}
