import Console
import Testing
import VRRPWire

/// Each thing that may be wrong with an advert, one at a time.
@Suite struct `What is said of an advert` {
    /// The words after the clock, the interface and the interval.
    private func words(_ frame: [UInt8], _ configuration: String?) throws -> String {
        var listener = try Listener(configuration)
        let line = listener.line(frame)
        #expect(line.hasPrefix("08:00:01.000Z "), "\(line)")
        return String(line.dropFirst("08:00:01.000Z ! eth0      first  ".count))
    }

    @Test func `that is right, the instance accepts it`() throws {
        #expect(
            try words(TestAdvert().frame(), configuration())
                == "192.0.2.2 advertises VRID 51: priority 101, every 1 s, 192.0.2.10 (VRRPv2). vrrp_1 accepts it.")
    }

    @Test func `that lists nothing, or a great deal`() throws {
        let none = try words(TestAdvert(addresses: []).frame(), nil)
        #expect(
            none == "192.0.2.2 advertises VRID 51: priority 101, every 1 s, no address in it (VRRPv2). It is sound.")
        let many = (1...20).map { "192.0.2.\($0)" }
        #expect(try words(TestAdvert(addresses: many).frame(), nil).contains("192.0.2.7 and 13 more (VRRPv2)"))
    }

    @Test func `that crossed a router`() throws {
        #expect(
            try words(TestAdvert(hopLimit: 64).frame(), configuration()).hasSuffix(
                "(VRRPv2). vrrp_1 would drop it: its TTL is 64, not 255: it crossed a router or was forged."))
        #expect(
            try words(TestAdvert(hopLimit: 64).frame(), nil).hasSuffix(
                "Any router would drop it: its TTL is 64, not 255: it crossed a router or was forged."))
    }

    @Test func `whose checksum is wrong`() throws {
        let spoilt = TestAdvert(version: .v3).frame { $0[6] ^= 1 }
        let words = try words(spoilt, configuration("version 3"))
        #expect(
            words
                == "192.0.2.2 sends an advert that cannot be read, for VRID 51 (VRRPv3). vrrp_1 would drop it: "
                + "its checksum is 0x05cb, not 0x04cb, in neither form.", "\(words)")
        // Version 2 has one form.
        #expect(try self.words(TestAdvert().frame { $0[6] ^= 1 }, configuration()).contains("form") == false)
    }

    @Test func `with a password that is not ours, is ours, or is not expected, and never shows it`() throws {
        let pass = configuration("authentication {\n auth_type PASS\n auth_pass s3cret\n }")
        let wrong = try words(TestAdvert(password: "hunter2").frame(), pass)
        #expect(
            wrong.hasSuffix(
                "(VRRPv2, password hidden, equal to ours: no). vrrp_1 would drop it: its password is not ours (keyword 'auth_pass')."
            ))
        let right = try words(TestAdvert(password: "s3cret").frame(), pass)
        #expect(right.hasSuffix("(VRRPv2, password hidden, equal to ours: yes). vrrp_1 accepts it."))
        let unexpected = try words(TestAdvert(password: "hunter2").frame(), configuration())
        #expect(
            unexpected.hasSuffix(
                "(VRRPv2, password hidden). vrrp_1 would drop it: its authentication type is PASS, ours is none "
                    + "(block 'authentication')."))
        let missing = try words(TestAdvert().frame(), pass)
        #expect(missing.hasSuffix("its authentication type is none, ours is PASS (block 'authentication')."))
        for words in [wrong, right, unexpected, missing] {
            #expect(!words.contains("hunter2") && !words.contains("s3cret"))
        }
    }

    @Test func `with another interval, in the version that minds and in the one that follows`() throws {
        #expect(
            try words(TestAdvert(centiseconds: 300).frame(), configuration()).hasSuffix(
                "every 3 s, 192.0.2.10 (VRRPv2). vrrp_1 would drop it: its interval is 3 s, ours is 1 s (keyword 'advert_int')."
            ))
        #expect(
            try words(TestAdvert(version: .v3, centiseconds: 300).frame(), configuration("version 3")).hasSuffix(
                "vrrp_1 accepts it. But it advertises every 3 s, we are configured for 1 s (keyword 'advert_int')."))
    }

    @Test func `with other addresses than ours`() throws {
        #expect(
            try words(TestAdvert(addresses: ["192.0.2.10", "192.0.2.11"]).frame(), configuration()).hasSuffix(
                "But its list of addresses is another one: it has 192.0.2.11, which we have not (block 'virtual_ipaddress')."
            ))
        #expect(
            try words(TestAdvert(addresses: []).frame(), configuration()).hasSuffix(
                "But its list of addresses is another one: we have 192.0.2.10, which it has not (block 'virtual_ipaddress')."
            ))
    }

    @Test func `of another version`() throws {
        #expect(
            try words(TestAdvert(version: .v3).frame(), configuration()).hasSuffix(
                "vrrp_1 would drop it: it speaks VRRP version 3, we are configured for version 2 (keyword 'version')."))
    }

    @Test func `for a VRID that nobody here has, or has elsewhere`() throws {
        #expect(
            try words(TestAdvert(virtualRouterID: 60).frame(), configuration()).hasSuffix(
                "Nobody here is configured for VRID 60."))
        let elsewhere = configuration().replacing("eth0", with: "eth1")
        var listener = try Listener(elsewhere + configuration(name: "other").replacing("51", with: "52"))
        let line = listener.line(TestAdvert().frame())
        #expect(
            line.hasSuffix("Nobody here is configured for VRID 51 of IPv4 on eth0; vrrp_1 has it for IPv4 on eth1."),
            "\(line)")
    }

    @Test func `that goes to another group than ours`() throws {
        #expect(
            try words(TestAdvert(destination: "224.0.0.77").frame(), configuration()).hasSuffix(
                "(VRRPv2, to the group 224.0.0.77). vrrp_1 would not get it: it is sent to the group 224.0.0.77, and we "
                    + "listen to 224.0.0.18 only (keyword 'mcast_dst_ip')."))
        let ours = try words(TestAdvert(destination: "224.0.0.77").frame(), configuration("mcast_dst_ip 224.0.0.77"))
        #expect(ours.hasSuffix("vrrp_1 accepts it."))
    }

    @Test func `that goes to one host, while we listen to the group, and the other way round`() throws {
        #expect(
            try words(TestAdvert(destination: "192.0.2.1").frame(), configuration()).hasSuffix(
                "(VRRPv2, unicast to 192.0.2.1). vrrp_1 would not get it: it is sent to 192.0.2.1, and without "
                    + "'unicast_peer' we listen to 224.0.0.18 only."))
        let unicast = configuration("unicast_src_ip 192.0.2.1\n unicast_peer {\n 192.0.2.3\n }")
        #expect(
            try words(TestAdvert().frame(), unicast).hasSuffix(
                "vrrp_1 would not get it: it is sent to the group 224.0.0.18, and with 'unicast_peer' we listen to our own address only."
            ))
        #expect(
            try words(TestAdvert(destination: "192.0.2.9").frame(), unicast).hasSuffix(
                "it is sent to 192.0.2.9, and we listen to 192.0.2.1 only (keyword 'unicast_src_ip')."))
        #expect(
            try words(TestAdvert(destination: "192.0.2.1").frame(), unicast).hasSuffix(
                "vrrp_1 would drop it: it is not one of our peers (block 'unicast_peer')."))
        // Routed unicast is believed, whatever its TTL.
        #expect(
            try words(TestAdvert(source: "192.0.2.3", destination: "192.0.2.1", hopLimit: 63).frame(), unicast)
                .hasSuffix("(VRRPv2, unicast to 192.0.2.1). vrrp_1 accepts it."))
    }

    @Test func `that has our own address, or that we sent`() throws {
        #expect(
            try words(TestAdvert(source: "192.0.2.1").frame(), configuration()).hasSuffix(
                "Its source is an address of this host: another host has it too, or the network sends our packets back."
            ))
        var listener = try Listener(configuration())
        let own = listener.hear(TestAdvert(source: "192.0.2.1").frame(), isOutgoing: true)
        #expect(
            own?.line
                == "08:00:01.000Z   eth0      first  192.0.2.1 (this host) advertises VRID 51: priority 101, every 1 s, "
                + "192.0.2.10 (VRRPv2). This host sent it.")
    }

    @Test func `over IPv6`() throws {
        let advert = TestAdvert(
            source: "fe80::2", version: .v3, centiseconds: 50, addresses: ["fe80::10", "2001:db8::10"])
        let ours = configuration("version 3\n advert_int 0.5", addresses: "fe80::10\n 2001:db8::10")
        #expect(
            try words(advert.frame(), ours)
                == "fe80::2 advertises VRID 51: priority 101, every 0.5 s, fe80::10 and 2001:db8::10 (VRRPv3). vrrp_1 accepts it."
        )
    }

    @Test func `of a router that leaves, and of one that owns the addresses`() throws {
        var listener = try Listener(configuration())
        _ = listener.hear(TestAdvert().frame())
        let left = listener.line(TestAdvert(priority: 0).frame(), after: 250)
        #expect(
            left
                == "08:00:01.250Z   eth0   +0.250 s  192.0.2.2 gives up VRID 51: priority 0 (was 101), every 1 s, 192.0.2.10 "
                + "(VRRPv2). vrrp_1 accepts it.")
        #expect(
            try words(TestAdvert(priority: 255).frame(), nil).contains(
                "priority 255, which is that of the addresses' owner, every 1 s"))
    }
}
