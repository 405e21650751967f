/// `include` and its stricter forms.
let includeKeywords: Set<String> = ["include", "includer", "includem", "includew", "includeb", "includea"]

/// The bounds that keep a bad file set from using up memory or time.
///
/// All are far beyond any real configuration.
private enum Bound {
    static let files = 10_000
    static let bytes = 32 << 20
    static let includeDepth = 16
}

/// Reads a file and all that it includes into one list of statements.
struct FileSetParser<Reader: SourceReader> {
    private let reader: Reader
    private let configurationID: String
    private(set) var sources: [SourceText] = []
    private(set) var diagnostics: [Diagnostic] = []
    private(set) var conditions: [Condition] = []
    private(set) var definedNames: [String: SourceLocation] = [:]
    private(set) var uses: [VariableUse] = []
    /// What holds for the line that is read next, whatever file it is in.
    private var definitions = Definitions()
    /// The same for include lines.
    private var checks = IncludeChecks()
    private var expansionsLeft: Int
    private var filesRead = 0
    private var bytesRead = 0
    /// True when a bound was passed: nothing more is read, and it is said once.
    private var isExhausted = false

    init(reader: Reader, configurationID: String) {
        self.reader = reader
        self.configurationID = configurationID
        expansionsLeft = reader.expandedLineLimit
    }

    /// The statements of the file the operator named.
    mutating func parse(file: String) -> [Statement] {
        switch reader.read(file) {
        case .success(let bytes):
            return parse(bytes, of: file, within: [])
        case .failure(let failure):
            diagnostics.append(
                Diagnostic(
                    .error, "file-unreadable", at: SourceLocation(file: file, line: 1, column: 1),
                    "the file cannot be read: \(failure.reason)", consequence: "there is nothing to run"))
            return []
        }
    }

    private mutating func parse(_ bytes: [UInt8], of file: String, within chain: [String]) -> [Statement] {
        filesRead += 1
        bytesRead += bytes.count
        guard filesRead <= Bound.files, bytesRead <= Bound.bytes else {
            isExhausted = true
            diagnostics.append(
                Diagnostic(
                    .error, "configuration-too-large", at: SourceLocation(file: file, line: 1, column: 1),
                    "the configuration is larger than \(Bound.files) files or \(Bound.bytes >> 20) MiB",
                    consequence: "this file is not read", fix: "check what the include lines match"))
            return []
        }
        let source = SourceText(file: file, bytes: bytes)
        if !sources.contains(where: { $0.file == file }) { sources.append(source) }
        let chain = chain + [normalized(file)]
        var lexer = Lexer(
            source, surroundings(of: file), definitions: definitions, expansionsLeft: expansionsLeft)
        var tree = FileTree()
        let inherited = checks
        while let pieces = lexer.advance() {
            checks.take(pieces)
            // What is included is read where it is included, because its definitions hold for the lines that follow.
            for words in pieces.compactMap(\.words) {
                guard let keyword = words.first, keyword.includes else { continue }
                (definitions, expansionsLeft) = (lexer.definitions, lexer.expansionsLeft)
                tree.include(include(keyword, Array(words.dropFirst()), within: chain), at: keyword.location)
                (lexer.definitions, lexer.expansionsLeft) = (definitions, expansionsLeft)
            }
            tree.add(pieces)
        }
        (definitions, expansionsLeft) = (lexer.definitions, lexer.expansionsLeft)
        checks = inherited
        take(lexer.result)
        let (statements, problems) = tree.finish()
        diagnostics += problems.map(\.diagnostic)
        return statements
    }

    private mutating func take(_ lexed: LexedFile) {
        diagnostics += lexed.diagnostics
        conditions += lexed.conditions
        definedNames.merge(lexed.definedNames) { first, _ in first }
        uses += lexed.uses
    }

    private func surroundings(of file: String) -> Definitions.Surroundings {
        let directory = file.lastIndex(of: "/").map { String(file[..<$0]) }
        let base = file.hasPrefix("/") ? "" : reader.workingDirectory
        let reader = reader
        return Definitions.Surroundings(
            configurationID: configurationID,
            directory: directory.map { base.isEmpty ? $0 : base + "/" + $0 } ?? base,
            environment: { reader.environment($0) })
    }

    private mutating func report(
        _ severity: Diagnostic.Severity, _ code: String, at word: Word, _ message: String,
        consequence: String? = nil, fix: String? = nil, passesKeepalived: Bool? = nil
    ) {
        var diagnostic = Diagnostic(severity, code, at: word.location, message, consequence: consequence, fix: fix)
        diagnostic.passesKeepalived = passesKeepalived
        diagnostics.append(diagnostic)
    }
}

// MARK: One include line

