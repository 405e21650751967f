internal import Control
internal import LinuxKernel

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
        do throws(Complaint) {
            return try fromDaemon(within: seconds)
        } catch  where error.status == .noDaemon {
            return try fromFile(because: error)
        }
    }

    func fromDaemon(within seconds: Double) throws(Complaint) -> HistoryReport {
        var request = Request(.history)
        request.instance = instance
        request.limit = limit
        let answer = try answer(to: request, from: socket, within: seconds)
        guard let history = answer.history else { throw Complaint(missing: "history", asking: request) }
        var report = HistoryReport(
            at: answer.at, source: .daemon, history: history.sorted { $0.sequence < $1.sequence })
        report.daemon = answer.daemon
        return report
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
            let names = Set(found.records.compactMap(\.instance)).sorted()
            if !names.isEmpty, !names.contains(instance) { throw Complaint(unknown: instance, among: names) }
            // As the daemon answers: what concerns it as a whole concerns each of its instances.
            records.removeAll { $0.instance != nil && $0.instance != instance }
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
