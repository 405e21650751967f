internal import Configuration
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

extension RouterRunner {
    /// What stands in the way of this router now, and the address that it would send from.
    func currentObstacles(socketIsOpen: Bool) -> (Obstacles, IPAddress?) {
        var obstacles: Obstacles = surroundings.staticFaults[name] == nil ? [] : .staticItemLost
        guard let link else { return (obstacles.union(checkObstacles).union(.interfaceMissing), nil) }
        // It exists, or nobody could hold an address on it.
        if !link.isUsable, !instance.ignoresOwnLink { obstacles.insert(.interfaceDown) }
        for interface in instance.furtherInterfaces {
            guard let other = surroundings.interfaces.link(named: interface) else {
                obstacles.insert(.interfaceMissing)
                continue
            }
            if !other.isUsable { obstacles.insert(.interfaceDown) }
        }
        if virtualLinkRefusal != nil { obstacles.insert(.interfaceMissing) }
        // With the interface its IPv6 addresses go, and come back with it.
        let source = sourceAddress(on: link) ?? (isLinkHeldUp ? router.primaryAddress : nil)
        if source == nil { obstacles.insert(.noAddress) }
        if !socketIsOpen { obstacles.insert(.socketFailed) }
        if !clashes.isEmpty { obstacles.insert(.addressClash) }
        return (obstacles.union(checkObstacles), source)
    }

    /// Takes up how the tracked interfaces are.
    func trackInterfaces() {
        for (index, tracker) in trackers.enumerated() {
            guard case .interface(let interface) = tracker else { continue }
            let usable = surroundings.interfaces.link(named: interface)?.isUsable ?? false
            tracking.set(usable ? .working : .failed, at: index)
        }
    }

