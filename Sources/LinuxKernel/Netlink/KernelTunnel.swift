package import VRRPWire

/// What the packets of a route are put into (RTA_ENCAP of the types LWTUNNEL_ENCAP_IP and LWTUNNEL_ENCAP_IP6).
///
/// Source: <linux/lwtunnel.h>, where the numbers of both types are the same.
package struct KernelTunnel: Hashable, Sendable {
    /// That of the outer packets.
    package var family: AddressFamily
    package var id: UInt64 = 0
    /// Nil is the unspecified one, which leaves it to the interface.
    package var destination: IPAddress?
    package var source: IPAddress?
    /// TTL or hop limit.
    package var hopLimit: UInt8 = 0
    /// Type of service or traffic class.
    package var trafficClass: UInt8 = 0
    /// TUNNEL_* as they lie in memory.
    package var flags: UInt16 = 0

    package init(family: AddressFamily) { self.family = family }

    private enum Attribute {
        static let id = 1
        static let destination = 2
        static let source = 3
        static let hopLimit = 4
        static let trafficClass = 5
        static let flags = 6
    }

    /// LWTUNNEL_ENCAP_IP and LWTUNNEL_ENCAP_IP6.
    private static let kinds: [UInt16: AddressFamily] = [2: .v4, 4: .v6]

    /// The content of an RTA_ENCAP attribute; nil when it is of another kind.
    init?(kind: UInt16, _ bytes: Span<UInt8>, _ range: Range<Int>) {
        guard let family = Self.kinds[kind] else { return nil }
        var tunnel = KernelTunnel(family: family)
        forEachAttribute(of: bytes, in: range) { type, value in tunnel.take(type, value, of: bytes) }
        self = tunnel
    }

    private mutating func take(_ type: Int, _ value: Range<Int>, of bytes: Span<UInt8>) {
        func address() -> IPAddress? {
            IPAddress(bytes, value, family).flatMap { found in found.octets.allSatisfy { $0 == 0 } ? nil : found }
        }
        switch type {
        case Attribute.id:
            guard value.count >= 8 else { return }
            // The most significant octet is the first one.
            id = bytes.octets(in: value.prefix(8)).reduce(0) { $0 << 8 | UInt64($1) }
        case Attribute.destination: destination = address()
        case Attribute.source: source = address()
        case Attribute.hopLimit: if !value.isEmpty { hopLimit = bytes[value.lowerBound] }
        case Attribute.trafficClass: if !value.isEmpty { trafficClass = bytes[value.lowerBound] }
        case Attribute.flags: flags = bytes.hostUInt16(at: value.lowerBound) ?? 0
        default: break
        }
    }

    /// The content of RTA_ENCAP_TYPE.
    var kindOctets: [UInt8] { octets(family == .v4 ? UInt16(2) : 4) }

    func write(to request: inout NetlinkRequest) {
        if id != 0 { request.append(attribute: Attribute.id, octets(id.bigEndian)) }
        if let destination { request.append(attribute: Attribute.destination, destination.octets) }
        if let source { request.append(attribute: Attribute.source, source.octets) }
        if trafficClass != 0 { request.append(attribute: Attribute.trafficClass, [trafficClass]) }
        if hopLimit != 0 { request.append(attribute: Attribute.hopLimit, [hopLimit]) }
        if flags != 0 { request.append(attribute: Attribute.flags, octets(flags)) }
    }
}

/// As the number lies in memory.
private func octets(_ number: some FixedWidthInteger) -> [UInt8] {
    let little = number.littleEndian
    return (0..<number.bitWidth / 8).map { UInt8(truncatingIfNeeded: little >> (8 * $0)) }
}
