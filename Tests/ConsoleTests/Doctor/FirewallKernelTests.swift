import Console
import LinuxKernel
import Testing
import VRRPWire

/// Rules of every kind, read by the doctor and applied by the kernel: the two must agree.
@Suite(.serialized) struct `Reading firewall rules` {
    /// What the doctor says of one way through the rules.
    private enum Opinion { case open, blocked, unclear }

    private static func opinion(_ findings: [Finding], _ code: FindingCode) -> Opinion {
        if findings.contains(where: { $0.code == code }) { return .blocked }
        let direction = code == .firewallBlocksIn ? "come" : "go"
        return findings.contains { $0.code == .firewallUnclear && $0.title.contains(direction) } ? .unclear : .open
    }

    /// How often an opinion was certain, by what the kernel did.
    private struct Tally {
        var passed = 0
        var dropped = 0
        var certain: Int { passed + dropped }
    }

    /// Compares opinion and fact.
    private func compare(_ bench: FirewallBench, _ rules: String, _ tally: inout Tally) throws {
        for family in [AddressFamily.v4, .v6] {
            let findings = try bench.findings(family)
            let ways = [
                ("in", Self.opinion(findings, .firewallBlocksIn), try bench.arrives(family)),
                ("out", Self.opinion(findings, .firewallBlocksOut), try bench.leaves(family)),
            ]
            for (way, opinion, passes) in ways where opinion != .unclear {
                if passes { tally.passed += 1 } else { tally.dropped += 1 }
                #expect((opinion == .open) == passes, "\(family) \(way)\n\(rules)\n\(findings)")
            }
        }
    }

    @Test func `rules of nftables are followed as the kernel follows them`() throws {
        let bench = try FirewallBench()
        var tally = Tally()
        for seed in 1...10 {
            let rules = NftablesRules(seed: UInt64(seed)).script
            try bench.clear()
            try bench.shell("nft -f - <<'RULES'\n\(rules)\nRULES")
            try compare(bench, rules, &tally)
        }
        print("FIREWALL nftables: \(tally) of 40 were certain")
        #expect(tally.passed > 8 && tally.dropped > 8 && tally.certain > 32)
    }

    @Test(arguments: ["legacy", "nft"])
    func `rules of iptables are followed as the kernel follows them`(kind: String) throws {
        let bench = try FirewallBench()
        var tally = Tally()
        for seed in 1...8 {
            let rules = IptablesRules(seed: UInt64(seed), kind: kind).script
            try bench.clear()
            try bench.shell(rules)
            try compare(bench, rules, &tally)
        }
        print("FIREWALL iptables-\(kind): \(tally) of 32 were certain")
        #expect(tally.passed > 6 && tally.dropped > 6 && tally.certain > 26)
    }
}

/// Chance that can be repeated.
struct SeededChance {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[Int(next() % UInt64(elements.count))] }
    mutating func chance(_ percent: UInt64) -> Bool { next() % 100 < percent }
}

/// A rule set as nft reads it.
private struct NftablesRules {
    let script: String

