/// The language of manual pages, mdoc(7): text on its way into one.
package enum Mdoc {
    /// Lines that are longer are hard to compare.
    private static let width = 78

    /// Plain text as the lines of a page.
    ///
    /// Empty lines separate paragraphs, lines that begin with two spaces stay as they are, backquotes mark what is typed.
    package static func text(_ text: String) -> String {
        var blocks: [String] = []
        var paragraph: [String] = []
        var literal: [String] = []
        func finish() {
            if !paragraph.isEmpty { blocks.append(filled(paragraph.joined(separator: " "))) }
            if !literal.isEmpty {
                blocks.append(".Bd -literal -offset indent\n" + literal.map(line).joined(separator: "\n") + "\n.Ed")
            }
            paragraph = []
            literal = []
        }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            let isLiteral = line.hasPrefix("  ")
            if line.isEmpty || isLiteral != !literal.isEmpty { finish() }
            if isLiteral {
                literal.append(String(line.drop { $0 == " " }))
            } else if !line.isEmpty {
                paragraph.append(line)
            }
        }
        finish()
        return blocks.joined(separator: "\n.Pp\n").replacing("\n.Pp\n.Bd", with: "\n.Bd")
    }

    /// A paragraph in lines, with a new one for each sentence.
    private static func filled(_ paragraph: String) -> String {
        var lines: [String] = []
        var current = ""
        for word in marked(paragraph) {
            if current.isEmpty {
                current = word
            } else if current.utf8.count + 1 + word.utf8.count > width || endsSentence(current, before: word) {
                lines.append(current)
                current = word
            } else {
                current += " " + word
            }
        }
        if !current.isEmpty { lines.append(current) }
        return lines.map(protected).joined(separator: "\n")
    }

    private static func endsSentence(_ text: String, before word: String) -> Bool {
        guard let last = text.drop(while: { $0 == " " }).last(where: { !")\"'".contains($0) }) else { return false }
        return ".!?".contains(last) && !text.hasSuffix("...") && word.first.map { !$0.isLowercase } ?? false
    }

    /// The words, what stands in backquotes in bold; a marked phrase stays one word.
    private static func marked(_ text: String) -> [String] {
        var words: [String] = []
        var isTyped = false
        var current = ""
        func finish() {
            if !current.isEmpty { words.append(current) }
            current = ""
        }
        for (index, part) in text.split(separator: "`", omittingEmptySubsequences: false).enumerated() {
            isTyped = index % 2 == 1
            if isTyped {
                current += "\\fB" + escaped(String(part), typed: true) + "\\fR"
                continue
            }
            for (position, word) in part.split(separator: " ", omittingEmptySubsequences: false).enumerated() {
                if position > 0 { finish() }
                current += escaped(String(word), typed: isTechnical(word))
            }
        }
        finish()
        return words
    }

    /// Flags and paths are copied, so their hyphens have to be the ones that are typed.
    private static func isTechnical(_ word: Substring) -> Bool {
        word.drop { "('\"[".contains($0) }.hasPrefix("-") || word.contains("/") || word.contains("_")
    }

    /// `typed`: hyphens stay hyphens.
    static func escaped(_ text: String, typed: Bool) -> String {
        let text = text.replacing("\\", with: "\\e")
        return typed ? text.replacing("-", with: "\\-") : text
    }

    /// A line of text that begins no macro.
    private static func protected(_ line: String) -> String {
        line.hasPrefix(".") || line.hasPrefix("'") ? "\\&" + line : line
    }

    private static func line(_ text: String) -> String { protected(escaped(text, typed: true)) }

    /// One argument of a macro: never a macro itself, whatever it is called.
    package static func argument(_ text: String) -> String {
        let escaped = escaped(text, typed: true)
        let needsQuotes = escaped.contains(" ") || escaped.contains("\"") || escaped.isEmpty
        let isPunctuation = escaped.count == 1 && ".,:;()[]?!|".contains(escaped)
        let isMacro = (2...3).contains(text.utf8.count) && (text.first?.isUppercase ?? false)
        if needsQuotes { return "\"" + escaped.replacing("\"", with: "\\(dq") + "\"" }
        return isMacro || isPunctuation ? "\\&" + escaped : escaped
    }
}
