internal import CLinux
internal import Glibc

/// Hears of changes to tables of the packet filter (nftables), in the network namespace it was opened in.
package final class FilterMonitor {
    /// Who changed a table.
    package struct Culprit: Equatable, Sendable {
        /// The netlink port that it was done from; 0 when it is not known.
        package var port: UInt32
        /// Of the program, as the kernel says it.
        package var name: String?

        package init(port: UInt32, name: String?) {
            self.port = port
            self.name = name
        }
    }

    /// So many datagrams a turn, then the timers get theirs.
    private static let maximumDatagrams = 256
    /// More than the receive buffer holds; a bound all the same, because others go on filling it.
    private static let maximumDiscarded = 65536
    private static let datagramSize = 1 << 16

    private let socket: FileDescriptor
    private var buffer: [UInt8]

    /// Subscribes; `receiveBuffer` is how many bytes of news may wait.
    package init(receiveBuffer: Int32 = 1 << 20) throws(SystemError) {
        let socket = try FileDescriptor("socket for changes of the packet filter") {
            cl_socket(AF_NETLINK, Int32(CL_SOCK_RAW), Netfilter.netlinkFamily, 0)
        }
        socket.setReceiveBuffer(receiveBuffer)
        let descriptor = socket.rawValue
        try retryingOnInterrupt("subscribe to changes of the packet filter") {
            cl_bind(descriptor, cl_address(netlinkGroups: Netfilter.newsGroup))
        }
        self.socket = socket
        buffer = Array(repeating: 0, count: Self.datagramSize)
    }

    package var descriptor: Int32 { socket.rawValue }

    /// Reads what waits.
    ///
    /// - Parameters:
    ///   - table: of the family inet; others are passed over.
    ///   - port: the netlink port whose own changes are no news.
    /// - Returns: who changed it last; nil when nobody did, and when news were lost a culprit that is not known.
    package func drain(table: String, ignoring port: UInt32) throws(SystemError) -> Culprit? {
        var culprit: Culprit?
        var budget = Self.maximumDatagrams
        while budget > 0 {
            budget -= 1
            do throws(SystemError) {
                guard
                    let datagram = try receiveDatagram(
                        descriptor, into: &buffer, "receive changes of the packet filter")
                else { return culprit }
                guard datagram.isFromKernel else { continue }
                if datagram.isTruncated { culprit = culprit ?? Culprit(port: 0, name: nil) }
                let bytes = buffer
                let span = bytes.span.extracting(0..<datagram.count)
                var offset = 0
                while let header = NetlinkHeader(span, at: offset) {
                    offset = header.end
                    if header.port != port { Self.take(span, header, table, &culprit) }
                }
            } catch {
                guard error.code == ENOBUFS else { throw error }
                culprit = culprit ?? Culprit(port: 0, name: nil)
                // The kernel drops everything until the queue has been emptied.
                budget = Self.maximumDiscarded
            }
        }
        return culprit
    }

    static func take(_ bytes: Span<UInt8>, _ header: NetlinkHeader, _ table: String, _ culprit: inout Culprit?) {
        guard header.type >> 8 == UInt16(Netfilter.subsystem), header.payload.count >= 4 else { return }
        let attributes = header.payload.lowerBound + 4..<header.payload.upperBound
        let isEnd = Int(header.type) == Netfilter.Message.newGeneration.type
        guard isEnd || bytes[header.payload.lowerBound] == Netfilter.inet else { return }
        var (isAboutIt, name): (Bool, String?) = (false, nil)
        forEachAttribute(of: bytes, in: attributes) { type, value in
            if isEnd {
                if type == Netfilter.Generation.name { name = bytes.text(in: value) }
            } else if type == Netfilter.tableName {
                isAboutIt = bytes.text(in: value) == table
            }
        }
        if isAboutIt { culprit = Culprit(port: header.port, name: nil) }
        // The end of each transaction says whose it was.
        if isEnd, culprit?.port == header.port { culprit?.name = name }
    }
}
