internal import ArgumentParser
internal import Console

/// `understudy upgrade`.
struct Upgrade: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let the daemon become the program that is installed now, without moving an address.",
        discussion: """
            The running daemon makes room for the program that lies where it was started from; the new process goes on \
            in the same states, with the same configuration, before anybody else notices. A file that was changed \
            since is not read: that is what understudy reload is for.

            Exit status: 0 done, 1 no successor answered, 2 refused, \(DaemonOptions.exitCodes)
            """)

    @OptionGroup var daemon: DaemonOptions

    mutating func run() throws {
        try finish(upgrade(json: daemon.json, socket: daemon.path, on: .standardOutput()))
    }
}
