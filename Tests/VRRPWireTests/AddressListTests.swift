import Testing
import VRRPWire

@Suite struct `The address list of a message` {
    /// Whether a message with `carried` matches `configured`.
    private func matches(_ carried: [String], _ configured: [String]) -> Bool {
        let addresses = carried.map(address)
        let family = addresses.first?.family ?? .v4
        let message = [UInt8](repeating: 0, count: 8) + addresses.flatMap(encoded)
        return Advertisement.addresses(
            in: message.span, family: family, count: addresses.count, equalAsSetTo: configured.map(address))
    }

    private func encoded(_ address: IPAddress) -> [UInt8] {
        switch address {
        case .v4(let address): (0..<4).map { UInt8(truncatingIfNeeded: address.bigEndianValue >> (24 - 8 * $0)) }
        case .v6(let address):
            (0..<16).map {
                UInt8(truncatingIfNeeded: ($0 < 8 ? address.high : address.low) >> UInt64(56 - 8 * ($0 % 8)))
            }
        }
    }

    @Test func `equals the same addresses in any order`() {
        #expect(matches(["10.0.0.1", "10.0.0.2", "10.0.0.3"], ["10.0.0.1", "10.0.0.2", "10.0.0.3"]))
        #expect(matches(["10.0.0.3", "10.0.0.1", "10.0.0.2"], ["10.0.0.1", "10.0.0.2", "10.0.0.3"]))
        #expect(matches(["fe80::1", "2001:db8::1"], ["2001:db8::1", "fe80::1"]))
        #expect(matches([], []))
    }

    @Test func `does not care how often an address is named`() {
        #expect(matches(["10.0.0.1", "10.0.0.1", "10.0.0.2"], ["10.0.0.2", "10.0.0.1"]))
        #expect(matches(["10.0.0.2", "10.0.0.1"], ["10.0.0.1", "10.0.0.1", "10.0.0.2"]))
    }

    @Test func `differs when either side has an address more`() {
        #expect(!matches(["10.0.0.1"], ["10.0.0.1", "10.0.0.2"]))
        #expect(!matches(["10.0.0.1", "10.0.0.2"], ["10.0.0.1"]))
        #expect(!matches(["10.0.0.1", "10.0.0.1"], ["10.0.0.1", "10.0.0.2"]))
        #expect(!matches(["10.0.0.1", "10.0.0.2"], ["10.0.0.1", "10.0.0.1"]))
        #expect(!matches([], ["10.0.0.1"]))
        #expect(!matches(["10.0.0.1"], []))
    }

    @Test func `differs from the same numbers in the other family`() {
        #expect(!matches(["::1"], ["0.0.0.1"]))
    }
}
