internal import VRRPCore
internal import VRRPWire

extension Resolver {
    /// Reads a statement's arguments as its shape demands, or reports why that cannot be done.
    mutating func value(of statement: Statement, shape: ArgumentShape, in block: BlockKind) -> Value? {
        guard checkBraces(statement, shape: shape), checkCount(statement, shape: shape, in: block) else { return nil }
        let words = statement.arguments
        switch shape {
        case .flag: return .flag
        case .block: return .block
        case .words, .command, .notifyCommand, .text: return .words(words)
        case .optionalBoolean: return boolean(words.first, of: statement)
        case .integer(let range): return integer(words[0], range, of: statement).map(Value.integer)
        case .seconds(let range): return seconds(words[0], range, of: statement).map(Value.interval)
        case .milliseconds(let range): return milliseconds(words[0], range, of: statement).map(Value.interval)
        case .weight(let range): return weight(words[...], range, of: statement).map(Value.weight)
        case .address: return address(words[0], of: statement).map(Value.address)
        case .group: return group(words[0], of: statement).map(Value.address)
        case .interface: return interfaceName(words[0], of: statement).map { .words([$0]) }
        case .user: return user(words, of: statement).map(Value.user)
        case .word: return isPlain(words[0], of: statement) ? .words(words) : nil
        }
    }

    private mutating func checkBraces(_ statement: Statement, shape: ArgumentShape) -> Bool {
        let name = statement.keyword.text
        if shape.isBlock, statement.children == nil {
            report(
                .error, "missing-block", at: statement.location, "`\(name)` needs a block in braces",
                consequence: "nothing would be read from this line", fix: blockFix(statement, shape: shape))
            return false
        }
        if !shape.isBlock, statement.children != nil {
            report(
                .error, "unexpected-block", at: statement.location, "`\(name)` takes no block in braces",
                consequence: "keepalived would end the enclosing block at this block's closing brace",
                fix: "\(name) \(shape.notation)")
            return false
        }
        return true
    }

    /// The line as a block: words that belong into the braces are put there, addresses one to a line.
    private func blockFix(_ statement: Statement, shape: ArgumentShape) -> String {
        let name = statement.keyword.text
        let words = statement.arguments.map(\.text)
        guard shape == .block(named: nil), !words.isEmpty else { return "\(name) \(shape.notation)" }
        if name == "authentication", words.count == 2 {
            return "authentication {\n    auth_type \(words[0])\n    auth_pass \(words[1])\n}"
        }
        var lines: [String] = []
        for word in words {
            let isAddress = IPAddress(String(word.prefix { $0 != "/" })) != nil
            if lines.isEmpty || isAddress { lines.append("    \(word)") } else { lines[lines.count - 1] += " \(word)" }
        }
        return (["\(name) {"] + lines + ["}"]).joined(separator: "\n")
    }

    private mutating func checkCount(_ statement: Statement, shape: ArgumentShape, in block: BlockKind) -> Bool {
        let name = statement.keyword.text
        let words = statement.arguments
        if let sign = words.first?.text, sign == "=" || sign == ":" {
            report(
                .error, "equals-sign", at: words[0].location,
                "`\(sign)` does not belong between `\(name)` and its value",
                consequence: "`\(sign)` itself would be taken for the value",
                fix: ([name] + words.dropFirst().map(\.text)).joined(separator: " "),
                passesKeepalived: takesAnyText(name) ? true : nil)
            return false
        }
        if words.count < shape.wordCount.lowerBound {
            report(
                .error, "missing-argument", at: statement.location, "`\(name)` needs a value: \(shape.notation)",
                consequence: consequence(
                    name == "smtp_helo_name"
                        ? "keepalived would go on with the default" : "keepalived would exit at this line",
                    for: name),
                fix: "\(name) \(sample(name, shape, in: block))",
                passesKeepalived: name == "smtp_helo_name" ? true : nil)
            return false
        }
        guard words.count > shape.wordCount.upperBound, shape != .command else { return true }
        return checkExtra(statement, extra: words[shape.wordCount.upperBound...], shape: shape, in: block)
    }

