internal import ArgumentParser
internal import Console

/// `understudy resume`.
struct Resume: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "End maintenance mode and what a switch-over left behind: the priorities decide again.",
        discussion: """
            A host whose priority is the highest, and that preempts, takes its addresses back within seconds. On a \
            host that is in neither mode nothing changes.

            Exit status: 0 done, 2 refused, \(DaemonOptions.exitCodes)
            """)

    @OptionGroup var daemon: DaemonOptions

    mutating func run() throws {
        try finish(resume(json: daemon.json, socket: daemon.path, on: .standardOutput()))
    }
}
