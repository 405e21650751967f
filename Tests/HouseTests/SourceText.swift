import Foundation

/// A Swift file as the rules see it: its lines, and its lines with comments and the insides of strings blanked out.
struct SourceText: Sendable {
    /// Relative to the package, for messages.
    var name: String
    var lines: [String]
    /// As many lines as ``lines``, so that line numbers agree.
    var code: [String]

    init(name: String, text: String) {
        self.name = name
        lines = text.components(separatedBy: "\n")
        code = Self.blanked(Array(text.unicodeScalars)).components(separatedBy: "\n")
    }

    /// The line numbers, from one, on which `pattern` occurs in code.
    func matches(_ pattern: String) -> [Int] {
        code.enumerated().filter { $0.element.range(of: pattern, options: .regularExpression) != nil }
            .map { $0.offset + 1 }
    }

    // MARK: - Imports

    /// Every imported module with its line number.
    var imports: [(module: String, line: Int)] {
        code.enumerated().compactMap { offset, line in
            var words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let keyword = words.firstIndex(of: "import") else { return nil }
            let modifiers = words[..<keyword]
            guard modifiers.allSatisfy({ $0.hasPrefix("@") || Self.accessLevels.contains($0) }) else { return nil }
            words.removeFirst(keyword + 1)
            if let kind = words.first, Self.importKinds.contains(kind) { words.removeFirst() }
            guard let path = words.first else { return nil }
            return (String(path.prefix { $0 != "." }), offset + 1)
        }
    }

    private static let accessLevels: Set<String> = ["public", "package", "internal", "fileprivate", "private"]
    private static let importKinds: Set<String> = [
        "struct", "class", "enum", "protocol", "typealias", "func", "let", "var",
    ]

    // MARK: - Functions

    /// Every function or initialiser that has a body, with its first line and how many lines it spans.
    var functions: [(line: Int, length: Int)] {
        var found: [(Int, Int)] = []
        let declaration = #"(^|[\s@)])(func\s|init[?!]?\s*[(<]|deinit\s*\{)"#
        for (index, line) in code.enumerated() {
            guard let match = line.range(of: declaration, options: .regularExpression) else { continue }
            // `self.init(…)` and `super.init(…)` are calls; the pattern wants space before, `.init` has none.
            let column = line.distance(from: line.startIndex, to: match.lowerBound)
            if let last = bodyEnd(from: index, column: column) { found.append((index + 1, last - index + 1)) }
        }
        return found
    }

    /// The line that closes the body of the declaration at `start`, or nil when it has none.
    private func bodyEnd(from start: Int, column: Int) -> Int? {
        var parentheses = 0
        var braces = 0
        for index in start..<code.count {
            let line = index == start ? Substring(code[index]).dropFirst(column) : Substring(code[index])
            // A requirement of a protocol ends where a line does not go on with the signature.
            if index > start, parentheses == 0, braces == 0, !Self.continuesSignature(line) { return nil }
            for character in line {
                switch character {
                case "(", "[": parentheses += 1
                case ")", "]": parentheses -= 1
                case "{" where parentheses == 0 || braces > 0: braces += 1
                case "}" where braces > 0:
                    braces -= 1
                    if braces == 0 { return index }
                case "}" where parentheses == 0: return nil
                default: break
                }
            }
        }
        return nil
    }

    private static func continuesSignature(_ line: Substring) -> Bool {
        let text = line.trimmingCharacters(in: .whitespaces)
        return ["{", "->", "where", "throws", "async", ")"].contains { text.hasPrefix($0) }
    }

    // MARK: - Comments and strings

    /// `text` with every character of comments and string literals replaced by a space, line ends kept.
    private static func blanked(_ text: [Unicode.Scalar]) -> String {
        var result = String.UnicodeScalarView()
        var index = 0
        while index < text.count {
            let end = commentEnd(text, index) ?? stringEnd(text, index)
            guard let end else {
                result.append(text[index])
                index += 1
                continue
            }
            for scalar in text[index..<end] { result.append(scalar == "\n" ? "\n" : " ") }
            index = end
        }
        return String(result)
    }

    /// Where the comment that starts at `start` ends, or nil when none starts there.
    ///
    /// Block comments nest.
    private static func commentEnd(_ text: [Unicode.Scalar], _ start: Int) -> Int? {
        guard text[start] == "/", start + 1 < text.count else { return nil }
        if text[start + 1] == "/" { return text[start...].firstIndex(of: "\n") ?? text.count }
        guard text[start + 1] == "*" else { return nil }
        var depth = 0
        var index = start
        while index + 1 < text.count {
            switch (text[index], text[index + 1]) {
            case ("/", "*"):
                depth += 1
                index += 2
            case ("*", "/"):
                depth -= 1
                index += 2
                if depth == 0 { return index }
            default: index += 1
            }
        }
        return text.count
    }

    /// Where the string literal that starts at `start` ends, or nil when none starts there.
    private static func stringEnd(_ text: [Unicode.Scalar], _ start: Int) -> Int? {
        var hashes = 0
        while start + hashes < text.count, text[start + hashes] == "#" { hashes += 1 }
        var index = start + hashes
        guard index < text.count, text[index] == "\"" else { return nil }
        let quotes = text[index...].prefix(3).allSatisfy { $0 == "\"" } && index + 2 < text.count ? 3 : 1
        let end = Array(repeating: Unicode.Scalar("\""), count: quotes) + Array(repeating: "#", count: hashes)
        let escape: [Unicode.Scalar] = ["\\"] + Array(repeating: "#", count: hashes)
        index += quotes
        while index < text.count {
            if text[index...].starts(with: escape) {
                index += escape.count + 1
            } else if text[index...].starts(with: end) {
                return index + end.count
            } else if quotes == 1, text[index] == "\n" {
                return index
            } else {
                index += 1
            }
        }
        return text.count
    }
}
