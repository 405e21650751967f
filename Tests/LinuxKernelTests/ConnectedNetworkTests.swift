import LinuxKernel
import Testing
import VRRPWire

@Suite(.serialized, .enabled(if: isRoot))
struct `Connected networks and their routes` {
    private func ip(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    @Test func `are those of addresses that bring a route, each once`() throws {
        let cable = try Cable()
        try cable.left.enter {
            try shell(
                """
                ip address add 192.0.2.7/24 dev left0 && ip address add 198.51.100.1/24 dev left0 noprefixroute && \
                ip address add 203.0.113.1/32 dev left0 && ip address add 10.0.0.1 peer 10.9.0.0/16 dev left0 && \
                ip address add 10.1.0.0/31 dev left0 && ip address add 2001:db8::1/64 dev left0 nodad && \
                ip address add 2001:db8:1::1/64 dev left0 nodad noprefixroute && \
                ip address add 2001:db8:2::1/64 dev left0 nodad valid_lft 100 preferred_lft 100
                """)
            let networks = try RouteSocket().connectedNetworks().filter { $0.interfaceIndex == cable.leftIndex }
            func network(_ address: String, _ length: UInt8) throws -> ConnectedNetwork {
                ConnectedNetwork(interfaceIndex: cable.leftIndex, address: try ip(address), prefixLength: length)
            }
            #expect(
                Set(networks)
                    == [
                        try network("192.0.2.1", 24), try network("10.1.0.0", 31), try network("2001:db8::1", 64),
                    ])
            #expect(networks.count == 3)
        }
    }

    @Test func `routes through an interface are found in every table, and others are not`() throws {
        let cable = try Cable()
        try cable.left.enter {
            try shell(
                """
                ip link add other0 type veth peer name other1 && ip link set other0 up && \
                ip route add 10.2.0.0/16 dev other0 && \
                ip route add 10.3.0.0/16 dev left0 table 1001 && ip route add 10.4.0.0/16 via 192.0.2.2 && \
                ip -6 route add 2001:db8:3::/48 dev left0
                """)
            let routes = try RouteSocket().routes(through: cable.leftIndex)
            #expect(routes.allSatisfy { $0.interfaceIndex == cable.leftIndex })
            func found(_ destination: String) throws -> KernelRoute? {
                let address = try ip(destination)
                return routes.first { $0.destination == address && $0.kind == 1 }
            }
            #expect(try found("192.0.2.0")?.scope == 253)
            #expect(try found("10.3.0.0")?.table == 1001)
            #expect(try found("10.4.0.0")?.gateway == ip("192.0.2.2"))
            #expect(try found("2001:db8:3::")?.prefixLength == 48)
            #expect(try found("10.2.0.0") == nil)
            try shell("ip route del 192.0.2.0/24 dev left0")
            #expect(
                try !RouteSocket().routes(through: cable.leftIndex).contains { $0.prefixLength == 24 && $0.kind == 1 })
        }
    }
}
