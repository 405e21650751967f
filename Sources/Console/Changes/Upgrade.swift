internal import Control
internal import LinuxKernel

/// `understudy upgrade`: the daemon becomes the program that is installed now, and the addresses stay where they are.
package func upgrade(json: Bool, socket: String, on terminal: Terminal) -> CommandResult {
    do throws(Complaint) {
        let answer = try answer(to: Request(.upgrade), from: socket, within: 5)
        guard let report = answer.upgrade else { throw Complaint(missing: "upgrade", asking: Request(.upgrade)) }
        guard let successor = successor(of: answer.daemon, at: socket) else {
            throw Complaint(
                code: "no_successor",
                message:
                    "the daemon of version \(report.from) made room, and no successor has answered for \(patience) s; "
                    + "see its log: journalctl -u understudy", status: .wrong)
        }
        if let failure = successor.daemon.upgradeFailure {
            throw Complaint(
                code: "upgrade_failed",
                message: "not upgraded: \(failure); version \(successor.daemon.version) goes on",
                status: .wrong)
        }
        var final = successor
        final.status = nil
        final.upgrade = UpgradeReport(from: report.from, to: successor.daemon.version)
        if json { return CommandResult(output: encode(final).text + "\n", .good) }
        let instances = successor.status?.instances ?? []
        var layout = Layout(width: terminal.columns)
        layout.add(
            report.from == successor.daemon.version
                ? "version \(report.from) runs in a new process"
                : "version \(report.from) -> \(successor.daemon.version)", .good)
        for instance in instances {
            layout.add(StyledText(instance.name, .strong) + "  \(instance.state.word)", hanging: 2)
        }
        return CommandResult(output: terminal.text(layout.lines), .good)
    } catch {
        return error.result(json: json)
    }
}

/// Seconds.
private let patience = 10

/// The first answer of the process after `before`.
private func successor(of before: DaemonIdentity, at socket: String) -> Answer? {
    let end = monotonicNanoseconds() + UInt64(patience) * 1_000_000_000
    while monotonicNanoseconds() < end {
        do throws(Complaint) {
            let (answer, status) = try statusAnswer(of: nil, from: socket)
            if answer.daemon.processStartedAt != before.processStartedAt
                || answer.daemon.startedAt != before.startedAt
            {
                var answer = answer
                answer.status = status
                return answer
            }
        } catch {
            // Nobody listens while one process makes room for the other.
        }
        var nothing: [Readiness] = []
        do throws(SystemError) {
            try Readiness.wait(&nothing, until: monotonicNanoseconds() + 20_000_000)
        } catch {
            return nil
        }
    }
    return nil
}
