/// A reading of the wall clock, in UTC: for people and for comparing with other logs; nothing is timed by it.
package struct Timestamp: Comparable, Hashable, Sendable {
    /// Since 1970-01-01.
    package var milliseconds: Int

    package init(milliseconds: Int) { self.milliseconds = milliseconds }

    package init(seconds: Int64, nanoseconds: Int64) {
        milliseconds = Int(seconds) * 1000 + Int(nanoseconds / 1_000_000)
    }

    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.milliseconds < rhs.milliseconds }
}

extension Timestamp: LosslessStringConvertible {
    /// RFC 3339: `2026-11-25T07:48:03.123Z`.
    package var description: String {
        let (day, rest) = milliseconds.dividedFlooring(by: 86_400_000)
        let (year, month, dayOfMonth) = Self.date(day)
        let (hour, minute, second) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60)
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(dayOfMonth, 2))T\(padded(hour, 2)):"
            + "\(padded(minute, 2)):\(padded(second, 2)).\(padded(rest % 1000, 3))Z"
    }

    /// Reads what ``description`` writes, and nothing else.
    package init?(_ description: String) {
        let octets = Array(description.utf8)
        guard octets.count == 24 else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            octets[range].reduce(Int?.some(0)) { value, octet in
                guard let value, (48...57).contains(octet) else { return nil }
                return value * 10 + Int(octet - 48)
            }
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            let fraction = number(20..<23)
        else { return nil }
        let seconds = ((Self.day(year, month, day) * 24 + hour) * 60 + minute) * 60 + second
        milliseconds = seconds * 1000 + fraction
        // What was not in its range, or punctuated otherwise, does not come out as it went in.
        guard self.description == description else { return nil }
    }

    /// Days since 1970-01-01 in the Gregorian calendar: years begin in March, so that the leap day is the last.
    private static func day(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = year.dividedFlooring(by: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func date(_ day: Int) -> (year: Int, month: Int, day: Int) {
        let (era, dayOfEra) = (day + 719_468).dividedFlooring(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }
}

extension Timestamp: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = Timestamp(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is no time")
        }
        self = value
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

private func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}

extension Int {
    fileprivate func dividedFlooring(by divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
