internal import CLinux
internal import Glibc
internal import VRRPWire

extension cl_address {
    /// The absence of an address: the connected peer, or the source that the kernel chooses.
    static var none: cl_address { cl_address() }

    /// The scope is the interface index that an IPv6 link-local or multicast address belongs to.
    init(_ address: IPAddress, scope: UInt32) {
        switch address {
        case .v4(let address):
            self.init(family: AF_INET, scope: 0, high: 0, low: UInt64(address.bigEndianValue))
        case .v6(let address):
            let isScoped = address.isLinkLocal || address.isMulticast
            self.init(family: AF_INET6, scope: isScoped ? scope : 0, high: address.high, low: address.low)
        }
    }

    /// Where a frame leaves: sendto on a packet socket wants no more than the interface and the Ethernet type.
    init(interfaceIndex: UInt32, etherType: UInt16) {
        self.init(family: AF_PACKET, scope: interfaceIndex, high: 0, low: UInt64(etherType))
    }

    init(netlinkGroups groups: UInt32) {
        self.init(family: AF_NETLINK, scope: 0, high: 0, low: UInt64(groups))
    }

    /// Nil when this is not an IP address.
    var ipAddress: IPAddress? {
        switch family {
        case AF_INET: .v4(IPv4Address(bigEndian: UInt32(truncatingIfNeeded: low)))
        case AF_INET6: .v6(IPv6Address(high: high, low: low))
        default: nil
        }
    }
}
