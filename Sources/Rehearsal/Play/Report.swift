/// What came of a rehearsal.
package struct Report: Equatable, Sendable {
    /// One event's outcome.
    package struct Row: Equatable, Sendable {
        package var event: Event
        /// Who is active at the end, for each pair; nil when nobody or more than one is.
        package var active: [String?]
        /// Seconds from the event to the arrival of the first pair's address at its new host; nil when it did not move.
        package var movedAfter: Double?
        /// Seconds between two good answers at most; nil when the client was not served before.
        package var longestGap: Double?
        package var failedRequests: Int?
        package var requests: Int?
        /// Seconds by which this machine delayed the client itself at most.
        package var clientDelay: Double?
        /// What is not as it must be, in sentences.
        package var problems: [String] = []
    }

    package var rows: [Row] = []
    package var notes: [String] = []
    /// What would mend what broke, one line each; may be empty.
    package var advice: [String] = []

    package var isFlawless: Bool { rows.allSatisfy(\.problems.isEmpty) }

    package init(notes: [String] = []) { self.notes = notes }

    /// The table, one line each.
    package var table: [String] {
        let head = ["event", "active", "moved after", "longest gap", "failed requests"]
        let body = rows.map { row in
            [
                row.event.title, row.activeText, row.movedAfter.map(seconds) ?? "-", row.longestGap.map(seconds) ?? "-",
                row.failedRequests.map { "\($0) of \(row.requests ?? 0)" } ?? "-",
            ]
        }
        let widths = head.indices.map { column in ([head] + body).map { $0[column].count }.max() ?? 0 }
        return ([head] + body).map { cells in
            // Names to the left, numbers to the right.
            let padded = cells.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return column < 2 ? cell + space : space + cell
            }
            return padded.joined(separator: "   ")
        }
    }

    /// The verdict, one line each.
    package var verdict: [String] {
        if isFlawless { return ["Everything moved as it must, and nothing else did."] }
        let broken = rows.flatMap { row in row.problems.map { "BROKEN at \(row.event.title): \($0)" } }
        return broken + (advice.isEmpty ? [] : [""] + advice)
    }

    /// The same as JSON.
    package var json: String {
        let events = rows.map { row in
            let active = row.active.map { $0.map(quoted) ?? "null" }.joined(separator: ", ")
            let problems = row.problems.map(quoted).joined(separator: ", ")
            return """
                    {"event": \(quoted(row.event.rawValue)), "active": [\(active)], \
                "moved_after_seconds": \(number(row.movedAfter)), "longest_gap_seconds": \(number(row.longestGap)), \
                "failed_requests": \(row.failedRequests.map(String.init) ?? "null"), \
                "requests": \(row.requests.map(String.init) ?? "null"), \
                "client_delay_seconds": \(number(row.clientDelay)), "problems": [\(problems)]}
                """
        }
        let notes = notes.map(quoted).joined(separator: ", ")
        let advice = advice.map(quoted).joined(separator: ", ")
        return """
            {
              "ok": \(isFlawless),
              "events": [
            \(events.joined(separator: ",\n"))
              ],
              "notes": [\(notes)],
              "advice": [\(advice)]
            }
            """
    }
}

extension Report.Row {
    fileprivate var activeText: String {
        // Several pairs that are at one host need its name once.
        let names = active.map { $0 ?? "?" }
        return Set(names).count == 1 ? names[0] : names.joined(separator: "/")
    }
}

/// `2.95 s`, and below a tenth of a second `14 ms`.
func seconds(_ value: Double) -> String {
    value < 0.1 ? "\(decimal(value * 1000, places: value < 0.01 ? 1 : 0)) ms" : "\(decimal(value, places: 2)) s"
}

/// A number with a fixed count of decimals.
func decimal(_ value: Double, places: Int) -> String {
    var scale = 1
    for _ in 0..<places { scale *= 10 }
    let scaled = Int((value * Double(scale)).rounded())
    guard places > 0 else { return "\(scaled)" }
    let fraction = String(abs(scaled) % scale)
    return "\(scaled / scale)." + String(repeating: "0", count: places - fraction.count) + fraction
}

private func number(_ value: Double?) -> String { value.map { decimal($0, places: 6) } ?? "null" }

/// A JSON string.
func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case "\n": result += "\\n"
        case let control where control.value < 0x20:
            let digits = String(control.value, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}
