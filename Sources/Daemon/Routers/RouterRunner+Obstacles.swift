internal import Configuration
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

extension RouterRunner {
    /// What stands in the way of this router now, and the address that it would send from.
    func currentObstacles(socketIsOpen: Bool) -> (Obstacles, IPAddress?) {
        var obstacles: Obstacles = []
        guard let link else { return (checkObstacles.union(.interfaceMissing), nil) }
        if !link.isUsable { obstacles.insert(.interfaceDown) }
        for interface in Set(everyAddress.map(\.interface)) where interface != instance.interface {
            guard let other = surroundings.interfaces.link(named: interface) else {
                obstacles.insert(.interfaceMissing)
                continue
            }
            if !other.isUsable { obstacles.insert(.interfaceDown) }
        }
        let source = sourceAddress(on: link)
        if source == nil { obstacles.insert(.noAddress) }
        if !socketIsOpen { obstacles.insert(.socketFailed) }
        if !clashes.isEmpty { obstacles.insert(.addressClash) }
        return (obstacles.union(checkObstacles), source)
    }

    /// When a lost source address begins to count.
    var sourceDeadline: MonotonicInstant? {
        sourceLostAt.map { $0 + min(Self.sourcePatience, Interval(instance.routerConfiguration.advertisementInterval)) }
    }

    /// An address that is replaced is missing for a moment, and a failover would take longer: the old one will do until then.
    ///
    /// DHCP clients and scripts remove one address and add the next. Adverts out of a missing address are valid ones: the
    /// packet says where it comes from.
    func bearingLostSource(
        _ seen: (obstacles: Obstacles, source: IPAddress?), at now: MonotonicInstant
    ) -> (Obstacles, IPAddress?) {
        guard seen.obstacles == .noAddress, router.obstacles.isEmpty, let known = router.primaryAddress else {
            sourceLostAt = nil
            return seen
        }
        if sourceLostAt == nil {
            sourceLostAt = now
            log.debug("(\(name)) \(missingAddress); another one is awaited")
        }
        guard let sourceDeadline, now < sourceDeadline else {
            sourceLostAt = nil
            return seen
        }
        return ([], known)
    }

    /// Three lost adverts make a failover; this is less than one of the usual ones.
    private static let sourcePatience = Interval.milliseconds(100)

    private var checkObstacles: Obstacles {
        var obstacles: Obstacles = []
        for (tracker, name) in zip(tracking.trackers, trackers) {
            if tracker.isPending { obstacles.insert(.firstCheckPending) }
            guard tracker.isFault else { continue }
            switch name {
            case .script, .process: obstacles.insert(.checkFailed)
            case .interface: obstacles.insert(.trackedInterfaceDown)
            }
        }
        return obstacles
    }

    /// The configured source, else the first address of the interface that is not a virtual one.
    private func sourceAddress(on link: LinkInfo) -> IPAddress? {
        if let configured = instance.sourceAddress { return isUsableSource(configured) ? configured : nil }
        let virtual = Set(everyAddress.map(\.address))
        let isOwner = instance.priority == .owner
        let candidates = surroundings.interfaces.addresses(on: link.index).filter { present in
            present.address.family == instance.family && !surroundings.keeper.isOurs(present)
                && (isOwner || !virtual.contains(present.address))
        }
        switch instance.family {
        case .v4:
            return (candidates.first { !$0.isSecondary } ?? candidates.first)?.address
        case .v6:
            // RFC 9568 section 5.1.2.1: adverts come from a link-local address, and a tentative one cannot send yet.
            return candidates.first { present in
                guard case .v6(let address) = present.address else { return false }
                return address.isLinkLocal && !present.isTentative && !present.isDADFailed
            }?.address
        }
    }

    /// Whether adverts can be sent from, and answered to, the configured source.
    ///
    /// keepalived: multicast over IPv4 may come from any address. Peers send unicast to it, and IPv6 refuses to send from
    /// an address that is not here.
    private func isUsableSource(_ source: IPAddress) -> Bool {
        if instance.transport == .multicast, instance.family == .v4 { return true }
        return surroundings.interfaces.everyAddress.contains {
            $0.address == source && !$0.isTentative && !$0.isDADFailed
        }
    }

