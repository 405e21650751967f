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
        Keyword("version", .integer(2...3), "`vrrp_version`; 3 for IPv6", "protocol version, the same on all routers"),
        Keyword("mcast_src_ip", .address, "the interface's first address", "source address of multicast adverts"),
        Keyword("unicast_src_ip", .address, "the interface's first address", "source address of unicast adverts"),
        Keyword(
            "unicast_peer", .block(named: nil), nil,
            "send adverts to these addresses instead of to the multicast group",
            opens: .unicastPeers, repeats: true),
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
            "track_interface", .block(named: nil), nil, "further interfaces that must be up",
            opens: .trackedInterfaces, repeats: true),
        Keyword(
            "track_script", .block(named: nil), nil, "checks (`vrrp_script`) that count for this instance",
            opens: .trackedScripts, repeats: true),
        Keyword(
            "track_process", .block(named: nil), nil, "processes (`vrrp_track_process`) that count for this instance",
            opens: .trackedProcesses, repeats: true),
        Keyword("garp_master_delay", announcementDelay, "`vrrp_garp_master_delay`", "as in global_defs"),
        Keyword("garp_master_repeat", announcementCount, "`vrrp_garp_master_repeat`", "as in global_defs"),
        Keyword("garp_master_refresh", announcementDelay, "`vrrp_garp_master_refresh`", "as in global_defs"),
        Keyword(
            "garp_master_refresh_repeat", announcementCount, "`vrrp_garp_master_refresh_repeat`", "as in global_defs"),
        Keyword("garp_lower_prio_delay", announcementDelay, "`vrrp_garp_lower_prio_delay`", "as in global_defs"),
        Keyword(
            "garp_lower_prio_repeat", .integer(0...1000), "`vrrp_garp_lower_prio_repeat`", "as in global_defs"),
        Keyword("v3_checksum_as_v2", .optionalBoolean, "as in global_defs", "as in global_defs"),
        Keyword("lease", .word("off|SECONDS"), "as in global_defs", "as in global_defs").ours,
        Keyword("standby_notice", .optionalBoolean, "as in global_defs", "as in global_defs").ours,
    ]

    static let authentication: [Keyword] = [
        Keyword("auth_type", .word("PASS"), nil, "kind of authentication; AH is refused, deliberately"),
        Keyword("auth_pass", .word("PASSWORD"), nil, "the password; only its first 8 characters are sent"),
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
        .notYet(
            "min_ttl", .integer(0...255), "least TTL of this peer's adverts",
            without: "any TTL is accepted from the peer"),
        .notYet(
            "max_ttl", .integer(0...255), "greatest TTL of this peer's adverts",
            without: "any TTL is accepted from the peer"),
    ]

    /// What may follow the name on a line of `track_interface`, `track_script` or `track_process`.
    static let trackAttributes: [Keyword] = [
        Keyword(
            "weight", .words("N [reverse|noreverse]", 1...2), "the definition's own; 0 for interfaces",
            "what the result adds to this instance's priority; 0 makes failure a fault")
    ]

    /// What may follow the address on a line of `virtual_ipaddress`.
    static let addressAttributes: [Keyword] = [
        Keyword("brd", .word("ADDRESS|+|-"), "none", "broadcast address of the subnet; + is the last, - the first"),
        Keyword("broadcast", .word("ADDRESS|+|-"), "none", "the same as `brd`"),
        Keyword("dev", .interface, "the instance's interface", "the interface that carries the address"),
        Keyword("scope", .word("global|site|link|host|N"), "global", "scope of an IPv4 address"),
        Keyword("label", .word("NAME"), "none", "label of an IPv4 address, as `ip address` shows it"),
        attribute("peer", .word("ADDRESS"), "far end of a point-to-point address", "no far end is set"),
        attribute("home", .flag, "Mobile IPv6 home address", "the address is an ordinary one"),
        attribute("-nodad", .flag, "look for duplicates of an IPv6 address", "duplicates are not looked for"),
        attribute("mngtmpaddr", .flag, "make temporary addresses", "no temporary addresses are made"),
        attribute("noprefixroute", .flag, "make no route for the subnet", "the kernel makes a route for the subnet"),
        attribute("autojoin", .flag, "join a multicast group", "no group is joined"),
        attribute("no_track", .flag, "do not care when it is deleted", "a deleted address is put back"),
        attribute("preferred_lft", .word("SECONDS|forever"), "preferred life time", "the usual life time applies"),
        attribute(
            "use_vmac", .text("[NAME]"), "put it on a virtual MAC interface", "it is put on the interface itself"),
        attribute("track_group", .word("NAME"), "only for static addresses", "nothing changes"),
    ]

    private static func attribute(
        _ name: String, _ shape: ArgumentShape, _ meaning: String, _ without: String
    ) -> Keyword {
        .notYet(name, shape, meaning, without: without, instead: "remove `\(name)` from the line")
    }
}
