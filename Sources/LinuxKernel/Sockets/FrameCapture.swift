internal import CLinux
internal import Glibc
package import VRRPWire

/// A frame as it passed an interface.
package struct CapturedFrame: Equatable, Sendable {
    /// From the Ethernet header on, VLAN tags included.
    package var octets: [UInt8]
    /// True when this host sent it.
    package var isOutgoing: Bool
    /// What was cut off its end, 0 nearly always.
    package var missing: Int
    /// When the kernel saw it, since 1970.
    package var seconds: Int64
    package var nanoseconds: Int64

    package init(octets: [UInt8], isOutgoing: Bool, missing: Int = 0, seconds: Int64, nanoseconds: Int64) {
        self.octets = octets
        self.isOutgoing = isOutgoing
        self.missing = missing
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }
}

/// Looks at the VRRP, ARP and neighbour advertisement frames of one interface, both those that come and those that go.
///
/// It sees them before the firewall does, and changes nothing about what this host receives; the interface does not become promiscuous.
package final class FrameCapture {
    private let socket: FileDescriptor
    private let interfaceIndex: UInt32
    private var buffer: [UInt8]

    /// The longest frame that can be VRRP is some 4200 octets.
    private static let bufferSize = 16 << 10
    private static let receiveBuffer: Int32 = 4 << 20

    /// Needs CAP_NET_RAW.
    ///
    /// - Parameter groups: multicast groups that the interface is to let through beside those of the protocol.
    package init(interfaceIndex: UInt32, groups: [IPAddress] = []) throws(SystemError) {
        let label = interfaceLabel(interfaceIndex)
        // Opened for no protocol at all, so that nothing is queued before the filter is in place and the device chosen.
        let socket = try FileDescriptor("socket for capturing on \(label)") {
            cl_socket(AF_PACKET, Int32(CL_SOCK_RAW), 0, 0)
        }
        let descriptor = socket.rawValue
        try retryingOnInterrupt("attach filter on \(label)") { cl_capture_filter(descriptor) }
        try retryingOnInterrupt("ask for details of frames on \(label)") { cl_capture_details(descriptor) }
        socket.setReceiveBuffer(Self.receiveBuffer)
        try retryingOnInterrupt("bind packet socket to \(label)") {
            // Only a socket for all types is shown what this host sends.
            cl_bind(descriptor, cl_address(interfaceIndex: interfaceIndex, etherType: UInt16(ETH_P_ALL)))
        }
        for group in Set([.vrrpGroup(.v4), .vrrpGroup(.v6)] + groups) {
            let hardware = HardwareAddress.ofGroup(group).rawValue
            try retryingOnInterrupt("hear the group \(group) on \(label)") {
                cl_capture_group(descriptor, Int32(interfaceIndex), hardware)
            }
        }
        self.socket = socket
        self.interfaceIndex = interfaceIndex
        buffer = Array(repeating: 0, count: Self.bufferSize)
    }

    /// Readable when a frame waits.
    package var descriptor: Int32 { socket.rawValue }

    /// The next frame, or nil when none waits.
    ///
    /// - Throws: ENETDOWN once when the interface goes down; frames come again when it is up again.
    package func next() throws(SystemError) -> CapturedFrame? {
        var details = cl_frame()
        let descriptor = socket.rawValue
        let count: Int
        do throws(SystemError) {
            count = try retryingOnInterrupt("receive frame on \(interfaceLabel(interfaceIndex))") {
                // SAFETY: the kernel writes at most the buffer's count of bytes, and both pointers outlive the call.
                unsafe buffer.withUnsafeMutableBufferPointer { buffer in
                    unsafe cl_capture_receive(descriptor, buffer.baseAddress, buffer.count, &details)
                }
            }
        } catch {
            if error.code == EAGAIN { return nil }
            throw error
        }
        let received = buffer[..<min(count, buffer.count)]
        return CapturedFrame(
            octets: Self.restoringTag(details, of: received), isOutgoing: details.outgoing != 0,
            missing: max(Int(details.length) - received.count, 0), seconds: details.seconds,
            nanoseconds: details.nanoseconds)
    }

    /// The kernel takes a frame's outer VLAN tag off before anyone sees the frame.
    private static func restoringTag(_ details: cl_frame, of octets: ArraySlice<UInt8>) -> [UInt8] {
        guard details.tag >= 0, octets.count >= typeOffset else { return Array(octets) }
        let tag = [UInt16(truncatingIfNeeded: details.tag_type), UInt16(truncatingIfNeeded: details.tag)]
        return Array(octets.prefix(typeOffset)) + tag.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
            + Array(octets.dropFirst(typeOffset))
    }

    /// Where the type, or a tag, stands in a frame.
    private static let typeOffset = 12

    /// How many frames there was no room for since this was last asked.
    package func takeLost() -> Int { max(Int(cl_capture_lost(socket.rawValue)), 0) }
}
