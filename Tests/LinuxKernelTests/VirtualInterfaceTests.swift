import Glibc
import LinuxKernel
import Testing
import VRRPWire

private let virtual = HardwareAddress(rawValue: 0x00_005E_0001_33)

@Suite(.serialized, .enabled(if: isRoot))
struct `Interfaces of a MAC address of their own` {
    private func withMacvlan(_ body: (RouteSocket, UInt32, LinkInfo) throws -> Void) throws {
        let cable = try Cable()
        try cable.left.enter {
            let socket = try RouteSocket()
            try socket.addMacvlan("vrrp.51", above: cable.leftIndex, hardwareAddress: virtual)
            try body(socket, cable.leftIndex, try #require(try link(socket)))
        }
    }

    private func link(_ socket: RouteSocket) throws -> LinkInfo? {
        try socket.links().first { $0.name == "vrrp.51" }
    }

    @Test func `are made above another one, in bridge mode and down`() throws {
        try withMacvlan { socket, below, made in
            #expect(made.parentIndex == below && made.kind == "macvlan" && made.hardwareAddress == virtual)
            #expect(RouteSocket.isBridgingMacvlan(made) && !made.isUp && made.alias == nil)
            let failure = #expect(throws: SystemError.self) {
                try socket.addMacvlan("vrrp.51", above: below, hardwareAddress: virtual)
            }
            #expect(failure?.code == EEXIST)
            try shell("ip link add link left0 name other type macvlan mode private")
            let other = try #require(try socket.links().first { $0.name == "other" })
            #expect(!RouteSocket.isBridgingMacvlan(other))
        }
    }

    @Test func `go up and down, get another address, and are removed`() throws {
        try withMacvlan { socket, _, made in
            try socket.setLink(made.index, up: true)
            #expect(try link(socket)?.isUp == true)
            let other = HardwareAddress(rawValue: 0x0200_0000_0007)
            try socket.setHardwareAddress(other, of: made.index)
            #expect(try link(socket)?.hardwareAddress == other)
            try socket.setLink(made.index, up: false)
            #expect(try link(socket)?.isUp == false)
            try socket.removeLink(made.index)
            #expect(try link(socket) == nil)
            let failure = #expect(throws: SystemError.self) { try socket.removeLink(made.index) }
            #expect(failure?.code == ENODEV)
        }
    }

    @Test func `say what is written on them, and keep their settings`() throws {
        try withMacvlan { socket, below, made in
            try socket.describe(
                made.index, alias: "ours; left0 was 0",
                settings: [.arpIgnore: 1, .reversePathFilter: 2, .promoteSecondaries: 1, .forwarding: 1])
            #expect(try link(socket)?.alias == "ours; left0 was 0")
            let settings = try ["arp_ignore", "rp_filter", "promote_secondaries", "forwarding"].map {
                try shell("cat /proc/sys/net/ipv4/conf/vrrp.51/\($0)")
            }
            #expect(settings == ["1\n", "2\n", "1\n", "1\n"])
            #expect(try socket.values(of: .arpIgnore)[made.index] == 1)
            #expect(try socket.values(of: .reversePathFilter)[made.index] == 2)
            try socket.set([.arpIgnore: 2], on: below)
            #expect(try socket.values(of: .arpIgnore)[below] == 2)
            #expect(try shell("cat /proc/sys/net/ipv4/conf/left0/arp_ignore") == "2\n")
        }
    }

    @Test func `have no IPv6 address that nobody gave them`() throws {
        try withMacvlan { socket, _, made in
            try socket.generateNoAddresses(on: made.index)
            try ignoreRouterAdvertisements(on: "vrrp.51")
            try socket.setLink(made.index, up: true)
            try waitUntilRunning("vrrp.51")
            #expect(try !socket.addresses().contains { $0.interfaceIndex == made.index })
            #expect(try shell("cat /proc/sys/net/ipv6/conf/vrrp.51/accept_ra") == "0\n")
            #expect(try shell("cat /proc/sys/net/ipv6/conf/vrrp.51/autoconf") == "0\n")
            let failure = #expect(throws: SystemError.self) { try ignoreRouterAdvertisements(on: "absent0") }
            #expect(failure?.code == ENOENT)
        }
    }
}
