internal import Configuration
internal import LinuxKernel
internal import VRRPCore

extension RouterRunner {
    /// For how long the kernel keeps our addresses without us; nil for ever.
    var lease: AddressLease? { instance.routerConfiguration.lease(instance.lease) }

    /// When a router that holds addresses without advertising must renew them.
    var renewalDeadline: MonotonicInstant? {
        guard let lease, isResigning, let renewedAt else { return nil }
        return renewedAt + lease.renewalSpacing
    }

    /// Renews the addresses when it is time: with an advert, so that they outlive us by what a takeover after it needs.
    func renewLeases(at now: MonotonicInstant) {
        guard let lease, router.holdsAddresses, !router.isStopped else { return }
        // A little early is on time: adverts come with the jitter of their timer.
        if let renewedAt, now + .milliseconds(5) < renewedAt + lease.renewalSpacing { return }
        renewAddresses(at: now)
    }

    /// Gives the addresses the present lease, whenever it was renewed last.
    func renewAddresses(at now: MonotonicInstant) {
        renewedAt = now
        surroundings.keeper.renew(everyAddress, lease: lease, for: name, at: now, in: surroundings.interfaces)
    }
}
