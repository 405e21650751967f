package import Control
package import LinuxKernel

/// What `understudy status --watch` shows: the present state, or plainly that it is not known.
package struct StatusWatch {
    private var last: (answer: Answer, status: Status)?

    package init() {}

    package mutating func lines(_ answer: Answer, _ status: Status, width: Int?) -> [StyledText] {
        last = (answer, status)
        return StatusReport(answer, status).lines(width: width)
    }

    /// When there is no answer, what was true before is told in the past tense and without its details.
    package func lines(_ complaint: Complaint, at now: Timestamp, width: Int?) -> [StyledText] {
        var layout = Layout(width: width)
        layout.add(StyledText("\(now.words): NO ANSWER: ", .bad) + complaint.message, hanging: 2)
        guard let last else { return layout.lines }
        let age = spoken(seconds: now.seconds(since: last.answer.at))
        layout.add(
            "The last answer is of \(last.answer.at.words(at: now)), \(age) old; what follows may be wrong by now.")
        layout.addEmptyLine()
        for instance in last.status.instances {
            layout.add(StyledText("\(instance.name) was \(instance.state.word)", .faint))
        }
        return layout.lines
    }
}

/// `understudy status --watch`, until Ctrl-C.
///
/// - Parameter ends: made before anything else, so that Ctrl-C never finds a screen half written.
package func watchStatus(
    of instance: String?, json: Bool, socket: String, until ends: EndRequests
) throws(SystemError) -> CommandResult {
    var watch = StatusWatch()
    var screen = Screen()
    var isFirst = true
    let result = try repeatEverySecond(until: ends) {
        let terminal = Terminal.standardOutput()
        defer { isFirst = false }
        do throws(Complaint) {
            let (answer, status) = try statusAnswer(of: instance, from: socket, within: 1)
            let lines = watch.lines(answer, status, width: terminal.columns)
            writeStandardOutput(json ? encode(answer).text + "\n" : screen.show(lines, on: terminal))
            return nil
        } catch {
            // A daemon may come or come back; a wrong name or a missing right stays as it is.
            if isFirst, error.status != .noDaemon { return error.result(json: json) }
            let lines = watch.lines(error, at: .now, width: terminal.columns)
            writeStandardOutput(json ? error.result(json: true).output : screen.show(lines, on: terminal))
            return nil
        }
    }
    if let result { return result }
    // What stays on the terminal must not look like the present.
    let farewell = json ? "" : "watched until \(Timestamp.now.words)\n"
    return CommandResult(output: farewell, .good)
}

extension Timestamp {
    /// The wall clock's reading.
    package static var now: Timestamp {
        let (seconds, nanoseconds) = wallClock()
        return Timestamp(seconds: seconds, nanoseconds: Int64(nanoseconds))
    }
}
