internal import ArgumentParser
internal import Console
internal import Daemon
internal import LinuxKernel

/// The command for people.
///
/// Each subcommand has a file of its own.
@main
struct Understudy: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "understudy",
        abstract: "Active/standby (VRRP) for Linux load balancers.",
        version: understudyVersion,
        subcommands: [RehearsePart.self],
        groupedSubcommands: [
            CommandGroup(
                name: "Ask",
                subcommands: [
                    Status.self,
                    Explain.self,
                    History.self,
                    Doctor.self,
                    Sniff.self,
                    SupportBundle.self,
                ]),
            CommandGroup(
                name: "Steer",
                subcommands: [
                    Switchover.self,
                    Standby.self,
                    Resume.self,
                    Reload.self,
                    Upgrade.self,
                ]),
            CommandGroup(
                name: "Prepare",
                subcommands: [
                    Init.self,
                    Check.self,
                    Format.self,
                    ConfigurationCommand.self,
                    Rehearse.self,
                    Simulate.self,
                ]),
        ])

    static func main() {
        endIfOutputIsLost(with: CommandStatus.outputLost.rawValue)
        main(nil)
    }
}
