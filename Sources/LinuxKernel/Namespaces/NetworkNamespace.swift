internal import CLinux
internal import Glibc

/// A network namespace: interfaces, addresses, routes and sockets of its own.
///
/// It lives while this value does, or while a process or socket is in it.
package final class NetworkNamespace {
    private static let kind = Int32(LAB_NAMESPACE_NETWORK)
    private let descriptor: FileDescriptor

    /// A new, empty one.
    package init() throws(SystemError) {
        descriptor = try FileDescriptor("unshare(CLONE_NEWNET)") { lab_network_namespace_new() }
    }

    /// The one that process `pid` is in.
    package init(ofProcess pid: Int32) throws(SystemError) {
        descriptor = try FileDescriptor(opening: "/proc/\(pid)/ns/net", O_RDONLY)
    }

    /// The one that `ip netns` calls `name`.
    package init(named name: String) throws(SystemError) {
        descriptor = try FileDescriptor(opening: "/run/netns/\(name)", O_RDONLY)
    }

    /// The one that the calling thread is in.
    package static func current() throws(SystemError) -> NetworkNamespace {
        try NetworkNamespace(opening: "/proc/thread-self/ns/net")
    }

    private init(opening path: String) throws(SystemError) { descriptor = try FileDescriptor(opening: path, O_RDONLY) }

    /// True when both are one.
    package func isSame(as other: NetworkNamespace) -> Bool {
        var (ours, theirs) = (stat(), stat())
        // SAFETY: the kernel writes the two structures that it is given.
        guard unsafe fstat(descriptor.rawValue, &ours) == 0, unsafe fstat(other.descriptor.rawValue, &theirs) == 0
        else { return false }
        return ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino
    }

    var rawDescriptor: Int32 { descriptor.rawValue }

    /// Runs `body` with the calling thread inside the namespace.
    ///
    /// A socket made in there stays in there.
    ///
    /// The thread is back in its own namespace when this returns or throws. `body` must not wait for other threads.
    package func perform<Result: ~Copyable>(_ body: () throws(SystemError) -> Result) throws(SystemError) -> Result {
        let home = try FileDescriptor(opening: "/proc/thread-self/ns/net", O_RDONLY)
        let target = descriptor.rawValue
        try retryingOnInterrupt("setns(CLONE_NEWNET)") { lab_namespace_enter(target, Self.kind) }
        defer {
            // Going on in somebody else's network would be worse than stopping.
            let result = lab_namespace_enter(home.rawValue, Self.kind)
            precondition(result == 0, "a thread cannot return to its network namespace")
        }
        return try body()
    }

    /// Moves the calling thread into the namespace for good.
    ///
    /// For threads that do nothing else.
    package func enterForever() throws(SystemError) {
        let target = descriptor.rawValue
        try retryingOnInterrupt("setns(CLONE_NEWNET)") { lab_namespace_enter(target, Self.kind) }
    }

    /// The index of the interface called `name`, or nil when there is none.
    package func interfaceIndex(_ name: String) throws(SystemError) -> Int32? {
        try perform { () throws(SystemError) in
            // SAFETY: the string outlives the call.
            let index = unsafe if_nametoindex(name)
            return index == 0 ? nil : Int32(index)
        }
    }
}

extension FileDescriptor {
    /// Opens `path`; O_CLOEXEC is always set.
    init(opening path: String, _ flags: Int32, mode: mode_t = 0o644) throws(SystemError) {
        try self.init("open \(path)") {
            // SAFETY: the string outlives the call.
            unsafe Glibc.open(path, flags | O_CLOEXEC, mode)
        }
    }
}
