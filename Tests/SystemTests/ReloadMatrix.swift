import Rehearsal

/// One file of a pair, in parts that a reload can change.
struct MatrixFile: Equatable {
    var globals: [String] = []
    /// Blocks before the instance.
    var checks: [String] = []
    /// Lines of the instance beside those that follow.
    var lines: [String] = []
    var name = "service"
    var version = 3
    var interface = "eth0"
    var id = 51
    var priority: Int
    var interval = "0.2"
    var address = "192.0.2.10/24"
    /// Further addresses.
    var addresses: [String] = []
    var excluded: [String] = []
    /// What stands behind the instance, other instances for example.
    var more: [String] = []

    init(priority: Int) { self.priority = priority }

    var text: String {
        func block(_ name: String, _ lines: [String]) -> String {
            lines.isEmpty ? "" : "\(name) {\n\(lines.joined(separator: "\n"))\n}\n"
        }
        return block("global_defs", globals) + checks.joined(separator: "\n") + "\n"
            + block(
                "vrrp_instance \(name)",
                [
                    "version \(version)", "interface \(interface)", "virtual_router_id \(id)", "priority \(priority)",
                    "advert_int \(interval)",
                ] + lines + [
                    block("virtual_ipaddress", [address] + addresses), block("virtual_ipaddress_excluded", excluded),
                ])
            + more.joined(separator: "\n")
    }

    static func other(_ name: String, _ id: Int, _ address: String, _ lines: String = "") -> String {
        """
        vrrp_instance \(name) {
            version 3
            interface eth0
            virtual_router_id \(id)
            priority 150
            advert_int 0.2
            virtual_ipaddress {
                \(address)
            }
            \(lines)
        }

        """
    }
}

/// A change of the file of a MASTER, and what the protocol makes of it.
struct MatrixChange: Sendable {
    enum Cost: Sendable {
        /// Nobody has to notice.
        case nothing
        /// The address moves, or the two lose sight of each other: requests under way may be lost, and the gap may be so long.
        case gap(milliseconds: UInt64)
    }

    var name: String
    var cost: Cost
    /// The other host's file is changed as well, at the same time.
    var ofBoth: Bool
    var change: @Sendable (inout MatrixFile) -> Void

    init(
        _ name: String, _ cost: Cost = .nothing, ofBoth: Bool = false,
        _ change: @escaping @Sendable (inout MatrixFile) -> Void
    ) {
        (self.name, self.cost, self.ofBoth, self.change) = (name, cost, ofBoth, change)
    }

    private static let check = "vrrp_script well {\nscript /usr/bin/true\ninterval 0.5\nuser root\n}\n"
    private static let file = "track_file load {\nfile /run/load\nweight 1\n}\n"
    private static let process = "vrrp_track_process shell {\nprocess haproxy\n}\n"
    private static let group = "vrrp_sync_group G {\ngroup {\nservice\nsecond\n}\n}\n"

    static let all = priorities + timing + addresses + identity + checks + companions + globals

    private static let priorities = [
        MatrixChange("a higher priority") { $0.priority = 200 },
        MatrixChange("a lower priority that is still the highest") { $0.priority = 110 },
        // A Backup of higher priority lets its timer run out and takes over with everything ready.
        MatrixChange("a priority below the other's", .gap(milliseconds: 50)) { $0.priority = 50 },
        MatrixChange("nopreempt") { $0.lines.append("nopreempt") },
        MatrixChange("preempt_delay") { $0.lines.append("preempt_delay 5") },
        MatrixChange("state MASTER") { $0.lines.append("state MASTER") },
    ]

    private static let timing = [
        MatrixChange("a longer interval") { $0.interval = "0.4" },
        MatrixChange("a shorter interval") { $0.interval = "0.1" },
        MatrixChange("another interval on both hosts", ofBoth: true) { $0.interval = "0.5" },
        MatrixChange("down_timer_adverts on both hosts", ofBoth: true) { $0.lines.append("down_timer_adverts 5") },
        MatrixChange("the announcements") {
            $0.lines += ["garp_master_refresh 1", "garp_master_repeat 2", "garp_master_delay 1"]
        },
        MatrixChange("no lease") { $0.lines.append("lease off") },
        MatrixChange("a long lease") { $0.lines.append("lease 30") },
    ]

