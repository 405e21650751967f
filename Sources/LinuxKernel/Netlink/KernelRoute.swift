internal import CLinux
internal import Glibc
package import VRRPWire

/// An entry of a routing table with one way, or one way of an entry: to be added or removed, or as the kernel reports it.
package struct KernelRoute: Hashable, Sendable {
    /// RTN_*: 1 is unicast.
    package var kind: UInt8
    package var destination: IPAddress
    package var prefixLength: UInt8
    package var table: UInt32
    /// RTA_PRIORITY.
    package var metric: UInt32
    /// RT_SCOPE_*, IPv4 only.
    package var scope: UInt8
    /// RTPROT_*: who put it there.
    package var protocolMark: UInt8
    package var gateway: IPAddress?
    /// Nil lets the kernel choose the one that the gateway is on.
    package var interfaceIndex: UInt32?
    /// RTA_PREFSRC.
    package var source: IPAddress?
    /// RTA_METRICS, by RTAX_*.
    package var metrics: [UInt8: UInt32] = [:]
    /// rtm_tos, IPv4 only.
    package var typeOfService: UInt8 = 0
    /// RTA_PREF, IPv6 only: 0 is medium.
    package var preference: UInt8 = 0
    package var isOnLink: Bool
    /// Of one of several ways, 1 to 256; nil of the only one.
    package var weight: UInt16?
    /// RTA_SRC: the network whose packets take it, IPv6 only.
    package var origin: IPAddress?
    package var originLength: UInt8 = 0
    /// RTAX_CC_ALGO.
    package var congestionControl: String?
    /// RTA_EXPIRES: in how many seconds the kernel takes it off; one that has begun counts.
    package var lifetime: UInt32?
    /// RTA_FLOW, IPv4 only.
    package var realms: UInt32 = 0
    /// RTA_ENCAP.
    package var tunnel: KernelTunnel?

    package init(
        kind: UInt8 = 1, destination: IPAddress, prefixLength: UInt8, table: UInt32 = 254, metric: UInt32 = 0,
        scope: UInt8 = 0, protocolMark: UInt8, gateway: IPAddress? = nil, interfaceIndex: UInt32? = nil,
        source: IPAddress? = nil, mtu: UInt32? = nil, isOnLink: Bool = false
    ) {
        self.kind = kind
        self.destination = destination
        self.prefixLength = prefixLength
        self.table = table
        self.metric = metric
        self.scope = scope
        self.protocolMark = protocolMark
        self.gateway = gateway
        self.interfaceIndex = interfaceIndex
        self.source = source
        if let mtu { metrics[UInt8(Attribute.mtu)] = mtu }
        self.isOnLink = isOnLink
    }
}

/// The attributes of <linux/rtnetlink.h>, as numbers.
private enum Attribute {
    static let destination = Int(RTA_DST.rawValue)
    static let origin = Int(RTA_SRC.rawValue)
    static let realms = Int(RTA_FLOW.rawValue)
    static let cache = Int(RTA_CACHEINFO.rawValue)
    static let lifetime = Int(RTA_EXPIRES.rawValue)
    static let tunnel = Int(RTA_ENCAP.rawValue)
    static let tunnelKind = Int(RTA_ENCAP_TYPE.rawValue)
    static let interface = Int(RTA_OIF.rawValue)
    static let gateway = Int(RTA_GATEWAY.rawValue)
    static let priority = Int(RTA_PRIORITY.rawValue)
    static let preferredSource = Int(RTA_PREFSRC.rawValue)
    static let metrics = Int(RTA_METRICS.rawValue)
    static let ways = Int(RTA_MULTIPATH.rawValue)
    static let table = Int(RTA_TABLE.rawValue)
    static let preference = Int(RTA_PREF.rawValue)
    static let mtu = Int(RTAX_MTU)
    static let congestionControl = Int(RTAX_CC_ALGO)
}

