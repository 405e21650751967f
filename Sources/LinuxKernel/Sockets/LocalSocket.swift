internal import CLinux
internal import Glibc

/// Who is at the other end of a local socket, as the kernel says: it cannot be forged.
package struct PeerCredentials: Equatable, Sendable {
    package var process: Int32
    package var user: UInt32
    package var group: UInt32
    package var supplementaryGroups: [UInt32]

    package init(process: Int32, user: UInt32, group: UInt32, supplementaryGroups: [UInt32]) {
        self.process = process
        self.user = user
        self.group = group
        self.supplementaryGroups = supplementaryGroups
    }

    package func isMember(of wanted: UInt32) -> Bool { group == wanted || supplementaryGroups.contains(wanted) }
}

/// One end of a connection over a unix socket; nothing here waits.
package final class LocalStream {
    package enum Received: Equatable {
        case bytes([UInt8])
        case nothingYet
        /// The other side is done, or gone.
        case end
    }

    private let descriptor: FileDescriptor

    init(owning descriptor: consuming FileDescriptor) { self.descriptor = descriptor }

    /// Connects to the listener at `path`.
    ///
    /// It is done when this returns; EAGAIN says that the listener has too many who wait.
    package convenience init(connectingTo path: String) throws(SystemError) {
        // SAFETY: the path is NUL-terminated for the duration of the call.
        self.init(owning: try FileDescriptor("connect to \(path)") { unsafe cl_local_connect(path) })
    }

    package var rawDescriptor: Int32 { descriptor.rawValue }

    /// Says that nothing more will be sent.
    package func finishSending() { _ = shutdown(descriptor.rawValue, Int32(SHUT_WR)) }

    /// - Returns: how many octets were taken, 0 when none can be at present; nil when the other side is gone.
    package func send(_ bytes: ArraySlice<UInt8>) -> Int? {
        let descriptor = descriptor.rawValue
        // SAFETY: the kernel reads the buffer's octets only, during the call.
        let count = unsafe bytes.withUnsafeBytes {
            unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        }
        if count >= 0 { return count }
        return errno == EAGAIN || errno == EINTR ? 0 : nil
    }

    package func receive(atMost capacity: Int = 4096) -> Received {
        let descriptor = descriptor.rawValue
        // SAFETY: recv writes at most `size` octets.
        let outcome = unsafe readBytes(capacity: capacity) { buffer, size in
            unsafe recv(descriptor, buffer, size, Int32(MSG_DONTWAIT))
        }
        switch outcome {
        case .success(let bytes): return bytes.isEmpty ? .end : .bytes(bytes)
        case .failure(let error): return error.code == EAGAIN ? .nothingYet : .end
        }
    }

    package func peer() throws(SystemError) -> PeerCredentials {
        let descriptor = descriptor.rawValue
        var peer = cl_peer()
        // SAFETY: the structure is writable for the duration of the call.
        try retryingOnInterrupt("SO_PEERCRED") { unsafe cl_local_peer(descriptor, &peer) }
        var groups = [UInt32](repeating: 0, count: Self.mostGroups)
        let count = try retryingOnInterrupt("SO_PEERGROUPS") {
            // SAFETY: at most the array's count of numbers is written.
            unsafe groups.withUnsafeMutableBufferPointer { buffer in
                unsafe cl_local_peer_groups(descriptor, buffer.baseAddress, buffer.count)
            }
        }
        return PeerCredentials(
            process: peer.process, user: peer.user, group: peer.group,
            supplementaryGroups: Array(groups.prefix(Int(count))))
    }

    /// NGROUPS_MAX would be 65536; nobody who may come in needs that many.
    private static let mostGroups = 1024
}

/// A program of ours that reads what we send as its standard input and answers on its standard output.
package final class Attendant {
    package let stream: LocalStream
    package let child: Child

    private init(stream: LocalStream, child: Child) {
        self.stream = stream
        self.child = child
    }

    /// Starts this very program again, with other arguments.
    ///
    /// - Parameter user: as whom; nil keeps the identity of this process.
    package static func start(
        arguments: [String], user: (uid: UInt32, gid: UInt32, groups: [UInt32])? = nil
    ) throws(SystemError) -> Attendant {
        var (ours, theirs): (Int32, Int32) = (-1, -1)
        // SAFETY: both are writable for the duration of the call.
        try retryingOnInterrupt("socketpair") { unsafe cl_local_pair(&ours, &theirs) }
        let stream = LocalStream(owning: FileDescriptor(owning: ours))
        let far = FileDescriptor(owning: theirs)
        // Through /proc, so that a file that an upgrade has replaced is still found.
        let child = try Child.spawn(
            SpawnRequest(
                path: "/proc/self/exe", arguments: arguments, user: user, workingDirectory: "/",
                standardInput: .descriptor(far.rawValue), standardOutput: .descriptor(far.rawValue)))
        return Attendant(stream: stream, child: child)
    }
}

/// A unix socket with a path that accepts connections.
package final class LocalListener {
    package let path: String
    private let descriptor: FileDescriptor

    /// - Parameters:
    ///   - mode: the permission bits of the path; whoever may write to it may connect.
    ///   - group: the path's group; nil leaves the process's own.
    /// - Throws: EADDRINUSE when something is at `path` already.
    package init(_ path: String, mode: UInt32, group: UInt32?, backlog: Int32 = 128) throws(SystemError) {
        self.path = path
        descriptor = try FileDescriptor("listen on \(path)") {
            // SAFETY: the path is NUL-terminated for the duration of the call.
            unsafe cl_local_listen(path, mode, group.map(Int64.init) ?? -1, backlog)
        }
    }

    package var rawDescriptor: Int32 { descriptor.rawValue }

    /// The next connection that waits, or nil.
    package func accept() throws(SystemError) -> LocalStream? {
        let listener = descriptor.rawValue
        do {
            return LocalStream(owning: try FileDescriptor("accept on \(path)") { cl_local_accept(listener) })
        } catch  where error.code == EAGAIN || error.code == ECONNABORTED {
            return nil
        }
    }
}
