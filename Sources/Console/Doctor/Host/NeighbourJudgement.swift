package import Configuration
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// The sysctls that decide whether an interface answers for an address; what `all` and the interface say.
package struct ARPSettings: Equatable, Sendable {
    package var all: Int
    package var interface: Int

    package init(all: Int, interface: Int) {
        self.all = all
        self.interface = interface
    }

    /// arp_ignore: the larger one counts.
    fileprivate var larger: Int { max(all, interface) }
}

/// What `net.ipv4.conf` says of an interface.
package struct NeighbourFacts: Equatable, Sendable {
    package var ignore: ARPSettings
    package var filter: ARPSettings

    package init(ignore: ARPSettings, filter: ARPSettings) {
        self.ignore = ignore
        self.filter = filter
    }

    static func read(_ interface: String) -> NeighbourFacts {
        func settings(_ key: String) -> ARPSettings {
            func value(_ name: String) -> Int { runningSysctlOfInterface(name, key).flatMap { Int($0) } ?? 0 }
            return ARPSettings(all: value("all"), interface: value(interface))
        }
        return NeighbourFacts(ignore: settings("arp_ignore"), filter: settings("arp_filter"))
    }
}

/// Whether the interfaces would answer for IPv4 virtual addresses, and whether an instance is on a device whose frames
/// may not reach everybody.
package func judgeNeighbours(
    _ model: Model, _ interfaces: InterfaceFacts, _ facts: (_ interface: String) -> NeighbourFacts
) -> [Finding] {
    var findings: [Finding] = []
    for name in unique(model.instances.map(\.interface)) {
        guard let link = interfaces.link(name), link.kind == "macvlan" || link.kind == "macvtap" else { continue }
        findings.append(macvlan(link, interfaces))
    }
    let held = model.instances.flatMap { $0.addresses + $0.excludedAddresses }.filter { $0.address.family == .v4 }
    for name in unique(held.map(\.interface)) where interfaces.link(name) != nil {
        findings.append(judge(name, interfaces, facts(name)))
    }
    return findings
}

private func judge(_ name: String, _ interfaces: InterfaceFacts, _ facts: NeighbourFacts) -> Finding {
    let seen = [
        "arp_ignore: all \(facts.ignore.all), \(name) \(facts.ignore.interface)",
        "arp_filter: all \(facts.filter.all), \(name) \(facts.filter.interface)",
    ]
    func mending(_ key: String, _ settings: ARPSettings, from least: Int, to value: Int) -> [String] {
        [("all", settings.all), (name, settings.interface)].filter { $0.1 >= least }.map {
            "sysctl -w \(shellWord("net/ipv4/conf/\($0.0)/\(key)"))=\(value)"
        }
    }
    let keeping = "and change the file in /etc/sysctl.d that sets it"
    // The kernel's ip-sysctl.rst: 8 answers for no local address at all; 0 to 3 answer for those on the interface.
    if facts.ignore.larger >= 8 {
        return Finding(
            .arpNotAnswered, .problem, of: name, "\(name) answers no ARP request", evidence: seen,
            consequence: "while this host is active, neighbours that do not know the address yet cannot reach it",
            remedy: Remedy(mending("arp_ignore", facts.ignore, from: 8, to: 1), isSafe: false, advice: keeping))
    }
    if facts.filter.larger > 0, let other = sharing(name, interfaces) {
        return Finding(
            .arpNotAnswered, .warning, of: name,
            "\(name) answers ARP requests only when the way back leads through it", evidence: seen + [other],
            consequence:
                "while this host is active, neighbours whose answers would leave by the other interface cannot reach the "
                + "virtual address",
            remedy: Remedy(mending("arp_filter", facts.filter, from: 1, to: 0), isSafe: false, advice: keeping))
    }
    return Finding(.arpAnswered, .ok, of: name, "\(name) answers ARP requests for its addresses", evidence: seen)
}

/// Another interface in one of this one's subnets, in words.
private func sharing(_ name: String, _ interfaces: InterfaceFacts) -> String? {
    let own = interfaces.addresses(of: name)
    for link in interfaces.links where link.name != name && !link.isLoopback {
        for assigned in interfaces.addresses(of: link.name) where assigned.address.family == .v4 {
            let isShared = own.contains {
                $0.address.family == .v4 && assigned.address.shares(prefixOf: $0.address, length: $0.prefixLength)
            }
            if isShared { return "\(link.name) has \(assigned.address)/\(assigned.prefixLength), in the same subnet" }
        }
    }
    return nil
}

private func macvlan(_ link: LinkInfo, _ interfaces: InterfaceFacts) -> Finding {
    let parent = link.parentIndex.flatMap { index in interfaces.links.first { $0.index == index }?.name }
    return Finding(
        .interfaceIsMacvlan, .note, of: link.name,
        "\(link.name) is a \(link.kind ?? "") of \(parent ?? "a device outside of this container")",
        evidence: ["it has a MAC address of its own"],
        consequence:
            "this host itself, and other macvlans in mode private, cannot reach the virtual address; a virtual switch may drop "
            + "the frames (VMware: allow forged transmits and MAC address changes)",
        remedy: .advice("nothing, when the peer's adverts arrive and clients reach the address"))
}
