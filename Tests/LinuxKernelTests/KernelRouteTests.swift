import Glibc
import Testing
import VRRPWire

@testable import LinuxKernel

private let ours: UInt8 = 112
/// RTM_NEWROUTE and RTM_DELROUTE.
private let (newRoute, removeRoute) = (24, 25)

private func address(_ text: String) -> IPAddress { IPAddress(text)! }

private func octets(_ route: KernelRoute, _ type: Int, removing: Bool = false) -> [UInt8] {
    var request = NetlinkRequest(type: type, flags: 0x400, sequence: 9)
    if removing { request.append(routeRemoval: route) } else { request.append(routeMessage: [route]) }
    return request.finished()
}

private func read(_ bytes: [UInt8]) -> [KernelRoute] {
    var routes: [KernelRoute] = []
    if let header = NetlinkHeader(bytes.span, at: 0) { KernelRoute.read(bytes.span, header.payload, into: &routes) }
    return routes
}

@Suite struct `Route messages` {
    private static let whole = KernelRoute(
        destination: address("10.0.0.0"), prefixLength: 8, table: 1000, metric: 50, scope: 0, protocolMark: ours,
        gateway: address("192.0.2.254"), interfaceIndex: 7, source: address("192.0.2.10"), mtu: 1400, isOnLink: true)

