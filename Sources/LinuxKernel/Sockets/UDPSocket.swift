internal import CLinux
internal import Glibc
package import VRRPWire

/// Hears the UDP datagrams to one port of this host, with how they came.
package final class UDPListener {
    package struct Received: Equatable, Sendable {
        package var source: IPAddress
        /// Which of our addresses it was sent to; nil when the kernel did not say.
        package var destination: IPAddress?
        /// The TTL or hop limit with which it arrived; nil when the kernel did not say.
        package var hopLimit: UInt8?
        package var interfaceIndex: UInt32
    }

    private let socket: FileDescriptor
    private let port: UInt16
    private var buffer: [UInt8]

    /// Larger than what is listened for here: more is truncated, and what is said of its length shows it.
    private static let bufferSize = 512

    package init(family: AddressFamily, port: UInt16) throws(SystemError) {
        let socket = try FileDescriptor("socket for UDP port \(port)") {
            cl_socket(family == .v4 ? AF_INET : AF_INET6, Int32(CL_SOCK_DGRAM), 0, 0)
        }
        switch family {
        case .v4:
            try socket.set(Int32(IPPROTO_IP), IP_RECVTTL, 1, "set IP_RECVTTL on UDP port \(port)")
            try socket.set(Int32(IPPROTO_IP), IP_PKTINFO, 1, "set IP_PKTINFO on UDP port \(port)")
        case .v6:
            let level = Int32(IPPROTO_IPV6)
            // IPv4 has a socket of its own.
            try socket.set(level, IPV6_V6ONLY, 1, "set IPV6_V6ONLY on UDP port \(port)")
            try socket.set(level, IPV6_RECVHOPLIMIT, 1, "set IPV6_RECVHOPLIMIT on UDP port \(port)")
            try socket.set(level, IPV6_RECVPKTINFO, 1, "set IPV6_RECVPKTINFO on UDP port \(port)")
        }
        let descriptor = socket.rawValue
        try retryingOnInterrupt("bind UDP port \(port) of \(family == .v4 ? "IPv4" : "IPv6")") {
            cl_bind_port(descriptor, .any(family), port)
        }
        self.socket = socket
        self.port = port
        buffer = [UInt8](repeating: 0, count: Self.bufferSize)
    }

    package var descriptor: Int32 { socket.rawValue }

    /// Gives `body` the next datagram.
    ///
    /// - Returns: false when the queue is empty.
    package func receive(_ body: (Span<UInt8>, Received) -> Void) throws(SystemError) -> Bool {
        guard let datagram = try receiveDatagram(descriptor, into: &buffer, "receive on UDP port \(port)") else {
            return false
        }
        let details = datagram.details
        guard let source = details.source.ipAddress else { return true }
        let received = Received(
            source: source, destination: details.destination.ipAddress, hopLimit: UInt8(exactly: details.hop_limit),
            interfaceIndex: details.interface_index)
        let bytes = buffer
        body(bytes.span.extracting(0..<datagram.count), received)
        return true
    }
}

/// Sends UDP datagrams from one port, each with the same TTL or hop limit.
package final class UDPSender {
    private let socket: FileDescriptor
    /// From which it sends.
    package let port: UInt16

    /// - Parameters:
    ///   - source: an address of this host; nil leaves it to the kernel.
    ///   - ports: from which one is taken that nobody has, `wish` if it is free.
    package init(
        family: AddressFamily, source: IPAddress?, ports: ClosedRange<UInt16>, wish: UInt16, hopLimit: UInt8
    ) throws(SystemError) {
        let name = source.map { "\($0)" } ?? "any address"
        let socket = try FileDescriptor("socket to send UDP from \(name)") {
            cl_socket(family == .v4 ? AF_INET : AF_INET6, Int32(CL_SOCK_DGRAM), 0, 0)
        }
        switch family {
        case .v4:
            try socket.set(Int32(IPPROTO_IP), IP_TTL, Int32(hopLimit), "set IP_TTL")
            // Network control, as adverts are.
            socket.setIfKnown(Int32(IPPROTO_IP), IP_TOS, 0xC0)
        case .v6:
            try socket.set(Int32(IPPROTO_IPV6), IPV6_UNICAST_HOPS, Int32(hopLimit), "set IPV6_UNICAST_HOPS")
            socket.setIfKnown(Int32(IPPROTO_IPV6), IPV6_TCLASS, 0xC0)
        }
        // Last, because IP_TOS sets a priority of its own; above 6 needs CAP_NET_ADMIN.
        socket.setIfKnown(SOL_SOCKET, SO_PRIORITY, 7)
        // Nobody reads what is sent to it: it shall not fill memory.
        socket.setReceiveBuffer(0)
        let address = source.map { cl_address($0, scope: 0) } ?? .any(family)
        let port = try Self.bind(socket.rawValue, address, ports, wish, name)
        self.port = port
        self.socket = socket
    }

    private static func bind(
        _ descriptor: Int32, _ address: cl_address, _ ports: ClosedRange<UInt16>, _ wish: UInt16, _ name: String
    ) throws(SystemError) -> UInt16 {
        let count = Int(ports.upperBound - ports.lowerBound) + 1
        let first = ports.contains(wish) ? Int(wish - ports.lowerBound) : 0
        for step in 0..<min(count, mostAttempts) {
            let port = ports.lowerBound + UInt16((first + step) % count)
            if cl_bind_port(descriptor, address, port) == 0 { return port }
            let code = errno
            if code != EADDRINUSE { throw SystemError("bind \(name)", code) }
        }
        throw SystemError("bind a port of \(name)", EADDRINUSE)
    }

    /// They are sixteen thousand, and nearly all of them are free.
    private static let mostAttempts = 1000

    package func send(_ bytes: Span<UInt8>, to address: IPAddress, port: UInt16) throws(SystemError) {
        let (descriptor, target) = (socket.rawValue, cl_address(address, scope: 0))
        // SAFETY: the kernel reads the span's bytes only, during the call.
        try unsafe bytes.withUnsafeBufferPointer { buffer throws(SystemError) in
            _ = try retryingOnInterrupt("send to \(address)") {
                unsafe cl_send_to_port(descriptor, buffer.baseAddress, buffer.count, target, port)
            }
        }
    }
}

extension cl_address {
    /// Every address of this host.
    fileprivate static func any(_ family: AddressFamily) -> cl_address {
        cl_address(family: family == .v4 ? AF_INET : AF_INET6, scope: 0, high: 0, low: 0)
    }
}
