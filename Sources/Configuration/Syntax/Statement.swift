/// A word of the configuration language and where it stands.
public struct Word: Equatable, Sendable {
    public var text: String
    public var location: SourceLocation
    /// True when the word was written in double quotes, which may hold spaces.
    public var isQuoted: Bool

    public init(_ text: String, at location: SourceLocation, isQuoted: Bool = false) {
        self.text = text
        self.location = location
        self.isQuoted = isQuoted
    }
}

/// What the file says, before anyone asks what it means: `keyword arguments… { children }`.
///
/// The lines of a value block (`virtual_ipaddress`) are statements too: their keyword is the first word of the line.
/// Unknown keywords survive here; whether they matter is the resolver's decision, not the parser's.
public struct Statement: Equatable, Sendable {
    public var keyword: Word
    public var arguments: [Word]
    /// The line as written from its first word on, without comment and brace; quoted commands are read from it again.
    public var rawLine: String { written ?? ([keyword] + arguments).map(\.text).joined(separator: " ") }
    /// Nil when it is just the words with a space between them, as most lines are.
    private let written: String?
    /// Nil when no block follows; empty for `{ }`.
    public var children: [Statement]?
    /// Where the block's `}` stands; nil when there is no block or it is never closed.
    public var blockEnd: SourceLocation?

    public init(
        keyword: Word, arguments: [Word], rawLine: String, children: [Statement]? = nil,
        blockEnd: SourceLocation? = nil
    ) {
        self.keyword = keyword
        self.arguments = arguments
        written = Statement.isPlain(rawLine, [keyword] + arguments) ? nil : rawLine
        self.children = children
        self.blockEnd = blockEnd
    }

    /// - Parameters:
    ///   - words: at least the keyword.
    ///   - written: the line as written; nil when it is just the words with a space between them.
    init?(_ words: [Word], written: String?) {
        guard let keyword = words.first else { return nil }
        self.keyword = keyword
        arguments = Array(words.dropFirst())
        self.written = written
    }

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

    public var location: SourceLocation { keyword.location }
}
