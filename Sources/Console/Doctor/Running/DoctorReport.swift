package import Control

/// Everything that an examination found, and what it looked at.
package struct DoctorReport: Encodable, Equatable, Sendable {
    package var version = 1
    package var at: Timestamp
    package var host: String
    /// The file that was compared with this host.
    package var configuration: String
    /// Without root much cannot be looked at.
    package var asRoot: Bool
    /// How long the wire was listened to.
    package var listenedSeconds: Double
    package var findings: [Finding]
    package var summary: Summary
    package var exitCode: Int

    package struct Summary: Encodable, Equatable, Sendable {
        package var problems: Int
        package var warnings: Int
        package var unknown: Int
        package var notes: Int
        package var ok: Int
    }

    package init(
        at: Timestamp, host: String, configuration: String, asRoot: Bool, listenedSeconds: Double, findings: [Finding]
    ) {
        self.at = at
        self.host = host
        self.configuration = configuration
        self.asRoot = asRoot
        self.listenedSeconds = listenedSeconds
        self.findings = findings
        func count(_ severity: Finding.Severity) -> Int { findings.count { $0.severity == severity } }
        summary = Summary(
            problems: count(.problem), warnings: count(.warning), unknown: count(.unknown), notes: count(.note),
            ok: count(.ok))
        exitCode = Int(findings.exitCode)
    }

    package var json: String { Control.encode(self).text + "\n" }

    /// What `--fix` would run, each once; with the finding that it mends.
    package var safeRemedies: [(finding: Finding, command: String)] {
        var seen: Set<String> = []
        return findings.compactMap { finding in
            guard finding.severity >= .warning, let remedy = finding.remedy, remedy.isSafe,
                let command = remedy.command,
                seen.insert(command).inserted
            else { return nil }
            return (finding, command)
        }
    }
}

// MARK: - For people

extension DoctorReport {
    /// What is wrong with what proves it and what mends it; what is in order, a line each.
    package var text: String {
        var text = "\(host), \(at), configuration \(configuration)\n\n"
        for finding in findings { text += finding.paragraph }
        return text + "\n\(summaryLine)\n"
    }

    private var summaryLine: String {
        func count(_ number: Int, _ one: String, _ several: String) -> String? {
            number == 0 ? nil : "\(number) \(number == 1 ? one : several)"
        }
        let parts = [
            count(summary.problems, "problem", "problems"), count(summary.warnings, "warning", "warnings"),
            count(summary.unknown, "thing could not be looked at", "things could not be looked at"),
            count(summary.notes, "note", "notes"),
        ].compactMap(\.self)
        let line = parts.isEmpty ? "Nothing is wrong" : parts.joined(separator: ", ")
        let fixes = safeRemedies.count
        if !asRoot, summary.unknown > 0 {
            return "\(line); \(summary.ok) in order. As root it sees more: sudo understudy doctor"
        }
        if fixes == 0 { return "\(line); \(summary.ok) in order." }
        return "\(line); \(summary.ok) in order. `understudy doctor --fix` runs \(fixes) of these commands."
    }
}

extension Finding {
    fileprivate var paragraph: String {
        let heads: [Severity: String] = [
            .ok: "ok      ", .note: "note    ", .unknown: "UNKNOWN ", .warning: "WARNING ", .problem: "PROBLEM ",
        ]
        let indent = "         "
        var text = "\(heads[severity] ?? "") \(subject.map { "\($0): " } ?? "")\(title)"
        if severity == .ok {
            // One line: what was looked at, so that a person sees that it was.
            let proof = evidence.joined(separator: "; ")
            return printable(text + (proof.isEmpty ? "" : " (\(proof))")) + "\n"
        }
        text = printable(text) + "  [\(code.rawValue)]\n"
        for line in evidence { text += "\(indent)seen: \(printable(line))\n" }
        if let consequence { text += "\(indent)so:   \(printable(consequence))\n" }
        for command in remedy?.commands ?? [] { text += "\(indent)mend: \(printable(command))\n" }
        if let advice = remedy?.advice {
            text += "\(indent)\(remedy?.commands.isEmpty == false ? "note: " : "mend: ")\(printable(advice))\n"
        }
        return text
    }
}

/// A terminal shall not obey what was read from files, rules and the wire: control characters are shown as `?`.
private func printable(_ text: String) -> String {
    String(text.unicodeScalars.map { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? "?" : Character($0) })
}
