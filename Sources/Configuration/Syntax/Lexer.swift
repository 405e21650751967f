/// Of longer lines keepalived takes the rest for another line: its line buffer has 1024 bytes.
private let keepalivedLineLimit = 1023
/// A line beyond this is not configuration.
private let lineLimit = 65536

/// Turns the text of one file into pieces: comments, conditions, definitions and templates are settled here.
struct Lexer {
    let source: SourceText
    let surroundings: Definitions.Surroundings
    /// Those of the lines read so far, in other files too.
    var definitions: Definitions
    /// How many lines definitions and templates may still make.
    var expansionsLeft: Int
    var result = LexedFile()
    var lineNumber = 0
    /// Where the next line begins, in bytes.
    private var nextStart = 0
    /// Whether the line that was read last is continued by the next, should it be a definition.
    var endsInBackslash = false
    /// What is to be read before the file goes on, the next last.
    var pending: [Pending] = []

    enum Pending {
        case line(LineText)
        /// A template's variable has a value from here on, or none any more.
        case bind(String, [Unicode.Scalar]?)
    }

    init(
        _ source: SourceText, _ surroundings: Definitions.Surroundings, definitions: Definitions, expansionsLeft: Int
    ) {
        self.source = source
        self.surroundings = surroundings
        self.definitions = definitions
        self.expansionsLeft = expansionsLeft
        guard let problem = source.notText ?? source.unrenderedTemplate ?? source.otherLanguage else { return }
        result.diagnostics.append(problem)
        lineNumber = source.lineCount
    }

    /// Reads the next line, whether it is one of the file or one that a name or a template has made.
    ///
    /// - Returns: what it says; nil at the end of the file.
    mutating func advance() -> [Piece]? {
        switch pending.popLast() {
        case .bind(let name, let value): definitions.bind(name, to: value)
        case .line(let text): lex(text)
        case nil:
            passOverSilentLines()
            guard lineNumber < source.lineCount else { return nil }
            if let text = nextLine() { lex(text) }
        }
        defer { result.pieces = [] }
        return result.pieces
    }

    private func location(_ index: Int) -> SourceLocation {
        SourceLocation(in: source.origin, line: lineNumber, column: index + 1)
    }

    private mutating func report(
        _ severity: Diagnostic.Severity, _ code: String, at index: Int, _ message: String,
        consequence: String? = nil, fix: String? = nil, passesKeepalived: Bool? = nil
    ) {
        var diagnostic = Diagnostic(severity, code, at: location(index), message, consequence: consequence, fix: fix)
        diagnostic.passesKeepalived = passesKeepalived
        result.diagnostics.append(diagnostic)
    }

    /// Passes over lines of which nothing comes: blank ones, and whole comments that could be read.
    private mutating func passOverSilentLines() {
        while lineNumber < source.lineCount {
            var next = nextStart
            let bytes = source.bytes(ofLineAt: &next)
            guard bytes.count <= keepalivedLineLimit else { return }
            if let first = bytes.first(where: { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }) {
                guard first == UInt8(ascii: "#") || first == UInt8(ascii: "!"), !bytes.contains(0) else { return }
            }
            (lineNumber, nextStart) = (lineNumber + 1, next)
        }
    }

    /// The next line of the file up to its comment; nil when it cannot be read.
    mutating func nextLine() -> LineText? {
        lineNumber += 1
        let bytes = source.bytes(ofLineAt: &nextStart)
        guard isAcceptable(bytes) else { return nil }
        let isASCII = bytes.allSatisfy { $0 < 0x80 }
        let isValid = isASCII || String(validating: bytes, as: UTF8.self) != nil
        var scalars =
            isASCII
            ? bytes.map { Unicode.Scalar($0) } : Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
        var start = 0
        if lineNumber == 1, scalars.first == "\u{FEFF}" { start = 1 }
        if start == 1 {
            report(
                .note, "byte-order-mark", at: 0, "the file begins with a byte order mark",
                consequence: "other daemons take it for a part of the first word", fix: "save the file without it")
        }
        if !isASCII { replaceTypography(in: &scalars, from: start) }
        let end = Self.commentStart(in: scalars, from: start)
        warnOfCommentInsideWord(in: scalars, from: start, at: end)
        if !isValid, let damaged = scalars[..<end].firstIndex(of: "\u{FFFD}") {
            report(
                .error, "invalid-utf8", at: damaged, "this is not UTF-8 text",
                consequence: "the word would be used with this character replaced",
                fix: "save the file in UTF-8, or write the word in ASCII",
                // A keyword, or a name that a line begins with, it would not know.
                passesKeepalived: scalars[start..<damaged].contains(where: \.isBlank) ? true : nil)
        }
        endsInBackslash = scalars.last { !$0.isBlank } == "\\" || scalars[..<end].last { !$0.isBlank } == "\\"
        scalars.removeSubrange(end...)
        scalars.removeSubrange(..<start)
        return LineText(scalars, in: source.origin, line: lineNumber, column: start + 1)
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
                consequence:
                    "it is read here, but keepalived takes what follows \(keepalivedLineLimit) for another line",
                fix: "break it into several lines",
                passesKeepalived: bytes.dropFirst(keepalivedLineLimit).allSatisfy { [9, 13, 32].contains($0) }
                    ? true : nil)
        }
        return true
    }
}

// MARK: Comments and characters

extension Lexer {
    /// Where the comment begins: the first `#` or `!` that is neither in double quotes nor after a backslash.
    static func commentStart(in scalars: [Unicode.Scalar], from start: Int) -> Int {
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
            case "\u{2010}"..."\u{2015}" where isBeforeNumber(index, of: scalars, from: start),
                "\u{2212}" where isBeforeNumber(index, of: scalars, from: start):
                scalars[index] = "-"
                first = first ?? index
            default: break
            }
        }
        reportTypography(at: first)
    }

    /// Where a dash is meant as a sign.
    private func isBeforeNumber(_ index: Int, of scalars: [Unicode.Scalar], from start: Int) -> Bool {
        guard index > start, scalars[index - 1].isBlank, index + 1 < scalars.count else { return false }
        return ("0"..."9").contains(scalars[index + 1])
    }

    private mutating func reportTypography(at index: Int?) {
        guard let index else { return }
        report(
            .error, "typographic-character", at: index,
            "this is a typographic quote, dash or space, not the character of the language that it looks like",
            consequence: "other daemons take it for a part of the word",
            fix: "type the plain \", ', - or space in its place")
    }
}
