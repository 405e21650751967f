/// What one row found, and the verdict on it.
struct Comparison {
    var setting: Setting
    var candidates: [Candidate]
    var rounds: [[Takeover]]
    var discarded: Int

    func lateness(_ candidate: Int) -> Distribution { Distribution(rounds.map { $0[candidate].lateness }) }

    func announcement(_ candidate: Int) -> Distribution {
        Distribution(rounds.compactMap { $0[candidate].announcement })
    }

    /// Ours less the other's in the same round, whose stimulus and machine were the same for both.
    var difference: Distribution { Distribution(rounds.map { $0[0].lateness - $0[1].lateness }) }

    /// True when the first candidate is later than the second by more than chance explains: even the lower bound of the
    /// median difference is above zero.
    ///
    /// Two equal programs are told apart by mistake once in two thousand rows.
    var isWorse: Bool { (difference.medianBounds?.lowerBound ?? 0) > 0 }

    var verdict: String {
        guard let bounds = difference.medianBounds else { return "too few rounds to tell" }
        if bounds.lowerBound > 0 { return "worse" }
        return bounds.upperBound < 0 ? "better" : "no difference shown"
    }

    /// Markdown, so that docs/benchmarks.md can take it as it is.
    static let heading = """
        | setting | rounds | program | late: median | p90 | max | advert to first ARP: median | p90 | max |
        |---|--:|---|--:|--:|--:|--:|--:|--:|
        """

    var rows: String {
        candidates.indices.map { index in
            let (late, announced) = (lateness(index), announcement(index))
            let numbers = [
                late.median, late.percentile(90), late.maximum,
                announced.median, announced.percentile(90), announced.maximum,
            ].map(microseconds)
            let head = index == 0 ? [setting.name, "\(late.count)"] : ["", ""]
            return "| " + (head + [candidates[index].name] + numbers).joined(separator: " | ") + " |"
        }.joined(separator: "\n")
    }

    var sentence: String {
        let bounds = difference.medianBounds.map {
            "\(microseconds($0.lowerBound)) to \(microseconds($0.upperBound))"
        }
        return "\(setting.name): \(candidates[0].name) is later by \(microseconds(difference.median)) µs in the median "
            + "(99.9 %: \(bounds ?? "unknown")): \(verdict)" + (discarded == 0 ? "" : "; \(discarded) rounds discarded")
    }

    var json: String {
        let parts = candidates.indices.map { index in
            let (late, announced) = (lateness(index), announcement(index))
            return "{\"program\":\"\(candidates[index].name)\",\"lateness\":\(Self.json(late)),"
                + "\"announcement\":\(Self.json(announced))}"
        }
        let bounds = difference.medianBounds.map { "[\($0.lowerBound),\($0.upperBound)]" } ?? "null"
        return "{\"setting\":\"\(setting.name)\",\"rounds\":\(rounds.count),\"discarded\":\(discarded),"
            + "\"candidates\":[\(parts.joined(separator: ","))],"
            + "\"difference\":{\"median\":\(Self.json(difference.median)),\"bounds\":\(bounds)},\"worse\":\(isWorse)}"
    }

    private static func json(_ value: Int64?) -> String { value.map { "\($0)" } ?? "null" }

    private static func json(_ values: Distribution) -> String {
        "{\"median\":\(json(values.median)),\"p90\":\(json(values.percentile(90))),\"max\":\(json(values.maximum))}"
    }
}
