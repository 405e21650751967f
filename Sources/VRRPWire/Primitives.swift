/// A virtual router identifier: 1 to 255, unique per interface and address family (RFC 9568 section 5.2.3).
public struct VirtualRouterID: Hashable, Comparable, Sendable {
    public let rawValue: UInt8

    /// Nil for zero, which no virtual router may have.
    public init?(_ rawValue: UInt8) {
        guard rawValue != 0 else { return nil }
        self.rawValue = rawValue
    }

    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// A router's claim to be Active: higher wins (RFC 9568 section 5.2.4).
public struct Priority: Comparable, Hashable, Sendable {
    public let rawValue: UInt8
    public init(_ rawValue: UInt8) { self.rawValue = rawValue }

    /// The Active Router is leaving; a Backup takes over after Skew_Time.
    public static let resigning = Priority(0)
    /// The router owns the virtual addresses as its own.
    public static let owner = Priority(255)

    public static func < (lhs: Priority, rhs: Priority) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// A count of 10 ms units, the finest interval VRRP can say: units live in types.
///
/// VRRPv3 carries 1 to 4095 of them; VRRPv2 carries whole seconds, 1 to 255, which is 100 to 25500 here.
public struct Centiseconds: Comparable, Hashable, Sendable {
    public let count: UInt16

    /// The largest VRRPv3 Max Advertise Interval: twelve bits (RFC 9568 erratum 8301).
    public static let maximumV3 = Centiseconds(unchecked: 4095)
    /// The largest VRRPv2 Adver Int: 255 seconds.
    public static let maximumV2 = Centiseconds(unchecked: 25500)
    /// The default of both versions: one second.
    public static let oneSecond = Centiseconds(unchecked: 100)

    /// Nil for zero and for more than either version can say.
    public init?(_ count: Int) {
        guard (1...Int(Self.maximumV2.count)).contains(count) else { return nil }
        self.count = UInt16(count)
    }

    init(unchecked count: UInt16) { self.count = count }

    public var isWholeSeconds: Bool { count.isMultiple(of: 100) }

    public static func < (lhs: Centiseconds, rhs: Centiseconds) -> Bool { lhs.count < rhs.count }
}

/// The protocol version of a virtual router; both ends must agree on it.
public enum ProtocolVersion: UInt8, Hashable, Sendable {
    case v2 = 2
    case v3 = 3
}

/// The eight octets of VRRPv2's simple text password, left-aligned and padded with NUL (RFC 2338 section 5.3.6.2).
public struct SimplePassword: Hashable, Sendable {
    /// The octets in network order.
    public let bigEndianValue: UInt64

    public static let size = 8

    public init(bigEndian value: UInt64) { bigEndianValue = value }

    /// The first eight octets of `text`; what comes after them is not sent, as in every implementation.
    public init(_ text: String) {
        var value: UInt64 = 0
        var remaining = Self.size
        for octet in text.utf8.prefix(Self.size) {
            value = value << 8 | UInt64(octet)
            remaining -= 1
        }
        bigEndianValue = value << UInt64(8 * remaining)
    }

    /// Compares without an early exit, so that timing tells nothing about how much of a guess was right.
    public func matches(_ other: SimplePassword) -> Bool { (bigEndianValue ^ other.bigEndianValue) == 0 }
}

/// An EUI-48 link-layer address.
public struct HardwareAddress: Hashable, Sendable {
    /// The six octets, in order, in the low 48 bits.
    public let rawValue: UInt64
    public static let size = 6
    public static let broadcast = HardwareAddress(rawValue: 0xFFFF_FFFF_FFFF)
    /// The Ethernet group of a multicast group (RFC 1112 section 6.4, RFC 2464 section 7).
    public static func ofGroup(_ group: IPAddress) -> HardwareAddress {
        precondition(group.isMulticast, "only groups have a hardware address by their number")
        switch group {
        case .v4(let address):
            return HardwareAddress(rawValue: 0x0100_5E00_0000 | UInt64(address.bigEndianValue & 0x7F_FFFF))
        case .v6(let address): return HardwareAddress(rawValue: 0x3333_0000_0000 | address.low & 0xFFFF_FFFF)
        }
    }

    public init(rawValue: UInt64) { self.rawValue = rawValue & 0xFFFF_FFFF_FFFF }

    public subscript(octet index: Int) -> UInt8 {
        precondition((0..<Self.size).contains(index))
        return UInt8(truncatingIfNeeded: rawValue >> UInt64(8 * (Self.size - 1 - index)))
    }

    /// The virtual MAC address 00-00-5E-00-0x-VRID (RFC 9568 section 7.3).
    public static func virtual(_ id: VirtualRouterID, _ family: AddressFamily) -> HardwareAddress {
        HardwareAddress(rawValue: (family == .v4 ? 0x00005E000100 : 0x00005E000200) | UInt64(id.rawValue))
    }

    /// One of a virtual router, of whichever family and number.
    public var isOfVirtualRouter: Bool { rawValue >> 8 == 0x00005E0001 || rawValue >> 8 == 0x00005E0002 }

    /// An address of a group, and of no single interface (IEEE 802: the I/G bit).
    public var isGroup: Bool { self[octet: 0] & 1 != 0 }
}

extension HardwareAddress: CustomStringConvertible {
    public var description: String {
        (0..<Self.size).map { index in
            let text = String(self[octet: index], radix: 16)
            return text.count == 1 ? "0" + text : text
        }.joined(separator: ":")
    }
}
