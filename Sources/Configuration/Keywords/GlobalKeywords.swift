extension KeywordTable {
    /// Announcements are counted in bursts; more than this many frames at once is a mistake in the file.
    static let announcementCount = ArgumentShape.integer(1...1000)
    /// Whole seconds, as keepalived reads them for its announcement timers.
    static let announcementDelay = ArgumentShape.integer(0...4294)

    static let extraAnnouncements = ArgumentShape.words("[all] SECONDS", 1...2)

    static let globalDefs: [Keyword] = [
        Keyword("router_id", .word("NAME"), "the host's name", "name of this router in messages"),
        Keyword(
            "script_user", .user, "keepalived_script if the host has that user, else root",
            "who runs checks and notify commands that name no user of their own"),
        Keyword(
            "enable_script_security", .flag, "off",
            "refuse to run a program as root that someone other than root could change"),
        Keyword(
            "default_interface", .interface, "none",
            "interface of instances that name none, and so of their addresses"),
        Keyword(
            "dynamic_interfaces", .words("[allow_if_changes]", 0...1), "on",
            "interfaces may be absent, and return as another kind: Understudy waits for them in any case. With it `understudy "
                + "check` does not complain of one that is absent"),
        Keyword("vrrp_version", .integer(2...3), "2", "protocol version of IPv4 instances; IPv6 always uses 3"),
        Keyword(
            "v3_checksum_as_v2", .optionalBoolean, "follow what the present MASTER sends",
            "leave the pseudo-header out of the checksum of IPv4 VRRPv3 adverts, as RFC 9568 does"),
        Keyword(
            "vrrp_mcast_group4", .group, "224.0.0.18", "multicast group of IPv4 adverts, the same on all routers"),
        Keyword(
            "vrrp_mcast_group6", .group, "ff02::12",
            "multicast group of IPv6 adverts, of link-local scope, the same on all routers"),
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
            "vrrp_garp_extra_if", extraAnnouncements, "none",
            "with `all`: how often an address is announced, while MASTER, on each interface that is not the instance's own and holds "
                + "addresses of it, for switches that forget; from 0 for never to 86400. Without `all` only on interfaces of "
                + "`use_vmac_addr`, and on that of `use_vmac` with `vmac_xmit_base`: else adverts do it"),
        Keyword(
            "vrrp_vmac_garp_intvl", extraAnnouncements, "none", "old name of `vrrp_garp_extra_if`, which goes before"),
        Keyword(
            "vrrp_garp_interval", .seconds(0...2_147_000_000), "0", "spacing of gratuitous ARP on one interface"),
        Keyword(
            "vrrp_gna_interval", .seconds(0...2_147_000_000), "0",
            "spacing of unsolicited neighbour advertisements on one interface"),
        Keyword(
            "vrrp_min_garp", .optionalBoolean, "off",
            "one announcement and no second burst, unless the keywords above say otherwise"),
        Keyword(
            "vrrp_down_timer_adverts", .integer(1...100), "3",
            "how many adverts of the MASTER may be missed before a BACKUP takes over; the same on all routers"),
        Keyword(
            "vrrp_check_unicast_src", .flag, "on",
            "accepted; unicast adverts are believed from configured peers only, always"),
        Keyword(
            "vrrp_skip_check_adv_addr", .optionalBoolean, "off",
            "accepted; an advert with other addresses is believed all the same, and is compared every time for the log"),
        Keyword(
            "vrrp_lower_prio_no_advert", .optionalBoolean, "off",
            "send no advert at once when a lower-priority MASTER is heard: its claim then lasts until the next one is due"
        ),
        Keyword(
            "vrrp_owner_ignore_adverts", .optionalBoolean, "off",
            "a MASTER with priority 255 acts on no advert: two such MASTERs stay two"),
        Keyword(
            "vrrp_higher_prio_send_advert", .optionalBoolean, "on",
            "accepted; one more advert is always sent before yielding"),
        Keyword(
            "vrrp_startup_delay", .seconds(0...4_294_000_000), "0",
            "for how long after the start of the daemon adverts are thrown away and no instance becomes MASTER; its usual wait "
                + "for adverts begins then. Not after a reload, and not when the guardian replaces the process"),
        Keyword(
            "vrrp_delay_after_boot", .seconds(0...1_000_000_000_000_000), "0",
            "the same, counted from when the host booted; the longer of the two counts"),
        Keyword(
            "vrrp_priority", .integer(-20...19), "as the service manager decided",
            "nice value of the process that speaks VRRP; checks run without it when it is negative"),
        Keyword(
            "vrrp_rt_priority", .integer(1...99), "none",
            "real-time priority (SCHED_RR): adverts are on time on a busy host; checks run without it"),
        Keyword(
            "vrrp_no_swap", .flag, "off", "keep the memory of the process that speaks VRRP out of swap"),
        Keyword(
            "vrrp_rlimit_rttime", .integer(2...4_294_967_295), "none",
            "microseconds that the process may compute without waiting while it has `vrrp_rt_priority`: beyond them the kernel "
                + "ends it (SIGXCPU) and the guardian replaces it. It counts from the end of the start"),
        Keyword(
            "vrrp_rlimit_rtime", .integer(2...4_294_967_295), "none",
            "old name of `vrrp_rlimit_rttime`, which goes before"),
        Keyword(
            "vrrp_cpu_affinity", .words("CPU...", 1...1024), "as the service manager decided",
            "numbers of the processors, from 0, on which the process that speaks VRRP may run, and its checks and notify commands"
        ),
        Keyword(
            "max_auto_priority", .words("[-1..99]", 0...1), "0",
            "the highest real-time priority that the process gives itself, a step each time that it is late; 0 and -1 for none, 99 "
                + "without a number"),
        Keyword(
            "min_auto_priority_delay", .integer(1...10_000_000), "1000000", "microseconds that count as late there"),
        Keyword(
            "lease", .word("off|SECONDS"), "as long as a takeover may take",
            "how long the kernel keeps virtual addresses that a dead or hanging daemon no longer renews, 1 to 86400 s; `off` "
                + "keeps them until somebody removes them"
        ).ours,
        Keyword(
            "standby_notice", .optionalBoolean, "off",
            "a standby tells the active router once a second that it is there, and the active one says when nobody does; the "
                + "same on both routers, which must both be Understudy"
        ).ours,
    ]
}
