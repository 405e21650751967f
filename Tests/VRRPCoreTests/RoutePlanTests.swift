import Testing
import VRRPCore
import VRRPWire

@Suite struct `Route plan` {
    private func wanted(_ text: String, _ length: UInt8, via gateway: String? = nil) -> VirtualRoute {
        var route = VirtualRoute(destination: IPAddress(text)!, prefixLength: length)
        route.gateway = gateway.flatMap { IPAddress($0) }
        route.interface = "eth0"
        return route
    }

    private func there(_ route: VirtualRoute) -> ObservedRoute {
        var present = ObservedRoute(
            kind: route.kind, destination: route.destination, prefixLength: route.prefixLength,
            gateway: route.gateway, interface: route.interface, source: route.source, table: route.table,
            metric: route.effectiveMetric, mtu: route.mtu, isOnLink: route.isOnLink)
        (present.realms, present.tunnel, present.origin) = (route.realms, route.tunnel, route.origin)
        (present.congestionControl, present.lifetime) = (route.congestionControl, route.lifetime)
        if route.isCongestionControlLocked { present.metrics[1] = 1 << 16 }
        return present
    }

    @Test func `what is missing is added in order, and what is left over is removed from its end`() {
        let routes = [wanted("10.0.0.254", 32), wanted("0.0.0.0", 0, via: "10.0.0.254")]
        #expect(RoutePlan.operations(desired: routes, observed: []) == routes.map { .add($0) })
        #expect(
            RoutePlan.operations(desired: [], observed: routes.map(there))
                == routes.reversed().map { .remove(there($0)) }
        )
        #expect(RoutePlan.operations(desired: routes, observed: routes.map(there)).isEmpty)
    }

    @Test func `a route by another gateway comes before the old one goes`() {
        let (old, new) = (wanted("10.0.0.0", 8, via: "192.0.2.1"), wanted("10.0.0.0", 8, via: "192.0.2.2"))
        #expect(RoutePlan.operations(desired: [new], observed: [there(old)]) == [.add(new), .remove(there(old))])
    }

    @Test func `what the kernel could not tell apart goes first`() {
        let old = wanted("10.0.0.0", 8, via: "192.0.2.1")
        var new = old
        new.mtu = 1400
        #expect(RoutePlan.operations(desired: [new], observed: [there(old)]) == [.remove(there(old)), .add(new)])
        let (old6, new6) = (wanted("2001:db8::", 32, via: "fe80::1"), wanted("2001:db8::", 32, via: "fe80::2"))
        #expect(RoutePlan.operations(desired: [new6], observed: [there(old6)]) == [.remove(there(old6)), .add(new6)])
    }

    @Test func `a request to remove a route without a gateway would find one with it, which therefore waits`() {
        let (old, new) = (wanted("10.0.0.0", 8), wanted("10.0.0.0", 8, via: "192.0.2.2"))
        #expect(RoutePlan.operations(desired: [new], observed: [there(old)]) == [.remove(there(old)), .add(new)])
    }

    @Test func `of two routes of one place the last stays in front when the first is put back`() {
        let (first, last) = (wanted("10.0.0.0", 8, via: "192.0.2.1"), wanted("10.0.0.0", 8, via: "192.0.2.2"))
        #expect(RoutePlan.operations(desired: [first, last], observed: []) == [.add(first), .add(last)])
        #expect(RoutePlan.operations(desired: [first, last], observed: [there(last)]) == [.append(first)])
        #expect(RoutePlan.operations(desired: [first, last], observed: [there(first)]) == [.add(last)])
        // IPv6 has no order among them.
        let (one, two) = (wanted("2001:db8::", 32, via: "fe80::1"), wanted("2001:db8::", 32, via: "fe80::2"))
        #expect(RoutePlan.operations(desired: [one, two], observed: [there(two)]) == [.add(one)])
    }

    @Test func `a route with several ways is there when each of them is, with its weight`() {
        var route = wanted("10.0.0.0", 8)
        route.interface = nil
        route.ways = [
            .init(gateway: IPAddress("192.0.2.1"), interface: "eth0", weight: 1),
            .init(gateway: IPAddress("192.0.2.2"), interface: "eth0", weight: 2),
        ]
        var ways = route.ways.map { way in
            var present = there(route)
            (present.gateway, present.interface, present.weight) = (way.gateway, way.interface, way.weight)
            return present
        }
        #expect(RoutePlan.operations(desired: [route], observed: ways).isEmpty)
        #expect(route.missingWays(among: [ways[1]]) == [0])
        #expect(RoutePlan.operations(desired: [route], observed: [ways[0]]) == [.add(route)])
        #expect(RoutePlan.operations(desired: [], observed: ways) == ways.reversed().map { .remove($0) })
        ways[1].weight = 1
        #expect(!route.isPresent(among: ways))
        // A route of its own is none of several ways.
        #expect(!ways[0].satisfies(wanted("10.0.0.0", 8, via: "192.0.2.1")))
    }

    @Test func `metrics, their locks and the type of service tell routes apart`() {
        var route = wanted("10.0.0.0", 8, via: "192.0.2.1")
        (route.metrics, route.lockedMetrics, route.typeOfService) = ([.mtu: 1400, .rtt: 160], [.mtu], 16)
        var present = there(route)
        #expect(!present.satisfies(route))
        (present.metrics, present.typeOfService) = ([1: 4, 2: 1400, 4: 160], 16)
        #expect(present.satisfies(route))
        present.metrics[1] = nil
        #expect(!present.satisfies(route))
        #expect("\(route)" == "10.0.0.0/8 via 192.0.2.1 dev eth0 tos 16 mtu lock 1400 rtt 20")
    }

    @Test func `realms, tunnels, origins and congestion control tell routes apart`() {
        let plain = wanted("10.0.0.0", 8, via: "192.0.2.1")
        var tunnel = RouteTunnel(family: .v4)
        (tunnel.id, tunnel.destination) = (7, IPAddress("198.51.100.1"))
        var other = tunnel
        other.flags = 256
        let changes: [(inout VirtualRoute) -> Void] = [
            { $0.realms = 5 }, { $0.tunnel = tunnel }, { $0.tunnel = other }, { $0.congestionControl = "reno" },
            { ($0.congestionControl, $0.isCongestionControlLocked) = ("reno", true) }, { $0.lifetime = 5 },
        ]
        var all = [plain]
        for change in changes {
            var route = plain
            change(&route)
            all.append(route)
        }
        for (index, route) in all.enumerated() {
            for (place, other) in all.enumerated() {
                #expect(there(other).satisfies(route) == (index == place), "\(route) and \(other)")
            }
        }
        var blackhole = wanted("10.1.0.0", 16)
        (blackhole.kind, blackhole.interface, blackhole.realms) = (.blackhole, nil, 5)
        #expect(there(blackhole).satisfies(blackhole))
        var six = wanted("2001:db8::", 32, via: "fe80::1")
        six.origin = .init(address: IPAddress("2001:db8:1::")!, prefixLength: 48)
        #expect(!there(wanted("2001:db8::", 32, via: "fe80::1")).satisfies(six) && there(six).satisfies(six))
        #expect(!six.isOnePlace(with: wanted("2001:db8::", 32, via: "fe80::1")))
        #expect("\(there(six))" == "2001:db8::/32 from 2001:db8:1::/48 via fe80::1 dev eth0")
    }

    @Test func `a route that ends is there as long as some of its time is left, and is not put back`() {
        var route = wanted("2001:db8::", 32, via: "fe80::1")
        route.lifetime = 100
        #expect(!route.isKept && wanted("2001:db8::", 32).isKept)
        for (left, isThere) in [(100, true), (1, true), (101, false)] as [(UInt32, Bool)] {
            var present = there(route)
            present.lifetime = left
            #expect(present.satisfies(route) == isThere)
        }
        var endless = there(route)
        endless.lifetime = nil
        #expect(!endless.satisfies(route))
    }

    @Test func `a route goes where its line says, also when it is put back`() {
        let first = wanted("10.0.0.0", 8, via: "192.0.2.1")
        var last = wanted("10.0.0.0", 8, via: "192.0.2.2")
        last.placement = .behind
        #expect(RoutePlan.operations(desired: [first, last], observed: []) == [.add(first), .append(last)])
        #expect(RoutePlan.operations(desired: [first, last], observed: [there(first)]) == [.append(last)])
        #expect(RoutePlan.operations(desired: [first, last], observed: [there(last)]) == [.add(first)])
        last.placement = .alone
        #expect(RoutePlan.operations(desired: [first, last], observed: [there(first)]) == [.add(last)])
    }

    @Test func `several ways have their own realms and tunnels`() {
        var route = wanted("10.0.0.0", 8)
        route.interface = nil
        route.ways = [
            .init(gateway: IPAddress("192.0.2.1"), interface: "eth0"),
            .init(gateway: IPAddress("192.0.2.2"), interface: "eth0"),
        ]
        route.ways[0].realms = 65539
        route.ways[1].tunnel = RouteTunnel(family: .v6)
        let ways = route.ways.map { way in
            var present = there(route)
            (present.gateway, present.interface, present.weight) = (way.gateway, way.interface, way.weight)
            (present.realms, present.tunnel) = (way.realms, way.tunnel)
            return present
        }
        #expect(RoutePlan.operations(desired: [route], observed: ways).isEmpty)
        #expect(
            "\(route)" == "10.0.0.0/8 nexthop via 192.0.2.1 dev eth0 weight 1 realms 1/3 "
                + "nexthop via 192.0.2.2 dev eth0 weight 1 encap ip6 id 0")
        route.ways[0].realms = 3
        #expect(route.missingWays(among: ways) == [0])
    }

    @Test func `what the file leaves to the kernel may be anything`() {
        var route = wanted("10.0.0.0", 8, via: "192.0.2.1")
        route.interface = nil
        var present = there(route)
        (present.interface, present.source) = ("eth7", IPAddress("192.0.2.9"))
        #expect(present.satisfies(route))
        var choosy = route
        choosy.source = IPAddress("192.0.2.10")
        #expect(!present.satisfies(choosy))
        choosy = route
        choosy.scope = 253
        #expect(!present.satisfies(choosy))
        // The kernel's own metric of IPv6 routes.
        var six = there(wanted("2001:db8::", 32))
        #expect(six.metric == 1024 && six.satisfies(wanted("2001:db8::", 32)))
        six.metric = 1
        #expect(!six.satisfies(wanted("2001:db8::", 32)))
    }

    @Test func `a route is written as it is read`() {
        var route = wanted("0.0.0.0", 0, via: "192.0.2.1")
        #expect("\(route)" == "default via 192.0.2.1 dev eth0")
        (route.kind, route.gateway, route.interface, route.table) = (.throw, nil, nil, 7)
        #expect("\(route)" == "throw default table 7")
        #expect("\(wanted("::", 0))" == "inet6 default dev eth0")
    }

    @Test func `a network keeps its first bits only`() throws {
        let networks = [
            ("10.1.2.3", 8, "10.0.0.0"), ("10.1.2.3", 32, "10.1.2.3"), ("10.1.2.3", 0, "0.0.0.0"),
            ("2001:db8:1:2:3::4", 64, "2001:db8:1:2::"), ("2001:db8:1:2:3::4", 80, "2001:db8:1:2:3::"),
            ("2001:db8::1", 128, "2001:db8::1"), ("ffff::", 1, "8000::"), ("ffff::", 0, "::"),
        ]
        for (address, length, network) in networks {
            #expect(IPAddress(address)?.network(length: UInt8(length)) == IPAddress(network), "\(address)/\(length)")
        }
    }
}
