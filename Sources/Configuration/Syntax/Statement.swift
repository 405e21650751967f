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
///
/// A file may have a hundred thousand of them, each of which is looked at a few times: what is here is a place in packed
/// bytes, and what is asked for is made of them anew.
public struct Statement: Equatable, Sendable {
    private let packed: PackedStatements
    private let start: Int

    init(in packed: PackedStatements, at start: Int) {
        self.packed = packed
        self.start = start
    }

    public init(
        keyword: Word, arguments: [Word], rawLine: String, children: [Statement]? = nil,
        blockEnd: SourceLocation? = nil
    ) {
        let isPlain = StatementDraft.isPlain(rawLine, [keyword] + arguments)
        var draft = StatementDraft(keyword: keyword, arguments: arguments, written: isPlain ? nil : rawLine)
        draft.children = children.map { $0.map(\.draft) }
        draft.blockEnd = blockEnd
        self.init(draft)
    }

    init(_ draft: StatementDraft) {
        var packer = StatementPacker()
        self.init(in: packer.packed(draft), at: 0)
    }

    private var reader: PackedReader { PackedReader(packed, at: start) }

    public var keyword: Word {
        var reader = reader
        let head = reader.head()
        return reader.keyword(head)
    }

    public var arguments: [Word] {
        var reader = reader
        let head = reader.head()
        return reader.arguments(head)
    }

    /// The line as written from its first word on, without comment and brace; quoted commands are read from it again.
    public var rawLine: String {
        draftOfLine.rawLine
    }

    /// Nil when no block follows; empty for `{ }`.
    public var children: [Statement]? {
        var reader = reader
        let head = reader.head()
        guard head.hasBlock else { return nil }
        reader.skipLine(head)
        let count = reader.number()
        return (0..<count).map { _ in
            let child = Statement(in: packed, at: reader.index)
            reader.skip()
            return child
        }
    }

    /// Where the block's `}` stands; nil when there is no block or it is never closed.
    public var blockEnd: SourceLocation? { draftOfLine.blockEnd }

    public var location: SourceLocation {
        var reader = reader
        return reader.head().location
    }

    /// The file that it stands in with all that is in it; nil when that may be more than one.
    var onlyFile: String? { packed.onlyFile }

    /// All but the children.
    private var draftOfLine: StatementDraft {
        var reader = reader
        let head = reader.head()
        var draft = StatementDraft(keyword: reader.keyword(head), arguments: reader.arguments(head))
        draft.written = reader.written(head)
        draft.blockEnd = reader.blockEnd(head)
        return draft
    }

    /// The whole of it, unpacked.
    var draft: StatementDraft {
        var draft = draftOfLine
        draft.children = children.map { $0.map(\.draft) }
        return draft
    }

    public static func == (left: Statement, right: Statement) -> Bool { left.draft == right.draft }
}
