internal import VRRPCore
internal import VRRPWire

/// A keyword's arguments, once they are what its shape asks for.
///
/// Thousands of blocks have none, and are kept beside each other until they are read: what has one keeps it elsewhere.
indirect enum Value: Equatable {
    case flag
    case boolean(Bool)
    case integer(Int)
    case interval(Interval)
    case weight(Weight)
    case address(IPAddress)
    case user(UserName)
    case words([Word])
    case block
}

struct Setting: Equatable {
    var statement: Statement
    var value: Value

    var location: SourceLocation { statement.location }
    /// Where the first argument stands.
    var valueLocation: SourceLocation { statement.arguments.first?.location ?? statement.location }
}

/// What a block holds, by keyword.
///
/// Everything that does not belong has been reported already.
struct BlockContents {
    private var settings: [String: [Setting]] = [:]
    private var attempted: Set<String> = []

    mutating func add(_ setting: Setting, of keyword: Keyword) {
        if let earlier = self[keyword.name], keyword.keeps(earlier.statement) { return }
        settings[keyword.name, default: []].append(setting)
    }
    mutating func attempt(_ name: String) { attempted.insert(name) }

    func all(_ name: String) -> [Setting] { settings[name] ?? [] }
    /// The same, which are no longer here afterwards.
    mutating func take(_ name: String) -> [Setting] { settings.removeValue(forKey: name) ?? [] }
    /// The last one wins, as in keepalived.
    subscript(name: String) -> Setting? { settings[name]?.last }
    func has(_ name: String) -> Bool { settings[name] != nil }
    /// True when someone tried to write `name`, even if it went wrong: it is then not reported as missing.
    func wasAttempted(_ name: String) -> Bool { attempted.contains(name) }

    func integer(_ name: String) -> Int? { if case .integer(let value)? = self[name]?.value { value } else { nil } }
    func boolean(_ name: String) -> Bool? { if case .boolean(let value)? = self[name]?.value { value } else { nil } }
    func interval(_ name: String) -> Interval? {
        if case .interval(let value)? = self[name]?.value { value } else { nil }
    }
    func weight(_ name: String) -> Weight? { if case .weight(let value)? = self[name]?.value { value } else { nil } }
    func address(_ name: String) -> IPAddress? {
        if case .address(let value)? = self[name]?.value { value } else { nil }
    }
    func user(_ name: String) -> UserName? { if case .user(let value)? = self[name]?.value { value } else { nil } }
    func words(_ name: String) -> [Word]? { if case .words(let value)? = self[name]?.value { value } else { nil } }
    func word(_ name: String) -> String? { words(name)?.first?.text }

    /// The lines of every block called `name`, joined.
    func lines(_ name: String) -> [Statement] { all(name).flatMap { $0.statement.children ?? [] } }
}

extension Resolver {
    /// Sorts a block's statements by keyword and reports those that are unknown, unsupported or malformed.
    mutating func read(_ statements: [Statement], in block: BlockKind) -> BlockContents {
        var contents = BlockContents()
        var rest = statements[...]
        while let written = rest.popFirst() {
            if block == .instance, let meant = reportStrayAddresses(written, &rest) {
                contents.attempt(meant)
                continue
            }
            guard let (statement, keyword) = known(written, in: block, among: statements, &contents) else { continue }
            let name = statement.keyword.text
            contents.attempt(name)
            if portable {
                reportElsewhere(name, at: statement.location, in: block, isBlock: keyword.shape.isBlock)
            }
            switch keyword.status {
            case .supported: break
            case .notYet(let without, let instead):
                reportNotYet(
                    statement, without: without, instead: instead, in: block,
                    passesKeepalived: passesUnsupported(statement, among: statements))
                continue
            case .noted(let remark):
                reportNoted(statement, remark)
                checkNoted(statement, keyword, in: block)
                continue
            case .skipped(let owner):
                reportSkipped(statement, owner: owner)
                checkNoted(statement, keyword, in: block)
                if portable, keyword.shape.isBlock { services.append(statement) }
                continue
            case .obsolete(let replacement):
                reportObsolete(statement, replacement: replacement)
                continue
            }
            if let earlier = contents[name], reportEmptyAgain(statement, keyword, earlier) { continue }
            guard let value = value(of: statement, shape: keyword.shape, in: block) else {
                noteUnread(name)
                // What stands behind it on its line is not missing.
                for word in statement.arguments.dropFirst() where KeywordTable.keyword(word.text, in: block) != nil {
                    contents.attempt(word.text)
                }
                continue
            }
            if portable, keyword.isOurs { reportOurs(statement) }
            if !keyword.repeats, let earlier = contents[name] { reportRepeated(statement, keyword, earlier: earlier) }
            contents.add(Setting(statement: statement, value: value), of: keyword)
        }
        return contents
    }

