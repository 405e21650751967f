extension KeywordTable {
    /// How the daemon's process runs, and what it offers beside VRRP.
    static let globalDefsProcess: [Keyword] =
        [
            row("process_names", .flag, "name the child processes", "the process has its usual name"),
            row("process_name", .word("NAME"), "name of the process", "the process has its usual name"),
            row("vrrp_process_name", .word("NAME"), "name of the process", "the process has its usual name"),
            row("bfd_process_name", .word("NAME"), "name of the process", "the process has its usual name"),
        ]
        + [
            row("bfd_priority", .integer(-20...19), "nice value", scheduling),
            row("bfd_no_swap", .flag, "lock memory", scheduling),
            row("bfd_rt_priority", .integer(1...99), "real-time priority", scheduling),
        ]
        + [
            row("bfd_rlimit_rttime", .word("MICROSECONDS"), "real-time limit", scheduling),
            row("bfd_rlimit_rtime", .word("MICROSECONDS"), "real-time limit", scheduling),
            row("bfd_cpu_affinity", .text("CPU..."), "processors to run on", scheduling),
        ]
        + [
            row("vrrp_netlink_cmd_rcv_bufs", .word("OCTETS"), "netlink buffer", buffers),
            row("vrrp_netlink_cmd_rcv_bufs_force", .optionalBoolean, "beyond the system's limit", buffers),
            row("vrrp_netlink_monitor_rcv_bufs", .word("OCTETS"), "netlink buffer", buffers),
            row("vrrp_netlink_monitor_rcv_bufs_force", .optionalBoolean, "beyond the system's limit", buffers),
            row("process_monitor_rcv_bufs", .word("OCTETS"), "process event buffer", buffers),
            row("process_monitor_rcv_bufs_force", .optionalBoolean, "beyond the system's limit", buffers),
            .notYet(
                "vrrp_rx_bufs_policy", .text("MTU|ADVERT|OCTETS"), "advert buffer", without: adverts,
                instead: "remove the line, or write kernel_rx_buf_size into the instance"),
            .notYet(
                "vrrp_rx_bufs_multiplier", .word("N"), "advert buffer", without: adverts, instead: "remove the line"),
            row("enable_snmp_vrrp", .flag, "SNMP", snmp),
            row("enable_snmp_keepalived", .flag, "old name of `enable_snmp_vrrp`", snmp),
            row("enable_snmp_rfc", .flag, "SNMP, both RFC tables", snmp),
            row("enable_snmp_rfcv2", .flag, "SNMP, RFC 2787", snmp),
            row("enable_snmp_rfcv3", .flag, "SNMP, RFC 6527", snmp),
            row("enable_traps", .flag, "SNMP traps", snmp),
            row("snmp_socket", .word("ADDRESS"), "where the SNMP agent listens", snmp),
            row("enable_dbus", .flag, "D-Bus", "there is no D-Bus interface"),
            row("dbus_service_name", .word("NAME"), "D-Bus name", "there is no D-Bus interface"),
            row("dbus_no_interface_name", .word("NAME"), "D-Bus path element", "there is no D-Bus interface"),
            row("umask", .word("MODE"), "permissions of files that are written", "files are written with mode 0644"),
            row("config_save_dir", .word("PATH"), "keep copies of the file", "no copies are kept"),
            row("tmp_config_directory", .word("PATH"), "where the joined file is kept", "there is no joined file"),
            row("data_use_instance", .optionalBoolean, "names of dump files", dumps),
            row("state_dump_file", .word("PATH"), "dump file", dumps),
            row("stats_dump_file", .word("PATH"), "dump file", dumps),
            row("json_dump_file", .word("PATH"), "dump file", dumps),
            row("json_version", .integer(1...2), "form of the JSON dump", dumps),
            row("iproute_usr_dir", .word("PATH"), "where names of routing tables are", "there are no routes to name"),
            row("iproute_etc_dir", .word("PATH"), "where names of routing tables are", "there are no routes to name"),
        ]

    private static let scheduling = "the service manager decides how the process is scheduled"
    private static let buffers = "buffers have the sizes that Understudy chooses"
    private static let adverts = "nothing is lost: adverts have 1 MiB, more than MTU or ADVERT would give them"
    private static let snmp = "there is no SNMP agent"
    private static let dumps = "the state goes to the log on SIGUSR1"

    private static func row(_ name: String, _ shape: ArgumentShape, _ meaning: String, _ without: String) -> Keyword {
        .notYet(name, shape, meaning, without: without)
    }

    /// Keywords of the IPVS side, and those that keepalived itself no longer knows.
    static let globalDefsElsewhere: [Keyword] =
        [
            ("lvs_sync_daemon", "INTERFACE [INSTANCE] ..."), ("lvs_timeouts", "..."), ("lvs_flush", ""),
            ("lvs_flush_on_stop", "[VS]"), ("lvs_flush_onstop", "[VS]"), ("lvs_notify_fifo", "PATH [USER [GROUP]]"),
            ("lvs_notify_fifo_script", "\"COMMAND\""), ("lvs_process_name", "NAME"), ("checker_process_name", "NAME"),
            ("checker_log_all_failures", "[on|off]"), ("checker_priority", "N"), ("checker_no_swap", ""),
            ("checker_rt_priority", "N"), ("checker_rlimit_rttime", "N"), ("checker_rlimit_rtime", "N"),
            ("checker_cpu_affinity", "CPU..."), ("nftables_ipvs", "[TABLE]"), ("nftables_ipvs_priority", "N"),
            ("nftables_ipvs_start_fwmark", "N"), ("rs_init_notifies", ""), ("no_checker_emails", ""),
            ("smtp_alert_checker", "[on|off]"), ("lvs_netlink_cmd_rcv_bufs", "OCTETS"),
            ("lvs_netlink_cmd_rcv_bufs_force", "[on|off]"), ("lvs_netlink_monitor_rcv_bufs", "OCTETS"),
            ("lvs_netlink_monitor_rcv_bufs_force", "[on|off]"), ("enable_snmp_checker", ""),
            ("snmp_vs_stats_update_interval", "SECONDS"), ("snmp_rs_stats_update_interval", "SECONDS"),
        ].map { name, notation in .skipped(name, .text(notation), "for IPVS") }
        + [
            .obsolete("lvs_id", .text("NAME"), "old name of `router_id`", now: "`router_id NAME`"),
            .obsolete(
                "log_file", .text("PATH"), "where to log",
                now: "the system log; `understudyd -l` also writes to standard error"),
            .obsolete(
                "vrrp_ipsets", .text("[NAME...]"), "IP sets for `no_accept` with iptables",
                now: "`nftables`: `no_accept` drops packets in a table of its own, whatever this line says"),
            .obsolete(
                "vrrp_iptables", .text("[CHAIN [CHAIN]]"), "iptables chains for `no_accept`",
                now: "`nftables`: `no_accept` drops packets in a table of its own, whatever this line says"),
            .obsolete("script_security", .text("..."), "never was a keyword", now: "`enable_script_security`"),
        ]
}
