/// Every code that a diagnostic can have, with what it means: docs/reference/diagnostics.md is made from it.
///
/// The codes are an interface: programs read them in the JSON output.
public enum DiagnosticCodes {
    public static let groups: [(title: String, codes: [(code: String, meaning: String)])] = [
        ("Reading files", reading), ("Keywords and values", values), ("Instances", instances),
        ("Addresses", addresses), ("Checks", checks), ("Against the host", host), ("Two files as a pair", pair),
    ]

    private static let reading = [
        ("file-unreadable", "the file cannot be read"),
        ("byte-order-mark", "the file begins with a byte order mark"),
        ("invalid-utf8", "an octet is not UTF-8"),
        ("not-text", "the file is binary, UTF-16, or has no line feeds"),
        ("other-language", "the file is HAProxy's configuration, or nginx's, or a template"),
        ("nul-byte", "a line contains NUL"),
        ("line-too-long", "a line is longer than is read"),
        ("long-line", "a line is longer than keepalived reads"),
        ("typographic-character", "a typographic quote, dash or space stands where an ASCII one is meant"),
        ("comment-inside-word", "`#` or `!` begins a comment in the middle of a word"),
        ("unterminated-quote", "a quote is not closed on its line"),
        ("escape-not-text", "a backslash escape stands for something that is not text"),
        ("unclosed-block", "a block is never closed"),
        ("surplus-brace", "a closing brace closes nothing"),
        ("missing-brace", "a block's opening brace is missing"),
        ("block-without-name", "a block stands without a keyword"),
        ("nesting-too-deep", "blocks are nested deeper than any configuration"),
        ("configuration-too-large", "the files together are larger than any configuration"),
        ("include-without-file", "an include names no file"),
        ("include-missing", "an included file does not exist"),
        ("include-unmatched", "an include's pattern matches no file"),
        ("include-unreadable", "an included file cannot be read"),
        ("include-skipped", "a file that a pattern matches is not included"),
        ("include-cycle", "a file includes itself, perhaps by way of others"),
        ("include-too-deep", "includes are nested too deep"),
        ("condition-incomplete", "an `@` line has no id or no content"),
        ("configuration-id-unmatched", "no `@` line names this host's id"),
        ("blank-in-definition", "a blank before the `=` of a definition"),
        ("definition-endless", "names stand for one another without end"),
        ("definition-not-alone", "a name that stands for several lines is a part of a line"),
        ("template-invalid", "`~SEQ` or `~LST` is not written as it must be"),
        ("variable-undefined", "a name is not defined, or only later"),
        ("variable-unexpanded", "a defined name is not replaced, for lack of braces"),
        ("missing-value", "a command is missing or empty"),
    ]

    private static let values = [
        ("unknown-keyword", "a word is not known there"),
        ("merge-conflict", "two versions of some lines, as a version control system leaves them"),
        ("not-supported-yet", "keepalived knows it, Understudy does not do it yet"),
        ("not-our-business", "belongs to IPVS and is passed over"),
        ("service-line", "keepalived would object to what belongs to IPVS; with --portable and --compat only"),
        ("obsolete-keyword", "has no effect in keepalived either"),
        ("old-name", "an old name of a keyword, which keepalived takes without a complaint"),
        ("no-effect", "is accepted and has no effect"),
        ("not-served", "an interface of keepalived that Understudy does not offer; another one serves the purpose"),
        ("long-name", "a name is longer than the kernel keeps"),
        ("repeated-keyword", "is given twice in one block; which of the two counts is said"),
        ("missing-keyword", "a required line is missing"),
        ("missing-argument", "a value is missing"),
        ("bad-path", "a path is relative, or cannot be one"),
        ("missing-block", "a block in braces is missing"),
        ("unexpected-block", "a block stands where none belongs"),
        ("extra-words", "words after the value"),
        ("two-on-a-line", "something that needs a line of its own"),
        ("equals-sign", "`=` between a keyword and its value"),
        ("stray-punctuation", "`;` or `,` at the end of a value"),
        ("undefined-name", "a name that is not defined stands where a value is wanted"),
        ("bad-value", "not a value for this keyword"),
        ("out-of-range", "a number beyond what is allowed"),
        ("rounded-value", "more decimals than count"),
        ("bad-interface-name", "cannot be the name of an interface"),
        ("limit-without-real-time", "`vrrp_rlimit_rttime` without `vrrp_rt_priority`"),
        ("short-real-time-limit", "`vrrp_rlimit_rttime` is less than the work of so many instances takes"),
        ("decimal-mask", "`umask` is a number without a leading 0, which is no octal one"),
        ("bad-mail-address", "cannot be the address of a mailbox"),
        ("no-mail", "mail is asked for, and nobody would receive it"),
        ("slow-announcements", "announcements are spaced by a second or more"),
    ]

