package import Control

/// What `understudy history` has found, and where.
package struct HistoryReport: Codable, Equatable, Sendable {
    package enum Source: String, Codable, Sendable {
        case daemon
        /// The daemon's file: no daemon answered.
        case file
    }

    package var version = Request.currentVersion
    package var at: Timestamp
    package var source: Source
    /// Nil when it did not answer.
    package var daemon: DaemonIdentity?
    /// Why it did not answer.
    package var remark: String?
    package var files: [String]?
    package var skippedLines: Int?
    /// The oldest first.
    package var history: [HistoryRecord]

    package init(at: Timestamp, source: Source, history: [HistoryRecord]) {
        self.at = at
        self.source = source
        self.history = history
    }

    package func lines(width: Int?) -> [StyledText] {
        var layout = Layout(width: width)
        addHead(to: &layout)
        if history.isEmpty { layout.add("nothing has been recorded") }
        addRecords(to: &layout, after: nil)
        return layout.lines
    }

    /// Only the records, for what comes after those that were shown; `previous` is the last of those.
    package func lines(after previous: HistoryRecord?, width: Int?) -> [StyledText] {
        var layout = Layout(width: width)
        addRecords(to: &layout, after: previous)
        return layout.lines
    }

    private func addHead(to layout: inout Layout) {
        switch source {
        case .daemon:
            let name = daemon.map { "understudyd \($0.version), pid \($0.pid)" } ?? "the daemon"
            layout.add("\(at.words), from \(name); times are UTC", .faint)
        case .file:
            layout.add(
                StyledText("read from the daemon's file, because ", .doubtful) + (remark ?? "it does not answer"),
                hanging: 2)
            layout.add("\(at.words), from \((files ?? []).joined(separator: " and ")); times are UTC", .faint)
            if let skippedLines, skippedLines > 0 {
                layout.add(
                    "\(skippedLines) line\(skippedLines == 1 ? "" : "s") skipped that cannot be read as records",
                    .doubtful)
            }
        }
    }

    private func addRecords(to layout: inout Layout, after first: HistoryRecord?) {
        var previous = first
        var rows: [[StyledText]] = []
        func flush() {
            layout.add(rows: rows)
            rows = []
        }
        for record in history {
            if let before = previous?.boot, let boot = record.boot, before != boot {
                flush()
                layout.add("-- the host was booted again --", .faint)
            }
            previous = record
            rows += Self.rows(record)
        }
        flush()
    }

    private static func rows(_ record: HistoryRecord) -> [[StyledText]] {
        let name = record.instance.map { StyledText($0, .strong) } ?? StyledText("-", .faint)
        let head = [
            StyledText(record.at.column, .faint), name, what(record), StyledText(record.cause) + details(record),
        ]
        if record.phases.isEmpty { return [head] }
        let phases = record.phases.map { "\($0.name) \(spoken(seconds: $0.seconds))" }.joined(separator: ", ")
        return [head, ["", "", "", StyledText(phases, .faint)]]
    }

    private static func what(_ record: HistoryRecord) -> StyledText {
        switch (record.event, record.from, record.to) {
        case (.remainedActive, _, _), (_, nil, nil): StyledText(record.event.words)
        case (_, let from?, let to?) where from != to: StyledText("\(from.word) -> ") + to.styled
        case (_, _, let to?): to.styled
        case (_, _, nil): StyledText(record.event.words)
        }
    }

    /// What the cause does not say already.
    private static func details(_ record: HistoryRecord) -> StyledText {
        var details: [String] = []
        if let peer = record.peer, !record.cause.contains(peer) { details.append("peer \(peer)") }
        if let priority = record.priority, record.event != .priorityChanged {
            details.append("our priority \(priority)")
        }
        return details.isEmpty ? "" : StyledText(" (\(details.joined(separator: ", ")))", .faint)
    }
}
