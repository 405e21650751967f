import Configuration
import Testing
import VRRPCore
import VRRPWire

/// The routes begin on line 6.
private func routes(_ lines: String...) -> String {
    instance("virtual_routes {\n\(lines.joined(separator: "\n"))\n}")
}

private let mistakes: [Mistake] = [
    Mistake(routes("10.0.0.0/8"), "error route-incomplete@6", quotes: "leads nowhere", fix: "10.0.0.0/8 via"),
    Mistake(routes("via 192.168.10.1 dev eth0"), "error route-incomplete@6", quotes: "no network", fix: "default"),
    Mistake(routes("10.0.0.1/8 dev eth0"), "error bad-prefix@6", quotes: "not a network", fix: "10.0.0.0/8"),
    Mistake(routes("10.0.0.0/33 dev eth0"), "error bad-prefix@6", quotes: "/33", fix: "/24"),
    Mistake(routes("10.0.0.0/ dev eth0"), "error bad-prefix@6", quotes: "0 to 32", fix: "/24"),
    Mistake(
        routes("10.0.0.0/8 10.1.0.0/16 dev eth0"), "error two-on-a-line@6", quotes: "10.1.0.0/16", fix: "10.1.0.0/16"),
    Mistake(
        routes("10.0.0.0 255.0.0.0 via 192.168.10.9"), "error bad-prefix@6", quotes: "255.0.0.0", fix: "10.0.0.0/8"),
    Mistake(routes("10.0.0.0/8 dve eth0"), "error unknown-keyword@6", quotes: "`dev`", fix: "dev"),
    Mistake(routes("defualt via 192.168.10.1"), "error unknown-keyword@6", quotes: "`default`", fix: "default"),
    Mistake(routes("10.0.0.0/8 dev"), "error missing-argument@6", quotes: "dev", fix: "dev INTERFACE"),
    Mistake(routes("10.0.0.0/8 via inet6"), "error missing-argument@6", quotes: "via", fix: "ADDRESS"),
    Mistake(routes("10.0.0.0/8 via 192.168.10"), "error bad-value@6", quotes: "192.168.10", fix: "via VALUE"),
    Mistake(routes("10.0.0.0/8 via 224.0.0.1"), "error bad-address@6", quotes: "224.0.0.1", fix: "via ADDRESS"),
    Mistake(routes("10.0.0.0/8 via fe80::1"), "error family-mismatch@6", quotes: "IPv6", fix: "IPv4"),
    Mistake(
        routes("inet6 10.0.0.0/8 dev eth0"), "error family-mismatch@6", quotes: "no IPv6 network", fix: "10.0.0.0/8"),
    Mistake(routes("10.0.0.0/8 dev eth0 table mine"), "error bad-value@6", quotes: "mine", fix: "number of a table"),
    Mistake(routes("10.0.0.0/8 dev eth0 table 0"), "error bad-value@6", quotes: "`0`", fix: "number of a table"),
    Mistake(routes("10.0.0.0/8 dev eth0 metric x"), "error bad-value@6", quotes: "`x`", fix: "metric"),
    Mistake(routes("10.0.0.0/8 dev eth0 mtu 20"), "error out-of-range@6", quotes: "20", fix: "mtu"),
    Mistake(routes("10.0.0.0/8 dev eth0 mtu lock"), "error missing-argument@6", quotes: "mtu", fix: "[lock] N"),
    Mistake(routes("10.0.0.0/8 dev eth0 window lock 5"), "error bad-value@6", quotes: "`lock`", fix: "window"),
    Mistake(routes("10.0.0.0/8 dev eth0 tos 0x11"), "error bad-value@6", quotes: "0x11", fix: "multiple of 4"),
    Mistake(routes("2001:db8::/32 dev eth0 tos 4"), "error family-mismatch@6", quotes: "`tos`", fix: "tos 4"),
    Mistake(routes("10.0.0.0/8 dev eth0 pref low"), "error family-mismatch@6", quotes: "`pref`", fix: "pref low"),
    Mistake(routes("inet6 any dev eth0 pref best"), "error bad-value@6", quotes: "best", fix: "medium"),
    Mistake(routes("10.0.0.0/8 dev eth0 rtt soon"), "error bad-value@6", quotes: "soon", fix: "milliseconds"),
    Mistake(routes("10.0.0.0/8 dev eth0 protocol bgp"), "warning no-effect@6", quotes: "bgp", fix: "remove"),
    Mistake(
        routes("10.0.0.0/8 dev eth0 track_group G"), "error misplaced-track-group@6", quotes: "track_group",
        fix: "static_routes"),
    Mistake(routes("10.0.0.0/8 dev eth0 scope far"), "error bad-value@6", quotes: "far", fix: "global"),
    Mistake(routes("10.0.0.0/8 dev eth0 realms a/1"), "error bad-value@6", quotes: "a/1", fix: "realms"),
    Mistake(routes("2001:db8::/32 dev eth0 realms 1"), "error family-mismatch@6", quotes: "`realms`", fix: "realms 1"),
    Mistake(
        routes("2001:db8::/32 nexthop dev eth0 realms 1"), "error family-mismatch@6", quotes: "`realms`",
        fix: "remove `realms`"),
    Mistake(routes("10.0.0.0/8 dev eth0 expires 9"), "error family-mismatch@6", quotes: "`expires`", fix: "expires 9"),
    Mistake(routes("2001:db8::/32 dev eth0 expires 0"), "error out-of-range@6", quotes: "0", fix: "expires"),
    Mistake(routes("10.0.0.0/8 from 10.1.0.0/16 dev eth0"), "error family-mismatch@6", quotes: "`from`", fix: "rules"),
    Mistake(routes("2001:db8::/32 from all dev eth0"), "error bad-value@6", quotes: "`all`", fix: "2001:db8::/32"),
    Mistake(
        routes("10.0.0.0/8 dev eth0 congctl lock 1234567890123456"), "error bad-value@6", quotes: "1234567890123456",
        fix: "congctl"),
    Mistake(routes("10.0.0.0/8 dev eth0 congctl lock"), "error missing-argument@6", quotes: "congctl", fix: "NAME"),
    Mistake(
        routes("10.0.0.0/8 dev eth0 ttl-propagate enabled"), "warning no-effect@6", quotes: "ttl-propagate",
        fix: "net.mpls.ip_ttl_propagate"),
    Mistake(routes("10.0.0.0/8 dev eth0 ttl-propagate on"), "error bad-value@6", quotes: "`on`", fix: "enabled"),
    Mistake(routes("broadcast 10.0.0.0/8"), "error route-incomplete@6", quotes: "leads nowhere", fix: "dev INTERFACE"),
    Mistake(routes("nat 10.0.0.0/8 dev eth0"), "error not-supported-yet@6", quotes: "nat", fix: "nftables"),
    Mistake(routes("10.0.0.0/8 dev eth0 vrf red"), "error not-supported-yet@6", quotes: "vrf", fix: "ip vrf show"),
    Mistake(routes("10.0.0.0/8 dev eth0 encap"), "error route-incomplete@6", quotes: "ip or ip6", fix: "encap ip"),
    Mistake(routes("10.0.0.0/8 dev eth0 encap gre id 5"), "error bad-value@6", quotes: "gre", fix: "ip6"),
    Mistake(
        routes("10.0.0.0/8 dev eth0 encap mpls 100"), "error not-supported-yet@6", quotes: "mpls", fix: "notify_master"),
    Mistake(
        routes("10.0.0.0/8 encap ip src 192.168.10.1 dev eth0"), "error route-incomplete@6", quotes: "neither",
        fix: "dst ADDRESS"),
    Mistake(
        routes("10.0.0.0/8 dev eth0 encap ip dst 2001:db8::1"), "error family-mismatch@6", quotes: "2001:db8::1",
        fix: "encap ip6"),
    Mistake(
        routes("10.0.0.0/8 dev eth0 encap ip id x"), "error bad-value@6", quotes: "`x`", fix: "id"),
    Mistake(
        routes("10.0.0.0/8 dev eth0 encap ip id 5 ttl 256"), "error out-of-range@6", quotes: "256", fix: "ttl"),
    Mistake(
        routes("10.0.0.0/8 dev eth0 encap ip id 5 flags 8"), "error bad-value@6", quotes: "`8`", fix: "flags"),
    Mistake(
        routes("blackhole 10.0.0.0/8 encap ip id 5"), "error route-incomplete@6", quotes: "`encap`", fix: "remove"),
    Mistake(routes("10.0.0.0/8 nexthop"), "error route-incomplete@6", quotes: "nexthop", fix: "via ADDRESS"),
    Mistake(
        routes("10.0.0.0/8 nexthop via 192.168.10.1 weight 257"), "error out-of-range@6", quotes: "257", fix: "weight"),
    Mistake(
        routes("10.0.0.0/8 nexthop via 192.168.10.1 metric 5"), "error unknown-keyword@6", quotes: "metric",
        fix: "before the first"),
    Mistake(
        routes("10.0.0.0/8 via 192.168.10.1 nexthop dev eth0"), "error route-incomplete@6", quotes: "two ways",
        fix: "nexthop via 192.168.10.1"),
    Mistake(routes("10.0.0.0/8 nexthop via fe80::1"), "error family-mismatch@6", quotes: "fe80::1", fix: "IPv4"),
    Mistake(
        routes("10.0.0.0/8 nexthop dev eth0 encap ila 1"), "error not-supported-yet@6", quotes: "ila", fix: "notify"),
    Mistake(routes("blackhole 10.0.0.0/8 dev eth0"), "error route-incomplete@6", quotes: "blackhole", fix: "remove"),
    Mistake(routes("10.0.0.0/8 dev eth0 onlink"), "error route-incomplete@6", quotes: "onlink", fix: "via"),
    Mistake(
        routes("10.0.0.0/8 dev eth0", "10.0.0.0/8 dev eth0"), "warning duplicate-route@7", quotes: "line 6",
        fix: "remove"),
    Mistake(
        routes("10.0.0.0/8 dev eth0", "10.0.0.0/8 via 192.168.10.1"), "warning duplicate-route@7", quotes: "line 6",
        fix: "metric"),
    Mistake(
        routes("2001:db8::/32 dev eth0 scope link"), "warning attribute-for-ipv4@6", quotes: "scope link",
        fix: "remove"),
]

