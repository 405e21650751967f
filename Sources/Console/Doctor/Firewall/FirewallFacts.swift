internal import Control
internal import LinuxKernel

/// The firewalls of this host, as their own tools print them.
package struct FirewallFacts: Sendable {
    /// Nil when there are none; see `failures` for when that is not known.
    package var nftables: NftablesRuleset?
    package var iptables: [IptablesRuleset] = []
    package var firewalld: FirewalldFacts?
    package var ufw: UFWFacts?
    /// What could not be looked at, and why, a sentence each.
    package var failures: [String] = []
    /// Commands that keep iptables rules over a restart, for what is installed here.
    package var persistence: Persistence = .none

    package enum Persistence: Equatable, Sendable {
        case none
        /// Debian's netfilter-persistent.
        case netfilterPersistent
        /// Red Hat's iptables-services.
        case iptablesServices
    }

    package init() {}
}

package struct FirewalldFacts: Equatable, Sendable {
    /// The zone of each interface that has one.
    package var zones: [String: String] = [:]
    package var defaultZone: String
    package var isPanicking: Bool

    package init(zones: [String: String] = [:], defaultZone: String, isPanicking: Bool = false) {
        self.zones = zones
        self.defaultZone = defaultZone
        self.isPanicking = isPanicking
    }

    package func zone(of interface: String) -> String { zones[interface] ?? defaultZone }
}

package struct UFWFacts: Equatable, Sendable {
    /// `[0, 36, 2]`.
    package var version: [Int]

    package init(version: [Int]) { self.version = version }

    /// Since 0.36.2 it has a word for protocol 112.
    package var knowsVRRP: Bool { !version.lexicographicallyPrecedes([0, 36, 2]) }
}

/// Asks the tools for everything that could stop an advert on one of `interfaces`.
package func gatherFirewalls(interfaces: [String], tools: some Tools) -> FirewallFacts {
    var facts = FirewallFacts()
    gatherNftables(&facts, tools)
    gatherIptables(&facts, tools)
    guard facts.nftables != nil || !facts.iptables.isEmpty else { return facts }
    if let state = tools.run("firewall-cmd", ["--state"]).output, state.hasPrefix("running") {
        facts.firewalld = gatherFirewalld(interfaces, tools)
    }
    if facts.iptables.contains(where: { $0.chainNames.contains { $0.hasPrefix("ufw") } }),
        let version = tools.run("ufw", ["--version"]).output
    {
        let number = version.split { $0 == " " || $0 == "\n" }.dropFirst().first ?? ""
        facts.ufw = UFWFacts(version: number.split(separator: ".").compactMap { Int($0) })
    }
    if tools.has("netfilter-persistent") {
        facts.persistence = .netfilterPersistent
    } else if LocalFiles.exists("/usr/libexec/iptables/iptables.init") {
        facts.persistence = .iptablesServices
    }
    return facts
}

private func gatherNftables(_ facts: inout FirewallFacts, _ tools: some Tools) {
    let listing: JSON
    switch tools.run("nft", ["--json", "list", "ruleset"]) {
    case .ended(0, let output, _):
        // Without any table it prints nothing at all, or no more than its own version.
        if output.allSatisfy(\.isWhitespace) { return }
        do throws(JSONError) {
            listing = try JSON(parsing: output)
        } catch {
            facts.failures.append("what `nft --json list ruleset` prints is not JSON: \(error.reason)")
            return
        }
    case let outcome:
        gatherWithoutNft(&facts, because: outcome.failure)
        return
    }
    let text = tools.run("nft", ["--handle", "list", "ruleset"]).output ?? ""
    do throws(UnreadableRules) {
        facts.nftables = try NftablesRuleset(listing, listing: text)
    } catch {
        facts.failures.append(error.reason)
    }
}

/// Where the kernel has no nftables rules, nothing is missed without nft.
private func gatherWithoutNft(_ facts: inout FirewallFacts, because reason: String) {
    do throws(SystemError) {
        let tables = try nftablesTables()
        // Those of iptables-nft are read with its own tool.
        let others = tables.filter { !IptablesRuleset.isCompatible(family: $0.family, table: $0.name) }
        guard !others.isEmpty else { return }
        let names = others.map { "\($0.family) \($0.name)" }.joined(separator: ", ")
        facts.failures.append("there are nftables rules (tables \(names)), and `nft` cannot list them: \(reason)")
    } catch {
        facts.failures.append("nftables rules cannot be listed: \(reason); \(error)")
    }
}

private func gatherIptables(_ facts: inout FirewallFacts, _ tools: some Tools) {
    for family in ["ip", "ip6"] {
        if hasLegacyRules(family) { gather("\(family)tables-legacy", "\(family)tables", &facts, tools) }
        gather("\(family)tables-nft", "\(family)tables", &facts, tools)
    }
}

/// Reads the rules of one kind; where the kinds have no commands of their own, there is just one.
private func gather(_ kind: String, _ plain: String, _ facts: inout FirewallFacts, _ tools: some Tools) {
    let isLegacy = kind.hasSuffix("legacy")
    // Before 1.8 there was one kind, and the version did not say which.
    let version = tools.run(plain, ["--version"]).output ?? ""
    let isUsual = version.contains("(nf_tables)") ? !isLegacy : isLegacy && !version.isEmpty
    let command = isUsual ? plain : kind
    let outcome = tools.run("\(command)-save", [])
    guard let output = outcome.output else {
        // Without the nft kind there can be none of its rules that nft itself does not show.
        if isLegacy {
            facts.failures.append("there are \(kind) rules, and `\(command)-save` cannot list them: \(outcome.failure)")
        }
        return
    }
    do throws(UnreadableRules) {
        let rules = try IptablesRuleset(output, command: command)
        if !rules.tableNames.isEmpty { facts.iptables.append(rules) }
    } catch {
        facts.failures.append("what `\(command)-save` prints makes no sense: \(error.reason)")
    }
}

/// Whether the old kind of tables is in use; asking its tool would create them.
private func hasLegacyRules(_ family: String) -> Bool {
    let path = "/proc/thread-self/net/\(family)_tables_names"
    guard case .success(let bytes) = readFile(path, limit: 4096) else { return false }
    return !bytes.isEmpty
}

private func gatherFirewalld(_ interfaces: [String], _ tools: some Tools) -> FirewalldFacts? {
    func ask(_ arguments: String...) -> String? {
        tools.run("firewall-cmd", arguments).output.map { String($0.prefix { $0 != "\n" }) }
    }
    guard let defaultZone = ask("--get-default-zone") else { return nil }
    var facts = FirewalldFacts(defaultZone: defaultZone, isPanicking: ask("--query-panic") == "yes")
    for interface in interfaces {
        if let zone = ask("--get-zone-of-interface=\(interface)"), !zone.isEmpty { facts.zones[interface] = zone }
    }
    return facts
}

extension IptablesRuleset {
    /// Whether a table of nftables is one that iptables-nft keeps.
    static func isCompatible(family: String, table: String) -> Bool {
        (family == "ip" || family == "ip6") && ["filter", "nat", "mangle", "raw", "security"].contains(table)
    }
}
