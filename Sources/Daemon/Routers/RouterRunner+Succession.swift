internal import Configuration
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

// What a successor process goes on with, and what it does with addresses that it finds.

extension RouterRunner {
    /// What the next process needs to know.
    var memory: RouterMemory {
        RouterMemory(
            key: memoryKey, state: router.state, checksumForm: checksumForm, since: life.since,
            hasTakenPart: life.hasTakenPart, cause: life.cause, keyed: router.keyedMemory, header: router.headerMemory)
    }

    /// Its place in the memory is somebody else's from now on.
    func giveUpMemory() {
        memoryIndex = nil
        notifications.memoryIndex = nil
    }

    /// Leaves the new state for a successor of this process.
    ///
    /// - Parameter isCarriedOut: what the new state asks for has been done. Until then the addresses that it gives up are
    ///   still to be removed by whoever comes after us: there may be thousands, which takes its time.
    func remember(after before: VirtualRouter.State, isCarriedOut: Bool = true) {
        guard let memoryIndex else { return }
        surroundings.memory.keep(memory, at: memoryIndex)
        if !router.state.isSameKind(as: before) {
            if isCarriedOut || router.holdsAddresses { surroundings.memory.order(lastOrders, for: memoryIndex) }
            return
        }
        // A signed order is out of date after the next advert.
        if instance.keyed?.signingKey != nil || instance.usesAuthenticationHeader, router.holdsAddresses {
            surroundings.memory.order(lastOrders, for: memoryIndex)
        }
    }

    /// Goes on where the process before us ended.
    func adopt(_ memory: RouterMemory, deafFor deafness: Interval, at now: MonotonicInstant) {
        if instance.followsChecksum { checksumForm = memory.checksumForm }
        life.since = memory.since
        life.cause = memory.cause
        life.hasTakenPart = memory.hasTakenPart
        life.state = shown(memory.state)
        router.keyedMemory = memory.keyed
        router.headerMemory = memory.header
        // Until the router has decided, nothing that is here is touched.
        hasLoan = true
        router.quietUntil = surroundings.quietUntil
        isUndecided = true
        look(at: now)
        isUndecided = false
        hasInherited = true
        if memory.state.isResigning { listenForSuccessor() }
        deliver(.adopted(memory.state, deafFor: deafness), at: now)
        if router.holdsAddresses { hasLoan = false } else { keepLoan(at: now) }
        look(at: now)
    }

    /// Leaves what an earlier run left to its lease, which ends soon and not before a standby has taken over; what has no
    /// end is removed.
    ///
    /// Nobody may have replaced that run: then the addresses serve until this one has them.
    func keepLoan(at now: MonotonicInstant) {
        let present = surroundings.keeper.leftovers(everyAddress, in: surroundings.interfaces)
        hasLoan = !present.isEmpty && present.allSatisfy { $0.validSeconds != nil }
        guard hasLoan else { return removeLeftovers(at: now) }
        log.notice(
            "(\(name)) left from an earlier run: \(present.map(\.address.description).shortList); the kernel removes "
                + "that within \(present.compactMap(\.validSeconds).max() ?? 0) s, or we do when another router is heard"
        )
    }

    /// Somebody else is active: what was left here is not ours to keep.
    func endLoan(because heard: Heard, from source: IPAddress, at now: MonotonicInstant) {
        guard hasLoan, heard.priority != .resigning, source != router.primaryAddress else { return }
        hasLoan = false
        removeLeftovers(at: now)
        settleFilter(at: now)
    }

    /// Removes what an earlier run of ours left on this host.
    func removeLeftovers(at now: MonotonicInstant) {
        removeLeftoverRules(at: now)
        removeLeftoverRoutes(at: now)
        let leftovers = plan(for: everyAddress, desired: [])
        guard !leftovers.isEmpty else { return }
        let list = leftovers.compactMap { operation -> String? in
            guard case .remove(let present) = operation else { return nil }
            return "\(present.address) on \(present.interface)"
        }
        log.notice(
            "(\(name)) removing \(leftovers.count) address(es) that an earlier run left behind: "
                + list.shortList)
        _ = surroundings.carryOut(leftovers, lease: nil, for: name, at: now)
    }

    /// What the guardian is to do in our name when no successor can be started; nil while we hold nothing.
    var lastOrders: LastOrders? {
        guard router.holdsAddresses, let link, let source = router.primaryAddress else { return nil }
        let destinations: [IPAddress] =
            switch instance.transport {
            case .multicast: [instance.group]
            case .unicast(let peers): peers
            }
        var router = router
        let signature = router.sign(instance.keyed, at: authenticationClock(at: surroundings.now))
        let sequence = instance.usesAuthenticationHeader ? router.headerMemory.next(seconds: presentSeconds) : nil
        let packets = destinations.map { destination in
            LastOrders.Packet(
                destination: destination,
                octets: instance.packet(
                    priority: .resigning, from: source, to: destination, checksum: checksumForm, identification: 0,
                    signature: signature, sequence: sequence))
        }
        let held =
            instance.priority == .owner
            ? []
            : everyAddress.compactMap { address in
                surroundings.interfaces.link(named: address.interface).map {
                    LastOrders.Held(
                        interfaceIndex: $0.index, address: address.address, prefixLength: address.prefixLength,
                        peer: address.peer)
                }
            }
        var orders = LastOrders(
            name: name, interface: link.name, interfaceIndex: link.index, source: source, packets: packets,
            addresses: held, hold: router.successionBound)
        orders.hopLimit = instance.hopLimit
        orders.rules = instance.rules.map { KernelRule($0) }
        orders.filterTable = instance.dropsPackets ? surroundings.filter.table : nil
        orders.routes = instance.routes.flatMap {
            surroundings.routes.requests($0, in: surroundings.interfaces) ?? []
        }
        return orders
    }
}
