internal import ArgumentParser
internal import Console
internal import LinuxKernel

/// `understudy status [INSTANCE]`.
struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show who has the addresses, since when and why, and what would happen next.",
        discussion: """
            The first line says when this was true and which daemon says so. Then comes what is wrong ("problem") and \
            what should be looked at ("look at"), then each instance: its state (ACTIVE has the addresses, STANDBY \
            could take them, FAULT and WAITING cannot, and say why), its priority as a sum, who is active and when it \
            was last heard, the addresses that are really on this host, the checks with their last result, and what \
            would happen next. Times are UTC.

            With --watch the picture is renewed each second until Ctrl-C; when the daemon stops answering, that is \
            what it shows.

            Exit status: 0 every instance is active or standby and every address is where it should be, 1 an \
            instance is in fault, waiting or stopped, an address is missing or surplus, or no instance is \
            configured, 2 there is no such instance, \(DaemonOptions.exitCodes) With --watch: 0 when it was ended \
            by Ctrl-C.
            """)

    @Argument(help: "Only this instance.", completion: DaemonOptions.instanceCompletion)
    var instance: String?

    @Flag(name: .shortAndLong, help: "Renew it each second until Ctrl-C; with --json, one object on each line.")
    var watch = false

    @OptionGroup var daemon: DaemonOptions

    mutating func run() throws {
        guard watch else {
            try finish(
                status(of: instance, json: daemon.json, socket: daemon.path, on: .standardOutput()))
        }
        let ends = try EndRequests()
        try finish(try watchStatus(of: instance, json: daemon.json, socket: daemon.path, until: ends))
    }
}
