/// The lines of a file as they are to stand.
struct FileLayout {
    enum Style {
        /// One statement a line, `{` at the end of its line, one blank between words.
        case full
        /// Lines stay lines.
        case indentation
    }

    private let source: SourceText
    /// The same file for each id that can read it, one at least.
    private let readings: [Reading]
    private let style: Style
    private var lines: [LaidLine] = []
    /// The statement that a `{` on a following line belongs to.
    private var opener: Int?
    /// The level of the definition that is continued, and how many blocks its lines have opened.
    private var definition = (level: 0, depth: 0)

    init(_ source: SourceText, _ readings: [Reading], _ style: Style) {
        self.source = source
        self.readings = readings
        self.style = style
    }

    mutating func text() -> [UInt8] {
        for index in 0..<source.lineCount { add(SourceLine(source, index + 1), at: index) }
        return LaidLine.text(of: lines)
    }

    private mutating func add(_ line: SourceLine, at index: Int) {
        if readings.contains(where: { $0.isContinuation(index) }) { return addContinuation(line) }
        let before = most(index) { $0.depth(before: index) }
        if line.code.isEmpty {
            lines.append(line.comment.isEmpty ? .blank : LaidLine(level: before, comment: line.comment))
            return
        }
        let level = most(index) { $0.level(of: index) }
        if readings.contains(where: { $0.isContinuation(index + 1) }) {
            definition = (level, 0)
            return addKept(line, level: level, isContinued: true)
        }
        guard style == .full, let parts = parts(of: line, at: index) else { return addKept(line, level: level) }
        addParts(parts, of: line, level: before)
    }

    /// The greatest of the readings in which the line counts: the one in which it is deepest is the one it was indented for.
    private func most(_ index: Int, _ value: (Reading) -> Int) -> Int {
        let holding = readings.filter { $0.holds(index) }
        return (holding.isEmpty ? readings : holding).map(value).max() ?? 0
    }

    /// A line that stays as it is but for its indentation.
    private mutating func addKept(_ line: SourceLine, level: Int, isContinued: Bool = false) {
        opener = nil
        if isContinued {
            lines.append(LaidLine(level: level, code: line.whole, isKept: true))
            noteBlocks(of: line)
            return
        }
        lines.append(
            LaidLine(level: level, code: line.code.utf8, comment: line.comment, isGlued: line.isGlued, isKept: true))
    }

    private mutating func addContinuation(_ line: SourceLine) {
        let closing = blocks(of: line).prefix { $0 == .close }.count
        let level = definition.level + 1 + max(0, definition.depth - closing)
        lines.append(LaidLine(level: line.whole.isEmpty ? 0 : level, code: line.whole, isKept: true))
        noteBlocks(of: line)
    }

    private mutating func noteBlocks(of line: SourceLine) {
        for block in blocks(of: line) {
            definition.depth = max(0, definition.depth + (block == .open ? 1 : -1))
        }
    }

    /// The braces of a definition's line.
    private func blocks(of line: SourceLine) -> [Piece.Content] {
        var scanner = LineScanner(LineText(line.code, in: source.origin, line: 1))
        scanner.scan()
        return scanner.pieces.map(\.content).filter { $0 == .open || $0 == .close }
    }
}

// MARK: Plain lines

extension FileLayout {
    private enum Part: Equatable {
        case words([Unicode.Scalar])
        case open
        case close
    }

    /// The statements and braces of a line as they are written; nil when it has to stay as it is.
    private func parts(of line: SourceLine, at index: Int) -> [Part]? {
        guard !line.code.isSpecial else { return nil }
        var scanner = LineScanner(LineText(line.code, in: source.origin, line: index + 1))
        scanner.scan()
        let pieces = scanner.pieces
        // A name that stands for braces makes more of the line than can be seen.
        guard readings.allSatisfy({ $0[index].map(\.isBrace) == pieces.map(\.isBrace) }) else { return nil }
        var parts: [Part] = []
        for (position, piece) in pieces.enumerated() {
            switch piece.content {
            case .open: parts.append(.open)
            case .close: parts.append(.close)
            case .words(let words, _):
                guard let first = words.first else { return nil }
                let end = position + 1 < pieces.count ? pieces[position + 1].location.column - 1 : line.code.count
                var text = Array(line.code[start(of: piece, in: line.code)..<end]).spaced
                while text.last?.isBlank == true { text.removeLast() }
                // These are what they are at the beginning of a line only.
                guard first.isQuoted || !includeKeywords.contains(first.text), !text.isSpecial else { return nil }
                parts.append(.words(text))
            }
        }
        return parts
    }

    /// A word that begins with `\#` is placed at its `#`.
    private func start(of piece: Piece, in code: [Unicode.Scalar]) -> Int {
        let start = piece.location.column - 1
        let isEscaped = start > 0 && code[start - 1] == "\\" && (code[start] == "#" || code[start] == "!")
        return isEscaped ? start - 1 : start
    }

    private mutating func addParts(_ parts: [Part], of line: SourceLine, level: Int) {
        var level = level
        var comment = line.comment
        for part in parts {
            switch part {
            case .words(let text):
                lines.append(LaidLine(level: level, code: text.utf8))
                opener = lines.count - 1
            case .open:
                // A comment that follows its word without a blank has to stay there.
                if let opener, !lines[opener].isGlued {
                    openBlock(of: opener, level: level, comment: parts.count == 1 ? comment : [])
                    if parts.count == 1 { comment = [] }
                } else {
                    lines.append(LaidLine(level: level, code: Array("{".utf8), opens: true))
                }
                opener = nil
                level += 1
            case .close:
                level = max(0, level - 1)
                lines.append(LaidLine(level: level, code: Array("}".utf8), closes: true))
                opener = nil
            }
        }
        guard !comment.isEmpty, !lines.isEmpty else { return }
        lines[lines.count - 1].comment = comment
        lines[lines.count - 1].isGlued = line.isGlued
    }

    /// Puts the `{` that comes next behind its statement; what stands between the two is then in the block.
    ///
    /// - Parameter comment: that of a `{` on a line of its own.
    private mutating func openBlock(of opener: Int, level: Int, comment: [UInt8]) {
        lines[opener].code += Array(" {".utf8)
        lines[opener].opens = true
        let isLast = lines[(opener + 1)...].allSatisfy(\.isBlank)
        for index in (opener + 1)..<lines.count where !lines[index].isBlank { lines[index].level = level + 1 }
        guard !comment.isEmpty else { return }
        // Two comments stay two, and in their order.
        if isLast, lines[opener].comment.isEmpty {
            lines[opener].comment = comment
        } else {
            lines.append(LaidLine(level: level + 1, comment: comment))
        }
    }
}

extension Piece {
    /// Whether the piece is a brace, and which.
    fileprivate var isBrace: Bool? { words == nil ? content == .open : nil }
}

extension [Unicode.Scalar] {
    fileprivate var utf8: [UInt8] { [UInt8](String(self).utf8) }
}
