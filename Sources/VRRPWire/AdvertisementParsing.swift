/// The start of a message, which names the virtual router that is to judge the rest.
public struct Preamble: Equatable, Sendable {
    public var version: UInt8
    public var type: UInt8
    /// Nil when the message says zero, which names no router.
    public var virtualRouterID: VirtualRouterID?

    /// Decodes the fixed header's first octets; fails only when the message is shorter than the fixed header.
    public static func parse(_ bytes: Span<UInt8>) throws(WireError) -> Preamble {
        guard bytes.count >= Advertisement.headerSize else {
            throw .truncated(needed: Advertisement.headerSize, got: bytes.count)
        }
        return Preamble(
            version: bytes[MessageField.versionAndType] >> 4,
            type: bytes[MessageField.versionAndType] & 0x0F,
            virtualRouterID: VirtualRouterID(bytes[MessageField.virtualRouterID]))
    }
}

extension Advertisement {
    /// Decodes `bytes`, which are exactly the IP payload, and says which form of checksum they satisfied.
    ///
    /// The checks come in the order of RFC 9568 section 7.1, length before content, so that a count is never trusted. The hop
    /// limit is the caller's to judge (``Carrier/isOnLink``): it is counted apart, before the router is even known.
    ///
    /// - Parameters:
    ///   - requiringLinkLocal: whether an IPv6 message must list a link-local address first (erratum 8300).
    ///   - requiringAddresses: whether a VRRPv3 message must list an address (RFC 9568 section 5.2.5).
    ///   - trailer: how many of the last octets are a trailer, which the checksum covers over IPv6 only.
    public static func parse(
        _ bytes: Span<UInt8>, carrier: Carrier, requiringLinkLocal: Bool = true, requiringAddresses: Bool = true,
        trailer: Int = 0
    ) throws(WireError) -> (Advertisement, ChecksumForm) {
        let preamble = try Preamble.parse(bytes)
        guard let version = ProtocolVersion(rawValue: preamble.version) else {
            throw .unsupportedVersion(preamble.version)
        }
        if version == .v2, carrier.family == .v6 { throw .versionTwoOverIPv6 }
        guard preamble.type == type else { throw .unsupportedType(preamble.type) }
        guard let virtualRouterID = preamble.virtualRouterID else { throw .invalidVirtualRouterID }

        let count = Int(bytes[MessageField.addressCount])
        let expected = size(version: version, family: carrier.family, addressCount: count)
        guard bytes.count == expected + trailer else {
            throw .lengthMismatch(addressCount: count, expected: expected, got: bytes.count - trailer)
        }
        let message = bytes.extracting(0..<expected)
        let covered = carrier.family == .v6 ? bytes : message
        let form = try checksumForm(of: covered, version: version, carrier: carrier)
        if requiringAddresses, version == .v3, count == 0 { throw .noAddresses }
        if requiringLinkLocal, count > 0, version == .v3, carrier.family == .v6 { try checkFirstAddress(in: bytes) }
        let interval = try interval(in: bytes, version: version)
        let authentication = try version == .v2 ? authentication(in: message) : .none
        let advertisement = Advertisement(
            version: version, virtualRouterID: virtualRouterID, priority: Priority(bytes[MessageField.priority]),
            interval: interval, addressCount: count, authentication: authentication)
        return (advertisement, form)
    }

    /// The form under which the message adds up.
    ///
    /// The forms that `carrier` allows are tried from the most usual on: sixteen bits are no protection against an attacker, so
    /// accepting several costs nothing and talks to everybody.
    private static func checksumForm(
        of bytes: Span<UInt8>, version: ProtocolVersion, carrier: Carrier
    ) throws(WireError) -> ChecksumForm {
        let message = PartialChecksum().adding(bytes)
        func isValid(_ form: ChecksumForm) -> Bool {
            coveredBefore(message: bytes.count, version: version, carrier: carrier, form: form).adding(message).isValid
        }
        let usual: ChecksumForm = version == .v2 ? .messageOnly : .pseudoHeader
        if isValid(usual) { return usual }
        if version == .v3, carrier.family == .v4 {
            if isValid(.messageOnly) { return .messageOnly }
            if isValid(.pseudoHeaderOfGroup) { return .pseudoHeaderOfGroup }
        }
        let found = bytes.bigEndian16(at: MessageField.checksum)
        // Adding the complement of the field takes the field out of a one's-complement sum.
        let without = coveredBefore(message: bytes.count, version: version, carrier: carrier, form: usual)
            .adding(message).adding(~found)
        throw .checksum(found: found, expected: without.finished)
    }

