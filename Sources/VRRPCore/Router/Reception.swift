public import VRRPWire

/// What a virtual router demands of an advertisement before it believes it (RFC 9568 section 7.1, RFC 3768 section 7.1).
public struct ReceptionRules: Equatable, Sendable {
    public var version: ProtocolVersion
    /// Advertisement_Interval; VRRPv2 demands the same of everyone.
    public var interval: Centiseconds
    /// VRRPv2's simple password, or none.
    public var authentication: Authentication
    /// The addresses that are advertised, which everyone should agree on.
    public var addresses: [IPAddress]
    /// Whom to believe when adverts are unicast; nil when they are multicast.
    public var peers: [IPAddress]?
    /// What the TTL or hop limit of a peer's adverts must be (keepalived: min_ttl, max_ttl); whoever is not listed may send any.
    public var hopLimits: [IPAddress: ClosedRange<UInt8>] = [:]
    /// `auth_hmac`, or none.
    public var keyed: KeyedAuthentication?

    public init(
        version: ProtocolVersion, interval: Centiseconds, authentication: Authentication, addresses: [IPAddress],
        peers: [IPAddress]?, keyed: KeyedAuthentication? = nil
    ) {
        self.version = version
        self.interval = interval
        self.authentication = authentication
        self.addresses = addresses
        self.peers = peers
        self.keyed = keyed
    }
}

/// Why an advertisement for a virtual router of ours was not believed.
///
/// Each case has its counter; both kinds of hop limit share one.
public enum Refusal: Error, Equatable, Sendable {
    case malformed(WireError)
    case hopLimit(UInt8)
    case peerHopLimit(UInt8, allowed: ClosedRange<UInt8>)
    case version(got: UInt8, expected: ProtocolVersion)
    case authenticationType(got: UInt8, expected: UInt8)
    case password
    case interval(got: Centiseconds, expected: Centiseconds)
    case unknownPeer
    case trailer(TrailerRefusal)
    case header(HeaderRefusal)
}

/// An advertisement that was believed, and what was odd about it.
public struct Admitted: Equatable, Sendable {
    public struct Remarks: OptionSet, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }
        /// VRRPv3 only: the sender's interval is not ours.
        ///
        /// It is learned, not refused.
        public static let intervalDiffers = Remarks(rawValue: 1)
        /// The sender advertises other addresses.
        ///
        /// Refusing it would make two owners of those that are the same.
        public static let addressesDiffer = Remarks(rawValue: 2)
    }

    public var heard: Heard
    public var checksum: ChecksumForm
    public var remarks: Remarks
    /// Why it does not prove its sender, where that is not demanded: what `mode enforce` would refuse.
    public var distrust: TrailerRefusal?

    public init(heard: Heard, checksum: ChecksumForm, remarks: Remarks, distrust: TrailerRefusal? = nil) {
        self.heard = heard
        self.checksum = checksum
        self.remarks = remarks
        self.distrust = distrust
    }
}