    private static let conditions = [
        "iifname \"eth0\"", "iifname != \"eth0\"", "iifname \"eth*\"", "iif \"lo\"", "oifname \"eth0\"",
        "oifname != \"lo\"",
        "meta l4proto 112", "meta l4proto { tcp, udp }", "meta l4proto != 112", "meta l4proto != { tcp, 112 }",
        "ip protocol 112", "ip6 nexthdr 112", "ip protocol { icmp, 112 }", "ip saddr 192.0.2.0/24",
        "ip saddr != 192.0.2.2", "ip saddr { 192.0.2.2, 10.0.0.0/8 }", "ip saddr 192.0.2.1-192.0.2.9",
        "ip daddr 224.0.0.18", "ip daddr 224.0.0.0/4", "ip daddr != 224.0.0.18", "ip6 daddr ff02::12",
        "ip6 saddr fe80::/10", "ip6 saddr != fe80::2", "tcp dport 22", "udp dport != 53", "icmp type echo-request",
        "ct state new", "ct state established,related", "ct state { invalid, untracked }", "ct state != new",
        "ct state != established", "meta pkttype multicast", "meta pkttype { host, broadcast }", "ip ttl 255",
        "ip ttl < 255",
        "ip6 hoplimit 255", "ip6 hoplimit > 200", "meta nfproto ipv4", "meta nfproto ipv6", "meta mark 0x1",
        "meta mark 0",
        "meta mark and 0x3 == 0x1", "ip saddr @trusted", "ip saddr != @trusted", "ip6 saddr @trusted6",
        "fib daddr type multicast", "fib saddr . iif oif missing", "iifname . ip protocol { \"eth0\" . 112 }",
        "ip saddr . ip protocol { 192.0.2.2 . 112, 192.0.2.3 . 6 }", "ip dscp cs6", "exthdr frag exists",
        "meta protocol ip", "meta protocol { ip6, arp }", "ct direction original", "ct status dnat", "meta skuid 0",
        "limit rate 100/second", "meta length < 2000",
    ]

    init(seed: UInt64) {
        var chance = SeededChance(seed)
        var chains = ""
        for (name, targets) in [("last", []), ("middle", ["last"]), ("first", ["middle", "last"])] {
            chains += Self.chain(name, head: "", targets: targets, &chance, verdicts: ["accept", "drop", "return"])
        }
        let bases = [
            ("pre", "type filter hook prerouting priority raw"), ("early", "type filter hook input priority -5"),
            ("in", "type filter hook input priority filter"), ("out", "type filter hook output priority filter"),
        ]
        for (name, hook) in bases where name == "in" || name == "out" || chance.chance(40) {
            let policy = chance.chance(40) ? "drop" : "accept"
            chains += Self.chain(
                name, head: "\(hook); policy \(policy);", targets: ["first", "middle"], &chance,
                verdicts: ["accept", "drop"])
        }
        script = """
            table inet test {
                set trusted { type ipv4_addr; flags interval; elements = { 192.0.2.0/29, 198.51.100.7 } }
                set trusted6 { type ipv6_addr; elements = { fe80::2 } }
            \(chains)}
            """
    }

    /// Whether a condition names a header, and so a family or protocol.
    private static func names(_ condition: String) -> Bool {
        ["ip ", "ip6 ", "tcp ", "udp ", "icmp ", "proto", "exthdr"].contains { condition.contains($0) }
    }

    private static func chain(
        _ name: String, head: String, targets: [String], _ chance: inout SeededChance, verdicts: [String]
    ) -> String {
        var rules = ""
        for _ in 0..<(2 + chance.next() % 5) {
            var words: [String] = []
            for _ in 0..<(chance.next() % 3) {
                let condition = chance.pick(conditions)
                // Two headers in one rule may contradict each other, which nft refuses, and so it does with a way back where
                // a packet has not come from anywhere.
                let isAllowed =
                    condition.hasPrefix("fib saddr")
                    ? ["pre", "early", "in"].contains(name)
                    : !names(condition) || !words.contains(where: names)
                if isAllowed { words.append(condition) }
            }
            if chance.chance(10) { words.append("meta mark set 0x1") }
            if name == "pre", chance.chance(15) { words.append("notrack") }
            if chance.chance(15) { words.append("counter") }
            if chance.chance(8) {
                let other = targets.first.map { "jump \($0)" } ?? "return"
                words.append("ct state vmap { established : accept, new : \(chance.pick(verdicts + [other])) }")
            } else if let target = targets.first, chance.chance(30) {
                words.append(
                    "\(chance.pick(["jump", "goto"])) \(chance.chance(50) ? target : targets[targets.count - 1])")
            } else if !words.isEmpty {
                words.append(chance.pick(verdicts))
            } else {
                words.append("counter")
            }
            rules += "        \(words.joined(separator: " "))\n"
        }
        return "    chain \(name) {\n        \(head)\n\(rules)    }\n"
    }
}

