internal import LinuxKernel
internal import VRRPCore

/// `reload_time_file`: a file that says when to reload, watched for as long as the configuration names it.
final class ReloadTimer {
    let path: String
    let repeats: Bool
    private let name: String
    private let news: FileNews
    private let log: Log
    private let readiness: Readiness
    private var token: Token?
    private var time: ReloadTime?
    private var lookAgainAt: MonotonicInstant?

    /// The wall clock may be set meanwhile.
    private static let longestWait = Interval.seconds(60)
    /// No time is longer.
    private static let longestFile = 64

    init(_ path: String, repeats: Bool, _ readiness: Readiness, _ log: Log) throws(SystemError) {
        self.path = path
        self.repeats = repeats
        self.log = log
        self.readiness = readiness
        name = path.split(separator: "/").last.map(String.init) ?? ""
        news = try FileNews()
        _ = try news.watch(directory: LocalFiles.directory(of: path))
        token = try readiness.watch(news.rawDescriptor, as: .reloadTime(self))
        read()
    }

    func close() {
        if let token { readiness.forget(news.rawDescriptor, token) }
        token = nil
    }

    private var now: MonotonicInstant { MonotonicInstant(nanoseconds: monotonicNanoseconds()) }

    /// When to look at the clock on the wall.
    var deadline: MonotonicInstant? { lookAgainAt }

    /// Something happened to the file, perhaps.
    func look() {
        var isOurs = false
        do throws(SystemError) {
            let outcome = try news.drain { if $0.name == name { isOurs = true } }
            if outcome == .overrun { isOurs = true }
        } catch {
            log.warning("reload_time_file: \(error)")
        }
        if isOurs { read() }
    }

    /// True when it is time; the file is gone then, unless it shall be so again tomorrow.
    func isDue(at now: MonotonicInstant) -> Bool {
        guard let lookAgainAt, lookAgainAt <= now, let time else { return false }
        guard wallClock().seconds >= time.instant else {
            wait(for: time)
            return false
        }
        self.lookAgainAt = nil
        self.time = nil
        if repeats, !time.hasDate {
            read()
        } else {
            do throws(SystemError) { try LocalFiles.remove(path) } catch { log.warning("reload_time_file: \(error)") }
        }
        return true
    }

    private func wait(for time: ReloadTime) {
        let clock = wallClock()
        let left = UInt64(max(0, min(time.instant - clock.seconds, 3600))) * 1_000_000_000
        // The second begins when the rest of the present one is over.
        let (rest, isOver) = left.subtractingReportingOverflow(UInt64(clock.nanoseconds))
        lookAgainAt = now + (isOver ? .milliseconds(1) : min(Interval(nanoseconds: rest), Self.longestWait))
    }

    private func read() {
        let before = time
        (time, lookAgainAt) = (nil, nil)
        guard case .success(let octets) = readBeginning(of: path, limit: Self.longestFile) else {
            if before != nil { log.notice("Cancelling the reload at a time: \(path) is gone") }
            return
        }
        let text = String(decoding: octets.prefix { $0 != 10 }, as: UTF8.self)
        do throws(ReloadTime.Mistake) {
            let next = try ReloadTime.parse(text, at: wallClock().seconds)
            time = next
            wait(for: next)
            if next != before { log.notice("Scheduling a reload for \(text), as \(path) says") }
        } catch {
            log.warning(
                error == .isPast
                    ? "reload_time_file: `\(text)` is past; nothing is done"
                    : "reload_time_file: `\(text)` is no time; HH:MM:SS or YYYY-MM-DD HH:MM:SS, with a Z behind it for UTC"
            )
        }
    }
}
