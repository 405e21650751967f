extension KeywordTable {
    /// What may stand on a line of `virtual_routes`, in any order.
    static let routeAttributes: [Keyword] =
        [
            Keyword("to", .word("NETWORK"), nil, "the same as NETWORK alone"),
            Keyword(
                "via", .words("[inet|inet6] ADDRESS", 1...2), "none: the network is on the link", "the next router"),
            Keyword("gw", .words("[inet|inet6] ADDRESS", 1...2), nil, "old word for `via`"),
            Keyword(
                "dev", .interface, "the one that the next router is on",
                "where the packets leave; the instance is down while it is, unless `no_track` is given"),
            Keyword("oif", .interface, nil, "the same as `dev`"),
            Keyword(
                "src", .address, "what the kernel chooses",
                "source of what this host sends by the route: a virtual address, or one of the host's own. The kernel takes "
                    + "the route off with that address"),
            Keyword(
                "table", .word("N|main|default|local"), "main",
                "the routing table, 1 to 4294967295, or its name on this host"),
            Keyword(
                "metric", .integer(0...4_294_967_295), "0, for IPv6 1024", "of two routes the lower metric is taken"),
            Keyword("priority", .integer(0...4_294_967_295), nil, "the same as `metric`"),
            Keyword("preference", .integer(0...4_294_967_295), nil, "the same as `metric`"),
            Keyword(
                "scope", .word("global|site|link|host|N"), "global",
                "scope of an IPv4 route; one that leads to the gateway of another needs `link`"),
            Keyword(
                "tos", .word("N"), "0: all packets",
                "only for packets of this type of service: a multiple of 4, also as 0x10; IPv4 only"),
            Keyword("dsfield", .word("N"), nil, "the same as `tos`"),
            Keyword("pref", .word("low|medium|high"), "medium", "preference of an IPv6 router"),
            Keyword("onlink", .flag, "off", "`via` is on the link of `dev`, whatever the addresses of this host say"),
            Keyword("unicast", .flag, "on", "packets are sent on"),
            Keyword("blackhole", .flag, "off", "packets are dropped"),
            Keyword("unreachable", .flag, "off", "packets are answered: host unreachable"),
            Keyword("prohibit", .flag, "off", "packets are answered: prohibited"),
            Keyword("throw", .flag, "off", "the next rule decides"),
            Keyword(
                "local", .flag, "off",
                "packets are this host's own; `scope` is `host` then, without which the kernel refuses it"),
            Keyword(
                "broadcast", .flag, "off",
                "packets go to everybody on the link of `dev`; `scope` is `link` then, as the kernel wants it"),
            Keyword("anycast", .flag, "off", "an address that others have as well; `scope` is `link` then"),
            Keyword("multicast", .flag, "off", "packets are for a group"),
            Keyword("inet", .flag, nil, "`default` means 0.0.0.0/0"),
            Keyword("inet6", .flag, nil, "`default` means ::/0"),
            Keyword("default6", .flag, nil, "old word for `inet6 default`"),
            Keyword(
                "no_track", .flag, "off",
                "its interface does not count, and it is not put back when somebody removes it"),
            Keyword("prepend", .flag, "on", "it is put before routes that are alike"),
            Keyword("append", .flag, "off", "it is put behind routes that are alike"),
            Keyword(
                "add", .flag, "off",
                "it is not set while there is another route to its network with its metric, whoever has set that"),
            Keyword(
                "from", .word("NETWORK"), "all packets", "only packets from this network take the route; IPv6 only"),
            Keyword(
                "realms", .word("[FROM/]TO"), "none", "numbers of the realms that packets are accounted to; IPv4 only"),
            Keyword(
                "expires", .integer(1...2_147_483_647), "it stays while this host is MASTER",
                "after so many seconds the kernel takes it off, and it is back with the next takeover; IPv6 only"),
            Keyword(
                "encap", .text("ip|ip6 [id N] [dst ADDRESS] [src ADDRESS] [tos|tc N] [ttl|hoplimit N] [flags N]"),
                "none",
                "what a tunnel interface without an address of its own (`external`) puts packets into; `id` or `dst` is "
                    + "needed. `tos` and `ttl` are for `ip`, `tc` and `hoplimit` for `ip6`; flags: 256 checksum, 1024 key, "
                    + "2048 sequence, 1 no fragments"),
            Keyword(
                "ttl-propagate", .word("enabled|disabled"), nil,
                "accepted; Linux knows it of routes of MPLS only, which keepalived cannot set"),
            Keyword("protocol", .word("N|NAME"), "112", "accepted; the mark is always 112, by which we know our own"),
            Keyword(
                "track_group", .word("NAME"), "none",
                "in `static_routes` only: its instances are at fault while the route or its interface is not there"),
            Keyword("or", .address, nil, "old word for a second `nexthop`, of the same weight"),
            Keyword(
                "nexthop", .text("via ADDRESS [dev INTERFACE] [weight N] [onlink] [realms A/B] [encap ...]"), "none",
                "one of several ways that share the flows by their weights, 1 to 256; at the end of the line, repeated. "
                    + "`realms` and `encap` may stand in each, or before the first one for all"),
        ] + routeMetrics + routeAttributesLater

    /// What a route says of the path; 0 leaves it to the kernel.
    private static let routeMetrics: [Keyword] = [
        Keyword(
            "mtu", lockable("N"), "the interface's",
            "largest packet, in octets; with `lock` no smaller MTU on the way is kept to"),
        Keyword(
            "congctl", .words("[lock] NAME", 1...2), "the host's",
            "congestion control of TCP; with `lock` what a program chooses for itself does not count"),
        Keyword("advmss", lockable("N"), "what follows from the MTU", "largest TCP segment that is announced"),
        Keyword("rtt", lockable("N[ms|s]"), "measured", "first estimate of the round trip"),
        Keyword("rttvar", lockable("N[ms|s]"), "measured", "first estimate of its variance"),
        Keyword("rto_min", lockable("N[ms|s]"), "the kernel's", "least time-out of TCP"),
        Keyword("reordering", lockable("N"), "the kernel's", "how much reordering TCP bears"),
        Keyword("cwnd", lockable("N"), "no bound", "bound of the congestion window; it counts with `lock` only"),
        Keyword("ssthresh", lockable("N"), "the kernel's", "slow start threshold"),
        Keyword("window", .integer(metric), "the kernel's", "largest window of TCP"),
        Keyword("hoplimit", .integer(0...255), "the kernel's", "TTL or hop limit"),
        Keyword("initcwnd", .integer(metric), "the kernel's", "first congestion window"),
        Keyword("initrwnd", .integer(metric), "the kernel's", "first receive window"),
        Keyword("quickack", .integer(0...1), "0", "acknowledge at once"),
        Keyword("fastopen_no_cookie", .integer(0...1), "0", "TCP fast open without a cookie"),
        Keyword("features", .word("ecn"), "none", "explicit congestion notification"),
    ]

    private static let metric = 0...4_294_967_295

    private static func lockable(_ placeholder: String) -> ArgumentShape {
        .words("[lock] \(placeholder)", 1...2)
    }

    private static let routeAttributesLater: [Keyword] = [
        later(
            "nat", .flag, "network address translation, which Linux no longer does",
            "nothing changes: the kernel refuses keepalived's as well", instead: "`dnat` and `snat` of nftables"),
        later(
            "vrf", .word("NAME"), "the table of a VRF", "it is the table main",
            instead: "table N   # that of the VRF, from `ip vrf show`"),
    ]

    private static func later(
        _ name: String, _ shape: ArgumentShape, _ meaning: String, _ without: String, instead: String
    ) -> Keyword {
        .notYet(name, shape, meaning, without: without, instead: instead)
    }
}
