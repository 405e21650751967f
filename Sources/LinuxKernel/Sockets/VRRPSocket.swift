internal import CLinux
internal import Glibc
package import VRRPWire

/// The raw socket, protocol 112 unless an authentication header goes before, of one interface and address family: it receives and sends.
///
/// One socket does both: a raw socket bound to a multicast group keeps no source address, so it may send as anyone.
package final class VRRPSocket {
    /// Whom the socket hears.
    package enum Mode: Hashable, Sendable {
        /// Only what is sent to `group`, of which the interface becomes a member.
        case multicast(group: IPAddress)
        /// Only unicast, to `local` when it is given; that address need not exist yet.
        case unicast(local: IPAddress?)
    }

    /// What the kernel says of a datagram besides its bytes.
    package struct Received: Equatable, Sendable {
        package var source: IPAddress
        /// Nil for IPv4, whose header is among the bytes.
        package var destination: IPAddress?
        /// Nil for IPv4.
        package var hopLimit: UInt8?
        /// True when the datagram was longer than any advertisement can be, and its tail is lost.
        package var isTruncated: Bool
        package var interfaceIndex: UInt32

        package init(
            source: IPAddress, destination: IPAddress?, hopLimit: UInt8?, isTruncated: Bool, interfaceIndex: UInt32
        ) {
            self.source = source
            self.destination = destination
            self.hopLimit = hopLimit
            self.isTruncated = isTruncated
            self.interfaceIndex = interfaceIndex
        }
    }

    /// 255 IPv6 addresses make 4088 bytes; authentication trailers and IPv4 headers fit beside them.
    private static let bufferSize = 8192
    /// Octets that may wait unless somebody asks for another size.
    package static let usualReceiveBuffer = 1 << 20

    package let family: AddressFamily
    package let interfaceIndex: UInt32
    package let interfaceName: String
    private let socket: FileDescriptor
    private var buffer: [UInt8]
    /// IPV6_UNICAST_HOPS; the routers that share the socket may want different ones.
    private var unicastHops = Carrier.requiredHopLimit

    /// Opens, binds and joins.
    ///
    /// An interface index of zero leaves the socket unbound to any device, which suits unicast only.
    /// - Parameter protocolNumber: what it hears; of an IPv4 packet that is sent the packet's own counts.
    package init(
        family: AddressFamily, interfaceName: String, interfaceIndex: UInt32, mode: Mode,
        protocolNumber: UInt8 = Carrier.protocolNumber
    ) throws(SystemError) {
        let domain = family == .v4 ? AF_INET : AF_INET6
        let socket = try FileDescriptor("socket for VRRP on \(interfaceName)") {
            cl_socket(domain, Int32(CL_SOCK_RAW), Int32(protocolNumber), 0)
        }
        let setup = VRRPSocketSetup(
            name: interfaceName, interfaceIndex: interfaceIndex, mode: mode)
        try setup.apply(to: socket, family)
        socket.setReceiveBuffer(Int32(Self.usualReceiveBuffer))
        // Above 6 needs CAP_NET_ADMIN, which only the order of our own queue depends on.
        socket.setIfKnown(SOL_SOCKET, SO_PRIORITY, 7)
        try setup.bind(socket)
        // A raw socket hears every interface from the moment it exists: what came before it was bound is not ours.
        var buffer = [UInt8](repeating: 0, count: Self.bufferSize)
        while try receiveDatagram(socket.rawValue, into: &buffer, "receive VRRP on \(interfaceName)") != nil {}
        self.buffer = buffer
        self.family = family
        self.interfaceIndex = interfaceIndex
        self.interfaceName = interfaceName
        self.socket = socket
    }

    package var descriptor: Int32 { socket.rawValue }

    /// Asks for room for so many octets, what the kernel adds to each packet included; without CAP_NET_ADMIN it gives no more
    /// than net.core.rmem_max.
    ///
    /// - Returns: for how many there is room now.
    package func setReceiveBuffer(_ octets: Int) -> Int {
        socket.setReceiveBuffer(Int32(clamping: octets))
        // It doubles what it is asked for, for its own needs.
        return Int(cl_receive_buffer(descriptor)) / 2
    }

    /// Gives `body` the next datagram: the IPv4 packet with its header, or the IPv6 payload without one.
    ///
    /// - Returns: false when the queue is empty.
    package func receive(_ body: (Span<UInt8>, Received) -> Void) throws(SystemError) -> Bool {
        guard let datagram = try receiveDatagram(descriptor, into: &buffer, "receive VRRP on \(interfaceName)") else {
            return false
        }
        let details = datagram.details
        guard let source = details.source.ipAddress else { return true }
        let received = Received(
            source: source,
            destination: family == .v6 ? details.destination.ipAddress : nil,
            hopLimit: family == .v6 ? UInt8(exactly: details.hop_limit) : nil,
            isTruncated: datagram.isTruncated,
            interfaceIndex: details.interface_index == 0 ? interfaceIndex : details.interface_index)
        let bytes = buffer
        body(bytes.span.extracting(0..<datagram.count), received)
        return true
    }

    /// Sends a whole IPv4 packet, or an IPv6 payload for which the kernel writes the header.
    ///
    /// The IPv6 source must be an address of the interface; the IPv4 one is already in the packet, and not looked at.
    /// - Parameter hopLimit: of IPv6 unicast; an IPv4 packet brings its own, and multicast has 255.
    package func send(
        _ bytes: Span<UInt8>, from source: IPAddress, to destination: IPAddress,
        hopLimit: UInt8 = Carrier.requiredHopLimit
    ) throws(SystemError) {
        if family == .v6, !destination.isMulticast, hopLimit != unicastHops {
            try socket.set(
                Int32(IPPROTO_IPV6), IPV6_UNICAST_HOPS, Int32(hopLimit), "set IPV6_UNICAST_HOPS on \(interfaceName)")
            unicastHops = hopLimit
        }
        // The kernel takes the outgoing interface from the packet information before it looks at the socket.
        var from = cl_address.none
        if family == .v6 {
            from = cl_address(source, scope: interfaceIndex)
            from.scope = interfaceIndex
        }
        try sendDatagram(
            descriptor, bytes, to: cl_address(destination, scope: interfaceIndex), from: from,
            "send VRRP to \(destination) on \(interfaceName)")
    }
}

