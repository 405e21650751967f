internal import VRRPWire

/// Which packets a rule fits beside those of its networks, interfaces and mark.
package struct KernelRuleConditions: Hashable, Sendable {
    /// The field of the header; 0 is any.
    package var typeOfService: UInt8 = 0
    package var users: ClosedRange<UInt32>?
    package var transport: UInt8?
    package var sourcePorts: ClosedRange<UInt16>?
    package var destinationPorts: ClosedRange<UInt16>?
    package var tunnel: UInt64?
    /// FRA_FLOW.
    package var realms: UInt32 = 0
    package var suppressedLength: UInt32?
    package var suppressedGroup: UInt32?
    /// FRA_L3MDEV: the table is that of the VRF that the packet belongs to.
    package var usesVRF = false
    /// FRA_GOTO, of that action.
    package var target: UInt32 = 0

    package init() {}

    /// <linux/fib_rules.h>.
    private enum Attribute {
        static let target = 4
        static let realms = 11
        static let tunnel = 12
        static let suppressedGroup = 13
        static let suppressedLength = 14
        static let usesVRF = 19
        static let users = 20
        static let transport = 22
        static let sourcePorts = 23
        static let destinationPorts = 24
    }

    /// What the kernel says where nothing is suppressed.
    private static let nothing = UInt32.max

    mutating func take(_ type: Int, _ value: Range<Int>, of bytes: Span<UInt8>) {
        func number() -> UInt32? { bytes.hostUInt32(at: value.lowerBound) }
        switch type {
        case Attribute.target: target = number() ?? 0
        case Attribute.realms: realms = number() ?? 0
        case Attribute.tunnel:
            // In network order.
            if value.count == 8 { tunnel = value.reduce(0) { $0 << 8 | UInt64(bytes[$1]) } }
        case Attribute.suppressedGroup: suppressedGroup = number().flatMap { $0 == Self.nothing ? nil : $0 }
        case Attribute.suppressedLength: suppressedLength = number().flatMap { $0 == Self.nothing ? nil : $0 }
        case Attribute.usesVRF: usesVRF = !value.isEmpty && bytes[value.lowerBound] != 0
        case Attribute.users:
            if let first = number(), let last = bytes.hostUInt32(at: value.lowerBound + 4), first <= last {
                // All of them are no condition.
                users = first == 0 && last == Self.nothing ? nil : first...last
            }
        case Attribute.transport: if !value.isEmpty { transport = bytes[value.lowerBound] }
        case Attribute.sourcePorts: sourcePorts = Self.ports(bytes, value)
        case Attribute.destinationPorts: destinationPorts = Self.ports(bytes, value)
        default: break
        }
    }

    private static func ports(_ bytes: Span<UInt8>, _ value: Range<Int>) -> ClosedRange<UInt16>? {
        guard value.count >= 4, let first = bytes.hostUInt16(at: value.lowerBound),
            let last = bytes.hostUInt16(at: value.lowerBound + 2), first <= last
        else { return nil }
        return first...last
    }

    func write(to request: inout NetlinkRequest) {
        if target != 0 { request.append(attribute: Attribute.target, target) }
        if realms != 0 { request.append(attribute: Attribute.realms, realms) }
        if let tunnel {
            request.append(
                attribute: Attribute.tunnel,
                (0..<8).map { UInt8(truncatingIfNeeded: tunnel >> UInt64(56 - 8 * $0)) })
        }
        if let suppressedGroup { request.append(attribute: Attribute.suppressedGroup, suppressedGroup) }
        if let suppressedLength { request.append(attribute: Attribute.suppressedLength, suppressedLength) }
        if usesVRF { request.append(attribute: Attribute.usesVRF, [1]) }
        if let users { request.append(attribute: Attribute.users, users.lowerBound, users.upperBound) }
        if let transport { request.append(attribute: Attribute.transport, [transport]) }
        for (attribute, ports) in [
            (Attribute.sourcePorts, sourcePorts), (Attribute.destinationPorts, destinationPorts),
        ] {
            guard let ports else { continue }
            request.append(
                attribute: attribute, Self.octets(ports.lowerBound) + Self.octets(ports.upperBound))
        }
    }

    /// In the order of this machine.
    private static func octets(_ number: UInt16) -> [UInt8] {
        let (low, high) = (UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: number >> 8))
        return UInt16(littleEndian: 1) == 1 ? [low, high] : [high, low]
    }
}
