/// Blocks of keepalived's checker process, of which `--compat` has an opinion although nothing comes of them here.
enum CompatibilityServices {
    private static let head = """
        global_defs {
            script_user root
            enable_script_security
        }
        track_file f {
            file /run/f
        }
        bfd_instance b {
            neighbor_ip 192.0.2.9
        }

        """

    private static func service(
        _ lines: String = "", target: String = "192.0.2.80 80", algorithm: String = "rr", kind: String = "DR",
        transport: String = "protocol TCP", server: String = "192.0.2.21 80", inServer: String = "weight 1"
    ) -> String {
        """
        virtual_server \(target) {
            \(transport)
            lb_algo \(algorithm)
            lb_kind \(kind)
            \(lines)
            real_server \(server) {
                \(inServer)
            }
        }

        """
    }

    private static func inServer(_ line: String) -> String { service(inServer: line) }
    private static func check(_ kind: String, _ lines: String) -> String { inServer("\(kind) {\n\(lines)\n}") }
    private static func url(_ lines: String) -> String { check("HTTP_GET", "url {\npath /\n\(lines)\n}") }
    private static func group(_ entries: String, kind: String = "DR") -> String {
        "virtual_server_group G {\n\(entries)\n}\n" + service(target: "group G", kind: kind)
    }

    static let all: [String] =
        (lines + values + servers + targets + schedulers + checks + urls + groups + certificates).map { head + $0 }

    private static let lines =
        [
            "", "delay_lop 3", "delay_loop", "delay_loop 0", "delay_loop 0.5", "delay_loop x", "retry 0", "warmup 0",
            "connect_timeout 4294.9", "connect_timeout 4295", "persistence_timeout", "persistence_timeout 2678401",
            "persistence_granularity 255.255.255.0", "persistence_granularity fe80::1", "weight 0", "ha_suspend x",
            "smtp_alert maybe", "smtp_alert", "snmp_name a b", "virtualhost", "alpha no", "connect_port 80",
            "quorum 2", "quorum 0", "hysteresis 1", "ip_family inet6", "ip_family inet", "ops", "lvs_method LOCAL",
            "sorry_server 192.0.2.30 80", "sorry_server 192.0.2.30 81", "sorry_server 192.0.2.30",
            "sorry_server_inhibit", "sorry_server_lvs_method NAT", "sorry_server 2001:db8::1 80", "nat_mask 24",
            "quorum_up /usr/bin/true", "quorum_up /usr/bin/true\nquorum_up /usr/bin/false", "protocol UDP",
            "real_server 192.0.2.21 80 {\n}", "real_server 192.0.2.22 80 {\n}\nquorum 2",
        ].map { service($0) }

    private static let values = [
        service(transport: ""), service(transport: "protocol TCPX"), service(transport: "protocol sctp"),
        service(kind: "TUN"), service(kind: "TUN type gue"), service(kind: "TUN type gue port 5 csum"),
        service(kind: "TUN type ipip csum"), service(kind: "TUN type gre csum"), service(kind: "dr"),
        service(kind: "NAT x"), "virtual_server 192.0.2.80 80 {\nprotocol TCP\nlb_algo rr\nlb_kind DR\n}\n",
        "virtual_server 192.0.2.80 80 {\nprotocol TCP\nlb_algo rr\nreal_server 192.0.2.21 80 {\n}\n}\n",
    ]

    private static let servers =
        [
            service(server: ""), service(server: "192.0.2.21"), service(server: "192.0.2.21 81"),
            service(kind: "NAT", server: "192.0.2.21 81"), service(server: "192.0.2.21 81", inServer: "lvs_method NAT"),
            service(server: "web 80"), service(server: "2001:db8::1 80"),
            service(kind: "TUN", server: "2001:db8::1 80"),
            service(server: "192.0.2.21 http"),
        ]
        + [
            "weight 0", "weight x", "weight 2147483648", "uthreshold -1", "lb_kind DR", "alpha x",
            "inhibit_on_failure", "notify_down \"/usr/bin/true a\" nobody", "notify_up /nonexistent",
            "TCP_CHECK", "TCP_CHEK {\n}", "TCP_CHECK {\n}\nTCP_CHECK {\n}",
        ].map { inServer($0) }

