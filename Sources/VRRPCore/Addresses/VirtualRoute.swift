public import VRRPWire

/// A route that goes with the virtual addresses.
///
/// Source: keepalived: `virtual_routes` lines; the numbers are those of rtnetlink(7).
public struct VirtualRoute: Hashable, Sendable {
    /// What becomes of a packet that it fits: RTN_*.
    public enum Kind: UInt8, Sendable, CaseIterable {
        /// It is sent on.
        case unicast = 1
        /// It is this host's own.
        case local = 2
        /// It goes to everybody on the link, and as one of these it is this host's own.
        case broadcast = 3
        /// It is this host's own, as it is that of others.
        case anycast = 4
        /// It is sent to a group.
        case multicast = 5
        /// It is dropped in silence.
        case blackhole = 6
        /// Its sender is told that there is no way.
        case unreachable = 7
        /// Its sender is told that this is forbidden.
        case prohibit = 8
        /// The look-up goes on with the next rule.
        case `throw` = 9

        /// Whether it names an interface, and perhaps a router on it.
        public var hasWay: Bool { rawValue <= Kind.multicast.rawValue }
    }

    /// Where it goes among routes that are alike (`prepend`, `append`, `add`).
    public enum Placement: Hashable, Sendable {
        /// Before them.
        case before
        /// Behind them.
        case behind
        /// Nowhere as long as there is one, whoever has set it (NLM_F_EXCL).
        case alone
    }

    /// One of several ways (`nexthop`).
    public struct Way: Hashable, Sendable {
        /// The next router, of the destination's family; nil where the destination is on the link.
        public var gateway: IPAddress?
        /// Nil lets the kernel find the interface that the gateway is on.
        public var interface: String?
        /// 1 to 256: its share of the flows is that of the sum.
        public var weight: UInt16
        public var isOnLink: Bool
        /// RTA_FLOW: FROM in the upper half and TO in the lower one, 0 for none.
        ///
        /// IPv4 only.
        public var realms: UInt32 = 0
        /// What the packets are put into.
        public var tunnel: RouteTunnel?

        public init(gateway: IPAddress?, interface: String?, weight: UInt16 = 1, isOnLink: Bool = false) {
            self.gateway = gateway
            self.interface = interface
            self.weight = weight
            self.isOnLink = isOnLink
        }
    }

    public var kind: Kind
    /// The network, no bits set behind its prefix.
    public var destination: IPAddress
    /// 0 for the default route.
    public var prefixLength: UInt8
    /// The next router, of the destination's family; nil where the destination is on the link.
    public var gateway: IPAddress?
    /// Nil lets the kernel find the interface that the gateway is on.
    public var interface: String?
    /// The source of what this host itself sends (RTA_PREFSRC); nil leaves it to the kernel.
    public var source: IPAddress?
    /// 254 is main.
    public var table = VirtualRoute.mainTable
    /// Smaller ones are preferred; 0 is the kernel's own default, which is 0 for IPv4 and 1024 for IPv6.
    public var metric: UInt32 = 0
    /// RT_SCOPE_*, IPv4 only.
    ///
    /// keepalived: global, where `ip route` would take link for a route without a gateway.
    public var scope: UInt8 = 0
    /// None of them is 0, which leaves it to the kernel.
    public var metrics: [RouteMetric: UInt32] = [:]
    /// The metrics that stay as they are, whatever the kernel finds out.
    public var lockedMetrics: Set<RouteMetric> = []
    /// Only packets of this type of service take the route; 0 is all.
    ///
    /// IPv4 only.
    public var typeOfService: UInt8 = 0
    /// RTA_PREF, IPv6 only: 0 medium, 1 high, 3 low.
    public var preference: UInt8 = 0
    /// Only packets from this network take the route (RTA_SRC); IPv6 only.
    public var origin: VirtualRule.Network?
    /// The name of the congestion control of TCP (RTAX_CC_ALGO); nil leaves it to the kernel.
    public var congestionControl: String?
    /// With `lock`: what a program chooses for itself does not count.
    public var isCongestionControlLocked = false
    /// After how many seconds the kernel takes it off (RTA_EXPIRES); IPv6 only.
    public var lifetime: UInt32?
    /// As ``Way/realms``.
    public var realms: UInt32 = 0
    /// What the packets are put into.
    public var tunnel: RouteTunnel?
    public var placement = Placement.before
    /// `onlink`: the gateway is on the link although no address of ours says so.
    public var isOnLink = false
    /// Several ways at once, two at least, instead of `gateway`, `interface`, `isOnLink`, `realms` and `tunnel`; else
    /// empty.
    public var ways: [Way] = []
    /// False with `no_track`: whoever removes it has removed it, and its interface does not count.
    public var isTracked = true

    public static let mainTable: UInt32 = 254
    private static let usualMetricIPv6: UInt32 = 1024

