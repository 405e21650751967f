import Testing
import VRRPWire

@Suite struct SolicitationTests {
    /// Octet by octet after RFC 4861 section 4.3, RFC 4291 section 2.7.1 and RFC 2464 section 7.
    @Test func `a solicitation asks the target's own group`() {
        let solicitation = NeighborSolicitation(
            target: IPv6Address(high: 0x2001_0DB8_0000_0000, low: 0x0012_3456),
            source: IPv6Address(high: 0xFE80_0000_0000_0000, low: 1),
            hardwareAddress: HardwareAddress(rawValue: 0x0200_0000_0001))
        let frame = [UInt8](capacity: NeighborSolicitation.frameSize) { solicitation.emitFrame(into: &$0) }
        var expected: [UInt8] = [0x33, 0x33, 0xFF, 0x12, 0x34, 0x56, 2, 0, 0, 0, 0, 1, 0x86, 0xDD]
        expected += [0x60, 0, 0, 0, 0, 32, 58, 255]
        expected += [0xFE, 0x80] + [UInt8](repeating: 0, count: 13) + [1]
        expected += [0xFF, 2] + [UInt8](repeating: 0, count: 9) + [1, 0xFF, 0x12, 0x34, 0x56]
        let target: [UInt8] = [0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 9) + [0x12, 0x34, 0x56]
        let message: [UInt8] = [135, 0, 0, 0, 0, 0, 0, 0] + target + [1, 1, 2, 0, 0, 0, 0, 1]
        expected += message
        // Everything but the checksum, which makes the sum over pseudo-header and message all ones.
        #expect(Array(frame[..<56]) == Array(expected[..<56]))
        #expect(Array(frame[58...]) == Array(expected[58...]))
        let pseudoHeader = Array(frame[22..<54]) + [0, 0, 0, 32, 0, 0, 0, 58]
        let summed = pseudoHeader + Array(frame[54...])
        var sum = stride(from: 0, to: summed.count, by: 2).reduce(0) { $0 + Int(summed[$1]) << 8 + Int(summed[$1 + 1]) }
        while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
        #expect(sum == 0xFFFF)
    }
}