extension VirtualRouter {
    /// Judges one VRRP message addressed to this router's VRID, and counts the verdict.
    ///
    /// The order is that of RFC 9568 section 7.1. Nothing is learned from a message that fails any check.
    /// - Parameters:
    ///   - message: the IP payload, the whole of it.
    ///   - carrier: from the IP header.
    ///   - clock: what time it is, for `auth_hmac`; nil when that is not known, and then no advert is out of time.
    ///   - header: what the authentication header before it proves; nil when there is none.
    public mutating func admit(
        _ message: Span<UInt8>, carrier: Carrier, rules: ReceptionRules, clock: AuthenticationClock? = nil,
        header: HeaderProof? = nil
    ) throws(Refusal) -> Admitted {
        if let peers = rules.peers {
            // Unicast may be routed, so the hop limit proves nothing there; the list of peers takes its place.
            guard peers.contains(carrier.source) else { throw refuse(.unknownPeer) }
            if let bounds = rules.hopLimits[carrier.source], !bounds.contains(carrier.hopLimit) {
                throw refuse(.peerHopLimit(carrier.hopLimit, allowed: bounds))
            }
        } else if !carrier.isOnLink {
            throw refuse(.hopLimit(carrier.hopLimit))
        }
        let version = message.isEmpty ? 0 : message[0] >> 4
        if message.count >= Advertisement.headerSize, version != rules.version.rawValue {
            throw refuse(.version(got: version, expected: rules.version))
        }
        let sequence = try authenticate(header, from: carrier.source, rules.authentication)
        let hasTrailer = hasTrailer(message, carrier, rules)
        let (mark, distrust) = try authenticate(
            message, hasTrailer: hasTrailer, from: carrier.source, rules.keyed, at: clock)
        let (advertisement, checksum) = try parse(message, carrier: carrier, hasTrailer: hasTrailer, rules.addresses)
        if !hasTrailer, rules.keyed?.mode == .enforce { throw refuse(.trailer(.missing)) }
        try authenticate(advertisement, against: rules.authentication)
        if advertisement.interval != rules.interval, rules.version == .v2 {
            throw refuse(.interval(got: advertisement.interval, expected: rules.interval))
        }
        var remarks: Admitted.Remarks = []
        if advertisement.interval != rules.interval {
            counters.intervalErrors += 1
            remarks.insert(.intervalDiffers)
        }
        let same = Advertisement.addresses(
            in: message, family: carrier.family, count: advertisement.addressCount, equalAsSetTo: rules.addresses)
        // Our own list may begin with another address, and so may that of a peer with the same list in another order:
        // refusing those would make two owners of addresses that both agree on.
        if !same, carrier.family == .v6 { try refuseWithoutLinkLocal(message) }
        if !same {
            counters.addressListErrors += 1
            remarks.insert(.addressesDiffer)
        }
        // Only now: whoever damages a good advert on its way must not make its sender's next copy look like a replay.
        if let mark { keyedMemory.move(mark, most: max(KeyedMemory.multicastSenders, rules.peers?.count ?? 0)) }
        if let sequence { headerMemory.note(sequence, from: carrier.source) }
        let heard = Heard(
            priority: advertisement.priority, interval: advertisement.interval, source: carrier.source)
        return Admitted(heard: heard, checksum: checksum, remarks: remarks, distrust: distrust)
    }

    /// Without `auth_hmac` a trailer is passed over: its sender is no worse known than one that sends none, and refusing
    /// it would make two owners.
    private func hasTrailer(_ message: Span<UInt8>, _ carrier: Carrier, _ rules: ReceptionRules) -> Bool {
        guard AuthenticationTrailer.isPresent(in: message, family: carrier.family) else { return false }
        if rules.keyed != nil { return true }
        do throws(WireError) { _ = try AuthenticationTrailer.parse(message) } catch { return false }
        return true
    }

    /// What the trailer proves: the mark to set, or why it proves nothing where that is tolerated.
    private mutating func authenticate(
        _ message: Span<UInt8>, hasTrailer: Bool, from source: IPAddress, _ keyed: KeyedAuthentication?,
        at clock: AuthenticationClock?
    ) throws(Refusal) -> (KeyedMemory.Mark?, TrailerRefusal?) {
        guard let keyed else { return (nil, hasTrailer ? .notConfigured : nil) }
        guard hasTrailer else { return (nil, .missing) }
        do throws(TrailerRefusal) {
            return (try judge(trailerOf: message, from: source, by: keyed, at: clock), nil)
        } catch {
            if keyed.mode == .enforce { throw refuse(.trailer(error)) }
            count(error)
            return (nil, error)
        }
    }

    /// The sequence number to remember when the message is believed.
    private mutating func authenticate(
        _ header: HeaderProof?, from source: IPAddress, _ expected: Authentication
    ) throws(Refusal) -> UInt32? {
        switch header {
        case nil:
            if expected == .header { throw refuse(.authenticationType(got: 0, expected: expected.type)) }
            return nil
        case .forged: throw refuse(.header(.wrongCode))
        case .genuine(let sequence):
            do throws(HeaderRefusal) {
                try headerMemory.check(sequence, from: source)
            } catch {
                throw refuse(.header(error))
            }
            return sequence
        }
    }

    private mutating func parse(
        _ message: Span<UInt8>, carrier: Carrier, hasTrailer: Bool, _ addresses: [IPAddress]
    ) throws(Refusal) -> (Advertisement, ChecksumForm) {
        do {
            return try Advertisement.parse(
                message, carrier: carrier, requiringLinkLocal: false, requiringAddresses: !addresses.isEmpty,
                trailer: hasTrailer ? AuthenticationTrailer.size : 0)
        } catch {
            throw refuse(.malformed(error))
        }
    }

