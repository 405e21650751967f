package import Configuration
internal import VRRPCore
internal import VRRPWire

/// Whether HAProxy can bind to the virtual addresses while they are on another host.
package func judgeBinds(_ facts: BindFacts, _ model: Model) -> [Finding] {
    let virtual = Set(model.instances.flatMap { $0.addresses + $0.excludedAddresses }.map(\.address))
    var findings = facts.failures.map {
        Finding(.nonlocalBind, .unknown, "a configuration file of HAProxy could not be read", evidence: [$0])
    }
    guard !facts.files.isEmpty else {
        guard findings.isEmpty else { return findings }
        return [
            Finding(
                .nonlocalBind, .ok, "no HAProxy was found on this host that could fail to bind",
                evidence: ["none runs, and there is neither of \(BindFacts.usualFiles.joined(separator: ", "))"])
        ]
    }
    for family in [AddressFamily.v4, .v6] {
        let needing = facts.binds.filter { bind in
            guard case .ip(let address) = bind.address else { return false }
            return !bind.isTransparent && address.family == family && virtual.contains(address)
        }
        if !needing.isEmpty { findings += judge(needing, family, facts) }
    }
    let unclear = facts.binds.filter { if case .unclear = $0.address { !$0.isTransparent } else { false } }
    if !unclear.isEmpty, facts.running.values.contains("0") {
        findings.append(
            Finding(
                .nonlocalBind, .note, "it cannot be told whether HAProxy binds to a virtual address",
                evidence: unclear.prefix(5).map(\.place),
                remedy: .advice(
                    "variables and names are not resolved here: if one of them is a virtual address, "
                        + "\(BindFacts.key(.v4)) (or ipv6) must be 1")))
    }
    if findings.isEmpty {
        findings.append(
            Finding(
                .nonlocalBind, .ok, "HAProxy binds to no virtual address by itself",
                evidence: facts.files.map { "\($0): wildcards, `transparent`, or other addresses" }))
    }
    return findings
}

private func judge(_ binds: [HAProxyBind], _ family: AddressFamily, _ facts: BindFacts) -> [Finding] {
    let key = BindFacts.key(family)
    let running = facts.running[family]
    let last = facts.kept.last(key)
    let isKept = last?.value == "1"
    var places = binds.prefix(5).map(\.place)
    if binds.count > 5 { places.append("and \(binds.count - 5) more") }
    var kept = [
        "at start \(last.map { "\($0.file):\($0.line) sets it to \($0.value)" } ?? "no file of sysctl.d sets it")"
    ]
    if let ignored = facts.kept.ignored.last(where: { $0.key == key }) {
        kept.append(
            "\(ignored.file):\(ignored.line) would set it to \(ignored.value), but systemd does not read that file")
    }
    let keeping = isKept ? [] : [keep(key, after: last)]
    if running == "0" {
        return [
            Finding(
                .nonlocalBindOff, .problem, of: key,
                "HAProxy binds to virtual addresses, and \(key) is 0", evidence: places + kept,
                consequence:
                    "while the address is on the other host HAProxy does not start here (cannot bind socket: Cannot "
                    + "assign requested address), so that nothing serves after a takeover",
                remedy: Remedy(["sysctl -w \(key)=1"] + keeping, isSafe: true))
        ]
    }
    guard !isKept else {
        return [
            Finding(
                .nonlocalBind, .ok, of: key, "HAProxy can bind to the virtual addresses while they are elsewhere",
                evidence: places + ["\(key) is \(running ?? "not there")"] + kept)
        ]
    }
    return [
        Finding(
            .nonlocalBindNotKept, .warning, of: key,
            "HAProxy binds to virtual addresses, and \(key) is 1 only until this host is restarted",
            evidence: places + kept,
            consequence: "after a restart HAProxy does not start here while the address is on the other host",
            remedy: Remedy(keeping, isSafe: true))
    ]
}

/// The command that makes it last, in a file that is read after the one that says otherwise.
private func keep(_ key: String, after last: SysctlFiles.Setting?) -> String {
    let line = "\(key) = 1"
    guard let last else { return "echo '\(line)' >> /etc/sysctl.d/90-understudy.conf" }
    let name = last.file.split(separator: "/").last.map(String.init) ?? ""
    let own = ["90-understudy.conf", "zz-understudy.conf"].first {
        last.file.contains("/sysctl.d/") && Array(name.utf8).lexicographicallyPrecedes(Array($0.utf8))
    }
    if let own { return "echo '\(line)' >> /etc/sysctl.d/\(own)" }
    return "sed -i '\(last.line)s|.*|\(line)|' \(shellWord(last.file))"
}
