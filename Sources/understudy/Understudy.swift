internal import ArgumentParser
internal import Daemon

/// The command for people.
///
/// Each subcommand has a file of its own.
@main
struct Understudy: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "understudy",
        abstract: "Active/standby (VRRP) for Linux load balancers.",
        version: understudyVersion,
        subcommands: [Check.self, Init.self, Rehearse.self, RehearsePart.self, Sniff.self])
}
