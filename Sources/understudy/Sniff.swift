internal import ArgumentParser
internal import Console
internal import LinuxKernel

/// `understudy sniff [INTERFACE]`.
struct Sniff: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show VRRP packets and the announcements around them, in words, with what is wrong with them.",
        discussion: """
            Listens to a network interface before the firewall does, so it shows what arrives even when the daemon does \
            not get it. Each packet is one line: when, where, how long after the last one from the same sender, what it \
            says, and whether the daemon of this host would believe it, judged by the daemon's own rules against the \
            configuration file. A line in which something is wrong has a `!`. Gratuitous ARP and neighbour \
            advertisements are shown when they are about virtual addresses. Passwords are never printed.

            Without an interface it listens on those of the configuration, in the network namespace that it names, or, \
            where there is none, on all Ethernet interfaces that are up. It ends with Ctrl-C, after --count packets or \
            after --seconds, with a summary. With --json each packet is one JSON object on a line of its own, and the \
            summary is the last.

            Nothing is sent, but the network card is asked to let VRRP's multicast groups through.

            Exit status: 0 something was heard and nothing was wrong, 1 something was wrong or nothing was heard, \
            2 it cannot listen there, 4 it may not listen (be root), 64 wrong usage.
            """)

    @Argument(help: ArgumentHelp("Where to listen.", valueName: "interface"))
    var interface: String?

    @Option(help: ArgumentHelp("End after so many packets.", valueName: "number"))
    var count: Int?

    @Option(help: ArgumentHelp("End after so long.", valueName: "seconds"))
    var seconds: Double?

    @Option(help: ArgumentHelp("Show only the virtual router with this identifier.", valueName: "1-255"))
    var vrid: Int?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Compare with this configuration (default: \(SniffOptions.usualFile)).", valueName: "path"),
        completion: .file())
    var file: String?

    @Option(
        name: [.customShort("i"), .customLong("id")],
        help: ArgumentHelp(
            "The configuration id that @ID lines are compared with (default: the short host name).", valueName: "name"))
    var configurationID: String?

    @Flag(help: "Print one JSON object a line.")
    var json = false

    mutating func validate() throws {
        if let count, count < 1 { throw ValidationError("--count is at least 1") }
        if let seconds, !(seconds > 0 && seconds <= 86_400) {
            throw ValidationError("--seconds is more than 0 and at most 86400, a day")
        }
        if let vrid, !(1...255).contains(vrid) { throw ValidationError("--vrid is a number from 1 to 255") }
    }

    mutating func run() throws {
        let options = SniffOptions(
            interface: interface, file: file, configurationID: configurationID ?? shortHostName(), count: count,
            seconds: seconds, virtualRouterID: vrid.map { UInt8($0) }, asJSON: json)
        let code: Int32
        do throws(CannotSniff) {
            code = try sniff(
                options, say: { writeStandardOutput($0 + "\n") },
                note: { writeStandardError("understudy sniff: \($0)\n") })
        } catch {
            writeStandardError("understudy sniff: \(error)\n")
            throw ExitCode(error.exitCode)
        }
        throw ExitCode(code)
    }
}
