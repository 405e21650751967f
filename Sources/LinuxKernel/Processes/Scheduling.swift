internal import CLinux
internal import Glibc

/// The nice value of this process, -20 to 19 (getpriority(2)).
package func niceValue() -> Int32 { getpriority(Int32(PRIO_PROCESS.rawValue), 0) }

/// Sets the nice value of this process (setpriority(2)); lower than now needs CAP_SYS_NICE.
package func setNiceValue(_ value: Int32) throws(SystemError) {
    _ = try retryingOnInterrupt("setpriority to \(value)") { setpriority(Int32(PRIO_PROCESS.rawValue), 0, value) }
}

/// Runs this process before all others that are not real-time, in turn with those of the same priority; nil ends that.
///
/// SCHED_RR (sched(7)) needs CAP_SYS_NICE. Children begin without it, and without a negative nice value.
package func setRealTimePriority(_ priority: Int32?) throws(SystemError) {
    var parameters = sched_param()
    parameters.sched_priority = priority ?? 0
    let policy = (priority == nil ? SCHED_OTHER : SCHED_RR) | Int32(CL_SCHED_RESET_ON_FORK)
    _ = try retryingOnInterrupt("sched_setscheduler to " + (priority.map { "SCHED_RR \($0)" } ?? "SCHED_OTHER")) {
        // SAFETY: the kernel reads the structure during the call.
        unsafe sched_setscheduler(0, policy, &parameters)
    }
}

/// Keeps the memory of this process out of swap (mlockall(2)), or no longer; children begin without it.
package func setMemoryLocked(_ isLocked: Bool) throws(SystemError) {
    _ = try retryingOnInterrupt(isLocked ? "mlockall" : "munlockall") {
        isLocked ? mlockall(Int32(CL_MCL_CURRENT | CL_MCL_FUTURE)) : munlockall()
    }
}
