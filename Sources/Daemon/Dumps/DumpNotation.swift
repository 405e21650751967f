internal import VRRPCore
internal import VRRPWire

// Addresses, routes, rules and commands as keepalived writes them into its dump files, which is not as they are read.

extension VirtualAddress {
    /// - Parameters:
    ///   - isSet: it is on its interface now.
    ///   - base: the interface below one that the daemon has made.
    func dumped(isSet: Bool, above base: String?) -> String {
        var text = networkNotation(address, prefixLength)
        if let broadcast { text += " brd \(broadcast)" }
        text += " dev \(interface)\(base.map { "@\($0)" } ?? "") scope \(scopeNotation(scope))"
        if let label { text += " label \(label)" }
        if let peer { text += " peer \(peer)/\(prefixLength)" }
        if address.family == .v6 {
            switch preferredSeconds {
            case nil: text += " preferred_lft forever"
            case 0?: text += " deprecated"
            case let seconds?: text += " preferred_lft \(seconds)"
            }
        }
        return text + (isSet ? " set" : "")
    }
}

extension VirtualRoute {
    var dumped: String {
        // How keepalived adds it, and its kind.
        var text: String
        switch placement {
        case .before: text = kind == .unicast ? "prepend " : "add "
        case .behind: text = "append "
        case .alone: text = "add "
        }
        if kind != .unicast { text += "\(kind) " }
        text += networkNotation(destination, prefixLength)
        if let origin { text += " from \(networkNotation(origin.address, origin.prefixLength))" }
        if let source { text += " src \(source)" }
        if typeOfService != 0 { text += " tos \(typeOfService)" }
        if let tunnel { text += tunnel.dumped }
        if let gateway { text += " via \(familyNotation(gateway)) \(gateway)" }
        if let interface { text += " dev \(interface)" }
        if table != Self.mainTable { text += " table \(table)" }
        if isTracked { text += " proto 18" }
        if scope != 0 { text += " scope \(scope)" }
        if metric != 0 { text += " metric \(metric)" }
        if isOnLink { text += " onlink" }
        if realms != 0 { text += (realms >> 16 == 0 ? " realm " : " realms \(realms >> 16)/") + "\(realms & 0xFFFF)" }
        if let lifetime { text += " expires \(lifetime)sec" }
        // The word stands there behind the name, as in keepalived's.
        if let congestionControl { text += " congctl \(congestionControl)\(isCongestionControlLocked ? "lock " : "")" }
        text += metricsNotation
        switch preference {
        case 1: text += " pref high"
        case 3: text += " pref low"
        default: break
        }
        for way in ways {
            text += " nexthop"
            if let gateway = way.gateway { text += " via \(familyNotation(gateway)) \(gateway)" }
            if let interface = way.interface { text += " dev \(interface)" }
            text += " weight \(way.weight)" + (way.isOnLink ? " onlink" : "")
            // keepalived's leaves out the first of the two.
            if way.realms != 0 { text += " realm \(way.realms & 0xFFFF)" }
            if let tunnel = way.tunnel { text += tunnel.dumped }
        }
        return text + (isTracked ? "" : " no_track")
    }

    private var metricsNotation: String {
        let order: [RouteMetric] = [
            .rtt, .rttvar, .minimumTimeout, .features, .mtu, .window, .ssthresh, .cwnd, .advmss, .reordering, .hoplimit,
            .initcwnd, .initrwnd, .quickack, .fastOpenWithoutCookie,
        ]
        return order.compactMap { metric in
            metrics[metric].map { value in
                switch metric {
                case .features: " features ecn"
                case .rtt, .rttvar, .minimumTimeout: " \(metric.keyword) \(lock(metric))\(value / metric.scale)ms"
                default: " \(metric.keyword) \(lock(metric))\(value)"
                }
            }
        }.joined()
    }

    private func lock(_ metric: RouteMetric) -> String { lockedMetrics.contains(metric) ? "lock " : "" }
}

extension RouteTunnel {
    fileprivate var dumped: String {
        let isOld = family == .v4
        var text = " encap " + (isOld ? "ip" : "ip6")
        if id != 0 || destination == nil { text += " id \(id)" }
        if let destination { text += " dst \(destination)" }
        if let source { text += " src \(source)" }
        if trafficClass != 0 { text += (isOld ? " tos" : " tc") + " \(trafficClass)" }
        if hopLimit != 0 { text += (isOld ? " ttl" : " hoplimit") + " \(hopLimit)" }
        if flags != 0 { text += " flags 0x\(String(flags, radix: 16))" }
        return text
    }
}

extension VirtualRule {
    var dumped: String {
        var words: [String] = family == .v6 && source == nil && destination == nil ? ["inet6"] : []
        if isInverted { words.append("not") }
        words.append("from " + (source.map { networkNotation($0.address, $0.prefixLength) } ?? "all"))
        if let destination { words.append("to \(networkNotation(destination.address, destination.prefixLength))") }
        words.append("priority \(preference) tos 0x\(String(conditions.typeOfService, radix: 16))")
        if let mark {
            let mask = mark.mask == .max ? "" : "/0x\(String(mark.mask, radix: 16))"
            words.append("fwmark 0x\(String(mark.value, radix: 16))\(mask)")
        }
        if let inputInterface { words.append("iif \(inputInterface)") }
        if let outputInterface { words.append("oif \(outputInterface)") }
        if let length = conditions.suppressedLength { words.append("suppress_prefixlen \(length)") }
        if let group = conditions.suppressedGroup { words.append("suppress_ifgroup \(group)") }
        if let tunnel = conditions.tunnel { words.append("tunnel-id \(tunnel)") }
        if let users = conditions.users { words.append("uidrange \(users.lowerBound)-\(users.upperBound)") }
        if action == .vrf { words.append("l3mdev") }
        if isTracked { words.append("protocol 18") }
        if let transport = conditions.transport { words.append("ipproto \(transport)") }
        if let ports = conditions.sourcePorts { words.append("sport \(ports.lowerBound)-\(ports.upperBound)") }
        if let ports = conditions.destinationPorts { words.append("dport \(ports.lowerBound)-\(ports.upperBound)") }
        if conditions.realms != 0 { words.append("realms \(conditions.realms >> 16)/\(conditions.realms & 0xFFFF)") }
        switch action {
        case .lookup(let table): words.append("lookup \(table)")
        case .vrf: words.append("lookup 0")
        case .jump(let preference): words.append("goto \(preference)")
        case .nothing: words.append("nop")
        case .blackhole, .unreachable, .prohibit: words.append("type \(action)")
        }
        if !isTracked { words.append("no_track") }
        return words.joined(separator: " ")
    }
}

/// Each word of a command in quotes.
func commandNotation(_ words: [String]) -> String { words.map { "'\($0)'" }.joined(separator: " ") }

/// An address with the length of its prefix, unless that is the whole of it.
private func networkNotation(_ address: IPAddress, _ length: UInt8) -> String {
    length == address.family.hostPrefixLength ? "\(address)" : "\(address)/\(length)"
}

private func familyNotation(_ address: IPAddress) -> String { address.family == .v4 ? "inet" : "inet6" }

/// RT_SCOPE_* by its name in rtnetlink(7).
private func scopeNotation(_ scope: UInt8) -> String {
    switch scope {
    case 0: "global"
    case 200: "site"
    case 253: "link"
    case 254: "host"
    case 255: "nowhere"
    default: "\(scope)"
    }
}
