internal import ArgumentParser
internal import Console
internal import LinuxKernel

/// `understudy support-bundle`.
struct SupportBundle: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "support-bundle",
        abstract: "Collect everything for a bug report into one archive, secrets removed.",
        discussion: """
            In it are: status, explanation, history and doctor's findings; the configuration with all that it includes; \
            versions; the service's unit, state and last 2000 lines of log; interfaces, addresses, routes, firewall rules and \
            kernel settings; limits of the daemon's process. What cannot be collected is left out, and the file MANIFEST \
            says why. It needs no daemon and no root, but there is less in it then.

            Passwords, keys and tokens are replaced by <removed>: those of the configuration wherever they stand, and \
            whatever looks like one. The names of hosts, addresses and the commands of checks are not: look at it before you \
            send it. Only its owner may read the archive.

            Exit status: 0 the archive is written, 2 it could not be (the sentence says why; nothing is left behind), 64 \
            wrong usage.
            """)

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "The archive (default: understudy-HOST-TIME.tar.gz in the current directory).", valueName: "path"),
        completion: .file())
    var output: String?

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

    @OptionGroup var choice: DaemonChoice

    mutating func run() throws {
        guard let own = LocalFiles.absolute("/proc/self/exe") else {
            writeStandardError(
                "understudy support-bundle: /proc is not mounted, so this program does not know where it is\n")
            throw ExitCode(CommandStatus.refused.rawValue)
        }
        let id = configurationID ?? shortHostName()
        let options = BundleOptions(
            output: output, file: file, configurationID: id,
            socket: try choice.place(of: file, configurationID: id).socket, ownPath: own,
            workPlace: environmentVariable("TMPDIR").flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp")
        let status = makeSupportBundle(options) { writeStandardError($0 + "\n") }
        throw ExitCode(status.rawValue)
    }
}
