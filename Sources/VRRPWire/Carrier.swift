/// Where a packet came from and how: taken from the IP header, never from the message.
public struct Carrier: Equatable, Sendable {
    /// Every VRRP packet is sent with this TTL or hop limit, so that none can come from another link
    /// (RFC 9568 sections 5.1.1.3 and 5.1.2.3).
    public static let requiredHopLimit: UInt8 = 255
    /// CS6, internetwork control: the type of service or traffic class that every implementation sends.
    public static let trafficClass: UInt8 = 0xC0
    /// VRRP's protocol number in both families (RFC 9568 section 5.1).
    public static let protocolNumber: UInt8 = 112

    public var source: IPAddress
    public var destination: IPAddress
    /// IPv4's time to live or IPv6's hop limit, as received.
    public var hopLimit: UInt8

    public init(source: IPAddress, destination: IPAddress, hopLimit: UInt8 = Self.requiredHopLimit) {
        self.source = source
        self.destination = destination
        self.hopLimit = hopLimit
    }

    /// True when no router has forwarded the packet.
    public var isOnLink: Bool { hopLimit == Self.requiredHopLimit }

    public var family: AddressFamily { source.family }
}

/// Octet offsets of RFC 791 section 3.1.
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |Version|  IHL  |Type of Service|          Total Length         |
///     |         Identification        |Flags|      Fragment Offset    |
///     |  Time to Live |    Protocol   |         Header Checksum       |
///     |                       Source Address                          |
///     |                    Destination Address                        |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
private enum Field {
    static let totalLength = 2
    static let fragment = 6
    static let timeToLive = 8
    static let protocolNumber = 9
    static let checksum = 10
    static let source = 12
    static let destination = 16
}

/// The IPv4 header that a raw socket delivers before the message. (IPv6's arrives as ancillary data.)
public struct IPv4Header: Equatable, Sendable {
    /// The header without options, which is the only kind that is sent.
    public static let size = 20

    /// Octets up to the message, options included.
    public var headerLength: Int
    /// Octets of header and message together.
    public var totalLength: Int
    public var timeToLive: UInt8
    public var protocolNumber: UInt8
    public var source: IPv4Address
    public var destination: IPv4Address
    /// A piece of a datagram, first or later.
    ///
    /// The kernel reassembles before it delivers, so this is never VRRP.
    public var isFragment: Bool

    /// Decodes the header at the start of `bytes`, which must be one whole datagram and nothing after it.
    ///
    /// The header checksum is the kernel's business: it drops a datagram with a wrong one before any socket sees it.
    public static func parse(_ bytes: Span<UInt8>) throws(WireError) -> IPv4Header {
        guard bytes.count >= size else { throw .truncated(needed: size, got: bytes.count) }
        let version = bytes[0] >> 4
        guard version == 4 else { throw .notIPv4(version: version) }
        let headerLength = Int(bytes[0] & 0x0F) * 4
        guard headerLength >= size, headerLength <= bytes.count else {
            throw .ipHeaderLength(headerLength, datagram: bytes.count)
        }
        let totalLength = Int(bytes.bigEndian16(at: Field.totalLength))
        guard totalLength == bytes.count else { throw .ipTotalLength(totalLength, datagram: bytes.count) }
        return IPv4Header(
            headerLength: headerLength,
            totalLength: totalLength,
            timeToLive: bytes[Field.timeToLive],
            protocolNumber: bytes[Field.protocolNumber],
            source: bytes.ipv4Address(at: Field.source),
            destination: bytes.ipv4Address(at: Field.destination),
            // More Fragments and the offset; Don't Fragment and the reserved bit say nothing about this datagram.
            isFragment: bytes.bigEndian16(at: Field.fragment) & 0x3FFF != 0)
    }

    /// Appends the ``size`` octets that precede `payloadSize` octets: no options, CS6, fragmentation allowed.
    ///
    /// - Parameter protocolNumber: of what follows, VRRP or ``AuthenticationHeader/protocolNumber``.
    public static func emit(
        into output: inout OutputSpan<UInt8>, source: IPv4Address, destination: IPv4Address, payloadSize: Int,
        timeToLive: UInt8 = Carrier.requiredHopLimit, identification: UInt16,
        protocolNumber: UInt8 = Carrier.protocolNumber
    ) {
        precondition(output.freeCapacity >= size, "the buffer must have room for the IPv4 header")
        precondition((0...Int(UInt16.max) - size).contains(payloadSize), "an IPv4 datagram has at most 65535 octets")
        let start = output.count
        output.append(4 << 4 | UInt8(size / 4))
        output.append(Carrier.trafficClass)
        output.appendBigEndian(UInt16(size + payloadSize))
        output.appendBigEndian(identification)
        output.appendBigEndian(UInt16(0))
        output.append(timeToLive)
        output.append(protocolNumber)
        output.appendBigEndian(UInt16(0))
        output.append(source)
        output.append(destination)
        let sum = PartialChecksum().adding(output.span.extracting(start..<start + size))
        output.replaceBigEndian(sum.finished, at: start + Field.checksum)
    }
}
