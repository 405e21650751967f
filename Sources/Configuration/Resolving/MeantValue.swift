internal import VRRPCore

/// What a value is meant to be that is written with a habit from elsewhere; nil where that cannot be told.
///
/// A remedy that says another number than the operator does mends the file and breaks the pair.
enum MeantValue {
    /// A whole number of a range: `=51`, `51.`, `0x33`, `110%`, `10s`, `1O0`, `v3`, `one`.
    static func number(_ text: String, in range: ClosedRange<Int>) -> String? {
        let words = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
        if let index = words.firstIndex(of: text.lowercased()), range.contains(index + 1) { return String(index + 1) }
        var rest = text.drop { "=:+".contains($0) }
        if rest.lowercased().hasPrefix("v") { rest = rest.dropFirst() }
        let sign = rest.hasPrefix("-") ? -1 : 1
        if sign < 0 { rest = rest.dropFirst() }
        let digits: Int?
        if rest.lowercased().hasPrefix("0x") {
            digits = Int(rest.dropFirst(2), radix: 16)
        } else if rest.first?.isNumber == true {
            let read = String(rest.map { "oO".contains($0) ? "0" : "lI".contains($0) ? "1" : $0 })
            let number = read.prefix { $0.isASCII && $0.isNumber }
            // `1.5` and `1-2` are something else.
            let tail = read.dropFirst(number.count)
            digits = tail.allSatisfy { $0.isLetter || "%.".contains($0) } ? Int(number) : nil
        } else {
            digits = nil
        }
        guard let digits, digits <= range.upperBound, range.contains(sign * digits) else { return nil }
        return String(sign * digits)
    }

    /// A time of a range in microseconds: `5s`, `100ms`, `0,5`, `5m`.
    ///
    /// - Parameter unit: the microseconds of what the keyword counts in, a second or a millisecond.
    static func time(_ text: String, in range: ClosedRange<UInt64>, unit: UInt64) -> String? {
        let written = text.drop { "=:+".contains($0) }.lowercased().map { $0 == "," ? "." : $0 }
        let number = String(written.prefix { $0.isASCII && ($0.isNumber || $0 == ".") })
        let units: [String: UInt64] = [
            "": unit, "us": 1, "ms": 1000, "msec": 1000, "s": 1_000_000, "sec": 1_000_000, "secs": 1_000_000,
            "second": 1_000_000, "seconds": 1_000_000, "m": 60_000_000, "min": 60_000_000, "h": 3_600_000_000,
        ]
        guard let factor = units[String(written.dropFirst(number.count))],
            let value = DecimalSeconds(number)?.microseconds, value < 1 << 40
        else { return nil }
        // The number was read as seconds, whatever its unit is.
        let (product, isTooLarge) = value.multipliedReportingOverflow(by: factor)
        let microseconds = product / 1_000_000
        guard !isTooLarge, range.contains(microseconds) else { return nil }
        let interval = Interval.microseconds(microseconds)
        return unit == 1000 ? interval.decimalMilliseconds : interval.decimalSeconds
    }
}
