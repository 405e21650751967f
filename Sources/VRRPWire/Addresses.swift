/// The two families a virtual router can serve; a VRID means something else in each.
public enum AddressFamily: Hashable, Sendable { case v4, v6 }

public struct IPv4Address: Comparable, Hashable, Sendable {
    public static let size = 4
    /// 224.0.0.18, where every IPv4 VRRP router listens (RFC 9568 section 5.1.1.2).
    public static let vrrpGroup = IPv4Address(224, 0, 0, 18)
    public static let any = IPv4Address(bigEndian: 0)

    /// The address as a number whose most significant octet is the first one written.
    public let bigEndianValue: UInt32

    public init(bigEndian value: UInt32) { bigEndianValue = value }
    public init(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) {
        bigEndianValue = UInt32(a) << 24 | UInt32(b) << 16 | UInt32(c) << 8 | UInt32(d)
    }

    public var isMulticast: Bool { bigEndianValue >> 28 == 0xE }
    public var isLoopback: Bool { bigEndianValue >> 24 == 127 }

    public static func < (lhs: IPv4Address, rhs: IPv4Address) -> Bool { lhs.bigEndianValue < rhs.bigEndianValue }
}

public struct IPv6Address: Comparable, Hashable, Sendable {
    public static let size = 16
    /// ff02::12, where every IPv6 VRRP router listens (RFC 9568 section 5.1.2.2).
    public static let vrrpGroup = IPv6Address(high: 0xFF02_0000_0000_0000, low: 0x12)
    /// ff02::1, every node on the link.
    public static let allNodes = IPv6Address(high: 0xFF02_0000_0000_0000, low: 0x1)
    public static let any = IPv6Address(high: 0, low: 0)

    /// The first eight octets, most significant first.
    public let high: UInt64
    /// The last eight octets.
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    public var isLinkLocal: Bool { high >> 54 == 0x3FA }
    public var isMulticast: Bool { high >> 56 == 0xFF }
    public var isLoopback: Bool { high == 0 && low == 1 }

    /// The solicited-node group of this address (RFC 4291 section 2.7.1).
    public var solicitedNodeGroup: IPv6Address {
        IPv6Address(high: 0xFF02_0000_0000_0000, low: 0x0000_0001_FF00_0000 | (low & 0xFF_FFFF))
    }

    public static func < (lhs: IPv6Address, rhs: IPv6Address) -> Bool {
        (lhs.high, lhs.low) < (rhs.high, rhs.low)
    }

    subscript(octet index: Int) -> UInt8 {
        let half = index < 8 ? high : low
        return UInt8(truncatingIfNeeded: half >> UInt64(8 * (7 - (index & 7))))
    }
}

/// An address of either family.
///
/// Ordered numerically within a family, as RFC 9568 section 6.4.3 compares senders.
public enum IPAddress: Comparable, Hashable, Sendable {
    case v4(IPv4Address)
    case v6(IPv6Address)

    public var family: AddressFamily {
        switch self {
        case .v4: .v4
        case .v6: .v6
        }
    }

    public var isMulticast: Bool {
        switch self {
        case .v4(let address): address.isMulticast
        case .v6(let address): address.isMulticast
        }
    }

    /// The group that `family`'s routers listen to unless configured otherwise.
    public static func vrrpGroup(_ family: AddressFamily) -> IPAddress {
        switch family {
        case .v4: .v4(.vrrpGroup)
        case .v6: .v6(.vrrpGroup)
        }
    }

    public static func < (lhs: IPAddress, rhs: IPAddress) -> Bool {
        switch (lhs, rhs) {
        case (.v4(let left), .v4(let right)): left < right
        case (.v6(let left), .v6(let right)): left < right
        case (.v4, .v6): true
        case (.v6, .v4): false
        }
    }
}

extension AddressFamily {
    /// The prefix length of a single host: 32 or 128.
    public var hostPrefixLength: UInt8 { self == .v4 ? 32 : 128 }
    /// Octets per address: 4 or 16.
    public var addressSize: Int { self == .v4 ? IPv4Address.size : IPv6Address.size }
}

extension IPAddress {
    /// True when both addresses share their first `length` bits.
    public func shares(prefixOf other: IPAddress, length: UInt8) -> Bool {
        switch (self, other) {
        case (.v4(let left), .v4(let right)):
            let bits = min(UInt32(length), 32)
            return bits == 0 || (left.bigEndianValue ^ right.bigEndianValue) >> (32 - bits) == 0
        case (.v6(let left), .v6(let right)):
            let bits = min(UInt64(length), 128)
            if bits == 0 { return true }
            if bits <= 64 { return (left.high ^ right.high) >> (64 - bits) == 0 }
            return left.high == right.high && (left.low ^ right.low) >> (128 - bits) == 0
        case (.v4, .v6), (.v6, .v4):
            return false
        }
    }

    /// The first `length` bits, and zeros behind them: the network that the address is in.
    public func network(length: UInt8) -> IPAddress {
        switch self {
        case .v4(let address):
            let bits = min(UInt32(length), 32)
            return .v4(IPv4Address(bigEndian: bits == 0 ? 0 : address.bigEndianValue & (UInt32.max << (32 - bits))))
        case .v6(let address):
            let bits = min(UInt64(length), 128)
            let high: UInt64 = bits == 0 ? 0 : bits >= 64 ? UInt64.max : UInt64.max << (64 - bits)
            let low: UInt64 = bits <= 64 ? 0 : UInt64.max << (128 - bits)
            return .v6(IPv6Address(high: address.high & high, low: address.low & low))
        }
    }
}
