package import LinuxKernel
package import VRRPWire

/// Waits for things to happen in a laboratory, and writes down who got and lost which address when.
///
/// Nothing here sleeps: a wait ends when a kernel or process says something new, when the condition holds, or at its bound.
package final class Observer {
    /// What a host's kernel said, when.
    package struct Observation {
        package var instant: UInt64
        package var host: String
        package var change: AddressWatch.Change
    }

    private let laboratory: Laboratory
    package private(set) var observations: [Observation] = []
    /// Further descriptors that end a wait's pause, such as pidfds and requests to end.
    package var alsoWatched: [Int32] = []
    /// Called at least this often (every 20 ms) while waiting, for conditions that no descriptor announces.
    package var onTick: () throws -> Void = {}
    private static let tick: UInt64 = 20_000_000

    package init(_ laboratory: Laboratory) { self.laboratory = laboratory }

    /// Waits until `condition` holds, at most `seconds`; false when it does not hold then.
    @discardableResult
    package func wait(seconds: Double, _ condition: () throws -> Bool) throws -> Bool {
        let bound = monotonicNanoseconds() + UInt64(seconds * 1e9)
        while true {
            try takeNews()
            try onTick()
            if try condition() { return true }
            let now = monotonicNanoseconds()
            if now >= bound { return false }
            var items = laboratory.hosts.map { Readiness($0.watch.rawDescriptor) } + alsoWatched.map { Readiness($0) }
            try Readiness.wait(&items, until: min(bound, now + Self.tick))
        }
    }

    /// Takes in what the kernels have said.
    package func takeNews() throws(SystemError) {
        for host in laboratory.hosts {
            host.namespaces.collectEnded()
            let changes = try host.watch.refresh()
            guard !changes.isEmpty else { continue }
            let now = monotonicNanoseconds()
            observations += changes.map { Observation(instant: now, host: host.name, change: $0) }
        }
    }

    /// The hosts that hold `address` now.
    package func holders(of address: IPAddress) -> [Host] { laboratory.hosts.filter { $0.watch.holds(address) } }

    /// When `host` last got `address`, not before `instant`; nil when it did not.
    package func acquisition(of address: IPAddress, by host: String, since instant: UInt64) -> UInt64? {
        observations.last { $0.host == host && $0.instant >= instant && $0.change == .added(address) }?.instant
    }
}
