internal import ArgumentParser
internal import Control
internal import LinuxKernel
internal import Simulator

/// `understudy simulate`.
struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Play clusters in simulated time, break everything, and judge what the routers do.",
        discussion: """
            Each seed draws a cluster, its configuration and its troubles: lost, late, doubled and damaged packets, \
            partitions, pauses, suspended machines, daemons that die and are replaced, failing checks, reloads and \
            planned moves. The routers are those of the daemon. Nothing outside is touched, and the same seed plays \
            the same story on every machine. docs/reference/simulate.md says what is judged.

            Exit status: 0 every promise was kept, 1 one was broken, 64 wrong usage.
            """)

    @Option(help: ArgumentHelp("How many seeds to play (default: 1000, or 1 with --seed).", valueName: "count"))
    var seeds: UInt64?

    @Option(
        help: ArgumentHelp(
            "The first seed. Without --seeds it is the only one, and its story is told.", valueName: "number"))
    var seed: UInt64?

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    /// More stories of broken promises than this hide the first.
    private static let mostFailures = 20

    mutating func validate() throws {
        guard seeds != 0 else { throw ValidationError("--seeds 0 plays nothing") }
        let (_, overflow) = (seed ?? 0).addingReportingOverflow(seeds ?? 1000)
        guard !overflow else { throw ValidationError("there are no seeds beyond \(UInt64.max)") }
    }

    mutating func run() throws {
        let first = seed ?? 0
        let count = seeds ?? (seed == nil ? 1000 : 1)
        if count == 1, !json {
            var options = Options.demanding
            options.keepsLog = true
            var simulator = Simulator(seed: first, options: options)
            let report = simulator.run()
            let broken = report.violations.isEmpty ? 0 : 1
            writeStandardOutput(report.story + "\n" + Self.verdict(played: 1, broken: broken) + "\n")
            throw ExitCode(Int32(broken))
        }
        let tally = play(from: first, count: count)
        writeStandardOutput((json ? tally.json.text : tally.text) + "\n")
        throw ExitCode(tally.failures.isEmpty ? 0 : 1)
    }

    private func play(from first: UInt64, count: UInt64) -> SimulationTally {
        let showsProgress = !json && standardErrorIsTerminal()
        var tally = SimulationTally(first: first)
        for seed in first..<first + count where tally.failures.count < Self.mostFailures {
            var simulator = Simulator(seed: seed, options: .demanding)
            tally.add(simulator.run())
            guard showsProgress, tally.played.isMultiple(of: 500) else { continue }
            writeStandardError("\r\(tally.played) of \(count) seeds, \(tally.failures.count) broken")
        }
        if showsProgress { writeStandardError("\r\u{1B}[K") }
        return tally
    }

    static func verdict(played: UInt64, broken: Int) -> String {
        "\(played) \(played == 1 ? "seed" : "seeds"), \(broken == 0 ? "every promise kept" : "\(broken) with a broken promise")"
    }
}

/// What many seeds came to.
struct SimulationTally {
    var first: UInt64
    var played: UInt64 = 0
    var events = 0
    var takeovers = 0
    var moves = 0
    var absences = 0
    var failures: [(seed: UInt64, violation: Violation)] = []

    init(first: UInt64) { self.first = first }

    mutating func add(_ report: Report) {
        played += 1
        events += report.statistics.events
        takeovers += report.statistics.acquisitions
        absences += report.statistics.absences
        moves += report.statistics.moves.values.reduce(0, +)
        if let violation = report.violations.first { failures.append((report.seed, violation)) }
    }

    var text: String {
        var lines = failures.map { "seed \($0.seed): \($0.violation)\n    understudy simulate --seed \($0.seed)" }
        lines.append(
            "\(events) events, \(takeovers) takeovers, \(moves) planned moves and deaths, \(absences) absences")
        lines.append(Simulate.verdict(played: played, broken: failures.count))
        return lines.joined(separator: "\n")
    }

    var json: JSON {
        .object([
            .init("first_seed", .string(String(first))), .init("seeds", .integer(Int(played))),
            .init("events", .integer(events)), .init("takeovers", .integer(takeovers)),
            .init("moves", .integer(moves)), .init("absences", .integer(absences)),
            .init(
                "broken",
                .array(
                    failures.map { seed, violation in
                        .object([
                            .init("seed", .string(String(seed))), .init("rule", .string(violation.rule.rawValue)),
                            .init("at_nanoseconds", .integer(Int(violation.nanoseconds))),
                            .init("found", .string(violation.found)),
                        ])
                    })),
        ])
    }
}
