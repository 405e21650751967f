internal import VRRPWire

/// What `iptables-save` or `ip6tables-save` prints, made ready for a packet.
package struct IptablesRuleset: Sendable {
    private struct Table {
        var name: String
        /// With its policy; nil for chains that the kernel does not enter by itself.
        var chains: [(name: String, policy: String?)] = []
        var rules: [(chain: String, words: [String], text: String)] = []
    }

    /// The command that changes these rules: `iptables`, `ip6tables-legacy`.
    package let command: String
    private var tables: [Table] = []

    package init(_ text: String, command: String) throws(UnreadableRules) {
        self.command = command
        for line in text.split(separator: "\n") {
            switch line.first {
            case "*": tables.append(Table(name: String(line.dropFirst())))
            case ":" where !tables.isEmpty:
                let words = line.dropFirst().split(separator: " ")
                guard words.count >= 2 else { throw UnreadableRules(reason: "`\(line)` is no chain") }
                let policy = words[1] == "-" ? nil : String(words[1])
                tables[tables.count - 1].chains.append((String(words[0]), policy))
            case "-", "[":
                guard !tables.isEmpty else { throw UnreadableRules(reason: "`\(line)` is in no table") }
                let words = Self.words(of: line.first == "[" ? line.drop { $0 != "]" }.dropFirst() : line)
                guard words.count >= 2, words[0] == "-A" else { throw UnreadableRules(reason: "`\(line)` is no rule") }
                tables[tables.count - 1].rules.append((words[1], Array(words.dropFirst(2)), String(line)))
            default: continue
            }
        }
    }

    package var ruleCount: Int { tables.reduce(0) { $0 + $1.rules.count } }
    package var tableNames: [String] { tables.map(\.name) }
    package func chains(of table: String) -> [String] {
        tables.filter { $0.name == table }.flatMap { $0.chains.map(\.name) }
    }
    /// Every chain of every table; the names tell which tool made them.
    package var chainNames: [String] { tables.flatMap { $0.chains.map(\.name) } }

    /// Splits a line as a shell would: iptables-save quotes what has spaces in it.
    private static func words(of line: Substring) -> [String] {
        var words: [String] = []
        var word = ""
        var isQuoted = false
        var isEscaped = false
        var hasWord = false
        for character in line {
            if isEscaped {
                word.append(character)
                isEscaped = false
            } else if character == "\\", isQuoted {
                isEscaped = true
            } else if character == "\"" {
                isQuoted.toggle()
                hasWord = true
            } else if character == " ", !isQuoted {
                if hasWord || !word.isEmpty { words.append(word) }
                (word, hasWord) = ("", false)
            } else {
                word.append(character)
            }
        }
        if hasWord || !word.isEmpty { words.append(word) }
        return words
    }

    /// Every table as it treats `packet`.
    package func tables(for packet: HypotheticalPacket) -> [FirewallTable] {
        tables.map { table in
            var result = FirewallTable()
            for chain in table.chains {
                result.chains[chain.name] = []
                guard let policy = chain.policy, let base = base(chain.name, table.name, policy, packet) else {
                    continue
                }
                result.baseChains.append(base)
            }
            let known = Set(table.chains.map(\.name))
            for rule in table.rules {
                let reader = IptablesRuleReader(packet: packet, chains: known)
                result.chains[rule.chain, default: []].append(reader.rule(rule.words, text: rule.text))
            }
            return result
        }
    }

    private func base(_ name: String, _ table: String, _ policy: String, _ packet: HypotheticalPacket) -> BaseChain? {
        let hooks: [String: FirewallHook] = [
            "PREROUTING": .prerouting, "INPUT": .input, "OUTPUT": .output, "POSTROUTING": .postrouting,
        ]
        // Only the sources of connections that are not known yet pass the nat table, and what it does there is not to drop.
        guard let hook = hooks[name], table != "nat" else { return nil }
        let priorities = ["raw": -300, "mangle": -150, "filter": 0, "security": 50]
        return BaseChain(
            source: .iptables(command: command), family: packet.family == .v4 ? "ip" : "ip6", table: table, name: name,
            hook: hook, priority: priorities[table] ?? 0, dropsByDefault: policy == "DROP")
    }
}

/// Reads the words of one rule (iptables(8), iptables-extensions(8)).
struct IptablesRuleReader {
    let packet: HypotheticalPacket
    let chains: Set<String>

    func rule(_ words: [String], text: String) -> FirewallRule {
        var conditions: [@Sendable (PacketState) -> Truth] = []
        var action = RuleAction.goOn
        for option in Self.options(words) {
            switch option.name {
            case "-j", "--jump": action = target(option.values, goes: false)
            case "-g", "--goto": action = target(option.values, goes: true)
            // The mark that MARK sets; other targets' options change nothing that is looked at here.
            case "--set-mark", "--set-xmark", "--or-mark", "--and-mark", "--xor-mark": action = .setMark(nil)
            case "--notrack": action = .untrack
            default:
                guard let condition = condition(option.name, option.values) else { continue }
                let negated: @Sendable (PacketState) -> Truth = { !condition($0) }
                conditions.append(option.isNegated ? negated : condition)
            }
        }
        let all = conditions
        return FirewallRule(text, action) { state in all.reduce(Truth.yes) { $0 && $1(state) } }
    }

    private struct Option {
        var name: String
        var values: [String]
        var isNegated: Bool
    }

    /// `! -s 192.0.2.1 -m tcp --dport 22` in pieces.
    private static func options(_ words: [String]) -> [Option] {
        var options: [Option] = []
        var isNegated = false
        for word in words {
            if word == "!" {
                isNegated = true
            } else if word.hasPrefix("-"), word.count > 1, word.dropFirst().contains(where: \.isLetter) {
                options.append(Option(name: word, values: [], isNegated: isNegated))
                isNegated = false
            } else if !options.isEmpty {
                options[options.count - 1].values.append(word)
            }
        }
        return options
    }

    /// Targets after which the next rule is looked at.
    private static let harmless: Set = [
        "AUDIT", "CHECKSUM", "CLASSIFY", "CONNSECMARK", "CT", "DSCP", "ECN", "HL", "HMARK", "IDLETIMER", "LED", "LOG",
        "MARK", "NFLOG", "RATEEST", "SECMARK", "SET", "TCPMSS", "TCPOPTSTRIP", "TEE", "TOS", "TRACE", "TTL", "ULOG",
    ]

    private func target(_ values: [String], goes: Bool) -> RuleAction {
        guard let name = values.first else { return .goOn }
        if chains.contains(name) { return goes ? .goTo(name) : .jump(name) }
        switch name {
        case "ACCEPT": return .accept
        case "DROP", "REJECT", "TARPIT": return .drop
        case "RETURN": return .leaveChain
        case "NOTRACK": return .untrack
        case "NFQUEUE", "QUEUE", "SYNPROXY", "TPROXY": return .unclear
        case "CONNMARK": return .setMark(nil)
        default: return Self.harmless.contains(name) ? .goOn : .unclear
        }
    }
}
