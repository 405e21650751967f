internal import CLinux
internal import Glibc

/// Hears of routes and rules that go, in the network namespace it was opened in.
///
/// Much goes without a word: the kernel does not tell which IPv4 routes it takes off with an interface or an address.
/// So the news only say when to list routes again, as those of interfaces and addresses do.
package final class ForwardingMonitor {
    /// So many datagrams a turn, then the timers get theirs.
    private static let maximumDatagrams = 256
    /// More than the receive buffer holds; a bound all the same, because others go on filling it.
    private static let maximumDiscarded = 65536
    private static let datagramSize = 1 << 16
    private static let headerSize = 12
    private static let groups = [RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE]
        .reduce(UInt32(0)) { $0 | 1 << ($1.rawValue - 1) }

    private let socket: FileDescriptor
    private var buffer: [UInt8]

    /// Subscribes; `receiveBuffer` is how many bytes of news may wait.
    package init(receiveBuffer: Int32 = 1 << 20) throws(SystemError) {
        let socket = try FileDescriptor("socket for changes of routes") {
            cl_socket(AF_NETLINK, Int32(CL_SOCK_RAW), NETLINK_ROUTE, 0)
        }
        socket.setReceiveBuffer(receiveBuffer)
        let descriptor = socket.rawValue
        try retryingOnInterrupt("subscribe to changes of routes") {
            cl_bind(descriptor, cl_address(netlinkGroups: Self.groups))
        }
        self.socket = socket
        buffer = Array(repeating: 0, count: Self.datagramSize)
    }

    package var descriptor: Int32 { socket.rawValue }

    /// Sets how many octets of news may wait; returns for how many there is room now.
    package func setReceiveBuffer(_ octets: Int, isForced: Bool) -> Int {
        socket.setReceiveBuffer(octets, isForced: isForced)
    }

    /// Reads what waits.
    ///
    /// - Parameters:
    ///   - mark: RTPROT_* of the routes and rules that are of interest; nil for all.
    ///   - ports: the netlink ports whose own changes are no news.
    /// - Returns: the netlink port of whoever took off such a one, or replaced a route that may have been one, 0 for the
    ///   kernel or when news were lost; nil when nothing of the kind has happened.
    package func drain(mark: UInt8?, ignoring ports: [UInt32]) throws(SystemError) -> UInt32? {
        var culprit: UInt32?
        var budget = Self.maximumDatagrams
        while budget > 0 {
            budget -= 1
            do throws(SystemError) {
                guard let datagram = try receiveDatagram(descriptor, into: &buffer, "receive changes of routes") else {
                    return culprit
                }
                guard datagram.isFromKernel else { continue }
                if datagram.isTruncated { culprit = culprit ?? 0 }
                let bytes = buffer
                let span = bytes.span.extracting(0..<datagram.count)
                var offset = 0
                while let header = NetlinkHeader(span, at: offset) {
                    offset = header.end
                    if !ports.contains(header.port), Self.concerns(mark, span, header) { culprit = header.port }
                }
            } catch {
                guard error.code == ENOBUFS else { throw error }
                culprit = culprit ?? 0
                // The kernel drops everything until the queue has been emptied.
                budget = Self.maximumDiscarded
            }
        }
        return culprit
    }

    private static func concerns(_ mark: UInt8?, _ bytes: Span<UInt8>, _ header: NetlinkHeader) -> Bool {
        guard header.payload.count >= headerSize else { return false }
        switch Int(header.type) {
        case RTM_DELROUTE: return mark == nil || bytes[header.payload.lowerBound + 5] == mark
        case RTM_DELRULE:
            return mark == nil || KernelRule(bytes, header.payload)?.protocolMark == mark
        // What it replaced is not told.
        case RTM_NEWROUTE: return header.flags & UInt16(NLM_F_REPLACE) != 0
        default: return false
        }
    }
}
