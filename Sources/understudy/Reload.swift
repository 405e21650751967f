internal import ArgumentParser
internal import Console
internal import LinuxKernel

/// `understudy reload`.
struct Reload: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read the configuration again: the plan first, then the change, as a whole or not at all.",
        discussion: """
            Each difference has a line ("instance VI_1: priority 101 -> 90"), and each instance that is active here or \
            changes says whether it will give up its addresses. With errors in the file nothing is changed, and the \
            errors are printed as by understudy check.

            Exit status: 0 applied, or nothing had to be changed, or the plan was shown (--dry-run), 2 refused: the \
            configuration has errors, \(DaemonOptions.exitCodes)
            """)

    @Flag(name: [.customShort("n"), .long], help: "Show the plan and change nothing.")
    var dryRun = false

    @OptionGroup var daemon: DaemonOptions

    mutating func run() throws {
        try finish(
            reload(
                dryRun: dryRun, json: daemon.json, socket: daemon.path, on: .standardOutput(),
                say: writeStandardOutput))
    }
}
