extension KeywordTable {
    static let instance: [Keyword] = [
        Keyword(
            "state", .word("MASTER|BACKUP"), "BACKUP, or MASTER with priority 255",
            "nearly without effect: the priority decides. MASTER cancels `nopreempt` and `preempt_delay`"),
        Keyword("interface", .interface, nil, "where adverts are sent and the addresses are held. Required"),
        Keyword(
            "virtual_router_id", .integer(1...255), nil,
            "VRID: the same on all routers of the pair, used by no other pair on the network. Required"),
        Keyword(
            "priority", .integer(1...255), "100, or 255 with `state MASTER`",
            "the router with the highest becomes MASTER; 255 means that the addresses are the host's own"),
        Keyword(
            "advert_int", .seconds(10_000...255_000_000), "1",
            "time between adverts: whole seconds with version 2, from 0.01 to 40.95 with version 3"),
        Keyword(
            "down_timer_adverts", .integer(1...100), "`vrrp_down_timer_adverts`",
            "how many adverts of the MASTER may be missed; the same on all routers"),
        Keyword("version", .integer(2...3), "`vrrp_version`; 3 for IPv6", "protocol version, the same on all routers"),
        Keyword("mcast_src_ip", .address, "the interface's first address", "source address of multicast adverts"),
        Keyword(
            "mcast_dst_ip", .group, "`vrrp_mcast_group4` or `vrrp_mcast_group6`",
            "multicast group of the adverts, the same on all routers"),
        Keyword("unicast_src_ip", .address, "the interface's first address", "source address of unicast adverts"),
        Keyword(
            "unicast_peer", .block(named: nil), nil,
            "send adverts to these addresses instead of to the multicast group",
            opens: .unicastPeers, repeats: true),
        Keyword(
            "unicast_ttl", .integer(0...255), "255",
            "TTL or hop limit of unicast adverts; keepalived's IPv6 default is the kernel's, 64"),
        Keyword(
            "authentication", .block(named: nil), nil,
            "a password in every VRRPv2 advert: keeps accidents apart, stops nobody", opens: .authentication,
            repeats: true),
        Keyword(
            "auth_hmac", .block(named: nil), nil, "every advert proves who sent it, in both versions of VRRP",
            opens: .authHMAC),
        Keyword("nopreempt", .flag, "off", "do not take over from a lower-priority MASTER that works"),
        Keyword("preempt", .flag, "on", "take over from a lower-priority MASTER"),
        Keyword(
            "preempt_delay", .seconds(0...1_000_000_000), "0",
            "how long to wait before taking over from a lower-priority MASTER"),
        Keyword(
            "virtual_ipaddress", .block(named: nil), nil,
            "addresses that move with the MASTER and are listed in adverts; the same on all routers",
            opens: .addresses, repeats: true),
        Keyword(
            "virtual_ipaddress_excluded", .block(named: nil), nil,
            "addresses of either family that move with the MASTER and are not listed in adverts", opens: .addresses,
            repeats: true),
        Keyword(
            "virtual_routes", .block(named: nil), nil,
            "routes of either family that move with the MASTER, set after the addresses and removed before them",
            opens: .routes, repeats: true),
        Keyword(
            "virtual_rules", .block(named: nil), nil,
            "routing rules of either family that move with the MASTER, set after the routes and removed before them",
            opens: .rules, repeats: true),
        Keyword(
            "track_interface", .block(named: nil), nil, "further interfaces that must be up",
            opens: .trackedInterfaces, repeats: true),
        Keyword(
            "dont_track_primary", .flag, "off",
            "the instance takes part while its interface is down, as long as it exists: a MASTER whose link fails stays MASTER"
        ),
        Keyword(
            "track_script", .block(named: nil), nil, "checks (`vrrp_script`) that count for this instance",
            opens: .trackedScripts, repeats: true),
        Keyword(
            "track_process", .block(named: nil), nil, "processes (`vrrp_track_process`) that count for this instance",
            opens: .trackedProcesses, repeats: true),
        Keyword(
            "track_file", .block(named: nil), nil,
            "files (`track_file` at top level) whose numbers count for this instance",
            opens: .trackedFiles, repeats: true),
        Keyword(
            "track_bfd", .block(named: nil), nil, "BFD sessions (`bfd_instance`) that count for this instance",
            opens: .trackedSessions, repeats: true),
        Keyword("garp_master_delay", announcementDelay, "`vrrp_garp_master_delay`", "as in global_defs"),
        Keyword("garp_master_repeat", announcementCount, "`vrrp_garp_master_repeat`", "as in global_defs"),
        Keyword("garp_master_refresh", announcementDelay, "`vrrp_garp_master_refresh`", "as in global_defs"),
        Keyword(
            "garp_master_refresh_repeat", announcementCount, "`vrrp_garp_master_refresh_repeat`", "as in global_defs"),
        Keyword("garp_lower_prio_delay", announcementDelay, "`vrrp_garp_lower_prio_delay`", "as in global_defs"),
        Keyword(
            "garp_lower_prio_repeat", .integer(0...1000), "`vrrp_garp_lower_prio_repeat`", "as in global_defs"),
        Keyword("garp_extra_if", extraAnnouncements, "`vrrp_garp_extra_if`", "as in global_defs"),
        Keyword("vmac_garp_intvl", extraAnnouncements, "none", "old name of `garp_extra_if`, which goes before"),
        Keyword("v3_checksum_as_v2", .optionalBoolean, "as in global_defs", "as in global_defs"),
        Keyword(
            "old_unicast_checksum", .words("[never]", 0...1), "as the peer does",
            "send IPv4 VRRPv3 unicast adverts with the checksum of keepalived before 1.3.7; `never`: not even to a peer that "
                + "sends so. Both forms are always believed"),
        Keyword(
            "native_ipv6", .flag, "the family of the first virtual address",
            "old way to say that an instance is IPv6; an error where the addresses are not"),
        Keyword(
            "check_unicast_src", .flag, "on",
            "accepted; unicast adverts are believed from configured peers only, always"),
        Keyword(
            "unicast_fault_no_peer", .flag, "on",
            "accepted; an instance that is unicast and has no peers is an error, never multicast instead"),
        Keyword(
            "skip_check_adv_addr", .optionalBoolean, "off",
            "accepted; an advert with other addresses is believed all the same, and is compared every time for the log"),
        Keyword(
            "no_virtual_ipaddress", .flag, "off",
            "that the instance has no address to advertise is meant: it elects a MASTER, and its commands are told"),
        Keyword("lower_prio_no_advert", .optionalBoolean, "`vrrp_lower_prio_no_advert`", "as in global_defs"),
        Keyword("owner_ignore_adverts", .optionalBoolean, "`vrrp_owner_ignore_adverts`", "as in global_defs"),
        Keyword(
            "kernel_rx_buf_size", .integer(2048...1_073_741_824), "1048576",
            "octets of the buffer in which adverts wait for the daemon, and of all that the kernel adds to them; the largest "
                + "counts among instances that share an interface"),
        Keyword(
            "higher_prio_send_advert", .optionalBoolean, "on",
            "accepted; one more advert is always sent before yielding"),
        Keyword("debug", .integer(0...4), "0", "accepted; it has no effect in keepalived either"),
        Keyword("lease", .word("off|SECONDS"), "as in global_defs", "as in global_defs").ours,
        Keyword("standby_notice", .optionalBoolean, "as in global_defs", "as in global_defs").ours,
    ]

