import Configuration
import Testing
import VRRPCore
import VRRPWire

private let mistakes: [Mistake] = [
    Mistake(
        instance(addresses: ["10.0.0.1/24, 10.0.0.2/24"]), "error stray-punctuation@7", "error two-on-a-line@7",
        quotes: "not by `,`", fix: "10.0.0.1/24"),
    Mistake(
        instance(addresses: ["10.0.0.1/24 10.0.0.2/24"]), "error two-on-a-line@7", quotes: "10.0.0.2",
        fix: "10.0.0.2/24"),
    Mistake(instance(addresses: ["192.168.10.300"]), "error bad-address@7", quotes: "192.168.10.300", fix: "ADDRESS"),
    Mistake(instance(addresses: ["10.0.0.1/33"]), "error bad-prefix@7", quotes: "/33", fix: "10.0.0.1/24"),
    Mistake(instance(addresses: ["10.0.0.1/"]), "error bad-prefix@7", quotes: "/", fix: "10.0.0.1/24"),
    Mistake(
        instance(addresses: ["10.0.0.1/24", "2001:db8::1/64"]), "error mixed-families@8", quotes: "2001:db8::1",
        fix: "virtual_ipaddress_excluded"),
    Mistake(
        instance(addresses: ["10.0.0.1/24", "10.0.0.1/24"]), "warning duplicate-address@8", quotes: "10.0.0.1",
        fix: "remove"),
    Mistake(
        instance(addresses: ["10.0.0.1/24 lable x"]), "error unknown-keyword@7",
        quotes: "lable", fix: "label"),
    Mistake(instance(addresses: ["10.0.0.1/24 dev"]), "error missing-argument@7", quotes: "dev", fix: "dev INTERFACE"),
    Mistake(
        instance(addresses: ["10.0.0.1/24 preferred_lft never"]), "error bad-value@7", quotes: "never",
        fix: "or forever"),
    Mistake(
        instance(addresses: ["10.0.0.1/24 preferred_lft 0"]), "warning attribute-for-ipv6@7", quotes: "IPv4",
        fix: "remove `preferred_lft 0`"),
    Mistake(
        instance(addresses: ["10.0.0.1/24 preferred_lft"]), "error missing-argument@7", quotes: "preferred_lft",
        fix: "SECONDS|forever"),
    Mistake(
        instance(addresses: ["10.0.0.1/24 autojoin"]), "error not-supported-yet@7", quotes: "autojoin",
        fix: "remove `autojoin`"),
    Mistake(
        instance(addresses: ["10.0.0.1/24 home"]), "warning attribute-for-ipv6@7", quotes: "home",
        fix: "remove `home`"),
    Mistake(
        instance(addresses: ["10.0.0.1 peer 10.0.1.1/24"]), "error bad-prefix@7", quotes: "10.0.1.1/24",
        fix: "peer 10.0.1.1"),
    Mistake(
        instance(addresses: ["10.0.0.1/24 peer 10.0.1.1"]), "warning bad-prefix@7", quotes: "/24",
        fix: "10.0.0.1 peer 10.0.1.1"),
    Mistake(
        instance(addresses: ["10.0.0.1 peer fe80::1"]), "error mixed-families@7", quotes: "fe80::1",
        fix: "an IPv4 address"),
    Mistake(
        instance(addresses: ["10.0.0.1 peer nobody"]), "error bad-address@7", quotes: "nobody", fix: "peer ADDRESS"),
    Mistake(
        instance(addresses: ["fe80::9/48 mngtmpaddr"]), "error bad-prefix@7", quotes: "/64",
        fix: "fe80::9/64 mngtmpaddr"),
    Mistake(
        instance(addresses: ["10.0.0.1/24 label a-label-too-long"]), "error long-label@7", quotes: "a-label-too-long",
        fix: "label a-label-too-lon"),
    Mistake(
        instance(addresses: ["10.0.0.1/24 scope galactic"]), "error bad-value@7", quotes: "galactic", fix: "global"),
    Mistake(
        instance(addresses: ["10.0.0.1/32 brd +"]), "error broadcast-is-address@7", quotes: "own broadcast",
        fix: "brd +"),
    Mistake(
        instance(addresses: ["fe80::1/64", "2001:db8::1/64 brd +"]), "error attribute-for-ipv4@8", quotes: "broadcast",
        fix: "2001:db8::1/64"),
    Mistake(instance(addresses: ["10.0.0.0/24"]), "warning not-a-host@7", quotes: "first", fix: "another"),
    Mistake(instance(addresses: ["224.0.0.1"]), "error bad-address@7", quotes: "224.0.0.1", fix: "subnet"),
    Mistake(instance(addresses: ["127.0.0.1"]), "error bad-address@7", quotes: "127.0.0.1", fix: "subnet"),
    Mistake(
        instance(addresses: ["2001:db8::1/64"]), "warning no-link-local-address@7", quotes: "link-local", fix: "fe80::"),
    Mistake(
        instance(addresses: ["2001:db8::1/64", "fe80::1/64"]), "warning link-local-not-first@8", quotes: "fe80::1",
        fix: "top"),
    Mistake(
        instance("version 2", addresses: ["fe80::1/64"]), "error version-2-with-ipv6@5", quotes: "VRRPv2",
        fix: "version 3"),
    Mistake(
        instance("authentication {", "auth_type PASS", "auth_pass \"\"", "}"), "error missing-argument@7",
        quotes: "is empty",
        fix: "auth_pass PASSWORD"),
    Mistake(instance(addresses: []), "warning no-addresses@6", quotes: "VI_1", fix: "virtual_ipaddress"),
    Mistake(instance("version 3", addresses: []), "error no-addresses@6", quotes: "VI_1", fix: "virtual_ipaddress"),
    Mistake(
        instance("version 3", "virtual_ipaddress_excluded {", "10.0.0.1", "}", addresses: []),
        "error no-addresses@9", quotes: "VI_1", fix: "virtual_ipaddress"),
]

