extension KeywordTable {
    /// Keywords of the IPVS side, and those that keepalived itself no longer knows.
    static let globalDefsElsewhere: [Keyword] =
        [
            ("lvs_sync_daemon", .text("INTERFACE [INSTANCE] ...")), ("lvs_timeouts", .text("...")),
            ("lvs_flush", .text("")), ("lvs_flush_on_stop", .text("[VS]")), ("lvs_flush_onstop", .text("[VS]")),
            ("lvs_notify_fifo", .text("PATH [USER [GROUP]]")), ("lvs_notify_fifo_script", .text("\"COMMAND\"")),
            ("lvs_process_name", .text("NAME")), ("checker_process_name", .text("NAME")),
            ("checker_log_all_failures", .optionalBoolean), ("checker_priority", .integer(-20...19)),
            ("checker_no_swap", .text("")), ("checker_rt_priority", .integer(1...99)),
            ("checker_rlimit_rttime", .text("N")), ("checker_rlimit_rtime", .text("N")),
            ("checker_cpu_affinity", .text("CPU...")), ("nftables_ipvs", .text("[TABLE]")),
            ("nftables_ipvs_priority", .integer(-2_147_483_648...2_147_483_647)),
            ("nftables_ipvs_start_fwmark", .integer(1...4_294_967_295)), ("rs_init_notifies", .text("")),
            ("no_checker_emails", .text("")), ("smtp_alert_checker", .optionalBoolean),
            ("lvs_netlink_cmd_rcv_bufs", .text("OCTETS")), ("lvs_netlink_cmd_rcv_bufs_force", .optionalBoolean),
            ("lvs_netlink_monitor_rcv_bufs", .text("OCTETS")), ("lvs_netlink_monitor_rcv_bufs_force", .optionalBoolean),
            ("enable_snmp_checker", .text("")), ("snmp_vs_stats_update_interval", .text("SECONDS")),
            ("snmp_rs_stats_update_interval", .text("SECONDS")),
        ].map { name, shape in .skipped(name, shape, "for IPVS") }
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
