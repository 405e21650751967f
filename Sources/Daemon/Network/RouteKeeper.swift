internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// Carries out route plans, and knows which routes are ours: those that carry our mark (RTPROT_*).
final class RouteKeeper {
    private let commands: RouteSocket
    private let log: Log
    /// Those of ours, as the kernel said last and as we have changed them since.
    private var present: [KernelRoute] = []
    /// Routes that somebody else has set just so; IPv6 has no room for a second one.
    private var foreign: Set<VirtualRoute> = []
    private var limiter = LineLimiter<Failure>()

    /// One for each route of the configuration and error, so that there is an end to them.
    private struct Failure: Hashable {
        var route: VirtualRoute?
        var code: Int32
    }

    /// EEXIST and ESRCH.
    private static let exists: Int32 = 17
    private static let noSuchRoute: Int32 = 3

    init(log: Log) throws(SystemError) {
        commands = try RouteSocket()
        self.log = log
    }

    /// The netlink port from which routes are changed.
    var port: UInt32 { commands.port }

    /// Whether it matters to us when others remove routes of their own.
    var dependsOnOthers: Bool { !foreign.isEmpty }

    /// Asks the kernel which routes are ours.
    func reread(at now: MonotonicInstant) {
        do throws(SystemError) {
            present = try commands.routes(marked: addressMark)
            foreign = []
        } catch {
            guard let more = limiter.pass(Failure(route: nil, code: error.code), at: now) else { return }
            log.error("\(error); what is known of our routes may be old until something changes on this host\(more)")
        }
    }

    /// Our routes in the words of the plan.
    func observed(in table: InterfaceTable) -> [ObservedRoute] { present.compactMap { Self.observed($0, in: table) } }

    private static func observed(_ route: KernelRoute, in table: InterfaceTable) -> ObservedRoute? {
        guard let kind = VirtualRoute.Kind(rawValue: route.kind) else { return nil }
        var observed = ObservedRoute(
            kind: kind, destination: route.destination, prefixLength: route.prefixLength, gateway: route.gateway,
            interface: route.interfaceIndex.flatMap { table.link(at: $0)?.name }, source: route.source,
            table: route.table, metric: route.metric, scope: route.scope, mtu: nil, isOnLink: route.isOnLink)
        observed.metrics = route.metrics
        observed.typeOfService = route.typeOfService
        observed.preference = route.preference
        observed.weight = route.weight
        observed.origin = route.origin.map { VirtualRule.Network(address: $0, prefixLength: route.originLength) }
        observed.congestionControl = route.congestionControl
        observed.lifetime = route.lifetime
        observed.realms = route.realms
        observed.tunnel = route.tunnel.map(RouteTunnel.init)
        return observed
    }

    /// Whether a route is there, whoever has set it.
    func isPresent(_ route: VirtualRoute, in table: InterfaceTable) -> Bool {
        foreign.contains(route) || route.isPresent(among: observed(in: table))
    }

    /// Whether somebody else has set it, so that it cannot be set a second time.
    func isForeign(_ route: VirtualRoute) -> Bool { foreign.contains(route) }

    /// What the kernel is asked for, one for each way; nil when there is no interface of that name.
    func requests(_ route: VirtualRoute, in table: InterfaceTable) -> [KernelRoute]? {
        var requests: [KernelRoute] = []
        for way in route.everyWay {
            var index: UInt32?
            if let name = way.interface {
                guard let link = table.link(named: name) else { return nil }
                index = link.index
            }
            var request = KernelRoute(
                kind: route.kind.rawValue, destination: route.destination, prefixLength: route.prefixLength,
                table: route.table, metric: route.effectiveMetric, scope: route.scope, protocolMark: addressMark,
                gateway: way.gateway, interfaceIndex: index, source: route.source, isOnLink: way.isOnLink)
            for (metric, value) in route.metrics { request.metrics[metric.rawValue] = value }
            if route.lockMask != 0 { request.metrics[RouteMetric.lockNumber] = route.lockMask }
            request.typeOfService = route.typeOfService
            request.preference = route.preference
            request.weight = route.ways.isEmpty ? nil : way.weight
            if let origin = route.origin {
                (request.origin, request.originLength) = (origin.address, origin.prefixLength)
            }
            request.congestionControl = route.congestionControl
            request.lifetime = route.lifetime
            request.realms = way.realms
            request.tunnel = way.tunnel.map(KernelTunnel.init)
            requests.append(request)
        }
        return requests
    }

