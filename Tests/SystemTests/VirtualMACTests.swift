import Control
import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Behaviour {
    /// `use_vmac`: the addresses are on an interface that the daemon makes, keeps, knows again and removes.
    @Suite(.serialized) struct VirtualMAC {
        private static let hardware = "00:00:5e:00:01:33"

        private func text(_ lines: String = "use_vmac", priority: Int = 100) -> String {
            instance(priority: priority, lines)
        }

        private func prepared(
            _ lines: String = "use_vmac", interface: String = "vrrp.51"
        ) throws -> (Trial, Host, Host, RunningDaemon) {
            let trial = try Trial()
            let (host, client) = (try trial.host(), try trial.host("client", "192.0.2.9"))
            let daemon = try trial.start(host, text(lines))
            try daemon.becomesMaster()
            try isHolding(daemon, interface)
            return (trial, host, client, daemon)
        }

        private func isHolding(_ daemon: RunningDaemon, _ interface: String = "vrrp.51") throws {
            try daemon.trial.waitFor("the address on \(interface)\n\(daemon.text().suffix(3000))") {
                try daemon.host.details("192.0.2.10")?["interface"] as? String == interface
                    && daemon.host.virtualLink(interface)?.isUp == true
            }
        }

        // MARK: What it is

        @Test func `clients find the addresses at the virtual MAC address, and the host's own at its own`() throws {
            let (trial, host, client, daemon) = try prepared()
            let link = try #require(try host.virtualLink("vrrp.51"))
            #expect(link.address == Self.hardware && link.kind == "macvlan" && link.mode == "bridge")
            #expect(link.alias?.hasPrefix("made by understudyd") == true)
            let settings = ["arp_ignore", "rp_filter", "promote_secondaries"].map { "ipv4/conf/vrrp.51/\($0)" }
            #expect(try settings.map(host.setting) == ["1", "2", "1"])
            #expect(try host.setting("ipv4/conf/eth0/arp_ignore") == "1")
            #expect(try host.setting("ipv4/conf/eth0/arp_announce") == "2")
            #expect(try host.setting("ipv6/conf/vrrp.51/accept_ra") == "0")
            #expect(try !host.run("ip", ["-6", "addr", "show", "dev", "vrrp.51"]).output.contains("inet6"))
            try trial.waitFor("the virtual MAC address") { try client.finds("192.0.2.10", at: Self.hardware) }
            #expect(try client.isAnswered(by: "192.0.2.10") && client.isAnswered(by: "192.0.2.1"))
            let own = try #require(try host.virtualLink("eth0")?.address)
            #expect(try client.neighbour("192.0.2.1") == own)
            // Asked anew and often, nobody else answers.
            let answers = try client.run("arping", ["-c", "3", "-I", "eth0", "192.0.2.10"]).output.lowercased()
            #expect(!answers.contains(own), "\(answers)")
            let status = try daemon.instance()
            #expect(status.virtualInterface == "vrrp.51" && status.virtualHardwareAddress == Self.hardware)
            #expect(status.sourceAddress == "192.0.2.1" && status.interface == "eth0")
            #expect(status.addresses.map(\.interface) == ["vrrp.51"] && status.otherOwners == nil)
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(try host.virtualLink("vrrp.51") == nil && host.setting("ipv4/conf/eth0/arp_ignore") == "0")
            #expect(try host.setting("ipv4/conf/eth0/arp_announce") == "0")
        }

        @Test func `of IPv6 it is another one, and has no address but those of the file`() throws {
            let trial = try Trial()
            func host(_ name: String, _ number: Int) throws -> Host {
                try trial.laboratory.addHost(
                    name,
                    [
                        Interface(
                            "eth0",
                            addresses: [try .init("2001:db8::\(number)", 64), try .init("fe80::\(number)", 64)])
                    ])
            }
            let (router, client) = (try host("lb1", 1), try host("client", 9))
            let daemon = try trial.start(
                router, instance(addresses: ["fe80::10/64", "2001:db8::10/64"], "use_vmac"))
            try daemon.becomesMaster()
            try trial.waitFor("the address\n\(daemon.text())") { try router.has("2001:db8::10") }
            #expect(try router.virtualLink("vrrp6.51")?.address == "00:00:5e:00:02:33")
            for address in ["2001:db8::10", "fe80::10"] {
                #expect(try router.details(address)?["interface"] as? String == "vrrp6.51")
            }
            #expect(
                try router.run("ip", ["-6", "-o", "addr", "show", "dev", "vrrp6.51"]).output.split(separator: "\n")
                    .count
                    == 2)
            try trial.waitFor("the virtual MAC address") {
                try client.finds("2001:db8::10", at: "00:00:5e:00:02:33")
            }
            #expect(try client.isAnswered(by: "2001:db8::10"), "\(daemon.text())")
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(try router.virtualLink("vrrp6.51") == nil)
        }

        @Test func `adverts come from it, and with vmac_xmit_base from the interface below`() throws {
            let (trial, host, client, daemon) = try prepared()
            func senders() throws -> Set<String> {
                let output = try client.run(
                    "tcpdump", ["-e", "-n", "-c", "5", "-i", "eth0", "ip proto 112"], seconds: 5
                ).output
                let lines = output.split(separator: "\n").filter { $0.contains("VRRP") }
                return Set(lines.compactMap { $0.split(separator: " ").dropFirst().first.map(String.init) })
            }
            #expect(try senders() == [Self.hardware], "\(daemon.text())")
            let own = try #require(try host.virtualLink("eth0")?.address)
            let mark = try daemon.reload(text("use_vmac\nvmac_xmit_base"))
            #expect(try senders() == [own])
            #expect(!daemon.text(since: mark).contains("Entering"))
            try trial.waitFor("the address") { try client.finds("192.0.2.10", at: Self.hardware) }
        }

        @Test func `a standby sends nothing from it, and has it down`() throws {
            let (trial, _, _, _) = try prepared()
            let host = try trial.host("lb2", "192.0.2.2")
            let log = try OutputLog("frames")
            let dump = try host.start(
                "tcpdump", ["-l", "-e", "-n", "-Q", "out", "-i", "eth0", "ether", "src", Self.hardware], log: log)
            try trial.waitFor("the listener\n\(log.text)") { log.text.contains("listening on") }
            let standby = try trial.start(host, text(priority: 50))
            try standby.says("Entering BACKUP STATE")
            try trial.waitFor("the interface") { try host.virtualLink("vrrp.51")?.isUp == false }
            // Somebody brings it up: it does not stay so.
            try host.ip("link", "set", "vrrp.51", "up")
            try trial.waitFor("it to be down again") { try host.virtualLink("vrrp.51")?.isUp == false }
            try trial.waitFor("some adverts") { try (standby.instance().counters["adverts_received"] ?? 0) > 10 }
            #expect(!standby.text().contains("MASTER STATE"))
            try dump.send(.terminate)
            _ = try dump.wait(until: monotonicNanoseconds() + 5_000_000_000)
            // What the kernel says of an interface while somebody has it up is his.
            let frames = log.text.split(separator: "\n").filter {
                $0.contains("> 01:00:5e:00:00:12") || $0.contains("ARP")
            }
            #expect(frames == [])
            #expect(try standby.stop() == .exited(code: 0))
            #expect(try host.virtualLink("vrrp.51") == nil && host.setting("ipv4/conf/eth0/arp_ignore") == "0")
        }

        @Test func `addresses whose lines name the instance's interface are above it, and those of another one there`()
            throws
        {
            let trial = try Trial()
            let host = try trial.host()
            try host.addCable("eth1")
            try host.ip("link", "set", "eth1", "up")
            let daemon = try trial.start(
                host,
                instance(
                    addresses: ["192.0.2.10/24 dev eth0", "192.0.2.11/24 dev eth1"], "use_vmac vip 02:00:00:00:00"))
            try daemon.becomesMaster()
            try trial.waitFor("the addresses\n\(daemon.text())") {
                try host.has("192.0.2.10") && host.has("192.0.2.11")
            }
            #expect(try host.details("192.0.2.10")?["interface"] as? String == "vip")
            #expect(try host.details("192.0.2.11")?["interface"] as? String == "eth1")
            #expect(try host.virtualLink("vip")?.address == "02:00:00:00:00:33")
        }

        // MARK: What others do to it

        @Test(arguments: [
            "link delete vrrp.51", "link set vrrp.51 down", "link set vrrp.51 address 02:00:00:00:00:07",
            "addr flush dev vrrp.51",
        ])
        func `what somebody does to it is mended, and the host stays MASTER`(command: String) throws {
            let (trial, host, client, daemon) = try prepared()
            let mark = daemon.mark
            for _ in 0..<3 {
                try host.run("ip", command.split(separator: " ").map(String.init)).status.map {
                    #expect($0 == .exited(code: 0))
                }
                try trial.waitFor("it to be mended\n\(daemon.text(since: mark))") {
                    let link = try host.virtualLink("vrrp.51")
                    return try link?.isUp == true && link?.address == Self.hardware && host.has("192.0.2.10")
                }
            }
            try trial.waitFor("an answer\n\(daemon.text(since: mark))") { try client.isAnswered(by: "192.0.2.10") }
            #expect(try host.setting("ipv4/conf/vrrp.51/arp_ignore") == "1")
            #expect(!daemon.text(since: mark).contains("Entering"), "\(daemon.text(since: mark))")
            if command.contains("delete") {
                try daemon.says("vrrp.51 was removed by someone else: ", since: mark)
            }
        }

        @Test func `an interface of that name that is somebody's is left alone, and the reason is said`() throws {
            let trial = try Trial()
            let host = try trial.host()
            try host.ip("link", "add", "vrrp.51", "link", "eth0", "type", "macvlan")
            let before = try host.virtualLink("vrrp.51")
            let daemon = try trial.start(host, text())
            try daemon.says("ip link delete vrrp.51")
            try daemon.says("Startup complete")
            let obstacles = try daemon.instance().obstacles
            #expect(obstacles.count == 1 && obstacles[0].contains("ip link delete vrrp.51"), "\(obstacles)")
            #expect(try host.virtualLink("vrrp.51") == before && !host.has("192.0.2.10"))
            try host.ip("link", "delete", "vrrp.51")
            try daemon.becomesMaster()
            try isHolding(daemon)
            // And while it is MASTER.
            let mark = daemon.mark
            try host.run("sh", ["-c", "ip link delete vrrp.51; ip link add vrrp.51 link eth0 type macvlan"]).status.map
            {
                #expect([.exited(code: 0), .exited(code: 2)].contains($0))
            }
            try trial.waitFor("the end of it, or its return\n\(daemon.text(since: mark))") {
                try host.virtualLink("vrrp.51")?.alias == nil
                    ? !host.has("192.0.2.10") : host.virtualLink("vrrp.51")?.isUp == true
            }
        }

        @Test func `it comes back with the interface below`() throws {
            let trial = try Trial()
            let host = try trial.host()
            func plug() throws {
                try host.addCable("eth9")
                try host.ip("addr", "add", "198.51.100.1/24", "dev", "eth9")
                try host.ip("link", "set", "eth9", "up")
            }
            try plug()
            let daemon = try trial.start(
                host, instance(interface: "eth9", addresses: ["198.51.100.10/24"], "use_vmac"))
            try daemon.becomesMaster()
            var mark = daemon.mark
            try host.ip("link", "delete", "eth9")
            try daemon.says("Entering FAULT STATE", since: mark)
            #expect(try host.virtualLink("vrrp.51") == nil)
            mark = daemon.mark
            try plug()
            try daemon.becomesMaster(since: mark)
            try trial.waitFor("the address") { try host.has("198.51.100.10") }
            #expect(try host.setting("ipv4/conf/eth9/arp_ignore") == "1")
            try daemon.stop().map { #expect($0 == .exited(code: 0)) }
            #expect(try host.setting("ipv4/conf/eth9/arp_ignore") == "0")
        }

        @Test func `a setting that was not 0 stays what it was`() throws {
            let trial = try Trial()
            let host = try trial.host()
            try host.setSysctl("net/ipv4/conf/eth0/arp_ignore", "2")
            let daemon = try trial.start(host, text())
            try daemon.becomesMaster()
            #expect(try host.setting("ipv4/conf/eth0/arp_ignore") == "2")
            _ = try daemon.stop()
            #expect(try host.setting("ipv4/conf/eth0/arp_ignore") == "2")
        }
    }
}
