internal import CLinux
internal import Glibc
internal import VRRPWire

extension RouteChange {
    /// What the message at `header` says, or nil when it is malformed or about something else.
    init?(_ bytes: Span<UInt8>, _ header: NetlinkHeader) {
        switch Int(header.type) {
        case RTM_NEWLINK:
            guard let link = LinkInfo(bytes, header.payload) else { return nil }
            self = .link(link)
        case RTM_DELLINK:
            guard let link = LinkInfo(bytes, header.payload) else { return nil }
            self = .linkGone(index: link.index, name: link.name)
        case RTM_NEWADDR:
            guard let address = AddressInfo(bytes, header.payload) else { return nil }
            self = .address(address)
        case RTM_DELADDR:
            guard let address = AddressInfo(bytes, header.payload) else { return nil }
            self = .addressGone(address)
        default:
            return nil
        }
    }
}

extension LinkInfo {
    private static let headerSize = 16

    /// Reads an ifinfomsg and its attributes.
    ///
    /// A bridge reports its ports in messages of family AF_BRIDGE, where RTM_DELLINK means "left the bridge": only
    /// the unspecified family speaks of the interface itself.
    init?(_ bytes: Span<UInt8>, _ payload: Range<Int>) {
        let start = payload.lowerBound
        guard payload.count >= Self.headerSize, Int32(bytes[start]) == AF_UNSPEC,
            let index = bytes.hostUInt32(at: start + 4), let flags = bytes.hostUInt32(at: start + 8)
        else { return nil }
        func has(_ flag: UInt32) -> Bool { flags & flag != 0 }
        self.init(
            index: index, name: "", isUp: has(InterfaceFlag.up),
            isRunning: has(InterfaceFlag.running) && has(InterfaceFlag.lowerUp),
            isLoopback: has(InterfaceFlag.loopback), supportsMulticast: has(InterfaceFlag.multicast),
            isPointToPoint: has(InterfaceFlag.pointToPoint), mtu: 0)
        forEachAttribute(of: bytes, in: start + Self.headerSize..<payload.upperBound) { type, value in
            take(type, value, of: bytes)
        }
        if name.isEmpty { return nil }
    }

    private mutating func take(_ type: Int, _ value: Range<Int>, of bytes: Span<UInt8>) {
        switch type {
        case IFLA_IFNAME: name = bytes.text(in: value)
        case IFLA_MTU: mtu = bytes.hostUInt32(at: value.lowerBound) ?? 0
        case IFLA_MASTER: masterIndex = bytes.hostUInt32(at: value.lowerBound)
        case IFLA_LINK: parentIndex = bytes.hostUInt32(at: value.lowerBound).flatMap { $0 == 0 ? nil : $0 }
        case IFLA_ADDRESS where value.count == HardwareAddress.size:
            var octets: UInt64 = 0
            for offset in value { octets = octets << 8 | UInt64(bytes[offset]) }
            hardwareAddress = HardwareAddress(rawValue: octets)
        case IFLA_LINKINFO:
            var (kind, data) = (self.kind, 0..<0)
            forEachAttribute(of: bytes, in: value) { type, value in
                if type == IFLA_INFO_KIND { kind = bytes.text(in: value) }
                if type == IFLA_INFO_DATA { data = value }
            }
            self.kind = kind
            if kind == "macvlan" { takeMacvlan(data, of: bytes) }
        case IFLA_IFALIAS: alias = bytes.text(in: value)
        default: break
        }
    }

    private mutating func takeMacvlan(_ data: Range<Int>, of bytes: Span<UInt8>) {
        var mode = macvlanMode
        forEachAttribute(of: bytes, in: data) { type, value in
            if type == IFLA_MACVLAN_MODE { mode = bytes.hostUInt32(at: value.lowerBound) }
        }
        macvlanMode = mode
    }
}

/// The bits of <linux/if.h>, whose structures clash with Glibc's.
private enum InterfaceFlag {
    static let up: UInt32 = 0x1
    static let loopback: UInt32 = 0x8
    static let pointToPoint: UInt32 = 0x10
    static let running: UInt32 = 0x40
    static let multicast: UInt32 = 0x1000
    static let lowerUp: UInt32 = 0x10000
}

