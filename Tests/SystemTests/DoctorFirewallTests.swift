import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

/// A firewall that keeps adverts out or in, and how the doctor's command begins that opens it.
struct FirewallFault: CustomTestStringConvertible, Sendable {
    var name: String
    var rules: String
    var isIncoming = true
    var family = AddressFamily.v4
    var command: String
    var testDescription: String { name }

    static let all = [
        FirewallFault(
            name: "nft: a policy of drop",
            rules: """
                nft 'add table inet filter; add chain inet filter input { type filter hook input priority 0; policy drop; };
                     add rule inet filter input ct state established,related accept; add rule inet filter input iif lo accept;
                     add rule inet filter input meta l4proto { icmp, icmpv6 } accept; add rule inet filter input tcp dport 22 accept'
                """,
            command: "nft 'insert rule inet filter input iifname \"eth0\" ip protocol 112 accept'"),
        FirewallFault(
            name: "nft: a rule in a chain of its own, before one that accepts",
            rules: """
                nft 'add table ip guard; add chain ip guard strangers; add rule ip guard strangers ip daddr 224.0.0.0/4 reject;
                     add chain ip guard in { type filter hook input priority 5; }; add rule ip guard in jump strangers;
                     add rule ip guard in ip protocol 112 accept'
                """,
            command: "nft 'insert rule ip guard in iifname"),
        FirewallFault(
            name: "nft: before routing",
            rules: """
                nft 'add table inet raw; add chain inet raw pre { type filter hook prerouting priority raw; };
                     add rule inet raw pre meta pkttype multicast drop'
                """,
            command: "nft 'insert rule inet raw pre iifname"),
        FirewallFault(
            name: "nft: at the device",
            rules: """
                nft 'add table netdev dev; add chain netdev dev in { type filter hook ingress device eth0 priority 0; };
                     add rule netdev dev in ip daddr 224.0.0.18 drop'
                """,
            command: "nft 'insert rule netdev dev in ip protocol 112 accept'"),
        FirewallFault(
            name: "nft: IPv6",
            rules: """
                nft 'add table ip6 filter; add chain ip6 filter input { type filter hook input priority 0; policy drop; };
                     add rule ip6 filter input icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept'
                """,
            family: .v6, command: "nft 'insert rule ip6 filter input iifname \"eth0\" ip6 nexthdr 112 accept'"),
        FirewallFault(
            name: "nft: on the way out",
            rules: """
                nft 'add table inet filter; add chain inet filter output { type filter hook output priority 0; policy drop; };
                     add rule inet filter output meta l4proto { tcp, udp, icmp } accept'
                """,
            isIncoming: false, command: "nft 'insert rule inet filter output oifname"),
        FirewallFault(
            name: "iptables: a policy of drop", rules: "iptables -P INPUT DROP; iptables -A INPUT -i lo -j ACCEPT",
            command: "iptables -I INPUT -i eth0 -p 112 -j ACCEPT"),
        FirewallFault(
            name: "iptables: the guide's rule, appended behind one that drops",
            rules: "iptables -A INPUT -j DROP; iptables -A INPUT -p vrrp -i eth0 -j ACCEPT",
            command: "iptables -I INPUT -i eth0 -p 112 -j ACCEPT"),
        FirewallFault(
            name: "iptables: the mangle table", rules: "iptables -t mangle -A PREROUTING -p 112 -j DROP",
            command: "iptables -t mangle -I PREROUTING -i eth0 -p 112 -j ACCEPT"),
        FirewallFault(
            name: "iptables: on the way out", rules: "iptables -P OUTPUT DROP", isIncoming: false,
            command: "iptables -I OUTPUT -o eth0 -p 112 -j ACCEPT"),
        FirewallFault(
            name: "iptables of the old kind",
            rules:
                "iptables-legacy -N GUARD; iptables-legacy -A GUARD -j REJECT; iptables-legacy -A INPUT ! -p icmp -j GUARD",
            command: "iptables-legacy -I INPUT -i eth0 -p 112 -j ACCEPT"),
        FirewallFault(
            name: "ip6tables", rules: "ip6tables -P INPUT DROP; ip6tables -A INPUT -p ipv6-icmp -j ACCEPT", family: .v6,
            command: "ip6tables -I INPUT -i eth0 -p 112 -j ACCEPT"),
    ]
}

