import Testing
import VRRPWire

@Suite struct `Standby notice` {
    private var notice: StandbyNotice {
        StandbyNotice(virtualRouterID: VirtualRouterID(51)!, priority: Priority(100), interval: .oneSecond)
    }

    private var octets: [UInt8] { [UInt8](capacity: StandbyNotice.size) { notice.emit(into: &$0) } }

    @Test func `is these octets`() {
        #expect(
            octets == [
                0x38, 51, 100, 1, 0, 100, 0xB9, 0xD1, 0x55, 0x53, 0x54, 0x42, 0, 0, 0, 0,
            ])
        #expect(StandbyNotice.parse(octets.span) == notice)
    }

    @Test func `is no advert, and no advert is one`() throws {
        let carrier = Carrier(source: try #require(IPAddress("192.0.2.2")), destination: .vrrpGroup(.v4))
        #expect(throws: WireError.unsupportedType(8)) { try Advertisement.parse(octets.span, carrier: carrier) }
        var advert = octets
        advert[0] = 0x31
        #expect(StandbyNotice.parse(advert.span) == nil)
    }

    @Test func `is not believed with any bit flipped, any octet missing or one too many`() {
        for index in octets.indices {
            for bit in 0..<8 {
                var flipped = octets
                flipped[index] ^= 1 << bit
                #expect(StandbyNotice.parse(flipped.span) == nil, "octet \(index), bit \(bit)")
            }
            #expect(StandbyNotice.parse(Array(octets[..<index]).span) == nil)
        }
        #expect(StandbyNotice.parse((octets + [0]).span) == nil)
        #expect(StandbyNotice.parse([UInt8]().span) == nil)
    }
}
