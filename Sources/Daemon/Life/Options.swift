internal import LinuxKernel

/// What the command line of `understudyd` says.
///
/// These are keepalived's flags, as far as they make sense for one process.
package struct Options: Equatable, Sendable {
    package var configurationFile: String
    /// `-n`: stay in the foreground.
    package var foreground = false
    /// `-l`: log to standard error too.
    package var logToConsole = false
    /// `-D`: details.
    package var detailed = false
    /// `-S`: syslog facility, 3 is daemon.
    package var facility: Int32 = 3
    /// `-G`: no syslog.
    package var noSyslog = false
    package var pidFile: String { didSet { namesPIDFile = true } }
    /// `-p` was given: what the configuration says of it does not count.
    package private(set) var namesPIDFile = false
    /// `-s`: the network namespace to work in.
    package var networkNamespace: String?
    /// `-t`: check the configuration and leave.
    package var testOnly = false
    /// `-d`: write what was understood to the log at start.
    package var dumpConfiguration = false
    /// `-u`: umask for files we create.
    package var umask: UInt32?
    /// `-i`: which `@ID` lines apply; the host's short name otherwise.
    package var configurationID: String?

    /// What a command line asks for.
    package enum Request: Equatable, Sendable {
        case run(Options)
        case help
        case version
        /// The number of a signal.
        case signal(Int32)
        /// It cannot be understood; one sentence that says what to do instead.
        case mistake(String)
    }

    /// - Parameter program: the name it was called by, which decides the default paths.
    init(calledAs program: String) {
        let isKeepalived = program == "keepalived"
        configurationFile = isKeepalived ? "/etc/keepalived/keepalived.conf" : "/etc/understudy/understudy.conf"
        pidFile = isKeepalived ? "/run/keepalived.pid" : "/run/understudyd.pid"
    }
}

extension Options {
    /// The same for a process whose working directory is another one; in the foreground it stays.
    func withFullPaths() -> Options {
        guard !foreground, case .success(let directory) = readLink("/proc/self/cwd") else { return self }
        var options = self
        func whole(_ path: String) -> String { path.hasPrefix("/") ? path : "\(directory)/\(path)" }
        options.configurationFile = whole(configurationFile)
        if namesPIDFile { options.pidFile = whole(pidFile) }
        return options
    }
}

extension Options {
    /// Of what the daemon makes, unless somebody says otherwise.
    static let usualUmask: UInt32 = 0o022

    /// A flag of the command line, its long form and what it is for.
    ///
    /// The table that parses is the table that helps, and that understudyd(8) and the completions are made from.
    package struct Flag: Equatable, Sendable {
        /// Nil when it has none.
        package var short: Character?
        package var long: String
        /// What stands for its value; nil when it has none.
        package var value: String?
        /// One line, without a full stop.
        package var help: String

        /// As in `-p` and `--pid`.
        package var names: [String] { (short.map { ["-\($0)"] } ?? []) + ["--\(long)"] }
    }

    package static let flags = [
        Flag(short: "f", long: "use-file", value: "FILE", help: "Use this configuration file"),
        Flag(short: "n", long: "dont-fork", value: nil, help: "Stay in the foreground"),
        Flag(short: "l", long: "log-console", value: nil, help: "Log to standard error too"),
        Flag(short: "D", long: "log-detail", value: nil, help: "Log details"),
        Flag(
            short: "S", long: "log-facility", value: "N",
            help: "Syslog facility: 0-7, local0-local7, user or daemon (default)"),
        Flag(short: "G", long: "no-syslog", value: nil, help: "Do not log to syslog"),
        Flag(short: "u", long: "umask", value: "MASK", help: "umask for files that are created, in octal"),
        Flag(short: "p", long: "pid", value: "FILE", help: "Write the process id to this file"),
        Flag(
            short: "s", long: "namespace", value: "NAME",
            help: "Work in this network namespace, whatever 'net_namespace' says"),
        Flag(short: "i", long: "config-id", value: "ID", help: "Which '@ID' lines of the configuration apply"),
        Flag(
            short: "d", long: "dump-conf", value: nil, help: "Write what was understood of the configuration to the log"
        ),
        Flag(
            short: "t", long: "config-test", value: nil,
            help: "Check the configuration and exit: 0 it would run, 2 it would not"),
        Flag(
            short: nil, long: "signum", value: "NAME",
            help: "Print the number of a signal: STOP, RELOAD, DATA, STATS, STATS_CLEAR, JSON"),
        Flag(short: "v", long: "version", value: nil, help: "Print the version"),
        Flag(short: "h", long: "help", value: nil, help: "Print this"),
    ]
}

