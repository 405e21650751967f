package import Control
internal import VRRPWire

/// What `nft --json list ruleset` says, made ready for a packet (libnftables-json(5)).
package struct NftablesRuleset: Sendable {
    /// A table of one family.
    struct Key: Hashable {
        var family: String
        var name: String
    }

    private let objects: [JSON]
    /// The rules as `nft --handle list ruleset` prints them, by table and handle.
    private let texts: [Key: [Int: String]]

    /// - Parameter listing: the output of `nft --handle list ruleset`, for the words of the rules.
    package init(_ json: JSON, listing: String) throws(UnreadableRules) {
        guard case .array(let objects)? = json["nftables"] else {
            throw UnreadableRules(reason: "`nft --json list ruleset` prints no list of objects")
        }
        self.objects = objects
        texts = Self.texts(in: listing)
    }

    /// How many rules there are.
    package var ruleCount: Int { objects.count { $0["rule"] != nil } }

    /// The names of a table's chains that the kernel enters by itself.
    package func baseChains(family: String, table: String) -> [String] {
        objects.compactMap { object in
            guard let chain = object["chain"], chain["family"]?.string == family, chain["table"]?.string == table,
                chain["hook"] != nil
            else { return nil }
            return chain["name"]?.string
        }
    }

    /// Every table but those that `isExcluded`, as they treat `packet`.
    package func tables(
        for packet: HypotheticalPacket, except isExcluded: (_ family: String, _ name: String) -> Bool
    ) -> [FirewallTable] {
        let families: Set = ["inet", "netdev", packet.family == .v4 ? "ip" : "ip6"]
        var tables: [Key: FirewallTable] = [:]
        var order: [Key] = []
        let sets = sets
        for object in objects {
            guard case .object(let members) = object, let (kind, body) = members.first.map({ ($0.name, $0.value) }),
                let family = body["family"]?.string,
                let name = (kind == "table" ? body["name"] : body["table"])?.string,
                families.contains(family), !isExcluded(family, name)
            else { continue }
            let key = Key(family: family, name: name)
            if tables[key] == nil { order.append(key) }
            let reader = NftablesRuleReader(packet: packet, sets: sets[key] ?? [:])
            add(kind, body, to: &tables[key, default: FirewallTable()], key, reader)
        }
        return order.compactMap { tables[$0] }
    }

    private func add(
        _ kind: String, _ body: JSON, to table: inout FirewallTable, _ key: Key, _ reader: NftablesRuleReader
    ) {
        switch kind {
        case "chain":
            guard let name = body["name"]?.string else { return }
            table.chains[name] = table.chains[name] ?? []
            guard let hook = body["hook"]?.string.flatMap(FirewallHook.init), isOn(body["dev"], reader.packet) else {
                return
            }
            table.baseChains.append(
                BaseChain(
                    source: .nft, family: key.family, table: key.name, name: name, hook: hook,
                    priority: body["prio"]?.integer ?? 0, dropsByDefault: body["policy"]?.string == "drop"))
        case "rule":
            guard let chain = body["chain"]?.string, case .array(let statements)? = body["expr"] else { return }
            let handle = body["handle"]?.integer ?? 0
            let text = texts[key]?[handle] ?? "rule with handle \(handle)"
            table.chains[chain, default: []] += reader.rules(statements, text: text)
        default: return
        }
    }

    /// A chain of the netdev family belongs to one device, or to several.
    private func isOn(_ device: JSON?, _ packet: HypotheticalPacket) -> Bool {
        switch device {
        case nil: true
        case .array(let devices)?: devices.contains { $0.string == packet.interface }
        case let device?: device.string == packet.interface
        }
    }

    /// The elements of the named sets and maps of each table.
    private var sets: [Key: [String: [JSON]]] {
        var sets: [Key: [String: [JSON]]] = [:]
        for object in objects {
            guard let body = object["set"] ?? object["map"], let family = body["family"]?.string,
                let table = body["table"]?.string, let name = body["name"]?.string
            else { continue }
            sets[Key(family: family, name: table), default: [:]][name] = body["elem"]?.array ?? []
        }
        return sets
    }

    /// Reads `table FAMILY NAME {` and `... # handle 7`.
    private static func texts(in listing: String) -> [Key: [Int: String]] {
        var texts: [Key: [Int: String]] = [:]
        var key = Key(family: "", name: "")
        for line in listing.split(separator: "\n") {
            let words = line.split(separator: " ")
            if line.hasPrefix("table "), words.count >= 3 {
                key = Key(family: String(words[1]), name: String(words[2]))
                continue
            }
            guard words.count > 3, words[words.count - 3] == "#", words[words.count - 2] == "handle",
                let handle = Int(words[words.count - 1])
            else { continue }
            let text = line.drop { $0 == "\t" || $0 == " " }.dropLast(" # handle \(handle)".count)
            // Chains and sets have handles as well, of a numbering of their own.
            if text.hasSuffix("{") { continue }
            texts[key, default: [:]][handle] = String(text)
        }
        return texts
    }
}

