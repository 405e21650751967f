import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

import class Foundation.ProcessInfo

/// Hours of a pair's life in one test: faults in random order, reloads between them, and a client who asks all the time.
///
/// UNDERSTUDY_SOAK is how many seconds (20 unless it is given), UNDERSTUDY_SEED which faults.
@Suite(.serialized) struct SoakTests {
    private static func setting(_ name: String, _ usual: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? usual
    }

    @Test func `whatever happens to a pair is explained, ends with one owner, and takes no memory`() throws {
        let soak = try Soak(seed: UInt64(Self.setting("UNDERSTUDY_SEED", 1)))
        defer { soak.trial.close() }
        try soak.trial.open()
        let end = monotonicNanoseconds() + UInt64(Self.setting("UNDERSTUDY_SOAK", 20)) * 1_000_000_000
        while monotonicNanoseconds() < end { try soak.step() }
        print(soak.report)
        #expect(soak.complaints.isEmpty, "\(soak.complaints.joined(separator: "\n"))")
        soak.judgeMemory()
    }

    @Test func `a processor that is taken away is seen, and load alone is not`() throws {
        let machine = try MachineWitness()
        func occupy(_ priority: Int32?) throws {
            let thread = try WorkerThread {
                do {
                    try setProcessorAffinity([0])
                    if let priority { try setScheduling(.realTime(priority)) }
                } catch { return }
                let end = monotonicNanoseconds() + 400_000_000
                while monotonicNanoseconds() < end {}
            }
            thread.join()
        }
        // The machine may really stand still meanwhile, but not each time.
        var isSeen = true
        for _ in 0..<3 where isSeen {
            let start = monotonicNanoseconds()
            try occupy(nil)
            isSeen = machine.standstill(since: start) != nil
        }
        #expect(!isSeen)
        let start = monotonicNanoseconds()
        try occupy(60)
        // The witness tells it once it runs again.
        let bound = monotonicNanoseconds() + 2_000_000_000
        var nothing: [Readiness] = []
        while machine.standstill(since: start) == nil, monotonicNanoseconds() < bound {
            try Readiness.wait(&nothing, until: monotonicNanoseconds() + 10_000_000)
        }
        let after = try #require(machine.standstill(since: start))
        #expect(after.hasPrefix("processor 0"))
    }
}

/// What is done to the pair, and what it may cost.
private enum Fault: String, CaseIterable {
    case workerKilled = "worker killed"
    case workerStopped = "worker stopped"
    case standbyWorkerKilled = "standby's worker killed"
    case allKilled = "everything killed, started again"
    case paused = "everything stopped for up to 2 s"
    case addressDeleted = "address deleted by hand"
    case partitioned = "active cut off for up to 2 s"
    case switchedOver = "switch-over, and resume"
    case maintained = "standby on, and off"
    case restarted = "stopped as planned, started again"
    case upgraded = "upgrade in place"
    case insulted = "invalid adverts for a second"

    /// Requests that may fail: those in flight when the address moves or is gone, or all until it has moved.
    var bearable: Int {
        switch self {
        case .workerKilled, .workerStopped, .standbyWorkerKilled, .upgraded, .insulted: 0
        case .switchedOver, .maintained, .restarted: 2
        case .addressDeleted: 5
        // Until the deadline of the protocol has come, twice when it fails back; each waits 0.25 s for its answer.
        case .allKilled, .paused, .partitioned: 700
        }
    }

    var mayMove: Bool { bearable > 0 && self != .addressDeleted }
}

private final class Soak {
    let trial: OwnerTrial
    private var random: SeededNumbers
    /// Transitions in logs that a restart has replaced.
    private var earlier = 0
    private var lastReload = monotonicNanoseconds()
    private var round = 0
    private var counts: [Fault: (times: Int, failed: Int, moves: Int)] = [:]
    private var reloads = (times: 0, failed: 0)
    private var requests = 0
    private(set) var complaints: [String] = []
    /// Complaints about times in which the machine itself stood still: told, and no fault of the pair.
    private var excused: [String] = []
    private let machine: MachineWitness
    /// Frames of any namespace that this kernel had lost when the round began, because a processor's queue was full.
    private var lostBefore = 0
    /// Resident memory of guardians and workers, in KiB, over time.
    private var memory: [Int] = []

    init(seed: UInt64) throws {
        random = SeededNumbers(seed: seed)
        machine = try MachineWitness()
        trial = try OwnerTrial(interval: "0.1")
    }

