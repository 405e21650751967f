import Glibc
import LinuxKernel
import Testing
import VRRPWire

private let virtual4 = IPAddress.v4(IPv4Address(198, 51, 100, 10))
private let virtual6 = IPAddress.v6(IPv6Address(high: 0x2001_0DB8_0000_0000, low: 10))

@Suite(.serialized, .enabled(if: isRoot))
struct `Interfaces and addresses` {
    /// Runs `body` in a namespace that has one end of a cable, `left0`, up.
    private func withLink(_ body: (_ index: UInt32, _ routes: RouteSocket) throws -> Void) throws {
        let cable = try Cable()
        try cable.left.enter { try body(cable.leftIndex, try RouteSocket()) }
    }

    private func address(_ wanted: IPAddress, _ routes: RouteSocket) throws -> AddressInfo? {
        try routes.addresses().first { $0.address == wanted }
    }

    @Test func `lists interfaces with their kind, state and hardware address`() throws {
        try withLink { index, routes in
            try shell(
                """
                ip link set left0 address 02:00:00:00:00:07 mtu 1400 && ip link add bridge0 type bridge && \
                ip link set left0 master bridge0 && ip link add link bridge0 name vrrp.7 type macvlan
                """)
            let links = try routes.links()
            #expect(Set(links.map(\.name)) == ["lo", "left0", "bridge0", "vrrp.7"])
            let loopback = try #require(links.first { $0.name == "lo" })
            #expect(loopback.isLoopback && loopback.isUp && !loopback.supportsMulticast && loopback.kind == nil)
            let left = try #require(links.first { $0.name == "left0" })
            #expect(left.index == index && left.kind == "veth" && left.isUp && left.isRunning && left.supportsMulticast)
            #expect(left.hardwareAddress == HardwareAddress(rawValue: 0x0200_0000_0007) && left.mtu == 1400)
            #expect(!left.isLoopback && !left.isPointToPoint)
            let bridge = try #require(links.first { $0.name == "bridge0" })
            #expect(left.masterIndex == bridge.index && !bridge.isUp && bridge.masterIndex == nil)
            let virtual = try #require(links.first { $0.name == "vrrp.7" })
            #expect(virtual.parentIndex == bridge.index && virtual.kind == "macvlan")
            #expect(interfaceIndex(named: "left0") == index && interfaceName(index) == "left0")
            #expect(interfaceIndex(named: "absent0") == nil && interfaceName(4711) == nil)
        }
    }

    @Test func `an IPv4 address comes back with label, broadcast, scope, mark and lifetime`() throws {
        try withLink { index, routes in
            let broadcast = IPv4Address(198, 51, 100, 255)
            try routes.add(
                AddressRequest(
                    interfaceIndex: index, address: virtual4, prefixLength: 24, broadcast: broadcast, scope: 253,
                    label: "left0:vip", protocolMark: 18, noPrefixRoute: true, validSeconds: 300))
            let found = try #require(try address(virtual4, routes))
            let seconds = try #require(found.validSeconds)
            #expect((1...300).contains(seconds))
            #expect(
                found
                    == AddressInfo(
                        interfaceIndex: index, address: virtual4, prefixLength: 24, scope: 253, label: "left0:vip",
                        broadcast: broadcast, protocolMark: 18, validSeconds: seconds))
            #expect(try !shell("ip route show").contains("198.51.100.0/24"))
        }
    }

    @Test func `an IPv6 address without duplicate detection is usable at once, and with it is tentative`() throws {
        try withLink { index, routes in
            let request = AddressRequest(
                interfaceIndex: index, address: virtual6, prefixLength: 64, protocolMark: 18, noDAD: true)
            try routes.add(request)
            let found = try #require(try address(virtual6, routes))
            #expect(
                found
                    == AddressInfo(interfaceIndex: index, address: virtual6, prefixLength: 64, protocolMark: 18))
            #expect(try shell("ip -6 route show").contains("2001:db8::/64"))
            var other = request
            other.address = .v6(IPv6Address(high: 0x2001_0DB8_0000_0000, low: 11))
            other.noDAD = false
            try routes.add(other)
            #expect(try address(other.address, routes)?.isTentative == true)
        }
    }

    @Test func `adding twice fails unless it replaces, which can lift a lifetime`() throws {
        try withLink { index, routes in
            for address in [virtual4, virtual6] {
                var request = AddressRequest(
                    interfaceIndex: index, address: address, prefixLength: address.family.hostPrefixLength,
                    protocolMark: 18, noDAD: true, validSeconds: 60, preferredSeconds: 0)
                try routes.add(request)
                #expect(try self.address(address, routes)?.isDeprecated == true)
                let failure = #expect(throws: SystemError.self) { try routes.add(request) }
                #expect(failure?.code == EEXIST)
                #expect(failure?.operation.hasPrefix("add \(address)/\(request.prefixLength) on left0") == true)
                request.replaces = true
                request.validSeconds = nil
                request.preferredSeconds = nil
                try routes.add(request)
                let found = try #require(try self.address(address, routes))
                #expect(found.validSeconds == nil && !found.isDeprecated && found.protocolMark == 18)
            }
        }
    }

    @Test func `removing takes exactly that address, and fails when it is not there`() throws {
        try withLink { index, routes in
            for address in [virtual4, virtual6] {
                let length = address.family.hostPrefixLength
                try routes.add(
                    AddressRequest(interfaceIndex: index, address: address, prefixLength: length, noDAD: true))
                let before = try routes.addresses().count
                #expect(throws: SystemError.self) {
                    try routes.remove(interfaceIndex: index, address: address, prefixLength: length - 8)
                }
                #expect(try routes.addresses().count == before)
                try routes.remove(interfaceIndex: index, address: address, prefixLength: length)
                #expect(try self.address(address, routes) == nil && routes.addresses().count == before - 1)
                let failure = #expect(throws: SystemError.self) {
                    try routes.remove(interfaceIndex: index, address: address, prefixLength: length)
                }
                #expect(failure?.code == EADDRNOTAVAIL)
            }
        }
    }

    @Test func `the kernel's own words are part of the error`() throws {
        try withLink { index, routes in
            let failure = #expect(throws: SystemError.self) {
                try routes.add(AddressRequest(interfaceIndex: index, address: virtual4, prefixLength: 33))
            }
            #expect(failure?.code == EINVAL)
            #expect(failure?.operation == "add 198.51.100.10/33 on left0 (ipv4: Invalid prefix length)")
        }
    }
}

