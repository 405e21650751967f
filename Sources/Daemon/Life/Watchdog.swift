internal import LinuxKernel
internal import VRRPCore

/// Tells the service manager that the loop still turns, as often as it wants to hear it (sd_watchdog_enabled(3)).
///
/// It is fed by the loop that sends the adverts, so a loop that hangs is restarted.
struct Watchdog {
    private let interval: Interval?
    private var dueAt = MonotonicInstant(nanoseconds: 0)

    init() {
        // Meant for another process when WATCHDOG_PID is not ours.
        let isOurs = environmentVariable("WATCHDOG_PID").map { $0 == "\(currentProcessID())" } ?? true
        let microseconds = environmentVariable("WATCHDOG_USEC").flatMap { UInt64($0) } ?? 0
        interval = isOurs && microseconds > 0 ? .microseconds(max(microseconds / 3, 1)) : nil
    }

    var deadline: MonotonicInstant? { interval == nil ? nil : dueAt }

    mutating func tick(at now: MonotonicInstant) {
        guard let interval, dueAt <= now else { return }
        dueAt = now + interval
        notifyServiceManager("WATCHDOG=1")
    }
}
