internal import ArgumentParser
internal import Console
internal import Control
internal import LinuxKernel

/// What every command that asks the daemon understands.
struct DaemonOptions: ParsableArguments {
    @Flag(help: "Print JSON instead of text (docs/reference/control-socket.md has the members).")
    var json = false

    @Option(
        help: ArgumentHelp(
            "The daemon's control socket (default: $UNDERSTUDY_SOCKET, else \(defaultSocketPath)).", valueName: "path"),
        completion: .file())
    var socket: String?

    var path: String { socket ?? Self.environmentPath ?? defaultSocketPath }

    private static var environmentPath: String? {
        environmentVariable("UNDERSTUDY_SOCKET").flatMap { $0.isEmpty ? nil : $0 }
    }

    mutating func validate() throws {
        if socket?.isEmpty == true { throw ValidationError("--socket needs the path of the control socket") }
    }

    /// The exit codes, for the end of each command's help.
    static let exitCodes = """
        3 no daemon answers (there is none, or it hangs: the sentence says which), 4 you have not the right, \
        64 wrong usage.
        """

    /// For shells: the names of the instances, where a daemon tells them.
    static let instanceCompletion = CompletionKind.custom { _, _, _ in
        // A shell waits for this with the cursor; a hint that does not come at once is worth nothing.
        instanceNames(socket: environmentPath ?? defaultSocketPath)
    }
}

/// Prints what a command has to say, and ends with its status.
func finish(_ result: CommandResult) throws -> Never {
    writeStandardOutput(result.output)
    writeStandardError(result.complaint)
    throw ExitCode(result.status.rawValue)
}
