package import Control

/// How a command that asks the daemon ends; the numbers are an interface (docs/reference/control-socket.md).
package enum CommandStatus: Int32, Sendable, CaseIterable {
    case good = 0
    /// It was answered, and something is wrong.
    case wrong = 1
    /// It could not be done, and nothing was changed.
    case refused = 2
    /// No daemon answers: there is none, or it hangs, or what answers makes no sense.
    case noDaemon = 3
    case notPermitted = 4
    /// The command line is wrong.
    case usage = 64
    /// What was to be done is done, and its output could not be written.
    case outputLost = 74
}

/// What a command has to say, and how it ends.
package struct CommandResult: Equatable, Sendable {
    /// For standard output.
    package var output: String
    /// For standard error; empty when there is nothing to complain of.
    package var complaint: String
    package var status: CommandStatus

    package init(output: String = "", complaint: String = "", _ status: CommandStatus) {
        self.output = output
        self.complaint = complaint
        self.status = status
    }
}

/// Why a command could not do its work.
package struct Complaint: Error, Equatable, Sendable {
    /// For programs; an interface.
    package var code: String
    package var message: String
    /// Further lines.
    package var details: [String] = []
    package var status: CommandStatus
    /// What the daemon said, when it was the daemon who refused.
    package var answer: Answer?

    package init(code: String, message: String, status: CommandStatus) {
        self.code = code
        self.message = message
        self.status = status
    }

    /// What to print: with `json`, one object on standard output as well.
    package func result(json: Bool) -> CommandResult {
        CommandResult(
            output: json ? self.json + "\n" : "",
            // A diagnostic quotes the file that it is about, whatever is in there.
            complaint: (["understudy: \(message)"] + details.map { "  \($0)" }).map { StyledText($0).plain + "\n" }
                .joined(),
            status)
    }

    /// The daemon's answer, or an object that says like it what is wrong.
    private var json: String {
        if let answer { return encode(answer).text }
        let error = JSON.object([.init("code", .string(code)), .init("message", .string(message))])
        return JSON.object([
            .init("version", .integer(Request.currentVersion)), .init("at", .string(Timestamp.now.description)),
            .init("error", error),
        ]).text
    }
}

extension Complaint {
    /// - Parameter request: what was asked; of a change that was not answered nobody knows whether it was made.
    package init(_ error: ClientError, asking request: Request) {
        var message = error.description
        if !request.request.isReading, request.dryRun != true, error.mayHaveBeenHeard {
            message += "; whether the \(request.request.rawValue) was carried out is not known (understudy status)"
        }
        switch error {
        case .notRunning: self.init(code: "not_running", message: message, status: .noDaemon)
        case .silent: self.init(code: "silent", message: message, status: .noDaemon)
        case .garbled, .hungUp: self.init(code: "garbled", message: message, status: .noDaemon)
        case .notPermitted: self.init(code: "not_permitted", message: message, status: .notPermitted)
        }
    }

    /// A refusal by the daemon.
    init(_ problem: Problem, in answer: Answer) {
        let status: CommandStatus =
            switch problem.code {
            case .notPermitted: .notPermitted
            case .notTaken: .wrong
            case .malformed, .unsupportedVersion, .unknownRequest, .unknownInstance, .busy, .wrongState,
                .configuration, .system:
                .refused
            }
        self.init(code: problem.code.rawValue, message: problem.message, status: status)
        details = problem.details ?? []
        self.answer = answer
    }

    /// No instance has this name.
    init(unknown name: String, among names: [String]) {
        let known =
            names.isEmpty
            ? "there is none: no virtual router is configured" : "there are: \(names.joined(separator: ", "))"
        self.init(
            code: Problem.Code.unknownInstance.rawValue, message: "there is no instance '\(name)'; \(known)",
            status: .refused)
    }
}

/// Asks the daemon; a refusal is an error like any other that leaves the question without answer.
func answer(
    to request: Request, from socket: String, within seconds: Double = 2
) throws(Complaint) -> Answer {
    let answer: Answer
    do throws(ClientError) {
        answer = try ask(request, at: socket, within: seconds)
    } catch {
        throw Complaint(error, asking: request)
    }
    if let error = answer.error { throw Complaint(error, in: answer) }
    return answer
}

/// The daemon's status, with the answer that carried it.
func statusAnswer(
    of instance: String?, from socket: String, within seconds: Double = 2
) throws(Complaint) -> (answer: Answer, status: Status) {
    let request = Request(.status)
    var answer = try answer(to: request, from: socket, within: seconds)
    guard var status = answer.status else { throw Complaint(missing: "status", asking: request) }
    if let instance {
        // The whole is asked for, so that the sentence about a wrong name can say which there are.
        let names = status.instances.map(\.name)
        status.instances.removeAll { $0.name != instance }
        guard !status.instances.isEmpty else { throw Complaint(unknown: instance, among: names) }
        answer.status = status
    }
    return (answer, status)
}

extension Complaint {
    /// An answer without what was asked for.
    init(missing member: String, asking request: Request) {
        self.init(.garbled("it has no '\(member)'"), asking: request)
    }
}

/// The names of the instances for a shell that completes a word; none where the daemon does not tell them at once.
package func instanceNames(socket: String) -> [String] {
    do throws(Complaint) {
        return try statusAnswer(of: nil, from: socket, within: 0.5).status.instances.map(\.name)
    } catch {
        return []
    }
}