@Suite struct `Virtual routes` {
    @Test(arguments: mistakes)
    func `says what is wrong with a route and what mends it`(mistake: Mistake) {
        let found = complaints(mistake.text)
        #expect(found.map(\.brief) == mistake.expected)
        #expect(found.first?.message.contains(mistake.quotes) == true, "\(found.first?.message ?? "")")
        #expect(found.first?.fix?.contains(mistake.fix) == true, "\(found.first?.fix ?? "")")
    }

    @Test(arguments: [
        ("10.0.0.0/8 dev eth0", "10.0.0.0/8 dev eth0"), ("10.0.0.9 via 192.168.10.1", "10.0.0.9/32 via 192.168.10.1"),
        ("default via 192.168.10.1", "default via 192.168.10.1"),
        ("0.0.0.0/0 gw 192.168.10.1 oif eth0", "default via 192.168.10.1 dev eth0"),
        ("any via inet6 fe80::1 dev eth0", "inet6 default via fe80::1 dev eth0"),
        ("inet6 all dev eth0", "inet6 default dev eth0"),
        (
            "src 192.168.10.100 to 10.200.0.0/16 via 192.168.10.254 dev eth0 priority 7 table 100",
            "10.200.0.0/16 via 192.168.10.254 dev eth0 src 192.168.10.100 table 100 metric 7"
        ),
        ("blackhole 10.0.0.0/8 no_track", "blackhole 10.0.0.0/8 no_track"),
        ("throw 10.0.0.0/8 table local", "throw 10.0.0.0/8 table 255"),
        (
            "unicast 10.0.0.0/8 via 172.16.0.1 dev eth0 onlink mtu 1400 scope link preference 3 table main",
            "10.0.0.0/8 via 172.16.0.1 dev eth0 metric 3 scope 253 mtu 1400 onlink"
        ),
        (
            "10.0.0.0/8 dev eth0 tos 0x10 rto_min lock 1s rtt 20ms rttvar 5 mtu lock 1400 features ecn quickack 0",
            "10.0.0.0/8 dev eth0 tos 16 mtu lock 1400 rtt 20 rttvar 5 features ecn rto_min lock 1000"
        ),
        ("local 10.0.0.0/8 dev eth0", "local 10.0.0.0/8 dev eth0 scope 254"),
        ("default6 via fe80::1 dev eth0 pref high", "inet6 default via fe80::1 dev eth0 pref high"),
        (
            "10.0.0.0/8 no_track nexthop via 192.168.10.1 dev eth0 weight 3 nexthop via inet 192.168.10.2 onlink dev eth1",
            "10.0.0.0/8 no_track nexthop via 192.168.10.1 dev eth0 weight 3 nexthop via 192.168.10.2 dev eth1 weight 1 onlink"
        ),
        (
            "10.0.0.0/8 via 192.168.10.1 or 192.168.10.2 dev eth0",
            "10.0.0.0/8 nexthop via 192.168.10.1 dev eth0 weight 1 nexthop via 192.168.10.2 dev eth0 weight 1"
        ),
        ("10.0.0.0/8 nexthop via 192.168.10.1 weight 7", "10.0.0.0/8 via 192.168.10.1"),
        (
            "10.0.0.0/8 dev eth0 realms 1/2 congctl lock cubic append",
            "10.0.0.0/8 dev eth0 congctl lock cubic realms 1/2 append"
        ),
        ("add 10.0.0.0/8 dev eth0 realms 7 congctl reno", "10.0.0.0/8 dev eth0 congctl reno realms 7 add"),
        ("add prepend 10.0.0.0/8 dev eth0", "10.0.0.0/8 dev eth0"),
        ("broadcast 10.0.0.255 dev eth0", "broadcast 10.0.0.255/32 dev eth0 scope 253"),
        ("multicast 224.1.0.0/16 dev eth0", "multicast 224.1.0.0/16 dev eth0"),
        ("anycast 2001:db8:: dev eth0", "anycast 2001:db8::/128 dev eth0"),
        (
            "default expires 60 from 2001:db8::1:2/112 dev eth0",
            "inet6 default from 2001:db8::1:0/112 dev eth0 expires 60"
        ),
        ("expires 60 default dev eth0", "inet6 default dev eth0 expires 60"),
        (
            "10.0.0.0/8 encap ip id 5 dst 192.168.10.9 src 192.168.10.1 tos 4 ttl 9 flags 256 dev eth0 mtu 1400",
            "10.0.0.0/8 dev eth0 mtu 1400 encap ip id 5 dst 192.168.10.9 src 192.168.10.1 tos 4 ttl 9 flags 256"
        ),
        ("10.0.0.0/8 encap ip id 0 dev eth0", "10.0.0.0/8 dev eth0 encap ip id 0"),
        (
            "2001:db8::/32 dev eth0 encap ip6 dst 2001:db8::1 tc 4 hoplimit 9",
            "2001:db8::/32 dev eth0 encap ip6 dst 2001:db8::1 tc 4 hoplimit 9"
        ),
        (
            "10.0.0.0/8 realms 5 nexthop via 192.168.10.1 realms 1/3 nexthop via 192.168.10.2 encap ip id 5 weight 2",
            "10.0.0.0/8 nexthop via 192.168.10.1 weight 1 realms 1/3 "
                + "nexthop via 192.168.10.2 weight 2 realms 5 encap ip id 5"
        ),
    ])
    func `are read as they are meant`(line: String, meaning: String) throws {
        let (model, diagnostics) = resolved(routes(line))
        #expect(diagnostics.isEmpty, "\(diagnostics)")
        let route = try #require(model.instances.first?.routes.first)
        #expect("\(route)" == meaning)
        // What a log says can be written into a file.
        #expect(resolved(routes(meaning)).model.instances.first?.routes == [route])
    }

