internal import Configuration
internal import LinuxKernel
internal import VRRPCore

extension RouterRunner {
    /// For how long the kernel keeps our addresses without us; nil for ever.
    var lease: AddressLease? {
        let configuration = instance.routerConfiguration
        return isResigning ? configuration.resigningLease(instance.lease) : configuration.lease(instance.lease)
    }

    /// When a router that holds addresses without advertising must renew them, or one that advertised twice in a moment.
    var renewalDeadline: MonotonicInstant? {
        guard let lease, let renewedAt else { return nil }
        if owesRenewal, router.holdsAddresses { return renewedAt + lease.leastSpacing }
        return isResigning ? renewedAt + lease.renewalSpacing : nil
    }

    /// Renews the addresses when it is time: with an advert, so that they outlive us by what a takeover after it needs.
    func renewLeases(at now: MonotonicInstant) {
        guard let lease, router.holdsAddresses, !router.isStopped else { return }
        // It would put back, too early, what went with the host's own address; `look` makes up for it.
        if sourceLostAt != nil { return }
        // A little early is on time: adverts come with the jitter of their timer.
        if let renewedAt, now + .milliseconds(5) < renewedAt + lease.leastSpacing {
            // The others wait from this advert on, so what is lent must last from it on too; with frequent adverts it does.
            owesRenewal = lease.leastSpacing < lease.renewalSpacing
            return
        }
        renewAddresses(at: now)
    }

    /// Gives the addresses the present lease, whenever it was renewed last.
    func renewAddresses(at now: MonotonicInstant) {
        renewedAt = now
        owesRenewal = false
        surroundings.keeper.renew(
            everyAddress, lease: lease, for: name, since: life.since, at: now, in: surroundings.interfaces)
    }

    /// Gives up some of the addresses.
    func drop(_ addresses: [VirtualAddress], at now: MonotonicInstant) {
        guard !addresses.isEmpty else { return }
        if router.holdsAddresses { surroundings.takeUpReturned(addresses, for: name, at: now) }
        _ = surroundings.carryOut(plan(for: addresses, desired: []), lease: lease, for: name, at: now)
    }
}