/// The options of a VRRP socket, in the order in which they must be set.
private struct VRRPSocketSetup {
    let name: String
    let interfaceIndex: UInt32
    let mode: VRRPSocket.Mode

    func apply(to socket: borrowing FileDescriptor, _ family: AddressFamily) throws(SystemError) {
        if interfaceIndex != 0 {
            // The kernel binds to an index that nothing has, and then stays silent.
            guard interfaceName(interfaceIndex) != nil else {
                throw SystemError("bind socket to device \(name)", ENODEV)
            }
            try socket.set(
                SOL_SOCKET, Int32(CL_SO_BINDTOIFINDEX), Int32(interfaceIndex),
                "bind socket to device \(name)")
        }
        switch family {
        case .v4: try applyIPv4(to: socket)
        case .v6: try applyIPv6(to: socket)
        }
        guard case .multicast(let group) = mode else { return }
        let (descriptor, address) = (socket.rawValue, cl_address(group, scope: interfaceIndex))
        try retryingOnInterrupt("join \(group) on \(name)") {
            cl_join(descriptor, address, Int32(interfaceIndex))
        }
    }

    /// Only our own membership counts; we write the header; our own multicast does not come back.
    private func applyIPv4(to socket: borrowing FileDescriptor) throws(SystemError) {
        let level = Int32(IPPROTO_IP)
        try socket.set(level, Int32(CL_IP_MULTICAST_ALL), 0, "set IP_MULTICAST_ALL on \(name)")
        try socket.set(level, IP_HDRINCL, 1, "set IP_HDRINCL on \(name)")
        try socket.set(level, IP_MULTICAST_LOOP, 0, "set IP_MULTICAST_LOOP on \(name)")
        try socket.set(level, IP_PKTINFO, 1, "set IP_PKTINFO on \(name)")
        if case .unicast = mode { try socket.set(level, IP_FREEBIND, 1, "set IP_FREEBIND on \(name)") }
        guard interfaceIndex != 0 else { return }
        let descriptor = socket.rawValue
        try retryingOnInterrupt("set IP_MULTICAST_IF to \(name)") {
            cl_multicast_interface_v4(descriptor, Int32(interfaceIndex))
        }
    }

    /// IPV6_CHECKSUM stays off: with it the kernel drops corrupted packets before anyone can count them.
    private func applyIPv6(to socket: borrowing FileDescriptor) throws(SystemError) {
        let level = Int32(IPPROTO_IPV6)
        socket.setIfKnown(level, Int32(CL_IPV6_MULTICAST_ALL), 0)
        let options: [(name: Int32, value: Int32, label: String)] = [
            (IPV6_RECVHOPLIMIT, 1, "IPV6_RECVHOPLIMIT"), (IPV6_RECVPKTINFO, 1, "IPV6_RECVPKTINFO"),
            (IPV6_MULTICAST_HOPS, 255, "IPV6_MULTICAST_HOPS"), (IPV6_UNICAST_HOPS, 255, "IPV6_UNICAST_HOPS"),
            (IPV6_TCLASS, 0xC0, "IPV6_TCLASS"), (IPV6_MULTICAST_LOOP, 0, "IPV6_MULTICAST_LOOP"),
        ]
        for option in options {
            try socket.set(level, option.name, option.value, "set \(option.label) on \(name)")
        }
        if case .unicast = mode { socket.setIfKnown(level, Int32(CL_IPV6_FREEBIND), 1) }
        guard interfaceIndex != 0 else { return }
        try socket.set(
            level, IPV6_MULTICAST_IF, Int32(interfaceIndex), "set IPV6_MULTICAST_IF to \(name)")
    }

    func bind(_ socket: borrowing FileDescriptor) throws(SystemError) {
        let address: IPAddress
        switch mode {
        case .multicast(let group): address = group
        case .unicast(let local):
            guard let local else { return }
            address = local
        }
        let (descriptor, target) = (socket.rawValue, cl_address(address, scope: interfaceIndex))
        try retryingOnInterrupt("bind \(address) on \(name)") { cl_bind(descriptor, target) }
    }
}
