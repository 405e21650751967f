/// So many names may stand for names; more is a definition that stands for itself.
private let passLimit = 32
/// A line of more characters than this was not meant.
private let expandedLineLimit = 65536

// Conditions, definitions, templates, and names that stand for something.

extension Lexer {
    /// Takes in a line: as pieces, or as further lines that are read next.
    mutating func lex(_ line: LineText) {
        var start = 0
        skipBlanks(in: line, at: &start)
        guard holdsConditions(of: line, at: &start) else {
            // Nobody reads what continues a definition of others.
            if isDefinition(line, at: start) { _ = continuation() }
            return
        }
        if define(line, at: start) { return }
        let line = line.dropping(start)
        if Template.begins(line.scalars, at: 0) { return expandTemplate(line) }
        if line.scalars.contains("$"), expandNames(in: line) { return }
        scan(line)
    }

    private mutating func scan(_ line: LineText) {
        var scanner = LineScanner(line)
        scanner.scan()
        result.diagnostics += scanner.diagnostics
        result.pieces += scanner.pieces
        for piece in scanner.pieces { noteUses(in: piece) }
    }

    func skipBlanks(in line: LineText, at index: inout Int) {
        while index < line.scalars.count, line.scalars[index].isBlank { index += 1 }
    }

    private mutating func report(
        _ code: String, at location: SourceLocation, _ message: String, consequence: String, fix: String,
        passesKeepalived: Bool? = nil
    ) {
        var diagnostic = Diagnostic(.error, code, at: location, message, consequence: consequence, fix: fix)
        diagnostic.passesKeepalived = passesKeepalived
        result.diagnostics.append(diagnostic)
    }

    /// What is made of a line comes next, before the rest of the file.
    private mutating func readNext(_ lines: [LineText], because location: SourceLocation) {
        guard reserve(lines.count, because: location) else { return }
        pending += lines.reversed().map { .line($0) }
    }

    /// Counts lines that are about to be made; false when they are too many, and then nothing more is made of the line
    /// that made them.
    private mutating func reserve(_ count: Int, because location: SourceLocation) -> Bool {
        guard expansionsLeft < count else {
            expansionsLeft -= count
            return true
        }
        if expansionsLeft >= 0 {
            report(
                "configuration-too-large", at: location, "definitions and templates make more lines than are read",
                consequence: "the rest of them is not read",
                fix: "look for a template within a template, or a definition that uses itself")
        }
        expansionsLeft = -1
        // The variables lose their values all the same.
        pending.removeAll { if case .line = $0 { true } else { false } }
        return false
    }
}

// MARK: Conditions

extension Lexer {
    /// Reads `@ID` and `@^ID` at the line's beginning; false when the line is not for us.
    private mutating func holdsConditions(of line: LineText, at index: inout Int) -> Bool {
        var holds = true
        while index < line.scalars.count, line.scalars[index] == "@" {
            let at = index
            index += 1
            let isNegated = index < line.scalars.count && line.scalars[index] == "^"
            if isNegated { index += 1 }
            let start = index
            while index < line.scalars.count, !line.scalars[index].isBlank { index += 1 }
            guard index > start else {
                report(
                    "condition-incomplete", at: line.location(at), "`@` is not followed by a configuration id",
                    consequence: "nobody can say whether the line applies; it is not read",
                    fix: "write `@ID` or `@^ID` without blanks, then the line",
                    // It leaves such a line out, and reads what stands after a `@^`.
                    passesKeepalived: isNegated && start < line.scalars.count ? nil : true)
                return false
            }
            let identifier = String(line.scalars[start..<index])
            result.conditions.append(
                Condition(identifier: identifier, isNegated: isNegated, location: line.location(at)))
            if (identifier == surroundings.configurationID) == isNegated { holds = false }
            skipBlanks(in: line, at: &index)
        }
        return holds
    }
}

// MARK: Definitions

extension Lexer {
    /// Where the `=` of `$NAME=` is, or of `$NAME =`, which is meant to be the same; nil when the line is no definition.
    private func equalsSign(of line: LineText, at start: Int) -> Int? {
        let scalars = line.scalars
        guard start + 1 < scalars.count, scalars[start] == "$", scalars[start + 1].isNameStart else { return nil }
        var index = start + 1
        while index < scalars.count, scalars[index].isNamePart { index += 1 }
        skipBlanks(in: line, at: &index)
        return index < scalars.count && scalars[index] == "=" ? index : nil
    }

