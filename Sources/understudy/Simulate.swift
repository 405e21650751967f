internal import ArgumentParser
internal import Configuration
internal import Control
internal import Daemon
internal import LinuxKernel
internal import Simulator

/// `understudy simulate`.
struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Play clusters in simulated time, break everything, and judge what the routers do.",
        discussion: """
            Each seed draws a cluster, its configuration and its troubles: lost, late, doubled and damaged packets, \
            partitions, pauses, suspended machines, daemons that die and are replaced, clocks that are wrong, kernels \
            that refuse, failing checks, reloads and planned moves. The routers are those of the daemon; in some seeds \
            models of keepalived and FRR are among them. With --scenario the cluster and its troubles are those of a \
            file. Nothing outside is touched, and the same seed plays the same story on every machine. \
            docs/reference/simulate.md says what is judged, and how a scenario is written.

            Exit status: 0 every promise was kept, 1 one was broken, 2 the scenario cannot be read, 64 wrong usage.
            """)

    @Option(help: ArgumentHelp("How many seeds to play (default: 1000, or 1 with --seed).", valueName: "count"))
    var seeds: UInt64?

    @Option(
        help: ArgumentHelp(
            "The first seed. Without --seeds it is the only one, and its story is told.", valueName: "number"))
    var seed: UInt64?

    @Option(
        help: ArgumentHelp("Play what this file says, and tell the story.", valueName: "file"), completion: .file())
    var scenario: String?

    @Option(
        help: ArgumentHelp(
            "How many threads play (default: one for each processor); the result is the same.", valueName: "count"))
    var jobs: Int?

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    /// More stories of broken promises than this hide the first.
    private static let mostFailures = 20

    mutating func validate() throws {
        guard seeds != 0 else { throw ValidationError("--seeds 0 plays nothing") }
        let (_, overflow) = (seed ?? 0).addingReportingOverflow(seeds ?? 1000)
        guard !overflow else { throw ValidationError("there are no seeds beyond \(UInt64.max)") }
        if let jobs, !(1...256).contains(jobs) { throw ValidationError("--jobs is a number from 1 to 256") }
        guard scenario == nil || seeds == nil && seed == nil && jobs == nil else {
            throw ValidationError("--scenario says itself what is played: leave out --seeds, --seed and --jobs")
        }
    }

    mutating func run() throws {
        if let scenario { return try play(file: scenario) }
        let first = seed ?? 0
        let count = seeds ?? (seed == nil ? 1000 : 1)
        if count == 1, !json {
            var options = Options.demanding
            options.keepsLog = true
            var simulator = Simulator(seed: first, options: options)
            let report = simulator.run()
            let broken = report.violations.isEmpty ? 0 : 1
            writeStandardOutput(report.story + "\n" + SimulationTally.verdict(played: 1, broken: broken) + "\n")
            throw ExitCode(Int32(broken))
        }
        let tally = try play(from: first, count: count)
        writeStandardOutput((json ? tally.json.text : tally.text) + "\n")
        throw ExitCode(tally.failures.isEmpty ? 0 : 1)
    }

    private func play(from first: UInt64, count: UInt64) throws -> SimulationTally {
        guard !json, standardErrorIsTerminal() else {
            return try SeedQueue(first: first, count: count, mostFailures: Self.mostFailures)
                .play(threads: jobs ?? SeedQueue.processors)
        }
        let queue = SeedQueue(first: first, count: count, mostFailures: Self.mostFailures) { tally in
            writeStandardError("\r\(tally.played) of \(count) seeds, \(tally.failures.count) broken")
        }
        defer { writeStandardError("\r\u{1B}[K") }
        return try queue.play(threads: jobs ?? SeedQueue.processors)
    }

    // MARK: A scenario

    private func play(file: String) throws {
        let scenario = try readScenario(file)
        let report = Simulator.play(scenario)
        if json {
            let broken = report.violations.map { SimulationTally.broken($0, seed: report.seed) }
            let result = JSON.object([.init("scenario", .string(file)), .init("broken", .array(broken))])
            writeStandardOutput(result.text + "\n")
        } else {
            let verdict = report.violations.isEmpty ? "as expected" : "\(report.violations.count) not as expected"
            writeStandardOutput((report.cluster + report.log).joined(separator: "\n") + "\n\(file): \(verdict)\n")
        }
        throw ExitCode(report.violations.isEmpty ? 0 : 1)
    }

    private func readScenario(_ file: String) throws -> Scenario {
        let text: String
        switch DiskReader().read(file) {
        case .success(let bytes):
            guard let decoded = String(validating: bytes, as: UTF8.self) else {
                writeStandardError("\(file): is not text in UTF-8; write it anew with a text editor\n")
                throw ExitCode(2)
            }
            text = decoded
        case .failure(let failure):
            writeStandardError("\(file): cannot be read: \(failure.reason)\n")
            throw ExitCode(2)
        }
        do throws(ScenarioProblems) {
            return try Scenario(reading: text)
        } catch {
            for problem in error.problems { writeStandardError(problem.description(in: file) + "\n") }
            throw ExitCode(2)
        }
    }
}