    /// A line without its value after one that has it: any value that could be offered would take the place of that one.
    private mutating func reportEmptyAgain(_ statement: Statement, _ keyword: Keyword, _ earlier: Setting) -> Bool {
        guard !keyword.repeats, !keyword.shape.isBlock, statement.children == nil, statement.arguments.isEmpty,
            keyword.shape.wordCount.lowerBound > 0
        else { return false }
        report(
            .error, "missing-argument", at: statement.location,
            "`\(keyword.name)` needs a value: \(keyword.shape.notation)",
            consequence: consequence("keepalived would exit at this line", for: keyword.name),
            fix: "remove the line   # line \(earlier.location.line) has the value")
        return true
    }

    private mutating func reportOurs(_ statement: Statement) {
        let name = statement.keyword.text
        report(
            .warning, "not-portable", at: statement.location, "`\(name)` is known to Understudy only",
            consequence: "keepalived logs an unknown keyword, passes over the line, and does not do what it says",
            fix: "remove the line where keepalived has to read the file")
    }

    private mutating func reportRepeated(_ statement: Statement, _ keyword: Keyword, earlier: Setting) {
        let isCommand = if case .notifyCommand = keyword.shape { true } else { false }
        report(
            .warning, "repeated-keyword", at: statement.location,
            "`\(statement.keyword.text)` is given a second time; the first is on line \(earlier.location.line)",
            consequence: !keyword.keeps(earlier.statement)
                ? "the last one counts"
                : isCommand ? "only the first is run, in keepalived too" : "the first one counts, in keepalived too",
            fix: isCommand ? "one command that does both" : "remove one of the two lines",
            // A second namespace it passes over with a word, and no more.
            passesKeepalived: keyword.keeps(earlier.statement) && keyword.name != "net_namespace"
                || Self.nameInterfaceTwice(earlier.statement, statement) ? false : nil)
    }

    private mutating func reportNotYet(
        _ statement: Statement, without: String, instead: String?, in block: BlockKind, passesKeepalived: Bool?
    ) {
        let what = statement.children == nil ? "line" : "block"
        let scope = block == .instance ? "for this instance" : "on this host"
        report(
            .error, "not-supported-yet", at: statement.location,
            "`\(statement.keyword.text)` is not supported yet by Understudy", consequence: "without it \(without)",
            fix: instead ?? "remove the \(what), or keep keepalived \(scope) until Understudy supports it",
            passesKeepalived: passesKeepalived)
    }

    private mutating func reportSkipped(_ statement: Statement, owner: String) {
        let what = statement.children == nil ? "line" : "block"
        let name = ([statement.keyword] + statement.arguments).map(\.text).joined(separator: " ")
        let isService = statement.keyword.text == "virtual_server"
        report(
            .note, "not-our-business", at: statement.location,
            "`\(name)` is passed over: this \(what) belongs to \(owner)",
            consequence: "Understudy moves addresses and does no IPVS"
                + (isService ? ": nothing here balances what comes to this service" : ""),
            fix: isService ? "keepalived --check   # beside Understudy: of keepalived only what does IPVS" : nil)
    }

