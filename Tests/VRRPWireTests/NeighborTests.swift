import Testing
import VRRPWire

@Suite struct `Gratuitous ARP` {
    static let announcement = GratuitousARP(address: IPv4Address(192, 0, 2, 1), hardwareAddress: FrameVector.v4)

    private static func frame(_ form: GratuitousARP.Form) -> [UInt8] {
        Array(capacity: GratuitousARP.frameSize) { announcement.emitFrame(into: &$0, form: form) }
    }

    @Test func `is emitted as in vectors Q and R`() {
        #expect(Self.frame(.request) == FrameVector.garpRequest)
        #expect(Self.frame(.reply) == FrameVector.garpReply)
    }

    @Test func `asks without claiming, as in vector T`() {
        let frame = [UInt8](capacity: GratuitousARP.frameSize) { Self.announcement.emitProbeFrame(into: &$0) }
        #expect(frame == FrameVector.probe)
    }

    @Test func `is recognised in both forms, and a probe is not one`() throws {
        let request = try ARPPacket.parse(octets: FrameVector.garpRequest)
        #expect(
            request
                == ARPPacket(
                    operation: .request, senderHardwareAddress: FrameVector.v4,
                    senderAddress: IPv4Address(192, 0, 2, 1),
                    targetHardwareAddress: .broadcast, targetAddress: IPv4Address(192, 0, 2, 1)))
        #expect(request.isAnnouncement && !request.isProbe)
        let reply = try ARPPacket.parse(octets: FrameVector.garpReply)
        #expect(reply.operation == .reply && reply.targetHardwareAddress == FrameVector.v4)
        #expect(reply.isAnnouncement && !reply.isProbe)
        let probe = try ARPPacket.parse(octets: FrameVector.probe)
        #expect(!probe.isAnnouncement && probe.isProbe)
    }

    @Test func `is not every question or answer`() throws {
        var question = FrameVector.garpRequest
        question[41] = 9
        let packet = try ARPPacket.parse(octets: question)
        #expect(!packet.isAnnouncement && !packet.isProbe)
    }

    @Test(arguments: [FrameVector.garpRequest, FrameVector.garpReply, FrameVector.probe])
    func `every truncation is refused, and padding is not`(frame: [UInt8]) throws {
        for count in 0..<frame.count {
            #expect(
                wireError { _ = try ARPPacket.parse(octets: Array(frame.prefix(count))) }
                    == .truncated(needed: 42, got: count))
        }
        let padded = frame + [UInt8](repeating: 0, count: 18)
        #expect(try ARPPacket.parse(octets: padded) == ARPPacket.parse(octets: frame))
    }

    @Test(arguments: [FrameVector.garpRequest, FrameVector.garpReply, FrameVector.probe])
    func `every flipped bit after the Ethernet addresses is seen`(frame: [UInt8]) throws {
        let original = try ARPPacket.parse(octets: frame)
        for bit in 0..<frame.count * 8 {
            var changed = frame
            changed[bit / 8] ^= 0x80 >> (bit % 8)
            let isEthernetAddress = bit < 96
            do {
                #expect((try ARPPacket.parse(octets: changed) == original) == isEthernetAddress, "bit \(bit)")
            } catch {
                #expect(!isEthernetAddress, "bit \(bit): \(error)")
            }
        }
    }

    @Test func `other operations are refused by their number`() {
        var frame = FrameVector.garpRequest
        frame[21] = 3
        #expect(wireError { _ = try ARPPacket.parse(octets: frame) } == .unsupportedARPOperation(3))
    }
}

@Suite struct `Neighbour advertisements` {
    static let announcement = NeighborAdvertisement(
        target: IPv6Address(high: 0x2001_0DB8_0000_0000, low: 1), hardwareAddress: FrameVector.v6, isRouter: true)

    @Test func `are emitted as in vector S, checksum included`() {
        let frame = [UInt8](capacity: NeighborAdvertisement.frameSize) { Self.announcement.emitFrame(into: &$0) }
        #expect(frame == FrameVector.neighborAdvertisement)
    }

