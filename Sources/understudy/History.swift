internal import ArgumentParser
internal import Console
internal import LinuxKernel

/// `understudy history [INSTANCE]`.
struct History: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what happened, why, and how long each step took; also after restarts and reboots.",
        discussion: """
            One line for each transition, change of priority, reload, maintenance and start of the daemon, the newest \
            last, with its cause; below it, how long each step took. Times are UTC.

            When no daemon answers, its file is read instead (--file, and the older half history.1.jsonl beside it), \
            and the first line says so. Lines of it that cannot be read are counted.

            Exit status: 0 the history was shown, 2 there is no such instance, \(DaemonOptions.exitCodes) It is 3 only \
            where the file cannot be read either.
            """)

    @Argument(
        help: "Only this instance, and what concerns the daemon as a whole.",
        completion: DaemonOptions.instanceCompletion)
    var instance: String?

    @Option(name: [.customShort("n"), .long], help: ArgumentHelp("At most this many, the newest.", valueName: "count"))
    var limit = 50

    @Flag(name: .shortAndLong, help: "Go on with what comes, until Ctrl-C; with --json, one record on each line.")
    var follow = false

    @Option(
        help: ArgumentHelp(
            "The daemon's file, for when no daemon answers (default: \(defaultHistoryPath), or that of --daemon).",
            valueName: "path"),
        completion: .file())
    var file: String?

    @OptionGroup var daemon: DaemonOptions

    mutating func validate() throws {
        guard limit >= 1 else { throw ValidationError("--limit is at least 1") }
    }

    mutating func run() throws {
        let place = try daemon.choice.place()
        let question = HistoryQuestion(
            instance: instance, limit: limit, socket: place.socket, file: file ?? historyPath(of: place))
        guard follow else { try finish(history(question, json: daemon.json, on: .standardOutput())) }
        let ends = try EndRequests()
        var follower = HistoryFollower(question, json: daemon.json)
        try finish(try follower.follow(until: ends))
    }
}
