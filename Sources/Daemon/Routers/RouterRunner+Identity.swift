internal import Configuration
internal import VRRPCore
internal import VRRPWire

// A reload may make another virtual router of an instance on the wire: another VRID, interface or transport.

extension RouterRunner {
    /// Says nothing more as the virtual router that it was: the others have as long as after a crash to be reloaded too.
    func leaveSegment() {
        leaveSockets()
        peers = PeerTable()
        ignored = nil
    }

    /// What was wrong with others' adverts before a reload need not be wrong any more: the next ones are judged anew.
    func forgetJudgements(after old: Instance) {
        guard instance != old else { return }
        peers.forgetJudgements()
        (ignored, stranger) = (nil, nil)
    }

    /// Goes on as the virtual router that it is now.
    func joinSegment(at now: MonotonicInstant) {
        notifications.memoryKey = memoryKey
        let transport = instance.transport == .multicast ? "multicast" : "unicast"
        let patience = rounded(router.configuration.longestSuccession)
        log.notice(
            "(\(name)) is virtual router \(virtualRouterID.rawValue) on \(instance.interface) by \(transport) from now on"
                + (router.holdsAddresses
                    ? ", and goes on in its state: whoever is not reloaded within \(patience) takes over" : ""))
        // Those that are reloaded at the same time are to hear it at once.
        deliver(.successorAnnounced, at: now)
    }

    /// Says before a reload which addresses it will have after it, so that another instance that loses one leaves it here.
    func claim(_ new: Instance) {
        guard router.holdsAddresses else { return }
        surroundings.held[ObjectIdentifier(self)] = new.addresses + new.excludedAddresses
        surroundings.heldRoutes[ObjectIdentifier(self)] = new.routes
        surroundings.heldRules[ObjectIdentifier(self)] = new.rules
    }
}
