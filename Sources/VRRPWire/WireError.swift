/// Why octets are not the packet they were taken for: one case for each thing a counter or a person tells apart.
public enum WireError: Error, Equatable, Sendable {
    // IPv4 header, and IPv6's length
    case notIPv4(version: UInt8)
    case ipHeaderLength(Int, datagram: Int)
    case ipTotalLength(Int, datagram: Int)

    // IPv6 header
    case notIPv6(version: UInt8)

    // VRRP message
    case truncated(needed: Int, got: Int)
    case unsupportedVersion(UInt8)
    case versionTwoOverIPv6
    /// A type that a later standard may define: to be dropped quietly (RFC 9568 section 5.2.2).
    case unsupportedType(UInt8)
    case invalidVirtualRouterID
    case lengthMismatch(addressCount: Int, expected: Int, got: Int)
    /// `expected` is what the most usual form of the version and family would have been.
    case checksum(found: UInt16, expected: UInt16)
    case noAddresses
    case firstAddressNotLinkLocal(IPv6Address)
    case zeroInterval
    case unknownAuthenticationType(UInt8)
    /// Octets after the message that are not what `auth_hmac` adds.
    case unknownTrailer(type: UInt8, reserved: UInt16)

    // Ethernet frames of the neighbour protocols
    case notARP
    case unsupportedARPOperation(UInt16)
    case notNeighborAdvertisement
    /// Forwarded from another link, or forged (RFC 4861 section 7.1.2).
    case neighborHopLimit(UInt8)
}

extension WireError: CustomStringConvertible {
    /// The reason as the end of a sentence about the packet, for a log line.
    public var description: String {
        switch self {
        case .notIPv4(let version): "its IP version is \(version), not 4"
        case .notIPv6(let version): "its IP version is \(version), not 6"
        case .ipHeaderLength(let length, let datagram):
            "its IP header claims \(length) octets of a \(datagram)-octet datagram"
        case .ipTotalLength(let length, let datagram):
            "its IP header claims a length of \(length) octets, but \(datagram) arrived"
        case .truncated(let needed, let got): "it has \(got) octets where at least \(needed) are needed"
        case .unsupportedVersion(let version): "its VRRP version is \(version), not 2 or 3"
        case .versionTwoOverIPv6: "it is VRRP version 2 over IPv6, which does not exist"
        case .unsupportedType(let type): "its VRRP type is \(type), not 1 (advertisement)"
        case .invalidVirtualRouterID: "its virtual router identifier is 0"
        case .lengthMismatch(let count, let expected, let got):
            "it has \(got) octets, but \(count) address\(count == 1 ? " makes" : "es make") \(expected)"
        case .checksum(let found, let expected):
            "its checksum is 0x\(hexadecimal(found)), not 0x\(hexadecimal(expected))"
        case .noAddresses: "it carries no address"
        case .firstAddressNotLinkLocal(let address): "its first address is \(address), not a link-local one"
        case .zeroInterval: "its advertisement interval is 0"
        case .unknownAuthenticationType(let type):
            "its authentication type is \(type), not 0 (none) or 1 (simple password)"
        case .unknownTrailer(let type, let reserved):
            "it ends in an authentication trailer of type \(type), reserved field \(reserved), not 1 and 0"
        case .notARP: "it is not an ARP packet for IPv4 over Ethernet"
        case .unsupportedARPOperation(let operation): "its ARP operation is \(operation), not a request or a reply"
        case .notNeighborAdvertisement: "it is not a neighbour advertisement"
        case .neighborHopLimit(let limit): "its hop limit is \(limit), not 255"
        }
    }
}

/// Four digits, lower case, as packet analysers print checksums.
private func hexadecimal(_ value: UInt16) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 4 - digits.count) + digits
}
