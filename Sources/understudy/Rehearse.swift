internal import ArgumentParser
internal import Daemon
internal import LinuxKernel
internal import Rehearsal

/// `understudy rehearse [ACTIVE STANDBY]`.
struct Rehearse: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a pair on this machine, break it in every way that matters, and measure what a client sees.",
        discussion: """
            Builds two hosts, a switch and a client out of namespaces, starts understudyd and a load balancer on each \
            host, and plays: start, load balancer dies and returns, link lost and back, host dies and returns, planned \
            stop. Everything is gone afterwards, and nothing outside is touched. No root is needed where the kernel \
            lets users have namespaces.

            Without files the pair is that of the active/standby guide (Examples/hapee-active.cfg, hapee-standby.cfg). \
            With two files it is yours: interfaces, subnets and addresses are taken from them, and its checks are run.

            Exit status: 0 all went as it must, 1 something broke, 2 the files or this machine do not allow a \
            rehearsal, 64 wrong usage, 130 interrupted.
            """)

    @Argument(help: "The active host's file and the standby's, or none.", completion: .file())
    var files: [String] = []

    @Flag(help: "Print the result as JSON; the story goes to standard error.")
    var json = false

    @Flag(name: .shortAndLong, help: "Show what the daemons say.")
    var verbose = false

    @Option(
        help: ArgumentHelp(
            "Play only these: \(Event.allCases.map(\.rawValue).joined(separator: ",")).", valueName: "a,b,c"))
    var events: String?

    @Option(help: ArgumentHelp("Keep the daemons' logs in this directory.", valueName: "directory"))
    var work: String?

    @Option(
        help: ArgumentHelp("Rehearse another daemon with the same options.", valueName: "path", visibility: .hidden))
    var daemon: String?

    @Flag(help: ArgumentHelp("Use the small web server even where HAProxy is installed.", visibility: .hidden))
    var withoutHaproxy = false

    /// Set for the copy of this program that runs in a user namespace, so that it does not try again.
    private static let insideMark = "UNDERSTUDY_REHEARSAL=inside"

    mutating func validate() throws {
        guard files.isEmpty || files.count == 2 else {
            throw ValidationError("name the active host's file and the standby's, or none")
        }
    }

    mutating func run() throws {
        do {
            try rehearse()
        } catch let error as CannotRehearse {
            try refuse(error.reason)
        } catch let error as SystemError {
            try refuse("this machine does not allow it: \(error)")
        } catch is Performance.Interrupted {
            say("Interrupted. Everything has been taken down.")
            throw ExitCode(130)
        }
    }

    private func refuse(_ reason: String) throws -> Never {
        writeStandardError("understudy rehearse: \(reason)\n")
        throw ExitCode(2)
    }

    private func say(_ line: String) {
        if json { writeStandardError(line + "\n") } else { writeStandardOutput(line + "\n") }
    }

    private func rehearse() throws {
        let played = try events.map { try Event.list($0) } ?? Event.allCases
        let plan = try Plan(try readFiles(), try programs())
        try moveIntoUserNamespaceIfNeeded(plan)
        if let work { try LocalFiles.makeDirectories(LocalFiles.absolute(work) ?? work) }
        let performance = try Performance(
            plan, work: work, verbose: verbose, endRequests: try EndRequests(), say: say)
        let report = try performance.play(played)
        say("")
        for line in report.table { say(line) }
        say("")
        for line in report.verdict { say(line) }
        if !report.isFlawless, !verbose {
            say("\nThe last that the daemons said:")
            for line in performance.lastWords() { say("  \(line)") }
        }
        if json { writeStandardOutput(report.json + "\n") }
        if !report.isFlawless { throw ExitCode(1) }
    }

    private func readFiles() throws -> [ConfigurationFile] {
        guard files.count == 2 else { return ConfigurationFile.examples }
        let read = zip(files, ["lb1", "lb2"]).map {
            ConfigurationFile(path: $0, host: $1, reading: DiskReader())
        }
        try Complaints(read).requireRunnable()
        return read
    }

    private func programs() throws -> Plan.Programs {
        guard let own = LocalFiles.absolute("/proc/self/exe") else {
            throw CannotRehearse("/proc is not mounted, so this program does not know where it is")
        }
        let beside = LocalFiles.directory(of: own) + "/understudyd"
        let path = environmentVariable("PATH") ?? Host.searchPath
        let found = LocalFiles.program(daemon ?? beside, in: path) ?? LocalFiles.program("understudyd", in: path)
        guard let found = daemon == nil ? found : LocalFiles.program(daemon ?? "", in: path) else {
            throw CannotRehearse(
                daemon.map { "\($0) is not a program" }
                    ?? "understudyd is neither beside this program (\(beside)) nor on the PATH")
        }
        return Plan.Programs(
            daemon: LocalFiles.absolute(found) ?? found, own: own,
            haproxy: withoutHaproxy ? nil : LocalFiles.program("haproxy", in: Host.searchPath))
    }

    private func moveIntoUserNamespaceIfNeeded(_ plan: Plan) throws {
        guard let obstacle = UserNamespace.obstacle() else { return }
        let environment = environmentVariables()
        guard !environment.contains(Self.insideMark), let own = LocalFiles.absolute("/proc/self/exe") else {
            throw obstacle
        }
        let reasons = plan.reasonsForRoot
        if !reasons.isEmpty {
            throw CannotRehearse(
                "these files need root (sudo understudy rehearse):\n  " + reasons.joined(separator: "\n  "))
        }
        let status: ExitStatus
        do throws(SystemError) {
            status = try UserNamespace.run(
                own, CommandLine.arguments, environment: environment + [Self.insideMark])
        } catch {
            let reasons = UserNamespace.restrictions.map { "\n  " + $0 }.joined()
            throw CannotRehearse(
                "the kernel lets this user have no namespaces (\(error)). Run it as root (sudo understudy rehearse)"
                    + (reasons.isEmpty ? "." : ", or change:" + reasons))
        }
        switch status {
        case .exited(let code): throw ExitCode(code)
        case .signalled(let signal): throw ExitCode(128 + signal)
        }
    }
}
