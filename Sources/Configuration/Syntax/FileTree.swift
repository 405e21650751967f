/// Makes the statements of a file while its lines are read: each block is packed when the next begins.
struct FileTree {
    private var cutter = SegmentCutter()
    private var packer = StatementPacker()
    private var problems: [BraceProblem] = []
    /// What the include lines stand for.
    ///
    /// A template reads one line several times, so that a place has a queue of contents.
    private var included: [SourceLocation: [[Statement]]] = [:]

    /// Says what an include line stands for, before its pieces are added.
    mutating func include(_ statements: [Statement], at place: SourceLocation) {
        included[place, default: []].append(statements)
    }

    mutating func add(_ pieces: [Piece]) {
        for piece in pieces {
            if let segment = cutter.add(piece) { add(segment) }
        }
    }

    /// The statements of the whole file, and what is wrong with its braces.
    mutating func finish() -> (statements: [Statement], problems: [BraceProblem]) {
        for segment in cutter.finish() { add(segment) }
        return (packer.finish(), problems)
    }

    private mutating func add(_ segment: Segment) {
        let (statements, found) = segment.matchBraces()
        problems += found
        for statement in statements where !statement.isUnexpanded {
            if statement.keyword.includes {
                packer.add(content(at: statement.location))
            } else {
                packer.add(expanded(statement))
            }
        }
    }

    /// Puts the content of included files in the place of the lines that include them, at every depth.
    private mutating func expanded(_ statement: StatementDraft) -> StatementDraft {
        guard let children = statement.children else { return statement }
        let holdsAddresses = statement.keyword.text.hasPrefix("virtual_ipaddress")
        var statement = statement
        statement.children = []
        for child in children {
            // As a value it stays, so that its block does not seem to be empty.
            if !holdsAddresses, child.isUnexpanded { continue }
            if child.keyword.includes {
                statement.children? += content(at: child.location).map(\.draft)
            } else {
                statement.children?.append(expanded(child))
            }
        }
        return statement
    }

    private mutating func content(at place: SourceLocation) -> [Statement] {
        guard let next = included[place]?.first else { return [] }
        included[place]?.removeFirst()
        return next
    }
}

extension Word {
    /// Whether a line that it begins includes files.
    var includes: Bool { !isQuoted && includeKeywords.contains(text) }
}

extension StatementDraft {
    /// Whether a name that is not known begins it: that has been reported, and there is no keyword to resolve.
    fileprivate var isUnexpanded: Bool {
        !keyword.isQuoted && keyword.text.hasPrefix("$") && !nameUses(in: Array(keyword.text.unicodeScalars)).isEmpty
    }
}