    @Test func `are recognised with their flags`() throws {
        #expect(try NeighborAdvertisement.parse(octets: FrameVector.neighborAdvertisement) == Self.announcement)
        for flags in 0..<8 {
            let original = NeighborAdvertisement(
                target: IPv6Address(high: 1, low: UInt64(flags)),
                hardwareAddress: HardwareAddress(rawValue: 0x0200_0000_0001),
                isRouter: flags & 1 != 0, isSolicited: flags & 2 != 0, isOverride: flags & 4 != 0)
            let frame = [UInt8](capacity: NeighborAdvertisement.frameSize) { original.emitFrame(into: &$0) }
            #expect(try NeighborAdvertisement.parse(octets: frame) == original)
        }
    }

    @Test func `every truncation is refused, and padding is not`() throws {
        let frame = FrameVector.neighborAdvertisement
        for count in 0..<frame.count {
            #expect(
                wireError { _ = try NeighborAdvertisement.parse(octets: Array(frame.prefix(count))) } != nil, "\(count)"
            )
        }
        let padded = frame + [UInt8](repeating: 0xAA, count: 7)
        #expect(try NeighborAdvertisement.parse(octets: padded) == Self.announcement)
    }

    /// The flow label and traffic class mean nothing here, and the hop limit is compared; all else is summed or compared.
    @Test func `every flipped bit is refused, except in what nothing covers`() throws {
        for bit in 0..<FrameVector.neighborAdvertisement.count * 8 {
            var changed = FrameVector.neighborAdvertisement
            changed[bit / 8] ^= 0x80 >> (bit % 8)
            let isUncovered = bit < 96 || (116..<144).contains(bit)
            do {
                #expect(try NeighborAdvertisement.parse(octets: changed) == Self.announcement, "bit \(bit)")
                #expect(isUncovered, "bit \(bit)")
            } catch {
                #expect(!isUncovered, "bit \(bit): \(error)")
            }
        }
    }

    /// The frame with `options` in place of the target link-layer address.
    private func frame(options: [UInt8]) -> [UInt8] {
        var frame = Array(FrameVector.neighborAdvertisement.prefix(78)) + options
        let length = frame.count - 54
        (frame[18], frame[19]) = (UInt8(length >> 8), UInt8(length & 255))
        (frame[56], frame[57]) = (0, 0)
        let sum = PartialChecksum.pseudoHeader(
            source: .v6(Self.announcement.target), destination: .v6(.allNodes), protocolNumber: 58, length: length
        ).adding(frame.span.extracting(54...))
        (frame[56], frame[57]) = (UInt8(sum.finished >> 8), UInt8(sum.finished & 255))
        return frame
    }

    @Test func `without a link-layer address they come from the sender of the frame`() throws {
        #expect(try NeighborAdvertisement.parse(octets: frame(options: [])) == Self.announcement)
    }

    @Test func `other options are passed over`() throws {
        let options = octets("0e01010203040506 | 0201020000000007")
        #expect(
            try NeighborAdvertisement.parse(octets: frame(options: options)).hardwareAddress
                == HardwareAddress(rawValue: 0x0200_0000_0007))
    }

    @Test func `an option without length, or longer than the packet, is refused`() {
        for option in ["0e00010203040506", "0e02010203040506", "02ff010203040506", "0201"] {
            #expect(
                wireError { _ = try NeighborAdvertisement.parse(octets: frame(options: octets(option))) } != nil,
                "\(option)")
        }
    }

    @Test func `a forwarded one is refused by its hop limit`() {
        var frame = FrameVector.neighborAdvertisement
        frame[21] = 64
        #expect(wireError { _ = try NeighborAdvertisement.parse(octets: frame) } == .neighborHopLimit(64))
    }

    @Test func `a solicitation or an advertisement over IPv4 is something else`() {
        var frame = FrameVector.neighborAdvertisement
        frame[54] = 135
        #expect(wireError { _ = try NeighborAdvertisement.parse(octets: frame) } == .notNeighborAdvertisement)
        #expect(
            wireError {
                _ = try NeighborAdvertisement.parse(octets: FrameVector.garpRequest + [UInt8](repeating: 0, count: 60))
            }
                == .notNeighborAdvertisement)
    }
}
