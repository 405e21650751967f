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
        later("tos", .word("N"), "only packets of a type of service", "all packets count"),
        later("dsfield", .word("N"), "the same as `tos`", "all packets count"),
        later("realms", .word("A[/B]"), "realms for accounting", "there are none"),
        later("suppress_prefixlength", .word("N"), "pass over short prefixes", "all routes of the table count"),
        later("sup_pl", .word("N"), "the same as `suppress_prefixlength`", "all routes of the table count"),
        later("suppress_ifgroup", .word("GROUP"), "pass over a group of interfaces", "all routes of the table count"),
        later("sup_group", .word("GROUP"), "the same as `suppress_ifgroup`", "all routes of the table count"),
        later("uidrange", .word("A-B"), "only packets of some users", "all packets count"),
        later("ipproto", .word("N|NAME"), "only packets of a protocol", "all packets count"),
        later("sport", .word("A[-B]"), "only packets from some ports", "all packets count"),
        later("dport", .word("A[-B]"), "only packets to some ports", "all packets count"),
        later("tunnel-id", .word("N"), "only packets of a tunnel", "all packets count"),
        later("l3mdev", .flag, "the table of the VRF decides", "there is no such rule"),
        later("goto", .word("N"), "go on with another rule", "there is no such rule"),
        later("nop", .flag, "do nothing", "there is no such rule"),
        later("type", .word("TYPE"), "comes before an action", "nothing changes"),
    ]

    private static func later(
        _ name: String, _ shape: ArgumentShape, _ meaning: String, _ without: String
    ) -> Keyword {
        .notYet(name, shape, meaning, without: without, instead: "remove `\(name)` from the line")
    }
}
