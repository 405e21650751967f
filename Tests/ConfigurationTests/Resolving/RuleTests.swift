import Configuration
import Testing
import VRRPCore

/// The rules begin on line 6.
private func rules(_ lines: String...) -> String {
    instance("virtual_rules {\n\(lines.joined(separator: "\n"))\n}")
}

private let mistakes: [Mistake] = [
    Mistake(
        rules("from 10.0.0.0/8 lookup 100"), "warning rule-without-preference@6", quotes: "16384",
        fix: "from 10.0.0.0/8 lookup 100 preference 16384"),
    Mistake(
        rules("from 10.0.0.0/8 preference 300"), "error rule-incomplete@6", quotes: "says nothing", fix: "lookup N"),
    Mistake(
        rules("from 10.0.0.0/8 preference 300 lookup 100 blackhole"), "error two-actions@6", quotes: "blackhole",
        fix: "line of its own"),
    Mistake(rules("from 10.0.0.1/8 lookup 1 preference 3"), "error bad-prefix@6", quotes: "network", fix: "10.0.0.0/8"),
    Mistake(rules("from 10.0.0.0/40 lookup 1 preference 3"), "error bad-prefix@6", quotes: "/40", fix: "/24"),
    Mistake(rules("from here lookup 1 preference 3"), "error bad-value@6", quotes: "here", fix: "network"),
    Mistake(
        rules("from 10.0.0.0/8 to 2001:db8::/32 lookup 1 preference 3"), "error family-mismatch@6",
        quotes: "2001:db8::/32", fix: "IPv4"),
    Mistake(rules("from all lookup mine preference 3"), "error bad-value@6", quotes: "mine", fix: "number of a table"),
    Mistake(rules("from all lokup 1 preference 3"), "error unknown-keyword@6", quotes: "`lookup`", fix: "lookup"),
    Mistake(rules("fwmark 1/0 lookup 1 preference 3"), "error bad-value@6", quotes: "1/0", fix: "MASK"),
    Mistake(rules("from all lookup 1 preference"), "error missing-argument@6", quotes: "preference", fix: "preference"),
    Mistake(rules("realms a/b lookup 1 preference 3"), "error bad-value@6", quotes: "a/b", fix: "FROM/TO"),
    Mistake(rules("sport 9-2 lookup 1 preference 3"), "error bad-value@6", quotes: "9-2", fix: "1 to 65535"),
    Mistake(rules("uidrange 5 lookup 1 preference 3"), "error bad-value@6", quotes: "`5`", fix: "A-B"),
    Mistake(rules("ipproto tpc lookup 1 preference 3"), "error bad-value@6", quotes: "tpc", fix: "such as tcp"),
    Mistake(rules("goto 3 preference 3"), "error rule-incomplete@6", quotes: "goto 3", fix: "more than 3"),
    Mistake(
        rules("nop suppress_prefixlength 0 preference 3"), "error rule-incomplete@6", quotes: "none", fix: "lookup N"),
    Mistake(
        rules("from all lookup 1 preference 3", "lookup 1 preference 3 no_track"), "warning duplicate-rule@7",
        quotes: "second time", fix: "remove"),
]

@Suite struct `Virtual rules` {
    @Test(arguments: mistakes)
    func `says what is wrong with a rule and what mends it`(mistake: Mistake) {
        let found = complaints(mistake.text)
        #expect(found.map(\.brief) == mistake.expected)
        #expect(found.first?.message.contains(mistake.quotes) == true, "\(found.first?.message ?? "")")
        #expect(found.first?.fix?.contains(mistake.fix) == true, "\(found.first?.fix ?? "")")
    }

    @Test(arguments: [
        ("from 192.0.2.10 lookup 100 preference 300", "from 192.0.2.10/32 preference 300 lookup 100"),
        ("to 10.0.0.0/8 table main priority 301", "to 10.0.0.0/8 preference 301 lookup 254"),
        (
            "not from 2001:db8::/32 dev eth0 oif eth1 fwmark 0x10/0xf0 order 7 prohibit no_track",
            "not from 2001:db8::/32 iif eth0 oif eth1 fwmark 0x10/0xf0 preference 7 prohibit no_track"
        ),
        ("inet6 from all lookup 9 preference 8", "inet6 preference 8 lookup 9"),
        ("blackhole preference 8", "preference 8 blackhole"),
        ("type prohibit preference 8", "preference 8 prohibit"), ("nop preference 8", "preference 8 nop"),
        ("l3mdev preference 8", "preference 8 l3mdev"), ("goto 9 preference 8", "preference 8 goto 9"),
        (
            "tos 0x10 uidrange 5-7 ipproto tcp sport 443 dport 80-81 tunnel-id 3 realms 1/2 sup_pl 0 sup_group 2 lookup 9 preference 8",
            "tos 16 uidrange 5-7 ipproto 6 sport 443-443 dport 80-81 tunnel-id 3 realms 1/2 suppress_prefixlength 0 suppress_ifgroup 2 "
                + "preference 8 lookup 9"
        ),
    ])
    func `are read as they are meant`(line: String, meaning: String) throws {
        let (model, diagnostics) = resolved(rules(line))
        #expect(diagnostics.isEmpty, "\(diagnostics)")
        let rule = try #require(model.instances.first?.rules.first)
        #expect("\(rule)" == meaning)
        // What a log says can be written into a file.
        #expect(resolved(rules(meaning)).model.instances.first?.rules == [rule])
    }

    /// keepalived: the numbers go down through the file, for each family by itself.
    @Test func `without a preference stand before those above them, whatever their blocks`() {
        func block(_ lines: String...) -> String { "virtual_rules {\n\(lines.joined(separator: "\n"))\n}" }
        let first = instance(block("from 10.0.0.0/8 lookup 1", "iif priority lookup 2", "from all lookup 3 order 5"))
        let second = instance(block("to 2001:db8::/32 lookup 4", "lookup 5"))
            .replacing("VI_1", with: "VI_2").replacing("router_id 51", with: "router_id 52")
            .replacing("192.168.10.100", with: "192.168.10.101")
        let statics = "static_rules {\nlookup 6\ninet6 blackhole\n}\n"
        let (model, diagnostics) = resolved(first + statics + second)
        #expect(diagnostics.map(\.code) == Array(repeating: "rule-without-preference", count: 6), "\(diagnostics)")
        #expect(model.instances.map { $0.rules.map(\.preference) } == [[16384, 16383, 5], [16383, 16381]])
        #expect(model.global.staticRules.map(\.preference) == [16382, 16384])
    }

    @Test func `and routes for every state stand outside of the instances`() {
        let text =
            "static_routes {\n10.0.0.0/8 dev eth0\n10.0.0.0/8 dev eth0\n}\nstatic_rules {\nlookup 9 preference 8\nhere\n}\n"
            + instance()
        let (model, diagnostics) = resolved(text)
        #expect(model.global.staticRoutes.map { "\($0)" } == ["10.0.0.0/8 dev eth0"])
        #expect(model.global.staticRules.map { "\($0)" } == ["preference 8 lookup 9"])
        #expect(diagnostics.map(\.brief) == ["warning duplicate-route@3", "error unknown-keyword@7"])
        let sentences = changes(from: resolved(instance()).model, to: model).flatMap(\.sentences)
        #expect(
            sentences == [
                "global_defs: static route 10.0.0.0/8 dev eth0 added",
                "global_defs: static rule preference 8 lookup 9 added",
            ])
    }
}
