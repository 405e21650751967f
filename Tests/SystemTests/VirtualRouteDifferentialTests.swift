import Control
import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

/// Debian's keepalived and Understudy read the same file, and set the same routes.
@Suite(.serialized) struct VirtualRouteDifferentialTests {
    private static let lines = [
        "10.1.0.0/16 via 192.0.2.254 dev eth0", "src 192.0.2.10 to 10.2.0.0/16 via 192.0.2.254 dev eth0 metric 50",
        "10.3.0.0/16 dev eth0", "10.4.0.0/16 via 203.0.113.1 dev eth0 onlink table 100 mtu 1400",
        "10.5.0.0/16 dev eth0 scope global table 100", "10.6.0.9 dev eth0",
        "default via 192.0.2.254 dev eth0 table 101",
        "blackhole 10.7.0.0/16 no_track", "unreachable 10.8.0.0/16 metric 3 no_track",
        "2001:db8:1::/48 dev eth0", "2001:db8:2::/48 via fe80::99 dev eth0 metric 5 table 100",
        "10.11.0.0/16 table 102 no_track nexthop via 192.0.2.254 dev eth0 weight 1 nexthop via 192.0.2.253 dev eth0 weight 2",
        "10.12.0.0/16 via 192.0.2.254 dev eth0 tos 0x10 advmss 1400 window 65535 initcwnd 20 initrwnd 30 hoplimit 9 quickack 1",
        "10.13.0.0/16 via 192.0.2.254 dev eth0 rto_min 300 mtu lock 1300 reordering 5 cwnd lock 20 "
            + "ssthresh 40 features ecn fastopen_no_cookie 1",
        "local 10.14.0.0/16 dev eth0 scope host table 103",
        "10.15.0.0/16 via 192.0.2.254 dev eth0", "10.15.0.0/16 via 192.0.2.253 dev eth0",
        "2001:db8:3::/48 via fe80::99 dev eth0 pref high metric 7",
        "10.15.0.0/16 via 192.0.2.252 dev eth0 append", "add 10.22.0.0/16 via 192.0.2.254 dev eth0",
        "10.20.0.0/16 via 192.0.2.254 dev eth0 realms 1/2 congctl lock reno",
        "10.21.0.0/16 dev eth0 realms 5 congctl reno",
        "broadcast 10.23.0.255 dev eth0 scope link table 104", "multicast 224.1.1.0/24 dev eth0 table 104",
        "anycast 2001:db8:7::/64 dev eth0 table 104", "blackhole 10.26.0.0/16 realms 4 no_track",
        "10.24.0.0/16 dev eth0 encap ip id 5 dst 192.0.2.77 src 192.0.2.1 ttl 9 tos 0x10 flags 256",
        "10.27.0.0/16 dev eth0 encap ip6 dst 2001:db8::7", "2001:db8:a::/48 dev eth0 encap ip id 9",
        "2001:db8:5::/48 dev eth0 encap ip6 id 7 dst 2001:db8::7 src 2001:db8::8 hoplimit 9 tc 4",
        "10.25.0.0/16 no_track nexthop via 192.0.2.254 dev eth0 realms 3 nexthop via 192.0.2.253 dev eth0 realms 1/4",
        "2001:db8:6::/48 from 2001:db8:9::/48 via fe80::99 dev eth0",
        "2001:db8:8::/48 via fe80::99 dev eth0 expires 1000",
        "2001:db8:4::/48 via fe80::99 dev eth0", "2001:db8:4::/48 via fe80::98 dev eth0",
    ]
    /// The last two are one for the kernel, with two ways.
    private static let routeCount = lines.count - 1

    private static let rules = [
        "from 192.0.2.10 lookup 100 preference 300", "to 10.0.0.0/8 iif eth0 table 101 priority 301",
        "not from 10.9.0.0/16 fwmark 0x10/0xf0 lookup 102 preference 302",
        "from 2001:db8::/32 lookup 100 preference 303",
        "from 10.5.0.0/16 blackhole preference 304",
        "tos 0x10 uidrange 1000-1999 table 100 preference 305", "ipproto tcp dport 80-81 table 100 preference 306",
        "ipproto udp sport 5000-5001 table 100 preference 307", "l3mdev preference 308",
        "from all table 100 suppress_prefixlength 8 preference 309",
        "from 10.6.0.0/16 lookup 105", "to 2001:db8:1::/48 lookup 106", "to 10.7.0.0/16 lookup 107",
    ]

    @Test func `every rule is as keepalived's, but for the mark`() throws {
        let trial = try Trial()
        let configuration = instance(
            addresses: ["192.0.2.10/24"], "virtual_rules {\n\(Self.rules.joined(separator: "\n"))\n}")
        let found = try [Program.understudy, .keepalived].map { program -> [String] in
            let interface = Interface("eth0", segment: "alone-\(program)", addresses: [try .init(ip("192.0.2.1"), 24)])
            let host = try trial.laboratory.addHost("\(program)", [interface])
            try host.writeFile("/run/vrrp.conf", configuration)
            let command = program.command("/run/vrrp.conf")
            let log = try OutputLog("\(program)")
            _ = try host.start(command.program, command.arguments, log: log)
            func rules() throws -> [String] {
                try ["-4", "-6"].flatMap { family in
                    try host.run("ip", [family, "rule"]).output.split(separator: "\n").map(String.init)
                }.filter { $0.hasPrefix("30") || $0.hasPrefix("1638") }.map { line in
                    var words = line.split { " \t".contains($0) }.map(String.init)
                    if let place = words.firstIndex(of: "proto") { words.removeSubrange(place...place + 1) }
                    return words.joined(separator: " ")
                }
            }
            try trial.waitFor("the rules of \(program)\n\(log.text)", seconds: 10) {
                try rules().count == Self.rules.count
            }
            return try rules()
        }
        #expect(found[0] == found[1])
    }

    @Test func `every route is as keepalived's, but for the mark`() throws {
        let trial = try Trial()
        let configuration = instance(
            addresses: ["192.0.2.10/24"], "virtual_routes {\n\(Self.lines.joined(separator: "\n"))\n}")
        // keepalived's has a name on some systems.
        let marks: [Program: Set<String>] = [.understudy: ["112"], .keepalived: ["18", "keepalived"]]
        let found = try [Program.understudy, .keepalived].map { program -> [String] in
            let interface = Interface("eth0", segment: "alone-\(program)", addresses: [try .init(ip("192.0.2.1"), 24)])
            let host = try trial.laboratory.addHost("\(program)", [interface])
            try host.writeFile("/run/vrrp.conf", configuration)
            let command = program.command("/run/vrrp.conf")
            let log = try OutputLog("\(program)")
            _ = try host.start(command.program, command.arguments, log: log)
            let mark = try #require(marks[program])
            try trial.waitFor("the routes of \(program)\n\(log.text)", seconds: 10) {
                try host.routes(mark).count == Self.routeCount
            }
            return try host.routes(mark).map { line in
                var words = line.split(separator: " ").map(String.init)
                for word in ["proto", "expires"] {
                    if let place = words.firstIndex(of: word) { words.removeSubrange(place...place + 1) }
                }
                return words.joined(separator: " ")
            }
        }
        // In the kernel's order, which decides between routes of one place.
        #expect(found[0] == found[1])
        #expect(found[0].count == Self.routeCount)
    }
}