    static let authentication: [Keyword] = [
        Keyword(
            "auth_type", .word("PASS|AH"), nil,
            "PASS sends the password; AH makes it the key of an IP authentication header (protocol 51), for old pairs of "
                + "keepalived"),
        Keyword("auth_pass", .word("PASSWORD"), nil, "the password; only its first 8 characters count"),
    ]

    /// keepalived: from 2.4.2 on.
    static let authHMAC: [Keyword] = [
        Keyword(
            "key", .text("ID KEY"), nil,
            "a key of 32 to 64 octets with its number, 0 to 255: `hex:DIGITS`, plain text, `file:PATH`, or "
                + "`credential:NAME` of systemd, which keepalived does not know", repeats: true),
        Keyword("active_key", .integer(0...255), nil, "the number of the key that signs; all of them are believed"),
        Keyword(
            "mode", .word("enforce|permissive|receive-only"), "enforce",
            "`receive-only` signs nothing and believes unsigned adverts, `permissive` signs and believes them, `enforce` "
                + "signs and believes signed ones only: the steps of a roll-out, in this order"),
        Keyword(
            "anti_replay", .word("time|monotonic"), "time",
            "`time` refuses adverts that are not newer than the last or not of the present, `monotonic` only the former"
        ),
        Keyword(
            "time_window", .integer(1...300), "three times `advert_int`, 5 at least",
            "seconds that the sender's clock may differ from ours"),
    ]

