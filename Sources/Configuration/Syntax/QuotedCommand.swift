/// A command read again from its line by the rules of the quoted keywords (`script`, `notify_master`, ...).
public struct QuotedCommand: Equatable, Sendable {
    /// The program and its arguments.
    public var command: [String]
    /// The command as written, without the quotes around it.
    public var text: String
    /// Where the command stands.
    public var location: SourceLocation
    /// The third word of the line: who runs it.
    public var user: Word?
    /// The fourth word.
    public var group: Word?

    /// The first word that would mean something to a shell, such as `&&`, `2>/dev/null` or `$HOME`; quoted words do not count.
    var shellOperator: String?

    /// Why a command cannot be read.
    public struct Problem: Error, Equatable, Sendable {
        /// What is wrong, where.
        public var diagnostic: Diagnostic

        init(_ code: String, at location: SourceLocation, _ message: String, fix: String? = nil) {
            diagnostic = Diagnostic(
                .error, code, at: location, message, consequence: "the command cannot be run", fix: fix)
        }
    }

    /// Reads `keyword COMMAND [USER [GROUP]]`: both kinds of quotes, adjacent pieces join into one word; then COMMAND
    /// is split once more in the same way with escapes (keepalived: quoted keywords).
    public static func parse(_ statement: Statement) -> Result<QuotedCommand, Problem> {
        do throws(Problem) {
            let words = try pieces(of: statement.rawLine, at: statement.location)
            guard words.count > 1, !words[1].text.isEmpty else {
                throw Problem(
                    "missing-value", at: statement.location, "`\(statement.keyword.text)` has no command",
                    fix: "\(statement.keyword.text) \"/path/to/program argument\"")
            }
            let text = words[1].text
            let user = words.count > 2 ? words[2] : nil
            if words.count > 4 || user?.text.hasPrefix("-") == true || user?.text.hasPrefix("/") == true {
                let whole = nested(statement) ?? quoted(words.dropFirst().map(\.text).joined(separator: " "))
                throw Problem(
                    "unquoted-command", at: words[2].location,
                    "after the command only a user and a group can follow, not `\(words[2].text)`",
                    fix: "\(statement.keyword.text) \(whole)")
            }
            let split = try split(text, at: words[1].location)
            guard let program = split.words.first, !program.isEmpty else {
                throw Problem("missing-value", at: words[1].location, "the command is empty")
            }
            return .success(
                QuotedCommand(
                    command: split.words, text: text, location: words[1].location, user: user,
                    group: words.count > 3 ? words[3] : nil,
                    shellOperator: split.bareWords.first(where: isShellOperator)
                        ?? unexpandedWord(split.words, bare: split.bareWords)))
        } catch {
            return .failure(error)
        }
    }

    private static func isShellOperator(_ word: String) -> Bool {
        if ["&&", "||", "|", "|&", "&", ";", "<", "<<"].contains(word) || word.hasSuffix(";") { return true }
        if word.hasPrefix("$(") || word.hasPrefix("`") { return true }
        let target = word.drop { ("0"..."9").contains($0) }
        return target.hasPrefix(">") || target.hasPrefix("&>")
    }

    private static let shells: Set<Substring> = ["sh", "bash", "dash", "ash", "ksh", "zsh"]

    private static func isShell(_ program: String) -> Bool {
        program.split(separator: "/").last.map { shells.contains($0) } ?? false
    }

    /// Where the line is that `sh -c LINE ...` has, among its words.
    private static func indexOfLine(_ command: [String]) -> Int? {
        guard let program = command.first, isShell(program) else { return nil }
        let option = command.dropFirst().firstIndex { !$0.hasPrefix("-") || $0.hasSuffix("c") }
        guard let option, command[option].hasPrefix("-"), !command[option].hasPrefix("--") else { return nil }
        return option + 1 < command.count ? option + 1 : nil
    }

    /// What `sh -c` is given to run; nil for other commands.
    static func shellLine(of command: [String]) -> String? { indexOfLine(command).map { command[$0] } }

    /// The words after that line, which the shell takes for `$0` and so on, where the line uses none of these.
    static func wordsLost(by command: [String]) -> ArraySlice<String> {
        guard let index = indexOfLine(command), !command[index].contains("$") else { return [] }
        return command[(index + 1)...]
    }

    /// A word with a variable or a pattern that only a shell would replace, where none is run.
    private static func unexpandedWord(_ words: [String], bare: [String]) -> String? {
        guard let program = words.first, !isShell(program) else { return nil }
        // For these a pattern is one of their own.
        let takesPatterns = ["pgrep", "pkill", "grep", "find", "expr"].contains { program.hasSuffix($0) }
        return bare.dropFirst().first { word in
            if let dollar = word.firstIndex(of: "$"), let next = word[dollar...].dropFirst().first {
                if next == "{" || next == "_" || next.isLetter { return true }
            }
            return !takesPatterns && word.hasPrefix("/") && word.contains("*") && !word.contains(".*")
        }
    }

    /// In double quotes, or in single ones when it holds double quotes itself.
    private static func quoted(_ text: String) -> String { text.contains("\"") ? "'\(text)'" : "\"\(text)\"" }

