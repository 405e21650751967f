import Glibc
import LinuxKernel
import Testing
import VRRPWire

private let vrrpMessage: [UInt8] = [0x31, 51, 100, 1, 0, 100, 0xAB, 0xCD, 10, 0, 0, 1]
private let leftV4 = IPv4Address(192, 0, 2, 1)
private let rightV4 = IPv4Address(192, 0, 2, 2)
private let leftV6 = IPv6Address(high: 0xFE80_0000_0000_0000, low: 1)
private let rightV6 = IPv6Address(high: 0xFE80_0000_0000_0000, low: 2)

private func packet(from source: IPv4Address, to destination: IPv4Address, ttl: UInt8 = 255) -> [UInt8] {
    func octets(_ address: IPv4Address) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: address.bigEndianValue >> UInt32(24 - 8 * $0)) }
    }
    let length = UInt8(20 + vrrpMessage.count)
    return [0x45, 0xC0, 0, length, 0, 0, 0, 0, ttl, 112, 0, 0] + octets(source) + octets(destination) + vrrpMessage
}

private struct Arrival {
    var bytes: [UInt8]
    var details: VRRPSocket.Received
}

/// The next datagram, or nil when none comes in time.
private func next(_ socket: VRRPSocket) throws -> Arrival? {
    guard try waitUntilReadable(socket.descriptor) else { return nil }
    return try queued(socket)
}

private func queued(_ socket: VRRPSocket) throws -> Arrival? {
    var arrival: Arrival?
    let isThere = try socket.receive { arrival = Arrival(bytes: bytes($0), details: $1) }
    #expect(isThere == (arrival != nil))
    return arrival
}

@Suite(.serialized, .enabled(if: isRoot))
struct `VRRP sockets` {
    private func sockets(
        _ cable: Cable, _ family: AddressFamily, left: VRRPSocket.Mode, right: VRRPSocket.Mode
    ) throws -> (left: VRRPSocket, right: VRRPSocket) {
        let first = try cable.left.enter {
            try VRRPSocket(family: family, interfaceName: "left0", interfaceIndex: cable.leftIndex, mode: left)
        }
        let second = try cable.right.enter {
            try VRRPSocket(family: family, interfaceName: "right0", interfaceIndex: cable.rightIndex, mode: right)
        }
        return (first, second)
    }

    @Test func `IPv4 multicast crosses the link with its header intact, both ways, and does not come back`() throws {
        let cable = try Cable()
        let group = VRRPSocket.Mode.multicast(group: .v4(.vrrpGroup))
        let (left, right) = try sockets(cable, .v4, left: group, right: group)
        let ours = packet(from: leftV4, to: .vrrpGroup)
        try left.send(ours.span, from: .v4(leftV4), to: .v4(.vrrpGroup))
        let arrival = try #require(try next(right))
        #expect(arrival.details.source == .v4(leftV4))
        #expect(arrival.details.destination == nil && arrival.details.hopLimit == nil)
        #expect(arrival.details.interfaceIndex == cable.rightIndex && !arrival.details.isTruncated)
        #expect(arrival.bytes.count == ours.count)
        #expect(arrival.bytes[1] == 0xC0 && arrival.bytes[8] == 255 && arrival.bytes[9] == 112)
        #expect(Array(arrival.bytes[12...]) == Array(ours[12...]))

        let theirs = packet(from: rightV4, to: .vrrpGroup, ttl: 7)
        try right.send(theirs.span, from: .v4(rightV4), to: .v4(.vrrpGroup))
        let answer = try #require(try next(left))
        #expect(answer.details.source == .v4(rightV4) && answer.bytes[8] == 7)
        #expect(try queued(left) == nil && queued(right) == nil)
    }

    @Test func `IPv6 multicast carries hop limit, traffic class and the source we name`() throws {
        let cable = try Cable()
        let group = VRRPSocket.Mode.multicast(group: .v6(.vrrpGroup))
        let (left, right) = try sockets(cable, .v6, left: group, right: group)
        let capture = try cable.right.enter { try FrameCapture() }
        try left.send(vrrpMessage.span, from: .v6(leftV6), to: .v6(.vrrpGroup))
        let arrival = try #require(try next(right))
        #expect(arrival.bytes == vrrpMessage)
        #expect(
            arrival.details
                == VRRPSocket.Received(
                    source: .v6(leftV6), destination: .v6(.vrrpGroup), hopLimit: 255, isTruncated: false,
                    interfaceIndex: cable.rightIndex))
        let frame = try #require(try capture.next { $0.count > 20 && $0[12] == 0x86 && $0[20] == 112 })
        #expect(frame[14] == 0x6C && frame[15] >> 4 == 0, "traffic class is not 0xC0")