    /// Once for all keywords that are accepted for one reason.
    private mutating func reportNoted(_ statement: Statement, _ remark: Keyword.Remark) {
        guard saidRemarks.insert(remark).inserted else { return }
        report(
            .note, remark.code, at: statement.location,
            "`\(statement.keyword.text)` is accepted: \(remark.reason)", consequence: remark.consequence,
            fix: remark.instead)
    }

    /// keepalived reads what nothing comes of here.
    private mutating func checkNoted(_ statement: Statement, _ keyword: Keyword, in block: BlockKind) {
        guard portable else { return }
        if keyword.name == "linkbeat_interfaces" {
            model.global.namedInterfaces += (statement.children ?? []).map {
                NamedInterface($0.keyword, "the line says nothing")
            }
        }
        if keyword.shape.isBlock { return }
        let start = diagnostics.count
        _ = value(of: statement, shape: keyword.shape, in: block)
        amendDiagnostics(from: start) {
            $0.severity = min($0.severity, .warning)
            $0.passesKeepalived = $0.passesKeepalived ?? ($0.code == "extra-words")
        }
    }

    private mutating func reportObsolete(_ statement: Statement, replacement: String) {
        // Where it stands for another keyword as it is.
        let meant = KeywordTable.keyword(replacement.filter { $0 != "`" }, in: .globalDefs)?.name
        report(
            .warning, "obsolete-keyword", at: statement.location,
            "`\(statement.keyword.text)` is obsolete and has no effect", consequence: "today this is \(replacement)",
            fix: meant.map { "\($0)   # or remove the line, which does nothing" } ?? "remove the line")
    }

    /// What follows the right keyword `name` in place of the wrong one.
    private func ending(of statement: Statement, as name: String, in block: BlockKind) -> String {
        var words = statement.arguments.map { $0.isQuoted ? "\"\($0.text)\"" : $0.text }
        if statement.keyword.text.hasPrefix("["), let last = words.last, last.hasSuffix("]") {
            words[words.count - 1] = String(last.dropLast())
        }
        let opens = statement.children != nil || KeywordTable.keyword(name, in: block)?.shape.isBlock == true
        return words.map { " " + $0 }.joined() + (opens ? " {" : "")
    }

    /// Reports an unknown keyword and returns the one that was perhaps meant in this very block.
    mutating func reportUnknown(_ statement: Statement, in block: BlockKind) -> String? {
        let word = statement.keyword.text
        if word.allSatisfy({ ";,".contains($0) }), !isForeignComment(statement, in: block) {
            report(
                .error, "stray-punctuation", at: statement.location, "`\(word)` is not needed after a line or a block",
                consequence: "it is ignored, with what follows on its line", fix: "remove the `\(word)`")
            return nil
        }
        if reportForeignComment(statement, in: block) || reportConflict(statement.keyword) { return nil }
        if let meant = reportAssignment(statement, in: block) { return meant }
        let bare = String(word.filter { !":;,=[]".contains($0) })
        let ignored = statement.children == nil ? "the line" : "the whole block"
        var consequence = "\(ignored) would be ignored"
        var fix = statement.children == nil ? "remove the line" : "remove the block"
        var meant: String?
        if bare != word, KeywordTable.keyword(bare, in: block) != nil {
            meant = bare
            fix = bare + ending(of: statement, as: bare, in: block)
        } else {
            switch KeywordTable.suggestion(for: word, in: block) {
            case .spelling(let name)?:
                meant = name
                fix = name + ending(of: statement, as: name, in: block)
            case .otherBlock(let home)?:
                consequence += "; `\(word)` belongs \(home.place)"
                let target = home == .topLevel ? "out of this block" : "into \(home.rawValue) { }"
                fix = "move the \(statement.children == nil ? "line" : "block") \(target)"
                if home == .topLevel { lookInside(statement) }
            case nil:
                guard statement.children == nil, KeywordTable.nearest(to: word, among: ["include"]) != nil else {
                    break
                }
                return reportMisspeltInclude(statement, in: block)
            }
        }
        let question = meant.map { "; is `\($0)` meant?" } ?? ""
        report(
            .error, "unknown-keyword", at: statement.location, "`\(word)` is not known \(block.place)\(question)",
            consequence: consequence, fix: fix)
        return meant
    }

