package import VRRPWire

/// What a client saw of its targets, as JSON for scripts.
package struct ProbeReport: Equatable, Sendable {
    package struct Row: Equatable, Sendable {
        package var address: IPAddress
        package var seen: ProbeStatistics

        package init(_ address: IPAddress, _ seen: ProbeStatistics) {
            self.address = address
            self.seen = seen
        }
    }

    /// How long the client looked, in nanoseconds.
    package var duration: UInt64
    /// One for each target, in the order in which they were named.
    package var rows: [Row]

    package init(duration: UInt64, rows: [Row]) {
        self.duration = duration
        self.rows = rows
    }

    /// One line, with the names that `understudy rehearse --json` uses.
    package var json: String {
        let targets = rows.map { row in
            let responders = row.seen.responders.map(quoted).joined(separator: ", ")
            return """
                {"address": \(quoted("\(row.address)")), "requests": \(row.seen.requests), \
                "failed_requests": \(row.seen.failures), "longest_gap_seconds": \(inSeconds(row.seen.longestGap)), \
                "client_delay_seconds": \(inSeconds(row.seen.clientDelay)), "responders": [\(responders)]}
                """
        }
        return "{\"seconds\": \(inSeconds(duration)), \"targets\": [\(targets.joined(separator: ", "))]}"
    }

    private func inSeconds(_ nanoseconds: UInt64) -> String { decimal(Double(nanoseconds) / 1e9, places: 6) }
}
