internal import Configuration
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

extension BFDKeeper {
    /// Takes a datagram that came to a port of BFD.
    func take(
        _ bytes: Span<UInt8>, _ received: UDPListener.Received, _ key: BFDListener.Key, at now: MonotonicInstant
    ) {
        do throws(BFDError) {
            let control = try BFDControl.parse(bytes)
            take(control, received, key, at: now)
        } catch {
            // Whose it would have been, as far as that can be told.
            guard let neighbour = candidates(received, key).first else { return refuseStranger(received, at: now) }
            neighbour.counters.malformed += 1
            refuse(received, neighbour, "\(error)", at: now)
        }
    }

    private func take(
        _ control: BFDControl, _ received: UDPListener.Received, _ key: BFDListener.Key, at now: MonotonicInstant
    ) {
        let candidates = candidates(received, key)
        guard let first = candidates.first else { return refuseStranger(received, at: now) }
        // RFC 5880 section 6.8.6: what names a session is for that one, or for nobody.
        let yours = control.yourDiscriminator
        guard let neighbour = yours == 0 ? first : candidates.first(where: { $0.session.discriminator == yours }) else {
            first.counters.unknownSessions += 1
            // It sends so until it has noticed that we began anew.
            surroundings.log.debug(
                "BFD_Instance(\(first.check.name)) ignored a packet from \(received.source): there is no session "
                    + "\(yours)")
            return
        }
        let least = neighbour.check.leastHopLimit
        guard let hopLimit = received.hopLimit, hopLimit >= least else {
            neighbour.counters.hopLimitErrors += 1
            let seen = received.hopLimit.map { "\($0)" } ?? "not known"
            return refuse(
                received, neighbour,
                "its TTL is \(seen), and must be \(least)\(least == 255 ? "" : " at least") (ttl and max_hops of "
                    + "bfd_instance \(neighbour.check.name))", at: now)
        }
        neighbour.counters.received += 1
        deliver(.received(control), to: neighbour, at: now)
    }

    /// The sessions whose neighbour sent it, those that are bound to the address it was sent to before others.
    private func candidates(_ received: UDPListener.Received, _ key: BFDListener.Key) -> [BFDNeighbour] {
        let known = neighbours.filter { $0.check.neighbour == received.source && $0.check.port == key.port }
        if known.count < 2, known.first?.check.source == nil { return known }
        let exact = known.filter { $0.check.source != nil && $0.check.source == received.destination }
        return exact + known.filter { $0.check.source == nil }
    }

    private func refuse(
        _ received: UDPListener.Received, _ neighbour: BFDNeighbour, _ reason: String, at now: MonotonicInstant
    ) {
        guard let more = limiter.pass(.refused(neighbour.check.name), at: now) else { return }
        surroundings.log.warning(
            "BFD_Instance(\(neighbour.check.name)) ignored a packet from \(received.source): \(reason)\(more)")
    }

    private func refuseStranger(_ received: UDPListener.Received, at now: MonotonicInstant) {
        countStranger()
        guard let more = limiter.pass(.stranger, at: now) else { return }
        surroundings.log.info("BFD: ignored a packet from \(received.source), which is no neighbour here\(more)")
    }
}
