/// Files of the load balancers themselves, which stand beside ours and are named in their place.
///
/// Every line of one would be a mistake of its own in our language.
extension SourceText {
    /// Said once in place of that; nil for everything that may be ours, however wrong it is.
    var otherLanguage: Diagnostic? {
        var section: (number: Int, word: String)?
        var block: (number: Int, word: String)?
        var (hasSetting, hasSemicolon) = (false, false)
        var depth = 0
        for number in 1...max(1, lineCount) {
            let line = bytes(ofLine: number).prefix { $0 != UInt8(ascii: "#") }
            let words = line.split(maxSplits: 2, whereSeparator: isBlank)
            guard let first = words.first else { continue }
            let word = String(decoding: first.prefix { $0 != UInt8(ascii: "{") }, as: UTF8.self)
            if ourBlocks.contains(word) { return nil }
            if depth == 0, haproxySettings.contains(word) { hasSetting = true }
            if line.last(where: { !isBlank($0) }) == UInt8(ascii: ";") { hasSemicolon = true }
            if depth == 0, haproxySections.contains(word) || nginxBlocks.contains(word) {
                let opens = line.contains(UInt8(ascii: "{")) || opensBelow(number)
                if opens, nginxBlocks.contains(word) { block = block ?? (number, word) }
                if !opens, haproxySections.contains(word) { section = section ?? (number, word) }
            }
            for byte in line {
                if byte == UInt8(ascii: "{") { depth += 1 } else if byte == UInt8(ascii: "}") { depth -= 1 }
            }
        }
        if let section, hasSetting { return haproxy(section.word, on: section.number) }
        if let block, hasSemicolon { return nginx(block.word, on: block.number) }
        return nil
    }

    /// Said once of a file that a template engine has not been run on (`{{ name }}`, `{% if x %}`, `<%= x %>`).
    ///
    /// In quotes that may be a command's own language, and in comments it means nothing.
    var unrenderedTemplate: Diagnostic? {
        guard hasTemplateMark else { return nil }
        for number in 1...max(1, lineCount) {
            let line = Array(bytes(ofLine: number))
            guard let range = templateExpression(in: line) else { continue }
            return Diagnostic(
                .error, "other-language",
                at: SourceLocation(in: origin, line: number, column: range.lowerBound + 1),
                "this is a template (`\(String(decoding: line[range], as: UTF8.self))`), not the file that is made of it",
                consequence: "what stands for a value would be taken for the value: there is nothing to run",
                fix: "understudy check FILE   # FILE is what the template engine has made of it")
        }
        return nil
    }

    /// Whether it is worth a closer look, which files of a hundred thousand lines are not.
    private var hasTemplateMark: Bool {
        var last: UInt8 = 0
        for byte in bytes {
            let isMark = byte == UInt8(ascii: "%") || (byte == UInt8(ascii: "{") && last == byte)
            if isMark, last == UInt8(ascii: "{") || last == UInt8(ascii: "<") { return true }
            last = byte
        }
        return false
    }

    /// The first expression of a template engine's in a line, outside of quotes and comments.
    private func templateExpression(in line: [UInt8]) -> Range<Int>? {
        var isQuoted = false
        var opening: (index: Int, closing: [UInt8])?
        for index in line.indices.dropLast() {
            let pair = [line[index], line[index + 1]]
            if let opening {
                let inside = line[(opening.index + 2)..<max(index, opening.index + 2)]
                // Of braces that are merely doubled the content is an address.
                guard pair == opening.closing, inside.contains(where: { $0 | 0x20 >= 0x67 && $0 | 0x20 <= 0x7A }) else {
                    continue
                }
                return opening.index..<(index + 2)
            }
            if line[index] == UInt8(ascii: "\"") { isQuoted.toggle() }
            if isQuoted { continue }
            if line[index] == UInt8(ascii: "#") || line[index] == UInt8(ascii: "!") { return nil }
            if let closing = templateMarks[pair] { opening = (index, closing) }
        }
        return nil
    }

    /// Whether the next line that says anything begins with a brace.
    private func opensBelow(_ number: Int) -> Bool {
        for next in number + 1..<min(number + 4, lineCount + 1) {
            let text = bytes(ofLine: next).drop(while: isBlank)
            if let first = text.first { return first == UInt8(ascii: "{") }
        }
        return false
    }

    private func haproxy(_ word: String, on number: Int) -> Diagnostic {
        Diagnostic(
            .error, "other-language", at: SourceLocation(in: origin, line: number, column: 1),
            "this is a configuration of HAProxy (`\(word)`), not one in keepalived's language",
            consequence: "it names no virtual router: there is nothing to run",
            fix:
                "understudy check --haproxy \(file) FILE   # FILE has the vrrp_instance, and is checked against this one"
        )
    }

    private func nginx(_ word: String, on number: Int) -> Diagnostic {
        Diagnostic(
            .error, "other-language", at: SourceLocation(in: origin, line: number, column: 1),
            "this is a configuration of nginx (`\(word) {`), not one in keepalived's language",
            consequence: "it names no virtual router: there is nothing to run",
            fix: "understudy check FILE   # FILE has the vrrp_instance; what nginx listens on is not read")
    }
}

/// How expressions begin and end in Jinja, Go and ERB.
private let templateMarks: [[UInt8]: [UInt8]] = [
    Array("{{".utf8): Array("}}".utf8), Array("{%".utf8): Array("%}".utf8), Array("<%".utf8): Array("%>".utf8),
]

/// What HAProxy's sections are called, of which a file has one at least (its configuration manual, section 2).
private let haproxySections: Set<String> = ["defaults", "frontend", "backend", "listen"]

/// What stands in them; the name of a section alone may be that of a script or an instance, in a file that is included.
private let haproxySettings: Set<String> = [
    "acl", "balance", "bind", "default_backend", "log", "maxconn", "mode", "option", "retries", "server", "stats",
    "timeout", "use_backend",
]

/// What nginx has at top level, in its main file and in those that it includes.
private let nginxBlocks: Set<String> = ["http", "server", "upstream", "events", "stream"]

/// A file with one of these is ours.
private let ourBlocks = Set(KeywordTable.keywords(in: .topLevel).filter(\.shape.isBlock).map(\.name))

private func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
}