    /// `"sh -c "a b""` with the quotes inside as single ones, which is what was meant; nil for other commands.
    private static func nested(_ statement: Statement) -> String? {
        let written = Array(statement.rawLine.unicodeScalars.dropFirst(statement.keyword.text.unicodeScalars.count))
        guard let start = written.firstIndex(where: { !$0.isBlank }),
            let end = written.lastIndex(where: { !$0.isBlank }), start < end,
            written[start] == "\"", written[end] == "\""
        else { return nil }
        let inside = written[(start + 1)..<end]
        guard inside.count(where: { $0 == "\"" }) == 2, !inside.contains("'") else { return nil }
        return "\"" + String(inside.map { $0 == "\"" ? "'" : $0 }) + "\""
    }

    /// The first pass: words by blanks and quotes, nothing else.
    private static func pieces(of line: String, at start: SourceLocation) throws(Problem) -> [Word] {
        var words: [Word] = []
        var word: [Unicode.Scalar] = []
        var wordLocation: SourceLocation?
        var quote: (mark: Unicode.Scalar, location: SourceLocation)?
        var isQuoted = false
        var location = start
        for scalar in line.unicodeScalars {
            if let open = quote {
                if scalar == open.mark { quote = nil } else { word.append(scalar) }
            } else if scalar == "\"" || scalar == "'" {
                quote = (scalar, location)
                isQuoted = true
                wordLocation = wordLocation ?? location
            } else if !scalar.isBlank {
                wordLocation = wordLocation ?? location
                word.append(scalar)
            } else if let begin = wordLocation {
                words.append(Word(String(word), at: begin, isQuoted: isQuoted))
                word = []
                wordLocation = nil
                isQuoted = false
            }
            location.column += 1
        }
        if let quote { throw unterminated(quote.mark, at: quote.location) }
        if let begin = wordLocation { words.append(Word(String(word), at: begin, isQuoted: isQuoted)) }
        return words
    }

    private static func unterminated(_ mark: Unicode.Scalar, at location: SourceLocation) -> Problem {
        let name = mark == "'" ? "single" : "double"
        return Problem(
            "unterminated-quote", at: location, "this \(name) quote is never closed on its line",
            fix: "add a \(mark) at the end of the quoted text")
    }

    /// The second pass: the command itself, with escapes.
    private static func split(_ text: String, at location: SourceLocation) throws(Problem) -> EscapedWords {
        var splitter = EscapedWords(text)
        switch splitter.split() {
        case .complete: break
        case .unterminated(let mark): throw unterminated(mark, at: location)
        case .notText:
            throw Problem(
                "escape-not-text", at: location, "an escape stands for a byte that is not ASCII text, or for NUL",
                fix: "write the character itself")
        }
        return splitter
    }
}

/// Splits a command into words by blanks and both kinds of quotes, with backslash escapes everywhere.
private struct EscapedWords {
    enum Outcome { case complete, unterminated(Unicode.Scalar), notText }

    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var word: [Unicode.Scalar] = []
    /// True from a word's first character or quote on: `''` is a word too.
    private var isInWord = false
    private var isBare = true
    private(set) var words: [String] = []
    /// Those words that are written without quotes and escapes.
    private(set) var bareWords: [String] = []

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    mutating func split() -> Outcome {
        var quote: Unicode.Scalar?
        while index < scalars.count {
            let scalar = scalars[index]
            index += 1
            if scalar == "\\", index < scalars.count {
                guard let escaped = escape() else { return .notText }
                isBare = false
                add(escaped)
            } else if let open = quote {
                if scalar == open { quote = nil } else { add(scalar) }
            } else if scalar == "\"" || scalar == "'" {
                quote = scalar
                isInWord = true
                isBare = false
            } else if scalar.isBlank {
                endWord()
            } else {
                add(scalar)
            }
        }
        endWord()
        return quote.map { .unterminated($0) } ?? .complete
    }

    private mutating func add(_ scalar: Unicode.Scalar) {
        word.append(scalar)
        isInWord = true
    }

    private mutating func endWord() {
        guard isInWord else { return }
        words.append(String(word))
        if isBare { bareWords.append(String(word)) }
        word = []
        isInWord = false
        isBare = true
    }

    /// The scalar that the escape at `index` stands for; nil when it is a byte outside of ASCII, or NUL.
    private mutating func escape() -> Unicode.Scalar? {
        let scalar = scalars[index]
        index += 1
        switch scalar {
        case "a": return "\u{07}"
        case "b": return "\u{08}"
        case "E": return "\u{1B}"
        case "f": return "\u{0C}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "v": return "\u{0B}"
        case "0"..."7":
            index -= 1
            return number(radix: 8, atMost: 3)
        case "x":
            guard index < scalars.count, scalars[index].properties.isASCIIHexDigit else { return scalar }
            return number(radix: 16, atMost: 2)
        case "c":
            guard index < scalars.count, scalars[index].isASCII else { return scalar }
            index += 1
            return text(scalars[index - 1].value & 0x1F)
        default: return scalar
        }
    }

    private mutating func number(radix: Int, atMost digits: Int) -> Unicode.Scalar? {
        var value = 0
        var count = 0
        while index < scalars.count, count < digits, let digit = Int(String(scalars[index]), radix: radix) {
            value = value * radix + digit
            index += 1
            count += 1
        }
        return text(UInt32(value))
    }

    private func text(_ value: UInt32) -> Unicode.Scalar? {
        (1...0x7F).contains(value) ? Unicode.Scalar(value) : nil
    }
}
