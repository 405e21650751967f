// How lengths of time and instants are written for people. Programs read the JSON, which has seconds and RFC 3339.

/// A length of time in seconds, as short as it can be read: `850 ms`, `3.6 s`, `4 min 5 s`, `2 h 13 min`, `3 d 4 h`.
///
/// A negative one, which a clock that was set back makes, is written as none.
package func spoken(seconds: Double) -> String {
    guard seconds > 0 else { return "0 s" }
    if seconds < 0.0005 { return "under 1 ms" }
    if seconds < 0.00995 { return "\(tenths(seconds * 1000)) ms" }
    if seconds < 0.9995 { return "\(Int((seconds * 1000).rounded())) ms" }
    if seconds < 9.95 { return "\(tenths(seconds)) s" }
    // What comes from elsewhere may be any number; beyond this an Int would trap.
    let whole = Int(min(seconds, 1e12).rounded())
    if whole < 120 { return "\(whole) s" }
    if whole < 600 { return two(whole / 60, "min", whole % 60, "s") }
    if whole < 7200 { return "\(whole / 60) min" }
    if whole < 2 * 86_400 { return two(whole / 3600, "h", whole % 3600 / 60, "min") }
    return two(whole / 86_400, "d", whole % 86_400 / 3600, "h")
}

/// `4 s ago`; `just now` for what is no age at all.
package func spoken(ago seconds: Double) -> String {
    seconds < 0.0005 ? "just now" : "\(spoken(seconds: seconds)) ago"
}

private func two(_ large: Int, _ largeUnit: String, _ small: Int, _ smallUnit: String) -> String {
    small == 0 ? "\(large) \(largeUnit)" : "\(large) \(largeUnit) \(small) \(smallUnit)"
}

/// A positive number below ten with one place behind the point, which is left out when it is zero.
private func tenths(_ number: Double) -> String {
    let whole = Int((number * 10).rounded())
    return whole % 10 == 0 ? "\(whole / 10)" : "\(whole / 10).\(whole % 10)"
}

extension Timestamp {
    /// `2026-11-25`.
    package var date: String { String(description.prefix(10)) }

    /// `2026-11-25 03:12:05 UTC`.
    package var words: String { "\(date) \(timeOfDay)" }

    /// `03:12:05 UTC` on the day of `now`, ``words`` on any other.
    package func words(at now: Timestamp) -> String { date == now.date ? timeOfDay : words }

    /// `2026-11-25 03:12:05.123`, for tables whose head says UTC.
    package var column: String { "\(date) \(description.dropFirst(11).prefix(12))" }

    private var timeOfDay: String { "\(description.dropFirst(11).prefix(8)) UTC" }

    /// Seconds from `earlier` until this; negative when it is later.
    package func seconds(since earlier: Timestamp) -> Double {
        Double(milliseconds.subtractingClamped(earlier.milliseconds)) / 1000
    }

    /// The instant that is so many seconds before this one.
    package func before(seconds: Double) -> Timestamp {
        guard seconds.isFinite else { return self }
        // Beyond this an Int would trap.
        let past = (min(max(seconds, -1e12), 1e12) * 1000).rounded()
        return Timestamp(milliseconds: milliseconds.subtractingClamped(Int(past)))
    }
}

/// Reads a length of time that a person gives: `90s`, `30m`, `2h`, `1d`, `1h30m`.
///
/// - Returns: seconds, at least 1; nil when the text is something else.
package func seconds(ofDuration text: String) -> Int? {
    let units = [(Character("d"), 86_400), ("h", 3600), ("m", 60), ("s", 1)]
    var total = 0
    var digits = ""
    var smallest = Int.max
    for character in text {
        if character.isASCII, character.isNumber {
            digits.append(character)
            continue
        }
        // Units go from large to small, each once: 30m2h is more likely a slip than a length.
        guard let unit = units.first(where: { $0.0 == character })?.1, unit < smallest, let count = Int(digits) else {
            return nil
        }
        let (product, isTooLarge) = count.multipliedReportingOverflow(by: unit)
        let (sum, overflows) = total.addingReportingOverflow(product)
        if isTooLarge || overflows { return nil }
        total = sum
        digits = ""
        smallest = unit
    }
    return digits.isEmpty && total > 0 ? total : nil
}
