internal import Control
package import LinuxKernel

/// What `understudy history` asks for.
package struct HistoryQuestion: Sendable {
    /// All of them, and the daemon's own records, without it.
    package var instance: String?
    /// The newest ones.
    package var limit: Int
    package var socket: String
    /// Read when no daemon answers.
    package var file: String

    package init(instance: String?, limit: Int, socket: String, file: String) {
        self.instance = instance
        self.limit = limit
        self.socket = socket
        self.file = file
    }

    /// What the daemon has, or its file when it does not answer.
    package func report(within seconds: Double = 2) throws(Complaint) -> HistoryReport {
        var request = Request(.history)
        request.instance = instance
        request.limit = limit
        do throws(Complaint) {
            let answer = try answer(to: request, from: socket, within: seconds)
            guard let history = answer.history else { throw Complaint(missing: "history", asking: request) }
            var report = HistoryReport(
                at: answer.at, source: .daemon, history: history.sorted { $0.sequence < $1.sequence })
            report.daemon = answer.daemon
            return report
        } catch  where error.status == .noDaemon {
            return try fromFile(because: error)
        }
    }

    private func fromFile(because complaint: Complaint) throws(Complaint) -> HistoryReport {
        let found: HistoryFile
        do throws(SystemError) {
            found = try HistoryFile(reading: file)
        } catch {
            var complaint = complaint
            complaint.message += "; and its history cannot be read: \(error)"
            // EACCES: root could.
            if error.code == 13 { complaint.message += " (run this as root)" }
            throw complaint
        }
        var records = found.records
        if let instance {
            records.removeAll { $0.instance != instance }
            let names = Set(found.records.compactMap(\.instance)).sorted()
            if records.isEmpty, !names.isEmpty { throw Complaint(unknown: instance, among: names) }
        }
        var report = HistoryReport(at: .now, source: .file, history: records.suffix(limit))
        report.remark = complaint.message
        report.files = found.paths
        report.skippedLines = found.skippedLines
        return report
    }
}

/// `understudy history`.
package func history(_ question: HistoryQuestion, json: Bool, on terminal: Terminal) -> CommandResult {
    do throws(Complaint) {
        let report = try question.report()
        let text = json ? encode(report).text + "\n" : terminal.text(report.lines(width: terminal.columns))
        return CommandResult(output: text, .good)
    } catch {
        return error.result(json: json)
    }
}

/// `understudy history --follow`: what there is, then what comes, until Ctrl-C.
package struct HistoryFollower {
    private let question: HistoryQuestion
    private let json: Bool
    private var last: HistoryRecord?
    private var isSilent = false
    private var isFirst = true

    package init(_ question: HistoryQuestion, json: Bool) {
        self.question = question
        self.json = json
    }

    package mutating func follow(until ends: EndRequests) throws(SystemError) -> CommandResult {
        let result = try repeatEverySecond(until: ends) {
            let (text, result) = step(on: .standardOutput())
            writeStandardOutput(text)
            return result
        }
        return result ?? CommandResult(.good)
    }

    /// What is new since the last step.
    package mutating func step(on terminal: Terminal) -> (text: String, result: CommandResult?) {
        defer { isFirst = false }
        do throws(Complaint) {
            var report = try question.report(within: 1)
            var known = last
            // Somebody removed the file: it begins anew.
            if let shown = last, let newest = report.history.last, newest.sequence < shown.sequence { known = nil }
            report.history.removeAll { $0.sequence <= known?.sequence ?? .min }
            last = report.history.last ?? last
            if json { return (report.history.map { encode($0).text + "\n" }.joined(), nil) }
            if isFirst {
                isSilent = report.source == .file
                return (terminal.text(report.lines(width: terminal.columns)), nil)
            }
            let change = change(to: report, at: .now, terminal)
            return (change + terminal.text(report.lines(after: known, width: terminal.columns)), nil)
        } catch {
            if isFirst { return ("", error.result(json: json)) }
            let change =
                json || isSilent ? "" : terminal.text([StyledText("\(Timestamp.now.words): \(error.message)", .bad)])
            isSilent = true
            return (change, nil)
        }
    }

    /// One line when the daemon falls silent, and one when it is back.
    private mutating func change(to report: HistoryReport, at now: Timestamp, _ terminal: Terminal) -> String {
        let isSilentNow = report.source == .file
        guard isSilentNow != isSilent else { return "" }
        isSilent = isSilentNow
        let words = isSilentNow ? report.remark ?? "no daemon answers" : "the daemon answers again"
        return terminal.text([StyledText("-- \(now.words): \(words)", isSilentNow ? .bad : .faint)])
    }
}
