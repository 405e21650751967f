/// Numbers about a set of measurements, in nanoseconds.
struct Distribution {
    private let sorted: [Int64]

    init(_ values: [Int64]) { sorted = values.sorted() }

    var count: Int { sorted.count }
    var median: Int64? { sorted.isEmpty ? nil : sorted[sorted.count / 2] }
    var maximum: Int64? { sorted.last }

    /// The smallest value that at least `percent` of all do not exceed.
    func percentile(_ percent: Int) -> Int64? {
        guard !sorted.isEmpty else { return nil }
        return sorted[max(0, (sorted.count * percent + 99) / 100 - 1)]
    }

    /// The bounds within which the true median lies, with 99.9 % confidence; nil when there are too few values.
    ///
    /// By order statistics: how many of n values fall below their median is binomial with a half, so its standard
    /// deviation is half the root of n, and 3.29 of these leave 0.1 % outside. Nothing is assumed of the values.
    var medianBounds: ClosedRange<Int64>? {
        let reach = 3.29 / 2 * Double(sorted.count).squareRoot()
        let low = Int((Double(sorted.count) / 2 - reach).rounded(.down))
        let high = sorted.count - 1 - low
        guard low >= 0, low <= high else { return nil }
        return sorted[low]...sorted[high]
    }
}

/// `1234567` nanoseconds as microseconds, `1235`; a dash for nothing.
func microseconds(_ nanoseconds: Int64?) -> String {
    guard let nanoseconds else { return "-" }
    return String((nanoseconds + (nanoseconds < 0 ? -500 : 500)) / 1000)
}
