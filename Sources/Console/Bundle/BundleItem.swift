/// One file of a support bundle, and where its content comes from.
package struct BundleItem: Equatable, Sendable {
    package enum Source: Equatable, Sendable {
        /// The output of a program, found in the system's program directories.
        case command(String, [String])
        /// The output of this program itself.
        case own([String])
        /// A file; only its end when it is long.
        case file(String)
        /// Files whose content is a line or so each.
        case values(patterns: [String])
        /// What the kernel says of the daemon's process.
        case daemonProcess
    }

    /// Its path in the bundle.
    package var name: String
    /// For the manifest.
    package var what: String
    package var source: Source
    /// Seconds after which it is given up.
    package var bound = 10.0

    package init(_ name: String, _ what: String, _ source: Source, bound: Double = 10) {
        self.name = name
        self.what = what
        self.source = source
        self.bound = bound
    }

    /// Where it comes from, for the manifest.
    package var origin: String {
        switch source {
        case .command(let program, let arguments): ([program] + arguments).joined(separator: " ")
        case .own(let arguments): (["understudy"] + arguments).joined(separator: " ")
        case .file(let path): path
        case .values(let patterns): patterns.joined(separator: " ")
        case .daemonProcess: "/proc"
        }
    }

    /// Everything that is asked for, the configuration files apart.
    ///
    /// - Parameters:
    ///   - file: the configuration file.
    ///   - socket: of the daemon.
    package static func all(file: String, socket: String) -> [BundleItem] {
        let asking = ["--socket", socket]
        return [
            BundleItem("status.txt", "what the daemon says of itself", .own(["status"] + asking)),
            BundleItem("status.json", "the same, for programs", .own(["status", "--json"] + asking)),
            BundleItem("explain.txt", "why it is as it is", .own(["explain"] + asking)),
            BundleItem("history.txt", "what happened", .own(["history", "--limit", "500"] + asking)),
            BundleItem(
                "history.json", "the same, for programs", .own(["history", "--limit", "500", "--json"] + asking)),
            BundleItem(
                "doctor.txt", "what is wrong around the daemon", .own(["doctor", "--file", file] + asking), bound: 60),
            BundleItem("check.txt", "what is wrong with the configuration", .own(["check", "--host", file])),
            BundleItem("versions/understudy.txt", "version", .own(["--version"])),
            BundleItem("versions/kernel.txt", "kernel", .command("uname", ["-a"])),
            BundleItem("versions/system.txt", "distribution", .file("/etc/os-release")),
            BundleItem("versions/packages-deb.txt", "packages", .command("dpkg-query", ["--list"] + packages)),
            BundleItem("versions/packages-rpm.txt", "packages", .command("rpm", ["--query"] + packages)),
            BundleItem("versions/haproxy.txt", "load balancer", .command("haproxy", ["-v"])),
        ] + service + network + firewall
    }

    private static let packages = ["understudy*", "keepalived", "haproxy*", "hapee*", "nginx"]

    private static let service = [
        BundleItem(
            "service/status.txt", "state of the service",
            .command("systemctl", ["status", "--no-pager", "--full", "understudy"])),
        BundleItem("service/show.txt", "its settings in force", .command("systemctl", ["show", "understudy"])),
        BundleItem(
            "service/unit.txt", "its unit, drop-ins included",
            .command("systemctl", ["cat", "--no-pager", "understudy"])),
        BundleItem(
            "service/journal.txt", "its last 2000 lines of log",
            .command(
                "journalctl",
                [
                    "--unit=understudy", "--unit=hapee-extras-vrrp", "--lines=2000", "--no-pager",
                    "--output=short-iso-precise",
                ]),
            bound: 20),
        BundleItem("service/options-deb.txt", "the daemon's flags", .file("/etc/default/understudy")),
        BundleItem("service/options-rpm.txt", "the daemon's flags", .file("/etc/sysconfig/understudy")),
        BundleItem("service/process.txt", "limits and state of the daemon's process", .daemonProcess),
        BundleItem("service/clock.txt", "clock", .command("timedatectl", ["show"])),
    ]

    private static let network = [
        BundleItem("network/addresses.txt", "addresses", .command("ip", ["-d", "address"])),
        BundleItem("network/links.txt", "interfaces", .command("ip", ["-d", "-s", "link"])),
        BundleItem("network/routes-4.txt", "IPv4 routes", .command("ip", ["route", "show", "table", "all"])),
        BundleItem("network/routes-6.txt", "IPv6 routes", .command("ip", ["-6", "route", "show", "table", "all"])),
        BundleItem("network/rules-4.txt", "IPv4 routing rules", .command("ip", ["rule"])),
        BundleItem("network/rules-6.txt", "IPv6 routing rules", .command("ip", ["-6", "rule"])),
        BundleItem("network/neighbours.txt", "link-layer addresses of neighbours", .command("ip", ["neighbour"])),
        BundleItem("network/listeners.txt", "who listens for connections", .command("ss", ["-lntp"])),
        BundleItem("network/managers.txt", "what NetworkManager manages", .command("nmcli", ["device"])),
        BundleItem(
            "network/networkd.txt", "what systemd-networkd manages", .command("networkctl", ["list", "--no-pager"])),
        BundleItem(
            "network/sysctls.txt", "settings of the kernel that matter",
            .values(patterns: [
                "/proc/sys/net/ipv[46]/ip_nonlocal_bind", "/proc/sys/net/ipv4/ip_forward",
                "/proc/sys/net/ipv4/conf/*/{rp_filter,arp_ignore,arp_announce,arp_filter,arp_notify,accept_local,forwarding,promote_secondaries}",
                "/proc/sys/net/ipv6/conf/*/{disable_ipv6,forwarding,accept_dad,dad_transmits,keep_addr_on_down}",
                "/proc/sys/net/core/rmem_max", "/proc/sys/fs/file-nr",
            ])),
        BundleItem(
            "network/sysctl-files.txt", "where they are set",
            .command(
                "grep",
                [
                    "--recursive", "--extended-regexp", "nonlocal_bind|rp_filter|arp_", "/etc/sysctl.conf",
                    "/etc/sysctl.d",
                    "/usr/lib/sysctl.d",
                ])),
    ]

    private static let firewall = [
        BundleItem("firewall/nftables.txt", "nftables", .command("nft", ["list", "ruleset"])),
        BundleItem("firewall/iptables.txt", "iptables", .command("iptables-save", [])),
        BundleItem("firewall/ip6tables.txt", "ip6tables", .command("ip6tables-save", [])),
        BundleItem("firewall/firewalld.txt", "firewalld", .command("firewall-cmd", ["--list-all-zones"])),
        BundleItem("firewall/ufw.txt", "ufw", .command("ufw", ["status", "verbose"])),
    ]
}
