internal import CLinux
internal import Glibc

/// Sends whole Ethernet frames, gratuitous ARP, unsolicited neighbor advertisements and adverts of a virtual MAC address, and
/// receives nothing.
package final class PacketSocket {
    private let socket: FileDescriptor
    private static let headerSize = 14

    package init() throws(SystemError) {
        // Protocol 0: a packet socket that is never handed a frame.
        socket = try FileDescriptor("socket for sending frames") {
            cl_socket(AF_PACKET, Int32(CL_SOCK_RAW), 0, 0)
        }
        // Adverts are among them; above 6 needs CAP_NET_ADMIN, which only the order of our own queue depends on.
        socket.setIfKnown(SOL_SOCKET, SO_PRIORITY, 7)
    }

    /// Sends `frame`, which begins with its Ethernet header.
    package func send(_ frame: Span<UInt8>, interfaceIndex: UInt32) throws(SystemError) {
        guard frame.count >= Self.headerSize else {
            throw SystemError("send frame of \(frame.count) bytes on \(interfaceLabel(interfaceIndex))", EINVAL)
        }
        let etherType = UInt16(frame[12]) << 8 | UInt16(frame[13])
        try sendDatagram(
            socket.rawValue, frame, to: cl_address(interfaceIndex: interfaceIndex, etherType: etherType),
            "send frame on \(interfaceLabel(interfaceIndex))")
    }
}
