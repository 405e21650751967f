internal import Configuration
internal import LinuxKernel
internal import VRRPCore

extension Daemon {
    /// Takes up how this process shall be scheduled; what cannot be had is said, and the daemon goes on without it.
    ///
    /// keepalived: `vrrp_priority`, `vrrp_rt_priority`, `vrrp_no_swap`, `vrrp_cpu_affinity`. The guardian stays as it is: it only waits.
    func schedule(from old: Scheduling, to new: Scheduling) {
        if old == new { return }
        if old.realTimePriority != new.realTimePriority || old.niceValue != new.niceValue
            || old.highestAutomaticPriority != new.highestAutomaticPriority
        {
            // First, for a negative nice value would else be inherited by checks.
            let keyword = old.realTimePriority == new.realTimePriority ? "vrrp_priority" : "vrrp_rt_priority"
            attempt(keyword, needs: "CAP_SYS_NICE, and a control group to which real time is granted") {
                () throws(SystemError) in
                let usual: SchedulingPolicy
                if let startingPolicy { usual = startingPolicy } else { usual = try .current() }
                startingPolicy = usual
                // Where it rose from, whatever it has risen to.
                raisedPriority = nil
                try setScheduling(new.realTimePriority.map { .realTime(Int32($0)) } ?? usual)
                surroundings.renewer.run { () throws(SystemError) in
                    try setScheduling(new.realTimePriority.map(Self.justBehind) ?? usual)
                }
            }
        }
        if old.niceValue != new.niceValue {
            attempt("vrrp_priority", needs: "CAP_SYS_NICE") { () throws(SystemError) in
                let value = new.niceValue.map { Int32($0) } ?? startingNiceValue
                try setNiceValue(value)
                surroundings.renewer.run { () throws(SystemError) in try setNiceValue(value) }
            }
        }
        if old.locksMemory != new.locksMemory {
            attempt("vrrp_no_swap", needs: "CAP_IPC_LOCK or a larger LimitMEMLOCK") { () throws(SystemError) in
                try setMemoryLocked(new.locksMemory)
            }
        }
        if old.processors != new.processors { moveProcessors(to: new.processors) }
    }

    /// Takes up how long we may compute without waiting; the last thing at a start, which takes long with many instances.
    ///
    /// A reload that takes longer than that ends this process, and the guardian's next one goes on with the old configuration.
    func limitRealTime(from old: Scheduling, to new: Scheduling) {
        guard old.realTimeLimit != new.realTimeLimit else { return }
        attempt("vrrp_rlimit_rttime", needs: "a hard limit that is not lower (LimitRTTIME)") {
            () throws(SystemError) in
            try setRealTimeLimit(microseconds: new.realTimeLimit)
        }
    }

    /// Gives this process a higher real-time priority when it is later than the file tolerates (`max_auto_priority`).
    ///
    /// A successor begins without it: what made us late may be over.
    func raisePriority(lateBy lateness: Interval) {
        let scheduling = model.global.scheduling
        let present = raisedPriority ?? scheduling.realTimePriority ?? 0
        guard present < scheduling.highestAutomaticPriority, lateness > scheduling.automaticPriorityDelay else {
            return
        }
        attempt("max_auto_priority", needs: "CAP_SYS_NICE, and a control group to which real time is granted") {
            () throws(SystemError) in
            // Not tried again where it is refused.
            raisedPriority = scheduling.highestAutomaticPriority
            try setScheduling(.realTime(Int32(present + 1)))
            raisedPriority = present + 1
            surroundings.renewer.run { () throws(SystemError) in try setScheduling(Self.justBehind(present + 1)) }
            log.notice("Real-time priority \(present + 1): the loop was \(lateness) late (max_auto_priority)")
        }
    }

    /// Checks and notify commands inherit it, as they do from keepalived.
    private func moveProcessors(to processors: [Int]?) {
        attempt("vrrp_cpu_affinity", needs: "a processor that this host has and the service may use (AllowedCPUs)") {
            () throws(SystemError) in
            let usual: [Int]
            if let startingProcessors { usual = startingProcessors } else { usual = try processorAffinity() }
            startingProcessors = usual
            try setProcessorAffinity(processors ?? usual)
            surroundings.renewer.run { () throws(SystemError) in try setProcessorAffinity(processors ?? usual) }
        }
    }

    /// For the thread that renews addresses: a lease must not end because only adverts get a processor, and thousands of
    /// renewals are no reason for an advert to be late.
    private static func justBehind(_ priority: Int) -> SchedulingPolicy { .realTime(Int32(max(priority - 1, 1))) }

    private func attempt(_ keyword: String, needs remedy: String, _ change: () throws(SystemError) -> Void) {
        do throws(SystemError) {
            try change()
        } catch {
            log.error("\(keyword): \(error); the daemon goes on without it; it needs \(remedy)")
        }
    }
}
