internal import Configuration
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// `use_vmac`: the addresses are on an interface that is up while they are there, docs/design/0023-virtual-mac.md.
extension RouterRunner {
    /// Where an advert to the group comes from, each time that it is sent; nil for the interface's own MAC address.
    ///
    /// Only an Active Router's come from the virtual one. Who yields or leaves says so with its own: switches, which learn
    /// from every frame, shall not look for the successor here.
    ///
    /// keepalived with `vmac_xmit_base` does not hear what comes from the MAC address that its own interface has. A rival that goes on
    /// may be one: from then on each advert is sent from both, unless it is signed, for the second would be a replay.
    func advertHardwareAddresses(isSigned: Bool) -> [HardwareAddress?] {
        guard let virtual = instance.virtualMAC, !virtual.sendsFromBase, case .active = router.state else {
            return [nil]
        }
        return owners.hasSeenStubbornRival && !isSigned ? [virtual.hardwareAddress, nil] : [virtual.hardwareAddress]
    }

    /// Does what changes addresses, with the interface up before they come and down after they have gone.
    func onVirtualLink<Outcome>(at now: MonotonicInstant, _ change: () -> Outcome) -> Outcome {
        if router.holdsAddresses, instance.virtualMAC != nil { settleVirtualLink(at: now) }
        defer { settleVirtualLink(at: now) }
        return filtering(at: now, change)
    }

    /// Brings the interface in line with the state; what an earlier run has lent is left alone.
    func settleVirtualLink(at now: MonotonicInstant) {
        let links = surroundings.virtualLinks
        guard let virtual = instance.virtualMAC else {
            return links.forget(ObjectIdentifier(self), at: now, in: &surroundings.interfaces)
        }
        let isUp = router.holdsAddresses
        if isUndecided || hasLoan && !isUp { return }
        links.want(
            virtual.interface, isUp: isUp, for: ObjectIdentifier(self), at: now, in: &surroundings.interfaces)
        listenAgain(on: virtual.interface)
    }

    /// One that was made anew has another number, and nobody listens there yet.
    private func listenAgain(on interface: String) {
        let index = surroundings.interfaces.link(named: interface)?.index
        defer { virtualIndex = index ?? virtualIndex }
        guard let index, let virtualIndex, index != virtualIndex, owners.deadline != nil else { return }
        surroundings.listenForClaims(self, everyAddress)
    }

    /// Why the interface is not there although the one below is.
    var virtualLinkRefusal: String? {
        guard let virtual = instance.virtualMAC,
            let reason = surroundings.virtualLinks.refusal(of: virtual.interface)
        else { return nil }
        return "its virtual MAC interface \(virtual.interface): \(reason)"
    }
}
