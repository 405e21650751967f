/// The longest `${NAME}`; a bound so that a line of nothing but `${` is not searched again and again.
private let variableLimit = 256

/// Splits one line into words and braces.
///
/// Nothing here may insert or remove a character before it was located.
struct LineScanner {
    private let text: LineText
    private let scalars: [Unicode.Scalar]
    private let end: Int
    private var index: Int
    /// In UTF-8, as ``raw``.
    private var word: [UInt8] = []
    private var wordStart: Int?
    private var words: [Word] = []
    private var raw: [UInt8] = []
    private var startsLine = true
    /// In an include's pattern braces are alternatives, not blocks.
    private var bracesAreText = false

    private(set) var pieces: [Piece] = []
    private(set) var diagnostics: [Diagnostic] = []

    /// Splits a line that ends before its comment.
    init(_ text: LineText) {
        self.text = text
        scalars = text.scalars
        end = text.scalars.count
        index = 0
        raw.reserveCapacity(end)
    }

    private func location(_ position: Int) -> SourceLocation { text.location(position) }

    mutating func scan() {
        while index < end {
            let scalar = scalars[index]
            switch scalar {
            case "\"":
                endWord()
                scanQuoted()
            case "{" where !bracesAreText, "}" where !bracesAreText:
                endStatement()
                pieces.append(
                    Piece(
                        content: scalar == "{" ? .open : .close, location: location(index), startsLine: startsLine))
                startsLine = false
                index += 1
            case "$" where isBracedVariable(at: index):
                scanBracedVariable()
            case "\\" where index + 1 < end && (scalars[index + 1] == "#" || scalars[index + 1] == "!"):
                index += 1
                take()
            default:
                scalar.isBlank ? skipBlank() : take()
            }
        }
        endStatement()
    }

    private mutating func take() {
        if wordStart == nil { wordStart = index }
        word.append(scalars[index])
        raw.append(scalars[index])
        index += 1
    }

    private mutating func skipBlank() {
        endWord()
        if !words.isEmpty { raw.append(scalars[index]) }
        index += 1
    }

    private mutating func endWord() {
        guard let start = wordStart else { return }
        append(Word(String(decoding: word, as: UTF8.self), at: location(start)))
        word.removeAll(keepingCapacity: true)
        wordStart = nil
    }

    private mutating func append(_ word: Word) {
        words.append(word)
        if words.count == 1, startsLine, !word.isQuoted { bracesAreText = includeKeywords.contains(word.text) }
    }

    private mutating func endStatement() {
        endWord()
        while raw.last.map({ Unicode.Scalar($0).isBlank }) == true { raw.removeLast() }
        if let first = words.first {
            let line = String(decoding: raw, as: UTF8.self)
            let written = StatementDraft.isPlain(line, words) ? nil : line
            pieces.append(
                Piece(content: .words(words, written: written), location: first.location, startsLine: startsLine))
            startsLine = false
        }
        words = []
        raw.removeAll(keepingCapacity: true)
    }

    /// Reads a word in double quotes, from its quote on.
    private mutating func scanQuoted() {
        let start = index
        guard let close = scalars[(start + 1)..<end].firstIndex(of: "\"") else { return scanUnterminated() }
        for scalar in scalars[start...close] { raw.append(scalar) }
        append(Word(String(scalars[(start + 1)..<close]), at: location(start), isQuoted: true))
        index = close + 1
    }

    /// The quote never ends: the rest of the line is its word, except for a brace at the end, without which every
    /// following line would be misread as well.
    private mutating func scanUnterminated() {
        let start = index
        diagnostics.append(
            Diagnostic(
                .error, "unterminated-quote", at: location(start), "this double quote is never closed on its line",
                consequence: "the rest of the line cannot be read", fix: "add a \" at the end of the quoted text"))
        var stop = end
        while stop > start + 1, scalars[stop - 1].isBlank { stop -= 1 }
        let opensBlock = stop > start + 1 && scalars[stop - 1] == "{"
        if opensBlock { stop -= 1 }
        var textEnd = stop
        while textEnd > start + 1, scalars[textEnd - 1].isBlank { textEnd -= 1 }
        for scalar in scalars[start..<textEnd] { raw.append(scalar) }
        append(Word(String(scalars[(start + 1)..<textEnd]), at: location(start), isQuoted: true))
        index = opensBlock ? stop : end
    }

    private func isBracedVariable(at position: Int) -> Bool {
        guard position + 2 < end, scalars[position + 1] == "{", scalars[position + 2].isNameStart else { return false }
        return scalars[position..<min(end, position + variableLimit)].contains("}")
    }

    /// `${NAME}` and `${_ENV NAME}` belong to their word, braces and blanks included.
    private mutating func scanBracedVariable() {
        while scalars[index] != "}" { take() }
        take()
    }
}
