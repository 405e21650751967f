/// Longer lines than this are dropped by keepalived, whose line buffer has 1024 bytes.
private let keepalivedLineLimit = 1023
/// A line beyond this is not configuration.
private let lineLimit = 65536

/// Turns the text of one file into pieces: comments, conditions, definitions and templates are settled here.
struct Lexer {
    private let source: SourceText
    private let configurationID: String
    private(set) var result = LexedFile()
    private var lineNumber = 1

    init(_ source: SourceText, configurationID: String) {
        self.source = source
        self.configurationID = configurationID
    }

    /// Reads the whole text.
    static func lex(_ source: SourceText, configurationID: String) -> LexedFile {
        var lexer = Lexer(source, configurationID: configurationID)
        if let problem = source.notText {
            lexer.result.diagnostics.append(problem)
            return lexer.result
        }
        while lexer.lineNumber <= source.lineCount {
            lexer.lexLine()
            lexer.lineNumber += 1
        }
        return lexer.result
    }

    private func location(_ index: Int) -> SourceLocation {
        SourceLocation(file: source.file, line: lineNumber, column: index + 1)
    }

    private mutating func report(
        _ severity: Diagnostic.Severity, _ code: String, at index: Int, _ message: String,
        consequence: String? = nil, fix: String? = nil
    ) {
        result.diagnostics.append(
            Diagnostic(severity, code, at: location(index), message, consequence: consequence, fix: fix))
    }

    private mutating func lexLine() {
        let bytes = source.bytes(ofLine: lineNumber)
        guard isAcceptable(bytes) else { return }
        let isValid = String(validating: bytes, as: UTF8.self) != nil
        var scalars = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
        var start = 0
        if lineNumber == 1, scalars.first == "\u{FEFF}" { start = 1 }
        if start == 1 {
            report(
                .note, "byte-order-mark", at: 0, "the file begins with a byte order mark",
                consequence: "other daemons take it for a part of the first word", fix: "save the file without it")
        }
        replaceTypography(in: &scalars, from: start)
        let end = commentStart(in: scalars, from: start)
        warnOfCommentInsideWord(in: scalars, from: start, at: end)
        if !isValid, let damaged = scalars[..<end].firstIndex(of: "\u{FFFD}") {
            report(
                .error, "invalid-utf8", at: damaged, "this is not UTF-8 text",
                consequence: "the word would be used with this character replaced",
                fix: "save the file in UTF-8, or write the word in ASCII")
        }
        skipBlanks(in: scalars, at: &start, before: end)
        guard holdsConditions(of: scalars, at: &start, before: end) else { return }
        if skipsDefinition(in: scalars, at: start, before: end) { return }
        if skipsTemplate(in: scalars, at: start, before: end) { return }
        var scanner = LineScanner(scalars, from: start, to: end, file: source.file, line: lineNumber)
        scanner.scan()
        result.diagnostics += scanner.diagnostics
        result.pieces += scanner.pieces
        for piece in scanner.pieces { noteUses(in: piece) }
    }

    /// Whether the line can be read at all; says why when not.
    private mutating func isAcceptable(_ bytes: ArraySlice<UInt8>) -> Bool {
        if bytes.contains(0) {
            report(
                .error, "nul-byte", at: 0, "the line contains a NUL byte", consequence: "the line is not read",
                fix: "remove the byte; the file may be damaged or not be text")
            return false
        }
        if bytes.count > lineLimit {
            report(
                .error, "line-too-long", at: 0, "the line has \(bytes.count) bytes, more than \(lineLimit)",
                consequence: "the line is not read", fix: "break it into several lines")
            return false
        }
        if bytes.count > keepalivedLineLimit {
            report(
                .warning, "long-line", at: 0, "the line has \(bytes.count) bytes",
                consequence: "it is read here, but keepalived drops every line of more than \(keepalivedLineLimit)",
                fix: "break it into several lines")
        }
        return true
    }
}

// MARK: Comments and characters

