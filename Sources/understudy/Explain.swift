internal import ArgumentParser
internal import Console

/// `understudy explain [INSTANCE]`.
struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Explain the present state: what led to it, why this host is not active, what would change it.",
        discussion: """
            It goes back from the present state through the recorded history: the transition, the change of priority \
            or the operator's command before it, and the state before that. For a host that is not active it compares \
            the priorities and names the checks that cost points. It only says what the daemon knows: a standby is \
            silent in VRRP, so nobody can say whether one is there until it takes over.

            Exit status: 0 explained, 2 there is no such instance, \(DaemonOptions.exitCodes)
            """)

    @Argument(help: "Only this instance.", completion: DaemonOptions.instanceCompletion)
    var instance: String?

    @OptionGroup var daemon: DaemonOptions

    mutating func run() throws {
        try finish(explain(instance: instance, json: daemon.json, socket: daemon.path, on: .standardOutput()))
    }
}
