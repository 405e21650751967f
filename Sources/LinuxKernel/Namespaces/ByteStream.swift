internal import CLinux
internal import Glibc
package import VRRPWire

/// A TCP connection (or the attempt at one) that never waits.
package final class ByteStream {
    /// What came of trying to receive.
    package enum Received: Equatable {
        case bytes([UInt8])
        case nothingYet
        /// The other side is done.
        case end
        case failed(errno: Int32)
    }

    private let descriptor: FileDescriptor

    /// Begins to connect; the stream is ready to write once that succeeded or failed.
    package init(connectingTo address: IPAddress, port: UInt16) throws(SystemError) {
        let (high, low) = address.halves
        let isV6 = address.isV6
        descriptor = try FileDescriptor("connect \(address)") { lab_stream_connect(isV6, high, low, port) }
    }

    init(owning descriptor: consuming FileDescriptor) { self.descriptor = descriptor }

    package var rawDescriptor: Int32 { descriptor.rawValue }

    /// The errno with which connecting failed, or nil when it succeeded.
    ///
    /// Ask once the stream is ready to write.
    package var connectionError: Int32? {
        let code = lab_stream_error(descriptor.rawValue)
        return code == 0 ? nil : code
    }

    /// Sends a short message whole; false when the connection would not take it.
    package func send(_ message: [UInt8]) -> Bool {
        // SAFETY: the array outlives the call.
        let count = unsafe Glibc.send(descriptor.rawValue, message, message.count, Int32(MSG_NOSIGNAL))
        return count == message.count
    }

    package func receive() -> Received {
        let descriptor = descriptor.rawValue
        // SAFETY: recv writes at most `size` octets.
        switch unsafe readBytes(capacity: 4096, { buffer, size in unsafe recv(descriptor, buffer, size, 0) }) {
        case .success(let bytes): return bytes.isEmpty ? .end : .bytes(bytes)
        case .failure(let error): return error.code == EAGAIN ? .nothingYet : .failed(errno: error.code)
        }
    }

    /// Says that nothing more will be sent.
    package func finishSending() { _ = shutdown(descriptor.rawValue, Int32(SHUT_WR)) }
}

/// A TCP socket that accepts connections, also for an address that its host does not have yet.
package final class StreamListener {
    private let descriptor: FileDescriptor

    package init(_ address: IPAddress, port: UInt16) throws(SystemError) {
        let (high, low) = address.halves
        let isV6 = address.isV6
        descriptor = try FileDescriptor("listen \(address) port \(port)") { lab_stream_listen(isV6, high, low, port) }
    }

    package var rawDescriptor: Int32 { descriptor.rawValue }

    /// The next connection that waits, or nil.
    package func accept() throws(SystemError) -> ByteStream? {
        let listener = descriptor.rawValue
        do {
            return ByteStream(owning: try FileDescriptor("accept") { lab_stream_accept(listener) })
        } catch  where error.code == EAGAIN || error.code == ECONNABORTED {
            return nil
        }
    }
}
