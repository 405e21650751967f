internal import Glibc
internal import LinuxKernel
internal import Rehearsal

/// What a program takes of the machine.
struct Footprint {
    /// From its start to its first advert on the wire.
    var firstAdvert: Int64
    /// Of all its processes, in KiB: resident, and the share of it that is its own.
    var resident: Int
    var proportional: Int
    /// Processor time per second, in nanoseconds.
    var processorTime: Int64
}

/// Many Active Routers in one program.
struct Crowd {
    var count: Int
    var hundredths: Int

    var name: String { "\(count) x \(hundredths >= 100 ? "\(hundredths / 100) s" : "\(hundredths * 10) ms")" }

    /// Priority 255 is Active at once, so that the first advert tells how long starting took.
    var configuration: String {
        let interval = hundredths >= 100 ? "\(hundredths / 100)" : "0.0\(hundredths)"
        return (1...count).map { index in
            """
            vrrp_instance VI_\(index) {
                state MASTER
                interface eth0
                virtual_router_id \(index)
                priority 255
                version 3
                advert_int \(interval)
                virtual_ipaddress {
                    10.77.1.\(index)/16
                }
            }

            """
        }.joined()
    }
}

extension Benchmark {
    static func measureFootprints(_ arguments: Arguments) throws(SystemError) {
        let candidates = try arguments.candidates()
        print("| instances | program | start to first advert, ms | RSS, KiB | PSS, KiB | processor, ms per s |")
        print("|---|---|--:|--:|--:|--:|")
        for crowd in [
            Crowd(count: 1, hundredths: 100), Crowd(count: 255, hundredths: 100), Crowd(count: 100, hundredths: 1),
        ] {
            let arena = try Arena(candidates)
            for lane in arena.lanes {
                let found = try measure(crowd, in: lane, of: arena, seconds: min(arguments.seconds, 10))
                let numbers = [
                    milliseconds(found.firstAdvert), "\(found.resident)", "\(found.proportional)",
                    milliseconds(found.processorTime),
                ]
                print("| \(crowd.name) | \(lane.candidate.name) | " + numbers.joined(separator: " | ") + " |")
            }
        }
    }

    private static func milliseconds(_ nanoseconds: Int64) -> String {
        let hundredths = (nanoseconds + 5_000) / 10_000
        return "\(hundredths / 100)." + (hundredths % 100 < 10 ? "0" : "") + "\(hundredths % 100)"
    }

    private static func measure(
        _ crowd: Crowd, in lane: Lane, of arena: Arena, seconds: Int
    ) throws(SystemError) -> Footprint {
        _ = try arena.collect()
        let clock = wallClock()
        try lane.start(crowd.configuration)
        let seen = try arena.collect(seconds: 30) { seen in
            Set(seen.filter { $0.kind == .advert }.map(\.virtualRouter)).count == crowd.count
        }
        guard let first = seen.first(where: { $0.kind == .advert }) else {
            throw SystemError("wait for the first advert of \(lane.candidate.path): \(lane.output)", ETIMEDOUT)
        }
        // The second burst of gratuitous ARP, five seconds after the first, is no part of the steady state.
        try Arena.pause(until: monotonicNanoseconds() + 7_000_000_000)
        let before = try processorTime(of: lane)
        let start = monotonicNanoseconds()
        try Arena.pause(until: start + UInt64(seconds) * 1_000_000_000)
        let used = try processorTime(of: lane) - before
        let elapsed = Double(monotonicNanoseconds() - start) / 1e9
        let memory = try memory(of: lane)
        try lane.stop()
        return Footprint(
            firstAdvert: first.nanoseconds - (clock.seconds * 1_000_000_000 + Int64(clock.nanoseconds)),
            resident: memory.resident, proportional: memory.proportional,
            processorTime: Int64(Double(used) / elapsed))
    }

    // MARK: /proc

    private static func text(_ path: String) throws(SystemError) -> String {
        String(decoding: try LocalFiles.read(path), as: UTF8.self)
    }

    /// The program's processes: the one that was started and its children.
    private static func processes(of lane: Lane) throws(SystemError) -> [Int] {
        guard let pid = lane.pid else { return [] }
        let children = try text("/proc/\(pid)/task/\(pid)/children").split(separator: " ").compactMap { Int($0) }
        return [Int(pid)] + children
    }

    /// Of all threads, from the scheduler's own count of nanoseconds.
    private static func processorTime(of lane: Lane) throws(SystemError) -> Int64 {
        var sum: Int64 = 0
        for pid in try processes(of: lane) {
            let first = try text("/proc/\(pid)/schedstat").split(separator: " ").first
            sum += first.flatMap { Int64($0) } ?? 0
        }
        return sum
    }

    private static func memory(of lane: Lane) throws(SystemError) -> (resident: Int, proportional: Int) {
        var memory = (resident: 0, proportional: 0)
        for pid in try processes(of: lane) {
            for line in try text("/proc/\(pid)/smaps_rollup").split(separator: "\n") {
                let words = line.split(separator: " ")
                guard words.count == 3, let size = Int(words[1]) else { continue }
                if words[0] == "Rss:" { memory.resident += size }
                if words[0] == "Pss:" { memory.proportional += size }
            }
        }
        return memory
    }
}