extension KernelRoute {
    private static let headerSize = 12
    /// The bits of rtm_flags and rtnh_flags.
    private static let onLink: UInt32 = 0x4
    private static let cloned: UInt32 = 0x200
    /// RTN_UNICAST, RTN_LOCAL, RTN_BROADCAST, RTN_ANYCAST and RTN_MULTICAST.
    private static let kindsWithWays: ClosedRange<UInt8> = 1...5
    /// USER_HZ: the units of rta_expires in a second.
    private static let ticksInSecond: UInt32 = 100
    /// RT_SCOPE_NOWHERE: in a request to remove, any scope.
    private static let anyScope: UInt8 = 255

    /// Appends the routes that an rtmsg and its attributes describe: one for each way of a route with several.
    static func read(_ bytes: Span<UInt8>, _ payload: Range<Int>, into routes: inout [KernelRoute]) {
        let start = payload.lowerBound
        guard payload.count >= headerSize, let family = AddressFamily(kernel: Int32(bytes[start])),
            let flags = bytes.hostUInt32(at: start + 8), flags & cloned == 0
        else { return }
        // The default route comes without a destination.
        var route = KernelRoute(
            kind: bytes[start + 7], destination: family == .v4 ? .v4(.any) : .v6(.any),
            prefixLength: bytes[start + 1], table: UInt32(bytes[start + 4]), scope: bytes[start + 6],
            protocolMark: bytes[start + 5], isOnLink: flags & onLink != 0)
        if family == .v4 { route.typeOfService = bytes[start + 3] }
        route.originLength = bytes[start + 2]
        var ways: Range<Int>?
        let attributes = start + headerSize..<payload.upperBound
        forEachAttribute(of: bytes, in: attributes) { type, value in
            if type == Attribute.ways { ways = value } else { route.take(type, value, of: bytes) }
        }
        route.readTunnel(of: bytes, in: attributes)
        guard let ways else { return routes.append(route) }
        route.readWays(of: bytes, in: ways, into: &routes)
    }

    /// Reads the rtnexthop structures of a route with several ways.
    private func readWays(of bytes: Span<UInt8>, in range: Range<Int>, into routes: inout [KernelRoute]) {
        let size = 8
        var offset = range.lowerBound
        while offset + size <= range.upperBound, let length = bytes.hostUInt16(at: offset).map(Int.init),
            let index = bytes.hostUInt32(at: offset + 4), length >= size, length <= range.upperBound - offset
        {
            var way = self
            way.interfaceIndex = index
            way.isOnLink = UInt32(bytes[offset + 2]) & Self.onLink != 0
            // rtnh_hops is one less.
            way.weight = UInt16(bytes[offset + 3]) + 1
            forEachAttribute(of: bytes, in: offset + size..<offset + length) { type, value in
                way.take(type, value, of: bytes)
            }
            way.readTunnel(of: bytes, in: offset + size..<offset + length)
            routes.append(way)
            offset += (length + 3) & ~3
        }
    }

    private mutating func take(_ type: Int, _ value: Range<Int>, of bytes: Span<UInt8>) {
        let family = destination.family
        switch type {
        case Attribute.destination: destination = IPAddress(bytes, value, family) ?? destination
        case Attribute.gateway: gateway = IPAddress(bytes, value, family)
        case Attribute.preferredSource: source = IPAddress(bytes, value, family)
        case Attribute.interface: interfaceIndex = bytes.hostUInt32(at: value.lowerBound)
        case Attribute.priority: metric = bytes.hostUInt32(at: value.lowerBound) ?? metric
        case Attribute.table: table = bytes.hostUInt32(at: value.lowerBound) ?? table
        case Attribute.metrics:
            var metrics: [UInt8: UInt32] = [:]
            var congestionControl: String?
            forEachAttribute(of: bytes, in: value) { type, value in
                if type == Attribute.congestionControl {
                    congestionControl = bytes.text(in: value)
                    return
                }
                guard let number = UInt8(exactly: type) else { return }
                metrics[number] = bytes.hostUInt32(at: value.lowerBound)
            }
            (self.metrics, self.congestionControl) = (metrics, congestionControl)
        case Attribute.origin: origin = IPAddress(bytes, value, family)
        case Attribute.realms: realms = bytes.hostUInt32(at: value.lowerBound) ?? realms
        case Attribute.cache:
            // The third of its numbers is signed; 0 is no end.
            guard let ticks = bytes.hostUInt32(at: value.lowerBound + 8), ticks != 0 else { return }
            let left = UInt32(clamping: Int32(bitPattern: ticks))
            lifetime = left / Self.ticksInSecond + (left % Self.ticksInSecond == 0 ? 0 : 1)
        case Attribute.preference: if !value.isEmpty { preference = bytes[value.lowerBound] }
        default: break
        }
    }

