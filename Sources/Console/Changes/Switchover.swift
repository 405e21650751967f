package import Control
internal import LinuxKernel

/// What `understudy switchover` asks for.
package struct SwitchoverOrder: Sendable {
    /// Nil with `all`, or where there is one instance only.
    package var instance: String?
    package var all: Bool
    package var toPeer: Bool
    package var socket: String
    /// How long the answer may take; a switch-over to a standby of low priority takes some ten seconds.
    package var timeout: Double

    package init(instance: String?, all: Bool, toPeer: Bool, socket: String, timeout: Double) {
        self.instance = instance
        self.all = all
        self.toPeer = toPeer
        self.socket = socket
        self.timeout = timeout
    }

    /// Hands over, and tells how it went; `say` gets what can be said while it lasts.
    package func run(json: Bool, on terminal: Terminal, say: (String) -> Void) -> CommandResult {
        do throws(Complaint) {
            let names = try chosen()
            if !json {
                say(
                    "asking the daemon to hand over \(names.joined(separator: ", ")); "
                        + "this takes until a successor was heard, or nobody came\n")
            }
            var request = Request(.switchover)
            // One name also when it was not given, so that an instance that a reload just added stays out of it.
            request.instance = all ? nil : names.first
            request.toPeer = toPeer ? true : nil
            let answer = try answer(to: request, from: socket, within: timeout)
            guard let reports = answer.switchover else { throw Complaint(missing: "switchover", asking: request) }
            let status = Self.status(reports)
            let text = json ? encode(answer).text + "\n" : terminal.text(Self.lines(reports, width: terminal.columns))
            return CommandResult(output: text, status)
        } catch {
            return error.result(json: json)
        }
    }

    /// The instances that are meant, after a look at which there are.
    private func chosen() throws(Complaint) -> [String] {
        let (_, status) = try statusAnswer(of: instance, from: socket)
        let names = status.instances.map(\.name)
        if names.isEmpty {
            throw Complaint(
                code: Problem.Code.wrongState.rawValue,
                message: "there is nothing to hand over: no virtual router is configured",
                status: .refused)
        }
        if names.count > 1, !all {
            throw Complaint(
                code: "usage",
                message: "there are several instances: name one (\(names.joined(separator: ", "))), or say --all",
                status: .usage)
        }
        return names
    }

    static func status(_ reports: [SwitchoverReport]) -> CommandStatus {
        let isDone = reports.allSatisfy { $0.outcome == .handedOver || $0.outcome == .alreadyElsewhere }
        return isDone ? .good : .wrong
    }

    package static func lines(_ reports: [SwitchoverReport], width: Int?) -> [StyledText] {
        var layout = Layout(width: width)
        for report in reports {
            layout.addEmptyLine()
            layout.add(StyledText(report.instance, .strong) + "  " + outcome(report), hanging: 2)
            layout.add(label: "beforehand", labelWidth: 12, [StyledText(report.preflight)])
            layout.add(label: "outcome", labelWidth: 12, report.detail.isEmpty ? [] : [StyledText(report.detail)])
            layout.add(label: "figures", labelWidth: 12, figures(report))
        }
        return layout.lines
    }

    private static func outcome(_ report: SwitchoverReport) -> StyledText {
        let successor = report.successor
        return switch report.outcome {
        case .handedOver:
            StyledText("handed over", .good) + " to \(successor ?? "a successor whose address is not known")"
        case .alreadyElsewhere: StyledText("was not active here", .good)
        case .undone: StyledText("UNDONE", .bad) + ": nobody took over; the addresses never left this host"
        case .interrupted: StyledText("INTERRUPTED", .bad)
        }
    }

    /// In the order in which it happened.
    private static func figures(_ report: SwitchoverReport) -> [StyledText] {
        let steps = [
            ("the successor's first advert", report.heardAfterSeconds),
            ("the successor had announced every address", report.announcedAfterSeconds),
            ("the addresses were removed here", report.releasedAfterSeconds),
        ]
        let measured = steps.compactMap { name, seconds in
            seconds.map { StyledText("\(spoken(seconds: $0)) until \(name)") }
        }
        return measured.isEmpty ? [] : measured + [gap(report)].compactMap { $0 }
    }

    /// How long no host had announced the addresses while this one no longer had them.
    private static func gap(_ report: SwitchoverReport) -> StyledText? {
        guard let announced = report.announcedAfterSeconds, let released = report.releasedAfterSeconds else {
            return nil
        }
        let overlap = released - announced
        return overlap >= 0
            ? StyledText("no gap: this host kept the addresses \(spoken(seconds: overlap)) longer")
            : StyledText("gap: \(spoken(seconds: -overlap)) between the removal here and the announcement", .doubtful)
    }
}
