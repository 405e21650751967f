/// Lines that grow into a report.
///
/// It knows how wide it may become, so that long sentences are broken between words and stay in their column.
package struct Layout: Sendable {
    package private(set) var lines: [StyledText] = []
    /// In characters; nil where nobody looks at columns, as in a pipe.
    package let width: Int?

    package init(width: Int?) {
        // In fewer columns than this a sentence is no longer read but spelled.
        self.width = width.map { max($0, 40) }
    }

    /// Adds a line, broken where it is too long; what follows is indented as far as `hanging`.
    package mutating func add(_ line: StyledText, hanging: Int = 0) {
        guard let width, line.width > width else {
            lines.append(line)
            return
        }
        lines += broken(line, width: width, hanging: min(hanging, width / 2))
    }

    /// Adds a line that stays one, however long it is.
    package mutating func addWhole(_ line: StyledText) { lines.append(line) }

    package mutating func add(_ line: String, _ tone: Tone = .plain) { add(StyledText(line, tone)) }

    package mutating func addEmptyLine() { if !lines.isEmpty { lines.append("") } }

    /// Adds a label and what belongs to it; the label is written once.
    package mutating func add(label: String, labelWidth: Int, _ values: [StyledText], indent: Int = 2) {
        for (index, value) in values.enumerated() {
            let head = index == 0 ? label : ""
            let padded = spaces(indent) + head + spaces(labelWidth - head.count)
            add(StyledText(padded, .faint) + value, hanging: indent + labelWidth)
        }
    }

    /// Adds rows whose columns stand under one another; what is too long in the last one is broken.
    package mutating func add(rows: [[StyledText]], indent: Int = 0, gap: Int = 2) {
        for line in aligned(rows, gap: gap) { add(StyledText(spaces(indent)) + line.text, hanging: indent + line.last) }
    }

    package func text(_ palette: Palette) -> String { lines.map { palette.paint($0) + "\n" }.joined() }
}

/// Rows as lines, and in which column the last cell begins.
package func aligned(_ rows: [[StyledText]], gap: Int = 2) -> [(text: StyledText, last: Int)] {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
        // The last cell of a row is not followed by anything, so it need not fit.
        rows.map { column < $0.count - 1 ? $0[column].width : 0 }.max() ?? 0
    }
    return rows.map { row in
        var line = StyledText("")
        var last = 0
        for (column, cell) in row.enumerated() {
            last = line.width
            line += cell
            if column < row.count - 1 { line += StyledText(spaces(widths[column] - cell.width + gap)) }
        }
        return (line.withoutTrailingSpaces, last)
    }
}

private func spaces(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }

/// A line as several, none wider than `width` unless one word is.
private func broken(_ line: StyledText, width: Int, hanging: Int) -> [StyledText] {
    var lines: [StyledText] = []
    var current = StyledText("")
    for word in words(line) {
        // Up to there it is indentation and a label, which stay with the first word that follows.
        let isAtStart = current.width <= hanging
        if !word.isSpace, !isAtStart, current.width + word.text.width > width {
            lines.append(current.withoutTrailingSpaces)
            current = StyledText(spaces(hanging))
        } else if word.isSpace, isAtStart, !lines.isEmpty {
            continue
        }
        current += word.text
    }
    lines.append(current.withoutTrailingSpaces)
    return lines
}

private func words(_ line: StyledText) -> [(text: StyledText, isSpace: Bool)] {
    var words: [(text: StyledText, isSpace: Bool)] = []
    for run in line.runs {
        var rest = run.text[...]
        while let first = rest.first {
            let piece = rest.prefix { ($0 == " ") == (first == " ") }
            rest = rest.dropFirst(piece.count)
            let text = StyledText(String(piece), run.tone)
            // A word may change its tone in its middle.
            if let last = words.last, !last.isSpace, first != " " {
                words[words.count - 1].text += text
            } else {
                words.append((text, first == " "))
            }
        }
    }
    return words
}