    /// What stands on one line, with each keyword at the beginning of one.
    static func lines(of words: ArraySlice<Word>, in block: BlockKind) -> [String] {
        words.reduce(into: []) { lines, word in
            if lines.isEmpty || KeywordTable.keyword(word.text, in: block) != nil {
                lines.append(word.text)
            } else {
                lines[lines.count - 1] += " " + word.text
            }
        }
    }

    private mutating func checkExtra(
        _ statement: Statement, extra: ArraySlice<Word>, shape: ArgumentShape, in block: BlockKind
    ) -> Bool {
        let name = statement.keyword.text
        let kept = ([name] + statement.arguments.prefix(extra.startIndex).map(\.text)).joined(separator: " ")
        let text = extra.map(\.text).joined(separator: " ")
        if let next = extra.first, KeywordTable.keyword(next.text, in: block) != nil {
            report(
                .error, "two-on-a-line", at: next.location, "`\(next.text)` must begin a line of its own",
                consequence: "everything after `\(kept)` would be ignored",
                fix: ([kept] + Self.lines(of: extra, in: block)).joined(separator: "\n"),
                // It finds a password on a line of its own only.
                passesKeepalived: !extra.contains { $0.text == "auth_pass" })
            return false
        }
        if shape.isBlock {
            // Where keepalived is asked for, what stands in the block is to be judged too.
            return reportExtraOfBlock(statement, text, kept: kept, at: extra[extra.startIndex].location) && portable
        }
        if shape == .flag {
            reportValueOfFlag(name, text, at: extra[extra.startIndex].location)
            return true
        }
        // Of a backslash at the end of a line keepalived makes a part of the word before it.
        let isGlued = text == "\\"
        report(
            .warning, "extra-words", at: extra[extra.startIndex].location, "`\(text)` after `\(kept)` is ignored",
            consequence: "only the first value counts"
                + (KeywordTable.isOurs(name) ? "" : isGlued ? "; keepalived reads `\(kept)\\`" : ", in keepalived too"),
            fix: kept, passesKeepalived: name == "kernel_rx_buf_size" || isGlued ? false : nil)
        return true
    }

    /// What would come of a mistake; keepalived does nothing with a keyword that it does not know.
    func consequence(_ keepalived: String, for name: String) -> String {
        KeywordTable.isOurs(name) ? "what it is to be is not known, so nothing of the file is used" : keepalived
    }

    /// False, and reported, when the word shows a habit from another language or an undefined name.
    mutating func isPlain(_ word: Word, of statement: Statement) -> Bool {
        if statement.keyword.text == "auth_pass" {
            reportEndOfPassword(word)
            return true
        }
        if word.text.hasPrefix("$"), !word.isQuoted {
            report(
                .error, "undefined-name", at: word.location, "`\(word.text)` is not defined",
                consequence: "the text itself would be taken for the value",
                fix: "define it before its first use, on a line of its own: \(word.text)=VALUE")
            return false
        }
        if let last = word.text.last, ";,".contains(last), !word.isQuoted, word.text.count > 1 {
            let bare = String(word.text.dropLast())
            report(
                .error, "stray-punctuation", at: word.location, "`\(word.text)` ends in `\(last)`",
                consequence: "the `\(last)` would be taken for a part of the value",
                fix: start(statement) + bare, passesKeepalived: takesAnyText(statement.keyword.text) ? true : nil)
            return false
        }
        return true
    }

    /// A password may have any characters, and so those that habit puts at the end of a line.
    private mutating func reportEndOfPassword(_ word: Word) {
        guard let last = word.text.last, ";,".contains(last), !word.isQuoted else { return }
        report(
            .warning, "stray-punctuation", at: word.location, "the password ends in `\(last)`",
            consequence:
                "the `\(last)` is a part of it, in keepalived too: a router whose password has none is not believed",
            fix: "auth_pass \"PASSWORD\"   # in quotes, if the `\(last)` belongs to it; or without it")
    }

