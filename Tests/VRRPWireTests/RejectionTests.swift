import Testing
import VRRPWire

/// Each thing that may be wrong with a message, one at a time, under a checksum that is right.
@Suite struct `What is refused, and why` {
    /// The reason for refusing `vector` after `change`, its checksum made right again unless it is what is wrong.
    private func reason(
        _ letter: Character, repairing: Bool = true, over carrier: Carrier? = nil, _ change: (inout [UInt8]) -> Void
    ) -> WireError? {
        let vector = Vector.named(letter)
        var message = vector.message
        change(&message)
        let carrier = carrier ?? vector.carrier
        if repairing { repairChecksum(of: &message, carrier, vector.decoded.form) }
        return wireError { _ = try Decoded(parsing: message, carrier) }
    }

    @Test func `a hop limit below 255 is the caller's to see, and the carrier says so`() {
        var carrier = Vector.named("A").carrier
        #expect(carrier.isOnLink)
        carrier.hopLimit = 254
        #expect(!carrier.isOnLink)
        #expect(reason("A", over: carrier) { _ in } == nil)
        carrier = Vector.named("J").carrier
        carrier.hopLimit = 64
        #expect(!carrier.isOnLink)
    }

    @Test func `a message cut to twelve octets`() {
        #expect(
            reason("A", repairing: false) { $0.removeLast(8) }
                == .lengthMismatch(addressCount: 1, expected: 20, got: 12))
    }

    @Test func `four octets too many`() {
        #expect(
            reason("A") { $0 += [0, 0, 0, 0] } == .lengthMismatch(addressCount: 1, expected: 20, got: 24))
        #expect(
            reason("F") { $0 += [0, 0, 0, 0] } == .lengthMismatch(addressCount: 1, expected: 12, got: 16))
    }

    @Test func `no addresses in version 3, in either family`() {
        let cut: (inout [UInt8]) -> Void = {
            $0[3] = 0
            $0.removeSubrange(8...)
        }
        #expect(reason("F", cut) == .noAddresses)
        #expect(reason("G", cut) == .noAddresses)
        #expect(reason("J", cut) == .noAddresses)
    }

    @Test func `a count that is zero while addresses follow`() {
        #expect(reason("F") { $0[3] = 0 } == .lengthMismatch(addressCount: 0, expected: 8, got: 12))
        #expect(reason("A") { $0[3] = 0 } == .lengthMismatch(addressCount: 0, expected: 16, got: 20))
    }

    @Test func `version 2 without addresses is allowed, since RFC 3768 does not forbid it`() throws {
        var message = Vector.named("A").message
        message[3] = 0
        message.removeSubrange(8..<12)
        repairChecksum(of: &message, Vector.named("A").carrier, .messageOnly)
        #expect(try Decoded(parsing: message, Vector.named("A").carrier).addresses.isEmpty)
    }

    @Test func `a count of 255 with one address`() {
        #expect(reason("A") { $0[3] = 255 } == .lengthMismatch(addressCount: 255, expected: 1036, got: 20))
        #expect(reason("F") { $0[3] = 255 } == .lengthMismatch(addressCount: 255, expected: 1028, got: 12))
        #expect(reason("J") { $0[3] = 255 } == .lengthMismatch(addressCount: 255, expected: 4088, got: 40))
    }

    @Test func `types other than advertisement, in every version`() {
        for type in (0...15 as ClosedRange<UInt8>) where type != 1 {
            #expect(reason("A") { $0[0] = 0x20 | type } == .unsupportedType(type))
            #expect(reason("F") { $0[0] = 0x30 | type } == .unsupportedType(type))
            #expect(reason("J") { $0[0] = 0x30 | type } == .unsupportedType(type))
        }
    }

    @Test func `versions other than 2 and 3`() {
        for version in (0...15 as ClosedRange<UInt8>) where version != 2 && version != 3 {
            #expect(reason("F") { $0[0] = version << 4 | 1 } == .unsupportedVersion(version))
        }
    }

    @Test func `version 2 over IPv6`() {
        #expect(reason("J") { $0[0] = 0x21 } == .versionTwoOverIPv6)
    }

    @Test func `virtual router 0, which the preamble reads as none`() throws {
        #expect(reason("A") { $0[1] = 0 } == .invalidVirtualRouterID)
        #expect(reason("F") { $0[1] = 0 } == .invalidVirtualRouterID)
        var message = Vector.named("F").message
        message[1] = 0
        #expect(try Preamble.parse(octets: message).virtualRouterID == nil)
    }

    @Test func `an interval of zero, in every version`() {
        #expect(reason("A") { $0[5] = 0 } == .zeroInterval)
        #expect(reason("F") { $0[5] = 0 } == .zeroInterval)
        #expect(reason("G") { $0[5] = 0 } == .zeroInterval)
        #expect(reason("J") { $0[5] = 0 } == .zeroInterval)
        #expect(reason("F") { ($0[4], $0[5]) = (0xF0, 0) } == .zeroInterval, "only reserved bits are set")
    }

    @Test func `reserved bits of version 3 are ignored`() throws {
        var message = Vector.named("F").message
        message[4] = 0xF0
        repairChecksum(of: &message, Vector.named("F").carrier, .pseudoHeader)
        #expect(try Decoded(parsing: message, Vector.named("F").carrier) == Vector.named("F").decoded)
    }

    @Test func `a first IPv6 address that is not link-local`() {
        let global = IPv6Address(high: 0x2001_0DB8_0000_0000, low: 1)
        #expect(
            reason("J") { $0.replaceSubrange(8..<24, with: octets("20010db8000000000000000000000001")) }
                == .firstAddressNotLinkLocal(global))
    }

    @Test func `authentication types other than none, password and header`() {
        for type in UInt8(3)...255 {
            #expect(reason("C") { $0[4] = type } == .unknownAuthenticationType(type))
        }
    }

    @Test func `a wrong checksum, which the error tells together with the usual one`() {
        #expect(
            reason("A", repairing: false) { $0[6] = 0 } == .checksum(found: 0x00C8, expected: 0xB8C8))
        #expect(
            reason("F", repairing: false) { $0[6] = 0x15 } == .checksum(found: 0x15D4, expected: 0x05D4))
        #expect(
            reason("J", repairing: false) { ($0[6], $0[7]) = (0, 0) } == .checksum(found: 0, expected: 0x3FFA))
    }

    @Test func `a form of checksum that the version or family does not have`() {
        let v2 = Vector.named("A")
        var message = v2.message
        repairChecksum(of: &message, v2.carrier, .pseudoHeader)
        #expect(
            wireError { _ = try Decoded(parsing: message, v2.carrier) } == .checksum(found: 0x162F, expected: 0xB8C8))
        let v6 = Vector.named("J")
        message = v6.message
        repairChecksum(of: &message, v6.carrier, .messageOnly)
        let found = UInt16(message[6]) << 8 | UInt16(message[7])
        #expect(
            wireError { _ = try Decoded(parsing: message, v6.carrier) } == .checksum(found: found, expected: 0x3FFA))
    }

    @Test func `the pseudo-header covers the addresses of the packet`() {
        var carrier = Vector.named("N").carrier
        carrier.source = address("192.0.2.9")
        #expect(reason("N", repairing: false, over: carrier) { _ in } == .checksum(found: 0x23E3, expected: 0x23DC))
    }

    @Test func `the trailer of a keepalived with auth_hmac`() {
        let message = octets(
            "3133c80100644402c0000264 010100006800000080000000 1b84bc4e8e43892dc6d98448f8ee2265")
        let carrier = Carrier(source: address("198.51.100.10"), destination: .vrrpGroup(.v4), hopLimit: 255)
        #expect(
            wireError { _ = try Decoded(parsing: message, carrier) }
                == .lengthMismatch(addressCount: 1, expected: 12, got: 40))
    }

    @Test func `each reason reads as a sentence about the packet`() {
        #expect(
            WireError.checksum(found: 0xD4, expected: 0xA865).description == "its checksum is 0x00d4, not 0xa865")
        #expect(
            WireError.lengthMismatch(addressCount: 1, expected: 12, got: 16).description
                == "it has 16 octets, but 1 address makes 12")
        #expect(
            WireError.firstAddressNotLinkLocal(IPv6Address(high: 0, low: 1)).description
                == "its first address is ::1, not a link-local one")
    }
}
