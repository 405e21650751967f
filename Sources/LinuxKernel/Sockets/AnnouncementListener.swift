internal import CLinux
internal import Glibc
package import VRRPWire

/// Hears the claims to addresses that others make on one interface: ARP, and ICMPv6 neighbor advertisements.
///
/// Two packet sockets, one for each Ethernet type, behind one epoll descriptor. A single socket for all types would
/// be handed a copy of every frame, IPv4 traffic and what we send ourselves included; these see incoming frames of
/// their type only. The interface does not become promiscuous.
package final class AnnouncementListener {
    private let arp: FileDescriptor
    private let neighbor: FileDescriptor
    private let epoll: FileDescriptor
    private let interfaceIndex: UInt32
    private var buffer: [UInt8]

    /// An ARP frame has 42 bytes and a neighbor advertisement with its options well under 200.
    private static let bufferSize = 2048

    package init(interfaceIndex: UInt32) throws(SystemError) {
        let arp = try Self.open(interfaceIndex, UInt16(ETH_P_ARP), filtered: false)
        let neighbor = try Self.open(interfaceIndex, UInt16(ETH_P_IPV6), filtered: true)
        let epoll = try FileDescriptor("epoll_create1") { cl_epoll_create() }
        for descriptor in [arp.rawValue, neighbor.rawValue] {
            let epoll = epoll.rawValue
            try retryingOnInterrupt("epoll_ctl add packet socket") { cl_epoll_watch(epoll, descriptor, 1, 0, 0) }
        }
        self.arp = arp
        self.neighbor = neighbor
        self.epoll = epoll
        self.interfaceIndex = interfaceIndex
        buffer = Array(repeating: 0, count: Self.bufferSize)
    }

    /// Hears only who claims one of `addresses` from now on; other traffic costs no more than the kernel's filter.
    ///
    /// The filter looks at the last 32 bits, so that a little more may come through.
    package func listen(onlyFor addresses: [IPAddress]) throws(SystemError) {
        var tails: (v4: [UInt32], v6: [UInt32]) = ([], [])
        for address in addresses {
            switch address {
            case .v4(let address): tails.v4.append(address.bigEndianValue)
            case .v6(let address): tails.v6.append(UInt32(truncatingIfNeeded: address.low))
            }
        }
        try attach(tails.v4, to: arp.rawValue, isV6: 0)
        try attach(tails.v6, to: neighbor.rawValue, isV6: 1)
    }

    private func attach(_ tails: [UInt32], to descriptor: Int32, isV6: Int32) throws(SystemError) {
        // SAFETY: the filter is made from the buffer's count of words, which are read during the call only.
        let result = unsafe tails.withUnsafeBufferPointer { buffer in
            unsafe cl_accept_only_claims(descriptor, isV6, buffer.baseAddress, buffer.count)
        }
        if result < 0 { throw SystemError("attach filter on \(interfaceLabel(interfaceIndex))", errno) }
    }

    /// Opened for no protocol at all, so that nothing is queued before the filter is in place and the device chosen.
    private static func open(
        _ interfaceIndex: UInt32, _ etherType: UInt16, filtered: Bool
    ) throws(SystemError) -> FileDescriptor {
        let socket = try FileDescriptor("socket for announcements on \(interfaceLabel(interfaceIndex))") {
            cl_socket(AF_PACKET, Int32(CL_SOCK_RAW), 0, 0)
        }
        let descriptor = socket.rawValue
        if filtered {
            try retryingOnInterrupt("attach filter on \(interfaceLabel(interfaceIndex))") {
                cl_accept_only_neighbor_advertisements(descriptor)
            }
        }
        try retryingOnInterrupt("bind packet socket to \(interfaceLabel(interfaceIndex))") {
            cl_bind(descriptor, cl_address(interfaceIndex: interfaceIndex, etherType: etherType))
        }
        return socket
    }

    /// Readable when either kind waits.
    package var descriptor: Int32 { epoll.rawValue }

    /// Gives `body` the next frame, Ethernet header included; never one that this host sent.
    ///
    /// - Returns: false when the queue is empty.
    package func receive(_ body: (Span<UInt8>) -> Void) throws(SystemError) -> Bool {
        for descriptor in [arp.rawValue, neighbor.rawValue] {
            guard let datagram = try next(descriptor) else { continue }
            let bytes = buffer
            body(bytes.span.extracting(0..<datagram.count))
            return true
        }
        return false
    }

    /// A packet socket reports once that its interface went down, before what it had heard by then; it revives by itself.
    private func next(_ descriptor: Int32) throws(SystemError) -> Datagram? {
        do throws(SystemError) {
            return try receive(from: descriptor)
        } catch {
            guard error.code == ENETDOWN else { throw error }
        }
        return try receive(from: descriptor)
    }

    private func receive(from descriptor: Int32) throws(SystemError) -> Datagram? {
        try receiveDatagram(descriptor, into: &buffer, "receive frame on \(interfaceLabel(interfaceIndex))")
    }
}
