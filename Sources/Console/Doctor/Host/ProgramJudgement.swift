internal import Configuration

/// Whether checks and notify commands can be run by the users who are to run them; nothing when there are none.
func judgePrograms(_ checked: CheckedFile) -> [Finding] {
    let programs =
        checked.model.scripts.map { "\($0.name): \($0.command.first ?? "")" }
        + checked.model.instances.flatMap { instance in
            instance.notifications.inOrder.map {
                "\(instance.name) \($0.occasion.rawValue): \($0.command.command.first ?? "")"
            }
        }
    guard !programs.isEmpty else { return [] }
    let findings = checked.diagnostics.compactMap { said -> Finding? in
        let subject = "\(said.location.file):\(said.location.line)"
        let remedy = said.fix.map(remedy)
        return switch said.code {
        case "cannot-run", "no-such-user":
            Finding(
                .checkCannotRun, .problem, of: subject, said.message,
                evidence: ["the path was walked as the user who is to run it would"], consequence: said.consequence,
                remedy: remedy)
        case "insecure-program":
            // A note when nobody asked for script security: it runs all the same.
            Finding(
                .checkInsecure, said.severity == .note ? .note : .problem, of: subject, said.message,
                evidence: ["it is run as root"], consequence: said.consequence, remedy: remedy)
        default: nil
        }
    }
    guard !findings.contains(where: { $0.code == .checkCannotRun }) else { return findings }
    let title = "the programs of checks and notify commands can be run"
    return findings + [Finding(.checksCanRun, .ok, title, evidence: [enumeration(programs)])]
}

/// What mends it is a command, or words.
private func remedy(_ fix: String) -> Remedy {
    let commands = ["chmod", "chown", "useradd", "sed", "rm"]
    guard let first = fix.split(separator: " ").first, commands.contains(String(first)) else { return .advice(fix) }
    return Remedy([fix], isSafe: false)
}