    /// The two attributes that are one thing, in whichever order they come.
    private mutating func readTunnel(of bytes: Span<UInt8>, in range: Range<Int>) {
        var (kind, content): (UInt16?, Range<Int>?) = (nil, nil)
        forEachAttribute(of: bytes, in: range) { type, value in
            switch type {
            case Attribute.tunnelKind: kind = bytes.hostUInt16(at: value.lowerBound)
            case Attribute.tunnel: content = value
            default: break
            }
        }
        guard let kind, let content else { return }
        tunnel = KernelTunnel(kind: kind, bytes, content)
    }

    var words: String {
        var text = "route \(destination)/\(prefixLength)"
        if let origin { text += " from \(origin)/\(originLength)" }
        if let gateway { text += " via \(gateway)" }
        if let interfaceIndex { text += " dev \(interfaceLabel(interfaceIndex))" }
        return text
    }

    /// The message that adds it, or what finds it again to remove it.
    ///
    /// - Parameter ways: it and its other ways, when it is one of several.
    fileprivate func write(to request: inout NetlinkRequest, ways: [KernelRoute], toRemove isRemoval: Bool) {
        let isOneWay = ways.isEmpty
        request.append(UInt8(destination.family.kernelValue))
        request.append(prefixLength)
        request.append(originLength)
        request.append(typeOfService)
        // Greater numbers have room in the attribute only.
        request.append(UInt8(exactly: table) ?? 0)
        request.append(protocolMark)
        request.append(isRemoval ? Self.anyScope : scope)
        request.append(kind)
        request.append(isOneWay && isOnLink ? Self.onLink : 0)
        request.append(attribute: Attribute.destination, destination.octets)
        if let origin { request.append(attribute: Attribute.origin, origin.octets) }
        request.append(attribute: Attribute.table, table)
        if metric != 0 { request.append(attribute: Attribute.priority, metric) }
        if Self.kindsWithWays.contains(kind), isOneWay {
            if let gateway { request.append(attribute: Attribute.gateway, gateway.octets) }
            if let interfaceIndex { request.append(attribute: Attribute.interface, interfaceIndex) }
        }
        if isRemoval { return }
        if let source { request.append(attribute: Attribute.preferredSource, source.octets) }
        if let lifetime { request.append(attribute: Attribute.lifetime, lifetime) }
        if isOneWay { writeMarks(to: &request) }
        writeMetrics(to: &request)
        if preference != 0 { request.append(attribute: Attribute.preference, [preference]) }
        if !isOneWay { request.append(attribute: Attribute.ways, ways.flatMap(\.nextHop)) }
    }

    /// What each of several ways has for itself.
    private func writeMarks(to request: inout NetlinkRequest) {
        if realms != 0 { request.append(attribute: Attribute.realms, realms) }
        guard let tunnel else { return }
        request.append(nested: Attribute.tunnel) { tunnel.write(to: &$0) }
        request.append(attribute: Attribute.tunnelKind, tunnel.kindOctets)
    }

    private func writeMetrics(to request: inout NetlinkRequest) {
        if metrics.isEmpty, congestionControl == nil { return }
        var list = NetlinkRequest(type: 0, flags: 0, sequence: 0)
        for (number, value) in metrics.sorted(by: { $0.key < $1.key }) {
            list.append(attribute: Int(number), value)
        }
        if let congestionControl { list.append(attribute: Attribute.congestionControl, Array(congestionControl.utf8)) }
        request.append(attribute: Attribute.metrics, Array(list.bytes.dropFirst(NetlinkHeader.size)))
    }

