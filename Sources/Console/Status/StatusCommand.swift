internal import Control
internal import LinuxKernel

/// `understudy status`: one answer, as text or as the daemon's JSON.
package func status(of instance: String?, json: Bool, socket: String, on terminal: Terminal) -> CommandResult {
    do throws(Complaint) {
        let (answer, status) = try statusAnswer(of: instance, from: socket)
        let report = StatusReport(answer, status)
        let text = json ? encode(answer).text + "\n" : terminal.text(report.lines(width: terminal.columns))
        return CommandResult(output: text, report.commandStatus)
    } catch {
        return error.result(json: json)
    }
}