    private static let addresses = [
        MatrixChange("a second address") { $0.addresses.append("192.0.2.11/24") },
        MatrixChange("an address of another subnet") { $0.addresses.append("198.51.100.11/24") },
        MatrixChange("thirty addresses") { $0.excluded += (200..<230).map { "192.0.2.\($0)/24" } },
        MatrixChange("an IPv6 address") { $0.excluded.append("2001:db8::10/64") },
        MatrixChange("a label", .gap(milliseconds: 50)) { $0.address = "192.0.2.10/24 label eth0:1" },
        MatrixChange("another prefix length", .gap(milliseconds: 50)) { $0.address = "192.0.2.10/32" },
        MatrixChange("the order of the addresses") {
            $0.addresses.append($0.address)
            $0.address = "192.0.2.9/24"
        },
        MatrixChange("the address becomes an excluded one") {
            $0.excluded.append($0.address)
            $0.address = "192.0.2.9/24"
        },
        // A virtual router that begins listens first; until then the address is nobody's.
        MatrixChange("the address moves to an instance that begins with it", .gap(milliseconds: 1000)) {
            $0.more.append(MatrixFile.other("second", 61, $0.address))
            $0.address = "192.0.2.9/24"
        },
    ]

    /// What makes another virtual router of it on the wire.
    private static let identity = [
        MatrixChange("another name") { $0.name = "renamed" },
        MatrixChange("another VRID on both hosts", ofBoth: true) { $0.id = 77 },
        MatrixChange("another name and VRID on both hosts", .gap(milliseconds: 1000), ofBoth: true) {
            $0.name = "other"
            $0.id = 78
        },
        MatrixChange("version 2 on both hosts", .gap(milliseconds: 50), ofBoth: true) {
            $0.version = 2
            $0.interval = "1"
        },
        MatrixChange("another multicast group on both hosts", ofBoth: true) {
            $0.lines.append("mcast_dst_ip 224.0.0.81")
        },
        MatrixChange("unicast on both hosts", ofBoth: true) {
            $0.lines.append(
                $0.priority > 120
                    ? "unicast_src_ip 192.0.2.1\nunicast_peer {\n192.0.2.2\n}"
                    : "unicast_src_ip 192.0.2.2\nunicast_peer {\n192.0.2.1\n}")
        },
        MatrixChange("use_vmac on both hosts", .gap(milliseconds: 50), ofBoth: true) { $0.lines.append("use_vmac") },
        MatrixChange("use_vmac and another VRID on both hosts", .gap(milliseconds: 50), ofBoth: true) {
            $0.lines.append("use_vmac")
            $0.id = 79
        },
        MatrixChange("another interface on the same segment", .gap(milliseconds: 50)) { $0.interface = "eth1" },
    ]

    private static let checks = [
        MatrixChange("a check that works") {
            $0.checks.append(check)
            $0.lines.append("track_script {\nwell\n}")
        },
        MatrixChange("a check with a weight") {
            $0.checks.append(check.replacing("interval 0.5", with: "interval 0.3\nweight -20"))
            $0.lines.append("track_script {\nwell\n}")
        },
        MatrixChange("a tracked interface") { $0.lines.append("track_interface {\neth1 weight -10\n}") },
        MatrixChange("a tracked process") {
            $0.checks.append(process)
            $0.lines.append("track_process {\nshell\n}")
        },
        MatrixChange("a tracked file") {
            $0.checks.append(file)
            $0.lines.append("track_file {\nload\n}")
        },
        MatrixChange("dont_track_primary") { $0.lines.append("dont_track_primary") },
    ]

    private static let companions = [
        MatrixChange("another instance") { $0.more.append(MatrixFile.other("second", 61, "192.0.2.20/24")) },
        MatrixChange("an instance before it in the file") {
            $0.checks.append(MatrixFile.other("second", 61, "192.0.2.20/24"))
        },
        MatrixChange("a sync group with another instance") {
            $0.more.append(MatrixFile.other("second", 61, "192.0.2.20/24"))
            $0.more.append(group)
        },
        MatrixChange("routes and rules") {
            $0.lines += [
                "virtual_routes {\n203.0.113.0/24 via 192.0.2.254 dev eth0\n}",
                "virtual_rules {\nfrom 203.0.113.0/24 lookup 100 preference 300\n}",
            ]
        },
        MatrixChange("notify commands") { $0.lines.append("notify \"/usr/bin/true\" root") },
        MatrixChange("a standby that tells of itself", ofBoth: true) { $0.lines.append("standby_notice on") },
        MatrixChange("keys, permissively", ofBoth: true) {
            $0.lines.append(
                "auth_hmac {\nmode permissive\nkey 1 hex:\(String(repeating: "a5", count: 32))\nactive_key 1\n}")
        },
    ]

    private static let globals = [
        MatrixChange("router_id") { $0.globals.append("router_id other") },
        MatrixChange("the pace of announcements") { $0.globals.append("vrrp_garp_interval 0.001") },
        MatrixChange("delays of interfaces") { $0.checks.append("interface_up_down_delays {\neth0 0.2 0.2\n}\n") },
        MatrixChange("static routes") {
            $0.more.append("static_routes {\n203.0.113.128/25 via 192.0.2.254 dev eth0\n}\n")
        },
        MatrixChange("a real-time priority") { $0.globals.append("vrrp_rt_priority 10") },
    ]
}
