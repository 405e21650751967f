internal import LinuxKernel
internal import VRRPCore

extension AddressKeeper {
    /// Gives those of `addresses` that are here and ours a new lease; nil for ever.
    ///
    /// It is ordered, and not waited for. One that somebody removes just now is put back by it: that is what a repair would do
    /// as well.
    ///
    /// - Parameter since: when they came here, those that an earlier process added.
    func renew(
        _ addresses: [VirtualAddress], lease: AddressLease?, for router: String, since: MonotonicInstant,
        at now: MonotonicInstant, in table: InterfaceTable
    ) {
        let requests = addresses.compactMap { address -> AddressRequest? in
            guard let link = table.link(named: address.interface), let present = table.present(address), isOurs(present)
            else { return nil }
            return request(address, on: link, lease: lease, age: now.since(added[Key(present)] ?? since))
        }
        guard !requests.isEmpty else { return }
        let waited = renewer.renew(requests, for: router)
        if waited >= Renewer.longTime { tellSlowness(waited, isOver: false, at: now) }
    }

    /// Says what became of renewals that did not go as they should.
    func takeOutcomes(at now: MonotonicInstant) {
        for trouble in renewer.takeTroubles() { log.error("\(trouble), for renewing addresses; it goes on without it") }
        for outcome in renewer.takeOutcomes() {
            if outcome.nanoseconds >= Renewer.longTime { tellSlowness(outcome.nanoseconds, isOver: true, at: now) }
            guard let refused = outcome.refused else { continue }
            let first = outcome.first
            let key = Key(interfaceIndex: first.interfaceIndex, address: first.address, prefixLength: 0)
            guard let more = limiter.pass(Failure(key: key, code: refused.error.code), at: now) else { continue }
            log.error(
                "(\(outcome.holder)) cannot renew \(refused.count) of \(outcome.count) address(es): \(refused.error); the "
                    + "kernel removes them when their lease ends\(more)")
        }
    }

    /// Takes up what is here with our mark although the kernel told us that it was gone: a renewal that had been ordered before
    /// has put it back, of which there is no news.
    ///
    /// - Returns: those that are here now. What somebody else has put here instead is refused, and said to be.
    func adoptUnexpected(
        for router: String, at now: MonotonicInstant, in table: inout InterfaceTable
    ) -> [VirtualAddress] {
        if unexpected.isEmpty { return [] }
        defer { unexpected = [] }
        let present = listOurs(for: router)
        return unexpected.compactMap { address, error in
            guard let link = table.link(named: address.interface) else { return nil }
            let key = Key(interfaceIndex: link.index, address: address.address, prefixLength: address.prefixLength)
            guard let found = present[key] else {
                noteRefusal(of: address, on: link, error, for: router, at: now)
                return nil
            }
            added[key] = now
            forgetRefusal(key)
            table.apply(.address(found), at: now)
            return address
        }
    }

    /// Takes up those of `addresses` that are here with our mark although the kernel told us that they were gone.
    ///
    /// Nothing may be renewed meanwhile.
    func adoptReturned(
        _ addresses: [VirtualAddress], for router: String, at now: MonotonicInstant, in table: inout InterfaceTable
    ) {
        let present = listOurs(for: router)
        for address in addresses where table.present(address) == nil {
            guard let link = table.link(named: address.interface) else { continue }
            let key = Key(interfaceIndex: link.index, address: address.address, prefixLength: address.prefixLength)
            guard let found = present[key] else { continue }
            added[key] = now
            table.apply(.address(found), at: now)
        }
    }

    /// What the kernel says now that is here with our mark.
    private func listOurs(for router: String) -> [Key: AddressInfo] {
        var present: [Key: AddressInfo] = [:]
        do throws(SystemError) {
            for address in try commands.addresses() where address.protocolMark == addressMark {
                present[Key(address)] = address
            }
        } catch {
            log.error("(\(router)) cannot look at what the kernel says is there: \(error)")
        }
        return present
    }

    /// One line of each kind a minute for all routers: it is the kernel that is slow.
    private func tellSlowness(_ nanoseconds: UInt64, isOver: Bool, at now: MonotonicInstant) {
        guard slowness.pass(isOver, at: now) != nil else { return }
        let time = Interval.milliseconds(nanoseconds / 1_000_000)
        let culprit = "something else on this host, or in one of its containers,"
        log.warning(
            isOver
                ? "The kernel took \(time) to renew addresses: \(culprit) held its lock on network configuration"
                : "The kernel has not renewed addresses for \(time) so far: \(culprit) holds its lock on network "
                    + "configuration; adverts do not wait for that")
    }
}
