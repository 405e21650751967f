internal import Configuration
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// `use_vmac` and `use_vmac_addr`: addresses are on interfaces that are up while they are there, docs/design/0023-virtual-mac.md.
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

    /// Does what changes addresses, with the interfaces up before they come and down after they have gone.
    func onVirtualLinks<Outcome>(at now: MonotonicInstant, _ change: () -> Outcome) -> Outcome {
        if router.holdsAddresses, instance.hasVirtualLinks { settleVirtualLinks(at: now) }
        defer { settleVirtualLinks(at: now) }
        return filtering(at: now, change)
    }

    /// Brings the interfaces in line with the state; what an earlier run has lent is left alone.
    func settleVirtualLinks(at now: MonotonicInstant) {
        guard instance.hasVirtualLinks else { return leaveVirtualLinks(at: now) }
        let isUp = router.holdsAddresses
        if isUndecided || hasLoan && !isUp { return }
        let names = instance.virtualLinks.map(\.interface)
        surroundings.virtualLinks.want(
            names, isUp: isUp, for: ObjectIdentifier(self), at: now, in: &surroundings.interfaces)
        listenAgain(on: names)
    }

    /// It needs no such interface any more.
    func leaveVirtualLinks(at now: MonotonicInstant) {
        surroundings.virtualLinks.want(
            [], isUp: false, for: ObjectIdentifier(self), at: now, in: &surroundings.interfaces)
    }

    /// One that was made anew has another number, and nobody listens there yet.
    private func listenAgain(on names: [String]) {
        let known = virtualIndices
        for name in names {
            if let index = surroundings.interfaces.link(named: name)?.index { virtualIndices[name] = index }
        }
        if known.isEmpty || known == virtualIndices || owners.deadline == nil { return }
        surroundings.listenForClaims(self, everyAddress)
    }

    /// Why an interface is not there although the one below is.
    var virtualLinkRefusal: String? {
        guard instance.hasVirtualLinks else { return nil }
        for link in instance.virtualLinks where surroundings.interfaces.link(named: link.base) != nil {
            guard let reason = surroundings.virtualLinks.refusal(of: link.interface) else { continue }
            return "its virtual MAC interface \(link.interface): \(reason)"
        }
        return nil
    }
}
