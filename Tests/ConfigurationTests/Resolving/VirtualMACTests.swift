import Configuration
import Testing
import VRRPCore
import VRRPWire

private func only(_ text: String) throws -> Instance { try #require(resolved(text).model.instances.first) }

private func pair(_ a: String, _ b: String) -> [String] {
    checkPair(resolved(a).model, resolved(b).model, fileA: "a.conf", fileB: "b.conf").map {
        "\($0.severity.rawValue) \($0.code)"
    }
}

@Suite struct `A virtual MAC address` {
    private static let v6 = ["fe80::10/64", "2001:db8::10/64"]

    @Test(arguments: [
        ("use_vmac", "vrrp.51", "00:00:5e:00:01:33"), ("use_vmac vip", "vip", "00:00:5e:00:01:33"),
        ("use_vmac name vip", "vip", "00:00:5e:00:01:33"), ("use_vmac 2:0:0:0:1", "vrrp.51", "02:00:00:00:01:33"),
        ("use_vmac vip 02:00:00:00:01:07", "vip", "02:00:00:00:01:07"),
        ("use_vmac 02:00:00:00:01: vip", "vip", "02:00:00:00:01:33"),
        ("use_vmac 00:00:5e:00:01", "vrrp.51", "00:00:5e:00:01:33"),
    ])
    func `has a name and the address of the RFC, or those of the file`(
        line: String, name: String, address: String
    ) throws {
        let found = try only(instance(line))
        #expect(found.virtualMAC?.interface == name)
        #expect(found.virtualMAC.map { "\($0.hardwareAddress)" } == address)
        #expect(found.virtualMAC?.sendsFromBase == false)
        // What stays the instance's own: where adverts are heard, and where their source address is.
        #expect(found.interface == "eth0" && found.addresses.map(\.interface) == [name])
        #expect(complaints(instance(line)) == [])
    }

    @Test func `of IPv6 is another one, and so is the name of its interface`() throws {
        let found = try only(instance("use_vmac", addresses: Self.v6))
        #expect(found.virtualMAC?.interface == "vrrp6.51")
        #expect(found.virtualMAC?.hardwareAddress == HardwareAddress(rawValue: 0x00_005E_0002_33))
        #expect(found.addresses.map(\.interface) == ["vrrp6.51", "vrrp6.51"])
    }

    @Test func `carries the addresses of its family whose lines name no other interface, the excluded ones too`() throws
    {
        let found = try only(
            instance(
                "use_vmac",
                "virtual_ipaddress_excluded {\n192.168.10.102/24\n192.168.10.103/24 dev eth0\n2001:db8::1/64\n}",
                addresses: ["192.168.10.100/24", "192.168.20.101/24 dev eth1"]))
        #expect(found.addresses.map(\.interface) == ["vrrp.51", "eth1"])
        #expect(found.excludedAddresses.map(\.interface) == ["vrrp.51", "vrrp.51", "eth0"])
        #expect(found.onTheWire.addresses.map(\.interface) == ["eth0", "eth1"])
        #expect(found.onTheWire.excludedAddresses.map(\.interface) == ["eth0", "eth0", "eth0"])
    }

    @Test func `has a name of its own for each instance, whatever lines further down ask for`() {
        func block(_ name: String, _ interface: String, _ line: String) -> String {
            """
            vrrp_instance \(name) {
                interface \(interface)
                virtual_router_id 7
                \(line)
                virtual_ipaddress {
                    192.0.2.\(name.utf8.last ?? 0)/24
                }
            }

            """
        }
        let text =
            "global_defs {\nvmac_prefix vip\n}\n" + block("A", "eth0", "use_vmac") + block("B", "eth1", "use_vmac")
            + block("C", "eth2", "use_vmac vip1.7")
        let found = resolved(text)
        #expect(found.model.instances.map { $0.virtualMAC?.interface } == ["vip.7", "vip2.7", "vip1.7"])
        #expect(found.model.global.virtualMACPrefix == "vip")
        #expect(complaints(text) == [])
    }

    @Test func `sends from below where the file or unicast says so`() throws {
        #expect(try only(instance("use_vmac", "vmac_xmit_base")).virtualMAC?.sendsFromBase == true)
        let unicast = instance("use_vmac", "unicast_peer {\n10.0.0.2\n}")
        #expect(try only(unicast).virtualMAC?.sendsFromBase == true)
        #expect(resolved(unicast).diagnostics.map(\.brief) == ["note unicast-from-base@5"])
        let both = instance("use_vmac", "vmac_xmit_base", "unicast_peer {\n10.0.0.2\n}")
        #expect(resolved(both).diagnostics == [])
    }

    @Test(arguments: [
        ("use_vmac 01:00:5e:00:00:01", "error bad-virtual-mac@5"), ("use_vmac 0:0:0:0:0:0", "error bad-virtual-mac@5"),
        ("use_vmac 00:00:5e:00:02", "error bad-virtual-mac@5"),
        ("use_vmac 00:00:5e:00:01:34", "error bad-virtual-mac@5"), ("use_vmac 02:00:00:01", "error bad-virtual-mac@5"),
        ("use_vmac 02:00:00:00:00:001", "error bad-virtual-mac@5"),
        ("use_vmac 02:xx:00:00:00", "error bad-virtual-mac@5"),
        ("use_vmac eth0", "error virtual-interface-taken@5"), ("use_vmac a/b", "error bad-interface-name@5"),
        ("use_vmac a2345678901234567", "error bad-interface-name@5"), ("use_vmac a b", "error bad-value@5"),
        ("use_vmac a group 7", "error not-supported-yet@5"),
        ("use_vmac netlink_notify_msg", "error not-supported-yet@5"),
        ("vmac_xmit_base", "warning no-effect@5"), ("use_vmac\nuse_vmac", "warning repeated-keyword@6"),
        ("use_vmac\ntrack_interface {\nvrrp.51\n}", "error tracked-virtual-interface@7"),
    ])
    func `is refused where it cannot be, with what to write instead`(lines: String, expected: String) {
        let found = complaints(instance(lines))
        #expect(found.map(\.brief) == [expected])
        #expect(found.first?.fix != nil && found.first?.consequence != nil)
    }

    @Test(arguments: ["", "a/b", "elevencharac"])
    func `has no prefix that no interface could have`(prefix: String) {
        let text = "global_defs {\nvmac_prefix \(prefix)\n}\n" + instance()
        #expect(complaints(text).map(\.code) == [prefix.isEmpty ? "missing-argument" : "bad-value"])
    }

    @Test func `is on one interface once`() {
        let other = instance("use_vmac 02:00:00:00:00:01", addresses: ["192.168.10.101/24"])
            .replacing("VI_1", with: "VI_2").replacing("router_id 51", with: "router_id 52")
        let found = complaints(instance("use_vmac 02:00:00:00:00:01") + other)
        #expect(found.map(\.code) == ["virtual-mac-twice"])
        let twins = instance("use_vmac vip") + other.replacing("use_vmac 02:00:00:00:00:01", with: "use_vmac vip")
        #expect(complaints(twins).map(\.code) == ["virtual-interface-taken"])
    }

    @Test func `in strict mode is that of the RFC, and adverts come from it`() throws {
        let text = instance("strict_mode", "no_accept", "use_vmac 02:00:00:00:00:01", "vmac_xmit_base")
        let (found, id) = (try only(text), try #require(VirtualRouterID(51)))
        #expect(found.virtualMAC?.hardwareAddress == .virtual(id, .v4))
        #expect(found.virtualMAC?.sendsFromBase == false)
        #expect(complaints(text).map(\.brief) == ["warning strict-mode@7", "warning strict-mode@8"])
    }

    @Test func `announces its addresses again where its adverts do not`() throws {
        #expect(try only(instance("use_vmac", "garp_extra_if 30")).extraAnnouncements == .zero)
        let below = try only(instance("use_vmac", "vmac_xmit_base", "garp_extra_if 30"))
        #expect(below.extraAnnouncements == .seconds(30) && below.announcesVirtualMACOnly)
        let all = try only(instance("use_vmac", "garp_extra_if all 30"))
        #expect(all.extraAnnouncements == .seconds(30) && !all.announcesVirtualMACOnly)
        let text = "global_defs {\nvrrp_garp_extra_if 30\n}\n"
        #expect(resolved(text + instance()).diagnostics.map(\.brief) == ["note no-effect@2"])
        #expect(resolved(text + instance("use_vmac", "vmac_xmit_base")).diagnostics == [])
    }

    @Test func `a reload says what changes`() {
        func sentences(_ a: String, _ b: String) -> [String] {
            changes(from: resolved(a).model, to: resolved(b).model).flatMap(\.sentences)
        }
        #expect(
            sentences(instance(), instance("use_vmac", "vmac_xmit_base")).filter { !$0.contains("address ") } == [
                "instance VI_1: use_vmac off -> vrrp.51 00:00:5e:00:01:33", "instance VI_1: vmac_xmit_base off -> on",
            ])
        #expect(sentences(instance("use_vmac"), instance("use_vmac vrrp.51")) == [])
    }

    @Test func `two files of a pair should agree on it`() {
        func with(_ line: String, _ priority: Int) -> String { instance(line, priority: priority) }
        #expect(pair(with("use_vmac", 101), with("use_vmac vip", 100)) == [])
        #expect(pair(with("use_vmac", 101), with("", 100)) == ["warning pair-virtual-mac"])
        #expect(pair(with("use_vmac", 101), with("use_vmac 2:0:0:0:0", 100)) == ["warning pair-virtual-mac"])
        #expect(pair(with("use_vmac", 101), with("use_vmac\nvmac_xmit_base", 100)) == ["note pair-virtual-mac"])
    }
}
