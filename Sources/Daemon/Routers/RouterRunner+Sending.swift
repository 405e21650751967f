internal import Configuration
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

extension RouterRunner {
    /// Sends what is due in the middle of work that takes longer than the interval.
    func advertiseMeanwhile(at now: MonotonicInstant) {
        let before = router.state
        var actions = ActionBuffer()
        router.advertiseMeanwhile(mayAdvertise, at: now, into: &actions)
        actions.drain { if case .advertise(let priority) = $0 { advertise(priority, at: now) } }
        if router.state == before { return }
        renewLeases(at: now)
        remember(after: before)
    }

    /// Sends one advert to everybody whom it concerns.
    func advertise(_ priority: Priority, at now: MonotonicInstant) {
        guard let socket, let source = router.primaryAddress else { return }
        let signature = router.sign(instance.keyed, at: authenticationClock(at: now))
        let sequence = instance.usesAuthenticationHeader ? router.headerMemory.next(seconds: presentSeconds) : nil
        var isSent = false
        switch instance.transport {
        case .multicast:
            for hardware in advertHardwareAddresses(isSigned: signature != nil || sequence != nil) {
                let isGone = send(
                    priority, signature, sequence, from: source, to: instance.group, by: hardware, over: socket, at: now
                )
                isSent = isGone || isSent
            }
        case .unicast(let peers):
            for peer in peers {
                let isGone = send(priority, signature, sequence, from: source, to: peer, over: socket, at: now)
                isSent = isGone || isSent
            }
        }
        if !isSent { router.noteUnsentAdvert() }
    }

    /// - Returns: whether the kernel took it.
    private func send(
        _ priority: Priority, _ signature: Signature?, _ sequence: UInt32?, from source: IPAddress,
        to destination: IPAddress, by hardware: HardwareAddress? = nil, over socket: SharedSocket,
        at now: MonotonicInstant
    ) -> Bool {
        identification &+= 1
        let packet = instance.packet(
            priority: priority, from: source, to: destination, checksum: checksumForm, identification: identification,
            signature: signature, sequence: sequence)
        do throws(SystemError) {
            if let hardware {
                let frame = EthernetFrame.advert(packet, from: source, to: destination, hardware: hardware)
                try surroundings.frames.send(frame.span, interfaceIndex: socket.key.interfaceIndex)
            } else {
                try socket.raw.send(packet.span, from: source, to: destination, hopLimit: instance.hopLimit)
            }
            return true
        } catch {
            // That the interface is down, or its address awaited, is said as such; that nothing can be sent then is no news.
            guard sourceLostAt == nil, !isLinkHeldUp,
                surroundings.interfaces.link(named: instance.interface)?.isUsable == true
            else { return false }
            if let more = limiter.pass(.sending(error.code), at: now) {
                log.error("(\(name)) cannot send an advert: \(error)\(Self.advice(error))\(more)")
            }
            return false
        }
    }
}