@Suite(.serialized, .enabled(if: isRoot))
struct `Route monitor` {
    /// Drains until `isWanted` accepts a change.
    private func wait(_ monitor: RouteMonitor, for isWanted: (RouteChange) -> Bool) throws {
        var isFound = false
        while !isFound {
            try #require(try waitUntilReadable(monitor.descriptor), "the change never came")
            let outcome = try monitor.drain { if isWanted($0) { isFound = true } }
            #expect(outcome == .drained)
        }
    }

    @Test func `tells of addresses and links that come, change and go`() throws {
        let cable = try Cable()
        try cable.left.enter {
            let (monitor, routes) = (try RouteMonitor(), try RouteSocket())
            let index = cable.leftIndex
            for address in [virtual4, virtual6] {
                let length = address.family.hostPrefixLength
                let info = AddressInfo(
                    interfaceIndex: index, address: address, prefixLength: length,
                    label: address.family == .v4 ? "left0" : nil, protocolMark: 18)
                try routes.add(
                    AddressRequest(
                        interfaceIndex: index, address: address, prefixLength: length, protocolMark: 18, noDAD: true))
                try wait(monitor) { $0 == .address(info) }
                try routes.remove(interfaceIndex: index, address: address, prefixLength: length)
                try wait(monitor) { $0 == .addressGone(info) }
            }
            try cable.right.enter { try shell("ip link set right0 down") }
            try wait(monitor) {
                if case .link(let link) = $0 { link.index == index && link.isUp && !link.isRunning } else { false }
            }
            try shell("ip link set left0 name renamed0")
            try wait(monitor) { if case .link(let link) = $0 { link.name == "renamed0" } else { false } }
            try shell("ip link delete renamed0")
            try wait(monitor) { $0 == .linkGone(index: index, name: "renamed0") }
        }
    }

    @Test func `a port that leaves its bridge is not an interface that is gone`() throws {
        let cable = try Cable()
        try cable.left.enter {
            try shell("ip link add bridge0 type bridge && ip link set left0 master bridge0")
            let monitor = try RouteMonitor()
            try shell("ip link set left0 nomaster && ip link set left0 mtu 1300")
            try wait(monitor) {
                if case .linkGone = $0 { Issue.record("\($0)") }
                return if case .link(let link) = $0 { link.mtu == 1300 && link.masterIndex == nil } else { false }
            }
        }
    }

    @Test func `lost events are reported, and a new listing knows everything`() throws {
        let cable = try Cable()
        try cable.left.enter {
            let (monitor, routes) = (try RouteMonitor(receiveBuffer: 1), try RouteSocket())
            for host in 1...200 {
                try routes.add(
                    AddressRequest(
                        interfaceIndex: cable.leftIndex, address: .v4(IPv4Address(10, 9, 9, UInt8(host))),
                        prefixLength: 32))
            }
            var seen = 0
            #expect(try monitor.drain { _ in seen += 1 } == .overrun)
            #expect(seen < 200)
            #expect(try routes.addresses().filter { $0.prefixLength == 32 }.count == 200)
            #expect(try monitor.drain { _ in } == .drained)
        }
    }

    @Test func `what another process writes to the socket is not believed`() throws {
        let cable = try Cable()
        try cable.left.enter {
            let monitor = try RouteMonitor()
            // The monitor's own netlink address: family, padding, port, groups.
            var name = [UInt8](repeating: 0, count: 12)
            var length = socklen_t(name.count)
            let forger = socket(AF_NETLINK, Int32(SOCK_RAW.rawValue), 0)
            defer { close(forger) }
            let sent = name.withUnsafeMutableBytes { name -> Int in
                guard let address = name.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                    getsockname(monitor.descriptor, address, &length) == 0
                else { return -1 }
                name.storeBytes(of: 0, toByteOffset: 8, as: UInt32.self)
                // RTM_DELLINK of index 1, named "lo".
                let message: [UInt8] = [
                    40, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                    7, 0, 3, 0, 108, 111, 0, 0,
                ]
                return sendto(forger, message, message.count, 0, address, length)
            }
            #expect(sent == 40)
            try #require(try waitUntilReadable(monitor.descriptor))
            #expect(try monitor.drain { Issue.record("believed \($0)") } == .drained)
        }
    }
}
