extension Keyword {
    /// How the keyword is written inside `block`, as a line of a file, or as lines; nil for one that Understudy does not do.
    ///
    /// In a block of values it is a whole line of that block. The tests read every example.
    public func example(in block: BlockKind) -> String? {
        guard isSupported else { return nil }
        if let written = examples[block]?[name] { return written }
        if let start = lineStarts[block] { return start + words }
        return words
    }

    private var words: String {
        let value = shape.example(default: defaultText)
        return value.isEmpty ? name : "\(name) \(value)"
    }
}

/// What a line of values begins with.
private let lineStarts: [BlockKind: String] = [
    .unicastPeers: "192.0.2.2 ", .addresses: "192.0.2.10/24 ", .trackedInterfaces: "eth1 ",
    .trackedScripts: "chk_haproxy ", .trackedProcesses: "haproxy ", .trackedFiles: "maintenance ",
    .trackedSessions: "ROUTER ",
    .routes: "203.0.113.0/24 via 192.0.2.254 ", .rules: "from 192.0.2.10 lookup 100 preference 300 ",
]

extension ArgumentShape {
    /// A value of the shape: the default where it is one.
    fileprivate func example(default text: String?) -> String {
        let usual = text?.split(separator: ",").first.map { String($0) } ?? ""
        switch self {
        case .flag: return ""
        case .optionalBoolean: return usual == "on" ? "off" : "on"
        case .integer(let range):
            return Int(usual).map { range.contains($0) } == true
                ? usual : String(min(max(range.lowerBound, 1), range.upperBound))
        case .milliseconds: return DecimalSeconds(usual) == nil ? "50" : usual
        case .seconds: return DecimalSeconds(usual) == nil || usual == "0" ? "0.5" : usual
        case .weight: return "-20"
        case .address: return "192.0.2.1"
        case .group: return "224.0.0.18"
        case .interface: return "eth1"
        case .user: return "haproxy"
        case .word(let placeholder), .words(let placeholder, _), .text(let placeholder):
            return sample(placeholder)
        case .command: return "\"/usr/bin/systemctl is-active haproxy\""
        case .notifyCommand: return "\"/usr/local/bin/notify.sh\""
        case .block: return "{\n}"
        }
    }

    /// The first alternative, or something that the placeholder stands for.
    private func sample(_ placeholder: String) -> String {
        let first = placeholder.split(separator: "|").first.map { String($0) } ?? ""
        switch first {
        case "SECONDS", "[all] SECONDS": return "5"
        case "N", "N [reverse": return "1"
        case "NAME": return "lb1"
        case "PATH": return "/var/lib/understudy/\(first.lowercased())"
        case "NETWORK": return "203.0.113.0/24"
        case "ADDRESS": return "192.0.2.255"
        default: return String(first.filter { $0 != "[" && $0 != "]" })
        }
    }
}

