internal import ArgumentParser
internal import Console
internal import Control

/// `understudy standby [on|off]`.
struct Standby: ParsableCommand {
    enum Mode: String, ExpressibleByArgument, CaseIterable { case on, off }

    static let configuration = CommandConfiguration(
        abstract: "Maintenance mode: make this host the last that takes an address.",
        discussion: """
            'on' puts every instance of this host to priority 1: an active one hands over to a standby as in a \
            switch-over, a standby does not take over while another is there. It takes an address only where nobody \
            else does. The mode survives restarts and reboots, and ends with 'off', with understudy resume, or by \
            itself after --for.

            'off' is the same as understudy resume. Without either, it says whether the mode is on.

            'on' waits until every address is handed over, or nobody took it.

            Exit status: 0 done, or shown, 1 it is on, but nobody took over what is active here, or the disk does not \
            keep it (the sentences say which), 2 refused, \(DaemonOptions.exitCodes)
            """)

    @Argument(help: "on or off; without it, show which.")
    var mode: Mode?

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("End it by itself after this long: 90s, 30m, 2h, 1d, 1h30m.", valueName: "duration"))
    var length: String?

    @OptionGroup var daemon: DaemonOptions

    mutating func validate() throws { _ = try length.map(seconds) }

    private func seconds(_ text: String) throws -> Int {
        guard mode == .on else { throw ValidationError("--for belongs to 'standby on'") }
        guard let length = Control.seconds(ofDuration: text) else {
            throw ValidationError("'\(text)' is no length of time: say 90s, 30m, 2h, 1d or 1h30m")
        }
        guard length <= Request.longestStandby else {
            throw ValidationError(
                "--for is at most \(Request.longestStandby / 86_400)d; without it the mode has no end")
        }
        return length
    }

    mutating func run() throws {
        let terminal = Terminal.standardOutput()
        switch mode {
        case .on?:
            try finish(
                beginStandby(
                    seconds: try length.map(seconds), json: daemon.json, socket: daemon.path, on: terminal))
        case .off?: try finish(resume(json: daemon.json, socket: daemon.path, on: terminal))
        case nil: try finish(showStandby(json: daemon.json, socket: daemon.path, on: terminal))
        }
    }
}
