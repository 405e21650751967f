internal import Control
internal import LinuxKernel
internal import VRRPCore

/// What happened here, also before this process began: the newest records in memory, all of them on the disk.
final class Chronicle {
    /// As they go to the disk and to who asks; none is written twice.
    private struct Line {
        var instance: String?
        var text: String
    }

    private var lines: [Line] = []
    private var sequence = 1
    /// Whether an earlier run began and, as far as is recorded, was not stopped: killed, crashed, or without power.
    private(set) var lacksEnd = false
    private let boot: String?
    private let log: Log
    private let lock: DirectoryLock?
    private let link: RecorderLink?
    private let directory: String
    /// Why nothing is kept, when that is so from the start.
    private let obstacle: String?
    /// Why what the disk has of maintenance mode is not what is so; nil when it is.
    private var standbyTrouble: String?
    /// What happened before the records of earlier runs were read; nil since then.
    private var early: [HistoryRecord]? = []
    private var allowance: [Source: Allowance] = [:]

    /// What may be told of so many times in a minute: a check that flaps must not push out what it brings about.
    private struct Source: Hashable {
        var instance: String?
        /// Changes of the priority, and rivals, which come in floods.
        var isFlood: Bool
    }

    private struct Allowance {
        var opensAt: MonotonicInstant
        var left: Int
        var heldBack = 0
    }

    private static let perMinute = 30
    private static let floodPerMinute = 10
    private static let mostInMemory = 1000

    /// - Parameter patience: how long another process may still be about to let go of the directory.
    init(_ directory: String, patience: Interval, _ readiness: Readiness, _ log: Log) {
        self.directory = directory
        self.log = log
        boot = Self.bootIdentity()
        do throws(SystemError) {
            try LocalFiles.makeDirectories(directory)
            lock = try DirectoryLock.acquire(directory, until: monotonicNanoseconds() + patience.nanoseconds)
            obstacle = lock == nil ? "another process keeps its history in \(directory)" : nil
        } catch {
            lock = nil
            obstacle = "\(error)"
        }
        link = lock == nil ? nil : RecorderLink(directory, readiness, log)
        if let obstacle {
            log.warning(
                "history: not kept: \(obstacle); what happens is remembered until this process ends (STATE_DIRECTORY "
                    + "names another directory)")
        }
    }

    var deadline: MonotonicInstant? { link?.deadline }

    /// What an operator should know about the keeping of history and maintenance mode, a sentence each.
    var remarks: [String] {
        var remarks: [String] = []
        if let reason = obstacle ?? link?.trouble { remarks.append("history is not kept: \(reason)") }
        if let lost = link?.lost, lost > 0 {
            remarks.append("\(lost) record(s) of the history were not kept since the daemon started")
        }
        if let standbyTrouble { remarks.append("maintenance mode is not kept as it is now: \(standbyTrouble)") }
        return remarks
    }

    /// Reads what earlier runs left and begins to write: first this record, then what has happened already.
    func begin(with first: HistoryRecord? = nil, at now: MonotonicInstant) {
        if lock != nil {
            let kept = Self.read(directory).records
            let bounds: [HistoryRecord.Event] = [.daemonStarted, .daemonStopped, .gaveUp]
            lacksEnd = kept.last { bounds.contains($0.event) }?.event == .daemonStarted
            sequence = kept.last.map { $0.sequence + 1 } ?? 1
            lines = kept.suffix(Self.mostInMemory).map { Line(instance: $0.instance, text: encode($0).text) }
        }
        link?.start(at: now)
        let waiting = early ?? []
        early = nil
        for record in [first].compactMap(\.self) + waiting { add(record, at: now) }
    }

    func tick(at now: MonotonicInstant) { link?.tick(at: now) }

    func finish(at now: MonotonicInstant) { link?.finish(at: now) }

    /// Adds a record; the clock and the numbers are put in here.
    func add(_ record: HistoryRecord, at now: MonotonicInstant) {
        if early != nil {
            early?.append(record)
            return
        }
        let isFlood = [.priorityChanged, .contested, .resignationHeard, .twoOwners, .oneOwner, .addressRestored]
            .contains(
                record.event)
        guard let heldBack = admit(Source(instance: record.instance, isFlood: isFlood), at: now) else { return }
        var record = record
        record.sequence = sequence
        record.boot = boot
        if heldBack > 0 { record.cause += " (\(heldBack) earlier events of this instance were not kept: too many)" }
        sequence += 1
        let line = Line(instance: record.instance, text: encode(record).text)
        lines.append(line)
        if lines.count > Self.mostInMemory + 100 { lines.removeFirst(lines.count - Self.mostInMemory) }
        link?.append(line.text, at: now)
    }

