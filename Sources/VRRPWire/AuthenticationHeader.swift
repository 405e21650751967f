/// The IP authentication header (RFC 2402) that stands before a VRRPv2 message with `auth_type AH`.
///
/// Source: keepalived: the security parameters index is the sender's address, the code is HMAC-MD5 cut to 96 bits with the
/// password as its key, over the IP header without its mutable fields, this header and the message.
///
///      0                   1                   2                   3
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |  Next Header  |  Payload Len  |           Reserved            |
///     |              Security Parameters Index                        |
///     |                      Sequence Number                          |
///     |                    Code, 12 octets                            |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
public struct AuthenticationHeader: Equatable, Sendable {
    /// Of the IP header that stands before it.
    public static let protocolNumber: UInt8 = 51
    public static let size = 24

    private enum Field {
        static let nextHeader = 0
        static let length = 1
        static let index = 4
        static let sequence = 8
        static let code = 12
    }

    /// In words of 32 bits, without two.
    private static let length = UInt8(size / 4 - 2)
    private static let codeSize = 12

    /// The security parameters index.
    public var index: IPv4Address
    public var sequence: UInt32

    /// Decodes the header that a payload begins with; nil when it is no such header or VRRP does not follow it.
    public static func parse(_ payload: Span<UInt8>) -> AuthenticationHeader? {
        guard payload.count >= size, payload[Field.nextHeader] == Carrier.protocolNumber,
            payload[Field.length] == length
        else { return nil }
        return AuthenticationHeader(
            index: payload.ipv4Address(at: Field.index), sequence: payload.bigEndian32(at: Field.sequence))
    }

    /// Whether the code of a whole datagram is that of `key`.
    ///
    /// - Parameters:
    ///   - headerLength: octets of the IP header; ``parse(_:)`` has accepted what follows.
    ///   - isUnicast: the time to live is not covered then, and with multicast it is.
    public static func isGenuine(
        _ datagram: Span<UInt8>, headerLength: Int, key: SimplePassword, isUnicast: Bool
    ) -> Bool {
        let expected = code(over: datagram, headerLength: headerLength, key: key, isUnicast: isUnicast)
        var difference: UInt8 = 0
        for index in 0..<codeSize {
            difference |= datagram[headerLength + Field.code + index] ^ expected.octet(index)
        }
        return difference == 0
    }

    /// Appends the header, its code still zero.
    public func emit(into output: inout OutputSpan<UInt8>) {
        precondition(output.freeCapacity >= Self.size, "the buffer must have room for the authentication header")
        output.append(Carrier.protocolNumber)
        output.append(Self.length)
        output.appendBigEndian(UInt16(0))
        output.append(index)
        output.appendBigEndian(sequence)
        for _ in 0..<Self.codeSize { output.append(0) }
    }

    public init(index: IPv4Address, sequence: UInt32) {
        self.index = index
        self.sequence = sequence
    }

    /// Writes the code into a datagram that is otherwise complete, and is all that `output` holds.
    public static func seal(_ output: inout OutputSpan<UInt8>, key: SimplePassword, isUnicast: Bool) {
        let code = code(over: output.span, headerLength: IPv4Header.size, key: key, isUnicast: isUnicast)
        for index in stride(from: 0, to: codeSize, by: 2) {
            let pair = UInt16(code.octet(index)) << 8 | UInt16(code.octet(index + 1))
            output.replaceBigEndian(pair, at: IPv4Header.size + Field.code + index)
        }
    }

    private static func code(
        over datagram: Span<UInt8>, headerLength: Int, key: SimplePassword, isUnicast: Bool
    ) -> SIMD4<UInt32> {
        let codeStart = headerLength + Field.code
        var hash = key.begun(masked: 0x36)
        for position in datagram.indices {
            let isMutable =
                switch position {
                // Type of service; flags and offset; header checksum.
                case 1, 6, 7, 10, 11: true
                case 8: isUnicast
                default: position >= codeStart && position < codeStart + codeSize
                }
            hash.update(isMutable ? 0 : datagram[position])
        }
        return key.finish(hash)
    }
}

extension SIMD4<UInt32> {
    /// Of the digest as it is sent.
    fileprivate func octet(_ index: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: self[index / 4] >> UInt32(index % 4 * 8))
    }
}