    private mutating func refuseWithoutLinkLocal(_ message: Span<UInt8>) throws(Refusal) {
        do {
            try Advertisement.checkFirstAddress(in: message)
        } catch {
            throw refuse(.malformed(error))
        }
    }

    private mutating func authenticate(
        _ advertisement: Advertisement, against expected: Authentication
    ) throws(Refusal) {
        switch (advertisement.authentication, expected) {
        case (.none, .none), (.header, .header): return
        case (.password(let got), .password(let wanted)):
            guard got.matches(wanted) else { throw refuse(.password) }
        default: throw refuse(.authenticationType(got: advertisement.authentication.type, expected: expected.type))
        }
    }

    private mutating func refuse(_ refusal: Refusal) -> Refusal {
        switch refusal {
        case .hopLimit, .peerHopLimit: counters.hopLimitErrors += 1
        case .version: counters.versionErrors += 1
        case .authenticationType: counters.authenticationTypeMismatches += 1
        case .password: counters.authenticationFailures += 1
        case .interval: counters.intervalErrors += 1
        case .unknownPeer: counters.unknownPeers += 1
        case .malformed(let error): count(error)
        case .trailer(let error): count(error)
        case .header: counters.authenticationFailures += 1
        }
        return refusal
    }

    private mutating func count(_ error: TrailerRefusal) {
        switch error {
        case .missing: counters.trailersMissing += 1
        case .stale: counters.trailersStale += 1
        case .unknownKey: counters.trailerKeysUnknown += 1
        case .malformed, .wrongCode: counters.trailersForged += 1
        case .replayed: counters.trailersReplayed += 1
        case .notConfigured: break  // Nothing was expected of it.
        }
    }

    private mutating func count(_ error: WireError) {
        switch error {
        case .truncated, .lengthMismatch, .ipHeaderLength, .ipTotalLength: counters.lengthErrors += 1
        case .unsupportedVersion, .versionTwoOverIPv6, .notIPv4, .notIPv6: counters.versionErrors += 1
        case .unsupportedType: counters.invalidTypes += 1
        case .checksum: counters.checksumErrors += 1
        case .noAddresses, .firstAddressNotLinkLocal: counters.addressListErrors += 1
        case .zeroInterval: counters.intervalErrors += 1
        case .unknownAuthenticationType, .unknownTrailer: counters.invalidAuthenticationTypes += 1
        case .invalidVirtualRouterID, .notARP, .unsupportedARPOperation, .notNeighborAdvertisement,
            .neighborHopLimit:
            break  // Counted, if at all, where they can occur.
        }
    }
}

extension Refusal: CustomStringConvertible {
    /// The reason as the end of a sentence about the packet, with what would end it.
    public var description: String {
        switch self {
        case .malformed(.zeroInterval):
            "its advertisement interval is 0 (a router in a vendor's fast mode? configure whole seconds there)"
        case .malformed(let error): error.description
        case .hopLimit(let limit): "its TTL is \(limit), not 255: it crossed a router or was forged"
        case .peerHopLimit(let limit, let allowed):
            "its TTL is \(limit), and from this peer we expect \(allowed.lowerBound) to \(allowed.upperBound) (min_ttl and "
                + "max_ttl in block 'unicast_peer')"
        case .version(let got, let expected):
            "it speaks VRRP version \(got), we are configured for version \(expected.rawValue) (keyword 'version')"
        case .authenticationType(let got, let expected):
            "its authentication type is \(Self.name(got)), ours is \(Self.name(expected)) (block 'authentication')"
        case .password: "its password is not ours (keyword 'auth_pass')"
        case .interval(let got, let expected):
            "its interval is \(Interval(got)), ours is \(Interval(expected)) (keyword 'advert_int')"
        case .unknownPeer: "it is not one of our peers (block 'unicast_peer')"
        case .trailer(let error): error.description
        case .header(let error): error.description
        }
    }

    private static func name(_ type: UInt8) -> String {
        switch type {
        case 0: "none"
        case 1: "PASS"
        case 2: "AH"
        default: String(type)
        }
    }
}
