extension KeywordTable {
    /// What keepalived takes inside a vrrp_instance and Understudy does not do yet.
    static let instanceLater: [Keyword] =
        [
            .notYet(
                "native_ipv6", .flag, "old way to say that an instance is IPv6",
                without: "nothing is lost: the first virtual address says so", instead: "remove the line"),
            .notYet(
                "vrf", .interface, "the VRF to work in", without: "the instance works in its interface's own VRF"),
            .notYet(
                "track_src_ip", .flag, "a missing source address is a fault",
                without: "a missing source address makes the instance wait"),
            .notYet(
                "mcast_dst_ip", .address, "multicast group of this instance",
                without: "adverts go to 224.0.0.18 or ff02::12"),
            .notYet(
                "unicast_fault_no_peer", .flag, "no peers is a fault",
                without: "nothing is lost: an instance without peers is refused", instead: "remove the line"),
            .notYet(
                "unicast_ttl", .integer(0...255), "TTL of unicast adverts", without: "unicast adverts have TTL 255"),
            .notYet(
                "check_unicast_src", .flag, "accept adverts from configured peers only",
                without: "nothing is lost: unicast adverts are accepted from configured peers only, always",
                instead: "remove the line"),
            .notYet(
                "old_unicast_checksum", .text("[never]"), "checksum of keepalived before 1.3.6",
                without: "such peers are believed, but adverts are never sent in that form"),
            .notYet(
                "promote_secondaries", .flag, "keep an interface's other addresses when the first goes",
                without: "the interface's setting stays as it is",
                instead: "remove the line and set the sysctl net.ipv4.conf.INTERFACE.promote_secondaries"),
            .notYet(
                "no_virtual_ipaddress", .flag, "an instance without addresses is meant",
                without: "an instance without addresses gets a warning"),
            .notYet(
                "accept", .flag, "accept packets to the addresses",
                without: "nothing is lost: packets to the addresses are accepted", instead: "remove the line"),
            .notYet(
                "no_accept", .flag, "drop packets to the addresses", without: "packets to the addresses are accepted"),
            .notYet(
                "dont_track_primary", .flag, "ignore the state of the own interface",
                without: "the instance is down while its interface is"),
            .notYet(
                "linkbeat_use_polling", .flag, "poll the carrier",
                without: "the carrier is taken from what the kernel reports, at once"),
            .notYet(
                "down_timer_adverts", .integer(1...100), "adverts that may be missed",
                without: "three adverts may be missed, as RFC 9568 says"),
            .notYet(
                "lower_prio_no_advert", .optionalBoolean, "stay quiet when a lower-priority MASTER is heard",
                without: "an advert is sent at once, which ends the other's claim sooner"),
            .notYet(
                "higher_prio_send_advert", .optionalBoolean, "send one more advert before yielding",
                without: "nothing is lost: one more advert is always sent before yielding",
                instead: "remove the line"),
            .notYet(
                "owner_ignore_adverts", .optionalBoolean, "priority 255 listens to nobody",
                without: "an owner counts and reports other owners"),
            .notYet(
                "skip_check_adv_addr", .optionalBoolean, "do not compare the address list of every advert",
                without: "the list is compared every time", instead: "remove the line"),
            .notYet(
                "strict_mode", .optionalBoolean, "enforce the RFC", without: "the instance behaves as configured"),
            .notYet(
                "timer_expired_backup", .text("[1..254]"), "yield after the own process was stalled",
                without: "a stalled process goes on where it was"),
            .notYet(
                "thread_timer_expired", .text("[1..254]"), "old name of `timer_expired_backup`",
                without: "a stalled process goes on where it was"),
            .notYet(
                "kernel_rx_buf_size", .word("OCTETS"), "advert buffer",
                without: "the buffer has the size that Understudy chooses"),
            .notYet(
                "debug", .integer(0...4), "unused in keepalived too", without: "nothing is lost",
                instead: "remove the line"),
        ] + addressing + tracking + notifying

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
        .notYet(
            "virtual_routes", .block(named: nil), "routes that move with the MASTER", without: "no routes are set"),
        .notYet(
            "virtual_rules", .block(named: nil), "routing rules that move with the MASTER", without: "none are set"),
        .notYet(
            "garp_extra_if", .text("[all] SECONDS"), "announce on further interfaces",
            without: "announcements leave through the address's own interface only"),
        .notYet(
            "vmac_garp_intvl", .text("[all] SECONDS"), "old name of `garp_extra_if`",
            without: "announcements leave through the address's own interface only"),
        Keyword(
            "lvs_sync_daemon_interface", .interface, nil, "for IPVS", status: .skipped("the daemon that does IPVS")),
    ]

    private static let tracking: [Keyword] = [
        .notYet(
            "track_file", .block(named: nil), "numbers in files that move the priority",
            without: "the priority does not depend on the file"),
        .notYet(
            "track_bfd", .block(named: nil), "BFD sessions that count for this instance",
            without: "a dead neighbour is noticed by missing adverts only"),
    ]

    private static let notifying: [Keyword] =
        [
            ("notify", "run on every change of state"), ("notify_master", "run on becoming MASTER"),
            ("notify_backup", "run on becoming BACKUP"), ("notify_fault", "run on becoming FAULT"),
            ("notify_stop", "run on stopping"), ("notify_deleted", "run when a reload removes the instance"),
            ("notify_master_rx_lower_pri", "run when a lower-priority MASTER is heard"),
        ].map { name, meaning in
            .notYet(name, .command, meaning, without: "nothing is run: the command's work is not done")
        } + [
            .notYet(
                "notify_priority_changes", .optionalBoolean, "report changes of priority",
                without: "changes of priority are only logged"),
            .notYet("smtp_alert", .optionalBoolean, "send mail on changes of state", without: "no mail is sent"),
        ]
}
