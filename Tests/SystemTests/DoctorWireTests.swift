import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension DoctorTests {
    /// What is on the wire, what of it arrives, and who else is there.
    @Suite struct Wire {
        @Test(arguments: [true, false])
        func `adverts that rp_filter drops are seen on the wire, and its sysctl is named`(isReachable: Bool) throws {
            let ward = try Ward()
            let (lb1, lb2) = (ward.lb1, ward.lb2)
            try ward.privateCopy(lb1, "/etc/sysctl.d")
            for key in ["all", "eth0"] { try lb1.setSysctl("net/ipv4/conf/\(key)/rp_filter", "1") }
            // lb1 would answer this sender by another interface, or not at all.
            try lb2.setAddress(.init("192.0.2.2", 24), on: "eth0", present: false)
            try lb2.setAddress(.init("198.51.100.2", 24), on: "eth0", present: true)
            if isReachable {
                try lb1.addCable("side")
                try ward.run(lb1, "ip link set side up; ip route add 198.51.100.0/24 dev side")
            }
            try ward.start(lb2, instance(priority: 110), saying: "Entering MASTER STATE")
            try ward.start(lb1, instance(priority: 100), saying: "Entering MASTER STATE")
            let finding = try ward.examine(lb1).fault("adverts_do_not_arrive")
            #expect(finding.title.contains("rp_filter does it"))
            #expect(finding.evidence.contains { $0.contains("IPReversePathFilter") })
            #expect(!finding.isSafe)
            #expect(
                finding.commands.first
                    == (isReachable
                        ? "sysctl -w net.ipv4.conf.eth0.rp_filter=2"
                        : "sysctl -w net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth0.rp_filter=0"))
            try ward.mend(lb1, finding)
            try ward.daemons["lb1"]?.says("Entering BACKUP STATE")
            let after = try ward.examine(lb1)
            #expect(after.all("adverts_do_not_arrive").isEmpty)
            #expect(after.severities("adverts_arrive") == ["ok"])
        }

        @Test func `unicast adverts for an address that this host has not are named`() throws {
            let ward = try Ward()
            let (lb1, lb2) = (ward.lb1, ward.lb2)
            try ward.start(
                lb2, instance(priority: 110, "unicast_peer {\n        192.0.2.9\n    }"),
                saying: "Entering MASTER STATE")
            try ward.start(
                lb1, instance(priority: 100, "unicast_peer {\n        192.0.2.2\n    }"),
                saying: "Entering MASTER STATE")
            let hardware = try ward.run(
                lb1, "cat /sys/class/net/eth0/address || ip -br link show eth0 | awk '{print $3}'")
            try ward.run(
                lb2, "ip neigh replace 192.0.2.9 lladdr \(hardware.split(separator: "\n")[0]) dev eth0 nud permanent")
            let finding = try ward.examine(lb1).fault("adverts_do_not_arrive")
            #expect(finding.title.contains("they are for 192.0.2.9, which is no address of this host"))
            try lb1.setAddress(.init("192.0.2.9", 24), on: "eth0", present: true)
            #expect(try ward.examine(lb1).severities("adverts_arrive") == ["ok"])
        }

        @Test(arguments: [
            (
                "version 2\n    advert_int 1\n    authentication {\n auth_type PASS\n auth_pass theirs\n }",
                "version 2\n    advert_int 1\n    authentication {\n auth_type PASS\n auth_pass ours\n }",
                "its password is not ours"
            ),
            ("version 3\n    advert_int 1", "version 2\n    advert_int 1", "it speaks VRRP version 3"),
            ("version 2\n    advert_int 1", "version 2\n    advert_int 2", "its interval is 1 s, ours is 2 s"),
        ])
        func `adverts that the daemon does not believe are named with the reason`(
            theirs: String, ours: String, reason: String
        ) throws {
            let ward = try Ward()
            func configuration(_ priority: Int, _ words: String) -> String {
                """
                vrrp_instance VI_1 {
                    interface eth0
                    virtual_router_id 51
                    priority \(priority)
                    \(words)
                    virtual_ipaddress {
                        192.0.2.10/24
                    }
                }

                """
            }
            try ward.start(ward.lb2, configuration(110, theirs), saying: "Entering MASTER STATE")
            let daemon = try ward.start(ward.lb1, configuration(100, ours), saying: "Startup complete")
            let finding = try ward.examine(ward.lb1, seconds: "2.3").fault("adverts_refused")
            #expect(finding.title.contains(reason), "\(finding)")
            #expect(!finding.description.contains("theirs") && !finding.description.contains("auth_pass ours"))
            try daemon.reload(configuration(100, theirs))
            #expect(try ward.examine(ward.lb1, seconds: "2.3").severities("adverts_arrive") == ["ok"])
        }

        @Test func `adverts of auth_type AH are heard and judged, and the firewall that drops them is named`() throws {
            func file(_ priority: Int, _ password: String = "s3cret") -> String {
                """
                vrrp_instance VI_1 {
                    interface eth0
                    virtual_router_id 51
                    priority \(priority)
                    advert_int 1
                    authentication {
                        auth_type AH
                        auth_pass \(password)
                    }
                    virtual_ipaddress {
                        192.0.2.10/24
                    }
                }

                """
            }
            let ward = try Ward()
            try ward.start(ward.lb2, file(110), saying: "Entering MASTER STATE")
            let daemon = try ward.start(ward.lb1, file(100), saying: "Entering BACKUP STATE")
            let well = try ward.examine(ward.lb1, seconds: "2.3")
            #expect(well.faults.map(\.description) == [])
            #expect(well.severities("adverts_arrive") == ["ok"])
            #expect(well.all("firewall_open").first?.title.contains("(IP protocol 51)") == true)
            try daemon.reload(file(100, "another"))
            let refused = try ward.examine(ward.lb1, seconds: "2.3").fault("adverts_refused")
            #expect(refused.title.contains("its authentication header is not made with our password"), "\(refused)")
            try daemon.reload(file(100))
            try ward.run(
                ward.lb1,
                "nft 'add table inet f; add chain inet f in { type filter hook input priority 0; policy drop; }; "
                    + "add rule inet f in meta l4proto { 112, icmp, icmpv6 } accept'")
            let dropped = try ward.examine(ward.lb1, seconds: "2.3").fault("firewall_blocks_in")
            #expect(
                dropped.commands.first == "nft 'insert rule inet f in iifname \"eth0\" ip protocol 51 accept'",
                "\(dropped)")
            try ward.mend(ward.lb1, dropped)
            #expect(try ward.examine(ward.lb1, seconds: "2.3").severities("adverts_arrive") == ["ok"])
        }

        @Test func `adverts that crossed a router are refused for their TTL`() throws {
            let ward = try Ward()
            try ward.startPair()
            let stranger = try ward.stranger()
            let forgery = Forgery(source: try ip("192.0.2.66"), hopLimit: 64, addresses: [try ip("192.0.2.10")])
            let flood = try Flood(in: stranger, [forgery.frame], perSecond: 20)
            let finding = try ward.examine(ward.lb1).fault("adverts_refused")
            #expect(finding.title.contains("192.0.2.66") && finding.title.contains("its TTL is 64"))
            flood.stop()
            #expect(try ward.examine(ward.lb1).faults.isEmpty)
        }

        @Test(arguments: [true, false])
        func `multicast on one host and unicast on the other is a fault of its own`(isUnicastHere: Bool) throws {
            let ward = try Ward()
            let multicast = instance(priority: 100)
            func unicast(_ peer: String) -> String { instance(priority: 100, "unicast_peer {\n        \(peer)\n    }") }
            try ward.start(
                ward.lb2, isUnicastHere ? multicast : unicast("192.0.2.1"), saying: "Entering MASTER STATE")
            let daemon = try ward.start(
                ward.lb1, isUnicastHere ? unicast("192.0.2.2") : multicast, saying: "Entering MASTER STATE")
            let finding = try ward.examine(ward.lb1).fault("adverts_to_elsewhere")
            #expect(
                finding.title.hasPrefix(
                    "192.0.2.2 \(isUnicastHere ? "multicasts" : "sends its adverts to 192.0.2.1 alone")"))
            try daemon.reload(isUnicastHere ? multicast : unicast("192.0.2.2"))
            let after = try ward.examine(ward.lb1)
            #expect(after.all("adverts_to_elsewhere").isEmpty)
            #expect(after.severities("adverts_arrive") == ["ok"])
        }

        @Test func `another multicast group on the other host is a fault of its own`() throws {
            let ward = try Ward()
            let there = instance(priority: 100, "mcast_dst_ip 224.0.0.77")
            try ward.start(ward.lb2, there, saying: "Entering MASTER STATE")
            let daemon = try ward.start(ward.lb1, instance(priority: 100), saying: "Entering MASTER STATE")
            try daemon.reload(instance(priority: 100, "mcast_dst_ip 224.0.0.78"))
            // The card lets a group through that somebody here listens to; in the tests' own interfaces, every one.
            let finding = try ward.examine(ward.lb1).fault("adverts_to_elsewhere")
            #expect(
                finding.title
                    == "192.0.2.2 sends its adverts to the group 224.0.0.77, and VI_1 listens to 224.0.0.78")
            try daemon.reload(there)
            let after = try ward.examine(ward.lb1)
            #expect(after.all("adverts_to_elsewhere").isEmpty)
            #expect(after.severities("adverts_arrive") == ["ok"])
        }

        @Test func `a host that hears nobody is warned unless it is active itself`() throws {
            let ward = try Ward()
            try ward.lb1.writeFile("/run/vrrp.conf", instance())
            let idle = try ward.examine(ward.lb1)
            #expect(try idle.fault("no_peer_heard").severity == "warning")
            #expect(try idle.fault("daemon_not_running").commands == ["systemctl start understudy"])
            #expect(try idle.fault("no_owner").title == "nobody has 192.0.2.10")
            try ward.start(ward.lb1, instance(), saying: "Entering MASTER STATE")
            let active = try ward.examine(ward.lb1)
            #expect(active.severities("no_peer_heard") == ["note"])
            #expect(active.faults.map(\.description) == [])
            // Another host that is active for a moment was heard, and is remembered.
            let mark = ward.daemons["lb1"]?.mark ?? 0
            let other = try ward.start(ward.lb2, instance(priority: 200), saying: "Entering MASTER STATE")
            try ward.daemons["lb1"]?.says("Entering BACKUP STATE", since: mark)
            _ = try other.stop()
            try ward.daemons["lb1"]?.says("Entering MASTER STATE", since: mark)
            let after = try ward.examine(ward.lb1)
            #expect(after.all("no_peer_heard").isEmpty)
            #expect(after.all("adverts_arrive").first?.title.contains("192.0.2.2 was heard before") == true)
        }

        @Test func `a unicast peer that nobody can reach is missed, and one that is there is not`() throws {
            let ward = try Ward()
            func unicast(_ peer: String) -> String { instance("VI_1", "unicast_peer {\n        \(peer)\n    }") }
            let daemon = try ward.start(ward.lb1, unicast("192.0.2.9"), saying: "Entering MASTER STATE")
            #expect(try ward.examine(ward.lb1).fault("no_peer_heard").title.hasPrefix("192.0.2.9 cannot be reached"))
            try daemon.reload(unicast("192.0.2.2"))
            let after = try ward.examine(ward.lb1)
            #expect(after.faults.map(\.description) == [])
            #expect(after.severities("no_peer_heard") == ["note"])
        }

        @Test func `a stranger with our VRID is found and a free one proposed`() throws {
            let ward = try Ward()
            let configuration = instance(priority: 100)
            try ward.start(
                ward.lb2, instance(priority: 110, addresses: ["192.0.2.99/24"]), saying: "Entering MASTER STATE")
            let daemon = try ward.start(ward.lb1, configuration, saying: "Entering BACKUP STATE")
            // The next one is in use as well.
            let stranger = try ward.stranger()
            let flood = try Flood(
                in: stranger,
                [Forgery(source: try ip("192.0.2.66"), virtualRouterID: 52, addresses: [try ip("192.0.2.77")]).frame],
                perSecond: 20)
            let finding = try ward.examine(ward.lb1).fault("vrid_in_use")
            #expect(finding.title == "192.0.2.2 uses VRID 51 on eth0 for addresses of its own")
            #expect(finding.advice.contains("`virtual_router_id 53`"), "\(finding)")
            try daemon.reload(instance(id: 53, priority: 100))
            try daemon.becomesMaster()
            let after = try ward.examine(ward.lb1)
            flood.stop()
            #expect(after.all("vrid_in_use").isEmpty)
            #expect(after.severities("vrid_free") == ["ok"])
            #expect(after.all("vrid_free").first?.evidence.contains("VRID 52: 192.0.2.66") == true, "\(after.findings)")
        }

        @Test func `a stranger with our VRID that is not believed is not called an owner of our addresses`() throws {
            let ward = try Ward()
            try ward.startPair()
            let forgery = Forgery(source: try ip("192.0.2.66"), hopLimit: 64, addresses: [try ip("192.0.2.77")])
            let flood = try Flood(in: try ward.stranger(), [forgery.frame], perSecond: 20)
            let examined = try ward.examine(ward.lb1)
            flood.stop()
            #expect(examined.severities("adverts_refused") == ["note"], "\(examined.findings)")
            #expect(examined.severities("vrid_in_use") == ["problem"])
        }

        @Test func `our addresses under another VRID are found`() throws {
            let ward = try Ward()
            try ward.start(ward.lb2, instance(id: 52, priority: 110), saying: "Entering MASTER STATE")
            let daemon = try ward.start(ward.lb1, instance(id: 51, priority: 100), saying: "Entering MASTER STATE")
            let examined = try ward.examine(ward.lb1)
            #expect(try examined.fault("vrid_differs").title.contains("VRID 52, VI_1 has VRID 51"))
            #expect(try examined.fault("two_owners").evidence.contains { $0.contains("advertises as 192.0.2.2") })
            try daemon.reload(instance(id: 52, priority: 100))
            try daemon.says("Entering BACKUP STATE")
            #expect(try ward.examine(ward.lb1).faults.map(\.description) == [])
        }

        @Test func `a peer with another list of addresses is found`() throws {
            let ward = try Ward()
            let both = ["192.0.2.10/24", "192.0.2.11/24"]
            try ward.start(ward.lb2, instance(priority: 110, addresses: both), saying: "Entering MASTER STATE")
            let daemon = try ward.start(ward.lb1, instance(priority: 100), saying: "Entering BACKUP STATE")
            let finding = try ward.examine(ward.lb1).fault("address_lists_differ")
            #expect(finding.evidence.contains("192.0.2.2 advertises 192.0.2.10 and 192.0.2.11 for VRID 51"))
            try daemon.reload(instance(priority: 100, addresses: both))
            #expect(try ward.examine(ward.lb1).faults.map(\.description) == [])
        }
    }
}

extension Ward {
    /// Somebody else on the link.
    func stranger() throws -> NetworkNamespace {
        try trial.laboratory.addClient([Interface("eth0", addresses: [try .init("192.0.2.66", 24)])])
    }
}