    /// Virtual addresses that this host has although we did not put them there.
    ///
    /// An owner is meant to have them.
    var clashes: [ObservedAddress] {
        // Beside our own, with another prefix or on another interface, it changes nothing while we are meant to answer.
        if instance.priority == .owner || router.holdsAddresses { return [] }
        let observed = surroundings.keeper.observed(everyAddress.map(\.address), in: surroundings.interfaces)
        return AddressPlan.clashes(desired: everyAddress, observed: observed)
    }

    /// While we hold an address, the same one from somebody else on this host is harmless; afterwards it would not be.
    func warnOfCompany(at now: MonotonicInstant) {
        guard router.holdsAddresses, instance.priority != .owner else { return }
        let observed = surroundings.keeper.observed(everyAddress.map(\.address), in: surroundings.interfaces)
        for other in AddressPlan.clashes(desired: everyAddress, observed: observed) {
            guard let more = limiter.pass(.company, at: now) else { return }
            log.warning(
                "(\(name)) \(other.address) is on \(other.interface) as well, and was not put there by understudyd: "
                    + "this host would answer for it when another one has it; "
                    + "ip address delete \(other.address)/\(other.prefixLength) dev \(other.interface)\(more)")
        }
    }

    /// The obstacles in words a person can act on.
    func explain(_ obstacles: Obstacles) -> String { reasons(for: obstacles).joined(separator: "; ") }

    /// One for each thing that stands in the way.
    func reasons(for obstacles: Obstacles) -> [String] {
        var reasons: [String] = []
        let others = Set(everyAddress.map(\.interface)).filter { $0 != instance.interface }.sorted()
        let interfaces = [instance.interface] + others
        if obstacles.contains(.interfaceMissing) {
            let missing = interfaces.filter { surroundings.interfaces.link(named: $0) == nil }
            reasons.append("interface \(missing.joined(separator: ", ")) does not exist")
        }
        if obstacles.contains(.interfaceDown) {
            for interface in interfaces {
                guard let link = surroundings.interfaces.link(named: interface), !link.isUsable else { continue }
                reasons.append("interface \(interface) " + (link.isUp ? "has no carrier" : "is down"))
            }
        }
        if obstacles.contains(.noAddress) { reasons.append(missingAddress) }
        if obstacles.contains(.addressClash) { reasons.append(contentsOf: clashes.map(Self.describe)) }
        if obstacles.contains(.socketFailed), !obstacles.contains(.interfaceMissing) {
            reasons.append("its socket could not be opened")
        }
        if obstacles.contains(.firstCheckPending) { reasons.append("the first result of " + names { $0.isPending }) }
        if !obstacles.isDisjoint(with: [.checkFailed, .trackedInterfaceDown]) {
            reasons.append(names { $0.isFault } + " failed")
        }
        return reasons
    }

    private var missingAddress: String {
        if let source = instance.sourceAddress { return "the source address \(source) is not on this host" }
        return switch instance.family {
        case .v4: "interface \(instance.interface) has no IPv4 address to send from"
        case .v6: "interface \(instance.interface) has no usable link-local IPv6 address to send from"
        }
    }

    private static func describe(_ clash: ObservedAddress) -> String {
        "virtual address \(clash.address) is already on \(clash.interface) and was not put there by understudyd "
            + "(left over from another daemon? ip address delete \(clash.address)/\(clash.prefixLength) dev \(clash.interface))"
    }

    private func names(where condition: (Tracker) -> Bool) -> String {
        zip(tracking.trackers, trackers).filter { condition($0.0) }.map(\.1.description).joined(separator: ", ")
    }
}

extension TrackerName: CustomStringConvertible {
    var description: String {
        switch self {
        case .script(let name): "check \(name)"
        case .process(let name): "process check \(name)"
        case .interface(let name): "tracked interface \(name)"
        }
    }
}
