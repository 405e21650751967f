package import Configuration
package import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// The interfaces of this host and their addresses.
package struct InterfaceFacts: Equatable, Sendable {
    package var links: [LinkInfo]
    package var addresses: [AddressInfo]

    package init(links: [LinkInfo], addresses: [AddressInfo]) {
        self.links = links
        self.addresses = addresses
    }

    package func link(_ name: String) -> LinkInfo? { links.first { $0.name == name } }

    package func addresses(of interface: String) -> [AddressInfo] {
        guard let link = link(interface) else { return [] }
        return addresses.filter { $0.interfaceIndex == link.index }
    }

    /// The addresses by interface, those behind an instance's virtual MAC address with those of its own interface.
    func assigned(asSeenBy instance: Instance) -> [String: Set<IPAddress>] {
        var assigned: [String: Set<IPAddress>] = [:]
        for link in links { assigned[link.name] = Set(addresses(of: link.name).map(\.address)) }
        for link in instance.virtualLinks {
            assigned[link.base, default: []].formUnion(assigned[link.interface] ?? [])
            assigned[link.interface] = nil
        }
        return assigned
    }
}

/// Whether each instance's interface can carry adverts, and its addresses fit there.
///
/// - Parameter virtual: every virtual address of the configuration: they are no addresses to send from.
package func judgeInterfaces(_ facts: InterfaceFacts, _ model: Model) -> [Finding] {
    let virtual = Set(model.instances.flatMap { $0.addresses + $0.excludedAddresses }.map(\.address))
    var findings: [Finding] = []
    var judged: Set<String> = []
    for instance in model.instances {
        let name = "\(instance.interface) \(instance.family == .v4 ? "IPv4" : "IPv6")"
        if judged.insert(name).inserted { findings.append(judge(instance, name, facts, virtual)) }
        findings += judgeAddresses(instance, facts, virtual)
    }
    return findings
}

private func judge(
    _ instance: Instance, _ subject: String, _ facts: InterfaceFacts, _ virtual: Set<IPAddress>
) -> Finding {
    let interface = instance.interface
    let waits = "\(instance.name) waits for it, and takes over nothing"
    guard let link = facts.link(interface) else {
        let others = facts.links.filter { !$0.isLoopback }.map(\.name)
        return Finding(
            .interfaceMissing, .problem, of: subject, "this host has no interface \(interface)",
            evidence: ["it has \(others.isEmpty ? "none but loopback" : enumeration(others))"], consequence: waits,
            remedy: .advice("correct `interface` in \(instance.location.file), or make the interface"))
    }
    guard link.isUp else {
        return Finding(
            .interfaceDown, .problem, of: subject, "\(interface) is switched off",
            evidence: ["the kernel says: not up"], consequence: waits,
            remedy: Remedy(
                ["ip link set \(shellWord(interface)) up"], isSafe: false,
                advice:
                    "somebody may have switched it off on purpose; the network configuration decides what is up after a "
                    + "restart"))
    }
    if let finding = port(link, instance, subject, facts) { return finding }
    guard link.isRunning else {
        return Finding(
            .interfaceNoCarrier, .problem, of: subject, "\(interface) has no carrier",
            evidence: ["the kernel says: up, not running"],
            consequence: waits,
            remedy: .advice(
                "nothing is plugged in, or the other end is off: look at the cable, the switch's port, or the virtual machine's "
                    + "network"))
    }
    let usable = facts.addresses(of: interface).filter {
        $0.address.family == instance.family && !virtual.contains($0.address) && !$0.isTentative && !$0.isDADFailed
    }
    // IPv6 adverts come from a link-local address (RFC 9568 section 5.1.2.1).
    let senders = instance.family == .v4 ? usable : usable.filter(\.address.isLinkLocalV6)
    if let source = instance.sourceAddress {
        guard !facts.addresses.contains(where: { $0.address == source }) else { return fine(link, usable, subject) }
        return Finding(
            .interfaceNoAddress, .problem, of: subject,
            "the source address \(source) of \(instance.name) is not on this host",
            evidence: usable.map { "\(interface) has \($0.address)/\($0.prefixLength)" }, consequence: waits,
            remedy: .advice("give \(interface) that address, or correct the source in \(instance.location.file)"))
    }
    guard senders.isEmpty else { return fine(link, usable, subject) }
    return noAddress(instance, subject, facts)
}

/// A port hands what comes in to the device that it belongs to, before the network stack sees it; a VRF leaves it where it is.
private func port(
    _ link: LinkInfo, _ instance: Instance, _ subject: String, _ facts: InterfaceFacts
) -> Finding? {
    guard let index = link.masterIndex, let master = facts.links.first(where: { $0.index == index }),
        master.kind != "vrf"
    else { return nil }
    return Finding(
        .interfaceIsPort, .problem, of: subject,
        "\(link.name) is a port of \(master.name), which takes what comes in there",
        evidence: ["\(master.name) is a \(master.kind ?? "device that has ports")"],
        consequence: "\(instance.name) hears nobody, and both hosts become active",
        remedy: .advice("write `interface \(master.name)` into \(instance.name); then reload"))
}

private func fine(_ link: LinkInfo, _ usable: [AddressInfo], _ subject: String) -> Finding {
    Finding(
        .interfaceUsable, .ok, of: subject, "\(link.name) is up and has an address to send from",
        evidence: [enumeration(usable.map { "\($0.address)/\($0.prefixLength)" })])
}

private func noAddress(_ instance: Instance, _ subject: String, _ facts: InterfaceFacts) -> Finding {
    let interface = instance.interface
    let present = facts.addresses(of: interface).map { "\($0.address)/\($0.prefixLength)" }
    let evidence = ["it has \(present.isEmpty ? "no address at all" : enumeration(present))"]
    let waits = "\(instance.name) waits for one, and takes over nothing"
    guard instance.family == .v6 else {
        return Finding(
            .interfaceNoAddress, .problem, of: subject, "\(interface) has no IPv4 address to send adverts from",
            evidence: evidence, consequence: waits,
            remedy: .advice(
                "ip address add ADDRESS/PREFIX dev \(interface), an address of this host's own; and write it into the network "
                    + "configuration"))
    }
    let key = "net.ipv6.conf.\(interface).disable_ipv6"
    return Finding(
        .interfaceNoAddress, .problem, of: subject, "\(interface) has no IPv6 link-local address to send adverts from",
        evidence: evidence, consequence: waits,
        remedy: .advice(
            "IPv6 may be switched off there (sysctl \(key)), or the address made by hand: fe80::1/64 and the like"))
}

extension IPAddress {
    /// fe80::/10.
    var isLinkLocalV6: Bool { if case .v6(let address) = self { address.isLinkLocal } else { false } }
}
