internal import CLinux
internal import Glibc

// Netlink is read with bounds checked at every step: a length that does not fit ends the message, and is never trusted.

extension Span<UInt8> {
    /// The 16 bits at `offset` in the machine's own byte order, or nil past the end.
    func hostUInt16(at offset: Int) -> UInt16? {
        guard offset >= 0, offset <= count - 2 else { return nil }
        return UInt16(littleEndian: UInt16(self[offset]) | UInt16(self[offset + 1]) << 8)
    }

    /// The 32 bits at `offset` in the machine's own byte order, or nil past the end.
    func hostUInt32(at offset: Int) -> UInt32? {
        guard offset >= 0, offset <= count - 4 else { return nil }
        var value: UInt32 = 0
        for index in 0..<4 { value |= UInt32(self[offset + index]) << UInt32(8 * index) }
        return UInt32(littleEndian: value)
    }

    /// The 32 bits at `offset`, most significant octet first, or nil past the end.
    func networkUInt32(at offset: Int) -> UInt32? { hostUInt32(at: offset)?.bigEndian }

    /// The octets in `range`, as far as there are any.
    func octets(in range: Range<Int>) -> [UInt8] {
        var octets: [UInt8] = []
        for index in range where index < count { octets.append(self[index]) }
        return octets
    }

    /// The text in `range` up to its first NUL.
    func text(in range: Range<Int>) -> String {
        var bytes: [UInt8] = []
        for index in range where index < count {
            if self[index] == 0 { break }
            bytes.append(self[index])
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// One message within a netlink datagram.
struct NetlinkHeader {
    static let size = 16
    /// The four octets of the length, from the least significant on: the machine's own order.
    static let lengthPositions = UInt32(littleEndian: 1) == 1 ? [0, 1, 2, 3] : [3, 2, 1, 0]

    let type: UInt16
    let flags: UInt16
    let sequence: UInt32
    /// The port of whoever asked for it; 0 for the kernel.
    let port: UInt32
    /// Where the message's own data lies in the datagram.
    let payload: Range<Int>

    /// The message that begins at `offset`, or nil when what is there is too short for what it says.
    init?(_ bytes: Span<UInt8>, at offset: Int) {
        guard let length = bytes.hostUInt32(at: offset), let type = bytes.hostUInt16(at: offset + 4),
            let flags = bytes.hostUInt16(at: offset + 6), let sequence = bytes.hostUInt32(at: offset + 8),
            let port = bytes.hostUInt32(at: offset + 12),
            length >= Self.size, let length = Int(exactly: length), length <= bytes.count - offset
        else { return nil }
        self.type = type
        self.flags = flags
        self.sequence = sequence
        self.port = port
        payload = offset + Self.size..<offset + length
    }

    /// Where the next message begins.
    var end: Int { (payload.upperBound + 3) & ~3 }
}

/// Calls `body` with every attribute in `range`, its flag bits removed; stops at the first that does not fit.
func forEachAttribute(
    of bytes: Span<UInt8>, in range: Range<Int>, _ body: (_ type: Int, _ payload: Range<Int>) -> Void
) {
    var offset = range.lowerBound
    let end = min(range.upperBound, bytes.count)
    while offset <= end - 4, let length = bytes.hostUInt16(at: offset), let type = bytes.hostUInt16(at: offset + 2) {
        guard length >= 4, Int(length) <= end - offset else { return }
        // The two highest bits say "nested" and "network byte order", which the type already implies.
        body(Int(type & 0x3FFF), offset + 4..<offset + Int(length))
        offset += (Int(length) + 3) & ~3
    }
}

/// A netlink request under construction.
struct NetlinkRequest {
    private(set) var bytes: [UInt8] = []

    init(type: Int, flags: Int, sequence: UInt32) {
        append(UInt32(0))
        append(UInt16(type))
        append(UInt16(NLM_F_REQUEST | Int32(flags)))
        append(sequence)
        append(UInt32(0))
    }

    mutating func append(_ value: UInt8) { bytes.append(value) }

    mutating func append(_ value: UInt16) {
        let value = value.littleEndian
        bytes.append(UInt8(truncatingIfNeeded: value))
        bytes.append(UInt8(truncatingIfNeeded: value >> 8))
    }

    mutating func append(_ value: UInt32) {
        let value = value.littleEndian
        for shift in [UInt32(0), 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }

    mutating func append(attribute type: Int, _ payload: [UInt8]) {
        append(UInt16(4 + payload.count))
        append(UInt16(type))
        bytes += payload
        while bytes.count & 3 != 0 { bytes.append(0) }
    }

    mutating func append(attribute type: Int, _ values: UInt32...) {
        append(UInt16(4 + 4 * values.count))
        append(UInt16(type))
        for value in values { append(value) }
    }

    /// An attribute that holds those which `fill` appends.
    mutating func append(nested type: Int, _ fill: (inout NetlinkRequest) -> Void) {
        let start = bytes.count
        append(UInt16(0))
        // NLA_F_NESTED.
        append(UInt16(type | 0x8000))
        fill(&self)
        let length = UInt16(truncatingIfNeeded: bytes.count - start).littleEndian
        bytes[start] = UInt8(truncatingIfNeeded: length)
        bytes[start + 1] = UInt8(truncatingIfNeeded: length >> 8)
    }

    /// The bytes with their length filled in.
    func finished() -> [UInt8] {
        var length = bytes.count
        var result = bytes
        for position in NetlinkHeader.lengthPositions {
            result[position] = UInt8(truncatingIfNeeded: length)
            length >>= 8
        }
        return result
    }
}
