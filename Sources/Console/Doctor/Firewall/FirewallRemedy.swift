internal import VRRPWire

/// Who keeps the rule that drops adverts, and how he is told to let them pass.
struct FirewallRemedy {
    let facts: FirewallFacts
    let path: AdvertPath
    let packet: HypotheticalPacket

    private var isIncoming: Bool { packet.direction == .incoming }
    private var interface: String { shellWord(path.interface) }
    private var number: UInt8 { path.protocolNumber }
    private var name: String { path.isProtected ? "ah" : "vrrp" }

    /// What mends a certain drop in `chain`, by way of the chains of `path`.
    func remedy(for chain: BaseChain, path chains: [String]) -> (owner: String, remedy: Remedy) {
        if facts.firewalld != nil, isFirewalld(chain) { return ("firewalld", firewalld(chains, chain)) }
        if isUFW(chain, chains) { return ("ufw", ufw(chains)) }
        switch chain.source {
        case .iptables(let command): return (command, iptables(command, chain))
        case .nft: return ("nftables", nftables(chain))
        }
    }

    // MARK: firewalld

    private func isFirewalld(_ chain: BaseChain) -> Bool {
        switch chain.source {
        case .nft: return chain.table.hasPrefix("firewalld")
        case .iptables(let command):
            return facts.iptables.contains { $0.command == command && $0.chainNames.contains("INPUT_ZONES") }
        }
    }

    private func firewalld(_ chains: [String], _ chain: BaseChain) -> Remedy {
        guard let firewalld = facts.firewalld else { return .advice("see `firewall-cmd --list-all-zones`") }
        if firewalld.isPanicking || chain.table == "firewalld_policy_drop" {
            return Remedy(
                ["firewall-cmd --panic-off"], isSafe: false,
                advice: "somebody switched on firewalld's panic mode, which drops everything: find out why first")
        }
        if !isIncoming {
            guard let policy = chains.lazy.compactMap(Self.policy).first else {
                return .advice(
                    "see `firewall-cmd --list-all-policies` and `firewall-cmd --direct --get-all-rules`: one of them drops "
                        + "what this host sends")
            }
            return inBoth("--policy=\(shellWord(policy))", "--add-protocol=\(name)")
        }
        let ownZone = chains.lazy.compactMap(Self.zone).first ?? firewalld.zone(of: path.interface)
        let zone = "--zone=\(shellWord(ownZone))"
        // A zone's rich rules that drop come before its protocols; one of negative priority comes before those.
        guard chains.contains(where: { $0.hasSuffix("_deny") || $0.hasSuffix("_pre") }) else {
            return inBoth(zone, "--add-protocol=\(name)")
        }
        let family = path.family == .v4 ? "ipv4" : "ipv6"
        let rule =
            "rule priority=\"-32768\" family=\"\(family)\" protocol value=\"\(name)\" accept"
        return inBoth(zone, "--add-rich-rule='\(rule)'")
    }

    /// At once and for ever; `--reload` in between would take with it what else was never made permanent.
    private func inBoth(_ place: String, _ change: String) -> Remedy {
        Remedy(
            ["firewall-cmd \(place) \(change)", "firewall-cmd --permanent \(place) \(change)"], isSafe: true)
    }

    /// `filter_OUT_policy_NAME_deny` belongs to policy NAME.
    private static func policy(_ chain: String) -> String? {
        guard let range = chain.firstRange(of: "_policy_") else { return nil }
        return withoutSuffix(chain[range.upperBound...])
    }

    /// `filter_IN_NAME_deny` belongs to zone NAME.
    private static func zone(_ chain: String) -> String? {
        guard let prefix = ["filter_IN_", "IN_"].first(where: chain.hasPrefix), policy(chain) == nil else { return nil }
        return withoutSuffix(chain.dropFirst(prefix.count))
    }

    private static func withoutSuffix(_ name: Substring) -> String? {
        let suffix = ["_pre", "_log", "_deny", "_allow", "_post"].first(where: name.hasSuffix) ?? ""
        let rest = name.dropLast(suffix.count)
        return rest.isEmpty ? nil : String(rest)
    }

    // MARK: ufw

    private func isUFW(_ chain: BaseChain, _ chains: [String]) -> Bool {
        guard facts.ufw != nil, case .iptables(let command) = chain.source else { return false }
        if chains.contains(where: { $0.hasPrefix("ufw") }) { return true }
        // Its default policy is that of the kernel's own chain.
        return chains.count == 1 && chain.table == "filter"
            && facts.iptables.contains { $0.command == command && $0.chainNames.contains { $0.hasPrefix("ufw") } }
    }

    private func ufw(_ chains: [String]) -> Remedy {
        let direction = isIncoming ? "in" : "out"
        let isBefore = chains.contains { $0.contains("-before-") || $0.hasSuffix("-not-local") }
        if facts.ufw?.knowsVRRP == true || path.isProtected, !isBefore {
            return Remedy(
                ["ufw prepend allow \(direction) on \(interface) proto \(name) from any to any"], isSafe: true)
        }
        let isV4 = path.family == .v4
        let file = isV4 ? "/etc/ufw/before.rules" : "/etc/ufw/before6.rules"
        let chain = "\(isV4 ? "ufw" : "ufw6")-before-\(isIncoming ? "input" : "output")"
        let rule = "-A \(chain) \(isIncoming ? "-i" : "-o") \(interface) -p \(number) -j ACCEPT"
        return Remedy(
            ["sed -i '/^# End required lines/a \(rule)' \(file)", "ufw reload"], isSafe: true,
            advice: isBefore ? nil : "ufw before 0.36.2 has no word for protocol 112, hence the line in its file")
    }

    // MARK: iptables

    private func iptables(_ command: String, _ chain: BaseChain) -> Remedy {
        let table = chain.table == "filter" ? "" : "-t \(chain.table) "
        // Only a rule before the one that drops does anything: -I, not -A.
        var commands = [
            "\(command) \(table)-I \(chain.name) \(isIncoming ? "-i" : "-o") \(interface) -p \(number) -j ACCEPT"
        ]
        var advice: String?
        switch facts.persistence {
        case .netfilterPersistent: commands.append("netfilter-persistent save")
        case .iptablesServices: commands.append("service \(command.hasPrefix("ip6") ? "ip6tables" : "iptables") save")
        case .none:
            advice =
                "nothing here keeps iptables rules: after a restart of this host the rule is gone, unless it is added where "
                + "the others come from (Debian: apt install iptables-persistent)"
        }
        return Remedy(commands, isSafe: true, advice: advice)
    }

    // MARK: nftables

    private func nftables(_ chain: BaseChain) -> Remedy {
        let place = "\(chain.family) \(chain.table) \(chain.name)"
        var conditions = ""
        switch chain.family {
        case "netdev": conditions = ""
        default: conditions = "\(isIncoming ? "iifname" : "oifname") \"\(path.interface)\" "
        }
        conditions += path.family == .v4 ? "ip protocol \(number)" : "ip6 nexthdr \(number)"
        return Remedy(
            ["nft 'insert rule \(place) \(conditions) accept'"], isSafe: true,
            advice: "to keep it, put `\(conditions) accept` first into chain \(chain.name) of table \(chain.family) "
                + "\(chain.table) where the rules come from (\(Self.files))")
    }

    private static let files = "/etc/nftables.conf, or /etc/sysconfig/nftables.conf"
}

/// A word that a shell takes as it is.
func shellWord(_ word: String) -> String {
    let plain = word.utf8.allSatisfy {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
            || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || "-_./:@%+=".utf8.contains($0)
    }
    return plain && !word.isEmpty
        ? word : "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
}
