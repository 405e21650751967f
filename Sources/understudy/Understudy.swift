internal import ArgumentParser

/// The command for people.
///
/// Each subcommand has a file of its own.
@main
struct Understudy: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "understudy",
        abstract: "Active/standby (VRRP) for Linux load balancers.",
        version: "0.1.0",
        subcommands: [Check.self, Rehearse.self, RehearsePart.self, Sniff.self])
}
