/// Finds what looks like a secret in one line.
struct SecretScanner {
    let line: [UInt8]
    let isConfiguration: Bool

    private static let space: Set<UInt8> = [32, 9]
    private static let quotes: Set<UInt8> = [34, 39]
    /// What ends a value without quotes: blanks, quotes, `,` `;` `)` `}` `]` `&`.
    private static let ends: Set<UInt8> = [32, 9, 13, 34, 39, 44, 59, 41, 125, 93, 38]

    func secretRanges() -> [Range<Int>] { named() + addressed() + flagged() }

    // MARK: NAME=VALUE, NAME: VALUE, "NAME": "VALUE", auth_pass VALUE, --password VALUE

    private func named() -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var index = 0
        while index < line.count {
            guard Vocabulary.isNameOctet(line[index]) else {
                index += 1
                continue
            }
            let start = index
            while index < line.count, Vocabulary.isNameOctet(line[index]) { index += 1 }
            let name = String(decoding: line[start..<index], as: UTF8.self).lowercased()
            let isFlag = name.hasPrefix("--")
            let bare = String(name.drop { $0 == "-" })
            guard Vocabulary.isTelling(bare), let range = value(of: bare, isFlag: isFlag, at: index) else { continue }
            ranges.append(range)
            index = max(index, range.upperBound)
        }
        return ranges
    }

    /// The value that belongs to a telling name which ends at `end`.
    private func value(of name: String, isFlag: Bool, at end: Int) -> Range<Int>? {
        var index = end
        if index < line.count, Self.quotes.contains(line[index]) { index += 1 }
        let afterName = index
        index = skippingSpace(index)
        guard index < line.count else { return nil }
        if line[index] == UInt8(ascii: "=") || line[index] == UInt8(ascii: ":") {
            index = skippingSpace(index + 1)
            // A header's value has blanks in it, and an environment is a list.
            let isWhole = name == "authorization" || name == "cookie" || name == "environment"
            return isWhole ? nonEmpty(index..<endOfLine(from: index)) : word(at: index)
        }
        guard index > afterName, isFlag || Vocabulary.takesWord.contains(name) || isConfiguration && name == "pass"
        else {
            return nil
        }
        return isConfiguration && Vocabulary.takesWord.contains(name) ? nonEmpty(index..<line.count) : word(at: index)
    }

    private func skippingSpace(_ start: Int) -> Int {
        var index = start
        while index < line.count, Self.space.contains(line[index]) { index += 1 }
        return index
    }

    /// A word, or what is between quotes; an escaped quote, as JSON has it within a string, counts as one.
    private func word(at start: Int) -> Range<Int>? {
        var start = start
        if start < line.count, line[start] == UInt8(ascii: "\\") { start += 1 }
        guard start < line.count else { return nil }
        if Self.quotes.contains(line[start]) {
            let quote = line[start]
            let close = line[(start + 1)...].firstIndex(of: quote) ?? line.count
            return nonEmpty(start + 1..<close)
        }
        var end = start
        while end < line.count, !Self.ends.contains(line[end]), line[end] != UInt8(ascii: "\\") { end += 1 }
        return nonEmpty(start..<end)
    }

    private func endOfLine(from start: Int) -> Int {
        line[min(start, line.count)...].firstIndex { Self.quotes.contains($0) } ?? line.count
    }

    private func nonEmpty(_ range: Range<Int>) -> Range<Int>? { range.isEmpty ? nil : range }

    // MARK: scheme://USER:PASSWORD@host

    private func addressed() -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var index = 0
        while let start = find("://", from: index) {
            var end = start + 3
            while end < line.count, !Self.ends.contains(line[end]), line[end] != UInt8(ascii: "/") { end += 1 }
            if let at = line[(start + 3)..<end].lastIndex(of: UInt8(ascii: "@")), at > start + 3 {
                ranges.append(start + 3..<at)
            }
            index = end
        }
        return ranges
    }

    private func find(_ text: String, from start: Int) -> Int? {
        let wanted = Array(text.utf8)
        guard start + wanted.count <= line.count else { return nil }
        return (start...(line.count - wanted.count)).first { line[$0..<$0 + wanted.count].elementsEqual(wanted) }
    }

    // MARK: curl -u USER:PASSWORD, mysql -pPASSWORD, redis-cli -a PASSWORD

    private func flagged() -> [Range<Int>] {
        let text = String(decoding: line, as: UTF8.self)
        let ofMySQL = text.contains("mysql") || text.contains("mariadb")
        let ofRedis = text.contains("redis-cli")
        var ranges: [Range<Int>] = []
        var previous = ""
        for range in words() {
            let word = String(decoding: line[range], as: UTF8.self)
            if ["-u", "--user", "--proxy-user", "-U"].contains(previous), word.contains(":") { ranges.append(range) }
            if ofRedis, previous == "-a" { ranges.append(range) }
            if ofMySQL, word.hasPrefix("-p"), word.utf8.count > 2 {
                ranges.append(range.lowerBound + 2..<range.upperBound)
            }
            if word.hasPrefix("-u"), word.contains(":") { ranges.append(range.lowerBound + 2..<range.upperBound) }
            previous = word
        }
        return ranges
    }

    /// Words between blanks and quotes.
    private func words() -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start: Int?
        for index in 0...line.count {
            let isEnd =
                index == line.count || Self.space.contains(line[index]) || Self.quotes.contains(line[index])
                || line[index] == UInt8(ascii: "\\")
            if isEnd {
                if let begun = start { ranges.append(begun..<index) }
                start = nil
            } else if start == nil {
                start = index
            }
        }
        return ranges
    }
}
