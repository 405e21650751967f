/// Which octets a checksum covers.
///
/// Implementations disagree for VRRPv3 over IPv4 only.
public enum ChecksumForm: Hashable, Sendable {
    /// The message alone: VRRPv2 (RFC 3768 section 5.3.8), and VRRPv3 over IPv4 by RFC 9568 section 5.2.8.
    case messageOnly
    /// The message after a pseudo-header: VRRPv3 over IPv6, and over IPv4 by most readers of RFC 5798.
    case pseudoHeader
    /// As ``pseudoHeader``, but with 224.0.0.18 as the destination although the packet went to one host.
    /// keepalived: up to 1.3.6 in unicast mode.
    case pseudoHeaderOfGroup
}

/// What a VRRPv2 advertisement proves about its sender (RFC 2338 section 5.3.6).
///
/// VRRPv3 has nothing of the kind.
public enum Authentication: Hashable, Sendable {
    case none
    case password(SimplePassword)
    /// What proves it stands before the message (``AuthenticationHeader``).
    case header
}

/// An advertisement, decoded and in range: what cannot appear on the wire cannot be said here.
///
/// Its addresses stay in the message, so that parsing allocates nothing: see ``address(at:in:family:)``.
public struct Advertisement: Equatable, Sendable {
    public var version: ProtocolVersion
    public var virtualRouterID: VirtualRouterID
    public var priority: Priority
    /// VRRPv3's Max Advertise Interval, or VRRPv2's Adver Int in the same unit.
    public var interval: Centiseconds
    /// How many addresses the message carries: 0 to 255.
    public var addressCount: Int
    /// Always ``Authentication/none`` in VRRPv3.
    public var authentication: Authentication

    public init(
        version: ProtocolVersion, virtualRouterID: VirtualRouterID, priority: Priority, interval: Centiseconds,
        addressCount: Int, authentication: Authentication = .none
    ) {
        self.version = version
        self.virtualRouterID = virtualRouterID
        self.priority = priority
        self.interval = interval
        self.addressCount = addressCount
        self.authentication = authentication
    }
}

/// Octet offsets of the fixed header.
///
/// The picture is the specification (RFC 9568 section 5.2, RFC 3768 section 5.3).
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |Version| Type  | Virtual Rtr ID|   Priority    |  Addr Count   |
///     |Reserve| Max Advertise Interval|          Checksum             |   version 3
///     |   Auth Type   |   Adver Int   |          Checksum             |   version 2
///     |                    Address (1) ... Address (n)                |
///     |            Authentication Data, 8 octets, version 2           |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
enum MessageField {
    static let versionAndType = 0
    static let virtualRouterID = 1
    static let priority = 2
    static let addressCount = 3
    static let interval = 4
    static let authenticationType = 4
    static let intervalInSeconds = 5
    static let checksum = 6
    static let addresses = 8
}

extension Advertisement {
    /// Octets before the first address, in both versions.
    public static let headerSize = MessageField.addresses
    /// The largest message either version and family can have: 255 IPv6 addresses.
    public static let maximumSize = headerSize + 255 * IPv6Address.size

    /// The only type there is (RFC 9568 section 5.2.2).
    static let type: UInt8 = 1

    /// The exact length of a message, which its version, family and address count determine.
    static func size(version: ProtocolVersion, family: AddressFamily, addressCount: Int) -> Int {
        headerSize + addressCount * family.addressSize + (version == .v2 ? SimplePassword.size : 0)
    }

    /// The exact number of octets ``emit(into:addresses:carrier:checksum:)`` appends.
    public func encodedSize(addresses: [IPAddress]) -> Int {
        Self.size(version: version, family: addresses.first?.family ?? .v4, addressCount: addresses.count)
    }

    /// Appends the message that carries `addresses`; their number is what is sent, whatever ``addressCount`` says.
    ///
    /// The caller provides at least ``encodedSize(addresses:)`` free octets, an interval that the version can say (whole
    /// seconds in VRRPv2, at most 4095 in VRRPv3), and addresses of `carrier`'s family. `checksum` chooses for VRRPv3 over
    /// IPv4 only: VRRPv2 and IPv6 each know one form.
    public func emit(
        into output: inout OutputSpan<UInt8>, addresses: [IPAddress], carrier: Carrier, checksum: ChecksumForm
    ) {
        let size = Self.size(version: version, family: carrier.family, addressCount: addresses.count)
        precondition(output.freeCapacity >= size, "the buffer must have room for the whole message")
        precondition(addresses.count <= Int(UInt8.max), "an advertisement carries at most 255 addresses")
        precondition(version == .v3 || carrier.family == .v4, "VRRPv2 exists for IPv4 only")
        let start = output.count
        output.append(version.rawValue << 4 | Self.type)
        output.append(virtualRouterID.rawValue)
        output.append(priority.rawValue)
        output.append(UInt8(addresses.count))
        appendIntervalField(to: &output)
        output.appendBigEndian(UInt16(0))
        for address in addresses {
            precondition(address.family == carrier.family, "the addresses must be of the family that carries them")
            output.append(address)
        }
        if version == .v2 { output.appendBigEndian(authentication.data) }

        let sum = Self.coveredBefore(message: size, version: version, carrier: carrier, form: checksum)
            .adding(output.span.extracting(start..<start + size))
        output.replaceBigEndian(sum.finished, at: start + MessageField.checksum)
    }

    private func appendIntervalField(to output: inout OutputSpan<UInt8>) {
        switch version {
        case .v2:
            precondition(interval.isWholeSeconds, "VRRPv2 says its interval in whole seconds")
            output.append(authentication.type)
            output.append(UInt8(interval.count / 100))
        case .v3:
            precondition(interval <= .maximumV3, "VRRPv3's interval has twelve bits")
            output.appendBigEndian(interval.count)
        }
    }

    /// The sum over what a checksum covers besides the message itself.
    static func coveredBefore(
        message size: Int, version: ProtocolVersion, carrier: Carrier, form: ChecksumForm
    ) -> PartialChecksum {
        switch (version, carrier.family, form) {
        case (.v2, _, _), (.v3, .v4, .messageOnly):
            PartialChecksum()
        case (.v3, .v4, .pseudoHeader), (.v3, .v6, _):
            .pseudoHeader(
                source: carrier.source, destination: carrier.destination, protocolNumber: Carrier.protocolNumber,
                length: size)
        case (.v3, .v4, .pseudoHeaderOfGroup):
            .pseudoHeader(
                source: carrier.source, destination: .v4(.vrrpGroup), protocolNumber: Carrier.protocolNumber,
                length: size)
        }
    }
}

extension Authentication {
    /// Values of VRRPv2's Auth Type (RFC 2338 section 5.3.6).
    enum WireType {
        static let none: UInt8 = 0
        static let password: UInt8 = 1
        static let header: UInt8 = 2
    }

    /// As a message says it.
    public var type: UInt8 {
        switch self {
        case .none: WireType.none
        case .password: WireType.password
        case .header: WireType.header
        }
    }

    /// The Authentication Data that ends every VRRPv2 message: zeros when there is nothing to say.
    var data: UInt64 {
        switch self {
        case .none, .header: 0
        case .password(let password): password.bigEndianValue
        }
    }
}
