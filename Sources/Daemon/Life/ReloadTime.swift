internal import LinuxKernel

/// What the first line of `reload_time_file` says.
///
/// keepalived: `HH:MM:SS`, `YY-MM-DD HH:MM:SS` or `YYYY-MM-DD HH:MM:SS`, just so, in local time unless a `Z` follows.
struct ReloadTime: Equatable {
    /// Seconds since 1970.
    var instant: Int64
    /// A time without a date comes again tomorrow.
    var hasDate: Bool

    enum Mistake: Error, Equatable {
        case isNone
        case isPast
    }

    static func parse(_ text: String, at now: Int64) throws(Mistake) -> ReloadTime {
        let isUTC = text.hasSuffix("Z")
        let parts = (isUTC ? text.dropLast() : text[...]).split(separator: " ", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let clock = numbers(parts[parts.count - 1], [2, 2, 2], between: ":") else {
            throw .isNone
        }
        var time = CivilTime(now, isUTC: isUTC)
        (time.hour, time.minute, time.second) = (clock[0], clock[1], clock[2])
        let hasDate = parts.count == 2
        if hasDate {
            // strptime(3): years from 69 on are of the last century.
            let short = numbers(parts[0], [2, 2, 2], between: "-").map {
                [$0[0] + ($0[0] < 69 ? 2000 : 1900), $0[1], $0[2]]
            }
            guard let date = short ?? numbers(parts[0], [4, 2, 2], between: "-") else { throw .isNone }
            (time.year, time.month, time.day) = (date[0], date[1], date[2])
        }
        guard let instant = time.seconds(isUTC: isUTC) else { throw .isNone }
        if instant > now { return ReloadTime(instant: instant, hasDate: hasDate) }
        if hasDate { throw .isPast }
        let tomorrow = CivilTime(instant + secondsOfDay, isUTC: isUTC)
        (time.year, time.month, time.day) = (tomorrow.year, tomorrow.month, tomorrow.day)
        return ReloadTime(instant: time.seconds(isUTC: isUTC) ?? instant + secondsOfDay, hasDate: false)
    }

    private static let secondsOfDay: Int64 = 86_400

    private static func numbers(_ text: Substring, _ widths: [Int], between sign: Character) -> [Int]? {
        let parts = text.split(separator: sign, omittingEmptySubsequences: false)
        guard parts.count == widths.count else { return nil }
        let numbers = zip(parts, widths).compactMap { part, width in
            part.count == width && part.allSatisfy { ("0"..."9").contains($0) } ? Int(part) : nil
        }
        return numbers.count == widths.count ? numbers : nil
    }
}