    static let unicastPeers: [Keyword] = [
        Keyword(
            "min_ttl", .integer(0...255), "0",
            "least TTL of this peer's adverts: 255 less the routers between; others are not believed"),
        Keyword("max_ttl", .integer(0...255), "255", "greatest TTL of this peer's adverts; others are not believed"),
    ]

    /// What may follow the name on a line of `track_interface`, `track_script` or `track_process`.
    static let trackAttributes: [Keyword] = [
        Keyword(
            "weight", .words("N [reverse|noreverse]", 1...2), "the definition's own; 0 for interfaces",
            "what the result adds to this instance's priority; 0 makes failure a fault")
    ]

    static let fileAttributes: [Keyword] = [
        Keyword(
            "weight", .words("N [reverse|noreverse]", 1...2), "the definition's own",
            "what the number in the file is multiplied with for this instance; 0 makes every number but 0 a fault")
    ]

    /// What may follow the address on a line of `virtual_ipaddress`.
    static let addressAttributes: [Keyword] = [
        Keyword("brd", .word("ADDRESS|+|-"), "none", "broadcast address of the subnet; + is the last, - the first"),
        Keyword("broadcast", .word("ADDRESS|+|-"), "none", "the same as `brd`"),
        Keyword("dev", .interface, "the instance's interface", "the interface that carries the address"),
        Keyword("scope", .word("global|site|link|host|N"), "global", "scope of an IPv4 address"),
        Keyword("label", .word("NAME"), "none", "label of an IPv4 address, as `ip address` shows it"),
        Keyword(
            "preferred_lft", .word("SECONDS|forever"),
            "0 for an IPv6 address without a prefix or with /128, else forever",
            "for how long from its coming here the kernel chooses an IPv6 address as a source by itself; with 0 not at all"
        ),
        Keyword(
            "peer", .word("PEER"), "none",
            "far end of a point-to-point address: the kernel makes a route to it alone, and none for a subnet; a prefix and `brd` do "
                + "not count beside it"),
        Keyword("home", .flag, "off", "Mobile IPv6 home address"),
        Keyword("mngtmpaddr", .flag, "off", "the kernel makes temporary addresses from an IPv6 address of /64"),
        Keyword("noprefixroute", .flag, "off", "the kernel makes no route for the subnet of the address"),
        .noted(
            "-nodad", .flag, "look for duplicates of an IPv6 address",
            Keyword.Remark(
                code: "no-effect", reason: "duplicates are not looked for before the address answers",
                consequence:
                    "at a hand-over both hosts have the address for a moment, and the kernel would refuse it to the new one; another "
                    + "host that claims it later is noticed in any case", instead: "remove `-nodad` from the line")),
        Keyword(
            "no_track", .flag, "off",
            "that somebody removes it, or that its interface is down, does not count; it is set again at the next change of state"
        ),
        attribute(
            "autojoin", .flag, "join a multicast group",
            "the address is set; with it the kernel refuses any that is no group, and so keepalived does not set it"),
        Keyword(
            "use_vmac", .flag, "off",
            "this address is on a virtual MAC interface above its own, as with `use_vmac_addr`, and also above `interface` itself"
        ),
        Keyword(
            "track_group", .word("NAME"), "none",
            "in `static_ipaddress` only: its instances are at fault while the address or its interface is not there"),
    ]

    private static func attribute(
        _ name: String, _ shape: ArgumentShape, _ meaning: String, _ without: String, instead: String? = nil
    ) -> Keyword {
        .notYet(name, shape, meaning, without: without, instead: instead ?? "remove `\(name)` from the line")
    }
}
