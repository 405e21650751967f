/// A line as it will be written.
struct LaidLine {
    var level = 0
    /// Empty for a comment by itself.
    var code: [UInt8] = []
    /// Empty when there is none.
    var comment: [UInt8] = []
    /// The comment follows the code without a blank.
    var isGlued = false
    var opens = false
    var closes = false
    /// Not ours to remove, even when it is empty: it ends a definition.
    var isKept = false

    static let blank = LaidLine()

    var isBlank: Bool { code.isEmpty && comment.isEmpty && !isKept }
}

extension LaidLine {
    private static let indentation = 4
    /// Code that is longer takes no part in the alignment of comments: it would push those of its neighbours out of sight.
    private static let longestAligned = 48

    /// The text of a file: single blank lines, none beside braces or at either end, and comments of neighbours in one column.
    static func text(of lines: [LaidLine]) -> [UInt8] {
        let lines = withoutIdleBlanks(lines)
        var text: [UInt8] = []
        var start = 0
        while start < lines.count {
            var end = start + 1
            while end < lines.count, lines[end].isBesideCode, lines[start].isBesideCode,
                lines[end].level == lines[start].level
            {
                end += 1
            }
            let column = lines[start..<end].map(\.width).filter { $0 <= longestAligned }.max() ?? 0
            for line in lines[start..<end] { line.write(to: &text, commentColumn: column) }
            start = end
        }
        return text
    }

    private static func withoutIdleBlanks(_ lines: [LaidLine]) -> [LaidLine] {
        var kept: [LaidLine] = []
        for line in lines {
            if line.isBlank {
                guard let last = kept.last, !last.isBlank, !last.opens else { continue }
            } else if line.closes, kept.last?.isBlank == true {
                kept.removeLast()
            }
            kept.append(line)
        }
        if kept.last?.isBlank == true { kept.removeLast() }
        return kept
    }

    private var isBesideCode: Bool { !code.isEmpty && !comment.isEmpty && !isGlued }

    /// Up to the end of the code, in characters.
    private var width: Int { level * Self.indentation + String(decoding: code, as: UTF8.self).unicodeScalars.count }

    private func write(to text: inout [UInt8], commentColumn: Int) {
        if !code.isEmpty || !comment.isEmpty {
            text += Array(repeating: UInt8(ascii: " "), count: level * Self.indentation) + code
        }
        if !code.isEmpty, !comment.isEmpty, !isGlued {
            text += Array(repeating: UInt8(ascii: " "), count: max(commentColumn - width, 0) + 2)
        }
        text += comment
        text.append(UInt8(ascii: "\n"))
    }
}
