internal import Configuration
internal import VRRPCore
internal import VRRPWire

/// What a successor process needs of one BFD session so that the neighbour does not see it go down.
struct BFDMemory: Equatable {
    /// Which one it is, by what makes it the same on the wire.
    var key: String
    var session: BFDSession.Saved
    /// From which its packets come: RFC 5881 section 4 wants it to stay.
    var port: UInt16

    static func key(_ identity: BFDCheck.Identity) -> String {
        "\(identity.neighbour) \(identity.source.map { "\($0)" } ?? "-") \(identity.isMultihop)"
    }

    init(key: String, session: BFDSession.Saved, port: UInt16) {
        self.key = key
        self.session = session
        self.port = port
    }

    var octets: [UInt8] {
        var writer = OctetWriter()
        writer.put(key)
        writer.put(UInt64(port))
        writer.put(UInt64(session.state.rawValue))
        writer.put(UInt64(session.diagnostic.rawValue))
        writer.put(UInt64(session.discriminator))
        writer.put(session.isPolling)
        let remote = session.remote
        writer.put(UInt64(remote.state.rawValue))
        writer.put(UInt64(remote.diagnostic.rawValue))
        for number in [remote.discriminator, remote.desiredMinTx, remote.requiredMinRx] { writer.put(UInt64(number)) }
        writer.put(UInt64(remote.detectMultiplier))
        writer.put(remote.isDemand)
        return writer.octets
    }

    init?(_ octets: [UInt8]) {
        var reader = OctetReader(octets)
        let key = reader.text()
        guard let port = UInt16(exactly: reader.number()), let state = reader.sessionState(),
            let diagnostic = reader.diagnostic(), let discriminator = UInt32(exactly: reader.number())
        else { return nil }
        let isPolling = reader.flag()
        var remote = BFDSession.Remote()
        guard let theirs = reader.sessionState(), let theirReason = reader.diagnostic(),
            let name = UInt32(exactly: reader.number()), let desired = UInt32(exactly: reader.number()),
            let required = UInt32(exactly: reader.number()), let multiplier = UInt8(exactly: reader.number())
        else { return nil }
        remote.state = theirs
        remote.diagnostic = theirReason
        remote.discriminator = name
        remote.desiredMinTx = desired
        remote.requiredMinRx = required
        remote.detectMultiplier = multiplier
        remote.isDemand = reader.flag()
        if reader.isDamaged || key.isEmpty || discriminator == 0 { return nil }
        self.init(
            key: key,
            session: BFDSession.Saved(
                state: state, diagnostic: diagnostic, discriminator: discriminator, remote: remote,
                isPolling: isPolling),
            port: port)
    }
}

extension OctetReader {
    fileprivate mutating func sessionState() -> BFDState? {
        UInt8(exactly: number()).flatMap { BFDState(rawValue: $0) }
    }

    fileprivate mutating func diagnostic() -> BFDDiagnostic? {
        UInt8(exactly: number()).map { BFDDiagnostic(rawValue: $0) }
    }
}
