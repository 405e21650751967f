package import Control

/// `understudy standby on`, for `seconds`, or until `resume`.
package func beginStandby(seconds: Int?, json: Bool, socket: String, on terminal: Terminal) -> CommandResult {
    var request = Request(.standby)
    request.seconds = seconds
    return change(request, json: json, socket: socket, on: terminal)
}

/// `understudy resume`, and `understudy standby off`.
package func resume(json: Bool, socket: String, on terminal: Terminal) -> CommandResult {
    change(Request(.resume), json: json, socket: socket, on: terminal)
}

/// `understudy standby`: whether maintenance mode is on.
package func showStandby(json: Bool, socket: String, on terminal: Terminal) -> CommandResult {
    do throws(Complaint) {
        let (answer, status) = try statusAnswer(of: nil, from: socket)
        if json {
            var short = answer
            short.status = nil
            short.standby = StandbyReport(
                standby: status.standby, isComplete: nil, sentences: status.remarks)
            return CommandResult(output: encode(short).text + "\n", .good)
        }
        var layout = Layout(width: terminal.columns)
        layout.add(standbyLine(status.standby, isKept: status.remarks.isEmpty, at: answer.at))
        for remark in status.remarks { layout.add(StyledText("look at: ", .doubtful) + remark, hanging: 2) }
        return CommandResult(output: terminal.text(layout.lines), .good)
    } catch {
        return error.result(json: json)
    }
}

private func change(_ request: Request, json: Bool, socket: String, on terminal: Terminal) -> CommandResult {
    do throws(Complaint) {
        let answer = try answer(to: request, from: socket, within: 20)
        guard let report = answer.standby else { throw Complaint(missing: "standby", asking: request) }
        let outcome: CommandStatus = report.isComplete == false ? .wrong : .good
        if json { return CommandResult(output: encode(answer).text + "\n", outcome) }
        return CommandResult(
            output: terminal.text(standbyLines(report, at: answer.at, width: terminal.columns)), outcome)
    } catch {
        return error.result(json: json)
    }
}

/// What a `standby` or `resume` did.
package func standbyLines(_ report: StandbyReport, at now: Timestamp, width: Int?) -> [StyledText] {
    var layout = Layout(width: width)
    if report.sentences.isEmpty { layout.add(standbyLine(report.standby, isKept: false, at: now)) }
    for sentence in report.sentences { layout.add(StyledText(sentence), hanging: 2) }
    return layout.lines
}

/// - Parameter isKept: whether it is known that nothing hinders the daemon from keeping it on the disk.
private func standbyLine(_ standby: Standby?, isKept: Bool, at now: Timestamp) -> StyledText {
    guard let standby else { return "maintenance mode is off: this host takes part as configured" }
    let end =
        standby.until.map {
            "until \($0.words(at: now)) (\(spoken(seconds: $0.seconds(since: now))) left)"
        } ?? "until understudy resume" + (isKept ? ", also after a restart or reboot" : "")
    return StyledText("maintenance mode is on", .doubtful) + " since \(standby.since.words(at: now)), \(end): "
        + "this host is the last that takes an address"
}
