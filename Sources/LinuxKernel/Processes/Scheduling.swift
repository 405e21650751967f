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
