extension KeywordTable {
    /// At top level and not in global_defs, as in keepalived: who the daemon is among others on its host.
    static let topLevelProcess: [Keyword] = [
        Keyword(
            "net_namespace", .word("NAME"), "that in which it is started",
            "the network namespace, of those that `ip netns` lists, in which everything is done: adverts, addresses, checks and "
                + "commands. `-s` goes before. A reload does not change it"
        ).firstCounts,
        Keyword(
            "instance", .word("NAME"), "none",
            "name of this daemon among several on one host, a part of the names of its pid file and its directories, and of its "
                + "name in the log. A reload does not change it"
        ).firstCounts,
        Keyword(
            "use_pid_dir", .flag, "off",
            "the pid file is /run/understudy/understudyd.pid, or /run/keepalived/keepalived.pid where the program is called "
                + "keepalived; so it is with `instance` and `net_namespace`, whose names are added to it. `-p` goes before"
        ),
        Keyword(
            "child_wait_time", .integer(0...4_294_967_295), "5",
            "accepted; a stop ends as soon as the addresses are handed over and the commands are done, and has bounds of its own"
        ),
        Keyword(
            "namespace_with_ipsets", .flag, "off",
            "accepted; there are no IP sets: nftables drops the packets, in any namespace"),
        .skipped("net_namespace_ipvs", .text("[NAME]"), "the network namespace of IPVS"),
        .noted("linkbeat_use_polling", .flag, "poll the carrier of every interface", linkbeat),
        .noted(
            "linkbeat_interfaces", .block(named: nil), "interfaces whose carrier is polled", linkbeat, repeats: true),
    ]

    /// What is run around the daemon's life, what its processes are called, and what a reload leaves to others.
    static let globalDefsLife: [Keyword] = [
        Keyword(
            "startup_script", .notifyCommand(isOptional: false), "nothing is run",
            "run once before the daemon does anything, and waited for; not when the guardian replaces a process, nor by an upgrade"
        ).firstCounts,
        Keyword(
            "startup_script_timeout", .integer(1...1000), "10",
            "seconds that it may take; then its process group is ended, and the daemon goes on"),
        Keyword(
            "shutdown_script", .notifyCommand(isOptional: false), "nothing is run",
            "run once at the end, when the addresses are gone, and waited for; the service manager's own limit holds as well"
        ).firstCounts,
        Keyword("shutdown_script_timeout", .integer(1...1000), "10", "seconds that it may take"),
        Keyword(
            "set_supplementary_groups", .optionalBoolean, "off",
            "checks and commands have all groups of their user; without it those alone whose line says `USER :GROUP`"),
        Keyword(
            "use_symlink_paths", .optionalBoolean, "on",
            "accepted; a program is started by the path that is written, and what its links lead to is looked at as well"
        ),
        Keyword(
            "process_names", .flag, "on",
            "accepted; the two processes have names of their own in any case, understudyd and understudyd-run"),
        Keyword(
            "process_name", .word("NAME"), "understudyd",
            "name of the guardian as `ps` shows it, of which the kernel keeps 15 characters"),
        Keyword(
            "vrrp_process_name", .word("NAME"), "`understudyd-run`", "name of the process that speaks VRRP, alike"),
        Keyword(
            "reload_file", .words("[PATH]", 0...1), "none",
            "file that is there, empty, while a reload reads the configuration, and is removed afterwards; without a path it is in "
                + "the directory of `use_pid_dir`, with the ending .reload"),
        Keyword(
            "reload_time_file", .word("PATH"), "none",
            "file whose first line says when to reload, as 03:00:00 or 2026-11-30 03:00:00, with a Z behind it for UTC; it may come, "
                + "change and go at any time, and is removed when its time has come"),
        Keyword(
            "reload_repeat", .flag, "off",
            "a time without a date comes again every day, and its file stays"),
        Keyword(
            "reload_check_config", .words("[FILE]", 0...1), "on",
            "accepted; a reload always checks the whole file first and changes nothing on an error, which is in the log and in "
                + "`understudy status`"),
        Keyword(
            "include_check", .words("[+|-]CHECK...", 0...4), "read match",
            "which of `read`, `match`, `wildcard_match` and `brace_match` an `include` after this line demands; all of them without "
                + "one. A file that is named and is not there is an error in any case"),
        Keyword(
            "random_seed", .integer(0...4_294_967_295), "none",
            "accepted; the numbers of `${_RANDOM}` are the same at each start and reload in any case, and others on each host"
        ),
        Keyword(
            "tmp_config_directory", .word("PATH"), "none",
            "accepted; what was read is kept in memory, for the next process, and never in a file"),
        Keyword(
            "iproute_usr_dir", .word("PATH"), "/usr/share/iproute2",
            "where the distribution's rt_tables is, with names of routing tables"),
        Keyword(
            "iproute_etc_dir", .word("PATH"), "/etc/iproute2",
            "where the host's own rt_tables and rt_tables.d are, which go before"),
        Keyword(
            "log_unknown_vrids", .flag, "off",
            "a line in the log for adverts of virtual routers that are not configured here, once a minute for each"),
        Keyword(
            "disable_local_igmp", .flag, "off",
            "switches off net.ipv4.igmp_link_local_mcast_reports while the daemon runs: the kernel reports no membership of groups "
                + "in 224.0.0.0/24"),
    ]

