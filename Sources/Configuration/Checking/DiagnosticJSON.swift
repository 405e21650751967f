extension CheckReport {
    /// The report for programs, one JSON object (RFC 8259).
    ///
    /// The names and `version` are an interface: fields may be
    /// added, never renamed. `consequence` and `fix` are null when there is none.
    public var json: String {
        var writer = JSONWriter()
        writer.open("{")
        writer.field("version", "1")
        writer.field("files", "[\(files.map(JSONWriter.quoted).joined(separator: ", "))]")
        writer.key("diagnostics")
        writer.open("[")
        for diagnostic in diagnostics {
            writer.element()
            write(diagnostic, to: &writer)
        }
        writer.close("]")
        if !proofs.isEmpty {
            writer.key("proofs")
            writer.open("[")
            for proof in proofs {
                writer.element()
                proof.write(to: &writer)
            }
            writer.close("]")
        }
        let counts = [("errors", Diagnostic.Severity.error), ("warnings", .warning), ("notes", .note)]
            .map { "\"\($0.0)\": \(count(of: $0.1))" }
        writer.field("summary", "{\(counts.joined(separator: ", "))}")
        writer.field("exitCode", "\(exitCode)")
        writer.close("}")
        return writer.text + "\n"
    }

    private func write(_ diagnostic: Diagnostic, to writer: inout JSONWriter) {
        writer.open("{")
        writer.field("severity", JSONWriter.quoted(diagnostic.severity.rawValue))
        writer.field("code", JSONWriter.quoted(diagnostic.code))
        writer.field("file", JSONWriter.quoted(diagnostic.location.file))
        writer.field("line", "\(diagnostic.location.line)")
        writer.field("column", "\(diagnostic.location.column)")
        writer.key("related")
        writer.open("[")
        for relation in diagnostic.location.relation?.chain ?? [] {
            writer.element()
            writer.open("{")
            writer.field("kind", JSONWriter.quoted(relation.kind.rawValue))
            writer.field("name", JSONWriter.quoted(relation.name))
            writer.field("file", JSONWriter.quoted(relation.place.file))
            writer.field("line", "\(relation.place.line)")
            writer.field("column", "\(relation.place.column)")
            writer.close("}")
        }
        writer.close("]")
        writer.field("message", JSONWriter.quoted(diagnostic.message))
        writer.field("consequence", diagnostic.consequence.map(JSONWriter.quoted) ?? "null")
        writer.field("fix", diagnostic.fix.map(JSONWriter.quoted) ?? "null")
        writer.close("}")
    }
}
