internal import VRRPCore
internal import VRRPWire

/// What a line of `virtual_rules` has said so far.
struct RuleDraft {
    /// `inet` or `inet6`.
    var family: AddressFamily?
    var source: (network: VirtualRule.Network, word: Word)?
    var destination: (network: VirtualRule.Network, word: Word)?
    var preference: UInt32?
    var action: VirtualRule.Action?
    var isInverted = false
    var inputInterface: Word?
    var outputInterface: Word?
    var mark: VirtualRule.Mark?
    var conditions = RuleConditions()
    var isTracked = true
    var trackGroup: Word?
}

extension Resolver {
    /// Reads `virtual_rules` into the instance.
    mutating func resolveRules(_ instance: inout Instance, _ contents: BlockContents) {
        let written = rules(contents.lines("virtual_rules"), areStatic: false)
        instance.rules = written.map(\.rule)
        instance.ruleLocations = written.map(\.location)
    }

    /// Reads the lines of a block of rules; one that is given twice counts once.
    mutating func rules(
        _ lines: [Statement], areStatic: Bool
    ) -> [(rule: VirtualRule, location: SourceLocation)] {
        var list: [(rule: VirtualRule, location: SourceLocation)] = []
        var known: Set<VirtualRule> = []
        for line in lines {
            let place = rulePlaces.next(line, isStatic: areStatic)
            guard let (rule, group) = ruleLine(line, standingAt: place) else { continue }
            if !known.insert(rule.inKernel).inserted {
                report(
                    .warning, "duplicate-rule", at: line.location, "the rule is given a second time",
                    consequence: "it is set once", fix: "remove the line")
                continue
            }
            if let group { track(.rule(rule), in: group, isStatic: areStatic) }
            list.append((rule, line.location))
        }
        return list
    }

    /// Reads one line; nil, and reported, when it is of no use.
    ///
    /// - Parameter place: its number when it says none.
    private mutating func ruleLine(
        _ line: Statement, standingAt place: UInt32?
    ) -> (VirtualRule, trackGroup: Word?)? {
        var draft = RuleDraft()
        let words = [line.keyword] + line.arguments
        var index = 0
        while index < words.count {
            guard let count = ruleWord(at: index, of: words, line, into: &draft) else { return nil }
            index += count
        }
        return finished(draft, line, standingAt: place).map { ($0, draft.trackGroup) }
    }

    /// Takes in the word at `index`, and returns how many words belong to it; nil when the line is to be left out.
    private mutating func ruleWord(
        at index: Int, of words: [Word], _ line: Statement, into draft: inout RuleDraft
    ) -> Int? {
        let word = words[index]
        guard let keyword = KeywordTable.keyword(word.text, in: .rules) else {
            reportUnknownRuleWord(word, line)
            return nil
        }
        if case .notYet(let without, let instead) = keyword.status {
            report(
                .error, "not-supported-yet", at: word.location, "`\(word.text)` is not supported yet by Understudy",
                consequence: "without it \(without)", fix: instead)
            return nil
        }
        if keyword.shape == .flag { return take(keyword.name, word, into: &draft) ? 1 : nil }
        guard index + 1 < words.count else {
            report(
                .error, "missing-argument", at: word.location,
                "`\(word.text)` needs a value: \(keyword.shape.notation)",
                consequence: "keepalived would leave this rule out", fix: "\(word.text) \(keyword.shape.notation)")
            return nil
        }
        let value = words[index + 1]
        let quoted = Statement(
            keyword: Word(keyword.name, at: word.location), arguments: [value], rawLine: line.rawLine)
        return take(keyword.name, value, quoted, into: &draft) ? 2 : nil
    }

    private mutating func reportUnknownRuleWord(_ word: Word, _ line: Statement) {
        guard isPlain(word, of: Statement(keyword: word, arguments: [], rawLine: "")) else { return }
        let near =
            ["pref": "preference", "prio": "preference", "priority": "preference"][word.text]
            ?? KeywordTable.nearest(to: word.text, among: KeywordTable.keywords(in: .rules).map(\.name))
        report(
            .error, "unknown-keyword", at: word.location,
            "`\(word.text)` is not known in a rule" + (near.map { "; is `\($0)` meant?" } ?? ""),
            consequence: "keepalived would leave this rule out",
            fix: near.map { Self.text(of: line, with: $0, for: word) } ?? "remove `\(word.text)`")
    }

    private mutating func take(_ flag: String, _ word: Word, into draft: inout RuleDraft) -> Bool {
        switch flag {
        case "not": draft.isInverted = true
        case "inet": draft.family = .v4
        case "inet6": draft.family = .v6
        case "no_track": draft.isTracked = false
        case "blackhole": return take(.blackhole, word, into: &draft)
        case "unreachable": return take(.unreachable, word, into: &draft)
        case "l3mdev": return take(.vrf, word, into: &draft)
        case "nop": return take(.nothing, word, into: &draft)
        case "type": break
        default: return take(.prohibit, word, into: &draft)
        }
        return true
    }

    private mutating func take(
        _ action: VirtualRule.Action, _ word: Word, into draft: inout RuleDraft
    ) -> Bool {
        guard draft.action == nil else {
            report(
                .error, "two-actions", at: word.location, "`\(word.text)` is a second action",
                consequence: "keepalived would leave this rule out", fix: "a line of its own for each action")
            return false
        }
        draft.action = action
        return true
    }

    private mutating func noteInterfaceOfRule(_ word: Word?) {
        if let word {
            model.global.namedInterfaces.append(NamedInterface(word, "the rule is set, and is about nothing"))
        }
    }

