internal import Control
internal import LinuxKernel
internal import VRRPCore

/// What happened here, also before this process began: the newest records in memory, all of them on the disk.
final class Chronicle {
    private(set) var records: [HistoryRecord] = []
    private var sequence = 0
    private let boot: String?
    private let log: Log
    private let lock: DirectoryLock?
    private let link: RecorderLink?
    private let directory: String
    /// Why nothing is kept, when that is so from the start.
    private let obstacle: String?
    private var allowance: [String: Allowance] = [:]

    /// How many records one instance may make in a minute; a check that flaps must not push everything else out.
    private struct Allowance {
        var opensAt: MonotonicInstant
        var left: Int
        var heldBack = 0
    }

    private static let perMinute = 30
    private static let mostInMemory = 1000

    init(_ directory: String, _ readiness: Readiness, _ log: Log) {
        self.directory = directory
        self.log = log
        boot = Self.bootIdentity()
        do throws(SystemError) {
            try LocalFiles.makeDirectories(directory)
            lock = try DirectoryLock.acquire(directory)
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

    /// What an operator should know about the keeping of history; nil while all is well.
    var remark: String? { (obstacle ?? link?.trouble).map { "history is not kept: \($0)" } }

    /// Reads what earlier runs left and begins to write.
    func begin(at now: MonotonicInstant) {
        if lock != nil { records = Self.read(directory).records.suffix(Self.mostInMemory) }
        sequence = records.last.map { $0.sequence + 1 } ?? 1
        link?.start(at: now)
    }

    func tick(at now: MonotonicInstant) { link?.tick(at: now) }

    func finish() { link?.finish() }

    /// Adds a record; the clock and the numbers are put in here.
    func add(_ record: HistoryRecord, at now: MonotonicInstant) {
        guard let heldBack = admit(record.instance ?? "", at: now) else { return }
        var record = record
        record.sequence = sequence
        record.boot = boot
        if heldBack > 0 { record.cause += " (\(heldBack) earlier events of this instance were not kept: too many)" }
        sequence += 1
        records.append(record)
        if records.count > Self.mostInMemory + 100 { records.removeFirst(records.count - Self.mostInMemory) }
        link?.append(encode(record).text, at: now)
    }

    /// Nil when this would be too much; otherwise how many were too much before.
    private func admit(_ instance: String, at now: MonotonicInstant) -> Int? {
        var window = allowance[instance] ?? Allowance(opensAt: now, left: 0)
        if window.opensAt <= now {
            window.left = Self.perMinute
            window.opensAt = now + .seconds(60)
        }
        defer { allowance[instance] = window }
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
            if error.code != 2 { log.warning("maintenance mode is not known: \(error)") }
            return nil
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
        link.keepStandby(standby.map { encode($0).text }, at: now, done: done)
    }

    // MARK: Reading

    /// The records of a directory, oldest first, and how many lines were none.
    package static func read(_ directory: String) -> (records: [HistoryRecord], foreign: Int) {
        var records: [HistoryRecord] = []
        var foreign = 0
        for file in [StateFiles.olderHistory(in: directory), StateFiles.history(in: directory)] {
            guard case .success(let bytes) = readFile(file, limit: 4 * StateFiles.historyLimit) else { continue }
            for line in bytes.split(separator: UInt8(ascii: "\n")) {
                do {
                    records.append(try decode(HistoryRecord.self, from: JSON(parsing: Array(line))))
                } catch {
                    foreign += 1  // Torn by a power cut, or written by a later version.
                }
            }
        }
        return (records, foreign)
    }

    private static func bootIdentity() -> String? {
        guard case .success(let bytes) = readFile("/proc/sys/kernel/random/boot_id", limit: 128) else { return nil }
        return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}
