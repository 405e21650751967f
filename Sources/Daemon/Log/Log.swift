internal import LinuxKernel

/// Where the daemon's lines go.
///
/// One line per fact; nothing here may ever wait for a reader.
package final class Log {
    /// syslog(3)'s severities.
    package enum Level: Int32, Comparable, Sendable {
        case error = 3
        case warning = 4
        case notice = 5
        case info = 6
        case debug = 7

        package static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
    }

    package struct Settings: Equatable, Sendable {
        /// Nil sends nothing to syslog (`-G`).
        package var facility: Int32?
        /// Lines go to standard error as well (`-l`).
        package var console: Bool
        /// Debug lines are written too (`-D`).
        package var detailed: Bool
        /// The name in front of syslog's lines.
        package var identity: String

        package init(facility: Int32?, console: Bool, detailed: Bool, identity: String) {
            self.facility = facility
            self.console = console
            self.detailed = detailed
            self.identity = identity
        }
    }

    private let settings: Settings
    private let system: SystemLog?

    package init(_ settings: Settings) {
        self.settings = settings
        system = settings.facility.map { SystemLog(identity: settings.identity, facility: $0) }
    }

    /// True while syslog is written to and takes what it is given.
    package var reachesSystemLog: Bool { system?.isRead ?? false }

    package var isDetailed: Bool { settings.detailed }

    package func write(_ level: Level, _ text: String) {
        if level == .debug, !settings.detailed { return }
        system?.write(priority: level.rawValue, text)
        if settings.console { writeStandardErrorWithoutWaiting(stamp() + text + "\n") }
    }

    package func error(_ text: String) { write(.error, text) }
    package func warning(_ text: String) { write(.warning, text) }
    package func notice(_ text: String) { write(.notice, text) }
    package func info(_ text: String) { write(.info, text) }
    package func debug(_ text: @autoclosure () -> String) { if settings.detailed { write(.debug, text()) } }

    /// Seconds of the wall clock with milliseconds, UTC: `14:03:07.123`.
    ///
    /// For people; nothing is timed by it.
    private func stamp() -> String {
        let clock = wallClock()
        let second = Int(clock.seconds % 86_400)
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let milliseconds = String(clock.nanoseconds / 1_000_000)
        let padded = String(repeating: "0", count: 3 - milliseconds.utf8.count) + milliseconds
        return "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60)).\(padded) "
    }
}
