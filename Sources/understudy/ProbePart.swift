internal import ArgumentParser
internal import LinuxKernel
internal import Rehearsal
internal import VRRPWire

/// A client that asks each address in turn until it is told to end, and then prints what it saw.
///
/// Prints `serving` once every address has answered; what it reports begins there. On SIGTERM it waits for the requests
/// under way, prints one line of JSON and ends.
struct ProbePart: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "probe")

    @Option(help: "Milliseconds between two requests to the same address.")
    var interval: UInt64 = 4

    @Option(help: "Milliseconds after which a request without a whole answer has failed.")
    var timeout: UInt64 = 250

    @Option(help: "Seconds within which every address must have answered once.")
    var patience: UInt64 = 10

    @Argument var addresses: [String]

    mutating func validate() throws {
        guard !addresses.isEmpty, (1...60_000).contains(interval), (1...60_000).contains(timeout),
            (1...600).contains(patience)
        else {
            throw ValidationError("name an address; times are 1 to 60000 ms, the patience 1 to 600 s")
        }
    }

    mutating func run() throws {
        let parsed = try addresses.map { text in
            guard let address = IPAddress(text) else { throw ValidationError("\(text) is no address") }
            return address
        }
        // Before the client's thread starts, so that a signal does not end it.
        let endRequests = try EndRequests()
        let probe = try Probe(
            in: NetworkNamespace(ofProcess: currentProcessID()),
            targets: parsed.map { Probe.Target($0, port: Plan.port) }, interval: interval * 1_000_000,
            timeout: timeout * 1_000_000)
        defer { probe.stop() }

        try waitUntilServed(parsed, by: probe)
        let start = monotonicNanoseconds()
        writeStandardOutput("serving\n")
        var items = [Readiness(endRequests.rawDescriptor)]
        try Readiness.wait(&items, until: nil)
        let end = monotonicNanoseconds()
        // A request that began just before has its timeout to be answered in.
        var none: [Readiness] = []
        try Readiness.wait(&none, until: end + (timeout + interval) * 1_000_000)
        let rows = parsed.enumerated().map { index, address in
            ProbeReport.Row(address, probe.statistics(of: index, from: start, to: end))
        }
        writeStandardOutput(ProbeReport(duration: end - start, rows: rows).json + "\n")
    }

    private func waitUntilServed(_ addresses: [IPAddress], by probe: Probe) throws {
        let deadline = monotonicNanoseconds() + patience * 1_000_000_000
        while let silent = addresses.indices.first(where: { probe.latestAnswer(from: $0) == nil }) {
            guard monotonicNanoseconds() < deadline else {
                writeStandardError("probe: \(addresses[silent]) does not answer\n")
                throw ExitCode.failure
            }
            var none: [Readiness] = []
            try Readiness.wait(&none, until: monotonicNanoseconds() + 5_000_000)
        }
    }
}
