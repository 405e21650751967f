extension KeywordTable {
    /// What keepalived takes inside a vrrp_instance and Understudy does not do yet.
    static let instanceLater: [Keyword] =
        [
            .notYet(
                "vrf", .interface, "the VRF to work in", without: "the instance works in its interface's own VRF"),
            .notYet(
                "track_src_ip", .flag, "a missing source address is a fault",
                without: "a missing source address makes the instance wait"),
            .notYet(
                "linkbeat_use_polling", .flag, "poll the carrier",
                without: "the carrier is taken from what the kernel reports, at once"),
            .notYet(
                "timer_expired_backup", .text("[1..254]"), "yield after the own process was stalled",
                without: "a stalled process goes on where it was"),
            .notYet(
                "thread_timer_expired", .text("[1..254]"), "old name of `timer_expired_backup`",
                without: "a stalled process goes on where it was"),
        ] + addressing + tracking

    private static let addressing: [Keyword] = [
        .notYet(
            "use_vmac", .text("[NAME] [INTERFACE] [MAC]"), "use the virtual router's own MAC address",
            without: "the addresses answer with the interface's MAC, and announcements tell the neighbours"),
        .notYet(
            "use_vmac_addr", .flag, "virtual MAC interfaces for addresses on other interfaces",
            without: "the addresses answer with their interface's MAC"),
        .notYet(
            "vmac_xmit_base", .flag, "send adverts from the interface below the virtual MAC one",
            without: "adverts leave from the interface itself"),
        .notYet(
            "use_ipvlan", .text("[NAME] [INTERFACE] [ADDRESS] [MODE]"), "hold the addresses on an ipvlan interface",
            without: "the addresses are held on the interface itself"),
        Keyword(
            "lvs_sync_daemon_interface", .interface, nil, "for IPVS", status: .skipped("the daemon that does IPVS")),
    ]

    private static let tracking: [Keyword] = [
        .notYet(
            "track_bfd", .block(named: nil), "BFD sessions that count for this instance",
            without: "a dead neighbour is noticed by missing adverts only")
    ]
}
