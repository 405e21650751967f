package import VRRPWire

/// What was tried, beside reading rules, to see whether adverts pass.
package struct FirewallProof: Equatable, Sendable {
    package enum Output: Equatable, Sendable {
        /// A packet for the group passed the rules for output.
        case allowed
        /// The kernel refused it with EPERM.
        case refused
        case notTried(reason: String)
    }

    /// Adverts of these senders came through to a raw socket.
    package var arrived: [IPAddress]
    package var output: Output
    /// Adverts of our own were seen as they left, after every rule.
    package var left: Int

    package init(arrived: [IPAddress] = [], output: Output, left: Int = 0) {
        self.arrived = arrived
        self.output = output
        self.left = left
    }
}

/// Whether the firewall lets the adverts of one path in and out.
package func judgeFirewall(
    _ facts: FirewallFacts, _ path: AdvertPath, senders: [IPAddress], proof: FirewallProof
) -> [Finding] {
    let judge = FirewallJudge(facts: facts, path: path, proof: proof)
    let incoming = judge.judge(path.packet(.incoming, senders: senders))
    let outgoing = judge.judge(path.packet(.outgoing))
    // Mended in this order: who hears a better claim yields at once, and has to be able to say so, or the link goes on
    // sending to a host that has let go.
    let findings = outgoing + incoming
    return findings.isEmpty ? [judge.open()] : findings
}

private struct FirewallJudge {
    let facts: FirewallFacts
    let path: AdvertPath
    let proof: FirewallProof

    func tables(_ packet: HypotheticalPacket) -> [FirewallTable] {
        let family = packet.family == .v4 ? "ip" : "ip6"
        let matching = facts.iptables.filter { $0.command.hasPrefix("ip6") == (packet.family == .v6) }
        let native = facts.nftables?.tables(for: packet) { $0 == family && isKeptByIptables($1, family, matching) }
        return (native ?? []) + matching.flatMap { $0.tables(for: packet) }
    }

    /// Whether iptables' own words, which say more, tell all that is in a table of nftables.
    ///
    /// A table of the same name may have chains that iptables does not know and does not list.
    private func isKeptByIptables(_ table: String, _ family: String, _ rules: [IptablesRuleset]) -> Bool {
        let listed = rules.filter { !$0.command.contains("legacy") }.flatMap { $0.chains(of: table) }
        guard !listed.isEmpty, let chains = facts.nftables?.baseChains(family: family, table: table) else {
            return false
        }
        return chains.allSatisfy(listed.contains)
    }

    /// Nothing when adverts pass for certain.
    func judge(_ packet: HypotheticalPacket) -> [Finding] {
        let outcomes = pass(packet, through: tables(packet))
        let drops = outcomes.compactMap { outcome -> (BaseChain, String, [String])? in
            if case .drops(let rule, let path) = outcome.verdict { (outcome.chain, rule, path) } else { nil }
        }
        let unclear = outcomes.flatMap { outcome -> [String] in
            if case .unclear(let rules) = outcome.verdict {
                rules.map { "\(outcome.chain.description): \($0)" }
            } else {
                []
            }
        }
        let isIncoming = packet.direction == .incoming
        let isProven = isIncoming ? !proof.arrived.isEmpty : proof.left > 0
        if isProven, !drops.isEmpty || !unclear.isEmpty {
            // What was seen counts for more than what was read, but certainty is gone.
            guard !drops.isEmpty else { return [] }
            return [contradiction(drops.map { "\($0.0.description): \($0.1)" }, isIncoming)]
        }
        if !drops.isEmpty { return drops.map { blocked(packet, chain: $0.0, rule: $0.1, path: $0.2) } }
        if !isIncoming, proof.output == .refused, !isProbeDropped(packet) { return [refusedWithoutRule(unclear)] }
        if !facts.failures.isEmpty, !isProven { return [unreadable(isIncoming)] }
        return unclear.isEmpty ? [] : [undecided(unclear, isIncoming)]
    }

    /// Whether rules about the TTL, which is 0 in the probe, explain that it was refused.
    private func isProbeDropped(_ packet: HypotheticalPacket) -> Bool {
        var probe = packet
        probe.hopLimit = 0
        return pass(probe, through: tables(probe)).contains { $0.verdict != .passes }
    }

