/// Octet offsets of RFC 8200 section 3.
///
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |Version| Traffic Class |           Flow Label                  |
///     |         Payload Length        |  Next Header  |   Hop Limit   |
///     |                  Source Address, 16 octets                    |
///     |               Destination Address, 16 octets                  |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
private enum Field {
    static let payloadLength = 4
    static let nextHeader = 6
    static let hopLimit = 7
    static let source = 8
    static let destination = 24
}

/// The fixed IPv6 header, as a capture shows it; raw sockets deliver it as ancillary data instead.
public struct IPv6Header: Equatable, Sendable {
    public static let size = 40
    static let nextHeaderOffset = Field.nextHeader

    /// Octets after this header.
    public var payloadLength: Int
    public var nextHeader: UInt8
    public var hopLimit: UInt8
    public var source: IPv6Address
    public var destination: IPv6Address

    /// Decodes the header at the start of `bytes`, after whose payload a frame may be padded.
    public static func parse(_ bytes: Span<UInt8>) throws(WireError) -> IPv6Header {
        guard bytes.count >= size else { throw .truncated(needed: size, got: bytes.count) }
        let version = bytes[0] >> 4
        guard version == 6 else { throw .notIPv6(version: version) }
        let payloadLength = Int(bytes.bigEndian16(at: Field.payloadLength))
        guard size + payloadLength <= bytes.count else {
            throw .ipTotalLength(size + payloadLength, datagram: bytes.count)
        }
        return IPv6Header(
            payloadLength: payloadLength, nextHeader: bytes[Field.nextHeader], hopLimit: bytes[Field.hopLimit],
            source: bytes.ipv6Address(at: Field.source), destination: bytes.ipv6Address(at: Field.destination))
    }

    /// Appends the header of a datagram that carries `payloadSize` octets of VRRP.
    public static func emit(
        into output: inout OutputSpan<UInt8>, source: IPv6Address, destination: IPv6Address, payloadSize: Int,
        hopLimit: UInt8 = Carrier.requiredHopLimit
    ) {
        precondition(output.freeCapacity >= size, "the buffer must have room for the IPv6 header")
        precondition((0...Int(UInt16.max)).contains(payloadSize), "an IPv6 datagram carries at most 65535 octets")
        output.appendBigEndian(UInt32(6) << 28 | UInt32(Carrier.trafficClass) << 20)
        output.appendBigEndian(UInt16(payloadSize))
        output.append(Carrier.protocolNumber)
        output.append(hopLimit)
        output.append(source)
        output.append(destination)
    }
}
