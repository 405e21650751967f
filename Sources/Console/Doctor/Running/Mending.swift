/// What became of a command of `--fix`.
package struct Mended: Equatable, Sendable {
    package var command: String
    /// Nil when it succeeded, else the last it said.
    package var failure: String?

    package init(command: String, failure: String?) {
        self.command = command
        self.failure = failure
    }
}

/// Runs the safe remedies of a report that `confirm` agrees to, in their order; one that fails does not stop the others.
package func mend(
    _ report: DoctorReport, tools: some Tools, confirm: (Finding, _ command: String) -> Bool
) -> [Mended] {
    var mended: [Mended] = []
    for (finding, command) in report.safeRemedies where confirm(finding, command) {
        let outcome = tools.run("sh", ["-c", command])
        mended.append(Mended(command: command, failure: outcome.output == nil ? outcome.failure : nil))
    }
    return mended
}