extension DoctorTests {
    @Suite struct Firewalls {
        @Test(arguments: [AddressFamily.v4, .v6])
        func `a pair in order has no fault on either host`(family: AddressFamily) throws {
            let ward = try Ward()
            try ward.startPair(addresses: Ward.addresses(family))
            for host in [ward.lb1, ward.lb2] {
                let examined = try ward.examine(host)
                #expect(examined.faults.map(\.description) == [])
                #expect(examined.exitCode == 0, "\(examined.findings)")
                #expect(examined.severities("firewall_open") == ["ok"])
                #expect(examined.severities("one_owner") == Ward.addresses(family).map { _ in "ok" })
                #expect(examined.severities("vrid_free") == ["ok"])
            }
            #expect(try ward.examine(ward.lb1).severities("adverts_arrive") == ["ok"])
            // Nothing is known of a silent standby, and nothing is wrong with it.
            #expect(try ward.examine(ward.lb2).severities("no_peer_heard") == ["note"])
        }

        @Test(arguments: FirewallFault.all)
        func `a firewall that drops adverts is named, and the printed command opens it`(fault: FirewallFault) throws {
            let ward = try Ward()
            try ward.startPair(addresses: Ward.addresses(fault.family))
            let host = fault.isIncoming ? ward.lb1 : ward.lb2
            try ward.run(host, fault.rules)
            try findAndMend(ward, host, fault)
        }

        private func findAndMend(_ ward: Ward, _ host: Host, _ fault: FirewallFault) throws {
            let code = fault.isIncoming ? "firewall_blocks_in" : "firewall_blocks_out"
            let examined = try ward.examine(host)
            #expect(examined.exitCode == 1)
            let finding = try examined.fault(code)
            #expect(finding.isSafe)
            #expect(finding.commands.first?.hasPrefix(fault.command) == true, "\(finding)")
            if fault.isIncoming {
                // Seen on the wire, not at the socket, and by whose fault.
                #expect(try examined.fault("adverts_do_not_arrive").title.contains("the firewall does it"))
            }
            try ward.mend(host, finding)
            try ward.trial.waitFor("both to have found their place again") {
                let address = try #require(IPAddress(fault.family == .v4 ? "192.0.2.10" : "fd00:2::10"))
                return try !ward.lb1.holds(address) && ward.lb2.holds(address)
            }
            for host in [ward.lb1, ward.lb2] {
                let after = try ward.examine(host)
                #expect(after.faults.map(\.description) == [])
                #expect(after.severities("firewall_open") == ["ok"], "\(after.findings)")
            }
        }

        @Test(arguments: [true, false])
        func `ufw is opened with its own command`(isIncoming: Bool) throws {
            let ward = try Ward()
            try ward.startPair()
            let host = isIncoming ? ward.lb1 : ward.lb2
            try ward.privateCopy(host, "/etc/ufw")
            try ward.privateCopy(host, "/etc/default")
            let (open, closed) = isIncoming ? ("outgoing", "incoming") : ("incoming", "outgoing")
            try ward.run(host, "ufw default allow \(open); ufw default deny \(closed); ufw --force enable")
            try findAndMend(
                ward, host,
                FirewallFault(
                    name: "ufw", rules: "", isIncoming: isIncoming,
                    command: "ufw prepend allow \(isIncoming ? "in" : "out") on eth0 proto vrrp from any to any"))
        }

        @Test func `where ufw knows no VRRP its file gets the line`() throws {
            let ward = try Ward()
            try ward.startPair()
            let host = ward.lb1
            try ward.privateCopy(host, "/etc/ufw")
            // A ufw that says that it is older, as Debian 11 and Ubuntu 22.04 have it.
            try host.writeFile(
                "/run/ufw-of-old",
                "#!/bin/sh\n[ \"$1\" = --version ] && echo 'ufw 0.36.1' && exit\nexec /usr/bin/python3 /run/ufw-of-today \"$@\"\n",
                mode: 0o755)
            try ward.run(host, "cp $(command -v ufw) /run/ufw-of-today; ufw --force enable")
            try ward.run(host, "mount --bind /run/ufw-of-old $(readlink -f $(command -v ufw))")
            try findAndMend(
                ward, host,
                FirewallFault(
                    name: "old ufw", rules: "", command: "sed -i '/^# End required lines/a -A ufw-before-input"))
        }

