internal import ArgumentParser
internal import Console
internal import LinuxKernel

/// `understudy doctor`.
struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Find what keeps this host from doing its part, prove it, and print the command that mends it.",
        discussion: """
            Reads the configuration, asks the daemon (that none answers is a finding, not an error), and looks at this \
            host: interfaces and subnets, the rules of every firewall, the load balancer's bind lines. It listens to \
            the network for a few seconds with two sockets, one before the firewall and one behind it, so that an advert \
            that this host drops is seen; and asks the network who has each virtual address. It sends no adverts, and \
            changes nothing without --fix.

            Each line is `ok`, `note`, `UNKNOWN` (it could not be looked at, and why), `WARNING` or `PROBLEM`, with \
            what was seen, what comes of it, and what mends it. docs/reference/doctor.md lists every finding.

            --fix runs those commands that only add what the virtual routers need (a rule that accepts protocol 112, a \
            sysctl), each after it was shown and agreed to; then it examines again. Anything else is left to you.

            Exit status: 0 nothing is wrong (notes do not count), 1 problems or warnings, 2 nothing is known to be wrong \
            but something could not be looked at (most of it needs root), 4 --fix without root, 64 wrong usage. With --fix \
            that of the second examination.
            """)

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "The configuration file (default: the running daemon's, else \(DoctorOptions.usualFile)).",
            valueName: "path"),
        completion: .file())
    var file: String?

    @Option(
        name: [.customShort("i"), .customLong("id")],
        help: ArgumentHelp(
            "The configuration id that @ID lines are compared with (default: the short host name).", valueName: "name"))
    var configurationID: String?

    @Option(
        help: ArgumentHelp("The peer's configuration file, to be compared with this host's.", valueName: "path"),
        completion: .file())
    var peer: String?

    @Option(
        help: ArgumentHelp(
            "The configuration id that @ID lines of the peer's file are compared with.", valueName: "name"))
    var peerID: String?

    @Option(
        help: ArgumentHelp(
            "HAProxy's configuration file or directory; may be given several times (default: what runs, and the usual places).",
            valueName: "path"), completion: .file())
    var haproxy: [String] = []

    @Option(
        help: ArgumentHelp("How long to listen (default: two advert intervals, 3 to 12 s).", valueName: "seconds"))
    var seconds: Double?

    @OptionGroup var choice: DaemonChoice

    @Flag(help: "Run the commands that are safe, after showing each.")
    var fix = false

    @Flag(name: .shortAndLong, help: "Do not ask before each command of --fix.")
    var yes = false

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    mutating func validate() throws {
        if let seconds, !(seconds >= 0.1 && seconds <= 600) {
            throw ValidationError("--seconds is at least 0.1 and at most 600")
        }
        if peerID != nil, peer == nil { throw ValidationError("--peer-id has no meaning without --peer") }
        if yes, !fix { throw ValidationError("--yes has no meaning without --fix") }
        if fix, json, !yes { throw ValidationError("--fix asks questions, which --json cannot show; add --yes") }
    }

    mutating func run() throws {
        if fix, currentUserID() != 0 {
            writeStandardError("understudy doctor: --fix changes this host, which needs root: run it with sudo\n")
            throw ExitCode(4)
        }
        let id = configurationID ?? shortHostName()
        let options = DoctorOptions(
            file: file, configurationID: id, peerFile: peer, peerID: peerID,
            socket: try choice.place(of: file, configurationID: id).socket, haproxyFiles: haproxy, seconds: seconds)
        var report = examine(options, tools: InstalledTools())
        if !json { writeStandardOutput(report.text(on: .standardOutput())) }
        if fix, mendSome(of: report) {
            report = examine(options, tools: InstalledTools())
            if !json { writeStandardOutput(report.text(on: .standardOutput())) }
        }
        if json { writeStandardOutput(report.json) }
        throw ExitCode(Int32(report.exitCode))
    }

    /// - Returns: whether anything was done.
    private func mendSome(of report: DoctorReport) -> Bool {
        func say(_ line: String) {
            if json { writeStandardError(line + "\n") } else { writeStandardOutput(line + "\n") }
        }
        let mended = mend(report, tools: InstalledTools()) { finding, command in
            say("\n\(finding.title):\n    \(command)")
            if yes { return true }
            writeStandardOutput("Run it? [y/N] ")
            let answer = readLine() ?? ""
            return ["y", "yes"].contains(answer.lowercased())
        }
        for step in mended { say(step.failure.map { "It failed: \($0)" } ?? "Done: \(step.command)") }
        if !mended.isEmpty { say("\nExamining again.\n") }
        return !mended.isEmpty
    }
}
