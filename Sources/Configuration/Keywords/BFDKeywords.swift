extension KeywordTable {
    private static let interval = ArgumentShape.milliseconds(1000...4_294_967_000)

    static let bfd: [Keyword] = [
        Keyword(
            "neighbor_ip", .address, nil,
            "the neighbour's address, which is no link-local one because nothing here says on which link. Required"),
        Keyword("neighbour_ip", .address, nil, "other spelling of `neighbor_ip`"),
        Keyword("source_ip", .address, "as the kernel chooses", "the own address, of the same family"),
        Keyword(
            "min_rx", interval, "10",
            "the neighbour is asked to send no faster than this; it is gone when nothing came for its multiplier times the "
                + "longer of this and its own interval"),
        Keyword(
            "min_tx", interval, "10", "packets are sent at this interval, or the neighbour's `min_rx` if that is longer"
        ),
        Keyword(
            "idle_tx", .milliseconds(1_000_000...4_294_967_000), "1000", "the interval while the session is not up"),
        Keyword(
            "multiplier", .integer(1...255), "5", "after so many missing packets the neighbour takes this host for gone"
        ),
        Keyword("passive", .flag, "off", "nothing is sent before the neighbour has been heard"),
        Keyword(
            "ttl", .integer(1...255), "255",
            "TTL or hop limit of sent packets. Packets must arrive with as much, less `max_hops`; without this line with 255, over "
                + "IPv6 with 64, which is what keepalived sends"),
        Keyword("hoplimit", .integer(1...255), nil, "the same as `ttl`"),
        Keyword(
            "max_hops", .integer(-1...255), "0",
            "so much less may be left of the TTL of packets that arrive; 255 or -1 is any. With `multihop` it is any unless given"
        ),
        Keyword(
            "multihop", .optionalBoolean, "off", "the neighbour is not on the link: port 4784 (RFC 5883), not 3784"),
        Keyword(
            "weight", .weight(-253...253), "0",
            "what the session adds to the priority: positive while it is up, negative while not; 0 makes its loss a fault"
        ),
        Keyword("vrrp", .flag, "on, unless `checker` is given", "instances may track the session"),
        Keyword(
            "checker", .flag, "off",
            "the session is for the IPVS checker, which Understudy is not; without `vrrp` no instance may track it"),
    ]
}
