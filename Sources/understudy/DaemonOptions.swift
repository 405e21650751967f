internal import ArgumentParser
internal import Configuration
internal import Console
internal import Control
internal import Daemon
internal import LinuxKernel

/// Which daemon is asked, of those on this host.
struct DaemonChoice: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The daemon's control socket (default: $UNDERSTUDY_SOCKET, else that of the daemon that runs here).",
            valueName: "path"),
        completion: .file())
    var socket: String?

    @Option(
        name: .customLong("daemon"),
        help: ArgumentHelp(
            "Of several daemons on this host the one that its configuration calls so (instance, net_namespace).",
            valueName: "name"))
    var daemonName: String?

    mutating func validate() throws {
        if socket?.isEmpty == true { throw ValidationError("--socket needs the path of the control socket") }
        if socket != nil, daemonName != nil { throw ValidationError("--socket and --daemon say the same: choose one") }
        if let daemonName, daemonName.isEmpty || daemonName.contains("/") {
            throw ValidationError("--daemon needs the name of a daemon, as \(runDirectory) has a directory for it")
        }
    }

    /// Where the one is that is meant.
    func place() throws -> DaemonPlace {
        if let socket { return DaemonPlace(socket: socket) }
        if let daemonName { return DaemonPlace(called: daemonName) }
        if let path = Self.environmentPath { return DaemonPlace(socket: path) }
        switch searchDaemon() {
        case .found(let place): return place
        case .several(let names):
            throw ValidationError(
                "\(names.count) daemons run on this host: \(names.joined(separator: ", ")); say which is meant: "
                    + "--daemon \(names[0])")
        }
    }

    /// The same for a command that is given a configuration, which says what its daemon is called.
    func place(of file: String?, configurationID: String) throws -> DaemonPlace {
        // What comes out of a pipe cannot be read twice.
        guard let file, !file.hasPrefix("/dev/"), !file.hasPrefix("/proc/"), socket == nil, daemonName == nil,
            Self.environmentPath == nil
        else { return try place() }
        let parsed = Configuration.parse(file: file, reading: DiskReader(), configurationID: configurationID)
        return DaemonPlace(called: daemonIdentity(of: parsed.statements).tag)
    }

    private static var environmentPath: String? {
        environmentVariable("UNDERSTUDY_SOCKET").flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The same where nothing is said on the command line; nil where that does not do.
    fileprivate static var usualSocket: String? {
        if let path = environmentPath { return path }
        return if case .found(let place) = searchDaemon() { place.socket } else { nil }
    }
}

/// What every command that asks the daemon understands.
struct DaemonOptions: ParsableArguments {
    @Flag(help: "Print JSON instead of text (docs/reference/control-socket.md has the members).")
    var json = false

    @OptionGroup var choice: DaemonChoice

    /// Where the daemon listens.
    var path: String { get throws { try choice.place().socket } }

    /// The exit codes, for the end of each command's help.
    static let exitCodes = """
        3 no daemon answers (there is none, or it hangs: the sentence says which), 4 you have not the right, \
        64 wrong usage.
        """

    /// For shells: the names of the instances, where a daemon tells them.
    static let instanceCompletion = CompletionKind.custom { _, _, _ in
        // A shell waits for this with the cursor; a hint that does not come at once is worth nothing.
        DaemonChoice.usualSocket.map { instanceNames(socket: $0) } ?? []
    }
}

/// Prints what a command has to say, and ends with its status.
func finish(_ result: CommandResult) throws -> Never {
    writeStandardOutput(result.output)
    writeStandardError(result.complaint)
    throw ExitCode(result.status.rawValue)
}
