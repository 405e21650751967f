// keepalived's flags that change nothing here, or that are not done.

extension Options {
    /// A flag of keepalived's that is taken, so that the command line of a service may stay, and changes nothing.
    package struct IdleFlag: Equatable, Sendable {
        package enum Argument: Equatable, Sendable {
            case none
            case value(String)
            case optional(String)
        }

        /// Nil when it has none.
        package var short: Character?
        package var long: String
        package var argument = Argument.none
        /// What becomes of it, for the log, the help and understudyd(8); without a full stop.
        package var becomes: String

        /// As in `-P, --vrrp`.
        package var names: [String] { (short.map { ["-\($0)"] } ?? []) + ["--\(long)"] }
    }

    package static let idleFlags = [
        IdleFlag(short: "P", long: "vrrp", becomes: "VRRP is all that runs here"),
        IdleFlag(
            short: "B", long: "no_bfd",
            becomes: "BFD sessions run if the configuration has bfd_instance blocks, and not otherwise"),
        IdleFlag(short: nil, long: "all", becomes: "what the configuration asks for runs, and nothing else"),
        IdleFlag(
            short: "X", long: "release-vips", becomes: "addresses that an earlier run left are removed in any case"),
        IdleFlag(short: "I", long: "dont-release-ipvs", becomes: "there is no IPVS table here that could be released"),
        IdleFlag(
            short: "a", long: "address-monitoring",
            becomes: "of addresses, those that the configuration names are logged, and no others"),
        IdleFlag(
            short: "e", long: "all-config", becomes: "an included file that is missing is an error in any case"),
        IdleFlag(
            short: "r", long: "vrrp_pid", argument: .value("FILE"),
            becomes: "this file is not written; signals go to the process that -p names"),
        IdleFlag(
            short: "c", long: "checkers_pid", argument: .value("FILE"),
            becomes: "this file is not written: there is no process for checkers"),
        IdleFlag(
            short: "b", long: "bfd_pid", argument: .value("FILE"),
            becomes: "this file is not written: BFD has no process of its own"),
        IdleFlag(
            short: "x", long: "snmp", becomes: "SNMP is not served; 'understudy status --json' says the same"),
        IdleFlag(
            short: "A", long: "snmp-agent-socket", argument: .value("FILE"), becomes: "SNMP is not served"),
        IdleFlag(
            short: "M", long: "core-dump-pattern", argument: .optional("PATTERN"),
            becomes: "kernel.core_pattern stays as it is (set it by sysctl), and -m allows core dumps"),
    ]

    /// Flags that would do what is not done here, and what to do instead.
    static let refusedFlags: [String: String] = [
        "C": withoutVRRP, "check": withoutVRRP, "g": withoutLogFile, "log-file": withoutLogFile, "V": withAddressesLeft,
        "dont-release-vrrp": withAddressesLeft, "T": "there is no genhash here", "genhash": "there is no genhash here",
    ]

    private static let withoutVRRP = "there are no health checkers here that could run without VRRP"
    private static let withoutLogFile = "log to syslog, or with -l to standard error"
    private static let withAddressesLeft =
        "addresses that stay when the daemon stops are soon on two hosts, so this is not done; leave it out. "
        + "'understudy upgrade' replaces the daemon without moving them"

    static func idle(_ short: Character) -> IdleFlag? { idleFlags.first { $0.short == short } }
    static func idle(_ long: String) -> IdleFlag? { idleFlags.first { $0.long == long } }
}
