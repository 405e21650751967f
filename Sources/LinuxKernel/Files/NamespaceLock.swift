internal import Glibc

/// A name that one process at a time can hold in a network namespace; the kernel frees it when the holder ends.
///
/// Abstract socket addresses belong to the network namespace, which is just the reach of what we configure.
package final class NamespaceLock {
    private let socket: FileDescriptor

    private init(_ socket: consuming FileDescriptor) { self.socket = socket }

    /// Takes the name, and waits for it until `deadline`, an instant of the monotonic clock; nil when somebody still has it.
    package static func acquire(_ name: String, until deadline: UInt64) throws(SystemError) -> NamespaceLock? {
        try asking(until: deadline) { () throws(SystemError) in try acquire(name) }
    }

    /// Takes the name; nil when another process of this network namespace has it.
    package static func acquire(_ name: String) throws(SystemError) -> NamespaceLock? {
        let socket = try FileDescriptor("socket") {
            Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let octets = Array(name.utf8.prefix(96))
        // SAFETY: at most 97 of sun_path's 108 octets are written, the first of them the NUL of an abstract name.
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
            for (index, octet) in octets.enumerated() { unsafe room[index + 1] = octet }
        }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + 1 + octets.count)
        let descriptor = socket.rawValue
        // SAFETY: the pointer is to a local value that is longer than the length that is passed.
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(descriptor, $0, length) }
        }
        if result == 0 { return NamespaceLock(socket) }
        let code = errno
        if code == EADDRINUSE { return nil }
        throw SystemError("bind @\(name)", code)
    }
}

/// Asks every millisecond for what somebody has who is about to let go of it; nil when `deadline` has come first.
func asking<Answer>(
    until deadline: UInt64, for answer: () throws(SystemError) -> Answer?
) throws(SystemError) -> Answer? {
    while true {
        if let answer = try answer() { return answer }
        if monotonicNanoseconds() >= deadline { return nil }
        usleep(1000)
    }
}
