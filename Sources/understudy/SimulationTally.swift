internal import Control
internal import Simulator

/// What many seeds came to.
struct SimulationTally: Sendable {
    var first: UInt64
    var played: UInt64 = 0
    var events = 0
    var takeovers = 0
    var moves = 0
    var absences = 0
    var mixed = 0
    var groups = 0
    var knownFlaws: [String: Int] = [:]
    var failures: [(seed: UInt64, violation: Violation)] = []

    init(first: UInt64) { self.first = first }

    mutating func add(_ report: Report) {
        played += 1
        events += report.statistics.events
        takeovers += report.statistics.acquisitions
        absences += report.statistics.absences + report.statistics.longAbsences
        mixed += report.statistics.mixed
        groups += report.statistics.groups
        moves += report.statistics.moves.values.reduce(0, +)
        knownFlaws.merge(report.statistics.knownFlaws, uniquingKeysWith: +)
        if let violation = report.violations.first { failures.append((report.seed, violation)) }
    }

    private var flaws: [(what: String, count: Int)] {
        knownFlaws.map { (what: $0.key, count: $0.value) }.sorted { $0.what < $1.what }
    }

    var text: String {
        var lines = failures.map { "seed \($0.seed): \($0.violation)\n    understudy simulate --seed \($0.seed)" }
        lines += flaws.map { "known of other programs, \($0.count) times: \($0.what)" }
        lines.append(
            "\(events) events, \(takeovers) takeovers, \(moves) planned moves and deaths, \(absences) absences, "
                + "\(mixed) clusters with keepalived or FRR, \(groups) sync groups")
        lines.append(Self.verdict(played: played, broken: failures.count))
        return lines.joined(separator: "\n")
    }

    static func verdict(played: UInt64, broken: Int) -> String {
        "\(played) \(played == 1 ? "seed" : "seeds"), \(broken == 0 ? "every promise kept" : "\(broken) with a broken promise")"
    }

    var json: JSON {
        .object([
            .init("first_seed", .string(String(first))), .init("seeds", .integer(Int(played))),
            .init("events", .integer(events)), .init("takeovers", .integer(takeovers)),
            .init("moves", .integer(moves)), .init("absences", .integer(absences)), .init("mixed", .integer(mixed)),
            .init("groups", .integer(groups)),
            .init(
                "known_flaws",
                .array(
                    flaws.map { .object([.init("flaw", .string($0.what)), .init("times", .integer($0.count))]) })),
            .init("broken", .array(failures.map { Self.broken($0.violation, seed: $0.seed) })),
        ])
    }

    static func broken(_ violation: Violation, seed: UInt64) -> JSON {
        .object([
            .init("seed", .string(String(seed))), .init("rule", .string(violation.rule.rawValue)),
            .init("at_nanoseconds", .integer(Int(violation.nanoseconds))), .init("found", .string(violation.found)),
        ])
    }
}
