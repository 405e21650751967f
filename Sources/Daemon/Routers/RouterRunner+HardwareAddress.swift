internal import Configuration
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

// Neighbours go on sending to the hardware address that an interface had until they are told of another one.

extension RouterRunner {
    /// Announces the addresses of interfaces that have another hardware address than a moment ago.
    ///
    /// The kernel does so only where `arp_notify` and `ndisc_notify` ask for it.
    func noticeHardwareAddresses(at now: MonotonicInstant) {
        var present: [String: HardwareAddress] = [:]
        for interface in Set(everyAddress.map(\.interface)) {
            present[interface] = surroundings.interfaces.link(named: interface)?.hardwareAddress
        }
        let known = hardwareAddresses
        hardwareAddresses = present
        let first = everyAddress.first.flatMap { present[$0.interface] }
        let before = owners.announcedFrom
        owners.announcedFrom = first ?? before
        // A successor may have them, and one who is not MASTER has nothing to say.
        guard router.holdsAddresses, !isResigning else { return }
        for (interface, address) in present.sorted(by: { $0.key < $1.key }) {
            guard let before = known[interface], before != address else { continue }
            log.notice(
                "(\(name)) \(interface) has the hardware address \(address) now and had \(before): announcing its addresses"
            )
            surroundings.announcer.announce(
                everyAddress.filter { $0.interface == interface }, times: instance.announcements.repeats, for: name,
                at: now, in: surroundings.interfaces)
        }
        // Neighbours that have just heard of one hardware address do not believe in another one for a second.
        if let first, let before, first != before { owners.defend(everyAddress.indices, at: now) }
    }
}
