import Foundation
import Testing
import VRRPWire

/// The capture that packet analysers were asked about holds the same octets as the vectors here, in the same order.
@Suite struct `The capture of the vectors` {
    private static func frames() throws -> [[UInt8]] {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Captures/vectors.pcap")
        var rest = [UInt8](try Data(contentsOf: file)).dropFirst(24)
        var frames: [[UInt8]] = []
        while rest.count > 16 {
            let header = Array(rest.prefix(16))
            let length = (8..<12).reversed().reduce(0) { $0 << 8 | Int(header[$1]) }
            frames.append(Array(rest.dropFirst(16).prefix(length)))
            rest = rest.dropFirst(16 + length)
        }
        return frames
    }

    @Test func `holds what we emit, behind an Ethernet header`() throws {
        let frames = try Self.frames()
        #expect(frames.count == 20)
        for (vector, frame) in zip(Vector.all, frames) {
            #expect(
                Array(frame.dropFirst(14)) == vector.header + vector.decoded.encoded(vector.carrier), "\(vector.name)")
        }
        #expect(
            Array(frames[16...]) == [
                FrameVector.garpRequest, FrameVector.garpReply, FrameVector.neighborAdvertisement, FrameVector.probe,
            ])
    }

    @Test func `holds one packet of another protocol, an authentication header, which is told by its number`() throws {
        let datagram = Array(try Self.frames()[15].dropFirst(14))
        #expect(try IPv4Header.parse(octets: datagram).protocolNumber == 51)
    }
}