extension Lexer {
    /// Where the comment begins: the first `#` or `!` that is neither in double quotes nor after a backslash.
    private func commentStart(in scalars: [Unicode.Scalar], from start: Int) -> Int {
        var isQuoted = false
        var index = start
        while index < scalars.count {
            let scalar = scalars[index]
            if scalar == "\"" {
                isQuoted.toggle()
            } else if !isQuoted {
                if scalar == "#" || scalar == "!" { return index }
                let next = index + 1 < scalars.count ? scalars[index + 1] : " "
                if scalar == "\\", next == "#" || next == "!" { index += 1 }
            }
            index += 1
        }
        return scalars.count
    }

    /// A password such as `k@l!ve` is cut at its `!`, which nobody expects.
    private mutating func warnOfCommentInsideWord(in scalars: [Unicode.Scalar], from start: Int, at comment: Int) {
        guard comment > start, comment < scalars.count else { return }
        var wordStart = comment
        while wordStart > start, !scalars[wordStart - 1].isBlank,
            !"{}\"".unicodeScalars.contains(scalars[wordStart - 1])
        {
            wordStart -= 1
        }
        let word = scalars[wordStart..<comment]
        guard !word.isEmpty else { return }
        let before = scalars[start..<wordStart].split(whereSeparator: \.isBlank).last
        if before.map({ String($0) }) != "auth_pass" {
            // After a number, and before a blank, a comment is more likely than a word with the sign in it.
            let isNumber = word.allSatisfy { ("0"..."9").contains($0) || $0 == "." || $0 == "/" || $0 == ":" }
            guard !isNumber, comment + 1 < scalars.count, !scalars[comment + 1].isBlank else { return }
        }
        report(
            .warning, "comment-inside-word", at: comment, "`\(scalars[comment])` begins a comment, even inside a word",
            consequence: "the word is read as `\(String(word))`",
            fix: "write `\\\(scalars[comment])`, put the word in double quotes, or put a blank before the comment")
    }

    /// Quotes and spaces that a word processor or a web page made are read as what they look like, and reported.
    ///
    /// In plain double quotes they are text.
    private mutating func replaceTypography(in scalars: inout [Unicode.Scalar], from start: Int) {
        var first: Int?
        var isPlainQuoted = false
        var isTypographicQuoted = false
        for index in scalars.indices where index >= start {
            switch scalars[index] {
            case "\"" where isTypographicQuoted: isTypographicQuoted = false
            case "\"": isPlainQuoted.toggle()
            case _ where isPlainQuoted: break
            case "#" where !isTypographicQuoted, "!" where !isTypographicQuoted:
                if index == start || scalars[index - 1] != "\\" { return reportTypography(at: first) }
            case "\u{201C}", "\u{201D}", "\u{201E}", "\u{FF02}":
                scalars[index] = "\""
                isTypographicQuoted.toggle()
                first = first ?? index
            case "\u{2018}", "\u{2019}", "\u{201A}":
                scalars[index] = "'"
                first = first ?? index
            case "\u{A0}", "\u{2002}"..."\u{200B}", "\u{202F}", "\u{2060}", "\u{3000}", "\u{FEFF}":
                scalars[index] = " "
                first = first ?? index
            default: break
            }
        }
        reportTypography(at: first)
    }

    private mutating func reportTypography(at index: Int?) {
        guard let index else { return }
        report(
            .error, "typographic-character", at: index,
            "this is a typographic quote or space, not the character of the language that it looks like",
            consequence: "other daemons take it for a part of the word",
            fix: "type the plain \", ' or space in its place")
    }

    private func skipBlanks(in scalars: [Unicode.Scalar], at index: inout Int, before end: Int) {
        while index < end, scalars[index].isBlank { index += 1 }
    }
}

// MARK: Conditions, definitions, templates

