public import VRRPWire

/// A route of ours that the kernel reports; each way of one with several by itself.
public struct ObservedRoute: Hashable, Sendable {
    public var kind: VirtualRoute.Kind
    public var destination: IPAddress
    public var prefixLength: UInt8
    public var gateway: IPAddress?
    /// Nil where there is none, or none that has a name any more.
    public var interface: String?
    public var source: IPAddress?
    public var table: UInt32
    public var metric: UInt32
    /// IPv4 only.
    public var scope: UInt8
    /// By RTAX_*.
    public var metrics: [UInt8: UInt32]
    public var typeOfService: UInt8 = 0
    /// RTA_PREF, IPv6 only.
    public var preference: UInt8 = 0
    public var isOnLink: Bool
    /// Of one of several ways, 1 to 256; nil of the only one.
    public var weight: UInt16?
    /// RTA_SRC, IPv6 only.
    public var origin: VirtualRule.Network?
    public var congestionControl: String?
    /// The seconds that are left, the last one counted whole; nil of one without an end.
    public var lifetime: UInt32?
    public var realms: UInt32 = 0
    public var tunnel: RouteTunnel?

    public init(
        kind: VirtualRoute.Kind, destination: IPAddress, prefixLength: UInt8, gateway: IPAddress?, interface: String?,
        source: IPAddress?, table: UInt32, metric: UInt32, scope: UInt8 = 0, mtu: UInt32?, isOnLink: Bool
    ) {
        self.kind = kind
        self.destination = destination
        self.prefixLength = prefixLength
        self.gateway = gateway
        self.interface = interface
        self.source = source
        self.table = table
        self.metric = metric
        self.scope = scope
        metrics = mtu.map { [RouteMetric.mtu.rawValue: $0] } ?? [:]
        self.isOnLink = isOnLink
    }

    /// Whether this is what `wanted` asks for, or one of its ways; what it leaves to the kernel may be anything.
    public func satisfies(_ wanted: VirtualRoute) -> Bool { wanted.everyWay.contains { satisfies(wanted, by: $0) } }

    fileprivate func satisfies(_ wanted: VirtualRoute, by way: VirtualRoute.Way) -> Bool {
        guard kind == wanted.kind, destination == wanted.destination, prefixLength == wanted.prefixLength,
            table == wanted.table, metric == wanted.effectiveMetric, metrics == wanted.kernelMetrics,
            typeOfService == wanted.typeOfService, preference == wanted.preference, origin == wanted.origin,
            congestionControl == wanted.congestionControl, endsInTime(of: wanted), realms == way.realms
        else { return false }
        if let source = wanted.source, source != self.source { return false }
        guard kind.hasWay else { return true }
        guard tunnel == way.tunnel else { return false }
        if wanted.family == .v4, wanted.scope != scope { return false }
        if let interface = way.interface, interface != self.interface { return false }
        guard gateway == way.gateway, isOnLink == way.isOnLink else { return false }
        let share = wanted.ways.isEmpty ? nil : way.weight
        // IPv6 joins routes with one metric: the only way of one line is then one of several.
        return wanted.family == .v6 ? (weight ?? 1) == (share ?? 1) : weight == share
    }
}

extension ObservedRoute {
    /// The one thing of a route that cannot be compared: what is left is at most what was asked for.
    ///
    /// So a longer `expires` takes effect when the route is set the next time. Where it goes among others
    /// (``VirtualRoute/Placement``) is said to the kernel, which does not tell it back.
    fileprivate func endsInTime(of wanted: VirtualRoute) -> Bool {
        guard let rest = lifetime, let longest = wanted.lifetime else { return lifetime == wanted.lifetime }
        return rest <= longest
    }
}

extension VirtualRoute {
    /// Whether all of it is there.
    public func isPresent(among observed: [ObservedRoute]) -> Bool { missingWays(among: observed).isEmpty }

    /// Which of all its ways are not there.
    public func missingWays(among observed: [ObservedRoute]) -> [Int] {
        let everyWay = everyWay
        return everyWay.indices.filter { index in
            !observed.contains { $0.satisfies(self, by: everyWay[index]) }
        }
    }
}

/// One change to the routes of this host.
public enum RouteOperation: Hashable, Sendable {
    case add(VirtualRoute)
    /// Behind those of the same place, which go on being taken before it.
    case append(VirtualRoute)
    case remove(ObservedRoute)

    /// What it adds.
    public var addition: VirtualRoute? {
        switch self {
        case .add(let route), .append(let route): route
        case .remove: nil
        }
    }
}

/// The difference between the routes that should be on this host and those of ours that are.
///
/// As ``AddressPlan``. Invariants:
/// 1. What is not ours is not looked at, so it is never removed.
/// 2. Planning again after the operations were carried out yields nothing.
/// 3. A new route comes before an old one goes, where the kernel can tell the two apart.
/// 4. Routes are added in the order of the file, because one may lead to the gateway of the next, and removed from the end.
/// 5. Of IPv4 routes of one place the last of the file is taken first, as with keepalived, also when another is put back; those
///    with `append` are always put behind.
public enum RoutePlan {
    /// - Parameter observed: the routes that carry our mark, and may be removed.
    public static func operations(desired: [VirtualRoute], observed: [ObservedRoute]) -> [RouteOperation] {
        let missing = desired.indices.filter { !desired[$0].isPresent(among: observed) }
        var first: [RouteOperation] = []
        var last: [RouteOperation] = []
        for present in observed.reversed() where !desired.contains(where: { present.satisfies($0) }) {
            if missing.contains(where: { present.isMistaken(for: desired[$0]) }) {
                first.append(.remove(present))
            } else {
                last.append(.remove(present))
            }
        }
        let additions = missing.map { index -> RouteOperation in
            let wanted = desired[index]
            let isBehind =
                wanted.family == .v4 && wanted.placement == .before
                && desired.indices.contains {
                    $0 > index && !missing.contains($0) && desired[$0].placement != .behind
                        && desired[$0].isOnePlace(with: wanted)
                }
            return isBehind || wanted.placement == .behind ? .append(wanted) : .add(wanted)
        }
        return first + additions + last
    }
}

extension ObservedRoute: CustomStringConvertible {
    /// As `ip route` would show it, in short.
    public var description: String {
        var text = (kind == .unicast ? "" : "\(kind) ") + networkText(destination, prefixLength)
        if let origin { text += " from \(origin.address)/\(origin.prefixLength)" }
        if let gateway { text += " via \(gateway)" }
        if let interface { text += " dev \(interface)" }
        if table != VirtualRoute.mainTable { text += " table \(table)" }
        return text
    }

    /// Whether the kernel, asked to remove this one, could take `wanted` for it.
    ///
    /// IPv6 joins ways to one network with one metric, and keeps what joined them. A request without a gateway finds a
    /// route with one.
    fileprivate func isMistaken(for wanted: VirtualRoute) -> Bool {
        guard destination == wanted.destination, prefixLength == wanted.prefixLength, table == wanted.table,
            metric == wanted.effectiveMetric, typeOfService == wanted.typeOfService, origin == wanted.origin
        else { return false }
        if wanted.family == .v6 { return true }
        guard let way = wanted.everyWay.first else { return false }
        return (gateway == nil || gateway == way.gateway) && (way.interface == nil || interface == way.interface)
    }
}
