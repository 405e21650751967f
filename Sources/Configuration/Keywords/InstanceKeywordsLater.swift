extension KeywordTable {
    /// What keepalived takes inside a vrrp_instance and Understudy does not do yet.
    static let instanceLater: [Keyword] = addressing

    private static let addressing: [Keyword] = [
        .notYet(
            "vrf", .interface, "the VRF to work in", without: "the instance works in its interface's own VRF",
            instead: "an `interface` that is in the VRF; or a daemon of its own with `net_namespace NAME`"),
        .notYet(
            "use_ipvlan", .text("[NAME] [INTERFACE] [ADDRESS] [MODE]"), "hold the addresses on an ipvlan interface",
            without: "the addresses are held on the interface itself", instead: "use_vmac"),
        Keyword(
            "lvs_sync_daemon_interface", .interface, nil, "for IPVS", status: .skipped("the daemon that does IPVS")),
    ]
}