    private static let targets = [
        service(target: "192.0.2.80"), service("persistence_timeout 5", target: "192.0.2.80"),
        service("persistence_timeout 5", target: "192.0.2.80", server: "192.0.2.21"),
        service(target: "192.0.2.80 99999"), service(target: "web 80"), service(target: "fwmark x"),
        service(target: "fwmark 5"), service(target: "fwmark 5", transport: "", server: "192.0.2.21"),
        service(target: "fwmark 5", kind: "NAT", transport: ""), service(target: "fwmark 5", transport: ""),
        service(target: "2001:db8::80 80", server: "2001:db8::21 80"), service(target: "192.0.2.80/24 80"),
        service("persistence_granularity 129", target: "2001:db8::80 80", server: "2001:db8::21 80"),
    ]

    private static let schedulers = [
        service("sh-port", algorithm: "sh"), service("sh-port"), service("mh-port", algorithm: "sh"),
        service("flag-1"), service("hashed", algorithm: "mh"), service(algorithm: "RR"), service(algorithm: "twos"),
        service("ops", transport: "protocol UDP"),
    ]

    private static let checks = [
        ("TCP_CHECK", "connect_timeout 3\nconnect_port 8080"), ("TCP_CHECK", "connect_port 0"),
        ("TCP_CHECK", "bindto 2001:db8::1"), ("TCP_CHECK", "connect_ip 2001:db8::1\nbindto 2001:db8::2"),
        ("TCP_CHECK", "connect_ip fe80::1"), ("TCP_CHECK", "connect_ip fe80::1\nbind_if eth0"),
        ("TCP_CHECK", "url {\n}"),
        ("TCP_CHECK", "retry 0"), ("TCP_CHECK", "nb_get_retry 3"), ("TCP_CHECK", "fwmark x"),
        ("HTTP_GET", "url {\npath /\n}\nhttp_protocol 1.1"), ("HTTP_GET", "url {\npath /\n}\nhttp_protocol 2"),
        ("SSL_GET", "url {\npath /\n}\nenable_sni"), ("SMTP_CHECK", "helo_name x\nhost {\nconnect_port 25\n}"),
        ("SMTP_CHECK", "host {\nfoo 1\n}"), ("SMTP_CHECK", "helo_name"), ("DNS_CHECK", "type ANY"),
        ("DNS_CHECK", "type aaaa\nname www.example.com"), ("DNS_CHECK", "name a.b"), ("DNS_CHECK", "name a\nname b"),
        ("MISC_CHECK", "misc_path /usr/bin/true\nmisc_timeout 5\nmisc_dynamic"), ("MISC_CHECK", "misc_timeout 5"),
        ("MISC_CHECK", "misc_path /usr/bin/true\nmisc_timeout x"), ("PING_CHECK", "retry 2"),
        ("MISC_CHECK", "misc_path /usr/bin/true\nconnect_timeout 3"), ("UDP_CHECK", "payload 00 1f"),
        ("UDP_CHECK", "payload zz"), ("UDP_CHECK", "require_reply 0x"), ("UDP_CHECK", "min_reply_length 300"),
        ("FILE_CHECK", "track_file f\nweight 2 reverse"), ("FILE_CHECK", "track_file g"), ("FILE_CHECK", "weight 2"),
        ("FILE_CHECK", "track_file f\nweight 2 back"), ("BFD_CHECK", "name b"), ("BFD_CHECK", "name c"),
        ("BFD_CHECK", ""),
    ].map { check($0, $1) }

    private static let urls =
        [
            "", "status_code 200-299 301", "status_code 99", "status_code 600", "status_code 299-200", "digest x",
            "digest 9b3a0c85a887a256d6939da88aabd8cd", "virtualhost", "pth /x", "regex x",
        ].map { url($0) }

    private static let groups = [
        group("192.0.2.80 80"), group("192.0.2.80-85 80"), group("192.0.2.85-80 80"), group("192.0.2.80/33 80"),
        group("192.0.2.80 81"), group("192.0.2.80 81", kind: "NAT"), group("192.0.2.80"), group("x"), group(""),
        group("fwmark 5"), group("fwmark 5 inet6"), group("2001:db8::80 80"), group("192.0.2.80 80\n2001:db8::80 80"),
        service(target: "group H", transport: "", server: "2001:db8::1 81"), service("foo", target: "group H"),
    ]

    private static let certificates = ["password x\nca y", "ca", "ca x\nca y", "foo x"].map { "SSL {\n\($0)\n}\n" }
}
