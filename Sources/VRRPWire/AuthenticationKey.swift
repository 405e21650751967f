/// A key of HMAC-SHA-256 (RFC 2104), ready for use.
///
/// It keeps what SHA-256 makes of the padded key, not the key: that is all that computing a code needs, saves two of four
/// blocks each time, and is not what an operator wrote. It never says what it holds, not even to a debugger's dump.
public struct AuthenticationKey: Equatable, Sendable {
    /// Octets of a key in `auth_hmac` (keepalived: 32 to 64).
    public static let sizes: ClosedRange<Int> = 32...64

    private let inner: SIMD8<UInt32>
    private let outer: SIMD8<UInt32>

    /// A key of any length: one that is longer than a block counts by its digest.
    public init(_ octets: Span<UInt8>) {
        var padded = InlineArray<64, UInt8>(repeating: 0)
        if octets.count > SHA256.blockSize {
            var hash = SHA256()
            hash.update(octets)
            let digest = hash.finish()
            for index in 0..<32 {
                padded[index] = UInt8(truncatingIfNeeded: digest[index / 4] >> UInt32(24 - index % 4 * 8))
            }
        } else {
            for index in octets.indices { padded[index] = octets[index] }
        }
        inner = Self.state(padded, masked: 0x36)
        outer = Self.state(padded, masked: 0x5C)
    }

    private static func state(_ padded: InlineArray<64, UInt8>, masked mask: UInt8) -> SIMD8<UInt32> {
        var hash = SHA256()
        for index in 0..<SHA256.blockSize { hash.update(padded[index] ^ mask) }
        return hash.state
    }

    /// The whole code over what `body` adds.
    func code(_ body: (inout SHA256) -> Void) -> SIMD8<UInt32> {
        var hash = SHA256(after: inner, total: UInt64(SHA256.blockSize))
        body(&hash)
        let digest = hash.finish()
        var last = SHA256(after: outer, total: UInt64(SHA256.blockSize))
        for index in stride(from: 0, to: 8, by: 2) {
            last.update(bigEndian: UInt64(digest[index]) << 32 | UInt64(digest[index + 1]))
        }
        return last.finish()
    }
}

extension AuthenticationKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "(not shown)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// The first sixteen octets of an HMAC-SHA-256, which are all that is sent.
public struct AuthenticationCode: Sendable {
    var high: UInt64
    var low: UInt64

    /// Compares in a time that does not depend on where the two differ.
    public func matches(_ other: AuthenticationCode) -> Bool { (high ^ other.high) | (low ^ other.low) == 0 }
}

extension AuthenticationCode: Equatable {
    public static func == (left: Self, right: Self) -> Bool { left.matches(right) }
}
