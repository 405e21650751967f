import Configuration
import Console
import LinuxKernel
import Testing
import VRRPWire

private struct RouteFile: SourceReader {
    var text: String
    func read(_ path: String) -> Result<[UInt8], ReadFailure> { .success(Array(text.utf8)) }
    func glob(_ pattern: String) -> [String] { [] }
    func isIncludable(_ path: String) -> Bool { true }
}

/// Whether the doctor misses the route to a subnet, and nothing else.
@Suite struct `Connected routes in the doctor` {
    private static let eth0 = LinkInfo(index: 2, name: "eth0", isUp: true, isRunning: true)

    private static func model(_ addresses: String = "192.0.2.10") -> Model {
        check(
            file: "a.conf", reading: RouteFile(text: configuration(addresses: addresses)), configurationID: "",
            host: nil, hostIsAuthoritative: false
        ).model
    }

    private static func network(_ address: String = "192.0.2.1", _ length: UInt8 = 24) -> ConnectedNetwork {
        ConnectedNetwork(interfaceIndex: 2, address: ip(address), prefixLength: length)
    }

    private static func route(
        _ destination: String, _ length: UInt8, table: UInt32 = 254, scope: UInt8 = 253, via gateway: String? = nil
    ) -> KernelRoute {
        KernelRoute(
            destination: ip(destination), prefixLength: length, table: table, scope: scope, protocolMark: 2,
            gateway: gateway.map(ip), interfaceIndex: 2)
    }

    private static func findings(
        _ networks: [ConnectedNetwork], _ routes: [KernelRoute], links: [LinkInfo] = [eth0]
    ) -> [Finding] {
        judgeConnectedRoutes(
            model(), InterfaceFacts(links: links, addresses: []),
            ConnectedRouteFacts(networks: networks, routes: [2: routes]))
    }

    @Test func `that are there are in order, in whichever table, and by a wider route as well`() {
        let good = [
            Self.route("192.0.2.0", 24), Self.route("192.0.2.0", 24, table: 1001), Self.route("192.0.0.0", 16),
            Self.route("0.0.0.0", 0), Self.route("192.0.2.0", 24, scope: 0),
        ]
        for route in good {
            let found = Self.findings([Self.network()], [route])
            #expect(found.map(\.code) == [.subnetRoutesPresent], "\(route)")
            #expect(found.first?.evidence == ["192.0.2.0/24"])
        }
    }

    @Test func `that are gone are a problem with the command that brings them back`() {
        let useless = [
            [], [Self.route("0.0.0.0", 0, scope: 0, via: "192.0.2.254")], [Self.route("192.0.2.128", 25)],
            [Self.route("198.51.100.0", 24)], [Self.route("192.0.2.0", 24, via: "192.0.2.254")],
            // A default route whose gateway is an IPv6 address.
            [Self.route("0.0.0.0", 0, scope: 0)],
        ]
        for routes in useless {
            let found = Self.findings([Self.network(), Self.network("192.0.2.7")], routes)
            #expect(found.map(\.code) == [.subnetRouteMissing] && found.first?.severity == .problem, "\(routes)")
            #expect(
                found.first?.remedy?.commands == [
                    "ip route add 192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.1"
                ])
            #expect(found.first?.title == "no route leads to 192.0.2.0/24 on eth0, although 192.0.2.1 is there")
        }
    }

    @Test func `of IPv6 and of a VRF come back where they were`() {
        let vrf = LinkInfo(index: 9, name: "red", isUp: true, isRunning: true, kind: "vrf")
        let port = LinkInfo(index: 2, name: "eth0", isUp: true, isRunning: true, masterIndex: 9)
        let found = Self.findings([Self.network("2001:db8::1", 64), Self.network()], [], links: [port, vrf])
        #expect(
            found.flatMap { $0.remedy?.commands ?? [] } == [
                "ip -6 route add 2001:db8::/64 dev eth0 proto kernel metric 256 vrf red",
                "ip route add 192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.1 vrf red",
            ])
    }

    @Test func `of an interface that is off, or has no subnet, are not missed`() {
        let off = LinkInfo(index: 2, name: "eth0", isUp: false, isRunning: false)
        let unplugged = LinkInfo(index: 2, name: "eth0", isUp: true, isRunning: false)
        for link in [off, unplugged] { #expect(Self.findings([Self.network()], [], links: [link]).isEmpty) }
        #expect(Self.findings([], []).isEmpty)
        var elsewhere = Self.network()
        elsewhere.interfaceIndex = 3
        #expect(Self.findings([elsewhere], []).isEmpty)
    }
}
