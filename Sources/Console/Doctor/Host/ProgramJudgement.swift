internal import Configuration

/// Whether the checks can be run by the users who are to run them; nothing when there are no checks.
func judgePrograms(_ checked: CheckedFile) -> [Finding] {
    let scripts = checked.model.scripts
    guard !scripts.isEmpty else { return [] }
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
    let list = enumeration(scripts.map { "\($0.name): \($0.command.first ?? "")" })
    return findings + [Finding(.checksCanRun, .ok, "the checks' programs can be run", evidence: [list])]
}

/// What mends it is a command, or words.
private func remedy(_ fix: String) -> Remedy {
    let commands = ["chmod", "chown", "useradd", "sed", "rm"]
    guard let first = fix.split(separator: " ").first, commands.contains(String(first)) else { return .advice(fix) }
    return Remedy([fix], isSafe: false)
}