    @Test func `are written octet by octet as Linux defines them`() {
        #expect(
            octets(Self.whole, newRoute) == [
                88, 0, 0, 0, 24, 0, 1, 4, 9, 0, 0, 0, 0, 0, 0, 0,
                // AF_INET, /8, table 0 as it is told below, the mark, global, unicast, RTNH_F_ONLINK
                2, 8, 0, 0, 0, 112, 0, 1, 4, 0, 0, 0,
                8, 0, 1, 0, 10, 0, 0, 0,
                8, 0, 15, 0, 232, 3, 0, 0,
                8, 0, 6, 0, 50, 0, 0, 0,
                8, 0, 5, 0, 192, 0, 2, 254,
                8, 0, 4, 0, 7, 0, 0, 0,
                8, 0, 7, 0, 192, 0, 2, 10,
                12, 0, 8, 0, 8, 0, 2, 0, 120, 5, 0, 0,
            ])
    }

    @Test func `with marks and a tunnel are as Linux defines them, also in one of several ways`() {
        var route = KernelRoute(
            destination: address("10.0.0.0"), prefixLength: 8, protocolMark: ours, interfaceIndex: 7)
        (route.realms, route.congestionControl, route.metrics) = (0x1_0002, "cubic", [1: 1 << 16])
        var tunnel = KernelTunnel(family: .v4)
        (tunnel.id, tunnel.destination, tunnel.source) = (5, address("192.0.2.7"), address("192.0.2.1"))
        (tunnel.trafficClass, tunnel.hopLimit, tunnel.flags) = (16, 9, 256)
        route.tunnel = tunnel
        // RTA_FLOW, then RTA_ENCAP with its six, then RTA_ENCAP_TYPE 2.
        let marks: [UInt8] = [
            8, 0, 11, 0, 2, 0, 1, 0,
            56, 0, 22, 128, 12, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 5, 8, 0, 2, 0, 192, 0, 2, 7, 8, 0, 3, 0, 192, 0, 2, 1,
            5, 0, 5, 0, 16, 0, 0, 0, 5, 0, 4, 0, 9, 0, 0, 0, 6, 0, 6, 0, 0, 1, 0, 0,
            6, 0, 21, 0, 2, 0, 0, 0,
        ]
        let metrics: [UInt8] = [24, 0, 8, 0, 8, 0, 1, 0, 0, 0, 1, 0, 9, 0, 16, 0, 99, 117, 98, 105, 99, 0, 0, 0]
        #expect(Array(octets(route, newRoute).dropFirst(52)) == marks + metrics)
        #expect(read(octets(route, newRoute)) == [route])
        route.weight = 1
        var (first, second) = (route, route)
        first.tunnel = KernelTunnel(family: .v6)
        first.tunnel?.destination = address("2001:db8::7")
        (first.weight, second.weight, second.realms) = (1, 2, 0)
        var request = NetlinkRequest(type: newRoute, flags: 0, sequence: 9)
        request.append(routeMessage: [first, second])
        #expect(read(request.finished()) == [first, second])
    }

    @Test func `name the network of the packets, and tell what is left of a life`() {
        var route = KernelRoute(
            destination: address("2001:db8::"), prefixLength: 32, metric: 1024, protocolMark: ours,
            gateway: address("fe80::1"), interfaceIndex: 7)
        (route.origin, route.originLength, route.lifetime) = (address("2001:db8:1::"), 48, 9)
        let written = octets(route, newRoute)
        #expect(written[18] == 48)
        #expect(written.suffix(8) == [8, 0, 23, 0, 9, 0, 0, 0])
        // The kernel tells it in hundredths of a second, in the third number of RTA_CACHEINFO.
        var told = NetlinkRequest(type: newRoute, flags: 0, sequence: 9)
        for octet in [10, 32, 48, 0, 254, ours, 0, 1, 0, 0, 0, 0] as [UInt8] { told.append(octet) }
        told.append(attribute: 2, address("2001:db8:1::").octets)
        told.append(attribute: 12, 0, 0, 801, 0, 0, 0, 0, 0)
        #expect(read(told.finished()).map(\.lifetime) == [9])
        #expect(read(told.finished()).map(\.originLength) == [48])
        // It is found again with the network.
        #expect(octets(route, removeRoute, removing: true)[18] == 48)
        #expect(octets(route, removeRoute, removing: true).count == octets(route, newRoute).count - 8)
    }

    @Test func `to remove a route say what finds it, in any scope`() {
        let route = KernelRoute(
            kind: 6, destination: address("2001:db8::"), prefixLength: 32, metric: 1024, protocolMark: ours,
            interfaceIndex: 7, mtu: 1400)
        #expect(
            octets(route, removeRoute, removing: true) == [
                64, 0, 0, 0, 25, 0, 1, 4, 9, 0, 0, 0, 0, 0, 0, 0, 10, 32, 0, 0, 254, 112, 255, 6, 0, 0, 0, 0,
                20, 0, 1, 0, 0x20, 1, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                8, 0, 15, 0, 254, 0, 0, 0, 8, 0, 6, 0, 0, 4, 0, 0,
            ])
    }

    @Test func `are read as they were written`() {
        #expect(read(octets(Self.whole, newRoute)) == [Self.whole])
        let six = KernelRoute(
            destination: address("::"), prefixLength: 0, metric: 1024, protocolMark: ours, gateway: address("fe80::1"),
            interfaceIndex: 3)
        #expect(read(octets(six, newRoute)) == [six])
    }

    /// The kernel joins IPv6 routes with one metric, and others give a route several ways.
    private static let severalWays: [UInt8] = {
        var request = NetlinkRequest(type: newRoute, flags: 0, sequence: 9)
        for octet in [2, 16, 0, 0, 254, ours, 0, 1, 0, 0, 0, 0] as [UInt8] { request.append(octet) }
        request.append(attribute: 1, [10, 1, 0, 0])
        let ways: [UInt8] = [
            16, 0, 4, 0, 3, 0, 0, 0, 8, 0, 5, 0, 192, 0, 2, 1, 16, 0, 0, 0, 4, 0, 0, 0, 8, 0, 5, 0, 192, 0, 2, 2,
        ]
        request.append(attribute: 9, ways)
        return request.finished()
    }()

    @Test func `of several ways are read as a route for each`() {
        var first = KernelRoute(
            destination: address("10.1.0.0"), prefixLength: 16, protocolMark: ours, gateway: address("192.0.2.1"),
            interfaceIndex: 3, isOnLink: true)
        var second = first
        (second.gateway, second.interfaceIndex, second.isOnLink) = (address("192.0.2.2"), 4, false)
        (first.weight, second.weight) = (1, 1)
        #expect(read(Self.severalWays) == [first, second])
    }

    @Test func `that are damaged are read without leaving their bounds`() {
        for message in [octets(Self.whole, newRoute), Self.severalWays] {
            for length in 0..<message.count {
                var cut = Array(message.prefix(length))
                if length >= 16 { cut[0] = UInt8(length) }
                #expect(read(cut).count <= 2)
            }
            for position in message.indices {
                for octet in [0, 1, 3, 4, 7, 8, 9, 16, 127, 128, 255] as [UInt8] {
                    var bytes = message
                    bytes[position] = octet
                    #expect(read(bytes).count <= 8)
                }
            }
        }
    }
}

