internal import Configuration
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// Watching the link for a successor's announcements, docs/design/0002-resign-then-hold.md.
extension RouterRunner {
    var isResigning: Bool { router.state.isResigning }

    /// Leaves; an Active Router listens for its successor before it says so, because a fast one answers at once.
    ///
    /// - Parameter reason: why, for people: `the daemon was asked to stop`.
    func shutDown(because reason: String, at now: MonotonicInstant) {
        leavingReason = reason
        if case .active = router.state { listenForSuccessor() }
        deliver(.shutdown, at: now)
    }

    /// Hands the addresses over and becomes Backup; stays Active if nobody takes them.
    func handOver(at now: MonotonicInstant) {
        if case .active = router.state { listenForSuccessor() }
        deliver(.switchOver, at: now)
    }

    func listenForSuccessor() {
        unannounced = Set(everyAddress.map(\.address))
        // A successor with the same virtual MAC address is heard on the interface below only.
        wires = Set(everyAddress.map(instance.wire(of:)))
        let interfaces = wires.compactMap { surroundings.interfaces.link(named: $0)?.index }
        for index in interfaces {
            do throws(SystemError) {
                let listener = try surroundings.listener(on: index)
                try listener.join(self)
                listeners.append(listener)
            } catch {
                log.debug("(\(name)) cannot listen for the successor's announcements: \(error); its adverts will do")
            }
        }
    }

    func stopListening() {
        for listener in listeners { listener.leave(self) }
        listeners = []
    }

    /// Goes on with leaving once every address of ours has been announced by someone else.
    func judgeAnnouncements(at now: MonotonicInstant) {
        guard unannounced.isEmpty, !everyAddress.isEmpty, isResigning else { return }
        if handover?.announced == nil { handover?.announced = now }
        deliver(.successorAnnounced, at: now)
    }

    /// Looks at what someone on the link announced while we wait to be replaced.
    ///
    /// Each of hundreds of routers sees what is announced of thousands of addresses: most of it is of others.
    func notice(_ announcement: Announcement) {
        guard unannounced.contains(announcement.address) else { return }
        if !wires.contains(where: { hardwareAddress(of: $0) == announcement.sender }) {
            unannounced.remove(announcement.address)
        }
    }

    private func hardwareAddress(of interface: String) -> HardwareAddress? {
        surroundings.interfaces.link(named: interface)?.hardwareAddress
    }
}