    func step() throws {
        let fault = Fault.allCases.randomElement(using: &random)!
        let (start, known) = (monotonicNanoseconds(), complaints.count)
        lostBefore = Self.lostFrames
        do {
            try undergo(fault)
            try reloadIfDue()
            excuse(since: start, from: known)
        } catch {
            complaints.append("round \(round), \(fault.rawValue): \(error)")
            excuse(since: start, from: known)
            guard complaints.count == known else { throw error }
            // It may need longer than usual, and then has to be as it was.
            for number in 0...1 { trial.members[number].daemon?.sendToAll(.continue) }
            try trial.laboratory.setForwarding(of: host(0), "eth0", true)
            if try trial.daemon(0).status != nil { try startAgain() }
            try settle("a standstill of the machine", seconds: 60)
        }
        measureMemory()
        round += 1
    }

    private func undergo(_ fault: Fault) throws {
        let (start, moves) = (monotonicNanoseconds(), transitions)
        try inflict(fault)
        try settle(fault.rawValue)
        let seen = try judge(fault.rawValue, since: start, bearable: fault.bearable)
        let moved = transitions - moves
        if moved > 0, !fault.mayMove { complaints.append("round \(round), \(fault.rawValue): \(moved) transitions") }
        let before = counts[fault] ?? (0, 0, 0)
        counts[fault] = (before.times + 1, before.failed + seen.failures, before.moves + moved)
    }

    /// What happened while a processor of this machine did not run says nothing about the pair.
    private func excuse(since start: UInt64, from first: Int) {
        guard complaints.count > first, let standstill = machine.standstill(since: start) else { return }
        excused += complaints[first...].map { "\($0) (\(standstill))" }
        complaints.removeSubrange(first...)
    }

    /// Ends when the first has the address, alone, and serves.
    private func settle(_ what: String, seconds: Double = 15) throws {
        try trial.waitFor("one owner after \(what)", seconds: seconds) {
            guard trial.holders[0].isHolding, !trial.holders[1].isHolding else { return false }
            guard let answer = trial.probe.latestAnswer(from: 0), answer.host == "lb1" else { return false }
            // The clock is read after it: another answer may come at any time.
            return monotonicNanoseconds() - answer.instant < 100_000_000
        }
        // Whatever is still to come of it.
        try trial.rest(0.6)
        if !trial.holders[0].isHolding || trial.holders[1].isHolding {
            complaints.append("round \(round), \(what): it did not last")
        }
    }

    private func judge(_ what: String, since start: UInt64, bearable: Int) throws -> ProbeStatistics {
        let end = monotonicNanoseconds()
        try trial.rest(0.3)
        let seen = trial.probe.statistics(of: 0, from: start, to: end)
        requests += seen.requests
        if seen.failures > bearable {
            complaints.append(
                "round \(round), \(what): \(seen.failures) of \(seen.requests) requests failed, \(bearable) may"
                    + evidence(since: start, to: end))
        }
        return seen
    }

    /// When requests failed, who answered until then, and what the two have said last.
    private func evidence(since start: UInt64, to end: UInt64) -> String {
        var lines: [String] = []
        var previous = ""
        for sample in trial.probe.samples(since: start) where sample.started < end {
            let outcome = "\(sample.outcome)"
            if sample.isAnswer, outcome == previous { continue }
            previous = outcome
            lines.append(" \((sample.started - min(start, sample.started)) / 1_000_000) ms: \(outcome)")
        }
        lines.append(" frames that the kernel lost since: \(Self.lostFrames - lostBefore)")
        let logs = (0...1).map { "lb\($0 + 1):\n\(trial.members[$0].log.tail(40))" }
        return "\n" + (lines.suffix(60) + logs).joined(separator: "\n")
    }

