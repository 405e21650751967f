import LinuxKernel
import Rehearsal
import Synchronization
import Testing
import VRRPWire

/// Knows since when a host has an address, from the news of its kernel.
final class HoldingRecorder {
    struct Change: Sendable {
        var instant: UInt64
        var isHeld: Bool
    }

    private final class Shared: Sendable {
        let changes = Mutex<[Change]>([])
        let isEnding = Mutex(false)
        /// Why nothing more is heard: who hears nothing would find every address where it was.
        let failure = Mutex<SystemError?>(nil)
    }

    private let shared = Shared()
    private var thread: WorkerThread?

    init(_ address: IPAddress, in network: NetworkNamespace) throws {
        let shared = shared
        let watch = try AddressWatch(in: network)
        shared.changes.withLock { $0.append(Change(instant: 0, isHeld: watch.holds(address))) }
        let handed = Handed(watch)
        thread = try WorkerThread {
            let watch = handed.take()
            while !shared.isEnding.withLock({ $0 }) {
                let before = watch.holds(address)
                do throws(SystemError) {
                    var items = [Readiness(watch.rawDescriptor)]
                    try Readiness.wait(&items, until: monotonicNanoseconds() + 20_000_000)
                    try watch.refresh()
                } catch {
                    return shared.failure.withLock { $0 = error }
                }
                let now = monotonicNanoseconds()
                let after = watch.holds(address)
                if before != after { shared.changes.withLock { $0.append(Change(instant: now, isHeld: after)) } }
            }
        }
    }

    var isHolding: Bool { shared.changes.withLock { $0.last?.isHeld ?? false } }

    func changes(since instant: UInt64) -> [Change] {
        shared.changes.withLock { all in all.filter { $0.instant >= instant } }
    }

    /// The first time after `instant` at which it got or lost the address.
    func first(_ isHeld: Bool, since instant: UInt64) -> UInt64? {
        changes(since: instant).first { $0.isHeld == isHeld }?.instant
    }

    /// Whether it has had the address all the time since `instant`.
    func heldThroughout(since instant: UInt64) -> Bool { isHolding && changes(since: instant).isEmpty }

    func stop() {
        shared.isEnding.withLock { $0 = true }
        guard let thread else { return }
        thread.join()
        self.thread = nil
        if let failure = shared.failure.withLock({ $0 }) { Issue.record("the addresses were not watched: \(failure)") }
    }

    deinit { stop() }

    /// Lets one thread have what another has made.
    private final class Handed: @unchecked Sendable {
        private var watch: AddressWatch?
        init(_ watch: AddressWatch) { self.watch = watch }
        func take() -> AddressWatch { watch! }
    }
}
