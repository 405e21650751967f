internal import ArgumentParser
internal import Configuration
internal import Console
internal import Daemon
internal import LinuxKernel

/// `understudy check FILE...`.
struct Check: ParsableCommand {
    /// What is checked when no file is named.
    private static let defaultFile = "/etc/understudy/understudy.conf"

    static let configuration = CommandConfiguration(
        abstract: "Say what is wrong with configuration files, and how to mend it.",
        discussion: """
            Each file is read as the daemon would read it, but nothing is changed. Two files are checked as the two \
            hosts of a pair as well: what has to be equal and what has to differ. Then everything that can fail does, \
            alone and two at a time, in a simulation with the daemon's own state machines: who has the addresses then, \
            after how long at most, and whether they come back.

            Works on any machine: what this host lacks (an interface, a script) is a warning, and an error with --host. \
            Of two files, one that sends from addresses which this host does not have is taken for the other host's.

            Exit status: 0 nothing to complain of (notes do not count), 1 warnings, 2 errors, 64 wrong usage.
            """)

    @Argument(help: "Configuration files (default: \(defaultFile)); - is standard input.", completion: .file())
    var files: [String] = []

    @Flag(help: "The files are for this host: what it lacks is an error.")
    var host = false

    @Flag(help: "Name what keepalived does not know, or complains of, for files that it has to read too.")
    var portable = false

    @Flag(help: "Judge as keepalived -t does (2.2.7): errors are what it refuses, and only that.")
    var compat = false

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    @Flag(help: "Print SARIF 2.1.0, which services that host code show beside the lines.")
    var sarif = false

    @Option(
        name: [.customShort("i"), .customLong("id")], parsing: .singleValue,
        help: ArgumentHelp(
            "The configuration id that @ID lines are compared with (default: the short host name). Once for all files, or "
                + "once for each in turn: one file that has lines for both hosts is named twice.", valueName: "name"))
    var configurationIDs: [String] = []

    @Option(
        name: .customLong("haproxy"), parsing: .singleValue,
        help: ArgumentHelp(
            "HAProxy's configuration: whether it answers for the virtual addresses, and whether anybody notices when it "
                + "fails. Once for all hosts, or once for each file in turn.", valueName: "file"),
        completion: .file())
    var haproxy: [String] = []

    /// What is read of a load balancer's file.
    private func balancers() throws -> [BalancerFile] {
        try haproxy.map { file in
            switch readFile(file, limit: 8 << 20) {
            case .failure(let error): throw ValidationError("\(error)")
            case .success(let bytes):
                let binds = haproxyBinds(in: String(decoding: bytes, as: UTF8.self), file: file)
                if binds.isEmpty { throw ValidationError("\(file) has no `bind` line: is it HAProxy's configuration?") }
                return BalancerFile(
                    file: file,
                    binds: binds.map { bind in
                        let address: BalancerBind.Address =
                            switch bind.address {
                            case .ip(let address): .ip(address)
                            case .wildcard: .wildcard
                            case .unclear: .unclear
                            }
                        return BalancerBind(
                            line: bind.line, address: address, isTransparent: bind.isTransparent, hasPort: bind.hasPort)
                    })
            }
        }
    }

    func validate() throws {
        if haproxy.count > 1, haproxy.count != files.count {
            throw ValidationError("--haproxy is given once for all hosts, or once for each of the \(files.count) files")
        }
        if configurationIDs.count > 1, configurationIDs.count != files.count {
            throw ValidationError(
                "--id is given once for all files, or once for each in turn, and here are "
                    + "\(configurationIDs.count) for \(files.count): understudy check --id lb1 --id lb2 FILE FILE, where FILE "
                    + "may be twice the same")
        }
        if json, sarif { throw ValidationError("--json and --sarif are two forms of one report: choose one") }
    }

    mutating func run() throws {
        let reader = OnceReader(DiskReader())
        if files.isEmpty, case .failure(let failure) = reader.read(Self.defaultFile) {
            throw ValidationError("name a file to check; \(Self.defaultFile) cannot be read: \(failure.reason)")
        }
        let names = files.isEmpty ? [Self.defaultFile] : files.map { $0 == "-" ? "/dev/stdin" : $0 }
        let id = configurationIDs.first ?? shortHostName()
        var closed: (name: String, error: SystemError)?
        var report = try check(
            files: names, reading: reader, configurationID: id,
            ids: configurationIDs.count > 1 ? configurationIDs : [],
            on: { daemon in try inspector(daemon) { closed = ($0, $1) } }, hostIsAuthoritative: host || compat,
            portable: portable || compat, balancers: try balancers())
        if let closed {
            report = report.adding(
                unreachableNamespace: closed.name,
                of: Configuration.parse(file: names[0], reading: reader, configurationID: id), file: names[0],
                reason: closed.error.reason, isMissing: closed.error.isMissing, severity: host ? .error : .warning)
        }
        if compat { report = report.judgedAsKeepalived() }
        if json {
            print(report.json, terminator: "")
        } else if sarif {
            print(report.sarif(version: understudyVersion), terminator: "")
        } else {
            print(report.text, terminator: "")
            let proof = report.proofText
            print(proof, terminator: proof.isEmpty ? "" : "\n")
            print(report.summary)
        }
        throw ExitCode(report.exitCode)
    }

    /// This host, as the daemon of the first file would find it; nil when it cannot be examined.
    ///
    /// - Parameter isClosed: takes a network namespace that could not be entered, where that is to be said.
    private func inspector(
        _ daemon: DaemonIdentity, isClosed: (String, SystemError) -> Void
    ) throws -> (any HostInspector)? {
        do throws(SystemError) {
            return try LiveHost.of(daemon, looksAtFiles: true)
        } catch {
            // Whoever may not enter it learns nothing by that unless he asked for this host.
            if let name = daemon.networkNamespace, host || (error.isMissing && !compat) {
                isClosed(name, error)
                return nil
            }
            // Without facts nothing can be an error of this host; that would be a silent pass when it was asked for.
            if host { throw ValidationError("this host cannot be examined: \(error)") }
            return nil
        }
    }
}

/// The host's name up to its first dot, which keepalived compares `@ID` lines with as well.
func shortHostName() -> String { String(hostName().prefix { $0 != "." }) }
