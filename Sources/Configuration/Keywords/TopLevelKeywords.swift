extension KeywordTable {
    static let topLevel: [Keyword] = [
        Keyword(
            "global_defs", .block(named: nil), nil, "settings of the whole daemon", opens: .globalDefs, repeats: true),
        Keyword(
            "vrrp_script", .block(named: "NAME"), nil, "a command whose exit status says whether something works",
            opens: .script, repeats: true),
        Keyword(
            "vrrp_track_process", .block(named: "NAME"), nil, "a process that must run, watched without a command",
            opens: .process, repeats: true),
        Keyword(
            "track_file", .block(named: "NAME"), nil, "a file whose number moves priorities", opens: .trackFile,
            repeats: true),
        Keyword(
            "vrrp_track_file", .block(named: "NAME"), nil, "old name of `track_file`", opens: .trackFile, repeats: true),
        Keyword(
            "vrrp_instance", .block(named: "NAME"), nil, "one virtual router on one interface, with its addresses",
            opens: .instance, repeats: true),
        Keyword(
            "vrrp_sync_group", .block(named: "NAME"), nil, "instances that become MASTER, BACKUP and FAULT together",
            opens: .syncGroup, repeats: true),
        Keyword(
            "garp_group", .block(named: nil),
            "`vrrp_garp_interval` and `vrrp_gna_interval`, on each interface by itself",
            "spacing of announcements on one interface, or over several that lead to one switch", opens: .garpGroup,
            repeats: true),
        Keyword(
            "interface_up_down_delays", .block(named: nil), "a change counts at once",
            "how long an interface must be down, or up, before it counts", opens: .interfaceDelays, repeats: true),
        .notYet(
            "bfd_instance", .block(named: "NAME"), "a BFD session with a neighbour, to be tracked",
            without: "a dead neighbour is noticed by missing adverts only", opens: .bfd),
        Keyword(
            "track_group", .block(named: "NAME"), nil,
            "instances that are at fault while a static address, route or rule of the group is not there",
            opens: .trackGroup, repeats: true),
        Keyword(
            "static_ipaddress", .block(named: nil), nil,
            "addresses that are set at start, put back in every state, and removed at the end; written as `virtual_ipaddress`",
            opens: .addresses, repeats: true),
        Keyword(
            "static_routes", .block(named: nil), nil,
            "routes that are set at start, put back in every state, and removed at the end; written as `virtual_routes`",
            opens: .routes, repeats: true),
        Keyword(
            "static_rules", .block(named: nil), nil,
            "routing rules that are set at start, put back in every state, and removed at the end; written as `virtual_rules`",
            opens: .rules, repeats: true),
        .notYet(
            "linkbeat_interfaces", .block(named: nil), "interfaces whose carrier is polled",
            without: "the carrier is taken from what the kernel reports, at once"),
        .notYet(
            "linkbeat_use_polling", .flag, "poll the carrier of every interface",
            without: "the carrier is taken from what the kernel reports, at once"),
        .notYet(
            "net_namespace", .word("NAME"), "run in this network namespace",
            without: "the daemon works in the namespace that it is started in",
            instead: "remove the line and start the daemon inside the namespace, for example with `ip netns exec`"),
        .notYet(
            "net_namespace_ipvs", .text("[NAME]"), "do IPVS in this network namespace", without: "nothing changes"),
        .notYet(
            "namespace_with_ipsets", .flag, "use IP sets although a namespace is configured",
            without: "nothing changes"),
        .notYet(
            "instance", .word("NAME"), "name of this daemon among several on one host",
            without: "the pid file has the usual name",
            instead: "remove the line and give each daemon its own `-p FILE`"),
        .notYet(
            "use_pid_dir", .flag, "keep pid files in a directory of their own",
            without: "the pid file has the usual name", instead: "remove the line and use `-p FILE`"),
        .notYet(
            "child_wait_time", .word("SECONDS"), "how long to wait for child daemons on stop",
            without: "there are no child daemons to wait for", instead: "remove the line"),
        .skipped("virtual_server", .block(named: "ADDRESS PORT"), "an IPVS service"),
        .skipped("virtual_server_group", .block(named: "NAME"), "addresses of an IPVS service"),
        .skipped("SSL", .block(named: nil), "certificates for IPVS health checks"),
    ]

    static let script: [Keyword] = [
        Keyword(
            "script", .command, nil,
            "the command to run; exit status 0 is success. Required. In double quotes when it has arguments"),
        Keyword("interval", .seconds(1_000...4_294_000_000), "1", "time from one run to the next"),
        Keyword(
            "timeout", .seconds(1_000...4_294_000_000), "the interval",
            "a run that takes longer has failed and is ended"),
        Keyword(
            "weight", .weight(-253...253), "0",
            "what the result adds to the priority: positive on success, negative on failure; 0 makes failure a fault"),
        Keyword("rise", .integer(1...2_147_483_647), "1", "successes in a row before it counts as working"),
        Keyword("fall", .integer(1...2_147_483_647), "1", "failures in a row before it counts as failed"),
        Keyword("user", .user, "`script_user`", "who runs the command"),
        Keyword("init_fail", .flag, "off", "accepted; it has no effect on a tracked script in keepalived either"),
    ]

    static let process: [Keyword] = [
        Keyword(
            "process", .words("NAME [ARGUMENT...]", 1...Int.max), nil,
            "the process's name as the kernel keeps it (15 characters), or its path with `full_command`. Required"),
        Keyword(
            "param_match", .words("[initial|partial]", 0...1), "exact when arguments are given",
            "how arguments are compared: whole, the first of them, or the beginning"),
        Keyword(
            "weight", .weight(-254...254), "0",
            "what the result adds to the priority: positive while it runs, negative while not; 0 makes absence a fault"
        ),
        Keyword("quorum", .integer(1...65535), "1", "at least so many processes"),
        Keyword(
            "quorum_max", .integer(0...65535), "no limit", "at most so many processes; 0 means that it must not run"),
        Keyword("delay", .seconds(1...3_600_000_000), "0", "how long a change must last before it counts, both ways"),
        Keyword("fork_delay", .seconds(1...3_600_000_000), "0", "how long a gain must last before it counts"),
        Keyword("terminate_delay", .seconds(1...3_600_000_000), "0", "how long a loss must last before it counts"),
        Keyword("full_command", .flag, "off", "compare the path as started instead of the kernel's name"),
    ]

    static let trackFile: [Keyword] = [
        Keyword(
            "file", .word("PATH"), nil,
            "the file; its first 127 octets hold one whole number, also as 0x10 or 010. Missing or empty it counts as 0. "
                + "Required"),
        Keyword(
            "weight", .weight(-254...254), "1",
            "what the number is multiplied with; the product is added to the priority, and -254 or less is a fault. With "
                + "0 every number but 0 is a fault"),
        Keyword(
            "init_file", .words("[VALUE] [overwrite]", 0...2), "off",
            "write VALUE, or 0, when the daemon starts and there is no such file, with `overwrite` in any case; not at a "
                + "reload"),
    ]

    static let bfd: [Keyword] = later(
        [
            ("neighbor_ip", .address, "the neighbour's address"),
            ("neighbour_ip", .address, "the neighbour's address"),
            ("source_ip", .address, "the own address"),
            ("min_rx", .word("MILLISECONDS"), "shortest interval of received packets"),
            ("min_tx", .word("MILLISECONDS"), "shortest interval of sent packets"),
            ("idle_tx", .word("MILLISECONDS"), "interval of packets while the session is down"),
            ("multiplier", .integer(1...255), "packets that may be missed"),
            ("passive", .flag, "wait for the neighbour to begin"),
            ("ttl", .integer(1...255), "TTL of sent packets"),
            ("hoplimit", .integer(1...255), "hop limit of sent packets"),
            ("max_hops", .integer(-1...255), "how many hops away the neighbour may be"),
            ("multihop", .optionalBoolean, "use the multihop port"),
            ("weight", .weight(-253...253), "what the session adds to the priority"),
            ("vrrp", .flag, "tell VRRP only"),
            ("checker", .flag, "tell the IPVS checker only"),
        ], of: "bfd_instance")

    static let garpGroup: [Keyword] = [
        Keyword("garp_interval", .seconds(0...2_147_000_000), "0", "spacing of gratuitous ARP on these interfaces"),
        Keyword(
            "gna_interval", .seconds(0...2_147_000_000), "0",
            "spacing of unsolicited neighbour advertisements on these interfaces"),
        Keyword("interface", .interface, nil, "the interface"),
        Keyword(
            "interfaces", .block(named: nil), nil, "names of interfaces that share the spacing; instead of `interface`"),
    ]

    static let trackGroup: [Keyword] = [
        Keyword("group", .block(named: nil), nil, "names of the instances. Required", repeats: true)
    ]

    /// The content of a block that is refused whole.
    private static func later(_ rows: [(String, ArgumentShape, String)], of block: String) -> [Keyword] {
        rows.map { name, shape, meaning in
            .notYet(name, shape, meaning, without: "see `\(block)`")
        }
    }
}
