/// What is said of a value that cannot be used, with a line that could stand in its place.
extension Resolver {
    /// What could stand after `name`: its default, when that is a plain value, or what its example has.
    func sample(_ name: String, _ shape: ArgumentShape, in block: BlockKind) -> String {
        let text = KeywordTable.keyword(name, in: block)?.defaultText?.split(separator: ",").first.map(String.init)
        if let text, Int(text) != nil { return text }
        if name == "virtual_router_id" { return String(Self.freeID(52).dropFirst(name.count + 1)) }
        guard let line = KeywordTable.exampleLine(name) else { return shape.notation }
        return "\(line.dropFirst(name.count + 1))   # \(shape.notation)"
    }

    /// - Parameter meant: the value that was meant, if that can be told.
    mutating func reportBadValue(
        _ word: Word, of statement: Statement, expected: String, meant: String? = nil, passesKeepalived: Bool? = nil
    ) {
        guard isPlain(word, of: statement) else { return }
        let name = statement.keyword.text
        let sample =
            meant.map { "\(start(statement))\($0)" } ?? KeywordTable.exampleLine(name) ?? start(statement) + "VALUE"
        report(
            .error, "bad-value", at: word.location,
            "`\(word.text)` is not a value for `\(statement.keyword.text)`: \(expected)",
            consequence: statement.keyword.text == "unicast_peer"
                ? "keepalived would leave the peer out, and without any fall back to multicast"
                : statement.keyword.text == "virtual_router_id"
                    ? "keepalived would exit"
                    : consequence("keepalived would go on with the default", for: statement.keyword.text),
            fix: meant == nil && name == "virtual_router_id" ? Self.freeID(52) : "\(sample)   # \(expected)",
            passesKeepalived: passesKeepalived)
    }

    /// What a time is that was left to itself: 0 would be no time, and the shortest that may be is nobody's wish.
    func usualSeconds(_ statement: Statement) -> String? {
        let name = statement.keyword.text
        return KeywordTable.exampleLine(name).map { String($0.dropFirst(name.count + 1)) }
    }

    /// - Parameter nearest: to what is written, of what may be.
    mutating func reportOutOfRange(
        _ word: Word, of statement: Statement, range: String, nearest: String, passesKeepalived: Bool? = nil
    ) {
        let name = statement.keyword.text
        // 255 says that the addresses are the host's own.
        let value = name == "priority" && nearest == "255" ? "254" : nearest
        report(
            .error, "out-of-range", at: word.location,
            "`\(word.text)` is out of range for `\(name)`: \(range)",
            consequence: consequence(
                name == "virtual_router_id"
                    ? "keepalived would exit"
                    : passesKeepalived == true
                        ? "nothing of the file is used; keepalived takes it as it is"
                        : "keepalived would go on with another value",
                for: name),
            fix: name == "virtual_router_id" ? Self.freeID(52) : "\(name) \(value)   # \(range)",
            passesKeepalived: passesKeepalived)
    }

    /// A line with another word, or other words, in the place of one.
    static func text(of line: Statement, with meant: String, for word: Word) -> String {
        ([line.keyword] + line.arguments).map { $0.location == word.location ? meant : $0.text }
            .joined(separator: " ")
    }
}