    /// The second number of each processor's line.
    private static var lostFrames: Int {
        guard case .success(let bytes) = readFile("/proc/net/softnet_stat", limit: 1 << 16) else { return 0 }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").reduce(0) { sum, line in
            sum + (line.split(separator: " ").dropFirst().first.flatMap { Int($0, radix: 16) } ?? 0)
        }
    }

    // MARK: Faults

    private func inflict(_ fault: Fault) throws {
        let active = try trial.daemon(0)
        switch fault {
        case .workerKilled: try replaceWorker(0, Signals.kill)
        case .workerStopped: try replaceWorker(0, Signals.stop)
        case .standbyWorkerKilled: try replaceWorker(1, Signals.kill)
        case .allKilled:
            active.sendToAll(.kill)
            try trial.waitFor("the end of it") { active.status != nil }
            try trial.rest(Double.random(in: 0...1.5, using: &random))
            try startAgain()
        case .paused:
            active.sendToAll(.stop)
            try trial.rest(Double.random(in: 0.05...2, using: &random))
            active.sendToAll(.continue)
        case .addressDeleted:
            try host(0).setAddress(.init(OwnerTrial.address, 24), on: "eth0", present: false)
        case .partitioned:
            try trial.laboratory.setForwarding(of: host(0), "eth0", false)
            try trial.rest(Double.random(in: 0.1...2, using: &random))
            try trial.laboratory.setForwarding(of: host(0), "eth0", true)
        case .switchedOver:
            try command(0, "switchover")
            try command(0, "resume")
        case .maintained:
            try command(0, "standby", "on")
            try command(0, "standby", "off")
        case .restarted:
            try active.send(.terminate)
            try trial.waitFor("the end of it") { active.status != nil }
            try startAgain()
        case .upgraded: try command(0, "upgrade")
        case .insulted:
            let flood = try Flood(in: host(1).namespaces.network, Insults.frames, perSecond: 2000)
            try trial.rest(1)
            flood.stop()
            if flood.sent < 500 {
                complaints.append("round \(round): only \(flood.sent) invalid adverts could be sent")
            }
        }
    }

    private var transitions: Int { earlier + trial.transitions(0) + trial.transitions(1) }

    private func startAgain() throws {
        earlier += trial.transitions(0)
        try trial.members[0].start()
    }

    private func host(_ number: Int) throws -> Host { try #require(trial.members[number].host) }

    private func command(_ number: Int, _ words: String...) throws {
        let ran = try host(number).run("\(Program.binaries)/understudy", words, seconds: 20)
        if ran.status != .exited(code: 0) {
            complaints.append("round \(round), \(words.joined(separator: " ")): \(ran.output)")
        }
    }

    private func replaceWorker(_ number: Int, _ signal: Int32) throws {
        let old = try trial.worker(number)
        sendSignal(signal, to: old)
        try trial.waitFor("the next worker") { try trial.hasWorker(number, otherThan: old) }
        // The guardian allows five in thirty seconds.
        try trial.rest(5)
    }

    // MARK: Reloads and memory

    private func reloadIfDue() throws {
        guard monotonicNanoseconds() - lastReload > 10_000_000_000 else { return }
        let start = monotonicNanoseconds()
        lastReload = start
        let number = Int.random(in: 0...1, using: &random)
        let extra = (0..<Int.random(in: 0...3, using: &random)).map { "192.0.2.\(50 + $0)/24" }.joined(
            separator: "\n  ")
        let lines = [
            "garp_master_refresh \(Int.random(in: 0...60, using: &random))",
            "virtual_ipaddress_excluded {\n  \(extra)\n }",
        ]
        var text = trial.members[number].configuration
        if let old = text.range(of: "\n # Changed:") { text = String(text[..<old.lowerBound]) + "\n}\n" }
        let end = text.lastIndex(of: "}")!
        text.replaceSubrange(end..., with: "\n # Changed:\n \(lines[0])\n \(extra.isEmpty ? "" : lines[1])\n}\n")
        try host(number).writeFile("/run/vrrp.conf", text)
        trial.members[number].configuration = text
        try command(number, "reload")
        try settle("a reload")
        reloads.times += 1
        reloads.failed += try judge("a reload", since: start, bearable: 0).failures
    }

    private func measureMemory() {
        let processes = [0, 1].flatMap { number -> [Int32] in
            guard let guardian = trial.members[number].daemon?.pid else { return [] }
            return [guardian] + SpawnedProcess.children(of: guardian)
        }
        memory.append(processes.map(Self.residentKiB).max() ?? 0)
    }

    private static func residentKiB(_ pid: Int32) -> Int {
        guard case .success(let bytes) = readFile("/proc/\(pid)/status", limit: 1 << 16) else { return 0 }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        guard let line = lines.first(where: { $0.hasPrefix("VmRSS:") }) else { return 0 }
        return line.split(separator: " ").compactMap { Int($0) }.first ?? 0
    }

    /// The largest process of the last quarter of the time is not larger than that of the second quarter, but for a little.
    func judgeMemory() {
        let quarter = memory.count / 4
        guard quarter >= 5 else { return }
        let (early, late) = (memory[quarter..<2 * quarter].max() ?? 0, memory.suffix(quarter).max() ?? 0)
        #expect(late < early + early / 10 + 512, "\(early) KiB before, \(late) KiB after: \(memory)")
    }

    var report: String {
        var lines = [
            "SOAK \(round) faults, \(requests) requests, \(reloads.times) reloads with \(reloads.failed) failed requests"
        ]
        for fault in Fault.allCases {
            guard let (times, failed, moves) = counts[fault] else { continue }
            lines.append("SOAK \(fault.rawValue): \(times) times, \(moves) transitions, \(failed) failed requests")
        }
        let quarter = max(memory.count / 4, 1)
        lines.append(
            "SOAK largest process: \(memory.prefix(quarter).max() ?? 0) KiB in the first quarter, "
                + "\(memory.suffix(quarter).max() ?? 0) KiB in the last")
        lines += excused.map { "SOAK excused: \($0)" }
        return lines.joined(separator: "\n")
    }
}
