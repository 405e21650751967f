internal import Configuration
internal import LinuxKernel

extension Daemon {
    /// Takes up how this process shall be scheduled; what cannot be had is said, and the daemon goes on without it.
    ///
    /// keepalived: `vrrp_priority`, `vrrp_rt_priority`, `vrrp_no_swap`. The guardian stays as it is: it only waits.
    func schedule(from old: Scheduling, to new: Scheduling) {
        if old == new { return }
        if old.realTimePriority != new.realTimePriority || old.niceValue != new.niceValue {
            // First, for a negative nice value would else be inherited by checks.
            let keyword = old.realTimePriority == new.realTimePriority ? "vrrp_priority" : "vrrp_rt_priority"
            attempt(keyword, needs: "CAP_SYS_NICE, and a control group to which real time is granted") {
                () throws(SystemError) in
                let usual: SchedulingPolicy
                if let startingPolicy { usual = startingPolicy } else { usual = try .current() }
                startingPolicy = usual
                try setScheduling(new.realTimePriority.map { .realTime(Int32($0)) } ?? usual)
            }
        }
        if old.niceValue != new.niceValue {
            attempt("vrrp_priority", needs: "CAP_SYS_NICE") { () throws(SystemError) in
                try setNiceValue(new.niceValue.map { Int32($0) } ?? startingNiceValue)
            }
        }
        if old.locksMemory != new.locksMemory {
            attempt("vrrp_no_swap", needs: "CAP_IPC_LOCK or a larger LimitMEMLOCK") { () throws(SystemError) in
                try setMemoryLocked(new.locksMemory)
            }
        }
    }

    private func attempt(_ keyword: String, needs remedy: String, _ change: () throws(SystemError) -> Void) {
        do throws(SystemError) {
            try change()
        } catch {
            log.error("\(keyword): \(error); the daemon goes on without it; it needs \(remedy)")
        }
    }
}