@Suite(.serialized, .enabled(if: isRoot))
struct `Routes of the kernel` {
    private func withLink(_ body: (_ index: UInt32, _ socket: RouteSocket) throws -> Void) throws {
        let cable = try Cable()
        try cable.left.enter { try body(cable.leftIndex, try RouteSocket()) }
    }

    /// What a route says of its packets beside where they go.
    private func marked(_ index: UInt32) -> [KernelRoute] {
        var realms = KernelRoute(
            destination: address("10.3.0.0"), prefixLength: 16, protocolMark: ours, interfaceIndex: index)
        (realms.realms, realms.congestionControl, realms.metrics) = (0x1_0002, "reno", [1: 1 << 16])
        var tunnel = KernelRoute(
            destination: address("10.4.0.0"), prefixLength: 16, protocolMark: ours, interfaceIndex: index)
        var outer = KernelTunnel(family: .v4)
        (outer.id, outer.destination, outer.source) = (5, address("192.0.2.7"), address("192.0.2.1"))
        (outer.trafficClass, outer.hopLimit, outer.flags) = (3, 9, 0xFF27)
        tunnel.tunnel = outer
        var six = KernelRoute(
            destination: address("2001:db8:3::"), prefixLength: 48, metric: 1024, protocolMark: ours,
            interfaceIndex: index)
        six.tunnel = KernelTunnel(family: .v6)
        six.tunnel?.destination = address("2001:db8::7")
        (six.origin, six.originLength) = (address("2001:db8:4::"), 48)
        var blackhole = KernelRoute(kind: 6, destination: address("10.5.0.0"), prefixLength: 16, protocolMark: ours)
        blackhole.realms = 7
        let broadcast = KernelRoute(
            kind: 3, destination: address("10.6.0.255"), prefixLength: 32, scope: 253, protocolMark: ours,
            interfaceIndex: index)
        return [realms, tunnel, six, blackhole, broadcast]
    }

    private func samples(_ index: UInt32) -> [KernelRoute] {
        marked(index) + [
            KernelRoute(
                destination: address("10.0.0.0"), prefixLength: 8, metric: 50, protocolMark: ours,
                gateway: address("192.0.2.254"), interfaceIndex: index, source: address("192.0.2.1"), mtu: 1400),
            KernelRoute(
                destination: address("10.1.0.0"), prefixLength: 16, table: 1000, scope: 253, protocolMark: ours,
                interfaceIndex: index),
            KernelRoute(
                destination: address("0.0.0.0"), prefixLength: 0, protocolMark: ours,
                gateway: address("203.0.113.1"), interfaceIndex: index, isOnLink: true),
            KernelRoute(kind: 6, destination: address("10.2.0.0"), prefixLength: 16, protocolMark: ours),
            KernelRoute(
                destination: address("2001:db8:1::"), prefixLength: 48, metric: 1024, protocolMark: ours,
                gateway: address("fe80::2"), interfaceIndex: index),
            KernelRoute(
                destination: address("::"), prefixLength: 0, table: 1000, metric: 7, protocolMark: ours,
                interfaceIndex: index, mtu: 1400),
        ]
    }