    /// An rtnexthop structure with its gateway and its marks.
    private var nextHop: [UInt8] {
        var attributes = NetlinkRequest(type: 0, flags: 0, sequence: 0)
        if let gateway { attributes.append(attribute: Attribute.gateway, gateway.octets) }
        writeMarks(to: &attributes)
        let list = attributes.bytes.dropFirst(NetlinkHeader.size)
        var part = NetlinkRequest(type: 0, flags: 0, sequence: 0)
        part.append(UInt16(8 + list.count))
        part.append(isOnLink ? UInt8(Self.onLink) : 0)
        // rtnh_hops: one less than the weight.
        part.append(UInt8(clamping: (weight ?? 1) - 1))
        part.append(interfaceIndex ?? 0)
        return Array(part.bytes.dropFirst(NetlinkHeader.size)) + list
    }
}

extension NetlinkRequest {
    /// - Parameter ways: the route, or all its ways, which differ in nothing else.
    mutating func append(routeMessage ways: [KernelRoute]) {
        guard let route = ways.first else { preconditionFailure("a route has a way") }
        route.write(to: &self, ways: route.weight == nil ? [] : ways, toRemove: false)
    }
    mutating func append(routeRemoval route: KernelRoute) { route.write(to: &self, ways: [], toRemove: true) }
}

extension RouteSocket {
    /// The routes of every table that carry `mark`.
    package func routes(marked mark: UInt8) throws(SystemError) -> [KernelRoute] {
        try routes(mark: mark).filter { $0.protocolMark == mark }
    }

    /// The routes of every table that lead through an interface.
    package func routes(through interfaceIndex: UInt32) throws(SystemError) -> [KernelRoute] {
        try routes(interfaceIndex: interfaceIndex).filter { $0.interfaceIndex == interfaceIndex }
    }

    /// The kernel leaves out those with another mark or interface; before 4.20 it lists everything.
    private func routes(mark: UInt8 = 0, interfaceIndex: UInt32? = nil) throws(SystemError) -> [KernelRoute] {
        var found: [KernelRoute] = []
        for family in [AddressFamily.v4, .v6] {
            let routes: [KernelRoute] = try dump(RTM_GETROUTE, "list routes") { request in
                request.append(UInt8(family.kernelValue))
                request.append(UInt8(0))
                request.append(UInt16(0))
                request.append(UInt8(0))
                request.append(mark)
                request.append(UInt16(0))
                request.append(UInt32(0))
                if let interfaceIndex { request.append(attribute: Int(RTA_OIF.rawValue), interfaceIndex) }
            } reading: { bytes, header, routes in
                if Int(header.type) == RTM_NEWROUTE { KernelRoute.read(bytes, header.payload, into: &routes) }
            }
            // A kernel without IPv6 lists the other family.
            found += routes.filter { $0.destination.family == family }
        }
        return found
    }

    /// Where a new route goes among those that are alike.
    package enum Place: Sendable {
        case before, behind
        /// Nowhere, and EEXIST, where there is one.
        case alone

        fileprivate var flags: Int {
            switch self {
            case .before: 0
            case .behind: Int(NLM_F_APPEND)
            case .alone: Int(NLM_F_EXCL)
            }
        }
    }

    /// Puts a route before those that are alike; EEXIST when it is there already.
    package func add(_ route: KernelRoute) throws(SystemError) { try add([route]) }

    /// Puts a route with all its ways where `place` says.
    package func add(_ ways: [KernelRoute], _ place: Place = .before) throws(SystemError) {
        let words = ways.map(\.words).joined(separator: ", ")
        try command(RTM_NEWROUTE, flags: Int(NLM_F_CREATE) | place.flags, "add \(words)") {
            $0.append(routeMessage: ways)
        }
    }

    /// Takes off a route that carries the same mark; ESRCH when there is none.
    ///
    /// Of one with several ways the first stands for all in IPv4, and each for itself in IPv6.
    package func remove(_ route: KernelRoute) throws(SystemError) {
        try command(RTM_DELROUTE, flags: 0, "remove \(route.words)") { $0.append(routeRemoval: route) }
    }
}