/// A rule set as a script that calls iptables and ip6tables.
private struct IptablesRules {
    let script: String

    private static let conditions = [
        "-i eth0", "! -i eth0", "-i eth+", "-i lo", "-p 112", "-p tcp --dport 22", "! -p tcp", "! -p 112", "-p udp",
        "-s NET", "! -s NET", "-s PEER", "! -s PEER", "-s OTHER", "-d GROUP", "! -d GROUP",
        "-m conntrack --ctstate NEW", "-m conntrack --ctstate RELATED,ESTABLISHED", "-m conntrack ! --ctstate NEW",
        "-m state --state INVALID", "-m pkttype --pkt-type multicast", "-m pkttype ! --pkt-type multicast",
        "-m mark --mark 0x1", "-m mark ! --mark 0x1/0x1", "-m comment --comment 'a rule -j DROP'",
        "-m iprange --src-range FIRST-LAST", "-p tcp -m multiport --dports 80,443", "-m limit --limit 100/sec",
    ]
    private static let onlyV4 = [
        "-m addrtype --dst-type MULTICAST", "-m addrtype --dst-type LOCAL", "-m ttl --ttl-eq 255", "-f",
    ]
    private static let words: [String: (v4: String, v6: String)] = [
        "NET": ("192.0.2.0/24", "fe80::/10"), "PEER": ("192.0.2.2", "fe80::2"),
        "OTHER": ("198.51.100.0/24", "2001:db8::/32"),
        "GROUP": ("224.0.0.18", "ff02::12"), "FIRST": ("192.0.2.1", "fe80::1"), "LAST": ("192.0.2.9", "fe80::9"),
    ]

    init(seed: UInt64, kind: String) {
        var lines: [String] = []
        for command in ["iptables-\(kind)", "ip6tables-\(kind)"] {
            var chance = SeededChance(seed &* 2 &+ (command.hasPrefix("ip6") ? 1 : 0))
            lines += ["\(command) -N last", "\(command) -N first"]
            Self.add(to: "last", targets: [], command, &chance, &lines)
            Self.add(to: "first", targets: ["last"], command, &chance, &lines)
            for chain in ["INPUT", "OUTPUT"] {
                Self.add(to: chain, targets: ["first", "last"], command, &chance, &lines)
                if chance.chance(40) { lines.append("\(command) -P \(chain) DROP") }
            }
            if chance.chance(30) {
                Self.add(to: "PREROUTING", targets: [], "\(command) -t mangle", &chance, &lines)
            }
        }
        script = lines.joined(separator: "\n")
    }

    private static func add(
        to chain: String, targets: [String], _ command: String, _ chance: inout SeededChance, _ lines: inout [String]
    ) {
        let isV6 = command.hasPrefix("ip6")
        for _ in 0..<(2 + chance.next() % 4) {
            var rule = "\(command) -A \(chain)"
            for _ in 0..<(chance.next() % 3) {
                var condition = chance.pick(isV6 ? conditions : conditions + onlyV4)
                // An option may be given once only, and OUTPUT knows no interface to come in at.
                let option = condition.split(separator: " ").first { $0.hasPrefix("-") } ?? ""
                if rule.contains(" \(option) ") || chain == "OUTPUT" && condition.contains("-i ") { continue }
                for (word, text) in words {
                    condition = condition.split(separator: word, omittingEmptySubsequences: false).joined(
                        separator: isV6 ? text.v6 : text.v4)
                }
                rule += " \(condition)"
            }
            if command.hasSuffix("mangle"), chance.chance(40) {
                rule += " -j MARK --set-mark 0x1"
            } else if let target = targets.first, chance.chance(30) {
                rule += " \(chance.pick(["-j", "-g"])) \(target)"
            } else {
                let isBuiltIn = chain.allSatisfy(\.isUppercase)
                rule += " -j \(chance.pick(isBuiltIn ? ["ACCEPT", "DROP"] : ["ACCEPT", "DROP", "RETURN"]))"
            }
            lines.append(rule)
        }
    }
}
