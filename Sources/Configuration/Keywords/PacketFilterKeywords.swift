extension KeywordTable {
    /// What `global_defs` says of the packet filter, and of the RFC.
    static let globalDefsFilter: [Keyword] = [
        Keyword(
            "nftables", .words("[TABLE]", 0...1), "understudy",
            "name of the nftables table, of family inet, in which `no_accept` drops packets. It is made when an instance needs it, "
                + "is the daemon's own, and goes with it. keepalived makes `ip keepalived` and `ip6 keepalived`"
        ).firstCounts,
        Keyword(
            "nftables_priority", .integer(-2_147_483_648...2_147_483_647), "-1",
            "place of its chains among others of the same hook: a packet meets the lower number first"),
        Keyword("nftables_counters", .flag, "off", "each rule of that table counts its packets"),
        Keyword(
            "nftables_ifindex", .flag, "off",
            "in that table link-local addresses go with the number of an interface; without it with its name, in keepalived only "
                + "with `dont_track_primary`"),
        Keyword(
            "vrrp_strict", .optionalBoolean, "off",
            "as the RFC has it, on every instance: no unicast, no `authentication`, no `preempt_delay`, `down_timer_adverts` 3, "
                + "`lower_prio_no_advert`, no announcements after a lower-priority MASTER was heard, at least one virtual address, "
                + "`state MASTER` with priority 255 and only then; and `no_accept`, which drops all traffic to the addresses unless "
                + "the priority is 255 or version 3 has `accept`"),
    ]

    /// What an instance does about packets to its addresses.
    static let acceptance: [Keyword] = [
        Keyword(
            "accept", .flag, "on; off with `strict_mode`, but for priority 255",
            "let in packets to the addresses, for services of this host"),
        Keyword(
            "no_accept", .flag, "off",
            "while MASTER, drop packets that come to the addresses or that this host sends from them, but for neighbour discovery: the "
                + "addresses are gateways and nothing else. What the host forwards passes. Not with priority 255"),
        Keyword("strict_mode", .optionalBoolean, "`vrrp_strict`", "as `vrrp_strict`, for this instance"),
        Keyword(
            "promote_secondaries", .flag, "off",
            "while the daemon runs, the other IPv4 addresses of a subnet stay on the interface when the first one goes (sysctl "
                + "promote_secondaries)"),
    ]
}
