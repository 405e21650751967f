internal import CLinux
internal import Glibc

/// Hears of every change of interfaces and addresses in the network namespace it was opened in.
package final class RouteMonitor {
    package enum Outcome: Equatable, Sendable {
        /// Nothing waits, or so much did that the rest is left for the next turn.
        case drained
        /// Events were lost: the caller must list interfaces and addresses anew.
        case overrun
    }

    /// So many datagrams a turn, then the timers get theirs.
    private static let maximumDatagrams = 256
    /// More than the receive buffer holds; a bound all the same, because others go on filling it.
    private static let maximumDiscarded = 65536
    private static let datagramSize = 1 << 16
    private static let groups = [RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR]
        .reduce(UInt32(0)) { $0 | 1 << ($1.rawValue - 1) }

    private let socket: FileDescriptor
    private var buffer: [UInt8]
    /// While a change is told: the netlink port of the process that asked the kernel for it, 0 when none did.
    ///
    /// A port is often, and not always, the number of the process in whose name it was opened.
    package private(set) var requester: UInt32 = 0
    /// Messages that the kernel did not send, which were not read, and the netlink port that the last of them came from.
    package private(set) var forged: (count: UInt64, port: UInt32) = (0, 0)

    /// Subscribes; `receiveBuffer` is how many bytes of events may wait.
    package init(receiveBuffer: Int32 = 1 << 20) throws(SystemError) {
        let socket = try FileDescriptor("socket for interface changes") {
            cl_socket(AF_NETLINK, Int32(CL_SOCK_RAW), NETLINK_ROUTE, 0)
        }
        socket.setReceiveBuffer(receiveBuffer)
        let descriptor = socket.rawValue
        try retryingOnInterrupt("subscribe to interface changes") {
            cl_bind(descriptor, cl_address(netlinkGroups: Self.groups))
        }
        self.socket = socket
        buffer = Array(repeating: 0, count: Self.datagramSize)
    }

    package var descriptor: Int32 { socket.rawValue }
    /// Where it is spoken to.
    package var port: UInt32 { cl_netlink_port(descriptor) }

    /// Sets how many octets of news may wait; returns for how many there is room now.
    package func setReceiveBuffer(_ octets: Int, isForced: Bool) -> Int {
        socket.setReceiveBuffer(octets, isForced: isForced)
    }

    /// Hears no more of what the owner of `port` changes; on kernels without such filters, still all of it.
    package func ignoreChanges(by port: UInt32) { _ = cl_ignore_netlink_port(descriptor, port) }

    /// Gives `body` what waits, in the kernel's order.
    ///
    /// After a loss the kernel drops everything, silently, until the queue has been emptied: what waits in it is older
    /// than what is missing. So on `.overrun` the queue is empty, and a new listing says all there is to know.
    package func drain(_ body: (RouteChange) -> Void) throws(SystemError) -> Outcome {
        for _ in 0..<Self.maximumDatagrams {
            do throws(SystemError) {
                guard let datagram = try receiveDatagram(descriptor, into: &buffer, "receive interface changes") else {
                    return .drained
                }
                guard datagram.isFromKernel else {
                    forged = (forged.count + 1, datagram.details.source.scope)
                    continue
                }
                if datagram.isTruncated { return try empty() }
                deliver(datagram.count, body)
            } catch {
                guard error.code == ENOBUFS else { throw error }
                return try empty()
            }
        }
        return .drained
    }

    /// Throws away what waits.
    private func empty() throws(SystemError) -> Outcome {
        for _ in 0..<Self.maximumDiscarded {
            do throws(SystemError) {
                guard try receiveDatagram(descriptor, into: &buffer, "receive interface changes") != nil else { break }
            } catch {
                guard error.code == ENOBUFS else { throw error }
            }
        }
        return .overrun
    }

    private func deliver(_ count: Int, _ body: (RouteChange) -> Void) {
        let bytes = buffer
        let span = bytes.span.extracting(0..<count)
        var offset = 0
        while let header = NetlinkHeader(span, at: offset) {
            requester = header.port
            if let change = RouteChange(span, header) { body(change) }
            offset = header.end
        }
    }
}
