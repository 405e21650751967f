internal import Configuration

/// What `understudy check` says about the files of a rehearsal, as far as it bears on it.
package struct Complaints {
    private let files: [ConfigurationFile]

    package init(_ files: [ConfigurationFile]) { self.files = files }

    /// Throws when a file would not run by itself, with what mends it.
    package func requireRunnable() throws(CannotRehearse) {
        let diagnostics = files.flatMap(\.diagnostics)
        try refuse(diagnostics.filter { $0.severity == .error }, "these files would not run:")
    }

    /// Throws when the two could not hear each other or would not move the same addresses: to play it would only show
    /// what is known, and say less about the cause.
    func requirePair() throws(CannotRehearse) {
        try refuse(ofPair.filter { $0.severity == .error && !$0.isProved }, "these files are no pair:")
    }

    /// What is doubtful about the pair, one sentence each.
    var notes: [String] {
        ofPair.filter { $0.severity == .warning || $0.isProved }.map { diagnostic in
            let consequence = diagnostic.consequence.map { ": \($0)" } ?? ""
            let fix = diagnostic.fix.map { " (fix: \($0))" } ?? ""
            return "\(diagnostic.location): \(diagnostic.message)\(consequence)\(fix)"
        }
    }

    private var ofPair: [Diagnostic] {
        checkPair(files[0].model, files[1].model, fileA: files[0].name, fileB: files[1].name)
    }

    private func refuse(_ errors: [Diagnostic], _ head: String) throws(CannotRehearse) {
        if errors.isEmpty { return }
        let report = CheckReport(diagnostics: errors, sources: files.flatMap(\.sources), order: files.map(\.name))
        throw CannotRehearse(
            "\(head)\n\n\(report.text)\nunderstudy check \(files.map(\.name).joined(separator: " "))   "
                + "# says all there is to say about them")
    }
}
