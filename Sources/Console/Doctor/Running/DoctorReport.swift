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
    package func text(on terminal: Terminal) -> String {
        var layout = Layout(width: terminal.columns)
        layout.add("\(host), \(at), configuration \(configuration)")
        layout.addEmptyLine()
        for finding in findings { finding.add(to: &layout) }
        layout.addEmptyLine()
        layout.add(summaryLine)
        return layout.text(terminal.palette)
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
    /// What stands before the first line, and as what it is shown on a terminal.
    private var head: (text: String, tone: Tone) {
        switch severity {
        case .ok: ("ok       ", .good)
        case .note: ("note     ", .plain)
        case .unknown: ("UNKNOWN  ", .doubtful)
        case .warning: ("WARNING  ", .doubtful)
        case .problem: ("PROBLEM  ", .bad)
        }
    }

    fileprivate func add(to layout: inout Layout) {
        let (head, tone) = head
        let indent = head.count
        let line = StyledText(head, tone) + "\(subject.map { "\($0): " } ?? "")\(title)"
        if severity == .ok {
            // One line: what was looked at, so that a person sees that it was.
            let proof = evidence.joined(separator: "; ")
            layout.add(line + StyledText(proof.isEmpty ? "" : " (\(proof))", .faint), hanging: indent)
            return
        }
        layout.add(line + StyledText("  [\(code.rawValue)]", .faint), hanging: indent)
        func add(_ label: String, _ text: String, _ tone: Tone = .plain) {
            layout.add(label: label, labelWidth: 6, [StyledText(text, tone)], indent: indent)
        }
        for line in evidence { add("seen:", line) }
        if let consequence { add("so:", consequence) }
        // Whole, however long: it is to be copied.
        for command in remedy?.commands ?? [] {
            layout.addWhole(
                StyledText(String(repeating: " ", count: indent) + "mend: ", .faint) + StyledText(command, .strong))
        }
        if let advice = remedy?.advice { add(remedy?.commands.isEmpty == false ? "note:" : "mend:", advice) }
    }
}
