/// Blocks that keepalived knows at top level only.
///
/// A line that begins with one of them cannot belong to a block, so it tells where a forgotten `}` should have been at
/// the latest.
private let topLevelBlocks: Set<String> = [
    "SSL", "bfd_instance", "garp_group", "global_defs", "interface_up_down_delays", "linkbeat_interfaces",
    "static_ipaddress", "static_routes", "static_rules", "virtual_server", "virtual_server_group", "vrrp_instance",
    "vrrp_script", "vrrp_sync_group", "vrrp_track_file", "vrrp_track_process",
]
/// These are at home in an instance too, but there they have no name.
private let topLevelNamedBlocks: Set<String> = ["track_file", "track_group"]

/// Deeper nesting than this is no configuration; the bound keeps every later walk over the tree shallow.
private let nestingLimit = 32

/// How braces are matched when they do not add up.
enum BraceReading: CaseIterable {
    /// Believe the indentation where it is consistent.
    case indentation
    /// Believe that only the last `}` of a top-level block closes it.
    case lastClosesAll
    /// Believe every brace.
    case braces
}

/// A brace that does not add up.
struct BraceProblem: Equatable {
    enum Kind: Equatable {
        /// `{` without `}`; the block has to end before a place, or before the end of the file when nil.
        case unclosed(before: SourceLocation?)
        /// `}` without `{`.
        case surplus
        /// A statement without `{` whose block follows all the same.
        case unopened
        /// `{` that follows no statement.
        case nameless
        /// Too many blocks within blocks.
        case tooDeep
    }
    var kind: Kind
    var location: SourceLocation
    /// The line that opened the block.
    var opener: String
}

/// Cuts the pieces of a file before every top-level block, so that a brace mistake can never merge two of them.
///
/// That is where no block is open, or at the outermost open block's column or left of it.
struct SegmentCutter {
    /// The pieces since the last cut.
    private var segment: [Piece] = []
    /// What follows them; it is looked at when it is known what comes after it.
    private var next: Piece?
    private var depth = 0
    private var outermostColumn = 0
    private var lastColumn = 0

    /// Takes the next piece; returns the segment that it completes.
    mutating func add(_ piece: Piece) -> Segment? {
        defer { next = piece }
        return next.flatMap { take($0, before: piece) }
    }

    /// The last segments.
    mutating func finish() -> [Segment] {
        let first = next.flatMap { take($0, before: nil) }
        return [first, Segment(pieces: segment, next: nil)].compactMap(\.self)
    }

    private mutating func take(_ piece: Piece, before following: Piece?) -> Segment? {
        var complete: Segment?
        switch piece.content {
        case .open:
            if depth == 0 { outermostColumn = lastColumn }
            depth += 1
        case .close:
            depth = max(0, depth - 1)
        case .words(let words, _):
            let isHome = depth == 0 || (piece.startsLine && piece.location.column <= outermostColumn)
            // Within a block a mere name may look like such a keyword; only what opens a block of its own is one.
            let opens = following?.content == .open
            if isHome, !segment.isEmpty, depth == 0 || opens, beginsTopLevelBlock(words) {
                complete = Segment(pieces: segment, next: piece.location)
                segment.removeAll(keepingCapacity: true)
                depth = 0
            }
            lastColumn = piece.location.column
        }
        segment.append(piece)
        return complete
    }
}

/// The pieces from one cut to the next.
struct Segment {
    let pieces: [Piece]
    /// Where the next segment begins.
    let next: SourceLocation?

    /// Makes the tree of statements.
    ///
    /// The braces are believed if they add up; if not, each reading is tried and the one that leaves least is taken.
    func matchBraces() -> (statements: [StatementDraft], problems: [BraceProblem]) {
        var best = BlockBuilder.build(pieces, by: .braces, before: next)
        if !best.problems.isEmpty {
            for reading in BraceReading.allCases.reversed() {
                let candidate = BlockBuilder.build(pieces, by: reading, before: next)
                if !candidate.problems.isEmpty, candidate.cost <= best.cost { best = candidate }
            }
        }
        return (best.statements, best.problems)
    }
}

/// What is wrong with the braces of a whole file.
func braceProblems(in pieces: [Piece]) -> [BraceProblem] {
    var cutter = SegmentCutter()
    return (pieces.compactMap { cutter.add($0) } + cutter.finish()).flatMap { $0.matchBraces().problems }
}