extension FileSetParser {
    private mutating func include(_ keyword: Word, _ arguments: [Word], within chain: [String]) -> [Statement] {
        guard let pattern = arguments.first else {
            report(.error, "include-without-file", at: keyword, "`\(keyword.text)` names no file")
            return []
        }
        // A name that is not expanded has been reported already.
        guard nameUses(in: Array(pattern.text.unicodeScalars)).isEmpty else { return [] }
        if let extra = arguments.dropFirst().first {
            report(
                .warning, "extra-words", at: extra, "`\(keyword.text)` takes one file or pattern",
                consequence: "`\(extra.text)` is ignored", fix: "write a line of its own for each")
        }
        guard chain.count < Bound.includeDepth else {
            report(
                .error, "include-too-deep", at: pattern,
                "more than \(Bound.includeDepth) files include one another here",
                consequence: "`\(pattern.text)` is not read", fix: "include it from a file further up")
            return []
        }
        let path = resolve(pattern.text, from: keyword.location.file)
        if path.contains(where: { "*?[{".contains($0) }) {
            return includeMatches(of: path, pattern: pattern, keyword: keyword, within: chain)
        }
        return includeFile(path, named: pattern, by: keyword, within: chain)
    }

    /// Reads what a pattern matches.
    ///
    /// No match is suspicious in a plain include, and an error where a stricter form asks.
    private mutating func includeMatches(
        of path: String, pattern: Word, keyword: Word, within chain: [String]
    ) -> [Statement] {
        let isStrict = keyword.text == "includew" || keyword.text == "includea" || checks.demandsMatch
        let wantsEachAlternative = keyword.text == "includeb" || isStrict || checks.demandsEachAlternative
        let keepalived = KeepalivedIncludes(keyword.text, checks)
        let matches = reader.glob(path)
        if matches.isEmpty {
            report(
                wantsEachAlternative ? .error : .warning, "include-unmatched", at: pattern,
                "no file matches `\(pattern.text)`", consequence: "nothing is included",
                fix: "correct the pattern, or remove the line",
                passesKeepalived: keepalived.passesUnmatched(isInDirectory: hasDirectory(path)))
        } else if wantsEachAlternative {
            for alternative in expandBraces(path) where reader.glob(alternative).isEmpty {
                report(
                    .error, "include-unmatched", at: pattern, "no file matches the alternative `\(alternative)`",
                    consequence: "`\(keyword.text)` or `include_check` asks for a file for each",
                    fix: "correct the pattern",
                    passesKeepalived: !keepalived.demandsAlternatives || alternative.contains { "*?[".contains($0) })
            }
        }
        var statements: [Statement] = []
        for match in matches {
            statements += includeFile(match, named: pattern, by: nil, within: chain)
        }
        return statements
    }

    private func hasDirectory(_ path: String) -> Bool {
        guard let slash = path.lastIndex(of: "/") else { return true }
        return slash == path.startIndex || !reader.glob(String(path[..<slash])).isEmpty
    }

    /// - Parameter keyword: that of a line that names this one file.
    private mutating func includeFile(
        _ path: String, named pattern: Word, by keyword: Word?, within chain: [String]
    ) -> [Statement] {
        let isNamed = keyword != nil
        guard !isExhausted else { return [] }
        if let first = chain.firstIndex(of: normalized(path)) {
            let cycle = (chain[first...] + [normalized(path)]).joined(separator: " -> ")
            report(
                .error, "include-cycle", at: pattern, "this include comes back to where it began: \(cycle)",
                consequence: "`\(path)` is not read again", fix: "remove the line")
            return []
        }
        switch reader.read(path) {
        case .failure(let failure):
            report(
                .error, isNamed ? "include-missing" : "include-unreadable", at: pattern,
                "`\(path)` cannot be read: \(failure.reason)",
                consequence: "the configuration would run without this part",
                fix: isNamed ? "correct the name, or remove the line" : "make the file readable, or remove it",
                passesKeepalived: keyword.map { KeepalivedIncludes($0.text, checks).passesMissing })
            return []
        case .success(let bytes):
            guard reader.isIncludable(path) else {
                report(
                    isNamed ? .error : .warning, "include-skipped", at: pattern,
                    "`\(path)` is not included: it is executable or not a regular file",
                    consequence: "the configuration would run without this part", fix: "chmod a-x \(path)")
                return []
            }
            return parse(bytes, of: path, within: chain)
        }
    }

    /// A relative name starts at the directory of the file that contains the line.
    private func resolve(_ pattern: String, from file: String) -> String {
        var pattern = pattern
        while pattern.hasPrefix("./") { pattern.removeFirst(2) }
        guard !pattern.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return pattern }
        return String(file[...slash]) + pattern
    }
}

/// The same path without `//` and `/./`, so that a cycle is recognised.
private func normalized(_ path: String) -> String {
    let parts = path.split(separator: "/").filter { $0 != "." }
    return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
}

/// The alternatives of a pattern's braces, `{a,b}`; at most 64.
func expandBraces(_ pattern: String) -> [String] {
    guard let open = pattern.firstIndex(of: "{") else { return [pattern] }
    var depth = 0
    var start = pattern.index(after: open)
    var alternatives: [Substring] = []
    var index = open
    while index < pattern.endIndex {
        switch pattern[index] {
        case "{": depth += 1
        case "}": depth -= 1
        default: break
        }
        if depth == 0 || (depth == 1 && pattern[index] == ",") {
            alternatives.append(pattern[start..<index])
            start = pattern.index(after: index)
        }
        if depth == 0 { break }
        index = pattern.index(after: index)
    }
    // A brace that never closes is a character like any other.
    guard index < pattern.endIndex else { return [pattern] }
    let expanded = alternatives.flatMap { expandBraces(pattern[..<open] + String($0) + pattern[start...]) }
    return Array(expanded.prefix(64))
}
