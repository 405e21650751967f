internal import CLinux
internal import Glibc

/// The nice value of this process, -20 to 19 (getpriority(2)).
package func niceValue() -> Int32 { getpriority(Int32(PRIO_PROCESS.rawValue), 0) }

/// Sets the nice value of this process (setpriority(2)); lower than now needs CAP_SYS_NICE.
package func setNiceValue(_ value: Int32) throws(SystemError) {
    _ = try retryingOnInterrupt("setpriority to \(value)") { setpriority(Int32(PRIO_PROCESS.rawValue), 0, value) }
}

/// By which rule a process gets a processor (sched(7)).
package struct SchedulingPolicy: Equatable, Sendable {
    fileprivate var policy: Int32
    fileprivate var priority: Int32

    /// Before all others that are not real-time, in turn with those of the same priority, 1 to 99 (SCHED_RR).
    package static func realTime(_ priority: Int32) -> SchedulingPolicy {
        SchedulingPolicy(policy: SCHED_RR, priority: priority)
    }

    /// That of this process.
    package static func current() throws(SystemError) -> SchedulingPolicy {
        var parameters = sched_param()
        let policy = try retryingOnInterrupt("sched_getscheduler") { sched_getscheduler(0) }
        _ = try retryingOnInterrupt("sched_getparam") {
            // SAFETY: the kernel writes the structure during the call.
            unsafe sched_getparam(0, &parameters)
        }
        return SchedulingPolicy(
            policy: policy & ~Int32(CL_SCHED_RESET_ON_FORK), priority: parameters.sched_priority)
    }
}

/// Schedules this process by `policy`; SCHED_RR needs CAP_SYS_NICE.
///
/// Children begin without real time, and without a negative nice value.
package func setScheduling(_ policy: SchedulingPolicy) throws(SystemError) {
    var parameters = sched_param()
    parameters.sched_priority = policy.priority
    let words = "sched_setscheduler to policy \(policy.policy), priority \(policy.priority)"
    _ = try retryingOnInterrupt(words) {
        // SAFETY: the kernel reads the structure during the call.
        unsafe sched_setscheduler(0, policy.policy | Int32(CL_SCHED_RESET_ON_FORK), &parameters)
    }
}

/// Keeps the memory of this process out of swap (mlockall(2)), or no longer; children begin without it.
package func setMemoryLocked(_ isLocked: Bool) throws(SystemError) {
    _ = try retryingOnInterrupt(isLocked ? "mlockall" : "munlockall") {
        isLocked ? mlockall(Int32(CL_MCL_CURRENT | CL_MCL_FUTURE)) : munlockall()
    }
}

/// Lets this thread, and whatever it starts, run on `processors` only (sched_setaffinity(2)).
///
/// - Parameter processors: numbers from 0; those that the machine does not have are passed over by the kernel, and EINVAL
///   is thrown when none is left.
package func setProcessorAffinity(_ processors: [Int]) throws(SystemError) {
    var words = [UInt64](repeating: 0, count: (processors.max() ?? 0) / 64 + 1)
    for processor in processors { words[processor / 64] |= 1 << UInt64(processor % 64) }
    let list = processors.map(String.init).joined(separator: ", ")
    _ = try retryingOnInterrupt("sched_setaffinity to \(list)") {
        // SAFETY: the kernel reads `words.count` words during the call.
        unsafe words.withUnsafeBufferPointer { unsafe cl_set_affinity($0.baseAddress, $0.count) }
    }
}

/// The processors on which this thread may run, in ascending order (sched_getaffinity(2)).
package func processorAffinity() throws(SystemError) -> [Int] {
    // The kernel refuses less room than it has processors, of which there are 8192 at most.
    var words = [UInt64](repeating: 0, count: 128)
    let count = try retryingOnInterrupt("sched_getaffinity") {
        // SAFETY: the kernel writes at most `words.count` words during the call.
        unsafe words.withUnsafeMutableBufferPointer { unsafe cl_affinity($0.baseAddress, $0.count) }
    }
    return (0..<Int(count) * 64).filter { words[$0 / 64] >> UInt64($0 % 64) & 1 == 1 }
}

/// Has the kernel end this process by SIGXCPU when it has run for so long without waiting, while it is real-time (RLIMIT_RTTIME
/// of getrlimit(2)).
///
/// The kernel counts in ticks of 1 to 10 ms. Only the soft limit is moved, so that taking it back needs no capability; children
/// begin with the limit that there was before.
/// - Parameter microseconds: at least 1; nil for the limit that there was before. EINVAL is thrown above the hard limit.
package func setRealTimeLimit(microseconds: Int?) throws(SystemError) {
    let value = microseconds.map { UInt64($0) } ?? 0
    _ = try retryingOnInterrupt("setrlimit RLIMIT_RTTIME to \(value)") { cl_limit_real_time(value) }
}

/// Has this process, and those that it starts, leave core dumps of any size when they crash (RLIMIT_CORE of getrlimit(2)), or of
/// the size that the hard limit has when it may not raise that one.
package func allowCoreDumps() throws(SystemError) {
    _ = try retryingOnInterrupt("setrlimit RLIMIT_CORE") { cl_allow_core_dumps() }
}
