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
        Keyword(
            "bfd_instance", .block(named: "NAME"), nil,
            "a BFD session (RFC 5880) with a neighbour, which is noticed to be gone within milliseconds", opens: .bfd,
            repeats: true),
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
            "the process's name as the kernel keeps it (15 characters), or its path with `full_command`. Required"
        ).firstCounts,
        Keyword(
            "param_match", .words("[initial|partial]", 0...1), "exact when arguments are given",
            "how arguments are compared: whole, the first of them, or the beginning"),
        Keyword(
            "weight", .weight(-254...254), "0",
            "what the result adds to the priority: positive while it runs, negative while not; 0 makes absence a fault"
        ).firstCounts,
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
                + "Required"
        ).firstCounts,
        Keyword(
            "weight", .weight(-254...254), "1",
            "what the number is multiplied with; the product is added to the priority, and -254 or less is a fault. With "
                + "0 every number but 0 is a fault"
        ).firstCounts,
        Keyword(
            "init_file", .words("[VALUE] [overwrite]", 0...2), "off",
            "write VALUE, or 0, when the daemon starts and there is no such file, with `overwrite` in any case; not at a "
                + "reload"),
    ]

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
}
