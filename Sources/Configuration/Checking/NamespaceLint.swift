extension CheckReport {
    /// The same about a network namespace (`net_namespace`) that could not be looked into, so that what this host has is not
    /// known.
    ///
    /// - Parameters:
    ///   - reason: what the system says.
    ///   - isMissing: there is none of that name.
    public func adding(
        unreachableNamespace name: String, of parsed: ParsedFile, file: String, reason: String, isMissing: Bool,
        severity: Diagnostic.Severity
    ) -> CheckReport {
        let line = parsed.statements.first { $0.keyword.text == "net_namespace" && $0.children == nil }
        return replacing(
            diagnostics + [
                Diagnostic(
                    severity, "no-such-namespace",
                    at: line?.keyword.location ?? SourceLocation(file: file, line: 1, column: 1),
                    isMissing
                        ? "there is no network namespace `\(name)`"
                        : "the network namespace `\(name)` cannot be entered: \(reason)",
                    consequence: isMissing
                        ? "the daemon does not start, and what is in the namespace could not be compared with the file"
                        : "what is in the namespace could not be compared with the file",
                    fix: isMissing ? "ip netns add \(name)" : "sudo understudy check --host \(file)")
            ], showing: parsed.sources)
    }
}
