/// A statement while the parser puts its block together.
struct StatementDraft: Equatable {
    var keyword: Word
    var arguments: [Word]
    /// The line as written; nil when it is just the words with a space between them, as most lines are.
    var written: String?
    var children: [StatementDraft]?
    var blockEnd: SourceLocation?

    init(keyword: Word, arguments: [Word], written: String? = nil) {
        self.keyword = keyword
        self.arguments = arguments
        self.written = written
    }

    /// - Parameters:
    ///   - words: at least the keyword.
    ///   - written: the line as written; nil when it is just the words with a space between them.
    init?(_ words: [Word], written: String?) {
        guard let keyword = words.first else { return nil }
        self.init(keyword: keyword, arguments: Array(words.dropFirst()), written: written)
    }

    var location: SourceLocation { keyword.location }
    var rawLine: String { written ?? ([keyword] + arguments).map(\.text).joined(separator: " ") }

    /// Whether a line is just `words` with a space between them.
    static func isPlain(_ line: String, _ words: [Word]) -> Bool {
        var rest = line.utf8[...]
        func takes(_ text: String) -> Bool {
            guard rest.starts(with: text.utf8) else { return false }
            rest = rest.dropFirst(text.utf8.count)
            return true
        }
        return words.enumerated().allSatisfy { ($0.offset == 0 || takes(" ")) && takes($0.element.text) }
            && rest.isEmpty
    }
}
