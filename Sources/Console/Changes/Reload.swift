package import Control

/// `understudy reload`: the plan first, then the change, as a whole or not at all.
///
/// - Parameters:
///   - dryRun: only the plan.
///   - say: gets the plan, so that it is seen before anything happens.
package func reload(
    dryRun: Bool, json: Bool, socket: String, on terminal: Terminal, say: (String) -> Void
) -> CommandResult {
    do throws(Complaint) {
        let (planAnswer, plan) = try plannedReload(dryRun: dryRun, socket: socket)
        if dryRun {
            if json { return CommandResult(output: encode(planAnswer).text + "\n", .good) }
            let text = terminal.text(planLines(plan, width: terminal.columns) + ["nothing was changed (dry run)"])
            return CommandResult(output: text, .good)
        }
        if !json { say(terminal.text(planLines(plan, width: terminal.columns))) }
        let (answer, report) = try reloadAnswer(dryRun: false, socket: socket)
        if json { return CommandResult(output: encode(answer).text + "\n", .good) }
        return CommandResult(output: terminal.text(outcomeLines(report, plan: plan, width: terminal.columns)), .good)
    } catch {
        return error.result(json: json)
    }
}

/// The plan; what the daemon refuses at once is asked for all the same, so that its log and its history have it.
private func plannedReload(dryRun: Bool, socket: String) throws(Complaint) -> (Answer, ReloadReport) {
    do throws(Complaint) {
        return try reloadAnswer(dryRun: true, socket: socket)
    } catch {
        guard !dryRun, error.code == Problem.Code.configuration.rawValue else { throw error }
        return try reloadAnswer(dryRun: false, socket: socket)
    }
}

private func reloadAnswer(dryRun: Bool, socket: String) throws(Complaint) -> (Answer, ReloadReport) {
    var request = Request(.reload)
    request.dryRun = dryRun ? true : nil
    // A file may name hosts and users that have to be looked up.
    let answer = try answer(to: request, from: socket, within: 15)
    guard let report = answer.reload else { throw Complaint(missing: "reload", asking: request) }
    return (answer, report)
}

/// What a reload would change.
package func planLines(_ plan: ReloadReport, width: Int?) -> [StyledText] {
    var layout = Layout(width: width)
    for warning in plan.warnings { layout.add(StyledText("warning: ", .doubtful) + warning, hanging: 9) }
    if plan.changes.isEmpty { layout.add("nothing differs from the configuration that runs") }
    for change in plan.changes { layout.add(StyledText(change), hanging: 2) }
    for consequence in plan.consequences {
        let verdict =
            consequence.givesUpAddresses
            ? StyledText("YES", .bad)
            : consequence.unlessFails == nil ? StyledText("no", .good) : StyledText("PERHAPS", .doubtful)
        layout.add(
            StyledText(consequence.instance, .strong) + "  will give up the address: " + verdict + "  "
                + consequence.sentence, hanging: 2)
    }
    return layout.lines
}

/// What a reload did; its changes again where they are not what was planned.
package func outcomeLines(_ report: ReloadReport, plan: ReloadReport, width: Int?) -> [StyledText] {
    var layout = Layout(width: width)
    if plan.changes != report.changes {
        layout.add("the files changed after the plan was made; this is what was done:", .doubtful)
        for line in planLines(report, width: nil) { layout.add(line, hanging: 2) }
    }
    layout.add(StyledText(report.applied ? "applied" : "nothing had to be changed", .good))
    return layout.lines
}