    private static let instances = [
        ("no-instance", "there is no vrrp_instance"),
        ("duplicate-name", "two blocks of one kind have one name"),
        ("duplicate-virtual-router-id", "two instances have one VRID on one interface"),
        ("long-down-delay", "an interface may be down for nearly as long as an instance waits for adverts"),
        ("default-interface", "an instance names no interface, and `default_interface` names one"),
        ("loopback-interface", "adverts on a loopback interface reach nobody"),
        ("own-link-ignored", "`dont_track_primary`: the loss of the own link is no fault"),
        ("unknown-state", "neither MASTER nor BACKUP"),
        ("master-without-priority", "`state MASTER` alone means priority 255"),
        ("owner-priority", "priority 255 claims the addresses as the host's own"),
        ("rounded-interval", "an interval that the protocol version cannot say"),
        ("version-2-with-ipv6", "VRRPv2 is IPv4 only"),
        ("bad-virtual-mac", "a MAC address that no virtual router can have, or not this one"),
        ("virtual-mac-twice", "two instances have one virtual MAC address on one interface"),
        ("scope-of-subnet", "an address has another scope than the host's own address of the subnet"),
        ("virtual-interface-taken", "the name of a virtual MAC interface is another interface's"),
        ("tracked-virtual-interface", "an instance watches the interface that it makes itself"),
        ("unicast-from-base", "unicast adverts come from the interface's own MAC address"),
        ("strict-mode", "something that strict mode does not allow"),
        ("strict-drops-traffic", "strict mode drops all packets to virtual addresses"),
        ("accept-and-no-accept", "both are given"),
        ("nopreempt-cancelled", "`nopreempt` is ignored"),
        ("preempt-delay-ignored", "`preempt_delay` is ignored"),
        ("not-portable", "a keyword that only Understudy knows; with `--portable`"),
        ("newer-keyword", "a keyword that keepalived 2.2.7 does not know; with `--portable`"),
        ("deprecated-keyword", "a keyword that keepalived takes and complains of; with `--portable`"),
        ("bad-lease", "`lease` is neither `off` nor a number of seconds"),
        ("one-sided-standby-notice", "`standby_notice` is on in one of the two files only"),
        ("lease-too-short", "`lease` ends before a standby has taken over"),
        ("preempt-and-nopreempt", "both are given"),
        ("unicast-without-peers", "unicast without anyone to send to"),
        ("own-address-among-peers", "the router is its own peer"),
        ("duplicate-peer", "a peer is listed twice"),
        ("virtual-router-address", "a virtual address as the router's own, or as a peer's"),
        ("prefix-on-router-address", "a router's address with a prefix"),
        ("unicast-ttl-without-peers", "`unicast_ttl` without unicast peers"),
        ("multicast-source-with-unicast", "`mcast_src_ip` with unicast peers"),
        ("bad-group", "a multicast group that is none, or is not of link-local scope"),
        ("group-not-link-local", "a multicast group that switches may hold back"),
        ("group-with-unicast", "`mcast_dst_ip` with unicast peers"),
        ("family-mismatch", "a router's address of the other family"),
        ("unknown-auth-type", "no such kind of authentication"),
        ("authentication-header", "`auth_type AH`, which the standard no longer has"),
        ("authentication-with-v3", "VRRPv3 has none"),
        ("two-authentications", "`auth_hmac` beside `authentication`"),
        ("bad-key", "not a key of `auth_hmac`"),
        ("duplicate-key", "two keys with one number"),
        ("no-active-key", "`active_key` names a key that is not there"),
        ("key-unreadable", "a file or credential with a key cannot be read"),
        ("key-readable", "a file with a key that everybody can read"),
        ("key-writable", "a file with a key that others can change"),
        ("long-password", "only eight characters count"),
        ("password-over-unicast", "a password that is sent as it is"),
    ]

