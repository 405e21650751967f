extension KeywordTable {
    static let globalDefsVirtualMAC: [Keyword] = [
        Keyword(
            "vmac_prefix", .word("PREFIX"), "vrrp",
            "what names of virtual MAC interfaces begin with that `use_vmac` does not name"
        ).firstCounts,
        Keyword(
            "vmac_addr_prefix", .word("PREFIX"), "that of `vmac_prefix`",
            "what names of interfaces of `use_vmac_addr`, and of `use_vmac` after an address, begin with"
        ).firstCounts,
    ]

    static let virtualMAC: [Keyword] = [
        Keyword(
            "use_vmac", .words("[NAME] [MAC]", 0...6), "off",
            "the addresses of the instance's family on `interface` are on one of their own (a macvlan above it) that has the virtual "
                + "router's MAC address, so that neighbours see the same one after a takeover. Its name is `vrrp.VRID`, or `vrrp6.VRID` for IPv6, "
                + "unless NAME is given. MAC, in 5 octets that the VRID follows or in 6, takes the place of 00:00:5e:00:01:VRID "
                + "(IPv6: 00:00:5e:00:02:VRID). The same on all routers"),
        Keyword(
            "use_vmac_addr", .flag, "off",
            "each address on another interface than `interface`, or of the other address family, is on an interface of its own "
                + "(a macvlan above the one that its line names) that has the virtual router's MAC address, one for each interface "
                + "and family. Its name is `vrrp.VRID` (IPv6: `vrrp6.VRID`), or where that is taken `vrrp1.VRID`, `vrrp2.VRID` and so "
                + "on. The addresses on `interface` itself stay where they are. The same on all routers"),
        Keyword(
            "vmac_xmit_base", .flag, "off, and on with unicast",
            "adverts come from the MAC address of `interface`; without it from the virtual one, by which switches learn the way"
        ),
    ]
}