    /// Between the kernel and the daemon.
    static let globalDefsBuffers: [Keyword] = [
        Keyword(
            "vrrp_netlink_cmd_rcv_bufs", bufferSize, "1048576",
            "octets of the kernel's answers that may wait: lists of interfaces, addresses and routes"),
        Keyword("vrrp_netlink_cmd_rcv_bufs_force", .optionalBoolean, "off", beyondLimit),
        Keyword(
            "vrrp_netlink_monitor_rcv_bufs", bufferSize, "1048576",
            "octets of news of interfaces, addresses and routes that may wait; when some are lost all is listed again"),
        Keyword("vrrp_netlink_monitor_rcv_bufs_force", .optionalBoolean, "off", beyondLimit),
        Keyword(
            "process_monitor_rcv_bufs", bufferSize, "1048576",
            "octets of news of processes that may wait, for `vrrp_track_process`; when some are lost all are counted again"
        ),
        Keyword("process_monitor_rcv_bufs_force", .optionalBoolean, "off", beyondLimit),
        Keyword(
            "vrrp_rx_bufs_policy", .words("MTU|ADVERT|OCTETS", 1...1), "1048576",
            "`kernel_rx_buf_size` of instances that do not say it, 2048 to 1073741824; with MTU and ADVERT it stays as it is"
        ),
        Keyword(
            "vrrp_rx_bufs_multiplier", .integer(1...4_294_967_295), "3",
            "accepted; it belongs to MTU and ADVERT, which ask for less than there is"),
    ]

    private static let bufferSize = ArgumentShape.integer(1...2_147_483_647)
    private static let beyondLimit = "the line above counts beyond net.core.rmem_max as well, which needs CAP_NET_ADMIN"

    /// Accepted, and nothing comes of it.
    static let globalDefsNoted: [Keyword] =
        snmpKeywords + dbusKeywords + bfdProcessKeywords + [
            .noted("config_save_dir", .word("PATH"), "keep copies of the configuration around each reload", copies)
        ]

    private static let snmpKeywords: [Keyword] = [
        .noted("enable_snmp_vrrp", .flag, "SNMP", snmp),
        .noted("enable_snmp_keepalived", .flag, "old name of `enable_snmp_vrrp`", snmp),
        .noted("enable_snmp_rfc", .flag, "SNMP, both RFC tables", snmp),
        .noted("enable_snmp_rfcv2", .flag, "SNMP, RFC 2787", snmp),
        .noted("enable_snmp_rfcv3", .flag, "SNMP, RFC 6527", snmp),
        .noted("enable_traps", .flag, "SNMP traps", snmp),
        .noted("snmp_socket", .word("ADDRESS"), "where the SNMP agent listens", snmp),
    ]

    private static let dbusKeywords: [Keyword] = [
        .noted("enable_dbus", .flag, "D-Bus", dbus),
        .noted("dbus_service_name", .word("NAME"), "name on the bus", dbus),
        .noted("dbus_no_interface_name", .word("NAME"), "path element of instances without an interface", dbus),
    ]

    private static let bfdProcessKeywords: [Keyword] = [
        .noted("bfd_process_name", .word("NAME"), "name of the process", ofBFD),
        .noted("bfd_priority", .integer(-20...19), "nice value", ofBFD),
        .noted("bfd_no_swap", .flag, "lock memory", ofBFD),
        .noted("bfd_rt_priority", .integer(1...99), "real-time priority", ofBFD),
        .noted("bfd_rlimit_rttime", .word("MICROSECONDS"), "real-time limit", ofBFD),
        .noted("bfd_rlimit_rtime", .word("MICROSECONDS"), "real-time limit", ofBFD),
        .noted("bfd_cpu_affinity", .text("CPU..."), "processors to run on", ofBFD),
    ]

    private static let snmp = Keyword.Remark(
        code: "not-served", reason: "there is no SNMP agent, and no traps are sent",
        consequence: "the daemon runs as it would without it; further lines on SNMP are not named",
        instead: "`understudy status --json` has states and counters, and `notify` commands tell of each change")
    private static let dbus = Keyword.Remark(
        code: "not-served", reason: "there is nothing on D-Bus",
        consequence: "the daemon runs as it would without it; further lines on D-Bus are not named",
        instead:
            "`understudy status --json` and `understudy reload`, and `notify` commands or `notify_fifo` for signals")
    private static let ofBFD = Keyword.Remark(
        code: "no-effect", reason: "there is no process for BFD alone",
        consequence: "the process that speaks VRRP does all of it",
        instead: "`vrrp_process_name`, `vrrp_rt_priority` and their like")
    private static let copies = Keyword.Remark(
        code: "no-effect", reason: "no copies of the configuration are kept",
        consequence: "what a reload changed is in the log and in `understudy history`",
        instead: "`understudy config show` prints what counts")
    /// Linux's own bonding driver no longer polls either (6.18: "bonding: Remove support for use_carrier").
    static let linkbeat = Keyword.Remark(
        code: "no-effect",
        reason: "the carrier is taken from the kernel, which tells of each change at once, without polling",
        consequence:
            "a link that fails is noticed within milliseconds instead of a second; a driver so old that it tells the kernel nothing "
            + "of its carrier is not asked",
        instead: "remove the line; `ip -br link` shows NO-CARRIER where a driver tells")
}

extension KeywordTable {
    /// Where an instance's adverts come from, and what keepalived has to be told that is so in any case.
    static let instanceSource: [Keyword] = [
        Keyword(
            "track_src_ip", .flag, "off",
            "a source address that is not on this host is a fault for IPv4 multicast too; it always is for unicast and for IPv6"
        ),
        Keyword(
            "timer_expired_backup", .words("[1..254]", 0...1), "on",
            "accepted; an instance that stood still so long that another may have taken over lets go and listens first, whatever "
                + "the priority and with preemption too"),
        Keyword(
            "thread_timer_expired", .words("[1..254]", 0...1), "on", "old name of `timer_expired_backup`"),
        .noted("linkbeat_use_polling", .flag, "poll the carrier", linkbeat),
    ]
}