    /// What a line begins with before the value: nothing where the value itself stands first.
    func start(_ statement: Statement) -> String {
        statement.arguments.isEmpty ? "" : statement.keyword.text + " "
    }

    private mutating func boolean(_ word: Word?, of statement: Statement) -> Value? {
        guard let word else { return .boolean(true) }
        switch word.text {
        case "on", "true", "yes": return .boolean(true)
        case "off", "false", "no": return .boolean(false)
        default:
            // In keepalived 2.2.7 these are on, whatever follows.
            let isFlag = ["vrrp_strict", "vrrp_skip_check_adv_addr"].contains(statement.keyword.text)
            reportBadValue(
                word, of: statement, expected: "one of on, off, true, false, yes, no in lower case",
                passesKeepalived: isFlag ? true : nil)
            return nil
        }
    }

    mutating func integer(_ word: Word, _ range: ClosedRange<Int>, of statement: Statement) -> Int? {
        let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        guard let value = Int(word.text) else {
            reportBadValue(
                word, of: statement, expected: expected, meant: MeantValue.number(word.text, in: range))
            return nil
        }
        guard range.contains(value) else {
            reportOutOfRange(
                word, of: statement, range: "\(range.lowerBound) to \(range.upperBound)",
                nearest: String(min(max(value, range.lowerBound), range.upperBound)),
                passesKeepalived: passes(value, of: statement))
            return nil
        }
        return value
    }

    mutating func seconds(
        _ word: Word, _ range: ClosedRange<UInt64>, of statement: Statement
    ) -> Interval? {
        guard let parsed = DecimalSeconds(word.text) else {
            reportBadValue(
                word, of: statement, expected: "seconds, such as 1 or 0.5",
                meant: MeantValue.time(word.text, in: range, unit: 1_000_000))
            return nil
        }
        let interval = Interval.microseconds(parsed.microseconds)
        if parsed.isRounded {
            report(
                .warning, "rounded-value", at: word.location,
                "`\(word.text)` has more decimals than count: it becomes \(interval.decimalSeconds)",
                consequence: "times are kept in millionths of a second",
                fix: "\(statement.keyword.text) \(interval.decimalSeconds)", passesKeepalived: false)
        }
        guard range.contains(parsed.microseconds) else {
            let lower = Interval.microseconds(range.lowerBound).decimalSeconds
            let upper = Interval.microseconds(range.upperBound).decimalSeconds
            reportOutOfRange(
                word, of: statement, range: "\(lower) to \(upper)",
                nearest: parsed.microseconds == 0
                    ? usualSeconds(statement) ?? lower : parsed.microseconds < range.lowerBound ? lower : upper,
                passesKeepalived: passes(microseconds: parsed.microseconds, of: statement))
            return nil
        }
        checkSecondsElsewhere(word, parsed, of: statement)
        return interval
    }

    /// `N [reverse|noreverse]`; `inherited` is what the definition says, for references to it.
    mutating func weight(
        _ words: ArraySlice<Word>, _ range: ClosedRange<Int>, of statement: Statement, inherited: Bool = false
    ) -> Weight? {
        guard let first = words.first, let value = integer(first, range, of: statement) else { return nil }
        guard let second = words.dropFirst().first else { return Weight(value, reverse: inherited) }
        switch second.text {
        case "reverse": return Weight(value, reverse: true)
        case "noreverse": return Weight(value)
        default:
            reportBadValue(second, of: statement, expected: "after the number only `reverse` may stand")
            return nil
        }
    }

    /// `USER [[:]GROUP]`, the colon for every other group of the user.
    mutating func user(_ words: [Word], of statement: Statement) -> UserName? {
        guard words.allSatisfy({ isPlain($0, of: statement) }) else { return nil }
        var group = words.count > 1 ? words[1].text : nil
        let hasEveryGroup = group?.hasPrefix(":") == true
        if hasEveryGroup { group = group.map { String($0.dropFirst()) } }
        return UserName(user: words[0].text, group: group == "" ? nil : group, hasEveryGroup: hasEveryGroup)
    }

