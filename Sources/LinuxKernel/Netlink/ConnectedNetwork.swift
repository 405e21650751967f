internal import CLinux
internal import Glibc
package import VRRPWire

/// A subnet that an interface is in by one of its addresses, to which the kernel makes a route when the address comes.
package struct ConnectedNetwork: Hashable, Sendable {
    package var interfaceIndex: UInt32
    /// By which the interface is in it.
    package var address: IPAddress
    package var prefixLength: UInt8

    package init(interfaceIndex: UInt32, address: IPAddress, prefixLength: UInt8) {
        self.interfaceIndex = interfaceIndex
        self.address = address
        self.prefixLength = prefixLength
    }

    /// From an ifaddrmsg and its attributes; nil for an address that brings no such route.
    ///
    /// Source: the kernel's fib_add_ifaddr and inet6_addr_add. An IPv6 address with an end is a router advertisement's,
    /// which says by itself whether its prefix is on the link.
    init?(_ bytes: Span<UInt8>, _ payload: Range<Int>) {
        let (start, headerSize) = (payload.lowerBound, 8)
        guard payload.count >= headerSize, let index = bytes.hostUInt32(at: start + 4),
            let family = AddressFamily(kernel: Int32(bytes[start]))
        else { return nil }
        var flags = UInt32(bytes[start + 2])
        var (local, other): (IPAddress?, IPAddress?) = (nil, nil)
        forEachAttribute(of: bytes, in: start + headerSize..<payload.upperBound) { type, value in
            switch type {
            case IFA_LOCAL: local = IPAddress(bytes, value, family)
            case IFA_ADDRESS: other = IPAddress(bytes, value, family)
            case IFA_FLAGS: flags = bytes.hostUInt32(at: value.lowerBound) ?? flags
            default: break
            }
        }
        func has(_ flag: Int32) -> Bool { flags & UInt32(flag) != 0 }
        // A secondary address has its subnet from the first one; with a peer the route leads to the peer.
        guard let address = local ?? other, other == nil || other == address, !has(IFA_F_NOPREFIXROUTE),
            !has(IFA_F_SECONDARY), !has(IFA_F_DADFAILED), family == .v4 || has(IFA_F_PERMANENT)
        else { return nil }
        let length = bytes[start + 1]
        guard length > 0, length < family.hostPrefixLength, !address.isOfNoNetwork else { return nil }
        self.init(interfaceIndex: index, address: address, prefixLength: length)
    }
}

extension IPAddress {
    /// 0.0.0.0/8, which is nobody's; fe80::/10, which is everywhere.
    fileprivate var isOfNoNetwork: Bool {
        switch self {
        case .v4(let address): address.bigEndianValue >> 24 == 0
        case .v6(let address): address.isLinkLocal
        }
    }
}

extension RouteSocket {
    /// The subnets to which the kernel has made routes, unless somebody has removed them.
    package func connectedNetworks() throws(SystemError) -> [ConnectedNetwork] {
        try dump(RTM_GETADDR, "list addresses") { request in
            for _ in 0..<2 { request.append(UInt32(0)) }
        } reading: { bytes, header, networks in
            guard Int(header.type) == RTM_NEWADDR, let network = ConnectedNetwork(bytes, header.payload) else { return }
            networks.append(network)
        }
    }
}