@Suite struct AddressTests {
    @Test(arguments: mistakes)
    func `says what is wrong with an address and what mends it`(mistake: Mistake) {
        let found = complaints(mistake.text)
        #expect(found.map(\.brief) == mistake.expected)
        #expect(found.first?.message.contains(mistake.quotes) == true, "\(found.first?.message ?? "")")
        #expect(found.first?.fix?.contains(mistake.fix) == true, "\(found.first?.fix ?? "")")
    }

    @Test func `a link-local address is advertised first`() throws {
        let model = resolved(instance(addresses: ["2001:db8::1/64", "fe80::1/64"])).model
        let held = try #require(model.instances.first)
        #expect(held.addresses.map(\.address.description) == ["fe80::1", "2001:db8::1"])
        #expect(held.addressLocations.map(\.line) == [8, 7])
    }

    @Test func `what does not fit in an advert is held but not listed`() throws {
        let text = instance(addresses: ["fe80::1/64"] + (1...95).map { "2001:db8::\($0)/64" })
        let held = try #require(resolved(text).model.instances.first)
        #expect(held.addresses.count == 90)
        #expect(held.excludedAddresses.count == 6)
        #expect(held.addressLocations.count == 96)
        #expect(complaints(text).map(\.code) == ["too-many-addresses"])
    }

    @Test func `brd + and - are the ends of the subnet`() throws {
        let held = try #require(
            resolved(instance(addresses: ["10.0.5.9/20 brd +", "10.0.5.10/20 brd -"])).model.instances.first)
        #expect(held.addresses.map(\.broadcast) == [IPv4Address(10, 0, 15, 255), IPv4Address(10, 0, 0, 0)])
    }

    @Test func `an IPv6 host address is deprecated unless it says otherwise, and no other is unless it does`() throws {
        let lines = [
            "fe80::1/64", "2001:db8::1", "2001:db8::2/128 preferred_lft forever", "2001:db8::3/64 preferred_lft 0",
            "2001:db8::4/64 preferred_lft 60", "2001:db8::5/64 preferred_lft 4294967295",
        ]
        let text = instance(
            "virtual_ipaddress_excluded {\n10.0.0.1\n10.0.0.2 preferred_lft forever\n}", addresses: lines)
        let held = try #require(resolved(text).model.instances.first)
        #expect(held.addresses.map(\.preferredSeconds) == [nil, 0, nil, 0, 60, nil])
        #expect(held.excludedAddresses.map(\.preferredSeconds) == [nil, nil])
        #expect(complaints(text) == [])
        let changed = changes(
            from: resolved(instance(addresses: ["fe80::1/64", "2001:db8::1"])).model,
            to: resolved(instance(addresses: ["fe80::1/64", "2001:db8::1 preferred_lft forever"])).model)
        #expect(
            changed.flatMap(\.sentences) == [
                "instance VI_1: address 2001:db8::1/128 dev eth0 removed",
                "instance VI_1: address 2001:db8::1/128 dev eth0 preferred_lft forever added",
            ])
    }

    @Test func `two instances may not share a VRID on one interface`() {
        let second = "vrrp_instance B {\n interface eth0\n virtual_router_id 51\n virtual_ipaddress { 10.9.9.9 }\n}\n"
        let found = complaints(instance() + second)
        #expect(found.map(\.brief) == ["error duplicate-virtual-router-id@10"])
        #expect(found.first?.fix?.hasPrefix("virtual_router_id 52") == true)
    }

    @Test func `the same VRID serves both families`() {
        let second = "vrrp_instance B {\n interface eth0\n virtual_router_id 51\n virtual_ipaddress { fe80::1/64 }\n}\n"
        #expect(complaints(instance() + second) == [])
    }

    @Test func `two instances may not hold one address`() {
        let second =
            "vrrp_instance B {\n interface eth0\n virtual_router_id 52\n virtual_ipaddress {\n 192.168.10.100/24\n }\n}\n"
        #expect(complaints(instance() + second).map(\.brief) == ["error address-in-two-instances@14"])
    }
}
