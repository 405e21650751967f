/// Small files of which `keepalived -t` has an opinion that nobody would guess; what it is, it says itself.
enum CompatibilitySnippets {
    private static let scripts = """
        global_defs {
            script_user root
            enable_script_security
        }
        vrrp_script chk {
            script "/usr/bin/true"
        }
        track_file f {
            file /run/f
        }
        vrrp_track_process p {
            process x
        }
        bfd_instance b {
            neighbor_ip 192.0.2.9
        }

        """

    /// An instance with more lines, before and after which other blocks stand.
    private static func instance(_ lines: String = "", before: String = "", after: String = "") -> String {
        """
        \(before)
        vrrp_instance A {
            interface eth0
            virtual_router_id 5
            virtual_ipaddress {
                192.0.2.10/24
            }
            \(lines)
        }
        \(after)

        """
    }

    private static func global(_ line: String) -> String { instance(before: "global_defs {\n\(line)\n}") }
    private static func tracking(_ kind: String, _ line: String) -> String {
        instance("\(kind) {\n\(line)\n}", before: scripts)
    }

    static let all: [String] = inInstances + commands + interfaces + twice + globals

    private static let inInstances =
        [
            "state MASTER\npriority 150\nstate BACKUP", "state BACKUP\nstate MASTER\npriority 150",
            "state BACKUP\nstate BACKUP",
            "state 1.5\nstate BACKUP", "priority 100 \\\nnopreempt", "priority 100 foo \\\nnopreempt",
            "priority 100 nopreempt",
            "nopreempt priority 100", "authentication {\nauth_pass 123456789\n}",
            "authentication {\nauth_pass 12345678\n}", "use_vmac vrrp.5\nuse_vmac vrrp.6", "use_vmac\nuse_vmac vrrp.5",
            "virtual_ipaddress_excluded {\n192.0.2.11/24 192.0.2.12/24\n}",
            "unicast_src_ip 192.0.2.1\nunicast_peer {\n192.0.2.12 192.0.2.13\n}",
            "use_vmac\nvirtual_ipaddress_excluded {\n192.0.2.11/24 use_vmac\n}",
            "use_vmac_addr\nvirtual_ipaddress_excluded {\n198.51.100.11/24 dev eth1 use_vmac\n}",
            "virtual_rules {\nfrom 192.0.2.1/24 table 100 preference 300\n}",
        ].map { instance($0) }
        + ["track_script", "track_file", "track_process", "track_bfd"].flatMap { kind in
            ["chk", "f", "p", "b"].map { tracking(kind, "\($0) yes") }
        }

    private static let commands =
        ["/usr/bin/true", "/run/nothing-of-this-name", "/usr/bin/true; exit"].flatMap { command in
            let block = "vrrp_script other {\nscript \"\(command)\"\n}"
            return [instance(before: block), instance("track_script {\nother\n}", before: block)]
                + [instance(before: scripts + block)]
        } + [
            instance(before: scripts + "vrrp_script other {\nscript \"/usr/bin/true\" root root more\n}"),
            instance(before: scripts + "vrrp_script other 1 {\nscript \"/usr/bin/true\"\nweight 300\n}"),
            instance(
                "track_script {\nother\n}", before: scripts + "vrrp_script other 1 {\nscript \"/usr/bin/true\"\n}"),
            instance("notify_master \"/usr/bin/true\" root root more", before: scripts),
        ]

    private static let interfaces = ["", "global_defs {\ndynamic_interfaces\n}\n"].flatMap { before in
        [
            "garp_group {\ngarp_interval 0.1\ninterface nothing0\n}",
            "garp_group {\ngarp_interval 0.1\ninterfaces {\nall\n}\n}",
            "interface_up_down_delays {\nnothing0 2\n}", "linkbeat_interfaces {\nnothing0\n}",
            "static_rules {\nfrom all iif nothing0 table 100 preference 300\n}",
        ].map { instance(before: before + $0) }
            + [instance("virtual_rules {\nfrom all oif nothing0 table 100 preference 300\n}", before: before)]
    }

    private static let twice =
        [
            "vrrp_script other {\nscript \"/usr/bin/true\"\n}", "vrrp_track_process other {\nprocess x\n}",
            "track_file other {\nfile /run/f\n}", "vrrp_track_file other {\nfile /run/f\n}",
            "bfd_instance other {\nneighbor_ip 192.0.2.8\n}", "vrrp_sync_group other {\ngroup {\nA\n}\n}",
            "track_group other {\ngroup {\nA\n}\n}",
        ].map { instance(before: scripts, after: "\($0)\n\($0)") } + [
            instance(after: "track_group other {\ngroup {\nnobody\n}\n}"),
            instance(after: "vrrp_sync_group other {\ngroup {\nA\nnobody\n}\n}"),
        ]

    private static let globals =
        [254, 255, -255, 300].map { instance(before: "track_file other {\nfile /run/f\ninit_file \($0)\n}") }
        + [
            "vrrp_strict off", "vrrp_strict maybe", "vrrp_skip_check_adv_addr maybe", "random_seed eth0",
            "random_seed 1",
            "bfd_rt_priority", "bfd_rt_priority x", "checker_priority 100", "bfd_process_name",
            "checker_log_all_failures maybe",
            "smtp_alert_checker maybe",
        ].map(global)
        + [
            instance(
                "authentication {\nauth_type PASS\nauth_pass x\n}", before: "global_defs {\nvrrp_strict off\n}")
        ]
}
