package import Control

/// What `understudy explain` found out.
package struct ExplanationReport: Codable, Equatable, Sendable {
    package var version = Request.currentVersion
    package var at: Timestamp
    package var daemon: DaemonIdentity
    package var explanations: [Explanation]
    /// Why the history could not be used; nil when it was.
    package var remark: String?

    package init(_ answer: Answer, _ status: Status, history: [HistoryRecord]) {
        at = answer.at
        daemon = answer.daemon
        explanations = status.instances.map {
            Explanation(of: $0, standby: status.standby, history: history, at: answer.at)
        }
    }

    package func lines(width: Int?) -> [StyledText] {
        var layout = Layout(width: width)
        layout.add("\(at.words), from understudyd \(daemon.version), pid \(daemon.pid)", .faint)
        if let remark { layout.add(StyledText("look at: ", .doubtful) + remark, hanging: 9) }
        if explanations.isEmpty { layout.add("no virtual router is configured") }
        for explanation in explanations {
            layout.addEmptyLine()
            layout.add(explanation.headline, .strong)
            add("How it came to this, the newest first:", explanation.chain, to: &layout)
            add("Why it is not active:", explanation.whyNotActive, to: &layout)
            add("What would change it:", explanation.wouldChange, to: &layout)
            add("What does not fit:", explanation.doubts, to: &layout)
        }
        return layout.lines
    }

    private func add(_ title: String, _ sentences: [String], to layout: inout Layout) {
        if sentences.isEmpty { return }
        layout.add("  \(title)", .faint)
        for sentence in sentences { layout.add(StyledText("    - \(sentence)"), hanging: 6) }
    }
}

/// `understudy explain`: the status, and the history that led to it.
package func explain(instance: String?, json: Bool, socket: String, on terminal: Terminal) -> CommandResult {
    do throws(Complaint) {
        let (answer, status) = try statusAnswer(of: instance, from: socket)
        var request = Request(.history)
        request.limit = longestChain
        var history: [HistoryRecord] = []
        var remark: String?
        do throws(Complaint) {
            history = try Console.answer(to: request, from: socket).history ?? []
        } catch {
            // The status alone explains much.
            remark = "the history cannot be asked for: \(error.message)"
        }
        var report = ExplanationReport(answer, status, history: history)
        report.remark = remark
        let text = json ? encode(report).text + "\n" : terminal.text(report.lines(width: terminal.columns))
        return CommandResult(output: text, .good)
    } catch {
        return error.result(json: json)
    }
}

/// How far back an explanation may look, over all instances.
private let longestChain = 1000
