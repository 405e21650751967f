internal import ArgumentParser
internal import LinuxKernel
internal import Rehearsal
internal import VRRPWire

/// The small parts that this program itself plays on the hosts of a rehearsal.
struct RehearsePart: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rehearse-part", shouldDisplay: false,
        subcommands: [StandInPart.self, RespondPart.self, PlacePart.self, ProbePart.self])
}

/// A process that has nothing but a name.
struct StandInPart: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "stand-in")

    mutating func run() throws { try StandIn.run() }
}

/// A web server that answers with the host's name.
struct RespondPart: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "respond")

    @Argument var name: String
    @Argument var addresses: [String]

    mutating func run() throws {
        let parsed = try addresses.map { text in
            guard let address = IPAddress(text) else { throw ValidationError("\(text) is no address") }
            return address
        }
        try Responder.run(parsed, port: Plan.port, name: name)
    }
}

/// Puts a program that always succeeds where a check expects one that this machine lacks.
struct PlacePart: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "place")

    @Argument var path: String

    mutating func run() throws { try StandIn.place(path) }
}