        try right.send(vrrpMessage.span, from: .v6(rightV6), to: .v6(.vrrpGroup))
        #expect(try next(left)?.details.source == .v6(rightV6))
        #expect(try queued(left) == nil && queued(right) == nil)
    }

    @Test(arguments: [AddressFamily.v4, .v6])
    func `a multicast socket makes its interface a member of the group`(_ family: AddressFamily) throws {
        let cable = try Cable()
        try cable.left.enter {
            let group = IPAddress.vrrpGroup(family)
            #expect(try !shell("ip maddress show dev left0").contains(" \(group)\n"))
            let socket = try VRRPSocket(
                family: family, interfaceName: "left0", interfaceIndex: cable.leftIndex, mode: .multicast(group: group))
            #expect(try shell("ip maddress show dev left0").contains(" \(group)\n"))
            #expect(socket.descriptor >= 0)
        }
    }

    @Test func `an IPv4 unicast socket hears its own address only, and a multicast socket no unicast`() throws {
        let cable = try Cable()
        let (left, right) = try sockets(
            cable, .v4, left: .multicast(group: .v4(.vrrpGroup)), right: .unicast(local: .v4(rightV4)))
        try left.send(packet(from: leftV4, to: .vrrpGroup).span, from: .v4(leftV4), to: .v4(.vrrpGroup))
        try left.send(packet(from: leftV4, to: rightV4, ttl: 9).span, from: .v4(leftV4), to: .v4(rightV4))
        #expect(try next(right)?.bytes[8] == 9)
        #expect(try queued(right) == nil)
        try right.send(packet(from: rightV4, to: leftV4).span, from: .v4(rightV4), to: .v4(leftV4))
        try right.send(packet(from: rightV4, to: .vrrpGroup, ttl: 8).span, from: .v4(rightV4), to: .v4(.vrrpGroup))
        #expect(try next(left)?.bytes[8] == 8)
    }

    @Test func `IPv6 unicast between link-local addresses arrives with hop limit 255`() throws {
        let cable = try Cable()
        let (left, right) = try sockets(
            cable, .v6, left: .unicast(local: .v6(leftV6)), right: .unicast(local: nil))
        try left.send(vrrpMessage.span, from: .v6(leftV6), to: .v6(rightV6))
        let arrival = try #require(try next(right))
        #expect(arrival.details.destination == .v6(rightV6) && arrival.details.hopLimit == 255)
        #expect(arrival.bytes == vrrpMessage)
    }

    @Test func `a unicast socket opens before its address exists`() throws {
        let cable = try Cable()
        try cable.left.enter {
            for address in [
                IPAddress.v4(IPv4Address(198, 51, 100, 9)), .v6(IPv6Address(high: 0x20010DB8 << 32, low: 9)),
            ] {
                let socket = try VRRPSocket(
                    family: address.family, interfaceName: "left0", interfaceIndex: cable.leftIndex,
                    mode: .unicast(local: address))
                #expect(socket.descriptor >= 0)
            }
        }
    }

    @Test func `a datagram beyond any advertisement is marked as truncated`() throws {
        let cable = try Cable()
        let group = VRRPSocket.Mode.multicast(group: .v6(.vrrpGroup))
        let (left, right) = try sockets(cable, .v6, left: group, right: group)
        try left.send([UInt8](repeating: 1, count: 9000).span, from: .v6(leftV6), to: .v6(.vrrpGroup))
        let arrival = try #require(try next(right))
        #expect(arrival.details.isTruncated && arrival.bytes.count < 9000)
    }

    @Test func `sending names what could not be reached once the interface is gone`() throws {
        let cable = try Cable()
        let group = VRRPSocket.Mode.multicast(group: .v4(.vrrpGroup))
        let (left, _) = try sockets(cable, .v4, left: group, right: group)
        try cable.left.enter { try shell("ip link delete left0") }
        let failure = #expect(throws: SystemError.self) {
            try left.send(packet(from: leftV4, to: .vrrpGroup).span, from: .v4(leftV4), to: .v4(.vrrpGroup))
        }
        #expect(failure?.operation == "send VRRP to 224.0.0.18 on left0")
        #expect([ENODEV, ENXIO, ENETUNREACH, ENETDOWN].contains(failure?.code))
    }

    @Test func `an interface that does not exist is named in the error`() throws {
        let namespace = try NetworkNamespace()
        let failure = try namespace.enter {
            #expect(throws: SystemError.self) {
                _ = try VRRPSocket(
                    family: .v4, interfaceName: "absent0", interfaceIndex: 4711,
                    mode: .multicast(group: .v4(.vrrpGroup)))
            }
        }
        #expect(failure == SystemError("bind socket to device absent0", ENODEV))
    }
}