/// Where the shape alone does not say enough.
private let examples: [BlockKind: [String: String]] = [
    .topLevel: topLevelExamples,
    .globalDefs: [
        "vrrp_mcast_group6": "vrrp_mcast_group6 ff02::12", "default_interface": "default_interface eth0",
        "dynamic_interfaces": "dynamic_interfaces", "vrrp_priority": "vrrp_priority -10",
        "vrrp_rt_priority": "vrrp_rt_priority 50", "vrrp_rlimit_rttime": "vrrp_rlimit_rttime 1000000",
        "vrrp_rlimit_rtime": "vrrp_rlimit_rtime 1000000", "vrrp_cpu_affinity": "vrrp_cpu_affinity 0 2",
        "max_auto_priority": "max_auto_priority 50", "lease": "lease 10",
        "vrrp_garp_extra_if": "vrrp_garp_extra_if all 60", "vrrp_vmac_garp_intvl": "vrrp_vmac_garp_intvl all 60",
        "vrrp_garp_interval": "vrrp_garp_interval 0.001", "vrrp_gna_interval": "vrrp_gna_interval 0.001",
        "notify_fifo": "notify_fifo /run/understudy/notify.fifo haproxy",
        "vrrp_notify_fifo": "vrrp_notify_fifo /run/understudy/vrrp.fifo",
        "vmac_prefix": "vmac_prefix vip", "vmac_addr_prefix": "vmac_addr_prefix vip",
        "nftables": "nftables gateways", "umask": "umask 0077",
        "state_dump_file": "state_dump_file /run/understudy/keepalived.data",
        "stats_dump_file": "stats_dump_file /run/understudy/keepalived.stats",
        "json_dump_file": "json_dump_file /run/understudy/keepalived.json",
        "notification_email": "notification_email {\n    ops@example.net\n}",
        "notification_email_from": "notification_email_from lb1@example.net",
        "startup_script": "startup_script \"/usr/local/sbin/prepare\" root",
        "shutdown_script": "shutdown_script \"/usr/local/sbin/clean-up\" root",
        "process_name": "process_name keepalived", "vrrp_process_name": "vrrp_process_name keepalived_vrrp",
        "reload_file": "reload_file /run/understudy/reloading", "include_check": "include_check +wildcard_match",
        "reload_time_file": "reload_time_file /run/understudy/reload-at",
        "reload_check_config": "reload_check_config", "random_seed": "random_seed 42",
        "vrrp_netlink_cmd_rcv_bufs": "vrrp_netlink_cmd_rcv_bufs 4194304",
        "vrrp_netlink_monitor_rcv_bufs": "vrrp_netlink_monitor_rcv_bufs 4194304",
        "process_monitor_rcv_bufs": "process_monitor_rcv_bufs 4194304",
        "vrrp_rx_bufs_policy": "vrrp_rx_bufs_policy 262144", "iproute_usr_dir": "iproute_usr_dir /usr/share/iproute2",
        "iproute_etc_dir": "iproute_etc_dir /etc/iproute2",
        "smtp_server": "smtp_server 127.0.0.1 25", "smtp_helo_name": "smtp_helo_name lb1.example.net",
    ],
    .script: ["timeout": "timeout 0.5", "fall": "fall 3", "rise": "rise 2"],
    .process: [
        "process": "process haproxy", "param_match": "param_match initial", "quorum": "quorum 2",
        "quorum_max": "quorum_max 4",
    ],
    .trackFile: [
        "file": "file /run/understudy/maintenance", "init_file": "init_file 0 overwrite", "weight": "weight 1",
    ],
    .instance: instanceExamples,
    .authentication: ["auth_type": "auth_type PASS", "auth_pass": "auth_pass s3cret"],
    .authHMAC: [
        "key": "key 1 file:/etc/understudy/vrrp.key", "active_key": "active_key 1", "mode": "mode permissive",
        "anti_replay": "anti_replay monotonic", "time_window": "time_window 5",
    ],
    .unicastPeers: ["min_ttl": "192.0.2.2 min_ttl 254", "max_ttl": "192.0.2.2 max_ttl 255"],
    .addresses: [
        "brd": "192.0.2.10/24 brd +", "scope": "192.0.2.10/24 scope link", "label": "192.0.2.10/24 label eth0:vip",
        "preferred_lft": "2001:db8::10/64 preferred_lft 0", "home": "2001:db8::10/64 home",
        "mngtmpaddr": "2001:db8::10/64 mngtmpaddr", "peer": "192.0.2.10 peer 198.51.100.1",
        "track_group": "192.0.2.10/24 dev eth0 track_group GATEWAY",
    ],
    .trackedInterfaces: ["weight": "eth1 weight -10"], .trackedScripts: ["weight": "chk_haproxy weight -10"],
    .trackedProcesses: ["weight": "haproxy weight -10"], .trackedFiles: ["weight": "maintenance weight -10"],
    .trackedSessions: ["weight": "ROUTER weight -10"],
    .bfd: [
        "neighbor_ip": "neighbor_ip 192.0.2.254", "neighbour_ip": "neighbour_ip 192.0.2.254",
        "source_ip": "source_ip 192.0.2.1", "min_rx": "min_rx 50", "min_tx": "min_tx 50", "ttl": "ttl 255",
        "hoplimit": "hoplimit 255", "max_hops": "max_hops 0",
    ],
    .routes: routeExamples.merging(routeMetricExamples) { first, _ in first }, .rules: ruleExamples,
    .trackGroup: ["group": "group {\n    VI_1\n}"],
    .syncGroup: [
        "group": "group {\n    VI_1\n    VI_2\n}", "track_interface": "track_interface {\n    eth2\n}",
        "track_script": "track_script {\n    chk_haproxy\n}", "track_process": "track_process {\n    haproxy\n}",
        "track_file": "track_file {\n    maintenance\n}", "track_bfd": "track_bfd {\n    ROUTER\n}",
    ],
    .garpGroup: [
        "interface": "interface eth0", "interfaces": "interfaces {\n    eth0\n    eth1\n}",
        "garp_interval": "garp_interval 0.01", "gna_interval": "gna_interval 0.01",
    ],
]