    /// Carries out one plan.
    ///
    /// - Returns: the routes that were added.
    func carryOut(
        _ operations: [RouteOperation], for router: String, at now: MonotonicInstant, in table: InterfaceTable
    ) -> [VirtualRoute] {
        var added: [VirtualRoute] = []
        for operation in operations {
            switch operation {
            case .add(let route), .append(let route):
                let isBehind = if case .append = operation { true } else { false }
                if add(route, behind: isBehind, for: router, at: now, in: table) { added.append(route) }
            case .remove(let route): remove(route, for: router, at: now, in: table)
            }
        }
        return added
    }

    private func add(
        _ route: VirtualRoute, behind isBehind: Bool, for router: String, at now: MonotonicInstant,
        in table: InterfaceTable
    ) -> Bool {
        guard let requests = requests(route, in: table) else {
            if let more = limiter.pass(Failure(route: route, code: 0), at: now) {
                let names = route.everyWay.compactMap(\.interface).filter { table.link(named: $0) == nil }
                log.error(
                    "(\(router)) cannot set the route \(route): there is no interface "
                        + "\(names.joined(separator: ", "))\(more)")
            }
            return false
        }
        do throws(SystemError) {
            // IPv6 has each way by itself, and refuses one that is there already.
            let batches =
                route.family == .v4 ? [requests] : route.missingWays(among: observed(in: table)).map { [requests[$0]] }
            // Beside its first way no other one would be alone.
            var isAlone = route.placement == .alone && batches.joined().count == requests.count
            for ways in batches {
                try commands.add(ways, isBehind ? .behind : isAlone ? .alone : .before)
                isAlone = false
                present += ways
            }
        } catch  where error.code == Self.exists && route.placement == .alone {
            if let more = limiter.pass(Failure(route: route, code: error.code), at: now) {
                log.warning(
                    "(\(router)) does not set the route \(route): there is another one to this network with this metric, and "
                        + "the line says `add`; it is tried again\(more)")
            }
            return false
        } catch  where error.code == Self.exists {
            foreign.insert(route)
            log.debug("(\(router)) the route \(route) is there already, and was not set by us")
            return false
        } catch {
            if let more = limiter.pass(Failure(route: route, code: error.code), at: now) {
                log.error("(\(router)) cannot set the route \(route): \(error); it is tried again\(more)")
            }
            return false
        }
        return true
    }

    private func remove(
        _ route: ObservedRoute, for router: String, at now: MonotonicInstant, in table: InterfaceTable
    ) {
        guard let index = present.firstIndex(where: { Self.observed($0, in: table) == route }) else { return }
        do throws(SystemError) {
            try commands.remove(present[index])
        } catch  where error.code == Self.noSuchRoute {
            // The kernel takes routes off with an interface or an address, and says nothing of IPv4 ones.
            log.debug("(\(router)) the route \(route) is gone already")
        } catch {
            if let more = limiter.pass(Failure(route: nil, code: error.code), at: now) {
                log.error("(\(router)) cannot remove the route \(route): \(error)\(more)")
            }
            return
        }
        present.remove(at: index)
    }
}

extension RouteTunnel {
    fileprivate init(_ tunnel: KernelTunnel) {
        self.init(family: tunnel.family)
        (id, destination, source) = (tunnel.id, tunnel.destination, tunnel.source)
        (trafficClass, hopLimit, flags) = (tunnel.trafficClass, tunnel.hopLimit, tunnel.flags)
    }
}

extension KernelTunnel {
    fileprivate init(_ tunnel: RouteTunnel) {
        self.init(family: tunnel.family)
        (id, destination, source) = (tunnel.id, tunnel.destination, tunnel.source)
        (trafficClass, hopLimit, flags) = (tunnel.trafficClass, tunnel.hopLimit, tunnel.flags)
    }
}
