internal import CLinux
internal import Glibc
internal import VRRPWire

/// One rtnetlink message under construction: header, fixed part, attributes, in the host's byte order.
struct LinkRequest {
    private(set) var bytes: [UInt8] = []
    private static let headerSize = 16

    init(_ type: Int, flags: Int) {
        bytes.reserveCapacity(256)
        append(UInt32(0))  // the length, known at the end
        append(UInt16(type))
        append(UInt16(flags | Int(NLM_F_REQUEST)))
        append(UInt32(0))  // sequence and port
        append(UInt32(0))
    }

    mutating func append<Value: FixedWidthInteger>(_ value: Value) {
        for index in 0..<(Value.bitWidth / 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> Value(8 * index)))
        }
    }

    /// An ifinfomsg: which interface, and which of its flags to change.
    mutating func appendInterface(index: Int32 = 0, flags: Int32 = 0, change: Int32 = 0) {
        append(UInt8(AF_UNSPEC))
        append(UInt8(0))
        append(UInt16(0))
        append(index)
        append(flags)
        append(change)
    }

    mutating func attribute(_ type: Int, _ payload: [UInt8]) {
        append(UInt16(payload.count + 4))
        append(UInt16(type))
        bytes += payload
        while bytes.count % 4 != 0 { bytes.append(0) }
    }

    mutating func attribute(_ type: Int, _ text: String) { attribute(type, Array(text.utf8) + [0]) }

    mutating func attribute(_ type: Int, _ number: UInt32) {
        attribute(type, (0..<4).map { UInt8(truncatingIfNeeded: number >> UInt32(8 * $0)) })
    }

    mutating func attribute(_ type: Int, _ octet: UInt8) { attribute(type, [octet]) }

    /// An attribute whose payload is what `body` appends.
    mutating func nested(_ type: Int, _ body: (inout LinkRequest) -> Void) {
        let start = bytes.count
        append(UInt16(0))
        append(UInt16(type))
        body(&self)
        setNumber16(bytes.count - start, at: start)
    }

    private mutating func setNumber16(_ value: Int, at offset: Int) {
        bytes[offset] = UInt8(truncatingIfNeeded: value)
        bytes[offset + 1] = UInt8(truncatingIfNeeded: value >> 8)
    }

    /// The message with its length filled in.
    consuming func finished() -> [UInt8] {
        setNumber16(bytes.count, at: 0)
        return bytes
    }
}

extension IPAddress {
    /// The numbers that the C side takes: for IPv4 the low half alone.
    var halves: (high: UInt64, low: UInt64) {
        switch self {
        case .v4(let address): (0, UInt64(address.bigEndianValue))
        case .v6(let address): (address.high, address.low)
        }
    }

    var isV6: Int32 { family == .v6 ? 1 : 0 }
}