private func beginsTopLevelBlock(_ words: [Word]) -> Bool {
    guard let first = words.first, !first.isQuoted else { return false }
    return topLevelBlocks.contains(first.text) || (words.count > 1 && topLevelNamedBlocks.contains(first.text))
}

/// One way to read the braces of one cut.
private struct BlockBuilder {
    private struct Open {
        var statement: StatementDraft
        var children: [StatementDraft] = []
        var brace: SourceLocation
        /// The column of the statement, when it stands first on its line.
        var column: Int?
        /// The column of the first child that stands first on its line.
        var childColumn: Int?
        /// A block whose content nobody can own.
        var isDiscarded: Bool

        /// Whether its content is visibly further right, so that columns mean something here.
        var isIndented: Bool {
            guard let column, let childColumn else { return false }
            return childColumn > column
        }
    }

    private let reading: BraceReading
    private let last: Int
    private var open: [Open] = []
    private(set) var statements: [StatementDraft] = []
    private(set) var problems: [BraceProblem] = []
    private var lastStatementColumn: Int?
    private var reportedDepth = false

    /// What a reading leaves unexplained: problems, and statements that stand outside of every block by accident.
    var cost: Int {
        problems.count + max(0, statements.count - 1)
    }

    static func build(_ pieces: [Piece], by reading: BraceReading, before next: SourceLocation?) -> Self {
        var builder = BlockBuilder(pieces, reading)
        for index in pieces.indices { builder.add(pieces[index], at: index) }
        builder.closeAll(before: next)
        return builder
    }

    private init(_ pieces: [Piece], _ reading: BraceReading) {
        self.reading = reading
        last = pieces.lastIndex { $0.content == .close } ?? pieces.startIndex
    }

    private mutating func add(_ piece: Piece, at index: Int) {
        switch piece.content {
        case .words(let words, let written): addStatement(words, written: written, of: piece)
        case .open: openBlock(piece)
        case .close: closeBlock(piece, at: index)
        }
    }

    private mutating func addStatement(_ words: [Word], written: String?, of piece: Piece) {
        let column = piece.location.column
        if reading == .indentation, piece.startsLine {
            while let innermost = open.last, isOutside(column, of: innermost) { closeUnclosed(before: piece.location) }
        }
        if reading == .indentation, piece.startsLine { openUnopened(before: column) }
        if piece.startsLine, let innermost = open.indices.last, open[innermost].childColumn == nil {
            open[innermost].childColumn = column
        }
        lastStatementColumn = piece.startsLine ? column : nil
        if let statement = StatementDraft(words, written: written) { append(statement) }
    }

    /// Whether a line at `column` has visibly left the block.
    private func isOutside(_ column: Int, of block: Open) -> Bool {
        guard let blockColumn = block.column, column <= blockColumn else { return false }
        // An empty block shows nothing by itself; then the indentation of the block around it decides.
        let isFirst = block.childColumn == nil && open.count > 1 && open[open.count - 2].isIndented
        return block.isIndented || isFirst
    }

    private mutating func append(_ statement: StatementDraft) {
        if let innermost = open.indices.last {
            open[innermost].children.append(statement)
        } else {
            statements.append(statement)
        }
    }

    /// A line that is further right than the statement before it, which opens no block, is meant to be in its block.
    private mutating func openUnopened(before column: Int) {
        guard let statementColumn = lastStatementColumn, column > statementColumn, open.count < nestingLimit,
            let owner = open.last.map({ $0.children.last }) ?? statements.last, owner.children == nil,
            owner.location.column == statementColumn
        else { return }
        problems.append(BraceProblem(kind: .unopened, location: owner.location, opener: owner.rawLine))
        push(owner.withoutOtherBracket, brace: owner.location)
    }

    /// Takes the last statement out of its place until its block is complete.
    private mutating func push(_ owner: StatementDraft, brace: SourceLocation) {
        if let innermost = open.indices.last {
            open[innermost].children.removeLast()
        } else {
            statements.removeLast()
        }
        open.append(Open(statement: owner, brace: brace, column: lastStatementColumn, isDiscarded: false))
    }

