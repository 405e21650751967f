internal import Control
package import LinuxKernel

/// `understudy history --follow`: what there is, then what comes, until Ctrl-C.
package struct HistoryFollower {
    private let question: HistoryQuestion
    private let json: Bool
    /// The newest that was shown.
    private var last: HistoryRecord?
    private var source: HistoryReport.Source?
    private var isSilent = false

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
        do throws(Complaint) {
            // Once the daemon has answered, nothing but the daemon is followed: the file may be another's.
            var report = try source == .daemon ? question.fromDaemon(within: 1) : question.report(within: 1)
            let isFirst = source == nil
            let known = shown(before: report)
            report.history.removeAll { $0.sequence <= known?.sequence ?? .min }
            last = report.history.last ?? known
            source = report.source
            if isFirst { isSilent = report.source == .file }
            let back = take(isSilent: report.source == .file, "the daemon answers", terminal)
            if json { return (report.history.map { encode($0).text + "\n" }.joined(), nil) }
            let lines =
                isFirst
                ? report.lines(width: terminal.columns) : report.lines(after: known, width: terminal.columns)
            return (back + terminal.text(lines), nil)
        } catch {
            if source == nil { return ("", error.result(json: json)) }
            return (take(isSilent: true, error.message, terminal), nil)
        }
    }

    /// The newest that was shown, unless the numbers began anew because somebody removed the file.
    private func shown(before report: HistoryReport) -> HistoryRecord? {
        guard let last, let newest = report.history.last, newest.sequence >= last.sequence else { return nil }
        return last
    }

    /// One line when the daemon falls silent, and one when it is back.
    private mutating func take(isSilent new: Bool, _ words: String, _ terminal: Terminal) -> String {
        guard new != isSilent else { return "" }
        isSilent = new
        if json { return "" }
        return terminal.text([StyledText("-- \(Timestamp.now.words): \(words)", new ? .bad : .faint)])
    }
}