    /// Its interface is down, and that does not count yet.
    var isLinkHeldUp: Bool {
        guard let link, let said = surroundings.interfaces.delays.heldBack(at: link.index) else { return false }
        return !said.isUsable
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
        guard seen.obstacles == .noAddress, router.obstacles.subtracting(.memberFailed).isEmpty,
            let known = router.primaryAddress
        else {
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
            case .script, .process, .file, .session: obstacles.insert(.checkFailed)
            case .interface: obstacles.insert(.trackedInterfaceDown)
            }
        }
        return obstacles
    }

    /// The configured source, else the first address of the interface that is not a virtual one.
    private func sourceAddress(on link: LinkInfo, as new: Instance? = nil) -> IPAddress? {
        let instance = new ?? self.instance
        if let configured = instance.sourceAddress {
            return isUsableSource(configured, of: instance) ? configured : nil
        }
        let virtual = new.map { $0.addresses + $0.excludedAddresses } ?? everyAddress
        let isOwner = instance.priority == .owner
        // The first one is the host's own as a rule, and hundreds of virtual ones follow.
        let candidates = surroundings.interfaces.addresses(on: link.index).lazy.filter { [surroundings] present in
            present.address.family == instance.family
                && (!surroundings.keeper.isOurs(present) || surroundings.staticAddresses.contains(present.address))
                && (isOwner || !virtual.contains { $0.address == present.address })
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

    /// Whether there is an address that it could send from as `new`.
    func hasSource(as new: Instance) -> Bool {
        guard let link = surroundings.interfaces.link(named: new.interface) else { return false }
        return sourceAddress(on: link, as: new) != nil
    }

    /// Whether adverts can be sent from, and answered to, the configured source.
    ///
    /// keepalived: multicast over IPv4 may come from any address, unless `track_src_ip` is given. Peers send unicast to it, and IPv6 refuses to send from
    /// an address that is not here.
    private func isUsableSource(_ source: IPAddress, of instance: Instance) -> Bool {
        if instance.transport == .multicast, instance.family == .v4, !instance.tracksSource { return true }
        return surroundings.interfaces.addresses(having: source).contains { !$0.isTentative && !$0.isDADFailed }
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

    /// What the interface is called now, for one that was there and got another name.
    private var newName: String {
        guard link == nil, let knownIndex, let renamed = surroundings.interfaces.link(at: knownIndex) else { return "" }
        return " (it is called \(renamed.name) now)"
    }

    /// One for each thing that stands in the way.
    func reasons(for obstacles: Obstacles) -> [String] {
        var reasons: [String] = []
        let interfaces = [instance.interface] + instance.furtherInterfaces.sorted()
        if obstacles.contains(.interfaceMissing) {
            let missing = interfaces.filter { surroundings.interfaces.link(named: $0) == nil }
            if !missing.isEmpty {
                reasons.append("interface \(missing.joined(separator: ", ")) does not exist\(newName)")
            }
            if missing != [instance.interface], let virtualLinkRefusal { reasons.append(virtualLinkRefusal) }
        }
        if obstacles.contains(.interfaceDown) {
            for interface in interfaces where !(instance.ignoresOwnLink && interface == instance.interface) {
                guard let link = surroundings.interfaces.link(named: interface), !link.isUsable else { continue }
                reasons.append("interface \(interface) " + (link.isUp ? "has no carrier" : "is down"))
            }
        }
        if obstacles.contains(.noAddress) { reasons.append(missingAddress) }
        if obstacles.contains(.addressClash) { reasons.append(contentsOf: clashes.map(describe)) }
        if obstacles.contains(.socketFailed), !obstacles.contains(.interfaceMissing) {
            reasons.append("its socket could not be opened")
        }
        if obstacles.contains(.firstCheckPending) { reasons.append("the first result of " + names { $0.isPending }) }
        if !obstacles.isDisjoint(with: [.checkFailed, .trackedInterfaceDown]) {
            reasons.append(contentsOf: faults)
        }
        if obstacles.contains(.staticItemLost) { reasons += surroundings.staticFaults[name] ?? [] }
        if obstacles.contains(.memberFailed), let faults = group?.faults(except: self) { reasons.append(faults) }
        return reasons
    }

    private var missingAddress: String {
        if let source = instance.sourceAddress { return "the source address \(source) is not on this host" }
        return switch instance.family {
        case .v4: "interface \(instance.interface) has no IPv4 address to send from"
        case .v6: "interface \(instance.interface) has no usable link-local IPv6 address to send from"
        }
    }

    private func describe(_ clash: ObservedAddress) -> String {
        // Without the only one the host would be cut off.
        let isOnly = surroundings.interfaces.link(named: clash.interface).map { link in
            surroundings.interfaces.addresses(on: link.index).count { $0.address.family == clash.address.family } == 1
        }
        if isOnly == true {
            return
                "virtual address \(clash.address) is the only address of \(clash.interface), by which this host is reached: "
                + "choose another virtual address, or priority 255 if this host is to own it"
        }
        return "virtual address \(clash.address) is already on \(clash.interface) and was not put there by understudyd "
            + "(left over from another daemon? ip address delete \(clash.address)/\(clash.prefixLength) dev \(clash.interface))"
    }

    /// What has failed, together; a file says what it holds.
    private var faults: [String] {
        let failed = zip(tracking.trackers, trackers).filter { $0.0.isFault }
        let plain = failed.filter { $0.0.number == nil && !$0.1.isSession }.map(\.1.description)
        return (plain.isEmpty ? [] : [plain.joined(separator: ", ") + " failed"])
            + failed.filter { $0.0.number != nil || $0.1.isSession }.map { $0.1.fault($0.0) }
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
        case .file(let name): "tracked file \(name)"
        case .session(let name): "BFD session \(name)"
        }
    }

    var isSession: Bool { if case .session = self { true } else { false } }

    /// That it stands in the way.
    func fault(_ tracker: Tracker) -> String {
        if let number = tracker.number { return "\(self) holds \(number)" }
        return isSession ? "\(self) is \(tracker.status == .working ? "up" : "down")" : "\(self) failed"
    }
}
