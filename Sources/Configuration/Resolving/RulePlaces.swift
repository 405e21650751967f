internal import VRRPCore
internal import VRRPWire

/// Where rules that say no `preference` come to stand.
///
/// Source: keepalived: each takes the next number down from 16384, IPv4 and IPv6 by themselves, in the order of the file
/// and whatever the block.
struct RulePlaces {
    private var ofStatics: [UInt32] = []
    private var ofInstances: [UInt32] = []

    private static let first: UInt32 = 16384

    /// - Parameter statements: the whole file.
    init(_ statements: [Statement] = []) {
        var free: [AddressFamily: UInt32] = [:]
        func places(_ lines: [Statement]) -> [UInt32] {
            lines.filter { !$0.hasPlace }.map { line in
                let place = free[line.ruleFamily, default: Self.first]
                // Nobody has so many; the kernel takes several of one place.
                free[line.ruleFamily] = max(1, place - 1)
                return place
            }
        }
        for statement in statements {
            let children = statement.children ?? []
            switch statement.keyword.text {
            case "static_rules": ofStatics += places(children)
            case "vrrp_instance":
                for block in children where block.keyword.text == "virtual_rules" {
                    ofInstances += places(block.children ?? [])
                }
            default: break
            }
        }
        // They are taken from the end.
        ofStatics.reverse()
        ofInstances.reverse()
    }

    /// The number of the next line without one, in the order of the file; nil for a line that has one.
    mutating func next(_ line: Statement, isStatic: Bool) -> UInt32? {
        if line.hasPlace { return nil }
        return isStatic ? ofStatics.popLast() : ofInstances.popLast()
    }
}

extension [Statement] {
    /// The same file with its number on every line of rules that has none, and where these lines are.
    var withRulePlaces: (statements: [Statement], placed: Set<SourceLocation>) {
        var places = RulePlaces(self)
        var placed: Set<SourceLocation> = []
        func whole(_ lines: [Statement]?, isStatic: Bool) -> [Statement]? {
            lines?.map { line in
                guard let place = places.next(line, isStatic: isStatic) else { return line }
                placed.insert(line.location)
                let words = ["preference", "\(place)"].map { Word($0, at: line.location) }
                return Statement(
                    keyword: line.keyword, arguments: line.arguments + words,
                    rawLine: "\(line.rawLine) preference \(place)")
            }
        }
        let statements = map { statement in
            switch statement.keyword.text {
            case "static_rules": return statement.replacing(whole(statement.children, isStatic: true))
            case "vrrp_instance":
                return statement.replacing(
                    statement.children?.map { block in
                        guard block.keyword.text == "virtual_rules" else { return block }
                        return block.replacing(whole(block.children, isStatic: false))
                    })
            default: return statement
            }
        }
        return (statements, placed)
    }
}

extension Statement {
    /// The same with other lines in its block.
    fileprivate func replacing(_ children: [Statement]?) -> Statement {
        Statement(
            keyword: keyword, arguments: arguments, rawLine: rawLine, children: children, blockEnd: blockEnd)
    }

    /// The keywords on a line of rules, each with its value.
    private var ruleWords: [(name: String, value: String)] {
        let words = ([keyword] + arguments).map(\.text)
        var pairs: [(name: String, value: String)] = []
        var index = 0
        while index < words.count {
            let isFlag = KeywordTable.keyword(words[index], in: .rules).map { $0.shape == .flag } ?? true
            pairs.append((words[index], !isFlag && index + 1 < words.count ? words[index + 1] : ""))
            index += isFlag ? 1 : 2
        }
        return pairs
    }

    fileprivate var hasPlace: Bool { ruleWords.contains { ["preference", "priority", "order"].contains($0.name) } }

    fileprivate var ruleFamily: AddressFamily {
        for (name, value) in ruleWords {
            switch name {
            case "inet": return .v4
            case "inet6": return .v6
            case "from", "to":
                if let address = IPAddress(String(value.prefix { $0 != "/" })) { return address.family }
            default: break
            }
        }
        return .v4
    }
}