/// Together they are a file.
private let topLevelExamples: [String: String] = [
    "net_namespace": "net_namespace blue", "instance": "instance lb1", "child_wait_time": "child_wait_time 5",
    "global_defs": "global_defs {\n    router_id lb1\n    script_user haproxy\n}",
    "vrrp_script":
        "vrrp_script chk_haproxy {\n    script \"/usr/bin/systemctl is-active haproxy\"\n    interval 2\n    weight -20\n}",
    "vrrp_track_process": "vrrp_track_process haproxy {\n    process haproxy\n    weight -20\n}",
    "track_file": "track_file maintenance {\n    file /run/understudy/maintenance\n    weight -1\n}",
    "vrrp_track_file": "vrrp_track_file drain {\n    file /run/understudy/drain\n    weight -1\n}",
    "bfd_instance":
        "bfd_instance ROUTER {\n    neighbor_ip 192.0.2.254\n    source_ip 192.0.2.1\n    min_rx 50\n    min_tx 50\n    weight -20\n}",
    "vrrp_instance": """
    vrrp_instance VI_1 {
        interface eth0
        virtual_router_id 51
        priority 150
        virtual_ipaddress {
            192.0.2.10/24
        }
        track_script {
            chk_haproxy
        }
        track_process {
            haproxy
        }
        track_file {
            maintenance
            drain
        }
        track_bfd {
            ROUTER
        }
    }

    vrrp_instance VI_2 {
        interface eth1
        virtual_router_id 52
        priority 150
        virtual_ipaddress {
            198.51.100.10/24
        }
    }
    """,
    "vrrp_sync_group":
        "vrrp_sync_group G {\n    group {\n        VI_1\n        VI_2\n    }\n    sync_group_tracking_weight\n}",
    "garp_group": "garp_group {\n    garp_interval 0.01\n    interfaces {\n        eth0\n        eth1\n    }\n}",
    "interface_up_down_delays": "interface_up_down_delays {\n    eth0 1 10\n}",
    "track_group": "track_group GATEWAY {\n    group {\n        VI_1\n    }\n}",
    "static_ipaddress": "static_ipaddress {\n    192.0.2.254/24 dev eth0 track_group GATEWAY\n}",
    "static_routes": "static_routes {\n    203.0.113.0/24 via 192.0.2.253 dev eth0\n}",
    "static_rules": "static_rules {\n    from 192.0.2.10 lookup 100 preference 300\n}",
]

