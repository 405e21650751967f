/// The standard, as the format's own field `$schema` names it.
private let schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

extension CheckReport {
    /// The report as SARIF 2.1.0 (OASIS), which services that host code show beside the lines that it is about.
    ///
    /// The rules are the codes of the diagnostics; notes, warnings and errors are levels of the same names.
    ///
    /// - Parameter version: of the program, as `understudy --version` says it.
    public func sarif(version: String) -> String {
        let rules = rules
        let places = Dictionary(uniqueKeysWithValues: rules.enumerated().map { ($1.code, $0) })
        var writer = JSONWriter()
        writer.open("{")
        writer.field("$schema", JSONWriter.quoted(schema))
        writer.field("version", JSONWriter.quoted("2.1.0"))
        writer.array("runs") { writer in
            writer.element()
            writer.open("{")
            writer.object("tool") { writer in
                writer.object("driver") { writer in writeDriver(version, rules, to: &writer) }
            }
            // Characters, not the UTF-16 of the standard's default.
            writer.field("columnKind", JSONWriter.quoted("unicodeCodePoints"))
            writer.array("results") { writer in
                for diagnostic in diagnostics {
                    writer.element()
                    writeResult(diagnostic, rule: places[diagnostic.code], to: &writer)
                }
            }
            writer.close("}")
        }
        writer.close("}")
        return writer.text + "\n"
    }

    /// The codes that the report has, in the order of the table.
    private var rules: [Rule] {
        let used = Set(diagnostics.map(\.code))
        let fixes = Dictionary(diagnostics.compactMap { found in found.fix.map { (found.code, $0) } }) { first, _ in
            first
        }
        return DiagnosticCodes.groups.flatMap(\.codes).filter { used.contains($0.code) }
            .map { Rule(code: $0.code, meaning: $0.meaning, fix: fixes[$0.code]) }
    }

    private func writeDriver(_ version: String, _ rules: [Rule], to writer: inout JSONWriter) {
        writer.field("name", JSONWriter.quoted("understudy"))
        writer.field("version", JSONWriter.quoted(version))
        writer.array("rules") { writer in
            for rule in rules {
                writer.element()
                writer.open("{")
                writer.field("id", JSONWriter.quoted(rule.code))
                writer.message("shortDescription", rule.meaning)
                writer.message("help", rule.meaning + (rule.fix.map { ". For example: \($0)" } ?? ""))
                writer.close("}")
            }
        }
    }

    private func writeResult(_ diagnostic: Diagnostic, rule: Int?, to writer: inout JSONWriter) {
        let related = diagnostic.location.relation?.chain ?? []
        writer.open("{")
        writer.field("ruleId", JSONWriter.quoted(diagnostic.code))
        if let rule { writer.field("ruleIndex", "\(rule)") }
        writer.field("level", JSONWriter.quoted(diagnostic.severity.rawValue))
        let words = [diagnostic.message, diagnostic.consequence, diagnostic.fix.map { "fix: \($0)" }]
        writer.message("message", words.compactMap(\.self).joined(separator: "\n"))
        writer.array("locations") { writer in
            writer.element()
            writeLocation(diagnostic.location, to: &writer)
        }
        if !related.isEmpty {
            writer.array("relatedLocations") { writer in
                for (index, relation) in related.enumerated() {
                    writer.element()
                    writeLocation(relation.place, id: index + 1, saying: relation.words, to: &writer)
                }
            }
        }
        writer.close("}")
    }

    private func writeLocation(
        _ location: SourceLocation, id: Int? = nil, saying words: String? = nil, to writer: inout JSONWriter
    ) {
        writer.open("{")
        if let id { writer.field("id", "\(id)") }
        writer.object("physicalLocation") { writer in
            writer.object("artifactLocation") { writer in
                writer.field("uri", JSONWriter.quoted(reference(to: location.file)))
            }
            writer.object("region") { writer in
                writer.field("startLine", "\(location.line)")
                writer.field("startColumn", "\(location.column)")
            }
        }
        if let words { writer.message("message", words) }
        writer.close("}")
    }
}

/// A code of the report, with what mends the first thing that has it.
private struct Rule {
    var code: String
    var meaning: String
    var fix: String?
}

/// A path as a URI reference (RFC 3986): absolute with the scheme `file`, relative ones to where the check was started.
private func reference(to path: String) -> String {
    let relative = path.hasPrefix("./") ? path.dropFirst(2) : path[...]
    let unreserved = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/".utf8)
    let encoded = relative.utf8.map { octet in
        if unreserved.contains(octet) { return String(Unicode.Scalar(octet)) }
        let digits = String(octet, radix: 16, uppercase: true)
        return "%" + (digits.utf8.count == 1 ? "0" : "") + digits
    }.joined()
    return path.hasPrefix("/") ? "file://" + encoded : encoded
}

extension JSONWriter {
    fileprivate mutating func object(_ name: String, _ content: (inout JSONWriter) -> Void) {
        key(name)
        open("{")
        content(&self)
        close("}")
    }

    /// The content begins each element by itself.
    fileprivate mutating func array(_ name: String, _ content: (inout JSONWriter) -> Void) {
        key(name)
        open("[")
        content(&self)
        close("]")
    }

    /// SARIF's object around a text for people.
    fileprivate mutating func message(_ name: String, _ text: String) {
        field(name, "{\"text\": \(JSONWriter.quoted(text))}")
    }
}
