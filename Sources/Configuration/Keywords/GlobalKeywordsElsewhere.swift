extension KeywordTable {
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