    @Test func `stand where they are put`() throws {
        try withLink { index, socket in
            let routes = (1...3).map {
                KernelRoute(
                    destination: address("10.0.0.0"), prefixLength: 8, protocolMark: ours,
                    gateway: address("192.0.2.\($0)0"), interfaceIndex: index)
            }
            try socket.add([routes[0]], .alone)
            let failure = #expect(throws: SystemError.self) { try socket.add([routes[1]], .alone) }
            #expect(failure?.code == EEXIST)
            try socket.add([routes[1]], .behind)
            try socket.add([routes[2]])
            #expect(try socket.routes(marked: ours) == [routes[2], routes[0], routes[1]])
        }
    }

    @Test func `tell what is left of their lives`() throws {
        try withLink { index, socket in
            var route = KernelRoute(
                destination: address("2001:db8:3::"), prefixLength: 48, metric: 1024, protocolMark: ours,
                interfaceIndex: index)
            route.lifetime = 1000
            try socket.add(route)
            let left = try #require(socket.routes(marked: ours).first?.lifetime)
            #expect((900...1000).contains(left))
        }
    }

    @Test func `come back as they were added, and go again`() throws {
        try withLink { index, socket in
            let samples = samples(index)
            for route in samples { try socket.add(route) }
            #expect(try Set(socket.routes(marked: ours)) == Set(samples))
            for route in samples {
                let failure = #expect(throws: SystemError.self) { try socket.add(route) }
                #expect(failure?.code == EEXIST, "\(route)")
            }
            for route in samples {
                try socket.remove(route)
                #expect(try !socket.routes(marked: ours).contains(route))
                let failure = #expect(throws: SystemError.self) { try socket.remove(route) }
                #expect(failure?.code == ESRCH, "\(route)")
            }
            #expect(try socket.routes(marked: ours).isEmpty)
        }
    }

    @Test func `with several ways and metrics come back as they were added, and go again`() throws {
        try withLink { index, socket in
            var plain = KernelRoute(
                destination: address("10.4.0.0"), prefixLength: 16, protocolMark: ours, gateway: address("192.0.2.254"),
                interfaceIndex: index)
            plain.metrics = [1: 1 << 2 | 1 << 4, 2: 1400, 3: 65535, 4: 160, 7: 30, 11: 20, 12: 1, 15: 1]
            plain.typeOfService = 16
            var six = KernelRoute(
                destination: address("2001:db8:2::"), prefixLength: 48, metric: 5, protocolMark: ours,
                gateway: address("fe80::2"), interfaceIndex: index)
            six.preference = 1
            for route in [plain, six] {
                try socket.add(route)
                #expect(try socket.routes(marked: ours) == [route])
                try socket.remove(route)
            }
            for (family, gateways) in [
                ("10.5.0.0", ["192.0.2.253", "192.0.2.254"]), ("2001:db8::", ["fe80::2", "fe80::3"]),
            ] {
                let ways = gateways.enumerated().map { number, gateway in
                    var way = KernelRoute(
                        destination: address(family), prefixLength: 32, metric: 9, protocolMark: ours,
                        gateway: address(gateway), interfaceIndex: index)
                    way.weight = UInt16(number + 1)
                    return way
                }
                if ways[0].destination.family == .v4 {
                    try socket.add(ways)
                    #expect(try socket.routes(marked: ours) == ways)
                    let failure = #expect(throws: SystemError.self) { try socket.remove(ways[1]) }
                    #expect(failure?.code == ESRCH)
                    try socket.remove(ways[0])
                } else {
                    for way in ways { try socket.add([way]) }
                    #expect(try Set(socket.routes(marked: ours)) == Set(ways))
                    for way in ways { try socket.remove(way) }
                }
                #expect(try socket.routes(marked: ours).isEmpty)
            }
        }
    }

