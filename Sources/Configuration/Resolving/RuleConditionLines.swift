internal import VRRPCore
internal import VRRPWire

extension Resolver {
    /// Takes in a word that says which packets a rule fits, with its value; false, and reported, when that is none.
    mutating func takeCondition(
        _ name: String, _ value: Word, _ quoted: Statement, into conditions: inout RuleConditions
    ) -> Bool {
        switch name {
        case "tos", "dsfield":
            guard let number = typeOfService(value, quoted) else { return false }
            conditions.typeOfService = number
        case "uidrange":
            guard let range = numberRange(value, through: 4_294_967_294, quoted, isPair: true) else { return false }
            conditions.users = UInt32(range.lowerBound)...UInt32(range.upperBound)
        case "ipproto":
            guard let number = transport(value, quoted) else { return false }
            conditions.transport = number
        case "sport", "dport":
            guard let range = numberRange(value, from: 1, through: 65535, quoted) else { return false }
            let ports = UInt16(range.lowerBound)...UInt16(range.upperBound)
            if name == "sport" { conditions.sourcePorts = ports } else { conditions.destinationPorts = ports }
        case "tunnel-id":
            guard let number = integer(value, 1...Int.max, of: quoted) else { return false }
            conditions.tunnel = UInt64(number)
        case "realms":
            guard let number = realms(value, quoted) else { return false }
            conditions.realms = number
        case "suppress_prefixlength", "sup_pl":
            guard let number = integer(value, 0...128, of: quoted) else { return false }
            conditions.suppressedLength = UInt32(number)
        default:
            guard let number = integer(value, 0...2_147_483_647, of: quoted) else { return false }
            conditions.suppressedGroup = UInt32(number)
        }
        return true
    }

    /// `A-B`, or one number where `isPair` does not demand two (keepalived: refuses one by mistake).
    private mutating func numberRange(
        _ word: Word, from least: Int = 0, through most: Int, _ quoted: Statement, isPair: Bool = false
    ) -> ClosedRange<Int>? {
        let parts = word.text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map { Int($0) }
        if let first = parts[0], let last = parts.count > 1 ? parts[1] : isPair ? nil : first, least <= first,
            first <= last, last <= most
        {
            return first...last
        }
        reportBadValue(
            word, of: quoted, expected: "\(isPair ? "" : "a number or ")a range A-B within \(least) to \(most)")
        return nil
    }

    /// `[FROM/]TO`, the numbers of two realms.
    mutating func realms(_ word: Word, _ quoted: Statement) -> UInt32? {
        let parts = word.text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let numbers = parts.compactMap { UInt16($0) }
        if numbers.count == parts.count, let last = numbers.last, numbers.contains(where: { $0 != 0 }) {
            return UInt32(numbers.count == 2 ? numbers[0] : 0) << 16 | UInt32(last)
        }
        reportBadValue(
            word, of: quoted,
            expected: "one or two numbers from 0 to 65535, FROM/TO; names are in a file of each host's")
        return nil
    }

    private mutating func transport(_ word: Word, _ quoted: Statement) -> UInt8? {
        // Those of the assigned numbers that anybody routes by.
        let names: [String: UInt8] = [
            "icmp": 1, "igmp": 2, "ipip": 4, "tcp": 6, "udp": 17, "ipv6": 41, "gre": 47, "esp": 50, "ah": 51,
            "icmpv6": 58, "ospf": 89, "vrrp": 112, "sctp": 132, "udplite": 136,
        ]
        if let number = names[word.text] ?? UInt8(word.text), number > 0 { return number }
        reportBadValue(word, of: quoted, expected: "the number of an IP protocol, 1 to 255, or a name such as tcp")
        return nil
    }

    /// Whether the kernel would take a rule with this action; reported when not.
    mutating func canStand(
        _ action: VirtualRule.Action, _ conditions: RuleConditions, at preference: UInt32, _ line: Statement
    ) -> Bool {
        if case .jump(let target) = action, target <= preference {
            report(
                .error, "rule-incomplete", at: line.location, "`goto \(target)` leads back from \(preference)",
                consequence: "the kernel would refuse the rule", fix: "goto N   # more than \(preference)")
            return false
        }
        let suppresses = conditions.suppressedLength != nil || conditions.suppressedGroup != nil
        guard suppresses, action.number != 1 else { return true }
        report(
            .error, "rule-incomplete", at: line.location, "routes are passed over of a table, and this rule asks none",
            consequence: "the kernel would refuse the rule", fix: "lookup N")
        return false
    }
}