    private func blocked(_ packet: HypotheticalPacket, chain: BaseChain, rule: String, path chains: [String]) -> Finding
    {
        let isIncoming = packet.direction == .incoming
        let (owner, remedy) = FirewallRemedy(facts: facts, path: path, packet: packet).remedy(for: chain, path: chains)
        var evidence = ["\(chain.description): \(rule)"]
        if chains.count > 1 { evidence.append("reached by way of \(chains.joined(separator: " -> "))") }
        if !isIncoming {
            switch proof.output {
            case .refused: evidence.append("a probe for \(path.group) was refused (EPERM)")
            case .allowed where chain.hook == .output:
                evidence.append("yet a probe for \(path.group) passed the rules for output")
            case .allowed, .notTried: break
            }
        }
        return Finding(
            isIncoming ? .firewallBlocksIn : .firewallBlocksOut, .problem, of: path.name,
            isIncoming
                ? "\(owner) drops the adverts that come in on \(path.interface) (IP protocol \(path.protocolNumber))"
                : "\(owner) drops the adverts that this host sends on \(path.interface) (IP protocol \(path.protocolNumber))",
            evidence: evidence,
            consequence: isIncoming
                ? "this host does not hear the other one, and takes the addresses although that one has them"
                : "the others do not hear this host, and take the addresses although it has them",
            remedy: remedy)
    }

    private func refusedWithoutRule(_ unclear: [String]) -> Finding {
        Finding(
            .firewallBlocksOut, .problem, of: path.name,
            "the kernel refuses to send adverts on \(path.interface) (IP protocol \(path.protocolNumber))",
            evidence: ["a probe for \(path.group) was refused (EPERM)"]
                + (unclear.isEmpty
                    ? ["no rule of nftables or iptables is known to do that"]
                    : unclear.map { "may be due to \($0)" }),
            consequence: "the others do not hear this host, and take the addresses although it has them",
            remedy: .advice(
                "look for what else filters here: a BPF program on the cgroup, a security module, a container's rules"))
    }

    private func contradiction(_ drops: [String], _ isIncoming: Bool) -> Finding {
        Finding(
            .firewallUnclear, .note, of: path.name,
            "rules seem to drop the adverts that \(isIncoming ? "come in" : "go out") on \(path.interface), and yet they pass",
            evidence: drops
                + [
                    isIncoming
                        ? "adverts of \(list(proof.arrived)) arrived"
                        : "\(proof.left) of our own were seen to leave"
                ])
    }

    private func undecided(_ rules: [String], _ isIncoming: Bool) -> Finding {
        Finding(
            .firewallUnclear, .note, of: path.name,
            "whether adverts \(isIncoming ? "come in" : "go out") on \(path.interface) depends on rules that cannot be judged "
                + "here",
            evidence: rules.prefix(5) + (rules.count > 5 ? ["and \(rules.count - 5) more"] : []),
            remedy: .advice(
                isIncoming
                    ? "once the other host is active here, run this again: an advert that arrives settles it"
                    : "once this host is active, run this again: an advert that leaves settles it"))
    }

    private func unreadable(_ isIncoming: Bool) -> Finding {
        Finding(
            .firewallUnclear, .unknown, of: path.name,
            "the firewall's rules for what \(isIncoming ? "comes in" : "goes out") could not be read",
            evidence: facts.failures)
    }

    func open() -> Finding {
        let rules = tables(path.packet(.incoming)).reduce(0) { $0 + $1.chains.values.reduce(0) { $0 + $1.count } }
        var evidence = rules == 0 ? ["there are no rules"] : ["\(rules) rules were followed (\(tools))"]
        switch proof.output {
        case .allowed: evidence.append("a probe passed the rules for output")
        case .refused: break
        case .notTried(let reason): evidence.append("no probe was sent: \(reason)")
        }
        if !proof.arrived.isEmpty { evidence.append("adverts of \(list(proof.arrived)) arrived") }
        if proof.left > 0 { evidence.append("\(proof.left) of our own adverts were seen to leave") }
        return Finding(
            .firewallOpen, .ok, of: path.name,
            "adverts (IP protocol \(path.protocolNumber)) are accepted in and out on \(path.interface)",
            evidence: evidence)
    }

    private var tools: String {
        var names: [String] = []
        if facts.firewalld != nil { names.append("firewalld") }
        if facts.ufw != nil { names.append("ufw") }
        if facts.nftables?.ruleCount ?? 0 > 0 { names.append("nftables") }
        names += facts.iptables.filter { $0.ruleCount > 0 }.map(\.command)
        return names.joined(separator: ", ")
    }

    private func list(_ addresses: [IPAddress]) -> String {
        addresses.map(\.description).joined(separator: ", ")
    }
}
