internal import VRRPCore

extension Resolver {
    /// How the process that speaks VRRP shall be scheduled.
    mutating func resolveScheduling(_ contents: BlockContents) {
        var scheduling = Scheduling()
        scheduling.niceValue = contents.integer("vrrp_priority")
        scheduling.realTimePriority = contents.integer("vrrp_rt_priority")
        scheduling.locksMemory = contents.has("vrrp_no_swap")
        scheduling.realTimeLimit = contents.integer("vrrp_rlimit_rttime") ?? contents.integer("vrrp_rlimit_rtime")
        scheduling.processors = processors(contents)
        scheduling.highestAutomaticPriority = highestAutomaticPriority(contents)
        if let delay = contents.integer("min_auto_priority_delay") {
            scheduling.automaticPriorityDelay = .microseconds(UInt64(delay))
        }
        model.global.scheduling = scheduling
        guard let limit = contents["vrrp_rlimit_rttime"] ?? contents["vrrp_rlimit_rtime"] else { return }
        realTimeLimitLocation = limit.valueLocation
        // One that raises its own priority is real-time at times.
        guard scheduling.realTimePriority == nil, !contents.wasAttempted("vrrp_rt_priority"),
            scheduling.highestAutomaticPriority == 0
        else { return }
        report(
            .warning, "limit-without-real-time", at: limit.location,
            "`\(limit.statement.keyword.text)` limits nothing without `vrrp_rt_priority`",
            consequence:
                "the kernel counts the time of real-time processes only, and keepalived does not set the limit",
            fix: "remove the line, or add `vrrp_rt_priority 50`")
    }

    /// A limit that ordinary work of so many instances would reach takes the service down instead of saving it.
    mutating func checkRealTimeLimit() {
        guard let limit = model.global.scheduling.realTimeLimit, let location = realTimeLimitLocation else { return }
        let count = model.instances.count
        guard limit < max(10_000, count * Self.microsecondsPerInstance) else { return }
        report(
            .warning, "short-real-time-limit", at: location,
            "\(limit) microseconds are short for \(count) instance\(count == 1 ? "" : "s")",
            consequence:
                "becoming MASTER, or a reload, may compute for longer without waiting: the process is ended in the midst of it, "
                + "and when that happens again and again Understudy gives up",
            fix: "vrrp_rlimit_rttime 1000000   # a second is enough to catch what computes without end")
    }

    /// 200 instances that become MASTER at once took 10 to 20 ms, on a machine of 2 processors; five times that.
    private static let microsecondsPerInstance = 500

    /// 0 when the priority shall not rise.
    private mutating func highestAutomaticPriority(_ contents: BlockContents) -> Int {
        guard let setting = contents["max_auto_priority"], let words = contents.words("max_auto_priority") else {
            return 0
        }
        guard let word = words.first else { return 99 }
        return max(0, integer(word, -1...99, of: setting.statement) ?? 0)
    }

    /// The numbers of `vrrp_cpu_affinity`, each once; nil when there is none, or one of them is no number (keepalived: then all
    /// are forgotten).
    private mutating func processors(_ contents: BlockContents) -> [Int]? {
        guard let setting = contents["vrrp_cpu_affinity"], let words = contents.words("vrrp_cpu_affinity") else {
            return nil
        }
        let numbers = words.map { integer($0, Self.processorNumbers, of: setting.statement) }
        let known = numbers.compactMap(\.self)
        return known.count == numbers.count ? Set(known).sorted() : nil
    }

    /// What fits into glibc's set of processors, which is as far as keepalived can count.
    private static let processorNumbers = 0...1023
}
