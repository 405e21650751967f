internal import CLinux
internal import Glibc

/// Hears of every process that starts, executes, renames itself or ends, from the kernel's process connector.
///
/// Only the initial network namespace has it, and it needs CAP_NET_ADMIN.
package final class ProcessEvents {
    package enum Event: Hashable, Sendable {
        case fork(parent: Int32, child: Int32)
        case exec(pid: Int32)
        case renamed(pid: Int32)
        case exited(pid: Int32)
    }

    package enum Outcome: Equatable, Sendable {
        case drained
        /// Events were lost: the caller must read the process table anew.
        case overrun
    }

    private static let maximumDatagrams = 1024
    private static let group: UInt32 = 1 << (UInt32(CN_IDX_PROC) - 1)

    private let socket: FileDescriptor
    private var buffer: [UInt8]

    /// Subscribes; fails with ECONNREFUSED in any other network namespace, and when the kernel has no connector.
    ///
    /// Fork storms need room: `receiveBuffer` is how many bytes of events may wait.
    package init(receiveBuffer: Int32 = 1 << 20) throws(SystemError) {
        let socket = try FileDescriptor("socket for process events") {
            cl_socket(AF_NETLINK, Int32(CL_SOCK_DGRAM), NETLINK_CONNECTOR, 0)
        }
        socket.setReceiveBuffer(receiveBuffer)
        let descriptor = socket.rawValue
        try retryingOnInterrupt("subscribe to process events") {
            cl_bind(descriptor, cl_address(netlinkGroups: Self.group))
        }
        let request = Self.listenRequest()
        try sendDatagram(
            descriptor, request.span, to: cl_address(netlinkGroups: 0), "ask for process events")
        self.socket = socket
        buffer = Array(repeating: 0, count: 8192)
    }

    package var descriptor: Int32 { socket.rawValue }

    /// Sets how many octets of events may wait; returns for how many there is room now.
    package func setReceiveBuffer(_ octets: Int, isForced: Bool) -> Int {
        socket.setReceiveBuffer(octets, isForced: isForced)
    }

    /// Gives `body` what waits, in the kernel's order; what threads do is left out.
    package func drain(_ body: (Event) -> Void) throws(SystemError) -> Outcome {
        var outcome = Outcome.drained
        for _ in 0..<Self.maximumDatagrams {
            do throws(SystemError) {
                guard let datagram = try receiveDatagram(descriptor, into: &buffer, "receive process events") else {
                    return outcome
                }
                guard datagram.isFromKernel else { continue }
                let bytes = buffer
                let span = bytes.span.extracting(0..<datagram.count)
                if let header = NetlinkHeader(span, at: 0), let event = Event(span, header.payload) { body(event) }
            } catch {
                guard error.code == ENOBUFS else { throw error }
                outcome = .overrun
            }
        }
        return outcome
    }

    /// A netlink header, a connector header and PROC_CN_MCAST_LISTEN.
    private static func listenRequest() -> [UInt8] {
        var request = NetlinkRequest(type: Int(NLMSG_DONE), flags: 0, sequence: 0)
        request.append(UInt32(CN_IDX_PROC))
        request.append(UInt32(CN_VAL_PROC))
        request.append(UInt32(0))
        request.append(UInt32(0))
        request.append(UInt16(4))
        request.append(UInt16(0))
        request.append(UInt32(PROC_CN_MCAST_LISTEN.rawValue))
        return request.finished()
    }
}

extension ProcessEvents.Event {
    /// Behind the connector's header of 20 octets: what (4), processor (4), time (8), then what depends on "what".
    private static let whatOffset = 20
    private static let dataOffset = 36

    init?(_ bytes: Span<UInt8>, _ payload: Range<Int>) {
        func number(_ index: Int) -> Int32? {
            let offset = payload.lowerBound + Self.dataOffset + 4 * index
            guard offset + 4 <= payload.upperBound else { return nil }
            return bytes.hostUInt32(at: offset).map { Int32(bitPattern: $0) }
        }
        guard payload.count >= Self.dataOffset,
            let what = bytes.hostUInt32(at: payload.lowerBound + Self.whatOffset),
            let first = number(0), let second = number(1)
        else { return nil }
        switch what {
        case UInt32(PROC_EVENT_FORK.rawValue):
            // Parent thread and process, child thread and process.
            guard let thread = number(2), let process = number(3), thread == process else { return nil }
            self = .fork(parent: second, child: process)
        case UInt32(PROC_EVENT_EXEC.rawValue): self = .exec(pid: second)
        case UInt32(PROC_EVENT_COMM.rawValue) where first == second: self = .renamed(pid: second)
        case UInt32(PROC_EVENT_EXIT.rawValue) where first == second: self = .exited(pid: second)
        default: return nil
        }
    }
}
