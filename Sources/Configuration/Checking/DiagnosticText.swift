/// The codes of the parser after which the same word needs no second error: it could not be read at all.
private let unreadableWordCodes: Set<String> = [
    "invalid-utf8", "unterminated-quote", "variable-undefined", "variable-unexpanded",
]

/// A line of more bytes than this does not help anybody on a terminal.
private let longestExcerpt = 400

/// The result of checking a set of files: each thing to say once, in the order of files and lines.
public struct CheckReport: Equatable, Sendable {
    /// The files read, in the order of their first reading.
    public let files: [String]
    public let diagnostics: [Diagnostic]
    /// Of two files: what each failure does to the pair.
    public let proofs: [Proof]
    /// The instances and sync groups of two files for which there is none, because the files do not fit together.
    public let unproved: [String]
    private let sources: [String: SourceText]

    /// Sorts `diagnostics` by file, line and column and drops what is said twice.
    ///
    /// `order` names the files in the order wanted, unreadable ones too; without it the sources' order counts.
    public init(
        diagnostics: [Diagnostic], sources: [SourceText], order: [String] = [], proofs: [Proof] = [],
        unproved: [String] = []
    ) {
        self.proofs = proofs
        self.unproved = unproved
        var rankOfFile: [String: Int] = [:]
        for file in order + sources.map(\.file) where rankOfFile[file] == nil { rankOfFile[file] = rankOfFile.count }
        var texts: [String: SourceText] = [:]
        for source in sources where texts[source.file] == nil { texts[source.file] = source }
        self.files = texts.keys.sorted { rankOfFile[$0, default: 0] < rankOfFile[$1, default: 0] }
        self.sources = texts
        let unreadable = Set(diagnostics.filter { unreadableWordCodes.contains($0.code) }.map(\.location))
        var seen: Set<Identity> = []
        let kept = Self.folded(diagnostics, texts).filter {
            if !unreadableWordCodes.contains($0.code), unreadable.contains($0.location) { return false }
            return seen.insert(Identity($0)).inserted
        }
        func rank(_ diagnostic: Diagnostic) -> (Int, Int, Int) {
            let location = diagnostic.location
            return (rankOfFile[location.file] ?? Int.max, location.line, location.column)
        }
        // The sort is not guaranteed to be stable, and two diagnostics of one place shall keep their order.
        self.diagnostics = kept.enumerated().sorted {
            let left = rank($0.element)
            let right = rank($1.element)
            return left == right ? $0.offset < $1.offset : left < right
        }.map(\.element)
    }

    /// What is said again and again of one line that a definition or a template repeats, with other numbers, once.
    private static func folded(_ diagnostics: [Diagnostic], _ texts: [String: SourceText]) -> [Diagnostic] {
        var first: [Identity: Int] = [:]
        var more: [Int: Int] = [:]
        var result: [Diagnostic] = []
        // A line of which much is said is looked at once.
        var line: (file: String, number: Int, isRepeated: Bool)?
        for diagnostic in diagnostics {
            let location = diagnostic.location
            if line?.number != location.line || line?.file != location.file {
                line = (location.file, location.line, isRepeated(location, texts))
            }
            guard location.relation != nil || line?.isRepeated == true else {
                result.append(diagnostic)
                continue
            }
            var identity = Identity(diagnostic)
            identity.message = String(diagnostic.message.filter { !$0.isNumber })
            if let index = first[identity] {
                if result[index].message != diagnostic.message { more[index, default: 0] += 1 }
            } else {
                first[identity] = result.count
                result.append(diagnostic)
            }
        }
        for (index, count) in more {
            result[index].message += "; the same holds of \(count) more that this line makes"
        }
        return result
    }

    /// Whether the line makes several, `~SEQ` and the like.
    private static func isRepeated(_ location: SourceLocation, _ texts: [String: SourceText]) -> Bool {
        guard let bytes = texts[location.file]?.bytes(ofLine: location.line) else { return false }
        return bytes.contains(UInt8(ascii: "~"))
    }

    /// The same about the same files, with other diagnostics in the place of these.
    ///
    /// - Parameter texts: those of files of which there was nothing to say before.
    func replacing(_ diagnostics: [Diagnostic], showing texts: [SourceText] = []) -> CheckReport {
        CheckReport(
            diagnostics: diagnostics, sources: texts + Array(sources.values), order: files, proofs: proofs,
            unproved: unproved)
    }

    /// Two diagnostics with the same identity say the same.
    private struct Identity: Hashable {
        var code: String
        var location: SourceLocation
        var message: String