    @Test func `of one place are taken in the order in which they were put there, or behind`() throws {
        try withLink { index, socket in
            let routes = ["192.0.2.251", "192.0.2.252", "192.0.2.253"].map {
                KernelRoute(
                    destination: address("10.0.0.0"), prefixLength: 8, protocolMark: ours, gateway: address($0),
                    interfaceIndex: index)
            }
            try socket.add(routes[0])
            try socket.add(routes[1])
            try socket.add([routes[2]], .behind)
            #expect(try socket.routes(marked: ours) == [routes[1], routes[0], routes[2]])
            #expect(try shell("ip route get 10.0.0.1").contains("via 192.0.2.252 "))
        }
    }

    @Test func `of others are neither listed nor removed`() throws {
        try withLink { index, socket in
            try shell("ip route add 10.0.0.0/8 via 192.0.2.254 && ip -6 route add 2001:db8:1::/48 dev left0")
            #expect(try socket.routes(marked: ours).isEmpty)
            for text in ["10.0.0.0/8", "2001:db8:1::/48"] {
                let parts = text.split(separator: "/").map(String.init)
                let failure = #expect(throws: SystemError.self) {
                    try socket.remove(
                        KernelRoute(
                            destination: address(parts[0]), prefixLength: UInt8(parts[1])!, protocolMark: ours))
                }
                #expect(failure?.code == ESRCH)
            }
            #expect(try shell("ip route show 10.0.0.0/8; ip -6 route show 2001:db8:1::/48").contains("2001:db8:1::/48"))
        }
    }

    @Test func `that are refused say why`() throws {
        try withLink { index, socket in
            let failure = #expect(throws: SystemError.self) {
                try socket.add(
                    KernelRoute(
                        destination: address("10.0.0.0"), prefixLength: 8, protocolMark: ours,
                        gateway: address("203.0.113.1"), interfaceIndex: index))
            }
            #expect(failure?.code == ENETUNREACH)
            #expect(
                failure?.operation.hasPrefix("add route 10.0.0.0/8 via 203.0.113.1 dev left0 (") == true,
                "\(String(describing: failure))")
        }
    }

    @Test func `are news when others take them off or replace them, and not when we do`() throws {
        try withLink { index, socket in
            let monitor = try ForwardingMonitor()
            let route = KernelRoute(
                destination: address("10.0.0.0"), prefixLength: 8, protocolMark: ours, gateway: address("192.0.2.254"),
                interfaceIndex: index)
            func news(_ script: String) throws -> UInt32? {
                try shell(script)
                // The kernel has told of it before the command ends.
                return try monitor.drain(mark: ours, ignoring: [socket.port])
            }
            try socket.add(route)
            #expect(try news("ip route add 10.9.0.0/16 via 192.0.2.254; ip route del 10.9.0.0/16") == nil)
            #expect(try news("ip route del 10.0.0.0/8") != nil)
            try socket.add(route)
            #expect(try news("true") == nil)
            #expect(try news("ip route replace 10.0.0.0/8 via 192.0.2.253") != nil)
            #expect(try socket.routes(marked: ours).isEmpty)
            try socket.add(route)
            try socket.remove(route)
            #expect(try monitor.drain(mark: ours, ignoring: [socket.port]) == nil)
            try shell("ip route del 10.0.0.0/8")
            #expect(try monitor.drain(mark: nil, ignoring: [socket.port]) != nil)
        }
    }

    @Test func `that were too many to be told are news`() throws {
        try withLink { index, socket in
            let monitor = try ForwardingMonitor(receiveBuffer: 1)
            let script = (1...200).map { "ip route add 10.0.\($0).0/24 via 192.0.2.254 proto 112" }
            try shell(script.joined(separator: "\n"))
            #expect(try monitor.drain(mark: ours, ignoring: [socket.port]) == 0)
            #expect(try socket.routes(marked: ours).count == 200)
        }
    }
}
