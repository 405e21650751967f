internal import CLinux
internal import Glibc

/// A datagram that `receiveDatagram` put at the front of the buffer.
struct Datagram {
    let count: Int
    let details: cl_received

    var isTruncated: Bool { details.truncated != 0 }
    /// True when the kernel itself sent it over netlink.
    ///
    /// Other processes can write to a netlink socket too, and what they say about interfaces is not to be believed.
    var isFromKernel: Bool { details.source.family == AF_NETLINK && details.source.scope == 0 }
}

/// Receives one datagram of any socket family into `buffer`; nil when the queue is empty.
func receiveDatagram(
    _ descriptor: Int32, into buffer: inout [UInt8], _ operation: @autoclosure () -> String
) throws(SystemError) -> Datagram? {
    var details = cl_received()
    while true {
        // SAFETY: the kernel writes at most the buffer's count of bytes, and both pointers outlive the call.
        let count = unsafe buffer.withUnsafeMutableBufferPointer { buffer in
            unsafe cl_receive(descriptor, buffer.baseAddress, buffer.count, &details)
        }
        // With MSG_TRUNC absent from the flags, the count never exceeds the buffer; the minimum keeps it a fact here.
        if count >= 0 { return Datagram(count: min(Int(count), buffer.count), details: details) }
        switch errno {
        case EINTR: continue
        case EAGAIN: return nil
        case let code: throw SystemError(operation(), code)
        }
    }
}

/// Sends one datagram; `to` and `from` may be `.none`.
func sendDatagram(
    _ descriptor: Int32, _ bytes: Span<UInt8>, to: cl_address, from: cl_address = .none,
    _ operation: @autoclosure () -> String
) throws(SystemError) {
    // SAFETY: the kernel reads the span's bytes only, during the call.
    try unsafe bytes.withUnsafeBufferPointer { buffer throws(SystemError) in
        _ = try retryingOnInterrupt(operation()) {
            unsafe cl_send(descriptor, buffer.baseAddress, buffer.count, to, from)
        }
    }
}

extension FileDescriptor {
    /// Sets an option whose value is an int.
    borrowing func set(
        _ level: Int32, _ name: Int32, _ value: Int32, _ operation: @autoclosure () -> String
    ) throws(SystemError) {
        let descriptor = rawValue
        try retryingOnInterrupt(operation()) { cl_set_option(descriptor, level, name, value) }
    }

    /// Sets an option that older kernels lack and without which everything still works, if less well.
    borrowing func setIfKnown(_ level: Int32, _ name: Int32, _ value: Int32) {
        _ = cl_set_option(rawValue, level, name, value)
    }

    /// Makes room for `octets` of unread data, beyond the administrator's limit only when that is wanted.
    ///
    /// - Returns: for how many there is room now.
    borrowing func setReceiveBuffer(_ octets: Int, isForced: Bool) -> Int {
        let (name, size) = (isForced ? SO_RCVBUFFORCE : SO_RCVBUF, Int32(clamping: octets))
        _ = cl_set_option(rawValue, SOL_SOCKET, name, size)
        // The kernel doubles what it is asked for, for its own needs.
        return Int(cl_receive_buffer(rawValue)) / 2
    }

    /// Makes room for `bytes` of unread data; beyond the administrator's limit when we may.
    borrowing func setReceiveBuffer(_ bytes: Int32) {
        if cl_set_option(rawValue, SOL_SOCKET, SO_RCVBUFFORCE, bytes) != 0 {
            _ = cl_set_option(rawValue, SOL_SOCKET, SO_RCVBUF, bytes)
        }
    }
}
