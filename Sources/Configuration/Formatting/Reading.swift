/// One file by itself as it is read for one configuration id, line by line.
struct Reading {
    /// Nil stands for every id that the file does not name.
    let configurationID: String?
    private(set) var pieces: [Piece] = []
    /// The errors that are the file's own, whatever includes it and whatever it includes.
    private(set) var errors: [Diagnostic] = []
    /// The codes of what else there is to say.
    private var warnings: [String] = []
    private var names: Set<String> = []
    /// How many pieces there are up to the end of each line.
    private var ends: [Int]
    /// The lines that continue a definition.
    private var continuations: Set<Int> = []
    private var conditions: [Int: [Condition]] = [:]
    /// How many blocks are open before each line.
    private var depths: [Int] = []

    /// More hosts than this are not told apart; their lines are indented as those of any other.
    private static let idLimit = 16

    /// Reads the file for every id that it names, and first for one that it does not.
    static func all(of source: SourceText, _ limit: Int) -> [Reading] {
        var readings = [Reading(source, nil, limit)]
        var next = 0
        var known: Set<String> = []
        while next < readings.count {
            for condition in readings[next].conditions.values.joined().sorted(by: { $0.location < $1.location })
            where readings.count <= idLimit && known.insert(condition.identifier).inserted {
                readings.append(Reading(source, condition.identifier, limit))
            }
            next += 1
        }
        return readings
    }

    /// - Parameter limit: how many lines may be made of templates and definitions.
    init(_ source: SourceText, _ configurationID: String?, _ limit: Int) {
        self.configurationID = configurationID
        ends = Array(repeating: 0, count: source.lineCount)
        // No id has a blank in it. What the environment says does not matter for the layout, only that it says something.
        let surroundings = Definitions.Surroundings(
            configurationID: configurationID ?? "another host", directory: "/", environment: { _ in "VALUE" })
        var lexer = Lexer(source, surroundings, definitions: Definitions(), expansionsLeft: limit)
        while lexer.lineNumber < source.lineCount {
            let first = lexer.lineNumber
            lexer.advanceLine()
            for line in first..<lexer.lineNumber {
                ends[line] = lexer.result.pieces.count
                if line > first { continuations.insert(line) }
            }
        }
        pieces = lexer.result.pieces
        names = Set(lexer.result.definedNames.keys)
        conditions = Dictionary(grouping: lexer.result.conditions, by: \.location.line)
        errors = lexer.result.diagnostics.filter { $0.severity == .error }
        errors += braceProblems(in: pieces).map(\.diagnostic)
        // These two are said of bytes that a layout may change.
        warnings = lexer.result.diagnostics.map(\.code).filter { !["long-line", "byte-order-mark"].contains($0) }
        measure()
    }

    private mutating func measure() {
        var depth = 0
        for line in ends.indices {
            depths.append(depth)
            for piece in self[line] { depth = max(0, depth + piece.depthChange) }
        }
    }

    /// The pieces that a line makes, by its number less one.
    subscript(line: Int) -> ArraySlice<Piece> { pieces[(line == 0 ? 0 : ends[line - 1])..<ends[line]] }

    /// How many blocks are open before the line.
    func depth(before line: Int) -> Int { depths[line] }

    /// How deep the line itself stands: what it closes at its beginning is no longer open.
    func level(of line: Int) -> Int {
        max(0, depths[line] - self[line].prefix { $0.content == .close }.count)
    }

    func isContinuation(_ line: Int) -> Bool { continuations.contains(line) }

    /// Whether the line counts for this id.
    func holds(_ line: Int) -> Bool {
        (conditions[line + 1] ?? []).allSatisfy { ($0.identifier == configurationID) != $0.isNegated }
    }

    /// Whether another text of the file says the same to each of the ids.
    static func all(_ readings: [Reading], agreeWith source: SourceText, _ limit: Int) -> Bool {
        readings.allSatisfy { $0.agrees(with: Reading(source, $0.configurationID, limit)) }
    }

    private func agrees(with other: Reading) -> Bool {
        errors == [] && other.errors == [] && warnings == other.warnings && names == other.names
            && pieces.count == other.pieces.count && zip(pieces, other.pieces).allSatisfy { $0.meansTheSame(as: $1) }
    }
}

extension Lexer {
    /// Reads the next line of the file with all that its names and templates make of it; what it includes is not read.
    fileprivate mutating func advanceLine() {
        if let text = nextLine() { lex(text) }
        while let next = pending.popLast() {
            switch next {
            case .bind(let name, let value): definitions.bind(name, to: value)
            case .line(let text): lex(text)
            }
        }
    }
}

extension SourceLocation {
    fileprivate static func < (left: SourceLocation, right: SourceLocation) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

extension Piece {
    fileprivate var depthChange: Int {
        switch content {
        case .words: 0
        case .open: 1
        case .close: -1
        }
    }

    /// Whether both say the same, wherever they stand and however many blanks are between their words.
    fileprivate func meansTheSame(as other: Piece) -> Bool {
        switch (content, other.content) {
        case (.open, .open), (.close, .close): return true
        case (.words(let words, let written), .words(let others, let otherWritten)):
            let isAlike =
                words.count == others.count
                && zip(words, others).allSatisfy { $0.text == $1.text && $0.isQuoted == $1.isQuoted }
            return isAlike && (written == otherWritten || command(words, written) == command(others, otherWritten))
        default: return false
        }
    }

    /// The line as a quoted command, in parts; its error's code when it is none.
    private func command(_ words: [Word], _ written: String?) -> [String?] {
        guard let line = StatementDraft(words, written: written) else { return [] }
        switch QuotedCommand.parse(Statement(line)) {
        case .failure(let problem): return [problem.diagnostic.code]
        case .success(let quoted):
            return [quoted.text, quoted.user?.text, quoted.group?.text, quoted.shellOperator]
                + quoted.command.map { .some($0) }
        }
    }
}
