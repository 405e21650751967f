internal import VRRPCore
internal import VRRPWire

// What is suspicious about BFD sessions, which work as they are written.

extension Linter {
    mutating func checkSessions() {
        for session in model.sessions {
            checkPace(session)
            checkHopLimit(session)
        }
    }

    private mutating func checkPace(_ session: BFDCheck) {
        let detection = session.usualDetectionTime
        if session.multiplier == 1 {
            report(
                .warning, "fast-detection", at: session.location,
                "bfd_instance `\(session.name)`: with multiplier 1 the neighbour takes this host for gone when one packet is lost",
                consequence: "networks lose one now and then, and each would be a failure", fix: "multiplier 3")
        } else if detection < Self.fastest {
            report(
                .warning, "fast-detection", at: session.location,
                "bfd_instance `\(session.name)` takes a silence of \(detection.decimalMilliseconds) ms for a failure",
                consequence:
                    "a busy host, or a process that is replaced, is silent for as long although nothing has failed",
                fix: "min_tx 50 and min_rx 50, with multiplier \(max(3, min(5, session.multiplier)))")
        } else if detection > .seconds(10) {
            report(
                .note, "slow-detection", at: session.location,
                "bfd_instance `\(session.name)` notices a failure after up to \(detection.decimalSeconds) s",
                consequence: "whoever depends on the neighbour waits for that long", fix: "min_tx 50 and min_rx 50")
        }
    }

    /// Five packets at keepalived's default of 10 ms.
    private static let fastest = Interval.milliseconds(50)

    /// keepalived's packets have 64 over IPv6, and with them come those of routers that are far away.
    private mutating func checkHopLimit(_ session: BFDCheck) {
        guard session.neighbour.family == .v6, session.hopLimit == nil, session.maxHops == nil, !session.isMultihop
        else { return }
        report(
            .note, "session-hop-limit", at: session.location,
            "bfd_instance `\(session.name)` takes packets with a hop limit of 64 or more, as keepalived sends them over IPv6",
            consequence:
                "a forged packet from elsewhere could end the session; the standard wants 255, which no router lets through",
            fix: "hoplimit 255   # on both hosts")
    }

    /// A session that is slower than the adverts it is to be faster than.
    mutating func checkSessions(of instance: Instance) {
        let patience = Interval(instance.advertisementInterval) * instance.downTimerAdverts
        for tracked in instance.trackedSessions {
            guard let session = model.sessions.first(where: { $0.name == tracked.name }),
                session.usualDetectionTime > patience
            else { continue }
            report(
                .note, "session-slower-than-adverts", at: tracked.location,
                "`\(tracked.name)` notices a failure after \(session.usualDetectionTime.decimalSeconds) s, and `\(instance.name)` "
                    + "misses its adverts after \(patience.decimalSeconds) s",
                consequence: "where the neighbour is the other router of the pair, the session tells nothing sooner",
                fix: "min_tx, min_rx or multiplier of bfd_instance \(tracked.name): less")
        }
    }

    /// Addresses from which sessions send.
    mutating func checkSessions(on facts: HostFacts) {
        for session in model.sessions {
            guard let source = session.source,
                !facts.interfaces.contains(where: { $0.addresses.contains { $0.address == source } })
            else { continue }
            report(
                missing, "source-not-here", at: session.sourceLocation ?? session.location,
                "bfd_instance `\(session.name)`: the source address \(source) is not on this host",
                consequence: "the session is down until it is there", fix: facts.source(towards: session.neighbour))
        }
    }
}

extension HostFacts {
    /// An address of this host in a subnet of `neighbour`, as a line.
    fileprivate func source(towards neighbour: IPAddress) -> String? {
        let near = interfaces.flatMap(\.addresses).first {
            $0.address.family == neighbour.family && neighbour.shares(prefixOf: $0.address, length: $0.prefixLength)
        }
        return near.map { "source_ip \($0.address)" }
    }
}
