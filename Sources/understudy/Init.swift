internal import ArgumentParser
internal import Console
internal import LinuxKernel

/// `understudy init`.
struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make the configuration files of a pair: this host's and the other's.",
        discussion: """
            On a terminal it asks for what the flags do not say, and proposes what it finds on this host: interfaces and \
            their subnets, a virtual router identifier that nobody was heard to use, the load balancer. Without a \
            terminal it needs --interface and --address, and --peer with --unicast.

            It writes \(PairFiles.usualOwn) for this host and \(PairFiles.usualPeer) in the current directory for the \
            other, with comments that say what each line does. Both are checked first, each by itself and as a pair; \
            a file with so much as a warning is not written. The network is asked whether anybody has the address already. A file that says something already is replaced only with \
            --force, and a copy of it is kept beside it. (The file that the package installs has only comments in it: it \
            is replaced without --force.)

            The load balancer is watched by its process, which notices its death within milliseconds.

            Exit status: 0 both files are written, 2 refused (the sentence says why; nothing is written), 4 not \
            permitted to write there, 64 wrong usage, or flags are missing and nobody can be asked.
            """)

    @Option(help: ArgumentHelp("Where clients reach the address.", valueName: "name"))
    var interface: String?

    @Option(help: ArgumentHelp("The other host's interface (default: as here).", valueName: "name"))
    var peerInterface: String?

    @Option(
        name: .customLong("address"),
        help: ArgumentHelp(
            "A virtual address, with its prefix length unless it is that of the interface's subnet; may be repeated.",
            valueName: "ip[/length]"))
    var addresses: [String] = []

    @Option(help: ArgumentHelp("The other host's own address.", valueName: "ip"))
    var peer: String?

    @Option(
        help: ArgumentHelp("The virtual router identifier (default: 51, or the next free one).", valueName: "1-255"))
    var vrid: String?

    @Option(
        help: ArgumentHelp(
            "This host's priority; the other gets one less when it is above 100, otherwise one more (default: 101, active).",
            valueName: "1-248"))
    var priority: String?

    @Flag(help: "Send to the other host alone, for networks without multicast; needs --peer.")
    var unicast = false

    @Option(help: ArgumentHelp("What the instance is called (default: vrrp_1).", valueName: "name"))
    var name: String?

    @Option(
        help: ArgumentHelp(
            "The load balancer to watch: haproxy, nginx or none (default: what is found here).", valueName: "what"),
        completion: .list(["haproxy", "nginx", "none"]))
    var check: String?

    @Option(
        help: ArgumentHelp(
            "VRRPv2's password, at most 8 characters. Everyone on the network can read it.", valueName: "text"))
    var password: String?

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Where this host's file goes.", valueName: "path"), completion: .file())
    var output: String?

    @Option(help: ArgumentHelp("Where the other host's file goes.", valueName: "path"), completion: .file())
    var peerOutput: String?

    @Option(
        help: ArgumentHelp(
            "Put both files here, as understudy.conf and understudy-peer.conf.", valueName: "path"),
        completion: .directory)
    var directory: String?

    @Flag(
        help: "Replace files that are there (copies of them are kept), and take an address that somebody answers for.")
    var force = false

    @Option(
        help: ArgumentHelp("How long to listen for VRIDs in use, 0 for not at all.", valueName: "seconds"))
    var listen = 3.0

    mutating func validate() throws {
        if directory != nil, output != nil, peerOutput != nil {
            throw ValidationError("--directory says where both files go: leave out --output and --peer-output")
        }
        guard (0...60).contains(listen) else { throw ValidationError("--listen is a number from 0 to 60") }
    }

    mutating func run() throws {
        var flags = PairFlags()
        flags.interface = interface
        flags.peerInterface = peerInterface
        flags.addresses = addresses
        flags.peer = peer
        flags.virtualRouterID = vrid
        flags.priority = priority
        flags.isUnicast = unicast
        flags.name = name
        flags.check = check
        flags.password = password
        let files = PairFiles(
            own: output ?? directory.map { $0 + "/understudy.conf" } ?? PairFiles.usualOwn,
            peer: peerOutput ?? directory.map { $0 + "/" + PairFiles.usualPeer } ?? PairFiles.usualPeer,
            mayReplace: force)
        let options = InitOptions(
            flags: flags, files: files, listenSeconds: listen, configurationID: shortHostName())
        let question: (String) -> String? = { prompt in
            writeStandardOutput(prompt)
            let answer = readLine()
            if answer == nil { writeStandardOutput("\n") }
            return answer
        }
        do throws(InitFailure) {
            try makePair(
                options, say: { writeStandardOutput($0 + "\n") }, ask: standardInputIsTerminal() ? question : nil)
        } catch {
            writeStandardError("understudy init: \(error)\n")
            throw ExitCode(error.exitCode)
        }
    }
}
