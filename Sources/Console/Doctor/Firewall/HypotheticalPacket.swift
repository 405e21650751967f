package import VRRPWire

/// An advert as it would pass through this host's firewall: what is known of it, and what is not.
package struct HypotheticalPacket: Equatable, Sendable {
    package enum Direction: String, Sendable { case incoming = "in", outgoing = "out" }

    package var direction: Direction
    /// The interface that it comes in at or leaves by.
    package var interface: String
    /// Where it may come from; several when the sender is not known.
    package var sources: [AddressRange]
    package var destinations: [AddressRange]
    package var family: AddressFamily
    package var isMulticast: Bool
    package var hopLimit = Carrier.requiredHopLimit
    package var protocolNumber = Carrier.protocolNumber

    /// What rules call its protocol.
    var protocolNames: [String] { protocolNumber == Carrier.protocolNumber ? ["112", "vrrp"] : ["51", "ah"] }

    package init(
        _ direction: Direction, interface: String, family: AddressFamily, sources: [AddressRange],
        destinations: [AddressRange], isMulticast: Bool
    ) {
        self.direction = direction
        self.interface = interface
        self.family = family
        self.sources = sources
        self.destinations = destinations
        self.isMulticast = isMulticast
    }
}

/// Addresses from one to another, both included.
package struct AddressRange: Hashable, Sendable {
    package var lowest: IPAddress
    package var highest: IPAddress

    package init(_ lowest: IPAddress, _ highest: IPAddress) {
        self.lowest = lowest
        self.highest = highest
    }

    package init(_ address: IPAddress) { self.init(address, address) }

    /// The subnet that `address` is in.
    package init(_ address: IPAddress, prefixLength: UInt8) {
        switch address {
        case .v4(let address):
            let mask = prefixLength == 0 ? 0 : UInt32.max << (32 - min(UInt32(prefixLength), 32))
            lowest = .v4(IPv4Address(bigEndian: address.bigEndianValue & mask))
            highest = .v4(IPv4Address(bigEndian: address.bigEndianValue | ~mask))
        case .v6(let address):
            let bits = min(UInt64(prefixLength), 128)
            let high = bits >= 64 ? UInt64.max : bits == 0 ? 0 : UInt64.max << (64 - bits)
            let low = bits <= 64 ? 0 : UInt64.max << (128 - bits)
            lowest = .v6(IPv6Address(high: address.high & high, low: address.low & low))
            highest = .v6(IPv6Address(high: address.high | ~high, low: address.low | ~low))
        }
    }

    func contains(_ other: AddressRange) -> Bool {
        lowest.family == other.lowest.family && lowest <= other.lowest && other.highest <= highest
    }

    func overlaps(_ other: AddressRange) -> Bool {
        lowest.family == other.lowest.family && lowest <= other.highest && other.lowest <= highest
    }
}

/// Whether a rule's condition holds for a packet of which not everything is known.
package enum Truth: Sendable {
    case yes, no, unknown

    init(_ value: Bool) { self = value ? .yes : .no }

    static prefix func ! (truth: Truth) -> Truth {
        switch truth {
        case .yes: .no
        case .no: .yes
        case .unknown: .unknown
        }
    }

    static func && (lhs: Truth, rhs: @autoclosure () -> Truth) -> Truth {
        if lhs == .no { return .no }
        let right = rhs()
        if right == .no { return .no }
        return lhs == .yes && right == .yes ? .yes : .unknown
    }

    /// Whether any of several holds.
    static func any(_ truths: some Sequence<Truth>) -> Truth {
        var result = Truth.no
        for truth in truths {
            if truth == .yes { return .yes }
            if truth == .unknown { result = .unknown }
        }
        return result
    }

    /// Whether addresses of which we know only that they are among `candidates` are in one of `ranges`.
    static func membership(of candidates: [AddressRange], in ranges: [AddressRange]) -> Truth {
        if candidates.allSatisfy({ candidate in ranges.contains { $0.contains(candidate) } }) {
            return candidates.isEmpty ? .unknown : .yes
        }
        return candidates.contains { candidate in ranges.contains { $0.overlaps(candidate) } } ? .unknown : .no
    }
}
