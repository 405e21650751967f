import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension DoctorTests {
    /// What else runs on the host, and what the kernel lets the daemon do.
    @Suite struct Surroundings {
        /// Starts systemd-networkd, which configures eth0, and what it needs.
        private func startNetworkd(_ ward: Ward, _ host: Host) throws -> OutputLog {
            try ward.privateCopy(host, "/etc/systemd/network")
            // It waits for udev unless /sys cannot be written, as in a container.
            try ward.run(
                host,
                """
                ip address flush dev eth0
                umount -l /sys; mount -t sysfs -o ro sysfs /sys
                mkdir -p /run/dbus /run/systemd/network /run/systemd/netif/links /run/systemd/netif/leases /run/systemd/netif/lldp
                chown -R systemd-network: /run/systemd/netif
                printf '[Match]\\nName=eth0\\n[Network]\\nAddress=192.0.2.1/24\\nLinkLocalAddressing=no\\nIPv6AcceptRA=no\\n' \
                    > /run/systemd/network/10-lan.network
                """)
            let bus = try host.start("dbus-daemon", ["--system", "--nofork", "--nopidfile"])
            try ward.trial.waitFor("a bus") {
                bus.status == nil && LocalFiles.exists(host.namespaces.outside("/run/dbus/system_bus_socket"))
            }
            let log = try OutputLog("networkd")
            _ = try host.start("/lib/systemd/systemd-networkd", [], log: log)
            let isConfigured = try ward.trial.observer.wait(seconds: 20) {
                try ward.run(host, "cat /run/systemd/netif/links/* || true").contains("ADMIN_STATE=configured")
            }
            guard isConfigured else { throw DidNotHappen(description: "networkd: \(log.text)") }
            return log
        }

        @Test func `networkd that removes addresses is found, and leaves them alone after the printed commands`() throws
        {
            let ward = try Ward()
            let host = ward.lb1
            try ward.startPair()
            #expect(try ward.examine(host).severities("addresses_kept") == ["ok"])
            let log = try startNetworkd(ward, host)
            let foreign = try ip("192.0.2.77")
            func configureAnew() throws {
                try ward.run(host, "ip address replace \(foreign)/24 dev eth0")
                let before = log.text.components(of: "eth0: Configuring with")
                try ward.run(host, "networkctl reconfigure eth0")
                try ward.trial.waitFor("networkd at work") {
                    log.text.components(of: "eth0: Configuring with") > before
                }
                try ward.trial.waitFor("networkd's address") { try host.holds(try ip("192.0.2.1")) }
            }
            try configureAnew()
            try ward.trial.waitFor("the address gone") { try !host.holds(foreign) }
            let finding = try ward.examine(host).fault("addresses_removed")
            #expect(finding.severity == "warning" && finding.evidence.first?.contains("10-lan.network") == true)
            try ward.mend(host, finding)
            #expect(try ward.examine(host).severities("addresses_kept") == ["ok"])
            try configureAnew()
            #expect(try host.holds(foreign))
            // A drop-in that is read later undoes it.
            try host.writeFile(
                "/etc/systemd/network/10-lan.network.d/95-local.conf", "[Network]\nKeepConfiguration=no\n")
            let again = try ward.examine(host).fault("addresses_removed")
            #expect(again.commands.contains { $0.contains("zz-understudy.conf") }, "\(again)")
            try ward.mend(host, again)
            #expect(try ward.examine(host).severities("addresses_kept") == ["ok"])
        }

        @Test func `a sysctl that keeps the host from answering ARP is found and mended`() throws {
            let ward = try Ward()
            let (active, standby) = (ward.lb2, ward.lb1)
            try ward.startPair()
            #expect(try ward.examine(active).severities("arp_answered") == ["ok"])
            try active.setSysctl("net/ipv4/conf/eth0/arp_ignore", "8")
            #expect(try ward.examine(standby).fault("no_owner").subject == "VI_1 192.0.2.10")
            let finding = try ward.examine(active).fault("arp_not_answered")
            #expect(finding.commands == ["sysctl -w net/ipv4/conf/eth0/arp_ignore=1"])
            try ward.mend(active, finding)
            #expect(try ward.examine(standby).severities("one_owner") == ["ok"])
            #expect(try ward.examine(active).severities("arp_answered") == ["ok"])
            // Two ways into one subnet, of which one is silent.
            try active.setSysctl("net/ipv4/conf/all/arp_filter", "1")
            #expect(try ward.examine(active).severities("arp_answered") == ["ok"])
            try active.addCable("eth1")
            try ward.run(active, "ip link set eth1 up; ip address add 192.0.2.5/24 dev eth1")
            let silent = try ward.examine(active).fault("arp_not_answered")
            #expect(silent.severity == "warning")
            try ward.mend(active, silent)
            #expect(try ward.examine(active).severities("arp_answered") == ["ok"])
        }

        @Test func `a macvlan is told of, and other interfaces are not`() throws {
            let ward = try Ward()
            try ward.run(
                ward.lb1,
                "ip link add mv0 link eth0 type macvlan mode bridge; ip link set mv0 up; ip addr add 192.0.2.3/24 dev mv0"
            )
            try ward.lb1.writeFile("/run/vrrp.conf", instance(interface: "mv0"))
            let finding = try #require(try ward.examine(ward.lb1).all("interface_is_macvlan").first)
            #expect(finding.severity == "note" && finding.title == "mv0 is a macvlan of eth0")
            try ward.lb1.writeFile("/run/vrrp.conf", instance())
            #expect(try ward.examine(ward.lb1).all("interface_is_macvlan").isEmpty)
        }

        @Test func `what the kernel does not do here is told where the configuration wants it`() throws {
            let ward = try Ward()
            let host = ward.lb1
            try host.writeFile("/run/vrrp.conf", instance())
            let examined = try ward.examine(host)
            #expect(examined.severities("kernel_suffices") == ["ok"], "\(examined.findings)")
            // No network namespace but the first one hears of processes.
            try host.writeFile(
                "/run/vrrp.conf",
                "vrrp_track_process web {\n    process nginx\n}\n" + instance("VI_1", "track_process {\n    web\n}"))
            let lacking = try ward.examine(host)
            let finding = try #require(lacking.all("kernel_lacks").first, "\(lacking.findings)")
            #expect(finding.severity == "note" && finding.subject == "process connector")
            let clock = try #require(lacking.all("clock").first)
            #expect(clock.evidence.first?.contains("not synchronised") == !clockIsSynchronised())
            if !clockIsSynchronised() { #expect(clock.severity == "note") }
            // No kernel of the tests has SELinux; what it does elsewhere is tested with recorded files.
            #expect(lacking.severities("selinux") == ["ok"])
        }

        @Test func `a daemon that nears its limits is found`() throws {
            let ward = try Ward()
            let host = ward.lb1
            try ward.startPair()
            #expect(try ward.examine(host).severities("resources") == ["ok"])
            try ward.run(host, "prlimit --pid $(pgrep -x understudyd-run) --nofile=70:")
            let files = try ward.examine(host).fault("limit_too_low")
            #expect(files.subject == "open files" && files.evidence.first?.contains("70 may be") == true, "\(files)")
            try ward.mend(host, files)
            #expect(try ward.examine(host).severities("resources") == ["ok"])
            // A control group as either version of them shows it.
            let groups = """
                pid=$(pgrep -x understudyd-run)
                one=$(sed -n 's/^[0-9]*:[^:]*memory[^:]*://p' /proc/$pid/cgroup)
                two=$(sed -n 's/^0:://p' /proc/$pid/cgroup)
                for place in "/sys/fs/cgroup/memory$one" "/sys/fs/cgroup$two"; do
                    mkdir -p "$place"
                """
            func setLimit(_ limit: Int, _ unlimited: String) throws {
                try ward.run(
                    host,
                    groups + """

                            echo \(unlimited.isEmpty ? "\(limit)" : unlimited) > "$place/memory.max"
                            echo \(limit) > "$place/memory.limit_in_bytes"
                            printf 'anon 60000000\\ntotal_rss 60000000\\n' > "$place/memory.stat"
                        done
                        """)
            }
            try ward.run(host, "mount -t tmpfs none /sys/fs/cgroup")
            try setLimit(64 << 20, "")
            let memory = try ward.examine(host).fault("limit_too_low")
            #expect(memory.subject == "memory" && memory.evidence == ["57 MiB of 64 MiB of memory are in use"])
            try setLimit(9_223_372_036_854_771_712, "max")
            #expect(try ward.examine(host).severities("resources") == ["ok"])
        }
    }
}

extension String {
    /// How often `words` is in it.
    fileprivate func components(of words: String) -> Int { ranges(of: words).count }
}