        init(_ diagnostic: Diagnostic) {
            code = diagnostic.code
            location = diagnostic.location
            // One brace or quote has one problem, however many readers stumble over it.
            message = unreadableWordCodes.contains(code) ? "" : diagnostic.message
        }
    }

    /// How many diagnostics have a severity.
    public func count(of severity: Diagnostic.Severity) -> Int { diagnostics.count { $0.severity == severity } }

    /// 0 when there is nothing but notes, 1 when there are warnings, 2 when there are errors.
    public var exitCode: Int32 {
        switch diagnostics.map(\.severity).max() {
        case .error: 2
        case .warning: 1
        case .note, nil: 0
        }
    }
}

// MARK: Text

extension CheckReport {
    /// Everything for a person to read; empty when there is nothing to say.
    ///
    /// Each diagnostic is `file:line:column: error: message`, then indented the line itself, what would happen and what
    /// mends it.
    public var text: String {
        var text = ""
        let (shown, hidden) = selection
        for diagnostic in shown {
            text += "\(diagnostic.location): \(diagnostic.severity.rawValue): \(printable(diagnostic.message))\n"
            if !diagnostic.isAboutSecret { text += excerpt(at: diagnostic.location) }
            for relation in diagnostic.location.relation?.chain ?? [] { text += "    \(printable(relation.words))\n" }
            if let consequence = diagnostic.consequence { text += "    \(printable(consequence))\n" }
            if let fix = diagnostic.fix {
                // A fix of several lines stays aligned under its first.
                let lines = fix.split(separator: "\n", omittingEmptySubsequences: false).map { printable(String($0)) }
                text += "    fix: \(lines.joined(separator: "\n         "))\n"
            }
        }
        if !hidden.isEmpty {
            let codes = hidden.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            let named = codes.prefix(3).map { "\($0.value) of `\($0.key)`" }.joined(separator: ", ")
            text +=
                codes.count == 1
                ? "... and \(codes[0].value) more of `\(codes[0].key)`"
                : "... and \(hidden.values.reduce(0, +)) more, \(named)\(codes.count > 3 ? " and others" : "")"
            text += "; --json has all of them\n"
        }
        return text
    }

    /// What is shown, and how many of each code are not: of many the first ones of each, the worst first, so that none hides all the
    /// others.
    private var selection: (shown: [Diagnostic], hidden: [String: Int]) {
        guard diagnostics.count > Self.mostShown else { return (diagnostics, [:]) }
        var (counts, hidden): ([String: Int], [String: Int]) = ([:], [:])
        var shown: Set<Int> = []
        for severity in [Diagnostic.Severity.error, .warning, .note] {
            for (index, diagnostic) in diagnostics.enumerated() where diagnostic.severity == severity {
                counts[diagnostic.code, default: 0] += 1
                if counts[diagnostic.code, default: 0] <= Self.mostAlike, shown.count < Self.mostShown {
                    shown.insert(index)
                } else {
                    hidden[diagnostic.code, default: 0] += 1
                }
            }
        }
        return (diagnostics.indices.filter(shown.contains).map { diagnostics[$0] }, hidden)
    }

    /// Nobody reads more at once, and a file that is something else altogether has a complaint for every line.
    private static let mostShown = 200
    private static let mostAlike = 20

    /// The line and a caret under the column; nothing for an unknown or empty line, or one too long to help.
    private func excerpt(at location: SourceLocation) -> String {
        guard let source = sources[location.file], source.bytes(ofLine: location.line).count <= longestExcerpt,
            let line = source.line(location.line)
        else { return "" }
        let scalars = Array(line.unicodeScalars)
        guard scalars.indices.contains(location.column - 1) else { return "" }
        let indent = scalars.prefix(location.column - 1).map { $0 == "\t" ? "\t" : " " }.joined()
        return "    | \(printable(line))\n    | \(indent)^\n"
    }

    /// `2 errors, 1 warning` or `no complaints`.
    public var summary: String {
        let parts = [Diagnostic.Severity.error, .warning, .note].compactMap { severity in
            let count = count(of: severity)
            return count == 0 ? nil : "\(count) \(severity.rawValue)\(count == 1 ? "" : "s")"
        }
        return parts.isEmpty ? "no complaints" : parts.joined(separator: ", ")
    }
}

extension Relation {
    /// For people: what is at the other place.
    var words: String {
        switch kind {
        case .definition: "\(name) is defined at \(place)"
        case .use: "read because of \(name) at \(place)"
        }
    }
}

/// A terminal shall not obey a file: control characters other than a tab are shown as `?`.
private func printable(_ text: String) -> String {
    String(text.unicodeScalars.map { $0 != "\t" && ($0.value < 0x20 || (0x7F...0x9F).contains($0.value)) ? "?" : $0 })
}
