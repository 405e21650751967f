internal import VRRPCore
internal import VRRPWire

/// Values, one after the other, as octets that a later process reads in the same order.
struct OctetWriter {
    private(set) var octets: [UInt8] = []

    mutating func put(_ number: UInt64) {
        for shift in 0..<8 { octets.append(UInt8(truncatingIfNeeded: number >> (8 * shift))) }
    }
    mutating func put(_ flag: Bool) { put(UInt64(flag ? 1 : 0)) }
    mutating func put(_ instant: MonotonicInstant) { put(instant.nanoseconds) }
    mutating func put(_ instant: MonotonicInstant?) { put(instant?.nanoseconds ?? 0) }
    mutating func put(_ bytes: [UInt8]) {
        put(UInt64(bytes.count))
        octets += bytes
    }
    mutating func put(_ text: String) { put(Array(text.utf8)) }
    mutating func put(_ address: IPAddress?) { put(address.map { "\($0)" } ?? "") }
    mutating func put(_ heard: Heard?) {
        put(heard != nil)
        put(UInt64(heard?.priority.rawValue ?? 0))
        put(UInt64(heard?.interval.count ?? 0))
        put(heard?.source)
    }
}

/// Reads what an ``OctetWriter`` of the same version wrote; damage makes everything after it absent.
struct OctetReader {
    private let octets: [UInt8]
    private var position = 0
    /// True when something was missing or out of range.
    var isDamaged = false

    init(_ octets: [UInt8]) { self.octets = octets }

    var isAtEnd: Bool { position == octets.count }

    mutating func number() -> UInt64 {
        guard octets.count - position >= 8 else {
            isDamaged = true
            return 0
        }
        var value: UInt64 = 0
        for shift in 0..<8 { value |= UInt64(octets[position + shift]) << (8 * UInt64(shift)) }
        position += 8
        return value
    }

    /// Passes over `mark` when it comes next, as what was added later begins with.
    mutating func takes(_ mark: UInt64) -> Bool {
        var ahead = self
        guard octets.count - position >= 8, ahead.number() == mark else { return false }
        self = ahead
        return true
    }

    mutating func flag() -> Bool { number() != 0 }
    mutating func instant() -> MonotonicInstant { MonotonicInstant(nanoseconds: number()) }

    /// Zero stands for none: the monotonic clock is past it when the first process runs.
    mutating func optionalInstant() -> MonotonicInstant? {
        let nanoseconds = number()
        return nanoseconds == 0 ? nil : MonotonicInstant(nanoseconds: nanoseconds)
    }

    mutating func bytes() -> [UInt8] {
        guard let count = Int(exactly: number()), count <= octets.count - position else {
            isDamaged = true
            return []
        }
        defer { position += count }
        return Array(octets[position..<position + count])
    }

    mutating func text() -> String { String(decoding: bytes(), as: UTF8.self) }
    mutating func address() -> IPAddress? { IPAddress(text()) }

    mutating func heard() -> Heard? {
        let (isThere, priority, interval, source) = (flag(), number(), number(), address())
        guard isThere else { return nil }
        guard let priority = UInt8(exactly: priority), let interval = Centiseconds(Int(clamping: interval)), let source
        else {
            isDamaged = true
            return nil
        }
        return Heard(priority: Priority(priority), interval: interval, source: source)
    }

    mutating func centiseconds() -> Centiseconds {
        if let value = Centiseconds(Int(clamping: number())) { return value }
        isDamaged = true
        return .oneSecond
    }
}
