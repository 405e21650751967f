import Configuration
import Testing
import VRRPCore
import VRRPWire

private func only(_ text: String) throws -> Instance { try #require(resolved(text).model.instances.first) }

private func excluded(_ lines: String...) -> String {
    "virtual_ipaddress_excluded {\n\(lines.joined(separator: "\n"))\n}"
}

private func pair(_ a: String, _ b: String) -> [String] {
    checkPair(resolved(a).model, resolved(b).model, fileA: "a.conf", fileB: "b.conf").map {
        "\($0.severity.rawValue) \($0.code)"
    }
}

private func shown(_ text: String) -> String {
    var reader = DictionaryReader([:])
    reader.files["/etc/t.conf"] = Array(text.utf8)
    let checked = check(
        file: "/etc/t.conf", reading: reader, configurationID: "node", host: nil, hostIsAuthoritative: false)
    return effectiveConfiguration(of: checked).text(title: "t")
}

extension Instance {
    /// Where each address is: `10.0.0.1 vrrp.51`.
    fileprivate var places: [String] {
        (addresses + self.excludedAddresses).map { "\($0.address) \($0.interface)" }
    }

    fileprivate var links: [String] { virtualLinks.map { "\($0.interface) \($0.base) \($0.hardwareAddress)" } }
}

@Suite struct `A virtual MAC address of addresses` {
    private static let elsewhere = excluded(
        "10.1.0.1/24 dev eth1", "10.2.0.1/24 dev eth2", "10.1.0.2/24 dev eth1", "2001:db8::1/64",
        "2001:db8:1::1/64 dev eth1")

    @Test func `is on one interface for each interface and family that is not the instance's own`() throws {
        let found = try only(instance("use_vmac_addr", Self.elsewhere))
        #expect(
            found.places == [
                "192.168.10.100 eth0", "10.1.0.1 vrrp.51", "10.2.0.1 vrrp1.51", "10.1.0.2 vrrp.51",
                "2001:db8::1 vrrp6.51", "2001:db8:1::1 vrrp2.51",
            ])
        #expect(
            found.links == [
                "vrrp.51 eth1 00:00:5e:00:01:33", "vrrp1.51 eth2 00:00:5e:00:01:33",
                "vrrp6.51 eth0 00:00:5e:00:02:33", "vrrp2.51 eth1 00:00:5e:00:02:33",
            ])
        #expect(found.virtualMAC == nil)
        #expect(found.onTheWire.places.map { $0.suffix(4) } == ["eth0", "eth1", "eth2", "eth1", "eth0", "eth1"])
        #expect(resolved(instance("use_vmac_addr", Self.elsewhere)).diagnostics == [])
    }

    @Test func `goes with use_vmac, whose interface has the first name and the address that its line gives`() throws {
        let found = try only(instance("use_vmac 02:00:00:00:00", "use_vmac_addr", Self.elsewhere))
        #expect(
            found.links == [
                "vrrp.51 eth0 02:00:00:00:00:33", "vrrp1.51 eth1 00:00:5e:00:01:33",
                "vrrp2.51 eth2 00:00:5e:00:01:33", "vrrp6.51 eth0 00:00:5e:00:02:33",
                "vrrp3.51 eth1 00:00:5e:00:02:33",
            ])
        #expect(found.places.prefix(2) == ["192.168.10.100 vrrp.51", "10.1.0.1 vrrp1.51"])
    }

    @Test func `is that of one address where its line asks for it, on the instance's own interface too`() throws {
        let lines = ["192.168.10.100/24 use_vmac", "192.168.10.101/24", "10.1.0.1/24 dev eth1 use_vmac"]
        let found = try only(instance(excluded("10.1.0.2/24 dev eth1", "2001:db8::1/64 use_vmac"), addresses: lines))
        #expect(
            found.places == [
                "192.168.10.100 vrrp.51", "192.168.10.101 eth0", "10.1.0.1 vrrp1.51", "10.1.0.2 eth1",
                "2001:db8::1 vrrp6.51",
            ])
        #expect(
            found.links == [
                "vrrp.51 eth0 00:00:5e:00:01:33", "vrrp1.51 eth1 00:00:5e:00:01:33", "vrrp6.51 eth0 00:00:5e:00:02:33",
            ])
    }

    @Test func `is no other than the instance's own where that has use_vmac`() throws {
        let text = instance(
            "use_vmac", addresses: ["192.168.10.100/24 use_vmac", "192.168.10.101/24 dev eth0 use_vmac"])
        #expect(try only(text).places == ["192.168.10.100 vrrp.51", "192.168.10.101 vrrp.51"])
        #expect(try only(text).links.count == 1)
        #expect(resolved(text).diagnostics.map(\.brief) == ["note no-effect@7", "note no-effect@8"])
    }

    @Test func `has names of its own where vmac_addr_prefix says so, and none that another interface has`() throws {
        let prelude = "global_defs {\nvmac_prefix vip\nvmac_addr_prefix other\n}\n"
        let text = instance("use_vmac", "use_vmac_addr", excluded("10.1.0.1/24 dev eth1"), prelude: prelude)
        #expect(try only(text).virtualLinks.map(\.interface) == ["vip.51", "other.51"])
        let plain = text.replacing("vmac_addr_prefix other\n", with: "")
        #expect(try only(plain).virtualLinks.map(\.interface) == ["vip.51", "vip1.51"])
        let taken =
            instance("use_vmac_addr", excluded("10.1.0.1/24 dev eth1"))
            + instance("use_vmac vrrp.51", addresses: ["192.0.2.7/24"]).replacing("VI_1", with: "VI_2")
            .replacing("router_id 51", with: "router_id 52")
        #expect(
            resolved(taken).model.instances.map { $0.virtualLinks.map(\.interface) } == [["vrrp1.51"], ["vrrp.51"]])
    }

    @Test func `stays away from addresses on what the daemon makes, and on the loopback`() throws {
        let found = try only(
            instance("use_vmac", "use_vmac_addr", excluded("10.1.0.1/24 dev vrrp.51", "10.2.0.1/32 dev lo")))
        #expect(found.places == ["192.168.10.100 vrrp.51", "10.1.0.1 vrrp.51", "10.2.0.1 lo"])
        #expect(found.links.count == 1)
    }

    @Test func `depends on the interface below, and not on its own`() throws {
        let found = try only(instance("use_vmac_addr", Self.elsewhere))
        #expect(found.furtherInterfaces == ["eth1", "eth2"])
        let untracked = try only(instance("use_vmac_addr", excluded("10.1.0.1/24 dev eth1 no_track")))
        #expect(untracked.furtherInterfaces == [])
    }

    @Test(arguments: [
        (excluded("10.1.0.1/24 dev eth1"), true), (excluded("10.1.0.1/24 dev eth1 no_track"), false),
        ("virtual_routes {\n10.9.0.0/16 via 10.1.0.1 dev eth1\n}", true),
        ("virtual_rules {\niif eth1 table 100 priority 300\n}", true),
        ("virtual_rules {\nto 10.9.0.0/16 oif eth1 table 100 priority 300\n}", true),
        ("virtual_rules {\niif eth1 table 100 priority 300 no_track\n}", false),
        ("virtual_rules {\niif lo table 100 priority 300\n}", false),
    ])
    func `depends on where its routes and rules are, and no weight counts there`(line: String, isNeeded: Bool) throws {
        let text = instance(line, "track_interface {\neth1 weight 15\n}")
        let found = try #require(resolved(text).model.instances.first)
        #expect(found.furtherInterfaces == (isNeeded ? ["eth1"] : []))
        #expect(found.trackedInterfaces.map(\.weight.isFault) == [isNeeded])
        #expect(complaints(text).contains { $0.code == "weight-of-needed" } == isNeeded)
    }

    @Test(arguments: [
        (instance("use_vmac_addr"), "note no-effect@5"),
        (instance(addresses: ["10.0.0.1/24 dev lo use_vmac"]), "note no-effect@7"),
        (instance(addresses: ["10.0.0.1/24 use_vmac 7"]), "error unknown-keyword@7"),
        ("static_ipaddress {\n10.9.0.1/24 dev eth1 use_vmac\n}\n" + instance(), "warning no-effect@2"),
        ("global_defs {\nvmac_addr_prefix elevencharac\n}\n" + instance(), "error bad-value@2"),
        ("global_defs {\nvmac_addr_prefix\n}\n" + instance(), "error missing-argument@2"),
        (
            instance("use_vmac_addr", "track_interface {\nvrrp.51\n}", excluded("10.1.0.1/24 dev eth1")),
            "error tracked-virtual-interface@7"
        ),
    ])
    func `is refused where it cannot be, or said to be useless`(text: String, expected: String) {
        let found = resolved(text).diagnostics
        #expect(found.map(\.brief) == [expected])
        #expect(found.first?.fix != nil && found.first?.consequence != nil)
    }

    @Test func `is not above one interface for two instances`() {
        let dual =
            instance(excluded("2001:db8::1/64 use_vmac"))
            + instance("use_vmac", addresses: ["fe80::1/64"]).replacing("VI_1", with: "VI_2")
        #expect(complaints(dual).map(\.code) == ["virtual-mac-twice"])
        let others =
            instance("use_vmac_addr", excluded("10.1.0.1/24 dev eth2"))
            + instance("use_vmac_addr", excluded("10.1.0.2/24 dev eth2"), addresses: ["10.3.0.1/24"])
            .replacing("VI_1", with: "VI_2").replacing("interface eth0", with: "interface eth1")
        #expect(complaints(others).map(\.code) == ["virtual-mac-twice"])
        let apart = others.replacing("10.1.0.2/24 dev eth2", with: "10.1.0.2/24 dev eth3")
        #expect(complaints(apart) == [])
    }

    @Test func `is announced again without adverts that do so`() throws {
        let found = try only(instance("use_vmac", "use_vmac_addr", "garp_extra_if 30", Self.elsewhere))
        #expect(found.extraAnnouncements == .seconds(30) && found.announcesVirtualMACOnly)
        #expect(!found.isSilentVirtualLink("vrrp.51") && found.isSilentVirtualLink("vrrp1.51"))
        #expect(!found.isSilentVirtualLink("eth0") && !found.isSilentVirtualLink("eth1"))
        let prelude = "global_defs {\nvrrp_garp_extra_if 30\n}\n"
        #expect(resolved(instance("use_vmac_addr", Self.elsewhere, prelude: prelude)).diagnostics == [])
    }

    @Test func `a reload says what changes`() {
        func sentences(_ a: String, _ b: String) -> [String] {
            changes(from: resolved(a).model, to: resolved(b).model).flatMap(\.sentences)
        }
        let line = excluded("10.1.0.1/24 dev eth1")
        #expect(
            sentences(instance(line), instance("use_vmac_addr", line)).filter { !$0.contains("address ") } == [
                "instance VI_1: virtual MAC interface vrrp.51 above eth1, 00:00:5e:00:01:33 added"
            ])
        #expect(sentences(instance("use_vmac_addr", line), instance("use_vmac_addr", line)) == [])
    }

    @Test func `two files of a pair should agree on it`() {
        let line = excluded("10.1.0.1/24 dev eth1")
        let with = instance("use_vmac_addr", line, priority: 101)
        #expect(pair(with, instance(line)) == ["warning pair-virtual-mac"])
        #expect(pair(with, instance("use_vmac_addr", line)) == [])
        #expect(pair(with, instance(line.replacing("eth1", with: "eth1 use_vmac"))) == [])
        // Interfaces have other names on the other host.
        #expect(pair(with, instance("use_vmac_addr", line.replacing("eth1", with: "enp7s0"))) == [])
    }

    @Test(arguments: [
        ("10.1.0.1/24 dev eth1", "dev eth1"), ("2001:db8::1/64", "dev eth0"), ("192.168.10.7/24", "dev vrrp.51"),
        ("192.168.10.8/24 use_vmac", "dev vrrp.51"), ("2001:db8::2/64 use_vmac", "dev eth0"),
    ])
    func `is in what config show prints as it would be written`(line: String, expected: String) throws {
        let text = shown(instance("use_vmac", "use_vmac_addr", excluded(line)))
        let address = line.prefix { $0 != "/" }
        #expect(text.split(separator: "\n").contains { $0.contains(address) && $0.contains(expected) }, "\(text)")
    }
}