private let instanceExamples: [String: String] = [
    "interface": "interface eth0", "virtual_router_id": "virtual_router_id 51", "priority": "priority 150",
    "track_src_ip": "mcast_src_ip 192.0.2.1\ntrack_src_ip",
    "timer_expired_backup": "timer_expired_backup 150", "thread_timer_expired": "thread_timer_expired 150",
    "down_timer_adverts": "down_timer_adverts 3", "version": "version 3", "mcast_dst_ip": "mcast_dst_ip 224.0.0.18",
    "unicast_peer": "unicast_peer {\n    192.0.2.2\n}", "unicast_ttl": "unicast_ttl 255",
    "authentication": "authentication {\n    auth_type PASS\n    auth_pass s3cret\n}",
    "auth_hmac": "auth_hmac {\n    key 1 file:/etc/understudy/vrrp.key\n    active_key 1\n}",
    "preempt_delay": "preempt_delay 60", "lease": "lease 10", "debug": "debug 0",
    "virtual_ipaddress": "virtual_ipaddress {\n    192.0.2.10/24\n}",
    "virtual_ipaddress_excluded": "virtual_ipaddress_excluded {\n    2001:db8::10/64\n}",
    "virtual_routes": "virtual_routes {\n    203.0.113.0/24 via 192.0.2.254\n}",
    "virtual_rules": "virtual_rules {\n    from 192.0.2.10 lookup 100 preference 300\n}",
    "track_interface": "track_interface {\n    eth1\n}", "track_script": "track_script {\n    chk_haproxy\n}",
    "track_process": "track_process {\n    haproxy\n}", "track_file": "track_file {\n    maintenance\n}",
    "track_bfd": "track_bfd {\n    ROUTER\n}",
    "garp_master_delay": "garp_master_delay 5", "garp_master_repeat": "garp_master_repeat 5",
    "garp_master_refresh": "garp_master_refresh 60", "garp_master_refresh_repeat": "garp_master_refresh_repeat 1",
    "garp_lower_prio_delay": "garp_lower_prio_delay 5", "garp_lower_prio_repeat": "garp_lower_prio_repeat 5",
    "garp_extra_if": "garp_extra_if all 60", "vmac_garp_intvl": "vmac_garp_intvl all 60",
    "old_unicast_checksum": "old_unicast_checksum never", "kernel_rx_buf_size": "kernel_rx_buf_size 1048576",
    "use_vmac": "use_vmac vrrp.51", "vmac_xmit_base": "use_vmac\n    vmac_xmit_base",
    "notify_timeout": "notify_timeout 60", "notify_deleted": "notify_deleted",
]

private let routeExamples: [String: String] = [
    "to": "to 203.0.113.0/24 via 192.0.2.254", "via": "203.0.113.0/24 via 192.0.2.254",
    "gw": "203.0.113.0/24 gw 192.0.2.254", "dev": "203.0.113.0/24 dev eth1", "oif": "203.0.113.0/24 oif eth1",
    "src": "203.0.113.0/24 via 192.0.2.254 src 192.0.2.10", "table": "203.0.113.0/24 via 192.0.2.254 table 100",
    "scope": "203.0.113.0/24 dev eth1 scope link",
    "onlink": "203.0.113.0/24 via 198.51.100.1 dev eth1 onlink", "unicast": "unicast 203.0.113.0/24 via 192.0.2.254",
    "blackhole": "blackhole 203.0.113.0/24", "unreachable": "unreachable 203.0.113.0/24",
    "prohibit": "prohibit 203.0.113.0/24", "throw": "throw 203.0.113.0/24 table 100",
    "inet": "inet default via 192.0.2.254", "inet6": "inet6 default via 2001:db8::fe",
    "no_track": "203.0.113.0/24 dev eth1 no_track",
    "tos": "203.0.113.0/24 via 192.0.2.254 tos 0x10", "dsfield": "203.0.113.0/24 via 192.0.2.254 dsfield 0x10",
    "pref": "2001:db8:1::/48 via 2001:db8::fe pref high", "local": "local 203.0.113.1 dev eth0",
    "default6": "default6 via 2001:db8::fe", "or": "203.0.113.0/24 via 192.0.2.254 or 192.0.2.253",
    "nexthop": "203.0.113.0/24 nexthop via 192.0.2.254 weight 1 nexthop via 192.0.2.253 dev eth1 weight 2 onlink",
    "protocol": "203.0.113.0/24 via 192.0.2.254 protocol 112",
    "broadcast": "broadcast 192.0.2.255 dev eth0", "anycast": "anycast 2001:db8:1:: dev eth0",
    "multicast": "multicast 224.1.1.0/24 dev eth0", "prepend": "prepend 203.0.113.0/24 via 192.0.2.254",
    "append": "append 203.0.113.0/24 via 192.0.2.254", "add": "add 203.0.113.0/24 via 192.0.2.254",
    "from": "2001:db8:1::/48 from 2001:db8:2::/48 via 2001:db8::fe",
    "realms": "203.0.113.0/24 via 192.0.2.254 realms 1/2", "expires": "2001:db8:1::/48 via 2001:db8::fe expires 3600",
    "encap": "203.0.113.0/24 dev eth1 encap ip id 7 dst 198.51.100.9 ttl 64",
    "ttl-propagate": "203.0.113.0/24 via 192.0.2.254 ttl-propagate enabled",
    "track_group": "203.0.113.0/24 via 192.0.2.254 dev eth0 track_group GATEWAY",
]

