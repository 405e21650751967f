extension KeywordTable {
    /// What may stand on a line of `virtual_rules`, in any order.
    static let ruleAttributes: [Keyword] =
        [
            Keyword("from", .word("NETWORK"), "all", "only packets from a network"),
            Keyword("to", .word("NETWORK"), "all", "only packets to a network"),
            Keyword("not", .flag, "off", "packets that the rest of the line does not fit"),
            Keyword("inet", .flag, "the family of the networks", "an IPv4 rule"),
            Keyword("inet6", .flag, "the family of the networks", "an IPv6 rule"),
            Keyword("iif", .interface, "all", "only packets that come in there"),
            Keyword("dev", .interface, nil, "the same as `iif`"),
            Keyword("oif", .interface, "all", "only packets of sockets that are bound to it"),
            Keyword("fwmark", .word("VALUE[/MASK]"), "all", "only packets with this mark of the firewall's"),
            Keyword(
                "preference", .integer(1...4_294_967_295),
                "16384 for the first rule of the file that has none, and one less for each later one",
                "its place among the rules, ascending; the table main is asked at 32766"),
            Keyword("priority", .integer(1...4_294_967_295), nil, "the same as `preference`"),
            Keyword("order", .integer(1...4_294_967_295), nil, "the same as `preference`"),
            Keyword(
                "lookup", .word("N|main|default|local"), nil,
                "the table that decides, 1 to 4294967295, or its name on this host"),
            Keyword("table", .word("N|main|default|local"), nil, "the same as `lookup`"),
            Keyword("blackhole", .flag, nil, "packets are dropped"),
            Keyword("unreachable", .flag, nil, "packets are answered: host unreachable"),
            Keyword("prohibit", .flag, nil, "packets are answered: prohibited"),
            Keyword("no_track", .flag, "off", "it is not put back when somebody removes it"),
            Keyword("protocol", .word("N|NAME"), "112", "accepted; the mark is always 112, by which we know our own"),
            Keyword(
                "track_group", .word("NAME"), "none",
                "in `static_rules` only: its instances are at fault while the rule or the interface of `iif` is not there"
            ),
        ] + ruleAttributesLater

    private static let ruleAttributesLater: [Keyword] = [
        Keyword("tos", .word("N"), "all", "only packets of a type of service, a multiple of 4, also as 0x10"),
        Keyword("dsfield", .word("N"), nil, "the same as `tos`"),
        Keyword("uidrange", .word("A-B"), "all", "only packets that users of these numbers send"),
        Keyword("ipproto", .word("N|NAME"), "all", "only packets of this IP protocol"),
        Keyword("sport", .word("A[-B]"), "all", "only packets from these ports"),
        Keyword("dport", .word("A[-B]"), "all", "only packets to these ports"),
        Keyword("tunnel-id", .word("N"), "all", "only packets of this tunnel"),
        Keyword(
            "suppress_prefixlength", .word("N"), "none",
            "routes of the table whose prefix is not longer do not count; 0 passes over default routes"),
        Keyword("sup_pl", .word("N"), nil, "the same as `suppress_prefixlength`"),
        Keyword(
            "suppress_ifgroup", .word("N"), "none",
            "routes of the table by interfaces of this group do not count; a number, for names are each host's"),
        Keyword("sup_group", .word("N"), nil, "the same as `suppress_ifgroup`"),
        Keyword("l3mdev", .flag, nil, "the table of the VRF decides that the packet belongs to"),
        Keyword("goto", .word("N"), nil, "go on with the rule at this place, which is a later one"),
        Keyword("nop", .flag, nil, "go on with the next rule"),
        Keyword("type", .flag, "off", "accepted; it may stand before an action"),
        Keyword("realms", .word("[FROM/]TO"), "none", "numbers of the realms that packets are accounted to, of IPv4"),
    ]
}