    @Test func `and rules may name tables as this host does`() {
        let reader = DictionaryReader([
            "/usr/share/iproute2/rt_tables": "255\tlocal\n100 isp1\n",
            "/etc/iproute2/rt_tables": "# ours\n101\tisp1 # not 100\n",
            "/etc/iproute2/rt_tables.d/more.conf": "102 isp2",
        ])
        let text = instance(
            "virtual_routes {\n10.0.0.0/8 dev eth0 table isp1\n}", "virtual_rules {\nlookup isp2 preference 5\n}")
        let (model, diagnostics) = resolve(parsed(text).statements, keySource: reader)
        #expect(diagnostics.isEmpty, "\(diagnostics)")
        #expect(model.instances.first?.routes.map(\.table) == [101])
        #expect(model.instances.first?.rules.map(\.action) == [.lookup(table: 102)])
    }

    @Test func `stand with their places, in the order of all their blocks`() throws {
        let text = instance("virtual_routes {\n10.0.0.0/8 dev eth0\n}\nvirtual_routes {\ndefault dev eth0\n}")
        let held = try #require(resolved(text).model.instances.first)
        #expect(held.routes.map(\.prefixLength) == [8, 0] && held.routeLocations.map(\.line) == [6, 9])
    }

    @Test func `that one router of a pair lacks are named`() {
        let (a, b) = (routes("10.0.0.0/8 dev eth0", "10.9.0.0/16 via 192.168.10.1"), routes("10.0.0.0/8 dev eth1"))
        let found = checkPair(resolved(a).model, resolved(b).model, fileA: "a.conf", fileB: "b.conf")
        let told = found.filter { $0.code == "pair-routes" }
        #expect(told.count == 1 && told[0].message.contains("10.9.0.0/16 in table 254 is in a.conf only"), "\(told)")
    }
}
