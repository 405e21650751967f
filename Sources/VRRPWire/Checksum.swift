/// The Internet checksum of RFC 1071 in the making: a value, so that a pseudo-header and a message can be summed apart.
///
/// Every part but the last must have an even number of octets; everything that VRRP, ARP and ND carry does.
public struct PartialChecksum: Equatable, Sendable {
    /// Folded after every addition, so it always fits sixteen bits.
    private var sum: UInt32 = 0

    public init() {}

    /// The sum with `bytes` read as big-endian sixteen-bit words, an odd last octet padded with zero.
    public func adding(_ bytes: Span<UInt8>) -> PartialChecksum {
        var result = self
        var offset = 0
        while offset + 1 < bytes.count {
            result.add(bytes.bigEndian16(at: offset))
            offset += 2
        }
        if offset < bytes.count { result.add(UInt16(bytes[offset]) << 8) }
        return result
    }

    public func adding(_ word: UInt16) -> PartialChecksum {
        var result = self
        result.add(word)
        return result
    }

    public func adding(_ other: PartialChecksum) -> PartialChecksum {
        adding(UInt16(truncatingIfNeeded: other.sum))
    }

    public func adding(_ address: IPAddress) -> PartialChecksum {
        switch address {
        case .v4(let address): adding(wordsOf: address.bigEndianValue)
        case .v6(let address): adding(wordsOf: address.high).adding(wordsOf: address.low)
        }
    }

    /// What goes into the checksum field: the complement of the sum.
    public var finished: UInt16 { ~UInt16(truncatingIfNeeded: sum) }

    /// True when the octets summed, checksum field included, are consistent: they sum to all ones.
    public var isValid: Bool { sum == 0xFFFF }

    /// The pseudo-header of `source`'s family: RFC 8200 section 8.1 for IPv6, that of UDP and TCP (RFC 9293 3.1) for IPv4.
    ///
    /// The two differ in the width of their length and protocol fields, which does not show in the sum.
    public static func pseudoHeader(
        source: IPAddress, destination: IPAddress, protocolNumber: UInt8, length: Int
    ) -> PartialChecksum {
        PartialChecksum().adding(source).adding(destination)
            .adding(UInt16(protocolNumber)).adding(UInt16(truncatingIfNeeded: length))
    }

    private mutating func add(_ word: UInt16) {
        sum += UInt32(word)
        if sum > 0xFFFF { sum = (sum & 0xFFFF) + 1 }
    }

    private func adding(wordsOf value: UInt32) -> PartialChecksum {
        adding(UInt16(truncatingIfNeeded: value >> 16)).adding(UInt16(truncatingIfNeeded: value))
    }

    private func adding(wordsOf value: UInt64) -> PartialChecksum {
        adding(wordsOf: UInt32(truncatingIfNeeded: value >> 32)).adding(wordsOf: UInt32(truncatingIfNeeded: value))
    }
}
