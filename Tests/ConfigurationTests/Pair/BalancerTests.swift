import Testing
import VRRPWire

@testable import Configuration

@Suite struct BalancerTests {
    private func codes(_ binds: [BalancerBind.Address], _ text: String) -> [String] {
        let file = BalancerFile(
            file: "haproxy.cfg",
            binds: binds.enumerated().map { BalancerBind(line: $0.offset + 7, address: $0.element) })
        return checkBalancer(file, resolved(text).model, file: "lb1.conf").map(\.brief)
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
}