        @Test func `firewalld is opened in the zone that the interface is in`() throws {
            let ward = try Ward()
            try ward.startPair()
            let host = ward.lb1
            try ward.startFirewalld(host)
            try ward.run(host, "firewall-cmd --zone=dmz --change-interface=eth0")
            try findAndMend(
                ward, host,
                FirewallFault(name: "firewalld", rules: "", command: "firewall-cmd --zone=dmz --add-protocol=vrrp"))
            // For ever as well, and no other zone was touched.
            #expect(try ward.run(host, "firewall-cmd --permanent --zone=dmz --list-protocols").hasPrefix("vrrp"))
            #expect(try !ward.run(host, "firewall-cmd --zone=public --list-protocols").contains("vrrp"))
        }

        @Test func `a rich rule of firewalld that drops is overruled`() throws {
            let ward = try Ward()
            try ward.startPair()
            let host = ward.lb1
            try ward.startFirewalld(host)
            try ward.run(
                host,
                "firewall-cmd --add-protocol=vrrp; firewall-cmd --add-rich-rule='rule family=ipv4 source address=192.0.2.0/24 drop'"
            )
            try findAndMend(
                ward, host,
                FirewallFault(name: "firewalld", rules: "", command: "firewall-cmd --zone=public --add-rich-rule="))
        }

        @Test func `a policy of firewalld that drops what this host sends is opened`() throws {
            let ward = try Ward()
            try ward.startPair()
            let host = ward.lb2
            try ward.startFirewalld(host)
            try ward.run(
                host,
                """
                firewall-cmd --permanent --zone=trusted --change-interface=eth0
                firewall-cmd --permanent --new-policy=quiet
                firewall-cmd --permanent --policy=quiet --add-ingress-zone=HOST
                firewall-cmd --permanent --policy=quiet --add-egress-zone=ANY
                firewall-cmd --permanent --policy=quiet --set-target=DROP
                firewall-cmd --reload
                """)
            try findAndMend(
                ward, host,
                FirewallFault(
                    name: "firewalld", rules: "", isIncoming: false,
                    command: "firewall-cmd --policy=quiet --add-protocol=vrrp"))
        }

        @Test func `with --fix --yes the doctor opens it himself and looks again`() throws {
            let ward = try Ward()
            try ward.startPair()
            try ward.run(ward.lb1, "iptables -P INPUT DROP")
            let examined = try ward.examine(ward.lb1, ["--fix", "--yes"])
            // The address may still be on its way back, but the firewall is open.
            #expect(examined.severities("firewall_open") == ["ok"], "\(examined.findings)")
            #expect(try ward.run(ward.lb1, "iptables -S INPUT").contains("-A INPUT -i eth0 -p vrrp -j ACCEPT"))
        }

        @Test func `--fix without a yes changes nothing`() throws {
            let ward = try Ward()
            try ward.startPair()
            try ward.run(ward.lb1, "iptables -P INPUT DROP")
            let command =
                "\(Trial.command) doctor -f /run/vrrp.conf --seconds 0.5 --socket /run/understudy/control.sock --fix"
            let result = try ward.lb1.run("sh", ["-c", "echo n | \(command)"], seconds: 30)
            #expect(result.status == .exited(code: 1))
            #expect(result.output.contains("Run it? [y/N]"), "\(result.output)")
            #expect(try ward.run(ward.lb1, "iptables -S INPUT") == "-P INPUT DROP\n")
        }

        @Test func `a rule that cannot be judged is no fault, and an advert that arrives settles it`() throws {
            let ward = try Ward()
            try ward.startPair()
            let rule = "iptables -A INPUT -m length --length 0:19 -j DROP"
            for host in [ward.lb1, ward.lb2] { try ward.run(host, rule) }
            let active = try ward.examine(ward.lb2)
            #expect(active.exitCode == 0)
            let unclear = try #require(active.all("firewall_unclear").first)
            #expect(unclear.severity == "note" && unclear.evidence.contains { $0.contains("--length 0:19") })
            let standby = try ward.examine(ward.lb1)
            #expect(standby.severities("firewall_open") == ["ok"], "\(standby.findings)")
        }
    }
}

extension Ward {
    /// A firewalld of the host's own, with a bus of its own.
    func startFirewalld(_ host: Host) throws {
        try privateCopy(host, "/etc/firewalld")
        try run(host, "mkdir -p /run/dbus")
        _ = try host.start("dbus-daemon", ["--system", "--nofork", "--nopidfile"])
        try trial.waitFor("a bus") { LocalFiles.exists(host.namespaces.outside("/run/dbus/system_bus_socket")) }
        _ = try host.start("firewalld", ["--nofork", "--nopid"])
        try trial.waitFor("firewalld", seconds: 30) {
            try host.run("firewall-cmd", ["--state"]).status == .exited(code: 0)
        }
    }
}
