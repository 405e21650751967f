internal import Configuration
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

// What the configuration and the interfaces together say about where adverts go and which addresses to ask for.

/// What is wrong with the file itself.
func judgeFile(_ checked: CheckedFile, _ file: String) -> Finding {
    let serious = checked.diagnostics.filter { $0.severity == .error }
    let doubtful = checked.diagnostics.filter { $0.severity == .warning }
    let said = (serious + doubtful).prefix(5).map { "\($0.location): \($0.message)" }
    let more = serious.count + doubtful.count - said.count
    let evidence = said + (more > 0 ? ["and \(more) more"] : [])
    let remedy = Remedy.advice("see understudy check \(shellWord(file))")
    if !serious.isEmpty {
        return Finding(
            .configuration, .problem, of: file, "the configuration cannot be used", evidence: evidence,
            consequence: "the daemon does not start with it, and does not take it over on reload", remedy: remedy)
    }
    if !doubtful.isEmpty {
        return Finding(
            .configuration, .warning, of: file, "the configuration is doubtful", evidence: evidence, remedy: remedy)
    }
    guard !checked.model.instances.isEmpty else {
        return Finding(
            .configuration, .warning, of: file, "the configuration has no instance",
            consequence: "this host takes over nothing",
            remedy: .advice("write one, or let `understudy init` write it"))
    }
    return Finding(
        .configuration, .ok, of: file, "the configuration is in order",
        evidence: [enumeration(checked.model.instances.map(\.name))])
}

/// Every way that adverts of the model take through this host.
func advertPaths(_ model: Model, _ facts: InterfaceFacts) -> [AdvertPath] {
    let virtual = Set(model.instances.flatMap { $0.addresses + $0.excludedAddresses }.map(\.address))
    var paths: [AdvertPath] = []
    for instance in model.instances {
        let number = instance.usesAuthenticationHeader ? AuthenticationHeader.protocolNumber : Carrier.protocolNumber
        var peers: [IPAddress]?
        if case .unicast(let list) = instance.transport { peers = list }
        if let index = paths.firstIndex(where: {
            $0.interface == instance.interface && $0.family == instance.family && $0.protocolNumber == number
                && $0.peers == peers
                && (peers != nil || $0.group == instance.group)
        }) {
            paths[index].instances.append(instance.name)
            continue
        }
        let assigned = facts.addresses(of: instance.interface).filter {
            $0.address.family == instance.family && !virtual.contains($0.address)
        }
        let subnets = assigned.map { AddressRange($0.address, prefixLength: $0.prefixLength) }
        let own = instance.sourceAddress.map { [AddressRange($0)] } ?? assigned.map { AddressRange($0.address) }
        var path = AdvertPath(
            interface: instance.interface, family: instance.family, peers: peers, group: instance.group,
            instances: [instance.name], ownAddresses: own, subnets: subnets)
        path.protocolNumber = number
        paths.append(path)
    }
    return paths
}

/// Which virtual addresses and which peers to ask for, where, and as whom.
func addressQuestions(_ model: Model, _ facts: InterfaceFacts) -> AddressQuestions {
    var questions = AddressQuestions()
    func add(_ asked: IPAddress, on interface: String) {
        guard let hardware = facts.link(interface)?.hardwareAddress, !questions.isAsked(asked, on: interface) else {
            return
        }
        var source: IPv6Address?
        for assigned in facts.addresses(of: interface) where !assigned.isTentative {
            if case .v6(let address) = assigned.address, address.isLinkLocal, .v6(address) != asked { source = address }
        }
        questions.questions.append(
            .init(interface: interface, address: asked, hardwareAddress: hardware, source: source))
    }
    for instance in model.instances {
        for held in instance.addresses + instance.excludedAddresses { add(held.address, on: held.interface) }
        guard case .unicast(let peers) = instance.transport else { continue }
        // Peers behind a router are not on the link, and answer nobody there.
        let assigned = facts.addresses(of: instance.interface)
        for peer in peers
        where assigned.contains(where: { peer.shares(prefixOf: $0.address, length: $0.prefixLength) }) {
            add(peer, on: instance.interface)
        }
    }
    // A session that is down has nobody at its other end, or somebody who does not talk BFD.
    for session in model.sessions where !session.isMultihop {
        let around = facts.links.first { link in
            !link.isLoopback
                && facts.addresses(of: link.name).contains {
                    session.neighbour.shares(prefixOf: $0.address, length: $0.prefixLength)
                }
        }
        // A link-local neighbour may be on any link.
        if let around, !session.neighbour.isLinkLocalV6 { add(session.neighbour, on: around.name) }
    }
    return questions
}

/// A sysctl of one interface, whose name may have dots in it.
func runningSysctlOfInterface(_ interface: String, _ key: String) -> String? {
    guard case .success(let bytes) = readFile("/proc/sys/net/ipv4/conf/\(interface)/\(key)", limit: 64) else {
        return nil
    }
    return String(String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace })
}