    private mutating func reportMisspeltInclude(_ statement: Statement, in block: BlockKind) -> String? {
        report(
            .error, "unknown-keyword", at: statement.location,
            "`\(statement.keyword.text)` is not known \(block.place); is `include` meant?",
            consequence: "the line would be ignored, and nothing of those files be read",
            fix: "include" + ending(of: statement, as: "include", in: block))
        hasUnreadUser = true
        return nil
    }

    /// `; text` and `// text`, as other languages begin a comment.
    private func isForeignComment(_ statement: Statement, in block: BlockKind) -> Bool {
        let word = statement.keyword.text
        guard statement.children == nil else { return false }
        if ["//", "/*", "--"].contains(where: { word.hasPrefix($0) }) { return true }
        // A `;` after a block's brace is not followed by words that mean nothing.
        guard word.hasPrefix(";") else { return false }
        let first = word == ";" ? statement.arguments.first?.text : String(word.dropFirst())
        return first.map { !$0.isEmpty && !$0.hasPrefix(";") && KeywordTable.keyword($0, in: block) == nil } ?? false
    }

    private mutating func reportForeignComment(_ statement: Statement, in block: BlockKind) -> Bool {
        guard isForeignComment(statement, in: block) else { return false }
        let mark = String(statement.keyword.text.prefix { ";/*-".contains($0) })
        let text = statement.rawLine.dropFirst(mark.count).drop { $0 == " " || $0 == "\t" }
        report(
            .error, "unknown-keyword", at: statement.location,
            "`\(mark)` begins no comment: comments begin with `#` or `!`",
            consequence: "the line would be taken for a keyword that nobody knows, and ignored",
            fix: text.isEmpty ? "remove the line" : "# \(text)")
        return true
    }

    /// `advert_int=1` and `priority:100`; returns the keyword that is meant.
    private mutating func reportAssignment(_ statement: Statement, in block: BlockKind) -> String? {
        let word = statement.keyword.text
        guard statement.children == nil, let sign = word.firstIndex(where: { $0 == "=" || $0 == ":" }) else {
            return nil
        }
        let name = String(word[..<sign])
        let value = String(word[word.index(after: sign)...])
        var meant = name
        if KeywordTable.keyword(name, in: block) == nil {
            guard case .spelling(let near)? = KeywordTable.suggestion(for: name, in: block) else { return nil }
            meant = near
        }
        let words = ([value] + statement.arguments.map(\.text)).filter { !$0.isEmpty && $0 != "=" }
        guard !words.isEmpty else { return nil }
        let line = ([meant] + words).joined(separator: " ")
        report(
            .error, "unknown-keyword", at: statement.location,
            "`\(word)` is not known \(block.place); is `\(meant)` meant?", consequence: "the line would be ignored",
            fix: line)
        return meant
    }

    /// What a version control system leaves where two changes meet; said once for the two versions.
    mutating func reportConflict(_ word: Word) -> Bool {
        if word.text == "<<<<<<<" {
            hasConflict = true
            report(
                .error, "merge-conflict", at: word.location,
                "an unresolved merge conflict: two versions of what follows stand one after the other",
                consequence: "both are read, and so neither counts as it was meant",
                fix: "keep one of the two, and remove the lines that begin with <<<<<<<, ======= and >>>>>>>")
            return true
        }
        return hasConflict && ["=======", ">>>>>>>", "|||||||"].contains(word.text)
    }
}
