import Glibc
import LinuxKernel
import Testing
import VRRPWire

private struct Arrival {
    var bytes: [UInt8]
    var details: UDPListener.Received
}

private func next(_ socket: UDPListener) throws -> Arrival? {
    guard try waitUntilReadable(socket.descriptor) else { return nil }
    var arrival: Arrival?
    let isThere = try socket.receive { arrival = Arrival(bytes: bytes($0), details: $1) }
    #expect(isThere == (arrival != nil))
    return arrival
}

@Suite(.serialized, .enabled(if: isRoot))
struct `UDP sockets` {
    private let ports: ClosedRange<UInt16> = 49152...65535
    private let payload: [UInt8] = [1, 2, 3]

    private func problem(_ body: () throws -> Void) -> SystemError? {
        do {
            try body()
            return nil
        } catch {
            return error as? SystemError
        }
    }

    @Test func `a datagram over IPv4 says from whom, to whom and with which TTL it came`() throws {
        let cable = try Cable()
        let listener = try cable.right.enter { try UDPListener(family: .v4, port: 3784) }
        let cases: [(IPAddress?, UInt8)] = [(.v4(IPv4Address(192, 0, 2, 1)), 255), (nil, 7)]
        for (source, hopLimit) in cases {
            let sender = try cable.left.enter {
                try UDPSender(family: .v4, source: source, ports: ports, wish: 50000, hopLimit: hopLimit)
            }
            #expect(sender.port == 50000)
            try sender.send(payload.span, to: .v4(IPv4Address(192, 0, 2, 2)), port: 3784)
            let arrival = try #require(try next(listener))
            #expect(arrival.bytes == payload)
            #expect(arrival.details.source == .v4(IPv4Address(192, 0, 2, 1)))
            #expect(arrival.details.destination == .v4(IPv4Address(192, 0, 2, 2)))
            #expect(arrival.details.hopLimit == hopLimit)
            #expect(arrival.details.interfaceIndex == cable.rightIndex)
        }
        #expect(try !listener.receive { _, _ in })
    }

    @Test func `both families have the port, each for itself, and IPv6 says the same`() throws {
        let cable = try Cable()
        try cable.left.enter {
            let listeners = try [AddressFamily.v4, .v6].map { try UDPListener(family: $0, port: 4784) }
            let loopback = IPv6Address(high: 0, low: 1)
            let sender = try UDPSender(
                family: .v6, source: .v6(loopback), ports: ports, wish: 0, hopLimit: 64)
            try sender.send(payload.span, to: .v6(loopback), port: 4784)
            let arrival = try #require(try next(listeners[1]))
            #expect(arrival.details.source == .v6(loopback) && arrival.details.destination == .v6(loopback))
            #expect(arrival.details.hopLimit == 64)
            #expect(try !listeners[0].receive { _, _ in })
        }
    }

    @Test
    func `a port that is taken is passed over, and an address that is not here or a port that is heard is an error`()
        throws
    {
        let cable = try Cable()
        try cable.left.enter {
            let source = IPAddress.v4(IPv4Address(192, 0, 2, 1))
            let first = try UDPSender(family: .v4, source: source, ports: ports, wish: 65535, hopLimit: 255)
            let second = try UDPSender(family: .v4, source: source, ports: ports, wish: 65535, hopLimit: 255)
            #expect((first.port, second.port) == (65535, 49152))
            let absent = problem {
                _ = try UDPSender(
                    family: .v4, source: .v4(IPv4Address(192, 0, 2, 77)), ports: ports, wish: 50000, hopLimit: 255)
            }
            #expect(absent == SystemError("bind 192.0.2.77", EADDRNOTAVAIL))
            let listener = try UDPListener(family: .v4, port: 3784)
            let taken = problem { _ = try UDPListener(family: .v4, port: 3784) }
            #expect(taken == SystemError("bind UDP port 3784 of IPv4", SystemError.addressInUse))
            // Nobody there answers, and the sender does not mind.
            for _ in 0..<3 { try second.send(payload.span, to: .v4(IPv4Address(127, 0, 0, 1)), port: 9) }
            #expect(try !listener.receive { _, _ in })
        }
    }
}