    /// Takes in a word with its value; false, and reported, when that is none.
    private mutating func take(
        _ name: String, _ value: Word, _ quoted: Statement, into draft: inout RuleDraft
    ) -> Bool {
        switch name {
        case "from":
            guard let network = ruleNetwork(value, quoted) else { return false }
            draft.source = network.map { ($0, value) }
        case "to":
            guard let network = ruleNetwork(value, quoted) else { return false }
            draft.destination = network.map { ($0, value) }
        case "iif", "dev":
            draft.inputInterface = interfaceName(value, of: quoted)
            noteInterfaceOfRule(draft.inputInterface)
            return draft.inputInterface != nil
        case "oif":
            draft.outputInterface = interfaceName(value, of: quoted)
            noteInterfaceOfRule(draft.outputInterface)
            return draft.outputInterface != nil
        case "fwmark":
            draft.mark = ruleMark(value, quoted)
            return draft.mark != nil
        case "lookup", "table":
            guard let table = routingTable(value, quoted) else { return false }
            return take(.lookup(table: table), quoted.keyword, into: &draft)
        case "protocol": reportProtocol(value)
        case "track_group": draft.trackGroup = value
        case "preference", "priority", "order":
            // An instance's `priority` has other bounds.
            let line = Statement(keyword: Word("preference", at: quoted.location), arguments: [], rawLine: "")
            guard let number = integer(value, 1...4_294_967_295, of: name == "priority" ? line : quoted) else {
                return false
            }
            draft.preference = UInt32(clamping: number)
        case "goto":
            guard let number = integer(value, 1...4_294_967_295, of: quoted) else { return false }
            return take(.jump(to: UInt32(clamping: number)), quoted.keyword, into: &draft)
        default: return takeCondition(name, value, quoted, into: &draft.conditions)
        }
        return true
    }

    /// A network; nil within for `all`, and nil, reported, when it is none.
    private mutating func ruleNetwork(_ word: Word, _ quoted: Statement) -> VirtualRule.Network?? {
        if ["all", "any", "default"].contains(word.text) { return .some(nil) }
        let parts = word.text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let address = IPAddress(parts[0]) else {
            reportBadValue(word, of: quoted, expected: "a network, or all")
            return nil
        }
        let longest = address.family.hostPrefixLength
        guard let length = parts.count > 1 ? UInt8(parts[1]) : longest, length <= longest else {
            report(
                .error, "bad-prefix", at: word.location, "`/\(parts[1])` is not a prefix length: 0 to \(longest)",
                consequence: parts[1].isEmpty
                    ? "keepalived would take it for /0" : "keepalived would take it for /\(longest)",
                fix: "\(address)/\(address.family == .v4 ? 24 : 64)", passesKeepalived: parts[1].isEmpty ? true : nil)
            return nil
        }
        let network = address.network(length: length)
        if network != address {
            report(
                .error, "bad-prefix", at: word.location, "\(address)/\(length) is an address, not a network",
                consequence: "the kernel would take the network, and report another rule than is written here",
                fix: "\(network)/\(length)", passesKeepalived: true)
            return nil
        }
        return VirtualRule.Network(address: address, prefixLength: length)
    }

    /// `VALUE[/MASK]`, decimal or with `0x`.
    private mutating func ruleMark(_ word: Word, _ quoted: Statement) -> VirtualRule.Mark? {
        func number(_ text: Substring) -> UInt32? {
            text.hasPrefix("0x") ? UInt32(text.dropFirst(2), radix: 16) : UInt32(text)
        }
        let parts = word.text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let value = number(parts[0]), let mask = parts.count > 1 ? number(parts[1]) : UInt32.max, mask > 0 else {
            reportBadValue(word, of: quoted, expected: "VALUE or VALUE/MASK, each of 32 bits, the mask not 0")
            return nil
        }
        return VirtualRule.Mark(value: value, mask: mask)
    }

    // MARK: The whole line

    private mutating func reportNoPreference(_ line: Statement, _ text: String, _ preference: UInt32) {
        report(
            .warning, "rule-without-preference", at: line.location,
            "the rule has no `preference`: it stands at \(preference)",
            consequence:
                "its place depends on the rules above it, as in keepalived: the first such rule of the file stands at 16384, and "
                + "each later one before all earlier ones; a rule more moves those that follow",
            fix: "\(text) preference \(preference)")
    }

    private mutating func finished(
        _ draft: RuleDraft, _ line: Statement, standingAt place: UInt32?
    ) -> VirtualRule? {
        let text = ([line.keyword] + line.arguments).map(\.text).joined(separator: " ")
        guard let action = draft.action else {
            report(
                .error, "rule-incomplete", at: line.location, "the rule says nothing about what it fits",
                consequence: "keepalived would leave this rule out", fix: "\(text) lookup N")
            return nil
        }
        guard let preference = draft.preference ?? place else { return nil }
        if draft.preference == nil { reportNoPreference(line, text, preference) }
        let networks = [draft.source, draft.destination].compactMap { $0 }
        let family = draft.family ?? networks.first?.network.address.family ?? .v4
        for (network, word) in networks where network.address.family != family {
            report(
                .error, "family-mismatch", at: word.location,
                "`\(word.text)` is no \(family.title) network, and the rule is \(family.title)",
                consequence: "the kernel would refuse the rule", fix: "an \(family.title) network")
            return nil
        }
        guard canStand(action, draft.conditions, at: preference, line) else { return nil }
        var rule = VirtualRule(family: family, preference: preference, action: action)
        rule.isInverted = draft.isInverted
        rule.source = draft.source?.network
        rule.destination = draft.destination?.network
        rule.inputInterface = draft.inputInterface?.text
        rule.outputInterface = draft.outputInterface?.text
        rule.mark = draft.mark
        rule.conditions = draft.conditions
        rule.isTracked = draft.isTracked
        return rule
    }
}
