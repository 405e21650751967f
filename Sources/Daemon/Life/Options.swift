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
    /// `-R`: end when the working process dies.
    package var replacesNobody = false
    /// `-m`: whoever crashes may leave a core dump.
    package var allowsCoreDumps = false
    /// Flags that were given and change nothing, each with what becomes of it; for the log.
    package private(set) var remarks: [String] = []

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
            short: "R", long: "dont-respawn", value: nil,
            help: "Resign and end when the working process dies or hangs, instead of replacing it"),
        Flag(short: "m", long: "core-dump", value: nil, help: "Allow core dumps of a process that crashes"),
        Flag(
            short: nil, long: "signum", value: "NAME",
            help: "Print the number of a signal: STOP, RELOAD, DATA, STATS, STATS_CLEAR, JSON"),
        Flag(short: "v", long: "version", value: nil, help: "Print the version"),
        Flag(short: "h", long: "help", value: nil, help: "Print this"),
    ]
}

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
            return takeIdle(parts, &rest)
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
                guard let idle = Self.idle(letter) else { return Self.unknown(String(letter), "-\(letter)") }
                if case .value(let placeholder) = idle.argument, letters.isEmpty, rest.popFirst() == nil {
                    return .mistake("-\(letter) needs a value: -\(letter) \(placeholder)")
                }
                note(idle, as: "-\(letter)")
                // What follows is its value.
                if idle.argument != .none { return nil }
                continue
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

    /// - Parameter parts: the long form of the flag, and its value when it was written with one.
    private mutating func takeIdle(_ parts: [String], _ rest: inout ArraySlice<String>) -> Request? {
        let written = "--" + parts[0]
        guard let idle = Self.idle(parts[0]) else { return Self.unknown(parts[0], written) }
        switch idle.argument {
        case .none where parts.count == 2: return .mistake("\(written) takes no value")
        case .value(let placeholder) where parts.count == 1:
            if rest.popFirst() == nil { return .mistake("\(written) needs a value: \(written)=\(placeholder)") }
        default: break
        }
        note(idle, as: written)
        return nil
    }

    private mutating func note(_ idle: IdleFlag, as written: String) {
        remarks.append("\(written) changes nothing: \(idle.becomes)")
    }

    private static func unknown(_ name: String, _ written: String) -> Request {
        if let reason = refusedFlags[name] { return .mistake("\(written): \(reason)") }
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
        case "R": replacesNobody = true
        case "m": allowsCoreDumps = true
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
        let idle = Self.idleFlags.map { "  \($0.names.joined(separator: ", ")): \($0.becomes)" }
        return """
            Usage: \(program) [FLAGS]
            Keeps virtual addresses on one of several hosts by VRRP. Reads keepalived's configuration language.

            \(lines.joined(separator: "\n"))

            Flags of keepalived that are taken, and change nothing:
            \(idle.joined(separator: "\n"))

            Configuration: \(options.configurationFile)   Process id: \(options.pidFile)
            Signals: HUP reloads, TERM and INT stop (twice: at once); those of --signum write keepalived's dump files.
            The command 'understudy check FILE' explains what is wrong with a configuration and how to mend it.

            """
    }
}