    private static let addresses = [
        ("no-addresses", "an instance without virtual addresses"),
        ("bad-address", "not an address, or not one that can be used there"),
        ("bad-prefix", "not a prefix length"),
        ("mixed-families", "both families in virtual_ipaddress"),
        ("duplicate-address", "an address twice in one instance"),
        ("address-in-two-instances", "an address in two instances"),
        ("not-a-host", "the first or last address of a subnet"),
        ("broadcast-is-address", "an address as its own broadcast address"),
        ("attribute-for-ipv6", "a word that only IPv6 addresses have"),
        ("attribute-for-ipv4", "an attribute that IPv6 addresses do not have"),
        ("long-label", "a label of more than 15 characters"),
        ("too-many-addresses", "more than an advert holds"),
        ("no-link-local-address", "IPv6 without a link-local virtual address"),
        ("link-local-not-first", "the link-local address is not the first"),
        ("route-incomplete", "a route without a network, or without a way to it"),
        ("misplaced-track-group", "`track_group` on a line of what moves with an instance"),
        ("undefined-track-group", "a static line names a `track_group` that no block defines"),
        ("empty-track-group", "a `track_group` without instances"),
        ("static-virtual-address", "an address that is virtual and static"),
        ("rule-incomplete", "a rule without an action"),
        ("untracked-route", "a route without `dev` and `no_track`, which keepalived complains of; with `--portable`"),
        ("rule-without-preference", "a rule whose place depends on the rules above it"),
        ("two-actions", "a rule with two actions"),
        ("duplicate-rule", "a rule twice in one instance"),
        ("duplicate-route", "two routes to one network with one metric"),
    ]

    private static let checks = [
        ("undefined-check", "a name that no block defines"),
        ("undefined-instance", "a sync group names an instance that no block defines"),
        ("empty-sync-group", "a sync group without members"),
        ("single-member", "a sync group with one member"),
        ("repeated-member", "an instance twice in one sync group, or an interface in two `garp_group`"),
        ("member-of-two-groups", "an instance in two sync groups"),
        ("members-differ", "members of a sync group whose priorities, intervals or preemption differ"),
        ("owner-in-sync-group", "a sync group in which some members own their addresses and others do not"),
        ("weight-in-sync-group", "a member's weight without `sync_group_tracking_weight`"),
        ("unused-script", "a vrrp_script that no instance names"),
        ("unused-process", "a vrrp_track_process that no instance names"),
        ("unused-file", "a track_file that no instance names"),
        ("unused-session", "a bfd_instance that no instance names"),
        ("duplicate-session", "two BFD sessions with one neighbour from one address"),
        ("long-session-name", "the name of a bfd_instance has more than 31 characters"),
        ("session-ttl", "a TTL with which BFD packets do not arrive, or are not believed"),
        ("session-hop-limit", "BFD packets count that may come from beyond the link"),
        ("session-for-checker", "a bfd_instance that is for the IPVS checker only"),
        ("session-slower-than-adverts", "a BFD session that notices a failure later than missing adverts do"),
        ("fast-detection", "a silence counts as a failure that is none"),
        ("duplicate-tracker", "a name twice in one list"),
        ("own-interface-tracked", "an instance's own interface in track_interface"),
        ("unquoted-command", "a command whose arguments are not quoted with it"),
        ("user-after-command", "a user after a command, where none is read"),
        ("shell-syntax", "signs of the shell's language in a command that no shell reads"),
        ("shell-redirection", "a command that only bash understands"),
        ("timeout-over-interval", "a timeout longer than the interval"),
        ("not-a-process-name", "a path, or a command line in quotes, as the name of a process"),
        ("long-process-name", "a name longer than the kernel keeps"),
        ("impossible-quorum", "no number of processes would do"),
        ("weight-on-owner", "a weight with priority 255"),
        ("weight-of-needed", "a weight of an interface whose loss is a fault in any case"),
        ("weight-clamped", "a sum outside of 1 to 254"),
        ("weight-with-nopreempt", "a weight that `nopreempt` makes useless"),
        ("process-check-by-command", "a command that could be a vrrp_track_process"),
        ("defined-after-use", "a check that keepalived would not know where it is named"),
        ("slow-detection", "a failure may go unnoticed for more than ten seconds"),
        ("check-of-virtual-address", "a check that asks the MASTER, wherever it runs"),
        ("check-prints-result", "a script that prints its result, and always succeeds"),
    ]

    private static let host = [
        ("no-such-interface", "the host has no such interface"),
        ("no-such-namespace", "the network namespace of `net_namespace` is not there, or cannot be entered"),
        ("no-multicast", "the interface carries no multicast"),
        ("own-address", "a virtual address that is the host's own"),
        ("outside-subnet", "a virtual address in no subnet of its interface"),
        ("source-not-here", "a source address that is not on the host"),
        ("broadcast-peer", "the first or last address of the host's subnet as a peer"),
        ("no-such-user", "the host has no such user"),
        ("no-script-user", "script security without anyone to run as"),
        ("cannot-run", "a program cannot be run"),
        ("no-such-directory", "the directory of a tracked file is not there"),
        ("no-number", "a tracked file holds no number that counts"),
        ("no-script-security", "commands without `enable_script_security`; with `--portable`"),
        ("insecure-program", "someone other than root could change a program that root runs"),
        ("balancer-not-bound", "the load balancer does not listen on a virtual address"),
        ("balancer-without-port", "a `bind` line without a port, which HAProxy refuses"),
        ("balancer-cannot-bind", "the load balancer binds to an address that the standby does not have"),
        ("balancer-unwatched", "nobody notices when the load balancer fails"),
    ]