    /// The name of an interface: at most 15 octets, as the kernel keeps it.
    mutating func interfaceName(_ word: Word, of statement: Statement) -> Word? {
        guard isPlain(word, of: statement) else { return nil }
        if word.text.utf8.count > 15 || word.text.contains("/") || word.text.isEmpty {
            report(
                .error, "bad-interface-name", at: word.location, "`\(word.text)` cannot be the name of an interface",
                consequence: "a name has 1 to 15 characters and no `/`, so there is no such interface",
                fix: "\(start(statement))NAME, as `ip -br link` shows it")
            return nil
        }
        return word
    }

    /// An address of a router, which has no prefix; one is reported and cut off, as in keepalived.
    mutating func address(_ word: Word, of statement: Statement) -> IPAddress? {
        let parts = word.text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(String(parts[0])) else {
            reportBadValue(word, of: statement, expected: "an IPv4 or IPv6 address")
            return nil
        }
        if parts.count > 1 {
            report(
                .warning, "prefix-on-router-address", at: word.location,
                "`\(word.text)` is a router's address, which has no prefix: `/\(parts[1])` is ignored",
                consequence: "keepalived cuts it off without a word", fix: start(statement) + address.description)
        }
        if address.isMulticast || address.isUnspecified {
            report(
                .error, "bad-address", at: word.location, "`\(word.text)` cannot be the address of a router",
                consequence: "no advert can be sent from or to it", fix: "the address of the other router's interface",
                passesKeepalived: true)
            return nil
        }
        return address
    }
}

extension IPAddress {
    var isUnspecified: Bool {
        switch self {
        case .v4(let address): address == .any
        case .v6(let address): address == .any
        }
    }

    var isLoopback: Bool {
        switch self {
        case .v4(let address): address.isLoopback
        case .v6(let address): address.isLoopback
        }
    }

    var isLinkLocal: Bool { if case .v6(let address) = self { address.isLinkLocal } else { false } }
}

/// Decimal seconds as keepalived reads them, kept exactly.
struct DecimalSeconds: Equatable {
    var microseconds: UInt64
    /// True when there were more than six decimals that mattered.
    var isRounded: Bool
    /// True when there were more than six decimals at all.
    var hasMoreDigits: Bool

    /// Nil unless the text is digits with at most one point, and perhaps a plus.
    init?(_ text: String) {
        let parts = (text.hasPrefix("+") ? text.dropFirst() : text[...]).split(
            separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let fraction = parts.count > 1 ? parts[1] : ""
        let digits = Array(parts[0].utf8) + Array(fraction.utf8)
        guard !digits.isEmpty, digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        // Far beyond every range, and small enough to be counted in nanoseconds.
        let largest: UInt64 = 9_999_999_999
        let whole = parts[0].isEmpty ? 0 : min(UInt64(parts[0]) ?? largest, largest)
        var scaled = whole * 1_000_000
        var unit: UInt64 = 100_000
        var isRounded = false
        for (index, digit) in fraction.utf8.enumerated() {
            if index < 6 {
                scaled += UInt64(digit - 48) * unit
                unit /= 10
            } else {
                if index == 6, digit >= 53 { scaled += 1 }
                isRounded = isRounded || digit != 48
            }
        }
        microseconds = scaled
        self.isRounded = isRounded
        hasMoreDigits = fraction.utf8.count > 6
    }
}

/// Whether keepalived takes whatever is written for the value.
///
/// Source: keepalived 2.2.7, measured with a file for each.
private func takesAnyText(_ keyword: String) -> Bool {
    let names = [
        "router_id", "notification_email_from", "smtp_helo_name", "vrrp_notify_fifo", "notify_fifo",
        "default_interface", "process", "file", "auth_pass",
    ]
    return names.contains(keyword) || Notifications.Occasion(rawValue: keyword) != nil
}
