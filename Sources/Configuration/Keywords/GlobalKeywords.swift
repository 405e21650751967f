extension KeywordTable {
    /// Announcements are counted in bursts; more than this many frames at once is a mistake in the file.
    static let announcementCount = ArgumentShape.integer(1...1000)
    /// Whole seconds, as keepalived reads them for its announcement timers.
    static let announcementDelay = ArgumentShape.integer(0...4294)

    static let globalDefs: [Keyword] = [
        Keyword("router_id", .word("NAME"), "the host's name", "name of this router in messages"),
        Keyword(
            "script_user", .user, "keepalived_script if the host has that user, else root",
            "who runs checks that name no `user` of their own"),
        Keyword(
            "enable_script_security", .flag, "off",
            "refuse to run a program as root that someone other than root could change"),
        Keyword("vrrp_version", .integer(2...3), "2", "protocol version of IPv4 instances; IPv6 always uses 3"),
        Keyword(
            "v3_checksum_as_v2", .optionalBoolean, "follow what the present MASTER sends",
            "leave the pseudo-header out of the checksum of IPv4 VRRPv3 adverts, as RFC 9568 does"),
        Keyword(
            "vrrp_garp_master_delay", announcementDelay, "5",
            "seconds until the second burst of announcements after becoming MASTER; 0 for none"),
        Keyword(
            "vrrp_garp_master_repeat", announcementCount, "5", "announcements of each address on becoming MASTER"),
        Keyword(
            "vrrp_garp_master_refresh", announcementDelay, "0", "seconds between announcements while MASTER; 0 for none"
        ),
        Keyword(
            "vrrp_garp_master_refresh_repeat", announcementCount, "1", "announcements of each address at each refresh"),
        Keyword(
            "vrrp_garp_lower_prio_delay", announcementDelay, "`vrrp_garp_master_delay`",
            "seconds until the second burst after a lower-priority MASTER was heard; 0 for none"),
        Keyword(
            "vrrp_garp_lower_prio_repeat", .integer(0...1000), "`vrrp_garp_master_repeat`",
            "announcements of each address after a lower-priority MASTER was heard"),
        Keyword(
            "vrrp_garp_interval", .seconds(0...2_147_000_000), "0", "spacing of gratuitous ARP on one interface"),
        Keyword(
            "vrrp_gna_interval", .seconds(0...2_147_000_000), "0",
            "spacing of unsolicited neighbour advertisements on one interface"),
        Keyword(
            "vrrp_min_garp", .optionalBoolean, "off",
            "one announcement and no second burst, unless the keywords above say otherwise"),
        Keyword(
            "vrrp_priority", .integer(-20...19), "as the service manager decided",
            "nice value of the process that speaks VRRP; checks run without it when it is negative"),
        Keyword(
            "vrrp_rt_priority", .integer(1...99), "none",
            "real-time priority (SCHED_RR): adverts are on time on a busy host; checks run without it"),
        Keyword(
            "vrrp_no_swap", .flag, "off", "keep the memory of the process that speaks VRRP out of swap"),
        Keyword(
            "lease", .word("off|SECONDS"), "as long as a takeover may take",
            "how long the kernel keeps virtual addresses that a dead or hanging daemon no longer renews; `off` keeps them "
                + "until somebody removes them"
        ).ours,
        Keyword(
            "standby_notice", .optionalBoolean, "off",
            "a standby tells the active router once a second that it is there, and the active one says when nobody does; the "
                + "same on both routers, which must both be Understudy"
        ).ours,
    ]

    static let globalDefsLater: [Keyword] = [
        .notYet("notification_email", .block(named: nil), "who receives mail", without: "no mail is sent"),
        .notYet("notification_email_from", .word("ADDRESS"), "sender of mail", without: "no mail is sent"),
        .notYet("smtp_server", .text("HOST [PORT]"), "server that takes mail", without: "no mail is sent"),
        .notYet("smtp_helo_name", .word("NAME"), "name said to the mail server", without: "no mail is sent"),
        .notYet("smtp_connect_timeout", .word("SECONDS"), "patience with the mail server", without: "no mail is sent"),
        .notYet("smtp_alert", .optionalBoolean, "send mail for everything", without: "no mail is sent"),
        .notYet("smtp_alert_vrrp", .optionalBoolean, "send mail for instances", without: "no mail is sent"),
        .notYet("no_email_faults", .flag, "send no mail for FAULT", without: "no mail is sent"),
        .notYet(
            "default_interface", .interface, "interface of addresses that name none",
            without: "each instance needs its own `interface`",
            instead: "remove the line and write `interface NAME` in each vrrp_instance"),
        .notYet(
            "dynamic_interfaces", .text("[allow_if_changes]"), "let interfaces come and go",
            without: "nothing is lost: Understudy always waits for interfaces and goes on when they return",
            instead: "remove the line"),
        .notYet(
            "vrrp_mcast_group4", .address, "multicast group of IPv4 adverts", without: "adverts go to 224.0.0.18",
            instead: "remove the line if it says 224.0.0.18, else keep keepalived for these instances"),
        .notYet(
            "vrrp_mcast_group6", .address, "multicast group of IPv6 adverts", without: "adverts go to ff02::12",
            instead: "remove the line if it says ff02::12, else keep keepalived for these instances"),
        .notYet(
            "vrrp_garp_extra_if", .text("[all] SECONDS"), "announce on further interfaces",
            without: "announcements leave through the address's own interface only"),
        .notYet(
            "vrrp_vmac_garp_intvl", .text("[all] SECONDS"), "old name of `vrrp_garp_extra_if`",
            without: "announcements leave through the address's own interface only"),
        .notYet(
            "vrrp_down_timer_adverts", .integer(1...100), "adverts that may be missed",
            without: "three adverts may be missed, as RFC 9568 says"),
        .notYet(
            "vrrp_lower_prio_no_advert", .optionalBoolean, "stay quiet when a lower-priority MASTER is heard",
            without: "an advert is sent at once, which ends the other's claim sooner"),
        .notYet(
            "vrrp_higher_prio_send_advert", .optionalBoolean, "send one more advert before yielding",
            without: "nothing is lost: one more advert is always sent before yielding",
            instead: "remove the line"),
        .notYet(
            "vrrp_owner_ignore_adverts", .optionalBoolean, "priority 255 listens to nobody",
            without: "an owner counts and reports other owners"),
        .notYet(
            "vrrp_check_unicast_src", .flag, "accept unicast adverts from configured peers only",
            without: "nothing is lost: unicast adverts are accepted from configured peers only, always",
            instead: "remove the line"),
        .notYet(
            "vrrp_skip_check_adv_addr", .optionalBoolean, "do not compare the address list of every advert",
            without: "the list is compared every time, which costs nothing that could be measured",
            instead: "remove the line"),
        .notYet(
            "vrrp_strict", .optionalBoolean,
            "enforce the RFC: among others no authentication, no unicast, drop packets to "
                + "virtual addresses",
            without: "the instances behave as configured; traffic to the addresses is accepted",
            instead:
                "remove the line; nearly every file that has it copied it from a sample and loses the traffic to its "
                + "addresses by it"),
        .notYet(
            "vrrp_notify_priority_changes", .optionalBoolean, "report changes of priority",
            without: "changes of priority are only logged"),
        .notYet("nftables", .text("[TABLE]"), "use nftables for `no_accept`", without: "no packet filter is touched"),
        .notYet("nftables_priority", .word("N"), "place of that table", without: "no packet filter is touched"),
        .notYet("nftables_counters", .flag, "count packets in that table", without: "no packet filter is touched"),
        .notYet("nftables_ifindex", .flag, "match interfaces by index", without: "no packet filter is touched"),
        .notYet(
            "disable_local_igmp", .flag, "send no IGMP reports for local groups",
            without: "the kernel reports the VRRP group as usual"),
        .notYet(
            "vrrp_startup_delay", .word("SECONDS"), "wait after start before taking part",
            without: "instances take part at once"),
        .notYet(
            "vrrp_delay_after_boot", .word("SECONDS"), "wait after boot before taking part",
            without: "instances take part at once"),
        .notYet(
            "log_unknown_vrids", .flag, "log adverts of other virtual routers",
            without: "adverts of other virtual routers are counted, not logged"),
        .notYet(
            "vmac_prefix", .word("PREFIX"), "names of virtual MAC interfaces", without: "there are no such interfaces"),
        .notYet(
            "vmac_addr_prefix", .word("PREFIX"), "names of virtual MAC interfaces",
            without: "there are no such interfaces"),
        .notYet(
            "use_symlink_paths", .optionalBoolean, "run scripts by the path as written",
            without: "scripts run by the path as written", instead: "remove the line"),
        .notYet(
            "set_supplementary_groups", .optionalBoolean, "give scripts the user's other groups",
            without: "scripts run with the user's own group"),
        .notYet(
            "startup_script", .command, "run once at start", without: "nothing is run at start",
            instead: "remove the line and use ExecStartPre= in the service's unit"),
        .notYet(
            "shutdown_script", .command, "run once at stop", without: "nothing is run at stop",
            instead: "remove the line and use ExecStopPost= in the service's unit"),
        .notYet("startup_script_timeout", .integer(1...1000), "how long that may take", without: "nothing is run"),
        .notYet("shutdown_script_timeout", .integer(1...1000), "how long that may take", without: "nothing is run"),
        .notYet("notify_fifo", .text("PATH [USER [GROUP]]"), "write changes to a pipe", without: "no pipe is written"),
        .notYet(
            "vrrp_notify_fifo", .text("PATH [USER [GROUP]]"), "write changes to a pipe", without: "no pipe is written"),
        .notYet("notify_fifo_script", .command, "reader of that pipe", without: "no reader is started"),
        .notYet("vrrp_notify_fifo_script", .command, "reader of that pipe", without: "no reader is started"),
        .notYet(
            "fifo_write_vrrp_states_on_reload", .flag, "write all states to the pipe on reload",
            without: "no pipe is written"),
        .notYet("random_seed", .word("N"), "seed of random numbers", without: "random numbers are random"),
        .notYet(
            "reload_check_config", .text("[FILE]"), "check the file before a reload",
            without: "nothing is lost: Understudy always checks first and keeps running on an error",
            instead: "remove the line"),
        .notYet("reload_time_file", .word("PATH"), "reload at a time written there", without: "reload by SIGHUP only"),
        .notYet("reload_repeat", .flag, "reload at that time every day", without: "reload by SIGHUP only"),
        .notYet("reload_file", .text("[PATH]"), "marker that a reload goes on", without: "there is no marker file"),
        .notYet(
            "include_check", .text("[+|-]LIST"), "what an include must find",
            without: "an include that finds nothing is reported anyway", instead: "remove the line"),
    ]
}
