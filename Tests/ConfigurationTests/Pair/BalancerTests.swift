import Testing
import VRRPWire

@testable import Configuration

@Suite struct BalancerTests {
    private func codes(_ binds: [BalancerBind.Address], _ text: String) -> [String] {
        let file = BalancerFile(
            file: "haproxy.cfg",
            binds: binds.enumerated().map { BalancerBind(line: $0.offset + 7, address: $0.element) })
        var facts = HostFacts(interfaces: [])
        facts.bindsElsewhere = [.v4: true]
        return checkBalancer(file, resolved(text).model, file: "lb1.conf", facts: facts).map(\.brief)
    }

    private let watched = "vrrp_script chk {\n script /bin/check\n}\n"
    private var sound: String { watched + instance("track_script { chk }") }

    @Test func `a balancer that listens everywhere, or on the address, and is watched is all right`() throws {
        let address = try #require(IPAddress("192.168.10.100"))
        #expect(codes([.wildcard], sound) == [])
        #expect(codes([.ip(address)], sound) == [])
        #expect(codes([.unclear], sound) == [])
    }

    @Test func `a virtual address that it does not listen on is named`() throws {
        let other = try #require(IPAddress("192.168.10.9"))
        #expect(codes([.ip(other)], sound) == ["warning balancer-not-bound@7"])
        #expect(codes([], sound) == ["warning balancer-not-bound@1"])
    }

    @Test func `a balancer that nobody watches is an error, where it serves`() throws {
        let (address, other) = (
            try #require(IPAddress("192.168.10.100")), try #require(IPAddress("192.168.10.9"))
        )
        #expect(codes([.wildcard], instance()) == ["error balancer-unwatched@1"])
        #expect(codes([.ip(address)], instance()) == ["error balancer-unwatched@1"])
        #expect(codes([.ip(other)], instance()) == ["warning balancer-not-bound@7"])
    }

    private func said(_ bind: BalancerBind, _ bindsElsewhere: [AddressFamily: Bool]?) -> [Diagnostic] {
        let facts = bindsElsewhere.map { known in
            var facts = HostFacts(interfaces: [])
            facts.bindsElsewhere = known
            return facts
        }
        return checkBalancer(
            BalancerFile(file: "haproxy.cfg", binds: [bind]), resolved(sound).model, file: "lb1.conf", facts: facts)
    }

    @Test func `a bind to the virtual address needs a kernel that lets it`() throws {
        let bind = BalancerBind(line: 9, address: .ip(try #require(IPAddress("192.168.10.100"))))
        let refused = said(bind, [.v4: false, .v6: true])
        #expect(refused.map(\.brief) == ["warning balancer-cannot-bind@9"])
        #expect(refused.first?.message.contains("net.ipv4.ip_nonlocal_bind is 0") == true)
        #expect(refused.first?.fix?.hasPrefix("sysctl -w net.ipv4.ip_nonlocal_bind=1; ") == true)
        #expect(said(bind, [.v4: true, .v6: false]) == [])
        #expect(said(bind, nil).map(\.brief) == ["note balancer-cannot-bind@9"])
        var transparent = bind
        transparent.isTransparent = true
        #expect(said(transparent, [.v4: false]) == [])
    }

    @Test func `a bind without a port is named`() throws {
        let bind = BalancerBind(line: 9, address: .ip(try #require(IPAddress("192.168.10.100"))), hasPort: false)
        let found = said(bind, [.v4: true])
        #expect(found.map(\.brief) == ["warning balancer-without-port@9"])
        #expect(found.first?.fix == "bind 192.168.10.100:80")
    }
}
