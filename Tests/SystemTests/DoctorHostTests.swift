import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension DoctorTests {
    /// The host's interfaces, and what HAProxy may bind to.
    @Suite struct Hosts {
        @Test func `an interface that is missing, off, or without carrier is named, and one that works is in order`()
            throws
        {
            let ward = try Ward()
            let host = ward.lb1
            try host.writeFile("/run/vrrp.conf", instance(interface: "eth1"))
            let missing = try ward.examine(host)
            #expect(try missing.fault("interface_missing").evidence == ["it has eth0"])
            // What cannot be listened to is not passed over.
            #expect(missing.severities("one_owner") == ["unknown"])
            try host.addCable("eth1")
            let down = try ward.examine(host).fault("interface_down")
            #expect(!down.isSafe)
            try ward.run(host, "ip link set far-eth1 down")
            try ward.mend(host, down)
            #expect(try ward.examine(host).fault("interface_no_carrier").subject == "eth1 IPv4")
            try ward.run(host, "ip link set far-eth1 up")
            try ward.trial.waitFor("a carrier") { try ward.run(host, "ip -br link show eth1").contains("LOWER_UP") }
            #expect(
                try ward.examine(host).fault("interface_no_address").title
                    == "eth1 has no IPv4 address to send adverts from")
            try ward.run(host, "ip address add 192.0.2.1/24 dev eth1")
            let after = try ward.examine(host)
            #expect(after.severities("interface_usable") == ["ok"])
            #expect(after.severities("address_in_subnet") == ["ok"])
        }

        @Test func `a port of a bridge is named, and the bridge works`() throws {
            let ward = try Ward()
            let host = ward.lb1
            try ward.startPair()
            try ward.run(
                host,
                "ip link add br0 type bridge; ip link set br0 up; ip link set eth0 master br0; ip addr add 192.0.2.3/24 dev br0"
            )
            #expect(try ward.examine(host).fault("interface_is_port").advice.contains("`interface br0`"))
            try host.setAddress(.init("192.0.2.1", 24), on: "eth0", present: false)
            let mark = ward.daemons["lb1"]?.mark ?? 0
            try ward.daemons["lb1"]?.reload(instance(interface: "br0"))
            try ward.daemons["lb1"]?.says("Entering BACKUP STATE", since: mark)
            let after = try ward.examine(host)
            #expect(after.faults.map(\.description) == [])
            #expect(after.severities("interface_usable") == ["ok"])
        }

        @Test func `without a link-local address IPv6 adverts have no source`() throws {
            let ward = try Ward()
            let host = ward.lb1
            try host.writeFile("/run/vrrp.conf", instance(addresses: Ward.addresses(.v6)))
            let linkLocal = try ward.run(host, "ip -6 -br addr show dev eth0 scope link").split(separator: " ")[2]
            try ward.run(host, "ip address del \(linkLocal) dev eth0")
            #expect(try ward.examine(host).fault("interface_no_address").title.contains("no IPv6 link-local address"))
            try ward.run(host, "ip address add \(linkLocal) dev eth0")
            #expect(try ward.examine(host).severities("interface_usable") == ["ok"])
        }

        @Test func `a source address that the host has not is named`() throws {
            let ward = try Ward()
            try ward.lb1.writeFile("/run/vrrp.conf", instance("VI_1", "mcast_src_ip 192.0.2.77"))
            #expect(try ward.examine(ward.lb1).fault("interface_no_address").title.contains("192.0.2.77"))
            try ward.lb1.setAddress(.init("192.0.2.77", 24), on: "eth0", present: true)
            #expect(try ward.examine(ward.lb1).severities("interface_usable") == ["ok"])
        }

        @Test func `virtual addresses in the wrong subnet or with the wrong prefix are named`() throws {
            let ward = try Ward()
            let (host, outside) = (ward.lb1, instance(addresses: ["203.0.113.10/24"]))
            try ward.start(host, outside, saying: "Entering MASTER STATE")
            let finding = try ward.examine(host).fault("address_outside_subnet")
            #expect(finding.severity == "warning" && finding.evidence == ["eth0 has 192.0.2.1/24"])
            try ward.daemons["lb1"]?.reload(instance(addresses: ["192.0.2.10/16"]))
            let prefix = try ward.examine(host).fault("address_prefix_differs")
            #expect(prefix.advice.hasPrefix("write 192.0.2.10/24, or no prefix at all"))
            for right in ["192.0.2.10/24", "192.0.2.10"] {
                try ward.daemons["lb1"]?.reload(instance(addresses: [right]))
                #expect(try ward.examine(host).severities("address_in_subnet") == ["ok"])
            }
        }

        @Test(arguments: [AddressFamily.v4, .v6])
        func `the route to a subnet that somebody removed is found, and comes back by the printed command`(
            family: AddressFamily
        ) throws {
            let ward = try Ward()
            // The kernel itself puts that of IPv6 back when it is told how long an address of the subnet is valid.
            let host = family == .v4 ? ward.lb2 : ward.lb1
            try ward.startPair(addresses: Ward.addresses(family))
            #expect(try ward.examine(host).severities("subnet_routes_present") == ["ok"])
            let subnet = family == .v4 ? "192.0.2.0/24" : "fd00:2::/64"
            let command = family == .v4 ? "ip" : "ip -6"
            try ward.run(host, "\(command) route del \(subnet) dev eth0")
            let finding = try ward.examine(host).fault("subnet_route_missing")
            #expect(finding.severity == "problem" && finding.isSafe && finding.subject == "eth0 \(subnet)")
            try ward.mend(host, finding)
            #expect(try ward.run(host, "\(command) route show \(subnet)").contains("proto kernel"))
            let after = try ward.examine(host)
            #expect(after.severities("subnet_routes_present") == ["ok"])
            #expect(after.faults.map(\.description) == [])
        }

        @Test func `a route to the subnet in another table is no missing route`() throws {
            let ward = try Ward()
            let host = ward.lb1
            try host.writeFile("/run/vrrp.conf", instance())
            try ward.run(
                host, "ip route del 192.0.2.0/24 dev eth0; ip route add 192.0.2.0/24 dev eth0 scope link table 1001")
            #expect(try ward.examine(host).severities("subnet_routes_present") == ["ok"])
            try ward.run(host, "ip route del 192.0.2.0/24 dev eth0 table 1001")
            #expect(try ward.examine(host).fault("subnet_route_missing").subject == "eth0 192.0.2.0/24")
        }

        @Test func `addresses that bring no route to their subnet are not missed`() throws {
            let ward = try Ward()
            let host = ward.lb1
            try ward.run(
                host,
                "ip address add 198.51.100.1/24 dev eth0 noprefixroute; ip address add 203.0.113.1/32 dev eth0; "
                    + "ip address add 10.0.0.1 peer 10.9.0.0/16 dev eth0; ip route del 10.9.0.0/16 dev eth0; "
                    + "ip address add 10.1.0.0/31 dev eth0; ip address add fd00:3::1/64 dev eth0 noprefixroute")
            try host.writeFile("/run/vrrp.conf", instance())
            let examined = try ward.examine(host)
            #expect(examined.all("subnet_route_missing").map(\.description) == [])
            let listed = try #require(examined.all("subnet_routes_present").first?.evidence.first)
            #expect(listed.contains("192.0.2.0/24") && listed.contains("10.1.0.0/31") && !listed.contains("198.51"))
        }

        private func startsHAProxy(_ ward: Ward, _ host: Host) throws -> Bool {
            let process = try host.start("haproxy", ["-db", "-f", "/run/haproxy.cfg"])
            var isListening = false
            try ward.trial.observer.wait(seconds: 10) {
                isListening = try host.listens(on: 8080)
                return isListening || process.status != nil
            }
            try process.send(.kill)
            return isListening
        }

        @Test(arguments: [AddressFamily.v4, .v6])
        func `HAProxy that cannot bind to a virtual address can after the printed command`(family: AddressFamily) throws
        {
            let ward = try Ward()
            let host = ward.lb1
            try ward.startPair(addresses: Ward.addresses(family))
            try ward.privateCopy(host, "/etc/sysctl.d")
            let address = family == .v4 ? "192.0.2.10" : "[fd00:2::10]"
            try host.writeFile(
                "/run/haproxy.cfg",
                """
                defaults
                    mode tcp
                    timeout client 1s
                    timeout server 1s
                    timeout connect 1s
                frontend web
                    bind \(address):8080,127.0.0.1:8081  # the virtual address
                    default_backend none
                backend none

                """)
            #expect(try !startsHAProxy(ward, host))
            let finding = try ward.examine(host).fault("nonlocal_bind_off")
            #expect(finding.isSafe && finding.evidence.contains { $0.hasPrefix("/run/haproxy.cfg:7: bind \(address)") })
            try ward.mend(host, finding)
            #expect(try startsHAProxy(ward, host))
            let after = try ward.examine(host)
            #expect(after.severities("nonlocal_bind") == ["ok"], "\(after.findings)")
        }

        @Test func `a sysctl that lasts until the next start is a warning, also where a later file says otherwise`()
            throws
        {
            let ward = try Ward()
            let host = ward.lb1
            try ward.startPair()
            try ward.privateCopy(host, "/etc/sysctl.d")
            try ward.run(host, "rm -f /etc/sysctl.d/*; mkdir -p /run/systemd/system")
            try host.setSysctl("net/ipv4/ip_nonlocal_bind", "1")
            try host.writeFile("/run/haproxy.cfg", "listen web\n  bind ipv4@192.0.2.10:80 name web\n")
            for file in ["", "98-local.conf", "zzz.conf"] {
                if !file.isEmpty { try ward.run(host, "echo net.ipv4.ip_nonlocal_bind=0 > /etc/sysctl.d/\(file)") }
                let finding = try ward.examine(host).fault("nonlocal_bind_not_kept")
                #expect(finding.severity == "warning" && finding.isSafe)
                if !file.isEmpty { #expect(finding.evidence.contains { $0.contains("\(file):1 sets it to 0") }) }
                try ward.mend(host, finding)
                #expect(try ward.examine(host).severities("nonlocal_bind") == ["ok"])
                // What the system itself makes of those files.
                try host.setSysctl("net/ipv4/ip_nonlocal_bind", "0")
                try ward.run(host, "/lib/systemd/systemd-sysctl --prefix=/net/ipv4/ip_nonlocal_bind")
                #expect(try ward.run(host, "sysctl -n net.ipv4.ip_nonlocal_bind") == "1\n")
            }
        }

        @Test func `wildcards and transparent binds need no sysctl, and variables are not guessed`() throws {
            let ward = try Ward()
            let host = ward.lb1
            try ward.startPair()
            try host.writeFile(
                "/run/haproxy.cfg", "frontend web\n  bind *:80\n  bind [::]:443\n  bind 192.0.2.10:81 transparent\n")
            #expect(try ward.examine(host).severities("nonlocal_bind") == ["ok"])
            try host.writeFile("/run/haproxy.cfg", "frontend web\n  bind \"${VIP}:80\"\n")
            let examined = try ward.examine(host)
            #expect(examined.severities("nonlocal_bind") == ["note"])
            #expect(examined.exitCode == 0)
        }

        @Test func `without root nothing is passed over in silence`() throws {
            let ward = try Ward()
            try ward.startPair()
            let host = ward.lb1
            try host.writeFile("/run/haproxy.cfg", "frontend web\n  bind *:80\n")
            let command =
                "setpriv --reuid=65534 --regid=65534 --clear-groups \(Trial.command) doctor -f /run/vrrp.conf --seconds 0.3 "
                + "--socket /run/understudy/control.sock --haproxy /run/haproxy.cfg"
            let result = try host.run("sh", ["-c", command], seconds: 30)
            #expect(result.status == .exited(code: 2), "\(result.output)")
            for words in [
                "UNKNOWN  the daemon could not be asked", "UNKNOWN  eth0 IPv4: the firewall's rules",
                "UNKNOWN  VI_1: it is not known what is on the wire of eth0",
                "UNKNOWN  VI_1 192.0.2.10: it is not known who has",
                "ok       eth0 IPv4: eth0 is up",
            ] { #expect(result.output.contains(words), "\(words)\n\(result.output)") }
            let fix = try host.run("sh", ["-c", command + " --fix --yes"], seconds: 30)
            #expect(fix.status == .exited(code: 4) && fix.output.contains("needs root"))
        }

        @Test func `a file that cannot be used is a finding with the places that are wrong`() throws {
            let ward = try Ward()
            let missing = try ward.examine(ward.lb1, file: "/run/nothing.conf").fault("configuration")
            #expect(missing.severity == "problem" && missing.evidence.first?.contains("/run/nothing.conf") == true)
            try ward.lb1.writeFile("/run/vrrp.conf", "vrrp_instance VI_1 {\n    interface eth0\n    priorty 100\n}\n")
            let wrong = try ward.examine(ward.lb1).fault("configuration")
            #expect(wrong.evidence.contains { $0.hasPrefix("/run/vrrp.conf:3:5") }, "\(wrong)")
            try ward.lb1.writeFile("/run/vrrp.conf", instance())
            #expect(try ward.examine(ward.lb1).severities("configuration") == ["ok"])
        }
    }
}
