internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// Adds and removes addresses; the table is brought up to date without waiting for the kernel's own news.
extension AddressKeeper {
    /// EADDRNOTAVAIL.
    private static let noSuchAddress: Int32 = 99
    /// EEXIST.
    private static let addressExists: Int32 = 17

    /// Something to do about an address, and what to ask of the kernel for it.
    struct Step {
        var operation: AddressOperation
        var link: LinkInfo
        var change: AddressChange
    }

    /// What to ask of the kernel; without what is on no interface of this host.
    func steps(
        _ operations: [AddressOperation], lease: AddressLease?, for router: String, in table: InterfaceTable
    ) -> [Step] {
        operations.compactMap { operation in
            switch operation {
            case .add(let address):
                guard let link = link(of: address, for: router, in: table) else { return nil }
                let request = request(address, on: link, lease: lease, age: .zero)
                return Step(operation: operation, link: link, change: .add(request))
            case .remove(let present):
                guard let link = table.link(named: present.interface) else { return nil }
                var request = AddressRequest(
                    interfaceIndex: link.index, address: present.address, prefixLength: present.prefixLength)
                request.peer = table.address(present.address, present.prefixLength, on: link.index)?.peer
                return Step(operation: operation, link: link, change: .remove(request))
            }
        }
    }

    /// Has the thread ask the kernel, and waits where that is at something else; nothing is renewed afterwards until `resume`.
    ///
    /// - Parameter goesOn: called every two milliseconds meanwhile, as `Renewer.hold` says; it may look at every table.
    /// - Returns: for each step why the kernel refused it; nil where it did not.
    func ask(_ steps: [Step], in table: InterfaceTable, goesOn: (_ mayClaim: Bool) -> Void) -> [SystemError?] {
        let promoting = promoteOthers(behind: removals(steps), in: table, goesOn: goesOn)
        defer { for link in promoting { _ = promote(false, on: link) } }
        return renewer.change(steps.map(\.change), goesOn: goesOn)
    }

    /// Takes up what the kernel has done about one address.
    ///
    /// - Returns: the address if it was added.
    func note(
        _ step: Step, _ refusal: SystemError?, lease: AddressLease?, for router: String, at now: MonotonicInstant,
        in table: inout InterfaceTable
    ) -> VirtualAddress? {
        switch step.operation {
        case .add(let address):
            let isAdded = noteAddition(
                of: address, on: step.link, lease: lease, refusal, for: router, at: now, in: &table)
            return isAdded ? address : nil
        case .remove(let present):
            noteRemoval(of: present, from: step.link, refusal, for: router, at: now, in: &table)
            return nil
        }
    }

    /// Has addresses renewed again, without what was ordered meanwhile of those that are gone.
    func resume(after steps: [Step], for router: String) {
        let gone = Set(removals(steps).map(Key.init))
        renewer.resume(withoutOrdersOf: router) { gone.contains(Key($0)) }
    }

    private func removals(_ steps: [Step]) -> [AddressRequest] {
        steps.compactMap { if case .remove(let request) = $0.change { request } else { nil } }
    }

    private func link(of address: VirtualAddress, for router: String, in table: InterfaceTable) -> LinkInfo? {
        if let link = table.link(named: address.interface) { return link }
        log.error("(\(router)) cannot add \(address.address): there is no interface \(address.interface)")
        return nil
    }

    /// Sees to it that the host's own addresses stay when those before them in their subnets go: the next one becomes the first.
    ///
    /// - Returns: the interfaces that are to be as before afterwards.
    private func promoteOthers(
        behind removed: [AddressRequest], in table: InterfaceTable, goesOn: (_ mayClaim: Bool) -> Void
    ) -> [LinkInfo] {
        // There is hardly ever one, which is found out once for each interface.
        let candidates = Set(removed.map(\.interfaceIndex)).filter { hasOwnSecondary(on: $0, in: table) }
        let interfaces = candidates.filter { index in
            removed.contains { request in
                request.interfaceIndex == index
                    && !ownAddresses(behind: request.address, request.prefixLength, on: index, in: table).isEmpty
            }
        }
        if interfaces.isEmpty { return [] }
        renewer.awaitKernel(goesOn: goesOn)
        return interfaces.compactMap(table.link(at:)).filter { promote(true, on: $0) }
    }

    /// - Parameter refusal: what the kernel said; nil when it took it.
    /// - Returns: whether it was added.
    private func noteAddition(
        of address: VirtualAddress, on link: LinkInfo, lease: AddressLease?, _ refusal: SystemError?,
        for router: String, at now: MonotonicInstant, in table: inout InterfaceTable
    ) -> Bool {
        if let refusal {
            if refusal.code == Self.addressExists {
                unexpected.append((address, refusal))
            } else {
                noteRefusal(of: address, on: link, refusal, for: router, at: now)
            }
            return false
        }
        let key = Key(interfaceIndex: link.index, address: address.address, prefixLength: address.prefixLength)
        added[key] = now
        forgetRefusal(key)
        var present = AddressInfo(
            interfaceIndex: link.index, address: address.address, prefixLength: address.prefixLength,
            scope: address.scope, label: address.label ?? (address.address.family == .v4 ? link.name : nil),
            broadcast: address.broadcast, isDeprecated: address.preferredSeconds == 0, protocolMark: addressMark,
            validSeconds: lease?.seconds)
        present.peer = address.peer
        table.apply(.address(present), at: now)
        return true
    }

    private func noteRemoval(
        of address: ObservedAddress, from link: LinkInfo, _ refusal: SystemError?, for router: String,
        at now: MonotonicInstant, in table: inout InterfaceTable
    ) {
        let key = Key(interfaceIndex: link.index, address: address.address, prefixLength: address.prefixLength)
        if refusal?.code == Self.noSuchAddress {
            // Its lease has ended, or somebody else removed it: the kernel's news of it are on their way.
            log.debug("(\(router)) \(address.address) is gone from \(link.name) already")
        } else if let refusal {
            if let more = limiter.pass(Failure(key: key, code: refusal.code), at: now) {
                log.error("(\(router)) cannot remove \(address.address) from \(link.name): \(refusal)\(more)")
            }
            return
        }
        added[key] = nil
        if let present = table.address(address.address, address.prefixLength, on: link.index) {
            table.apply(.addressGone(present), at: now)
        }
    }
}
