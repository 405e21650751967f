import Testing
import VRRPWire

@Suite struct `The IPv4 header before a message` {
    static let vectors = Vector.all.filter { $0.carrier.family == .v4 }

    private static func emitted(_ vector: Vector) throws -> [UInt8] {
        guard case .v4(let source) = vector.carrier.source, case .v4(let destination) = vector.carrier.destination
        else { throw WireError.notIPv4(version: 6) }
        return Array(capacity: IPv4Header.size) { output in
            IPv4Header.emit(
                into: &output, source: source, destination: destination, payloadSize: vector.message.count,
                timeToLive: 255, identification: 1)
        }
    }

    @Test(arguments: vectors)
    func `is emitted as in the vector, checksum included`(vector: Vector) throws {
        #expect(try Self.emitted(vector) == vector.header)
    }

    @Test(arguments: vectors)
    func `says where the packet came from and how long it is`(vector: Vector) throws {
        let header = try IPv4Header.parse(octets: vector.header + vector.message)
        #expect(header.headerLength == 20)
        #expect(header.totalLength == 20 + vector.message.count)
        #expect(header.timeToLive == 255)
        #expect(header.protocolNumber == Carrier.protocolNumber)
        #expect(.v4(header.source) == vector.carrier.source)
        #expect(.v4(header.destination) == vector.carrier.destination)
        #expect(!header.isFragment)
    }

    @Test(arguments: vectors)
    func `is refused when any of the datagram is missing or something follows it`(vector: Vector) {
        let datagram = vector.header + vector.message
        for count in 0..<datagram.count {
            #expect(
                wireError { _ = try IPv4Header.parse(octets: Array(datagram.prefix(count))) } != nil, "\(count) octets")
        }
        #expect(
            wireError { _ = try IPv4Header.parse(octets: datagram + [0]) }
                == .ipTotalLength(datagram.count, datagram: datagram.count + 1))
    }

    /// A flip is refused or changes a value that the header reports, except where the header says nothing to us.
    @Test(arguments: vectors)
    func `shows every flipped bit that matters`(vector: Vector) throws {
        let datagram = vector.header + vector.message
        let original = try IPv4Header.parse(octets: datagram)
        // Type of service, identification, the reserved and Don't Fragment bits, and the checksum, which the kernel has checked.
        let ignored = [8..<16, 32..<50, 80..<96]
        for bit in 0..<160 {
            var changed = datagram
            changed[bit / 8] ^= 0x80 >> (bit % 8)
            let isIgnored = ignored.contains { $0.contains(bit) }
            do {
                #expect((try IPv4Header.parse(octets: changed) == original) == isIgnored, "bit \(bit)")
            } catch {
                #expect(!isIgnored, "bit \(bit): \(error)")
            }
        }
    }

    @Test func `may have options, and must have room for them`() throws {
        var datagram = Self.vectors[0].header + [1, 1, 1, 1] + Self.vectors[0].message
        datagram[0] = 0x46
        datagram[3] = UInt8(datagram.count)
        #expect(try IPv4Header.parse(octets: datagram).headerLength == 24)
        datagram[0] = 0x4F
        #expect(
            wireError { _ = try IPv4Header.parse(octets: datagram) } == .ipHeaderLength(60, datagram: datagram.count))
        datagram[0] = 0x44
        #expect(
            wireError { _ = try IPv4Header.parse(octets: datagram) } == .ipHeaderLength(16, datagram: datagram.count))
        datagram[0] = 0x65
        #expect(wireError { _ = try IPv4Header.parse(octets: datagram) } == .notIPv4(version: 6))
    }

    @Test func `tells a fragment, first or later`() throws {
        var datagram = Self.vectors[0].header + Self.vectors[0].message
        datagram[6] = 0x20
        #expect(try IPv4Header.parse(octets: datagram).isFragment)
        (datagram[6], datagram[7]) = (0, 1)
        #expect(try IPv4Header.parse(octets: datagram).isFragment)
        (datagram[6], datagram[7]) = (0x40, 0)
        #expect(try !IPv4Header.parse(octets: datagram).isFragment)
    }
}

@Suite struct `The Internet checksum` {
    /// The worked example of RFC 1071 section 3.
    @Test func `is that of RFC 1071`() {
        let data: [UInt8] = [0x00, 0x01, 0xF2, 0x03, 0xF4, 0xF5, 0xF6, 0xF7]
        #expect(PartialChecksum().adding(octets: data).finished == ~0xDDF2)
    }

    @Test func `can be summed in parts, in any order`() {
        var random = SplitMix64(seed: 1)
        for _ in 0..<200 {
            let first = (0..<2 * Int.random(in: 0...20, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            let second = (0..<Int.random(in: 0...41, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            let whole = PartialChecksum().adding(octets: first + second)
            #expect(PartialChecksum().adding(octets: first).adding(octets: second) == whole)
            #expect(PartialChecksum().adding(octets: second).adding(PartialChecksum().adding(octets: first)) == whole)
        }
    }

    @Test func `pads an odd last octet with zero`() {
        #expect(PartialChecksum().adding(octets: [0x12, 0x34, 0x56]).finished == ~(0x1234 + 0x5600 as UInt16))
    }
}