    /// Demands that the first IPv6 address is a link-local one (RFC 9568 erratum 8300).
    ///
    /// The message must have passed the check of its length and have an address.
    public static func checkFirstAddress(in bytes: Span<UInt8>) throws(WireError) {
        let first = bytes.ipv6Address(at: MessageField.addresses)
        guard first.isLinkLocal else { throw .firstAddressNotLinkLocal(first) }
    }

    /// Zero would make every listener take over at once, in both versions.
    private static func interval(
        in bytes: Span<UInt8>, version: ProtocolVersion
    ) throws(WireError) -> Centiseconds {
        let count = statedInterval(in: bytes, version: version)
        guard count != 0 else { throw .zeroInterval }
        return Centiseconds(unchecked: count)
    }

    /// The interval that a message states, in centiseconds, before anything about it has been found good: 0 when it states none.
    ///
    /// The message must be as long as the fixed header.
    public static func statedInterval(in bytes: Span<UInt8>) -> UInt16 {
        statedInterval(in: bytes, version: bytes[MessageField.versionAndType] >> 4 == 2 ? .v2 : .v3)
    }

    private static func statedInterval(in bytes: Span<UInt8>, version: ProtocolVersion) -> UInt16 {
        switch version {
        case .v2: UInt16(bytes[MessageField.intervalInSeconds]) * 100
        // The upper four bits are reserved and ignored on receipt.
        case .v3: bytes.bigEndian16(at: MessageField.interval) & 0x0FFF
        }
    }

    private static func authentication(in bytes: Span<UInt8>) throws(WireError) -> Authentication {
        switch bytes[MessageField.authenticationType] {
        case Authentication.WireType.none:
            return .none
        case Authentication.WireType.password:
            return .password(SimplePassword(bigEndian: bytes.bigEndian64(at: bytes.count - SimplePassword.size)))
        case Authentication.WireType.header:
            return .header
        case let unknown:
            throw .unknownAuthenticationType(unknown)
        }
    }
}

// MARK: - Addresses, read where they lie

extension Advertisement {
    /// The address at `index`, less than the ``addressCount`` of the message that was parsed from `bytes`.
    public static func address(at index: Int, in bytes: Span<UInt8>, family: AddressFamily) -> IPAddress {
        let offset = MessageField.addresses + index * family.addressSize
        return switch family {
        case .v4: .v4(bytes.ipv4Address(at: offset))
        case .v6: .v6(bytes.ipv6Address(at: offset))
        }
    }

    /// True when the message that was parsed from `bytes` carries just the addresses in `configured`, in any order.
    ///
    /// Peers usually list them in our order: then this is linear. Allocates nothing.
    public static func addresses(
        in bytes: Span<UInt8>, family: AddressFamily, count: Int, equalAsSetTo configured: [IPAddress]
    ) -> Bool {
        for index in 0..<count {
            let address = address(at: index, in: bytes, family: family)
            if index < configured.count, configured[index] == address { continue }
            guard configured.contains(address) else { return false }
        }
        for (index, address) in configured.enumerated() {
            if index < count, self.address(at: index, in: bytes, family: family) == address { continue }
            var isCarried = false
            for other in 0..<count where self.address(at: other, in: bytes, family: family) == address {
                isCarried = true
                break
            }
            guard isCarried else { return false }
        }
        return true
    }
}
