/// The small files of `CompatibilitySnippets` about the bounds of values, and about lines that are odd in themselves.
enum CompatibilityValues {
    private static func instance(_ lines: String = "", before: String = "", addresses: String = "192.0.2.10/24")
        -> String
    {
        """
        \(before)
        vrrp_instance A {
            interface eth0
            virtual_router_id 5
            virtual_ipaddress {
                \(addresses)
            }
            \(lines)
        }

        """
    }

    private static func global(_ line: String) -> String { instance(before: "global_defs {\n\(line)\n}") }

    static let all: [String] =
        globals + blocks + lines + addresses + routes + scripts + numbers + weights + includes + odd

    private static let globals =
        ["vrrp_garp_interval", "vrrp_gna_interval", "vrrp_startup_delay"].flatMap { name in
            ["0", "0.000001", "0.001", "0.0000001", "1.0000000", "4294.967295", "4295", "+1"].map { "\(name) \($0)" }
                .map(global)
        }
        + [
            "vrrp_netlink_cmd_rcv_bufs 0", "process_monitor_rcv_bufs 2147483648", "vrrp_rx_bufs_policy 1024",
            "vrrp_rx_bufs_policy 4294967296", "vrrp_rlimit_rttime 0", "vrrp_rlimit_rttime 1",
            "vrrp_mcast_group4 224.0.0.18/24", "vrrp_mcast_group4 192.0.2.9/24",
            "smtp_server 127.0.0.1 smtp", "smtp_server 127.0.0.1 25",
            "vrrp_notify_fifo /run/f\nnotify_fifo /run/f",
        ].map(global)

    private static let blocks = [
        "garp_group {\ngarp_interval 0\ninterface eth0\n}", "garp_group {\ngarp_interval 0.1\n}",
        "garp_group {\ngarp_interval 0.1\ninterfaces {\n}\n}",
        "interface_up_down_delays {\neth0\n}", "interface_up_down_delays {\nnothing0\n}",
        "track_group T {\n}", "track_group T {\ngroup {\n}\n}",
        "bfd_instance b {\nneighbor_ip 192.0.2.9\nmin_rx 3.3333\n}",
        "bfd_instance b {\nneighbor_ip 192.0.2.9\nmin_rx 3.333\n}",
    ].map { instance(before: $0) }

    private static let lines = [
        "advert_int +1", "preempt_delay +1", "preempt_delay 0.0000001", "kernel_rx_buf_size 100",
        "notify_master \"\"", "notify \" \"", "unicast_ttl 5", "unicast_ttl 5\nunicast_peer {\n192.0.2.12\n}",
        "authentication { auth_type PASS auth_pass abc }", "authentication { auth_pass abc auth_type PASS }",
        "authentication {\nauth_type PASS\nauth_pass \"\"\n}", "vrf v", "use_ipvlan", "use_ipvlan ipv0",
        "use_ipvlan ipv0 192.0.2.77/24 bridge", "use_ipvlan ipv0 eth0 192.0.2.77",
    ].map { instance($0) }

    private static let addresses =
        [
            "192.0.2.10/0", "192.0.2.10/", "192.0.2.10/33", "192.0.2.10/24 brd 192.0.2.10", "2001:db8::5/0",
            (0..<256).map { "198.51.\($0).1/32" }.joined(separator: "\n"),
            (0..<255).map { "198.51.\($0).1/32" }.joined(separator: "\n"),
        ].map { instance(addresses: $0) }
        + ["fe80::9/64\n2001:db8::9", "2001:db8::9\nfe80::9/64", "2001:db8::9"].flatMap {
            [instance("version 3\nstrict_mode", addresses: $0), instance("version 2", addresses: $0)]
        } + [instance("use_ipvlan ipv0", addresses: "fe80::9/64")]

    private static let routes =
        ["198.51.100.1/24", "198.51.100.1/", "198.51.100.1/33"].map {
            instance("virtual_routes {\n\($0) via 192.0.2.1 dev eth0\n}")
        }
        + ["from 192.0.2.1 table 100 priority 0", "from 192.0.2.1/ table 100 preference 5"].map {
            instance("virtual_rules {\n\($0)\n}")
        }

    private static let scripts =
        [
            "\"/usr/bin/true\" interval 5", "\"/usr/bin/true\" interval 5 timeout 3 rise 2 fall 2",
            "\"/usr/bin/nothing-of-this-name\" interval 5", "/usr/bin/true interval 5",
        ].flatMap { line in
            ["enable_script_security", ""].map { security in
                instance(
                    "track_script {\nchk\n}",
                    before: "global_defs {\nscript_user root\n\(security)\n}\nvrrp_script chk { script \(line) }")
            }
        }

    private static let numbers =
        [
            ("unicast_peer {\n192.0.2.12\n}", "unicast_peer {\n192.0.2.13\n}"),
            ("unicast_peer {\n192.0.2.12\n}", "unicast_peer {\n192.0.2.13\n192.0.2.12\n}"),
            ("unicast_peer {\n192.0.2.12\n}", ""), ("mcast_dst_ip 224.0.0.20", ""), ("", ""),
        ].map { first, second in
            instance(first)
                + "vrrp_instance B {\ninterface eth0\nvirtual_router_id 5\n\(second)\nvirtual_ipaddress {\n192.0.2.11\n}\n}\n"
        }

    private static let weights = ["", "weight 10", "weight 0"].flatMap { weight in
        ["track_interface {\neth1 \(weight)\n}", "track_file {\nf \(weight)\n}", "track_process {\np \(weight)\n}"].map
        {
            instance(
                "priority 255\n\($0)", before: "track_file f {\nfile /run/f\n}\nvrrp_track_process p {\nprocess x\n}")
        }
    }

    private static let includes = [
        "include", "includer", "includem", "includew", "includeb", "includea",
    ].flatMap { keyword in
        [
            "/run/nothing.conf", "/run/nothing*.conf", "/nothing/*.conf", "/run/{empty,nothing}.inc",
            "/run/{empty,nothing}*.inc", "/run/empty.inc",
        ].map {
            instance() + "\(keyword) \($0)\n"
        }
    }

    private static let odd: [String] =
        [1023, 1024].flatMap { length in
            let filler = String(repeating: "x", count: length - 1)
            return [
                "#\(filler)", String(repeating: " ", count: length), "\(filler)x",
            ].map { instance() + $0 + "\n" }
        }
        + ["@ foo", "@", "@^", "@^ foo"].map { instance() + $0 + "\n" }
        + [
            "$P=/usr/bin\n" + instance("notify $P/true"),
            instance(before: "global_defs {\ndefault_interface eth0\n}")
                .replacing("    interface eth0\n", with: ""),
        ]
}
