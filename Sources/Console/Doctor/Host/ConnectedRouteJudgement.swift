package import Configuration
package import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// The subnets that interfaces are in, and the routes that lead through each interface.
package struct ConnectedRouteFacts: Equatable, Sendable {
    package var networks: [ConnectedNetwork]
    /// By the index of the interface, of every table.
    package var routes: [UInt32: [KernelRoute]]

    package init(networks: [ConnectedNetwork], routes: [UInt32: [KernelRoute]]) {
        self.networks = networks
        self.routes = routes
    }

    /// - Parameter interfaces: the indices of those that matter: nobody needs all the routes of a router of the Internet.
    static func read(_ interfaces: [UInt32]) throws(SystemError) -> ConnectedRouteFacts {
        let socket = try RouteSocket()
        var facts = ConnectedRouteFacts(networks: try socket.connectedNetworks(), routes: [:])
        for index in interfaces { facts.routes[index] = try socket.routes(through: index) }
        return facts
    }
}

/// The interfaces of instances and of their addresses that could have routes now: the kernel keeps none for the others.
func routedLinks(_ model: Model, _ interfaces: InterfaceFacts) -> [LinkInfo] {
    let names = model.instances.flatMap { instance in
        [instance.interface] + (instance.addresses + instance.excludedAddresses).map(\.interface)
    }
    return unique(names).compactMap { interfaces.link($0) }.filter { $0.isUp && $0.isRunning && !$0.isLoopback }
}

/// Whether a route leads to each subnet that an interface of the configuration is in.
package func judgeConnectedRoutes(
    _ model: Model, _ interfaces: InterfaceFacts, _ facts: ConnectedRouteFacts
) -> [Finding] {
    routedLinks(model, interfaces).flatMap { link -> [Finding] in
        let routes = facts.routes[link.index] ?? []
        var networks: [ConnectedNetwork] = []
        for network in facts.networks where network.interfaceIndex == link.index {
            if !networks.contains(where: { $0.range == network.range }) { networks.append(network) }
        }
        let missing = networks.filter { network in !routes.contains { network.isReached(by: $0) } }
        if !missing.isEmpty { return missing.map { lost($0, link, interfaces) } }
        guard !networks.isEmpty else { return [] }
        return [
            Finding(
                .subnetRoutesPresent, .ok, of: link.name, "routes lead to the subnets of \(link.name)",
                evidence: [enumeration(networks.map(\.words))])
        ]
    }
}

private func lost(_ network: ConnectedNetwork, _ link: LinkInfo, _ interfaces: InterfaceFacts) -> Finding {
    let isV4 = network.address.family == .v4
    let vrf = interfaces.links.first { $0.index == link.masterIndex && $0.kind == "vrf" }?.name
    // As the kernel made it, so that it goes when the address goes.
    let command =
        "ip \(isV4 ? "" : "-6 ")route add \(network.words) dev \(shellWord(link.name)) proto kernel "
        + (isV4 ? "scope link src \(network.address)" : "metric 256") + (vrf.map { " vrf \(shellWord($0))" } ?? "")
    return Finding(
        .subnetRouteMissing, .problem, of: "\(link.name) \(network.words)",
        "no route leads to \(network.words) on \(link.name), although \(network.address) is there",
        evidence: [
            "\(link.name) has \(network.address)/\(network.prefixLength)",
            "no routing table has a route to \(network.words) through \(link.name)",
        ],
        consequence:
            "this host reaches nobody in \(network.words), and its answers do not get there; multicast adverts go out all "
            + "the same, so while it is active nobody else takes over",
        remedy: Remedy(
            [command], isSafe: true,
            advice: "and find out who removed it: a script, a VPN or a network service; ip monitor route shows it"))
}

extension ConnectedNetwork {
    fileprivate var range: AddressRange { AddressRange(address, prefixLength: prefixLength) }

    /// `192.0.2.0/24`.
    fileprivate var words: String { "\(range.lowest)/\(prefixLength)" }

    /// Whether a route leads to all of it without anybody in between.
    fileprivate func isReached(by route: KernelRoute) -> Bool {
        guard route.kind == 1, route.gateway == nil, route.destination.family == address.family,
            route.prefixLength <= prefixLength,
            address.shares(prefixOf: route.destination, length: route.prefixLength)
        else { return false }
        // A default route may have a gateway of the other family, which is not read; RT_SCOPE_LINK has none.
        return route.prefixLength > 0 || address.family == .v6 || route.scope == 253
    }
}