    private func isDefinition(_ line: LineText, at start: Int) -> Bool { equalsSign(of: line, at: start) != nil }

    /// `$NAME=value`, perhaps over several lines: all but the last end in a backslash.
    private mutating func define(_ line: LineText, at start: Int) -> Bool {
        guard let equals = equalsSign(of: line, at: start) else { return false }
        let name = String(line.scalars[(start + 1)..<equals].filter { !$0.isBlank })
        result.definedNames[name] = result.definedNames[name] ?? line.location(start)
        var first = line.dropping(equals + 1).trimmed
        let isMultiLine = pending.isEmpty && first.scalars.last == "\\"
        if isMultiLine { first = first.part(0..<(first.scalars.count - 1)).trimmed }
        if line.scalars[equals - 1].isBlank {
            report(
                "blank-in-definition", at: line.location(start),
                "`$\(name) =` defines nothing: no blank may stand before the `=`",
                consequence: "the line would be taken for a keyword, and `$\(name)` would have no value",
                fix: "$\(name)=\(String(first.scalars))\(isMultiLine ? " \\" : "")")
        }
        var lines = first.scalars.isEmpty && isMultiLine ? [] : [first]
        if isMultiLine { lines += continuation() }
        if definitions.hasTemplates { lines = lines.map { withTemplateVariables($0) } }
        definitions.define(
            name, as: Definition(lines: lines, isMultiLine: isMultiLine, location: line.location(start)))
        return true
    }

    /// The lines that continue the one read last, by its and their last character.
    private mutating func continuation() -> [LineText] {
        guard pending.isEmpty else { return [] }
        var lines: [LineText] = []
        while endsInBackslash, lineNumber < source.lineCount {
            endsInBackslash = false
            guard var line = nextLine()?.trimmed else { continue }
            if line.scalars.last == "\\" { line = line.part(0..<(line.scalars.count - 1)).trimmed }
            if !line.scalars.isEmpty { lines.append(line) }
        }
        return lines
    }

    /// A definition that a template makes keeps the values that the template's variables have now.
    private func withTemplateVariables(_ line: LineText) -> LineText {
        let replacements = nameUses(in: line.scalars).compactMap { use in
            use.isComplete
                ? definitions.template(use.name).map { (range: use.range, by: $0, relation: Relation?.none) } : nil
        }
        return replacements.isEmpty ? line : line.replacing(replacements)
    }
}

extension LineText {
    /// Without the blanks at either end.
    fileprivate var trimmed: LineText {
        var (start, end) = (0, scalars.count)
        while start < end, scalars[start].isBlank { start += 1 }
        while end > start, scalars[end - 1].isBlank { end -= 1 }
        return part(start..<end)
    }
}

// MARK: Names

extension Lexer {
    /// Replaces the names that stand for something, and has the result read anew; false when none does.
    private mutating func expandNames(in line: LineText) -> Bool {
        var replacements: [(range: Range<Int>, by: [Unicode.Scalar], relation: Relation?)] = []
        for use in nameUses(in: line.scalars) where use.isComplete {
            if let value = definitions.template(use.name) {
                replacements.append((use.range, value, nil))
            } else if let definition = definitions[use.name] {
                let relation = Relation(.definition, of: "$\(use.name)", at: definition.location)
                guard definition.isMultiLine else {
                    replacements.append((use.range, definition.lines.first?.scalars ?? [], relation))
                    continue
                }
                return expandLines(of: definition, use, in: line)
            } else if Definitions.builtIn.contains(use.name) {
                guard let value = definitions.builtIn(use.name, use.parameters, in: surroundings) else {
                    report(
                        "variable-undefined", at: line.location(use.range.lowerBound),
                        "`\(String(line.scalars[use.range]))` is not how `${\(use.name)}` is used",
                        consequence: "the line has no value",
                        fix: "docs/reference/language.md lists how it is written")
                    return true
                }
                replacements.append((use.range, Array(value.unicodeScalars), nil))
            }
        }
        guard !replacements.isEmpty else { return false }
        let expanded = line.replacing(replacements)
        if isBounded(expanded, from: line) { pending.append(.line(expanded)) }
        return true
    }

