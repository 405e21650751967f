internal import LinuxKernel
internal import VRRPCore

/// What the kernel counts of a machine that is short of processor time.
struct Vitals {
    private var steal: UInt64?
    private var queued: UInt64?
    private var sampledAt = MonotonicInstant(nanoseconds: 0)

    private static let spacing = Interval.seconds(10)

    /// Remembers now and then what to compare with.
    mutating func sample(at now: MonotonicInstant) {
        guard sampledAt + Self.spacing <= now else { return }
        takeSample(at: now)
    }

    private mutating func takeSample(at now: MonotonicInstant) {
        sampledAt = now
        steal = Self.readSteal()
        queued = Self.readQueued()
    }

    /// What kept this process from running, and pressure, in words, a part of a sentence.
    mutating func explanation(at now: MonotonicInstant) -> String {
        var parts: [String] = []
        let span = "in the last \(Interval.seconds(now.since(sampledAt).nanoseconds / 1_000_000_000))"
        if let before = queued, let after = Self.readQueued() {
            let waited = Interval.milliseconds(after >= before ? (after - before) / 1_000_000 : 0)
            parts.append("it waited \(waited) for a processor \(span)")
        }
        if let before = steal, let after = Self.readSteal() {
            let taken = Interval.milliseconds(after >= before ? (after - before) * 10 : 0)
            parts.append("the hypervisor took \(taken) \(span)")
        }
        for resource in ["cpu", "io", "memory"] {
            if let share = Self.pressure(of: resource) { parts.append("\(resource) pressure \(share) %") }
        }
        takeSample(at: now)
        return parts.isEmpty ? "the kernel tells nothing of pressure" : parts.joined(separator: ", ")
    }

    /// Ticks of 1/100 s that others on the same hardware had (proc_stat(5), the eighth number of the first line).
    private static func readSteal() -> UInt64? {
        guard case .success(let bytes) = readFile("/proc/stat", limit: 4 << 20),
            let line = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 1).first
        else { return nil }
        let words = line.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
        return words.count > 8 ? UInt64(words[8]) : nil
    }

    /// Nanoseconds that the loop's thread was ready to run and waited for a processor (Documentation/scheduler/sched-stats.rst, the
    /// second number of /proc/PID/schedstat); nil where the kernel does not count them.
    private static func readQueued() -> UInt64? {
        guard case .success(let bytes) = readFile("/proc/self/schedstat", limit: 256) else { return nil }
        let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        return words.count > 1 ? UInt64(words[1]) : nil
    }

    /// The share of the last ten seconds in which something waited for `resource`, as the kernel writes it.
    private static func pressure(of resource: String) -> String? {
        guard case .success(let bytes) = readFile("/proc/pressure/\(resource)", limit: 4096) else { return nil }
        let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        return words.first { $0.hasPrefix("avg10=") }.map { String($0.dropFirst(6)) }
    }
}