    private mutating func openBlock(_ piece: Piece) {
        let owner = open.last.map { $0.children.last } ?? statements.last
        let isTooDeep = open.count >= nestingLimit
        if isTooDeep, !reportedDepth {
            reportedDepth = true
            problems.append(BraceProblem(kind: .tooDeep, location: piece.location, opener: ""))
        }
        guard let owner, owner.children == nil, !isTooDeep else {
            if !isTooDeep { problems.append(BraceProblem(kind: .nameless, location: piece.location, opener: "")) }
            let nobody = StatementDraft(keyword: Word("", at: piece.location), arguments: [])
            open.append(Open(statement: nobody, brace: piece.location, isDiscarded: true))
            return
        }
        push(owner, brace: piece.location)
    }

    private mutating func closeBlock(_ piece: Piece, at index: Int) {
        if isSurplus(piece, at: index) {
            problems.append(BraceProblem(kind: .surplus, location: piece.location, opener: ""))
            return
        }
        if reading == .indentation, piece.startsLine, open.contains(where: { $0.column == piece.location.column }) {
            while let innermost = open.last, let column = innermost.column, column > piece.location.column,
                innermost.isIndented || innermost.childColumn == nil
            {
                closeUnclosed(before: piece.location)
            }
        }
        finish(end: piece.location)
    }

    private func isSurplus(_ piece: Piece, at index: Int) -> Bool {
        guard let innermost = open.last else { return true }
        switch reading {
        case .braces: return false
        case .lastClosesAll: return open.count == 1 && index < last
        case .indentation:
            guard piece.startsLine, innermost.isIndented, let column = innermost.column else { return false }
            return piece.location.column > column
        }
    }

    private mutating func closeUnclosed(before place: SourceLocation?) {
        guard let block = open.last else { return }
        problems.append(
            BraceProblem(
                kind: .unclosed(before: place), location: block.brace, opener: block.statement.rawLine))
        finish(end: nil)
    }

    private mutating func finish(end: SourceLocation?) {
        guard let block = open.popLast(), !block.isDiscarded else { return }
        var statement = block.statement
        statement.children = block.children
        statement.blockEnd = end
        append(statement)
    }

    private mutating func closeAll(before next: SourceLocation?) {
        while !open.isEmpty { closeUnclosed(before: next) }
    }
}

extension StatementDraft {
    /// Without the `(` or `[` that was written in place of `{`.
    fileprivate var withoutOtherBracket: StatementDraft {
        guard let last = arguments.last, last.text == "(" || last.text == "[" else { return self }
        var statement = self
        statement.arguments.removeLast()
        return statement
    }
}

extension BraceProblem {
    /// The problem in words.
    var diagnostic: Diagnostic {
        switch kind {
        case .unclosed(let place):
            // Where a template makes several of it the next one begins in the same place.
            let isRepeated = place.map {
                $0.file == location.file && $0.line == location.line && $0.column <= location.column
            }
            let fix =
                isRepeated == true
                ? "define the lines of the block, `$BLOCK= \\` and so on, and write the template with `$BLOCK`"
                : place.map { "add a `}` before line \($0.line)" } ?? "add a `}` at the end of the file"
            return Diagnostic(
                .error, "unclosed-block", at: location, "the block of `\(opener)` is opened here and never closed",
                consequence: "what follows would belong to it", fix: fix)
        case .surplus:
            return Diagnostic(
                .error, "surplus-brace", at: location, "this `}` closes nothing",
                consequence: "it is ignored here; other daemons would end the block around it too early",
                fix: "remove it, or add the `{` that it should close")
        case .unopened:
            return Diagnostic(
                .error, "missing-brace", at: location, "`\(opener)` is not followed by `{`, but a block's lines follow",
                consequence: "the lines would belong to the block around it, and its `}` would end that",
                fix: "\(opener.hasSuffix(" (") || opener.hasSuffix(" [") ? String(opener.dropLast(2)) : opener) {")
        case .nameless:
            return Diagnostic(
                .error, "block-without-name", at: location, "this `{` follows no keyword",
                consequence: "what it encloses is not read", fix: "write the block's keyword before it, or remove it")
        case .tooDeep:
            return Diagnostic(
                .error, "nesting-too-deep", at: location, "more than \(nestingLimit) blocks are open here",
                consequence: "what this block encloses is not read", fix: "close the blocks before this line")
        }
    }
}
