internal import VRRPCore
internal import VRRPWire

/// The words of one line, taken one by one from the left.
struct ScenarioLine {
    struct Word {
        var text: String
        var column: Int
    }

    let number: Int
    private let words: [Word]
    private var position = 0
    private let endColumn: Int

    /// What follows a `#` is for people.
    init(_ text: Substring, number: Int) {
        self.number = number
        var words: [Word] = []
        var current = ""
        var column = 0
        let code = text.prefix { $0 != "#" }
        for character in code {
            column += 1
            if character == " " || character == "\t" || character == "\r" {
                if !current.isEmpty { words.append(Word(text: current, column: column - current.count)) }
                current = ""
            } else {
                current.append(character)
            }
        }
        if !current.isEmpty { words.append(Word(text: current, column: column + 1 - current.count)) }
        self.words = words
        endColumn = (words.last.map { $0.column + $0.text.count } ?? 1)
    }

    var isEmpty: Bool { words.isEmpty }
    var hasMore: Bool { position < words.count }

    func problem(_ sentence: String, at word: Word?) -> ScenarioProblem {
        ScenarioProblem(
            line: number, column: word?.column ?? endColumn, text: word?.text ?? "", sentence: sentence)
    }

    /// - Parameter right: what would be right here.
    mutating func next(_ right: String) throws(ScenarioProblem) -> Word {
        guard hasMore else { throw problem("something is missing; \(right)", at: nil) }
        position += 1
        return words[position - 1]
    }

    mutating func end(after what: String) throws(ScenarioProblem) {
        guard hasMore else { return }
        throw problem("nothing may follow \(what) on its line", at: words[position])
    }

    /// One of `choices`, by its word.
    mutating func choose<Choice>(_ choices: [(String, Choice)], _ what: String) throws(ScenarioProblem) -> Choice {
        let list = choices.map(\.0).joined(separator: ", ")
        let word = try next("\(what) is one of \(list)")
        guard let choice = choices.first(where: { $0.0 == word.text }) else {
            throw problem("\(what) is one of \(list)", at: word)
        }
        return choice.1
    }

    mutating func expect(_ literals: [String], in form: String) throws(ScenarioProblem) {
        for literal in literals {
            let word = try next("the form is: \(form)")
            guard word.text == literal else {
                throw problem("'\(literal)' belongs here; the form is: \(form)", at: word)
            }
        }
    }

    mutating func integer(_ range: ClosedRange<Int>, _ what: String) throws(ScenarioProblem) -> Int {
        let right = "\(what) is a whole number from \(range.lowerBound) to \(range.upperBound)"
        let word = try next(right)
        guard let number = Int(word.text), range.contains(number) else { throw problem(right, at: word) }
        return number
    }

    /// Nanoseconds.
    mutating func duration(_ what: String) throws(ScenarioProblem) -> UInt64 {
        let right = "\(what) is written 12s, 1.5s or 250ms, and is at most an hour"
        let word = try next(right)
        guard let nanoseconds = Self.nanoseconds(word.text), nanoseconds <= 3_600_000_000_000 else {
            throw problem(right, at: word)
        }
        return nanoseconds
    }

    static func nanoseconds(_ text: String) -> UInt64? {
        let (digits, unit): (Substring, UInt64)
        if text.hasSuffix("ms") {
            (digits, unit) = (text.dropLast(2), 1_000_000)
        } else if text.hasSuffix("s") {
            (digits, unit) = (text.dropLast(1), 1_000_000_000)
        } else {
            return nil
        }
        let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, isNumber(first), let whole = UInt64(first), whole <= 3_600_000 else {
            return nil
        }
        guard parts.count == 2 else { return whole * unit }
        guard isNumber(parts[1]), parts[1].count <= 6, let fraction = UInt64(parts[1]) else { return nil }
        let scale = parts[1].reduce(UInt64(1)) { scale, _ in scale * 10 }
        return whole * unit + fraction * unit / scale
    }

    private static func isNumber(_ text: Substring) -> Bool {
        !text.isEmpty && text.allSatisfy { $0.isASCII && $0.isNumber }
    }
}
