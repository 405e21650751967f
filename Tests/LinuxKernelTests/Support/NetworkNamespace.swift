import Glibc
import LinuxKernel
import Testing

/// A network namespace of the test's own, gone with this object.
final class NetworkNamespace {
    let descriptor: Int32

    init() throws {
        let home = try Self.current()
        defer {
            #expect(setNamespace(home) == 0)
            close(home)
        }
        try #require(unshareNetwork() == 0, "these tests need root")
        descriptor = try Self.current()
    }

    deinit { close(descriptor) }

    /// Runs `body` on this thread inside the namespace, and returns home.
    @discardableResult
    func enter<Result>(_ body: () throws -> Result) throws -> Result {
        let home = try Self.current()
        try #require(setNamespace(descriptor) == 0)
        defer {
            #expect(setNamespace(home) == 0)
            close(home)
        }
        return try body()
    }

    private static func current() throws -> Int32 {
        let descriptor = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
        try #require(descriptor >= 0)
        return descriptor
    }
}

/// Two namespaces joined by a cable: `left0`, 192.0.2.1 and fe80::1, in one; `right0`, 192.0.2.2 and fe80::2, in the other.
final class Cable {
    let left: NetworkNamespace
    let right: NetworkNamespace
    let leftIndex: UInt32
    let rightIndex: UInt32

    init() throws {
        let (left, right) = (try NetworkNamespace(), try NetworkNamespace())
        try left.enter {
            try shell("ip link add left0 type veth peer name right0 netns /proc/\(getpid())/fd/\(right.descriptor)")
        }
        leftIndex = try left.enter { try Self.raise("left0", host: 1) }
        rightIndex = try right.enter { try Self.raise("right0", host: 2) }
        for (namespace, name) in [(left, "left0"), (right, "right0")] {
            try namespace.enter { try waitUntilRunning(name) }
        }
        self.left = left
        self.right = right
    }

    private static func raise(_ name: String, host: Int) throws -> UInt32 {
        try shell(
            """
            ip link set \(name) addrgenmode none && ip link set lo up && ip link set \(name) up && \
            ip address add 192.0.2.\(host)/24 dev \(name) && ip address add fe80::\(host)/64 dev \(name) nodad
            """)
        return try #require(interfaceIndex(named: name))
    }
}

/// Waits until the kernel says that an interface can carry packets, which it decides a little after "up".
func waitUntilRunning(_ name: String) throws {
    let monitor = try RouteMonitor()
    var isRunning = try RouteSocket().links().contains { $0.name == name && $0.isRunning }
    while !isRunning {
        try #require(try waitUntilReadable(monitor.descriptor), "\(name) never came up")
        _ = try monitor.drain { if case .link(let link) = $0, link.name == name { isRunning = link.isRunning } }
    }
}

private func symbol(_ name: String) -> UnsafeMutableRawPointer? { dlsym(nil, name) }

// Swift's Glibc does not declare these two.
private func unshareNetwork() -> Int32 {
    guard let function = symbol("unshare") else { return -1 }
    return unsafeBitCast(function, to: (@convention(c) (Int32) -> Int32).self)(newNetwork)
}

private func setNamespace(_ descriptor: Int32) -> Int32 {
    guard let function = symbol("setns") else { return -1 }
    return unsafeBitCast(function, to: (@convention(c) (Int32, Int32) -> Int32).self)(descriptor, newNetwork)
}

/// CLONE_NEWNET.
private let newNetwork: Int32 = 0x4000_0000