extension AddressInfo {
    private static let headerSize = 8

    /// Reads an ifaddrmsg and its attributes.
    init?(_ bytes: Span<UInt8>, _ payload: Range<Int>) {
        let start = payload.lowerBound
        guard payload.count >= Self.headerSize, let index = bytes.hostUInt32(at: start + 4),
            let family = AddressFamily(kernel: Int32(bytes[start]))
        else { return nil }
        var attributes = AddressAttributes(flags: UInt32(bytes[start + 2]))
        forEachAttribute(of: bytes, in: start + Self.headerSize..<payload.upperBound) { type, value in
            attributes.take(type, value, of: bytes, family)
        }
        // With a peer, IFA_ADDRESS is the peer's and IFA_LOCAL ours; without one IPv6 leaves IFA_LOCAL out.
        guard let address = attributes.local ?? attributes.address else { return nil }
        func has(_ flag: Int32) -> Bool { attributes.flags & UInt32(flag) != 0 }
        self.init(
            interfaceIndex: index, address: address, prefixLength: bytes[start + 1], scope: bytes[start + 3],
            label: attributes.label, broadcast: attributes.broadcast, isTentative: has(IFA_F_TENTATIVE),
            isDADFailed: has(IFA_F_DADFAILED), isSecondary: family == .v4 && has(IFA_F_SECONDARY),
            isDeprecated: has(IFA_F_DEPRECATED), protocolMark: attributes.protocolMark,
            validSeconds: attributes.validSeconds)
        if let local = attributes.local, let far = attributes.address, far != local { peer = far }
    }
}

private struct AddressAttributes {
    var flags: UInt32
    var local: IPAddress?
    var address: IPAddress?
    var label: String?
    var broadcast: IPv4Address?
    var protocolMark: UInt8?
    var validSeconds: UInt32?

    init(flags: UInt32) { self.flags = flags }

    mutating func take(_ type: Int, _ value: Range<Int>, of bytes: Span<UInt8>, _ family: AddressFamily) {
        switch type {
        case IFA_LOCAL: local = IPAddress(bytes, value, family)
        case IFA_ADDRESS: address = IPAddress(bytes, value, family)
        case IFA_LABEL: label = bytes.text(in: value)
        case IFA_BROADCAST:
            if case .v4(let address) = IPAddress(bytes, value, family) { broadcast = address }
        // All 32 flags; the header has room for the first eight.
        case IFA_FLAGS: flags = bytes.hostUInt32(at: value.lowerBound) ?? flags
        case IFA_CACHEINFO where value.count >= 8:
            validSeconds = bytes.hostUInt32(at: value.lowerBound + 4).flatMap { $0 == .max ? nil : $0 }
        case Int(CL_IFA_PROTO): protocolMark = value.isEmpty ? nil : bytes[value.lowerBound]
        default: break
        }
    }
}

extension AddressFamily {
    init?(kernel family: Int32) {
        switch family {
        case AF_INET: self = .v4
        case AF_INET6: self = .v6
        default: return nil
        }
    }

    var kernelValue: Int32 { self == .v4 ? AF_INET : AF_INET6 }
}

extension IPAddress {
    init?(_ bytes: Span<UInt8>, _ range: Range<Int>, _ family: AddressFamily) {
        guard range.count == family.addressSize, range.upperBound <= bytes.count else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for offset in range {
            high = high << 8 | low >> 56
            low = low << 8 | UInt64(bytes[offset])
        }
        switch family {
        case .v4: self = .v4(IPv4Address(bigEndian: UInt32(truncatingIfNeeded: low)))
        case .v6: self = .v6(IPv6Address(high: high, low: low))
        }
    }

    /// The octets in network order.
    var octets: [UInt8] {
        switch self {
        case .v4(let address): (0..<4).map { UInt8(truncatingIfNeeded: address.bigEndianValue >> UInt32(24 - 8 * $0)) }
        case .v6(let address):
            [address.high, address.low].flatMap { half in
                (0..<8).map { UInt8(truncatingIfNeeded: half >> UInt64(56 - 8 * $0)) }
            }
        }
    }
}
