internal import ArgumentParser
internal import Console
internal import LinuxKernel

/// `understudy switchover [INSTANCE|--all]`.
struct Switchover: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Hand the addresses to the peer without a gap, or keep them when nobody takes over.",
        discussion: """
            Run it on the active host. The daemon says on the wire that it resigns, keeps serving until the successor \
            was heard and has announced the addresses, and only then lets go. When nobody takes over, it goes on as \
            active. Afterwards this host leaves the addresses with the peer, whatever the priorities are, until the \
            peer fails or: understudy resume

            Printed are what was known beforehand of anyone who could take over, the outcome, and how long each step \
            took. A standby is silent in VRRP: the daemon may not know whether one is there, and says so.

            Exit status: 0 handed over, 1 undone: nobody took over and the addresses never left, 2 refused: this host \
            is not active, or there is no such instance, \(DaemonOptions.exitCodes)
            """)

    @Argument(
        help: "The instance to hand over; not needed where there is only one.",
        completion: DaemonOptions.instanceCompletion)
    var instance: String?

    @Flag(help: "Hand over every instance.")
    var all = false

    @Flag(help: "Succeed at once, without any change, where the addresses are with the peer already.")
    var toPeer = false

    @Option(
        help: ArgumentHelp(
            "How long to wait for the outcome; the daemon's own bounds are not changed.", valueName: "seconds"))
    var timeout = 60.0

    @OptionGroup var daemon: DaemonOptions

    mutating func validate() throws {
        if instance != nil, all { throw ValidationError("name an instance or say --all, not both") }
        guard timeout >= 1, timeout <= 3600 else { throw ValidationError("--timeout is 1 to 3600 seconds") }
    }

    mutating func run() throws {
        let order = SwitchoverOrder(
            instance: instance, all: all, toPeer: toPeer, socket: try daemon.path, timeout: timeout)
        try finish(order.run(json: daemon.json, on: .standardOutput(), say: writeStandardOutput))
    }
}