    private static let pair = [
        ("pair-same-file", "one file is given twice, perhaps by two names"),
        ("no-counterpart", "an instance in one file only"),
        ("not-compared", "more than two files: they are not compared"),
        ("pair-vrid", "the same address or name under another virtual_router_id in the other file"),
        ("pair-family", "IPv4 addresses in one file, IPv6 addresses in the other"),
        ("pair-version", "different protocol versions"),
        ("pair-interval", "different intervals"),
        ("pair-keys", "one router does not believe what the other signs"),
        ("pair-authentication", "different passwords"),
        ("pair-addresses", "different advertised addresses"),
        ("pair-prefix", "an address with another prefix in the other file"),
        ("pair-excluded-addresses", "different excluded addresses"),
        ("pair-routes", "different virtual routes"),
        ("pair-accept", "packets to the addresses are dropped on one host only"),
        ("pair-virtual-mac", "the addresses have a virtual MAC address on one host only, or another one"),
        ("pair-down-timer", "`down_timer_adverts` differs"),
        ("pair-ttl", "one router demands more TTL than the other sends with"),
        ("pair-transport", "unicast in one file, multicast in the other"),
        ("pair-group", "different multicast groups"),
        ("pair-peers", "one host does not list the other as its peer"),
        ("pair-source", "the same source address in both files"),
        ("pair-two-masters", "`state MASTER` in both files"),
        ("pair-state", "`state MASTER` on the host that is BACKUP while all is well"),
        ("pair-equal-priority", "the same priority in both files"),
        ("pair-preemption", "`nopreempt` in one file only"),
        (
            "pair-weights",
            "a check has another weight on each host, and what its failure does depends on which is meant"
        ),
        ("pair-sync-group", "instances move together in one file only"),
        ("pair-group-order", "each host has the higher priority for another member of a sync group"),
        ("pair-link-ignored", "the loss of the MASTER's own link moves nothing"),
        ("pair-mutual-session", "a BFD session between the two hosts whose loss is a fault"),
        ("pair-never-moves", "a failure that never moves the address"),
        ("pair-unwatched", "one host watches its service, and the other nothing"),
        ("pair-weight-alone", "a failure that moves the address only together with another one"),
        ("pair-flaps", "a failure, or its end, moves the address more than once"),
        ("pair-nobody", "one host is well and nobody has the address"),
        ("pair-both", "both hosts have the address although they hear each other"),
        ("pair-lease-off", "`lease off`: the addresses of a host whose daemon is killed stay there"),
    ]

    /// docs/reference/diagnostics.md.
    public static func page() -> String {
        var page = """
            # Diagnostics

            This page is made from the list of codes in Understudy. Do not edit it: run the tests with `UNDERSTUDY_REWRITE=1`.

            An *error* would not run, or would run unprotected, without an address or half configured. A *warning* runs, but
            probably not as meant. A *note* is worth knowing. `understudy check` exits with 2 when there is an error, with 1
            when there is a warning, else with 0. Some codes have different severities in different places: what the host
            lacks is a warning on a foreign machine and an error on the host itself.

            """
        for group in groups {
            page += "\n## \(group.title)\n\n| code | meaning |\n|---|---|\n"
            for entry in group.codes { page += "| `\(entry.code)` | \(entry.meaning) |\n" }
        }
        page += """

            ## What is proved of a pair

            With two files the JSON has `proofs`, one for each instance or sync group that both have
            ([design 0027](../design/0027-proof.md)):

            | field | meaning |
            |---|---|
            | `name`, `alike` | the instance or `sync group NAME`, and how many more have the same settings and so the same results |
            | `scenes` | one with the host that leads as MASTER; with `nopreempt` one more with the other |
            | `master` | the file of the host that is MASTER before anything fails |
            | `failures` | `fails` is what does: `kind` (`host`, `daemon`, `interface`, `script`, `process`, `file`, `session`, `network`), `file` and `name` |
            | `owner` | the file of the host that has the addresses then, or `nobody`, `both`, `split` (some members on each host) |
            | `withinMilliseconds` | from the failure until then, at most; 0 when nothing moves |
            | `hangingAddsMilliseconds` | how much longer it takes when a script hangs in place of failing |
            | `bothForMilliseconds` | for how long both had the addresses |
            | `moves`, `mendedMoves` | how often they went from one host to the other |
            | `mendedOwner`, `mendedWithinMilliseconds` | when it is well again |
            | `couplesTried`, `couplesWithoutOneOwner` | two failures at once, and those after which not one host has the addresses |

            """
        return page
    }
}