    public init(kind: Kind = .unicast, destination: IPAddress, prefixLength: UInt8) {
        self.kind = kind
        self.destination = destination
        self.prefixLength = prefixLength
    }

    public var family: AddressFamily { destination.family }

    /// Octets; nil is the interface's.
    public var mtu: UInt32? {
        get { metrics[.mtu] }
        set { metrics[.mtu] = newValue }
    }

    /// As the kernel tells them, by RTAX_*.
    var kernelMetrics: [UInt8: UInt32] {
        var numbers: [UInt8: UInt32] = [:]
        for (metric, value) in metrics { numbers[metric.rawValue] = value }
        if lockMask != 0 { numbers[RouteMetric.lockNumber] = lockMask }
        return numbers
    }

    /// The bits of RTAX_LOCK.
    public var lockMask: UInt32 {
        let congestion: UInt32 = isCongestionControlLocked ? 1 << UInt32(RouteMetric.congestionControlNumber) : 0
        return lockedMetrics.reduce(congestion) { $0 | 1 << UInt32($1.rawValue) }
    }

    /// Whether the kernel, asked for a route to this network, has the choice between the two.
    public func isOnePlace(with other: VirtualRoute) -> Bool { place == other.place }

    /// What the kernel goes by when it is asked for a route to a network.
    public struct Place: Hashable, Sendable {
        private let destination: IPAddress
        private let prefixLength: UInt8
        private let table: UInt32
        private let metric: UInt32
        private let typeOfService: UInt8
        private let origin: VirtualRule.Network?

        init(_ route: VirtualRoute) {
            (destination, prefixLength, table) = (route.destination, route.prefixLength, route.table)
            (metric, typeOfService, origin) = (route.effectiveMetric, route.typeOfService, route.origin)
        }
    }

    public var place: Place { Place(self) }

    /// Whether it is put back when it goes: one with an end is not, whatever has ended it.
    public var isKept: Bool { isTracked && lifetime == nil }

    /// Its ways, whether one or several.
    public var everyWay: [Way] {
        if !ways.isEmpty { return ways }
        var way = Way(gateway: gateway, interface: interface, isOnLink: isOnLink)
        (way.realms, way.tunnel) = (realms, tunnel)
        return [way]
    }

    /// As the kernel tells it.
    public var effectiveMetric: UInt32 { family == .v6 && metric == 0 ? Self.usualMetricIPv6 : metric }
}

extension VirtualRoute: CustomStringConvertible {
    /// As it is written in a file, with what differs from the defaults.
    public var description: String {
        var text = (kind == .unicast ? "" : "\(kind) ") + networkText(destination, prefixLength)
        if let origin { text += " from \(origin.address)/\(origin.prefixLength)" }
        if let gateway { text += " via \(gateway)" }
        if let interface { text += " dev \(interface)" }
        if let source { text += " src \(source)" }
        if typeOfService != 0 { text += " tos \(typeOfService)" }
        if table != Self.mainTable { text += " table \(table)" }
        if metric != 0 { text += " metric \(metric)" }
        if scope != 0 { text += " scope \(scope)" }
        for metric in RouteMetric.allCases {
            guard let value = metrics[metric] else { continue }
            let written = metric == .features ? "ecn" : "\(value / metric.scale)"
            text += " \(metric.keyword) " + (lockedMetrics.contains(metric) ? "lock " : "") + written
        }
        if let congestionControl {
            text += " congctl " + (isCongestionControlLocked ? "lock " : "") + congestionControl
        }
        text += realmsText(realms)
        if let lifetime { text += " expires \(lifetime)" }
        switch preference {
        case 1: text += " pref high"
        case 3: text += " pref low"
        default: break
        }
        if isOnLink { text += " onlink" }
        switch placement {
        case .before: break
        case .behind: text += " append"
        case .alone: text += " add"
        }
        if !isTracked { text += " no_track" }
        if let tunnel { text += " \(tunnel)" }
        return text + ways.map { " nexthop\($0)" }.joined()
    }
}

extension VirtualRoute.Way: CustomStringConvertible {
    /// What follows `nexthop`.
    public var description: String {
        (gateway.map { " via \($0)" } ?? "") + (interface.map { " dev \($0)" } ?? "") + " weight \(weight)"
            + (isOnLink ? " onlink" : "") + realmsText(realms) + (tunnel.map { " \($0)" } ?? "")
    }
}

private func realmsText(_ realms: UInt32) -> String {
    if realms == 0 { return "" }
    return " realms " + (realms >> 16 == 0 ? "" : "\(realms >> 16)/") + "\(realms & 0xFFFF)"
}

/// `default`, `inet6 default`, `10.0.0.0/8`.
func networkText(_ destination: IPAddress, _ length: UInt8) -> String {
    if length > 0 { return "\(destination)/\(length)" }
    return destination.family == .v4 ? "default" : "inet6 default"
}
