internal import CLinux
internal import Glibc

/// Renews addresses: many in one system call, and without waiting for answers that say only that all is well.
final class RenewalSocket {
    private let socket: FileDescriptor
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)
    private var sequence: UInt32 = 0

    /// What the kernel takes in one message; its send buffer holds several.
    private static let batchSize = 8 << 10
    private static let mostAnswers = 4096

    init() throws(SystemError) {
        let socket = try FileDescriptor("socket for renewing addresses") {
            cl_socket(AF_NETLINK, Int32(CL_SOCK_RAW), NETLINK_ROUTE, 0)
        }
        let descriptor = socket.rawValue
        socket.setIfKnown(SOL_NETLINK, NETLINK_CAP_ACK, 1)
        try retryingOnInterrupt("bind socket for renewing addresses") {
            cl_bind(descriptor, cl_address(netlinkGroups: 0))
        }
        self.socket = socket
    }

    /// The port by which the kernel's news name this socket as their cause.
    var port: UInt32 { cl_netlink_port(socket.rawValue) }

    /// Renews every address; one that is not there is put there.
    ///
    /// - Parameter goesOn: called after every hundred or so, and at the end.
    /// - Returns: the first refusal of the kernel, and how many there were; nil for none.
    func renew(_ addresses: [AddressRequest], goesOn: () -> Void) -> (error: SystemError, count: Int)? {
        var batch: [UInt8] = []
        do throws(SystemError) {
            for address in addresses {
                sequence &+= 1
                var request = NetlinkRequest(
                    type: RTM_NEWADDR, flags: Int(NLM_F_REPLACE | NLM_F_CREATE), sequence: sequence)
                request.append(addressMessage: address)
                batch += request.finished()
                if batch.count > Self.batchSize {
                    try send(batch)
                    batch.removeAll(keepingCapacity: true)
                    goesOn()
                }
            }
            if !batch.isEmpty { try send(batch) }
            goesOn()
        } catch {
            return (error, addresses.count)
        }
        return refusals()
    }

    /// Waits until it is our turn with the kernel's lock on network configuration, which a question about one interface needs.
    func knock() {
        sequence &+= 1
        var request = NetlinkRequest(type: RTM_GETLINK, flags: 0, sequence: sequence)
        for word in [0, Self.loopback, 0, 0] as [UInt32] { request.append(word) }
        do throws(SystemError) {
            try send(request.finished())
        } catch {
            // Whoever asks for more will be told.
        }
        _ = refusals()
    }

    /// The index of `lo`, in every network namespace.
    private static let loopback: UInt32 = 1

    private func send(_ batch: [UInt8]) throws(SystemError) {
        try sendDatagram(socket.rawValue, batch.span, to: cl_address(netlinkGroups: 0), "renew addresses")
    }

    /// The kernel answers while it takes a request, and only what it refuses.
    private func refusals() -> (error: SystemError, count: Int)? {
        var first: SystemError?
        var count = 0
        for _ in 0..<Self.mostAnswers {
            do throws(SystemError) {
                guard let datagram = try receiveDatagram(socket.rawValue, into: &buffer, "renew addresses") else {
                    break
                }
                guard datagram.isFromKernel else { continue }
                let bytes = buffer
                let span = bytes.span.extracting(0..<datagram.count)
                var offset = 0
                while let header = NetlinkHeader(span, at: offset) {
                    offset = header.end
                    guard Int32(header.type) == NLMSG_ERROR,
                        let code = span.hostUInt32(at: header.payload.lowerBound).map({ Int32(bitPattern: $0) }),
                        // Its interface is gone, and it with it: the kernel's news of that are on their way.
                        code < 0, code != -ENODEV
                    else { continue }
                    count += 1
                    if first == nil { first = SystemError("renew an address", 0 &- code) }
                }
            } catch {
                count += 1
                if first == nil { first = error }
                // Answers were dropped, and all those before it read.
                if error.code != ENOBUFS { break }
            }
        }
        return first.map { ($0, count) }
    }
}