/// keepalived's other flags and why there is nothing for them to do.
private let otherFlags: [String: String] = [
    "P": "only VRRP runs here anyway; leave it out", "vrrp": "only VRRP runs here anyway; leave it out",
    "C": "there is no health-checker process that could run without VRRP",
    "check": "there is no health-checker process",
    "B": "there is no BFD process; leave it out", "no_bfd": "there is no BFD process; leave it out",
    "all": "there is one process; leave it out",
    "r": "there is one process and -p names its pid file; leave it out",
    "vrrp_pid": "there is one process and --pid names its pid file; leave it out",
    "c": "there is no checkers process; leave it out", "checkers_pid": "there is no checkers process; leave it out",
    "b": "there is no BFD process; leave it out", "bfd_pid": "there is no BFD process; leave it out",
    "g": "log to syslog, or with -l to standard error", "log-file": "log to syslog, or with -l to standard error",
    "X": "addresses that an earlier run left are removed at start anyway; leave it out",
    "release-vips": "addresses that an earlier run left are removed at start anyway; leave it out",
    "V": "not supported: an address must not outlive its owner",
    "dont-release-vrrp": "not supported: an address must not outlive its owner",
    "I": "IPVS is not ours; leave it out", "dont-release-ipvs": "IPVS is not ours; leave it out",
    "R": "there is no child to respawn; leave it to the service manager",
    "dont-respawn": "there is no child to respawn; leave it to the service manager",
    "a": "not supported yet", "address-monitoring": "not supported yet",
    "e": "every missing include is an error already; leave it out",
    "all-config": "every missing include is an error already; leave it out",
    "x": "SNMP is not supported", "snmp": "SNMP is not supported", "A": "SNMP is not supported",
    "snmp-agent-socket": "SNMP is not supported", "m": "use the service manager's LimitCORE",
    "core-dump": "use the service manager's LimitCORE", "M": "set kernel.core_pattern by sysctl",
    "core-dump-pattern": "set kernel.core_pattern by sysctl", "T": "there is no genhash here",
    "genhash": "there is no genhash here",
]

extension Options {
    /// Reads a command line as getopt_long does: `-nlf FILE`, `-fFILE`, `--use-file=FILE`.
    package static func parse(_ arguments: [String]) -> Request {
        let program = arguments.first?.split(separator: "/").last.map(String.init) ?? "understudyd"
        var options = Options(calledAs: program)
        var rest = arguments.dropFirst()[...]
        while let argument = rest.popFirst() {
            let request: Request?
            if argument.hasPrefix("--"), argument != "--" {
                request = options.takeLong(argument.dropFirst(2), &rest)
            } else if argument.hasPrefix("-"), argument != "-" {
                request = options.takeShort(argument.dropFirst(), &rest)
            } else {
                request = .mistake("'\(argument)' is not a flag; a configuration file is given with -f \(argument)")
            }
            if let request { return request }
        }
        return .run(options)
    }

    private mutating func takeLong(_ text: Substring, _ rest: inout ArraySlice<String>) -> Request? {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let flag = Self.flags.first(where: { $0.long == parts[0] }) else {
            return Self.unknown(parts[0], "--" + parts[0])
        }
        if flag.value == nil {
            return parts.count == 2 ? .mistake("--\(flag.long) takes no value") : apply(flag, "")
        }
        guard let value = parts.count == 2 ? parts[1] : rest.popFirst() else {
            return .mistake("--\(flag.long) needs a value: --\(flag.long)=\(flag.value ?? "")")
        }
        return apply(flag, value)
    }

