/// A line of a file in the parts that a layout moves.
struct SourceLine {
    /// What stands before the comment, without the blanks around it.
    let code: [Unicode.Scalar]
    /// From its sign on, without blanks at the end; as octets, because nobody asks that comments are UTF-8.
    let comment: [UInt8]
    /// The comment follows a word without a blank: whoever wrote it perhaps did not mean a comment, and must see that it is one.
    let isGlued: Bool
    /// All of it, without the blanks around it.
    let whole: [UInt8]

    /// Reads a line that has no error, by its number from 1.
    init(_ source: SourceText, _ number: Int) {
        let bytes = source.bytes(ofLine: number)
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let start = number == 1 && bytes.starts(with: mark) ? bytes.startIndex + mark.count : bytes.startIndex
        let scalars = Array(String(decoding: bytes[start...], as: UTF8.self).unicodeScalars)
        let end = Lexer.commentStart(in: scalars, from: 0)
        code = Array(trimmed(scalars[..<end], isBlank: \.isBlank))
        let size = scalars[..<end].reduce(0) { $0 + UTF8.width($1) }
        comment = Array(trimmed(bytes[(start + size)...], isBlank: isBlankOctet))
        whole = Array(trimmed(bytes[start...], isBlank: isBlankOctet))
        let last = scalars[..<end].last
        isGlued = end < scalars.count && last.map { !$0.isBlank && !"{}\"".unicodeScalars.contains($0) } ?? false
    }
}

private func isBlankOctet(_ octet: UInt8) -> Bool { Unicode.Scalar(octet).isBlank }

private func trimmed<Element>(
    _ slice: ArraySlice<Element>, isBlank: (Element) -> Bool
) -> ArraySlice<Element> {
    var slice = slice
    while let first = slice.first, isBlank(first) { slice.removeFirst() }
    while let last = slice.last, isBlank(last) { slice.removeLast() }
    return slice
}

extension [Unicode.Scalar] {
    /// The words with one blank between them; what is in quotes or in `${ }` stays.
    ///
    /// Single quotes mean something in some lines only, so a line that has one keeps all its blanks.
    var spaced: [Unicode.Scalar] {
        guard !contains("'") else { return self }
        var text: [Unicode.Scalar] = []
        var isQuoted = false
        var isBraced = false
        for scalar in self {
            if scalar == "\"" { isQuoted.toggle() }
            if scalar == "{", text.last == "$" { isBraced = true }
            if scalar == "}" { isBraced = false }
            guard scalar.isBlank, !isQuoted, !isBraced else {
                text.append(scalar)
                continue
            }
            if text.last != " " { text.append(" ") }
        }
        return text
    }

    /// Whether a line that begins so is no plain one: a condition, a template or a definition.
    var isSpecial: Bool {
        if first == "@" || Template.begins(self, at: 0) { return true }
        guard count > 1, first == "$", self[1].isNameStart else { return false }
        return dropFirst().drop(while: \.isNamePart).first == "="
    }
}
