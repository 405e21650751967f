import Testing
import VRRPWire

@Suite struct `The frame of an advert` {
    private static let id = VirtualRouterID(51)
    private static let payload: [UInt8] = [0x31, 51, 100, 1, 0, 100, 0, 0, 192, 0, 2, 10]

    private static func datagram(_ source: IPv4Address) -> [UInt8] {
        [UInt8](capacity: 20 + payload.count) { output in
            IPv4Header.emit(
                into: &output, source: source, destination: .vrrpGroup, payloadSize: payload.count, identification: 7)
            for octet in payload { output.append(octet) }
        }
    }

    @Test func `of IPv4 goes from the virtual address to the group's`() throws {
        let source = IPv4Address(192, 0, 2, 1)
        let hardware = HardwareAddress.virtual(try #require(Self.id), .v4)
        let datagram = Self.datagram(source)
        let frame = EthernetFrame.advert(datagram, from: .v4(source), to: .vrrpGroup(.v4), hardware: hardware)
        let ethernet = try EthernetFrame.parse(frame.span)
        #expect(ethernet.source == hardware && ethernet.type == 0x0800 && ethernet.vlans == [])
        #expect(ethernet.destination == HardwareAddress(rawValue: 0x0100_5E00_0012))
        #expect(Array(frame[ethernet.headerLength...]) == datagram)
    }

    @Test func `of IPv6 has the header that the kernel would write`() throws {
        let source = IPv6Address(high: 0xFE80_0000_0000_0000, low: 1)
        let hardware = HardwareAddress.virtual(try #require(Self.id), .v6)
        let frame = EthernetFrame.advert(Self.payload, from: .v6(source), to: .vrrpGroup(.v6), hardware: hardware)
        let ethernet = try EthernetFrame.parse(frame.span)
        #expect(ethernet.source == hardware && ethernet.type == 0x86DD)
        #expect(ethernet.destination == HardwareAddress(rawValue: 0x3333_0000_0012))
        let datagram = Array(frame[ethernet.headerLength...])
        let header = try IPv6Header.parse(datagram.span)
        #expect(header.payloadLength == Self.payload.count && header.nextHeader == 112 && header.hopLimit == 255)
        #expect(header.source == source && header.destination == .vrrpGroup)
        // RFC 8200 section 3: version 6, traffic class 0xC0, flow label 0.
        #expect(Array(datagram[..<4]) == [0x6C, 0, 0, 0])
        #expect(Array(datagram[IPv6Header.size...]) == Self.payload)
    }

    @Test(
        arguments: [
            (0x00_005E_0001_33, true, false), (0x00_005E_0002_FF, true, false), (0x00_005E_0003_33, false, false),
            (0x0200_0000_0001, false, false), (0x0100_5E00_0012, false, true), (0xFFFF_FFFF_FFFF, false, true),
        ] as [(UInt64, Bool, Bool)])
    func `knows the addresses of virtual routers, and those of groups`(
        address: UInt64, isOfRouter: Bool, isGroup: Bool
    ) {
        let hardware = HardwareAddress(rawValue: address)
        #expect(hardware.isOfVirtualRouter == isOfRouter && hardware.isGroup == isGroup)
    }
}