    private mutating func takeShort(_ letters: Substring, _ rest: inout ArraySlice<String>) -> Request? {
        var letters = letters
        while let letter = letters.popFirst() {
            guard let flag = Self.flags.first(where: { $0.short == letter }) else {
                return Self.unknown(String(letter), "-\(letter)")
            }
            guard let placeholder = flag.value else {
                if let request = apply(flag, "") { return request }
                continue
            }
            guard let value = letters.isEmpty ? rest.popFirst() : String(letters) else {
                return .mistake("-\(letter) needs a value: -\(letter) \(placeholder)")
            }
            return apply(flag, value)
        }
        return nil
    }

    private static func unknown(_ name: String, _ written: String) -> Request {
        if let reason = otherFlags[name] { return .mistake("\(written): \(reason)") }
        return .mistake("\(written) is not a flag of understudyd; --help lists them")
    }

    private mutating func apply(_ flag: Flag, _ value: String) -> Request? {
        switch flag.short {
        case "f": configurationFile = value
        case "n": foreground = true
        case "l": logToConsole = true
        case "D": detailed = true
        case "G": noSyslog = true
        case "p": pidFile = value
        case "i": configurationID = value
        case "s":
            guard !value.isEmpty, !value.contains("/"), !value.hasPrefix(".") else {
                return .mistake("-s '\(value)': the name of a network namespace, as 'ip netns' lists it")
            }
            networkNamespace = value
        case "d": dumpConfiguration = true
        case "t": testOnly = true
        case "S":
            guard let number = Self.facility(value) else {
                return .mistake("-S '\(value)': the facility is 0 to 7, local0 to local7, user or daemon")
            }
            facility = number
        case "u":
            guard let mask = UInt32(value, radix: 8), mask <= 0o777 else {
                return .mistake("-u '\(value)': the mask is an octal number from 0 to 777")
            }
            umask = mask
        case "v": return .version
        case nil: return Self.signal(named: value)
        default: return .help
        }
        return nil
    }

    /// keepalived: `--signum`.
    private static func signal(named name: String) -> Request {
        switch name {
        case "STOP": .signal(Signals.terminate)
        case "RELOAD": .signal(Signals.hangup)
        case "DATA": .signal(Signals.user1)
        case "STATS": .signal(Signals.user2)
        case "STATS_CLEAR": .signal(Signals.statsAndClear)
        case "JSON": .signal(Signals.json)
        default:
            .mistake("--signum '\(name)': the names are STOP, RELOAD, DATA, STATS, STATS_CLEAR and JSON")
        }
    }

    /// LOG_LOCAL0 is 16, LOG_USER 1, LOG_DAEMON 3.
    private static func facility(_ text: String) -> Int32? {
        if text == "daemon" { return 3 }
        if text == "user" { return 1 }
        guard let number = Int32(text.hasPrefix("local") ? String(text.dropFirst(5)) : text), (0...7).contains(number)
        else { return nil }
        return 16 + number
    }

    /// The text of `--help`.
    package static func help(calledAs program: String) -> String {
        let options = Options(calledAs: program)
        let rows = Self.flags.map { flag -> (String, String) in
            let value = flag.value.map { "=\($0)" } ?? ""
            let short = flag.short.map { "-\($0), " } ?? "    "
            return ("  \(short)--\(flag.long)\(value)", flag.help)
        }
        let width = (rows.map(\.0.count).max() ?? 0) + 2
        let lines = rows.map { $0.0 + String(repeating: " ", count: width - $0.0.count) + $0.1 }
        return """
            Usage: \(program) [FLAGS]
            Keeps virtual addresses on one of several hosts by VRRP. Reads keepalived's configuration language.

            \(lines.joined(separator: "\n"))

            Configuration: \(options.configurationFile)   Process id: \(options.pidFile)
            Signals: HUP reloads, TERM and INT stop (twice: at once); those of --signum write keepalived's dump files.
            The command 'understudy check FILE' explains what is wrong with a configuration and how to mend it.

            """
    }
}