/// The rules of a firewall, as a tool printed them, make no sense.
package struct UnreadableRules: Error, Equatable {
    package var reason: String
}

/// Reads the statements of one rule.
struct NftablesRuleReader {
    let packet: HypotheticalPacket
    /// The named sets and maps of the rule's table.
    let sets: [String: [JSON]]

    typealias Condition = @Sendable (PacketState) -> Truth

    /// One for each statement that does something, with the conditions before it.
    func rules(_ statements: [JSON], text: String) -> [FirewallRule] {
        var conditions: [Condition] = []
        var rules: [FirewallRule] = []
        func add(_ action: RuleAction, also more: Condition? = nil) {
            let all = conditions + (more.map { [$0] } ?? [])
            rules.append(
                FirewallRule(text, action) { state in all.reduce(Truth.yes) { result, next in result && next(state) } })
        }
        for statement in statements {
            // A statement is an object of one member, which names it.
            guard case .object(let members) = statement, let member = members.first else { continue }
            switch member.name {
            case "match": conditions.append(condition(member.value))
            case "vmap":
                for (key, action) in verdicts(member.value) { add(action, also: key) }
            default:
                if let action = action(member.name, member.value) {
                    add(action)
                } else {
                    conditions.append { _ in .unknown }
                }
            }
        }
        return rules
    }

    /// What a statement other than a match does; nil when it is a condition that cannot be judged.
    private func action(_ name: String, _ value: JSON) -> RuleAction? {
        switch name {
        case "accept", "snat", "dnat", "masquerade", "redirect": .accept
        case "drop", "reject": .drop
        case "return": .leaveChain
        case "jump": value["target"]?.string.map { .jump($0) }
        case "goto": value["target"]?.string.map { .goTo($0) }
        case "continue", "counter", "log", "set", "map", "dup", "flow", "ct helper", "ct timeout", "ct expectation",
            "secmark":
            .goOn
        case "mangle": mangled(value)
        case "notrack": .untrack
        case "queue", "fwd", "tproxy", "synproxy": .unclear
        case "xt" where value["type"]?.string == "target": .unclear
        default: nil
        }
    }

    private func mangled(_ value: JSON) -> RuleAction {
        guard value["key"]?["meta"]?["key"]?.string == "mark" else { return .goOn }
        return .setMark(value["value"]?.integer.flatMap { UInt32(exactly: $0) })
    }

    /// The elements of a verdict map: what its key has to be, and what is done then.
    private func verdicts(_ map: JSON) -> [(Condition, RuleAction)] {
        let elements: [JSON]
        switch map["data"] {
        case .string(let name)?: elements = sets[String(name.drop { $0 == "@" })] ?? []
        case let inline?: elements = inline["set"]?.array ?? []
        case nil: elements = []
        }
        guard let key = map["key"] else { return [] }
        return elements.compactMap { element in
            guard let pair = element.array, pair.count == 2, case .object(let members) = pair[1],
                let verdict = members.first, let action = action(verdict.name, verdict.value)
            else { return nil }
            let wanted = pair[0]
            return ({ state in equals(value(key, state), wanted) }, action)
        }
    }
}

extension JSON {
    var string: String? { if case .string(let value) = self { value } else { nil } }
    var integer: Int? { if case .integer(let value) = self { value } else { nil } }
    var array: [JSON]? { if case .array(let value) = self { value } else { nil } }
}