extension Lexer {
    /// Reads `@ID` and `@^ID` at the line's beginning; false when the line is not for us.
    private mutating func holdsConditions(of scalars: [Unicode.Scalar], at index: inout Int, before end: Int) -> Bool {
        var holds = true
        while index < end, scalars[index] == "@" {
            let at = index
            index += 1
            let isNegated = index < end && scalars[index] == "^"
            if isNegated { index += 1 }
            let start = index
            while index < end, !scalars[index].isBlank { index += 1 }
            guard index > start else {
                report(
                    .error, "condition-incomplete", at: at, "`@` is not followed by a configuration id",
                    consequence: "nobody can say whether the line applies; it is not read",
                    fix: "write `@ID` or `@^ID` without blanks, then the line")
                return false
            }
            let identifier = String(scalars[start..<index])
            result.conditions.append(Condition(identifier: identifier, isNegated: isNegated, location: location(at)))
            if (identifier == configurationID) == isNegated { holds = false }
            skipBlanks(in: scalars, at: &index, before: end)
        }
        return holds
    }

    /// `$NAME=value`, perhaps over several lines: all but the last end in a backslash.
    private mutating func skipsDefinition(in scalars: [Unicode.Scalar], at start: Int, before end: Int) -> Bool {
        guard start + 1 < end, scalars[start] == "$", scalars[start + 1].isNameStart else { return false }
        var index = start + 1
        while index < end, scalars[index].isNamePart { index += 1 }
        guard index < end, scalars[index] == "=" else { return false }
        let name = String(scalars[(start + 1)..<index])
        result.definedNames.insert(name)
        report(
            .error, "definition-unsupported", at: start, "the definition of `$\(name)` is not supported yet",
            consequence: "nothing that uses `$\(name)` can be read", fix: "write the value out where it is used")
        skipContinuation(of: scalars[start..<end])
        return true
    }

    /// `~SEQ(...) rest` and `~LST(...) rest`.
    private mutating func skipsTemplate(in scalars: [Unicode.Scalar], at start: Int, before end: Int) -> Bool {
        let opening = String(scalars[start..<min(end, start + 4)])
        guard opening == "~SEQ" || opening == "~LST" else { return false }
        report(
            .error, "template-unsupported", at: start, "`\(opening)` is not supported yet",
            consequence: "the lines it stands for are missing", fix: "write the lines out")
        skipContinuation(of: scalars[start..<end])
        return true
    }

    /// Passes over the lines that continue this one, by its and their last character.
    private mutating func skipContinuation(of line: ArraySlice<Unicode.Scalar>) {
        var line = line
        while line.last(where: { !$0.isBlank }) == "\\", lineNumber < source.lineCount {
            lineNumber += 1
            let scalars = Array(String(decoding: source.bytes(ofLine: lineNumber), as: UTF8.self).unicodeScalars)
            line = scalars[..<commentStart(in: scalars, from: 0)]
        }
    }

    private mutating func noteUses(in piece: Piece) {
        guard let words = piece.words, let keyword = words.first?.text else { return }
        for word in words {
            for use in variables(in: word.text) {
                result.uses.append(
                    VariableUse(name: use, location: word.location, isQuoted: word.isQuoted, keyword: keyword))
            }
        }
    }
}

/// The names after `$` in a word: `${NAME}` anywhere, `$NAME` before a blank, a comma, `)`, `/` or the end.
func variables(in text: String) -> [String] {
    let scalars = Array(text.unicodeScalars)
    var found: [String] = []
    var index = 0
    while let dollar = scalars[index...].firstIndex(of: "$") {
        let isBraced = dollar + 1 < scalars.count && scalars[dollar + 1] == "{"
        let start = dollar + (isBraced ? 2 : 1)
        var end = start
        while end < scalars.count, scalars[end].isNamePart { end += 1 }
        index = max(end, dollar + 1)
        guard end > start, scalars[start].isNameStart else { continue }
        let next = end < scalars.count ? scalars[end] : " "
        let isUse = isBraced ? next == "}" || next.isBlank : next.isBlank || ",)/".unicodeScalars.contains(next)
        if isUse { found.append(String(scalars[start..<end])) }
    }
    return found
}
