import Glibc
import LinuxKernel
import Synchronization
import Testing
import VRRPWire

/// The same numbers for the same seed, for ever.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Adverts that nobody may believe, each for another reason.
enum Insults {
    static let frames: [[UInt8]] = {
        guard let stranger = IPAddress("192.0.2.66"), let virtual = IPAddress(OwnerTrial.address) else { return [] }
        let right = Forgery(source: stranger, addresses: [virtual])
        func wrong(_ change: (inout Forgery) -> Void) -> [UInt8] {
            var forgery = right
            change(&forgery)
            return forgery.frame
        }
        return [
            wrong { $0.hopLimit = 64 }, wrong { $0.version = 2 }, wrong { $0.type = 2 }, wrong { $0.checksumError = 1 },
            wrong { $0.cut = 4 }, wrong { $0.interval = 0 }, wrong { $0.count = 9 }, wrong { $0.virtualRouterID = 99 },
        ]
    }()
}

/// Sees when the machine itself stood still: a virtual machine's processor that its host did not run.
///
/// One thread on each processor, of real-time priority, so that no load of ours can keep it waiting.
final class MachineWitness {
    struct Standstill {
        var processor: Int
        var from: UInt64
        var until: UInt64
    }

    private final class Shared: Sendable {
        let standstills = Mutex<[Standstill]>([])
        let isEnding = Mutex(false)
    }

    private let shared = Shared()
    private var threads: [WorkerThread] = []

    /// - Parameter bearable: what the question at hand bears of it, in nanoseconds. By itself what a daemon is to bear without
    ///   a word: a worker is replaced, and a peer waits, for less than this.
    init(bearable: UInt64 = 150_000_000) throws {
        for processor in 0..<max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1) {
            let shared = shared
            threads.append(try WorkerThread { Self.watch(processor, bearable, shared) })
        }
    }

    deinit {
        shared.isEnding.withLock { $0 = true }
        for thread in threads { thread.join() }
    }

    /// One thread's work; without the rights to be of real-time priority it sees nothing, and excuses nothing.
    private static func watch(_ processor: Int, _ bearable: UInt64, _ shared: Shared) {
        do throws(SystemError) {
            try setProcessorAffinity([processor])
            try setScheduling(.realTime(50))
        } catch {
            if error.code != EPERM { Issue.record("nobody watches processor \(processor): \(error)") }
            return
        }
        while !shared.isEnding.withLock({ $0 }) {
            let due = monotonicNanoseconds() + 20_000_000
            var nothing: [Readiness] = []
            do throws(SystemError) {
                try Readiness.wait(&nothing, until: due)
            } catch {
                Issue.record("nobody watches processor \(processor) any more: \(error)")
                return
            }
            let now = monotonicNanoseconds()
            guard now > due + bearable else { continue }
            shared.standstills.withLock { $0.append(Standstill(processor: processor, from: due, until: now)) }
        }
    }

    /// The longest standstill that touched the time from `start` on, in words; nil when there was none.
    func standstill(since start: UInt64) -> String? {
        let longest = shared.standstills.withLock { all in
            all.filter { $0.until >= start }.max { $0.until - $0.from < $1.until - $1.from }
        }
        return longest.map { "processor \($0.processor) stood still for \(($0.until - $0.from) / 1_000_000) ms" }
    }
}