    /// Says so when names stand for one another without end.
    private mutating func isBounded(_ expanded: LineText, from line: LineText) -> Bool {
        guard expanded.passes > passLimit || expanded.scalars.count > expandedLineLimit else { return true }
        report(
            "definition-endless", at: line.location(0), "the names in this line stand for one another without end",
            consequence: "the line is not read", fix: "look at the definitions of the names: one of them uses itself")
        return false
    }

    /// A name of several lines stands for lines, so it must be alone on its own.
    private mutating func expandLines(of definition: Definition, _ use: NameUse, in line: LineText) -> Bool {
        let place = line.location(use.range.lowerBound)
        guard use.range.lowerBound == 0, line.scalars[use.range.upperBound...].allSatisfy(\.isBlank) else {
            report(
                "definition-not-alone", at: place,
                "`$\(use.name)` stands for several lines, and so cannot be a part of one",
                consequence: "the line is not read", fix: "put `$\(use.name)` on a line of its own")
            return true
        }
        let relation = Relation(.use, of: "$\(use.name)", at: place)
        let lines = definition.lines.map { body -> LineText in
            var body = body.used(relation)
            body.passes = line.passes + 1
            return body
        }
        guard lines.first.map({ isBounded($0, from: line) }) ?? true else { return true }
        readNext(lines, because: place)
        return true
    }

    private mutating func noteUses(in piece: Piece) {
        guard let words = piece.words, let keyword = words.first?.text else { return }
        for word in words where word.text.utf8.contains(UInt8(ascii: "$")) {
            for use in nameUses(in: Array(word.text.unicodeScalars)) {
                result.uses.append(
                    VariableUse(
                        name: use.name, location: word.location, isQuoted: word.isQuoted, keyword: keyword,
                        isDefined: definitions[use.name] != nil || definitions.template(use.name) != nil))
            }
        }
    }
}

// MARK: Templates

extension Lexer {
    /// `~SEQ(...) rest` and `~LST(...) rest`: the rest once for each value.
    private mutating func expandTemplate(_ line: LineText) {
        let continued = continuation()
        let line = withParametersExpanded(line)
        do throws(Template.Fault) {
            guard continued.isEmpty else {
                throw Template.Fault(
                    message: "what a template repeats is one line, which no backslash continues",
                    fix: "define the lines first, `$LINES= \\` and so on, and write the template with `$LINES`")
            }
            let template = try Template(line.scalars, at: 0)
            for name in template.names where definitions.isDefined(name) {
                throw Template.Fault(
                    message: "`\(name)` is the name of a definition, and cannot be counted with",
                    fix: "use a name that nothing else has")
            }
            let rest = line.dropping(template.restStart)
            // The lines are counted as they are made, because each may be a template itself.
            guard reserve(template.rows.count, because: line.location(0)) else { return }
            let before = template.names.map { definitions.template($0) }
            for (name, value) in zip(template.names, before) { pending.append(.bind(name, value)) }
            for row in template.rows.reversed() {
                pending.append(.line(rest))
                for (name, value) in zip(template.names, row) { pending.append(.bind(name, value)) }
            }
        } catch {
            report(
                "template-invalid", at: line.location(0), error.message,
                consequence: "the lines that it stands for are missing", fix: error.fix)
        }
    }

    /// The template itself may use names; what it repeats is expanded when its variables have values.
    private mutating func withParametersExpanded(_ line: LineText) -> LineText {
        var line = line
        for _ in 0..<passLimit {
            let close = line.scalars.firstIndex(of: ")") ?? line.scalars.count
            let replacements = nameUses(in: line.scalars).compactMap {
                use -> (range: Range<Int>, by: [Unicode.Scalar], relation: Relation?)? in
                guard use.isComplete, use.range.upperBound <= close else { return nil }
                if let value = definitions.template(use.name) { return (use.range, value, nil) }
                guard let definition = definitions[use.name], !definition.isMultiLine else { return nil }
                return (
                    use.range, definition.lines.first?.scalars ?? [],
                    Relation(.definition, of: "$\(use.name)", at: definition.location)
                )
            }
            guard !replacements.isEmpty, line.scalars.count <= expandedLineLimit else { break }
            line = line.replacing(replacements)
        }
        return line
    }
}
