// Network byte order over bounds-checked spans, so that nothing in this module needs an unsafe load.

extension Span<UInt8> {
    func bigEndian16(at offset: Int) -> UInt16 { UInt16(self[offset]) << 8 | UInt16(self[offset + 1]) }

    func bigEndian32(at offset: Int) -> UInt32 {
        UInt32(bigEndian16(at: offset)) << 16 | UInt32(bigEndian16(at: offset + 2))
    }

    func bigEndian64(at offset: Int) -> UInt64 {
        UInt64(bigEndian32(at: offset)) << 32 | UInt64(bigEndian32(at: offset + 4))
    }

    func ipv4Address(at offset: Int) -> IPv4Address { IPv4Address(bigEndian: bigEndian32(at: offset)) }

    func ipv6Address(at offset: Int) -> IPv6Address {
        IPv6Address(high: bigEndian64(at: offset), low: bigEndian64(at: offset + 8))
    }

    func hardwareAddress(at offset: Int) -> HardwareAddress {
        HardwareAddress(rawValue: UInt64(bigEndian16(at: offset)) << 32 | UInt64(bigEndian32(at: offset + 2)))
    }
}

extension OutputSpan<UInt8> {
    mutating func appendBigEndian(_ value: UInt16) {
        append(UInt8(truncatingIfNeeded: value >> 8))
        append(UInt8(truncatingIfNeeded: value))
    }

    mutating func appendBigEndian(_ value: UInt32) {
        appendBigEndian(UInt16(truncatingIfNeeded: value >> 16))
        appendBigEndian(UInt16(truncatingIfNeeded: value))
    }

    mutating func appendBigEndian(_ value: UInt64) {
        appendBigEndian(UInt32(truncatingIfNeeded: value >> 32))
        appendBigEndian(UInt32(truncatingIfNeeded: value))
    }

    mutating func append(_ address: IPv4Address) { appendBigEndian(address.bigEndianValue) }

    mutating func append(_ address: IPv6Address) {
        appendBigEndian(address.high)
        appendBigEndian(address.low)
    }

    mutating func append(_ address: IPAddress) {
        switch address {
        case .v4(let address): append(address)
        case .v6(let address): append(address)
        }
    }

    mutating func append(_ address: HardwareAddress) {
        appendBigEndian(UInt16(truncatingIfNeeded: address.rawValue >> 32))
        appendBigEndian(UInt32(truncatingIfNeeded: address.rawValue))
    }

    /// Overwrites two octets that were appended earlier: checksums are known only once everything they cover is written.
    mutating func replaceBigEndian(_ value: UInt16, at offset: Int) {
        var written = mutableSpan
        written[offset] = UInt8(truncatingIfNeeded: value >> 8)
        written[offset + 1] = UInt8(truncatingIfNeeded: value)
    }
}
