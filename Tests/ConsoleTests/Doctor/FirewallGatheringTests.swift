import Console
import LinuxKernel
import Testing
import VRRPWire

/// Tools that are not there, or print nonsense: nothing is passed over in silence then.
@Suite(.serialized) struct `Listing firewall rules` {
    /// The host's tools but for one.
    private struct Without: Tools {
        var missing: [String]
        /// What the tools print instead.
        var output: [String: String] = [:]

        func has(_ program: String) -> Bool { !missing.contains(program) && InstalledTools().has(program) }
        func run(_ program: String, _ arguments: [String]) -> ToolOutcome {
            if missing.contains(program) { return .missing }
            if let text = output[program] { return .ended(status: 0, output: text, errors: "") }
            return InstalledTools().run(program, arguments)
        }
    }

    private func facts(_ bench: FirewallBench, _ tools: Without) throws -> FirewallFacts {
        try bench.host.perform { () throws(SystemError) in gatherFirewalls(interfaces: ["eth0"], tools: tools) }
    }

    private func severity(_ bench: FirewallBench, _ facts: FirewallFacts) -> [Finding.Severity] {
        judgeFirewall(facts, bench.path(.v4), senders: [], proof: FirewallProof(output: .allowed)).map(\.severity)
    }

    @Test func `without nft a host without rules is in order, and one with rules is not known`() throws {
        let bench = try FirewallBench()
        let tools = Without(missing: ["nft"])
        try bench.clear()
        #expect(try severity(bench, facts(bench, tools)) == [.ok])
        // What iptables keeps there is read with its own tool.
        try bench.shell("iptables -A INPUT -p 112 -j ACCEPT")
        #expect(try severity(bench, facts(bench, tools)) == [.ok])
        try bench.shell("nft add table inet mine")
        let facts = try facts(bench, tools)
        #expect(facts.failures.contains { $0.contains("tables inet mine") }, "\(facts.failures)")
        #expect(severity(bench, facts) == [.unknown, .unknown])
    }

    @Test func `old iptables rules without their tool are not known`() throws {
        let bench = try FirewallBench()
        try bench.clear()
        try bench.shell("iptables-legacy -P INPUT DROP")
        let facts = try facts(bench, Without(missing: ["iptables-legacy-save"]))
        #expect(severity(bench, facts) == [.unknown, .unknown])
    }

    @Test(arguments: ["{", "[1]", "{\"nftables\":7}", "{\"nftables\":[{\"rule\":{}},{\"chain\":3},null,{}]}"])
    func `nonsense from nft is not taken for rules`(output: String) throws {
        let bench = try FirewallBench()
        try bench.clear()
        let facts = try facts(bench, Without(missing: [], output: ["nft": output]))
        #expect(severity(bench, facts) == (output.contains("rule") ? [.ok] : [.unknown, .unknown]))
    }

    @Test(arguments: ["-A INPUT -j DROP", "*filter\n:INPUT", "*filter\n-A"])
    func `nonsense from iptables-save is refused`(output: String) {
        #expect(throws: UnreadableRules.self) { try IptablesRuleset(output, command: "iptables") }
    }

    @Test func `the kernel's own list of tables needs no tool`() throws {
        let bench = try FirewallBench()
        try bench.shell("nft flush ruleset; nft add table inet one; nft add table netdev two; nft add table ip6 three")
        let tables = try bench.host.perform { () throws(SystemError) in try nftablesTables() }
        #expect(Set(tables.map { "\($0.family) \($0.name)" }) == ["inet one", "netdev two", "ip6 three"])
    }
}