    /// The newest records, oldest first, as JSON; what concerns the daemon as a whole concerns each of its instances.
    func lines(of instance: String?, limit: Int) -> [String] {
        let wanted = lines.reversed().lazy.filter { instance == nil || $0.instance == nil || $0.instance == instance }
        return wanted.prefix(limit).map(\.text).reversed()
    }

    /// True when there are records of this instance, which may be gone from the configuration.
    func knows(_ instance: String) -> Bool { lines.contains { $0.instance == instance } }

    /// Nil when this would be too much; otherwise how many were too much before.
    private func admit(_ source: Source, at now: MonotonicInstant) -> Int? {
        var window = allowance[source] ?? Allowance(opensAt: now, left: 0)
        if window.opensAt <= now {
            window.left = source.isFlood ? Self.floodPerMinute : Self.perMinute
            window.opensAt = now + .seconds(60)
        }
        defer { allowance[source] = window }
        guard window.left > 0 else {
            window.heldBack += 1
            return nil
        }
        window.left -= 1
        defer { window.heldBack = 0 }
        return window.heldBack
    }

    // MARK: Maintenance

    /// Maintenance mode as an earlier run left it.
    ///
    /// A file that cannot be read counts: somebody wanted this host to be the last, and being the last is harmless.
    func readStandby(at wall: Timestamp) -> Standby? {
        let file = StateFiles.standby(in: directory)
        switch readFile(file, limit: 4096) {
        case .failure(let error):
            // ENOENT, ENOTDIR, EACCES: there is nothing that we could have kept.
            if [2, 20, 13].contains(error.code) { return nil }
            log.warning("\(error): maintenance mode is taken to be on; understudy resume ends it")
            return Standby(since: wall, until: nil)
        case .success(let bytes):
            do {
                return try decode(Standby.self, from: JSON(parsing: bytes))
            } catch {
                log.warning(
                    "\(file) is damaged (\(error)): maintenance mode is taken to be on; understudy resume ends it")
                return Standby(since: wall, until: nil)
            }
        }
    }

    /// - Parameter done: called with the reason when it could not be kept, with nil when it is on the disk.
    func keep(_ standby: Standby?, at now: MonotonicInstant, done: @escaping (String?) -> Void) {
        guard let link else { return done(obstacle ?? "history is not kept") }
        var isTold = false
        link.keepStandby(standby.map { encode($0).text }, at: now) { [unowned self] reason in
            standbyTrouble = reason
            // The outcome may come after it was said that it takes long.
            if !isTold { done(reason) }
            isTold = true
        }
    }

    // MARK: Reading

    /// The records of a directory, oldest first, and how many lines were none.
    ///
    /// A recorder that ended suddenly may have written a line that its successor was given again: it counts once.
    package static func read(_ directory: String) -> (records: [HistoryRecord], foreign: Int) {
        var records: [HistoryRecord] = []
        var foreign = 0
        var seen: Set<Key> = []
        for file in [StateFiles.olderHistory(in: directory), StateFiles.history(in: directory)] {
            guard case .success(let bytes) = readFile(file, limit: 4 * StateFiles.historyLimit) else { continue }
            for line in bytes.split(separator: UInt8(ascii: "\n")) {
                do {
                    let record = try decode(HistoryRecord.self, from: JSON(parsing: Array(line)))
                    if seen.insert(Key(at: record.at, sequence: record.sequence)).inserted { records.append(record) }
                } catch {
                    foreign += 1  // Torn by a power cut, or written by a later version.
                }
            }
        }
        return (records, foreign)
    }

    /// What the history of `directory` ends with when nobody is left to go on, as a line.
    static func lastRecord(because reason: String, in directory: String) -> String {
        let clock = wallClock()
        let sequence = read(directory).records.last.map { $0.sequence + 1 } ?? 1
        return encode(
            HistoryRecord(
                at: Timestamp(seconds: clock.seconds, nanoseconds: Int64(clock.nanoseconds)), sequence: sequence,
                boot: bootIdentity(), instance: nil, event: .gaveUp, cause: reason)
        ).text
    }

    private struct Key: Hashable {
        var at: Timestamp
        var sequence: Int
    }

    private static func bootIdentity() -> String? {
        guard case .success(let bytes) = readFile("/proc/sys/kernel/random/boot_id", limit: 128) else { return nil }
        return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}