private let routeMetricExamples: [String: String] = [
    "mtu": "203.0.113.0/24 via 192.0.2.254 mtu lock 1400",
    "advmss": "203.0.113.0/24 via 192.0.2.254 advmss 1360",
    "rtt": "203.0.113.0/24 via 192.0.2.254 rtt 20ms",
    "rttvar": "203.0.113.0/24 via 192.0.2.254 rttvar 10ms",
    "rto_min": "203.0.113.0/24 via 192.0.2.254 rto_min lock 1s",
    "reordering": "203.0.113.0/24 via 192.0.2.254 reordering 5",
    "cwnd": "203.0.113.0/24 via 192.0.2.254 cwnd lock 20",
    "ssthresh": "203.0.113.0/24 via 192.0.2.254 ssthresh 100",
    "window": "203.0.113.0/24 via 192.0.2.254 window 65535",
    "hoplimit": "203.0.113.0/24 via 192.0.2.254 hoplimit 32",
    "initcwnd": "203.0.113.0/24 via 192.0.2.254 initcwnd 20",
    "initrwnd": "203.0.113.0/24 via 192.0.2.254 initrwnd 20",
    "quickack": "203.0.113.0/24 via 192.0.2.254 quickack 1",
    "fastopen_no_cookie": "203.0.113.0/24 via 192.0.2.254 fastopen_no_cookie 1",
    "features": "203.0.113.0/24 via 192.0.2.254 features ecn",
    "congctl": "203.0.113.0/24 via 192.0.2.254 congctl lock cubic",
]

private let ruleExamples: [String: String] = [
    "from": "from 192.0.2.10 lookup 100 preference 300", "to": "to 203.0.113.0/24 lookup 100 preference 300",
    "not": "not from 192.0.2.0/24 lookup 100 preference 300", "inet": "inet iif eth1 lookup 100 preference 300",
    "inet6": "inet6 iif eth1 lookup 100 preference 300", "iif": "iif eth1 lookup 100 preference 300",
    "dev": "dev eth1 lookup 100 preference 300", "oif": "oif eth1 lookup 100 preference 300",
    "fwmark": "fwmark 0x10/0xff lookup 100 preference 300", "preference": "from 192.0.2.10 lookup 100 preference 300",
    "priority": "from 192.0.2.10 lookup 100 priority 300", "order": "from 192.0.2.10 lookup 100 order 300",
    "lookup": "from 192.0.2.10 lookup 100 preference 300", "table": "from 192.0.2.10 table 100 preference 300",
    "blackhole": "from 192.0.2.0/24 blackhole preference 300",
    "unreachable": "from 192.0.2.0/24 unreachable preference 300",
    "prohibit": "from 192.0.2.0/24 prohibit preference 300",
    "protocol": "from 192.0.2.10 lookup 100 preference 300 protocol 112",
    "tos": "tos 0x10 lookup 100 preference 300", "dsfield": "dsfield 0x10 lookup 100 preference 300",
    "uidrange": "uidrange 1000-1999 lookup 100 preference 300", "ipproto": "ipproto tcp lookup 100 preference 300",
    "sport": "ipproto tcp sport 443 lookup 100 preference 300",
    "dport": "ipproto tcp dport 8000-8999 lookup 100 preference 300",
    "realms": "from 192.0.2.10 realms 1/2 lookup 100 preference 300",
    "tunnel-id": "tunnel-id 7 lookup 100 preference 300",
    "suppress_prefixlength": "from all lookup main suppress_prefixlength 0 preference 300",
    "sup_pl": "from all lookup main sup_pl 0 preference 300",
    "suppress_ifgroup": "from all lookup main suppress_ifgroup 7 preference 300",
    "sup_group": "from all lookup main sup_group 7 preference 300", "l3mdev": "l3mdev preference 300",
    "goto": "from 192.0.2.10 goto 400 preference 300", "nop": "nop preference 300",
    "type": "from 192.0.2.0/24 type blackhole preference 300",
    "track_group": "from 192.0.2.10 lookup 100 preference 300 track_group GATEWAY",
]
