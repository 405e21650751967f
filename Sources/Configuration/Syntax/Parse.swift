/// What a file and everything it includes says, and what there is to say about it.
public struct ParsedFile: Equatable, Sendable {
    public var statements: [Statement]
    public var diagnostics: [Diagnostic]
    /// The files read, in the order of their first reading.
    public var files: [String] { sources.map(\.file) }
    /// Their texts, in the same order.
    public var sources: [SourceText]

    /// There is nothing to make of it: it cannot be read, or is no configuration at all, which has been said.
    public var isUseless: Bool {
        sources.isEmpty || diagnostics.contains { ["not-text", "other-language"].contains($0.code) }
    }

    public init(statements: [Statement] = [], diagnostics: [Diagnostic] = [], sources: [SourceText] = []) {
        self.statements = statements
        self.diagnostics = diagnostics
        self.sources = sources
    }
}

/// Reads a file and all that it includes.
///
/// Always comes to an end, whatever the files hold.
///
/// - Parameters:
///   - file: the path as the operator gave it; locations repeat it.
///   - reader: how to get at files.
///   - configurationID: the id that `@ID` lines are compared with (keepalived: option -i, else the short host name).
/// - Returns: the statements in order with every include in its place. Lines that could not be understood are missing
///   from them and have a diagnostic of severity error each, so nothing may run from a result with errors.
public func parse(file: String, reading reader: any SourceReader, configurationID: String) -> ParsedFile {
    func run(_ reader: some SourceReader) -> ParsedFile {
        var parser = FileSetParser(reader: reader, configurationID: configurationID)
        let statements = parser.parse(file: file)
        var diagnostics = parser.diagnostics
        // A definition may stand on a line for another host.
        let scope = parser.conditions.isEmpty ? "anywhere" : "for the configuration id `\(configurationID)`"
        diagnostics += parser.uses.compactMap { judge($0, definedNames: parser.definedNames, scope) }
        if let warning = unmatchedID(configurationID, conditions: parser.conditions) { diagnostics.append(warning) }
        return ParsedFile(statements: statements, diagnostics: diagnostics, sources: parser.sources)
    }
    return run(reader)
}

/// keepalived leaves an undefined name as it stands.
///
/// That is right in a quoted command, where it may be the shell's,
/// and in a password, but never for a value.
private func judge(
    _ use: VariableUse, definedNames: [String: SourceLocation], _ scope: String
) -> Diagnostic? {
    if use.isDefined {
        var diagnostic = Diagnostic(
            use.isQuoted ? .warning : .error, "variable-unexpanded", at: use.location,
            "`$\(use.name)` is not replaced here: only a blank, a comma, `)` or the line's end may follow",
            consequence: "the name itself is taken for a part of the word", fix: "write `${\(use.name)}`")
        // keepalived does not look for the programs that tell somebody.
        if Notifications.Occasion(rawValue: use.keyword) != nil { diagnostic.passesKeepalived = true }
        return diagnostic
    }
    if use.isQuoted || use.keyword == "auth_pass" { return nil }
    if let location = definedNames[use.name] {
        return Diagnostic(
            .error, "variable-undefined", at: use.location,
            "`$\(use.name)` is defined only later, at \(location)",
            consequence: "the line has no value", fix: "move the definition to before this line")
    }
    return Diagnostic(
        .error, "variable-undefined", at: use.location, "`$\(use.name)` is not defined \(scope)",
        consequence: "the line has no value",
        fix: "define it before this line, `$\(use.name)=VALUE`, or write the value out")
}

/// With an id that no line names every `@ID` line is dropped, which is nobody's intention; `@^ID` is for such ids.
private func unmatchedID(_ configurationID: String, conditions: [Condition]) -> Diagnostic? {
    guard let first = conditions.first,
        !conditions.contains(where: { $0.isNegated || $0.identifier == configurationID })
    else { return nil }
    var seen: Set<String> = []
    let names = conditions.map(\.identifier).filter { seen.insert($0).inserted }
    let list = names.prefix(10).map { "`\($0)`" }.joined(separator: ", ") + (names.count > 10 ? ", ..." : "")
    return Diagnostic(
        .warning, "configuration-id-unmatched", at: first.location,
        "no `@` line names the configuration id `\(configurationID)`; they name \(list)",
        consequence: "every `@ID` line is dropped",
        fix: "give the right id, for instance `understudy check --id \(names[0])` or `understudyd -i \(names[0])`")
}
