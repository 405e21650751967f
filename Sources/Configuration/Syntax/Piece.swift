/// One piece of a file in reading order: the words of a statement, or a brace.
struct Piece: Equatable {
    enum Content: Equatable {
        /// The words up to the next brace or the end of the line, never none, and the same as written if not with single spaces.
        case words([Word], written: String?)
        case open
        case close
    }

    var content: Content
    var location: SourceLocation
    /// True when nothing but blanks stands before it on its line, so that its column is an indentation.
    var startsLine: Bool
}

extension Piece {
    /// The words of a statement; nil for a brace.
    var words: [Word]? {
        guard case .words(let words, _) = content else { return nil }
        return words
    }
}

/// A name after `$`, to be judged when the definitions of all files are known.
struct VariableUse: Equatable {
    var name: String
    var location: SourceLocation
    /// In double quotes an unknown name may belong to somebody else's language, a shell's for instance.
    var isQuoted: Bool
    /// The first word of the line.
    var keyword: String
    /// It has a meaning at this place, but is not written so that it is replaced.
    var isDefined: Bool
}

/// The condition of a line `@ID rest` or `@^ID rest`.
struct Condition: Equatable {
    var identifier: String
    /// `@^`: the line is for every other id.
    var isNegated: Bool
    var location: SourceLocation
}

/// What one file's text comes to before its braces are matched.
struct LexedFile {
    var pieces: [Piece] = []
    var diagnostics: [Diagnostic] = []
    var conditions: [Condition] = []
    /// The names that are defined, and where first.
    var definedNames: [String: SourceLocation] = [:]
    var uses: [VariableUse] = []
}

extension Unicode.Scalar {
    /// The blanks of the language: space, tab, form feed, vertical tab, and a carriage return not before a line feed.
    var isBlank: Bool { self == " " || self == "\t" || self == "\r" || self == "\u{0B}" || self == "\u{0C}" }

    var isNameStart: Bool { ("a"..."z").contains(self) || ("A"..."Z").contains(self) || self == "_" }

    var isNamePart: Bool { isNameStart || ("0"..."9").contains(self) }
}

extension String {
    init(_ scalars: some Sequence<Unicode.Scalar>) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(scalars.underestimatedCount)
        for scalar in scalars { bytes.append(scalar) }
        self.init(decoding: bytes, as: UTF8.self)
    }
}

extension [UInt8] {
    /// Adds a character in UTF-8.
    mutating func append(_ scalar: Unicode.Scalar) {
        if scalar.isASCII { append(UInt8(scalar.value)) } else { self += String(scalar).utf8 }
    }
}
