import Control
import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Behaviour {
    /// `use_vmac_addr`, and `use_vmac` after an address: addresses on other interfaces have a virtual MAC address too.
    @Suite(.serialized) struct AddressMAC {
        private static let hardware = "00:00:5e:00:01:33"
        private static let address = "198.51.100.10"

        /// A router on two segments, and a client on the second.
        private struct Scene {
            let trial: Trial
            let host: Host
            let client: Host

            init() throws {
                trial = try Trial()
                host = try Scene.router("lb1", 1, in: trial)
                client = try trial.laboratory.addHost(
                    "client", [Interface("eth0", segment: "back", addresses: [try .init("198.51.100.9", 24)])])
            }

            static func router(_ name: String, _ number: Int, in trial: Trial) throws -> Host {
                try trial.laboratory.addHost(
                    name,
                    [
                        Interface("eth0", segment: "front", addresses: [try .init("192.0.2.\(number)", 24)]),
                        Interface("eth1", segment: "back", addresses: [try .init("198.51.100.\(number)", 24)]),
                    ])
            }

            /// A MASTER that has `198.51.100.10` on `interface`.
            func master(_ text: String, on interface: String = "vrrp.51") throws -> RunningDaemon {
                let daemon = try trial.start(host, text)
                try daemon.becomesMaster()
                try isHolding(daemon, interface)
                return daemon
            }

            func isHolding(_ daemon: RunningDaemon, _ interface: String = "vrrp.51") throws {
                try trial.waitFor("the address on \(interface)\n\(daemon.text().suffix(3000))") {
                    try host.details(AddressMAC.address)?["interface"] as? String == interface
                        && host.virtualLink(interface)?.isUp == true
                }
            }

            /// The macvlans that the host has, or has above one interface.
            func virtualLinks(above base: String? = nil) throws -> [String] {
                let lines = try host.run("ip", ["-o", "link", "show", "type", "macvlan"]).output.split(separator: "\n")
                return lines.compactMap { line in
                    let words = line.split(separator: " ")
                    guard words.count > 1 else { return nil }
                    let parts = words[1].dropLast().split(separator: "@").map(String.init)
                    return base == nil || parts.last == base ? parts.first : nil
                }
            }

            func isFound(at hardware: String, _ daemon: RunningDaemon) throws {
                try trial.waitFor("\(hardware) at the client\n\(daemon.text().suffix(3000))", seconds: 10) {
                    try client.finds(AddressMAC.address, at: hardware)
                }
            }
        }

        private static func text(_ lines: String = "use_vmac_addr", priority: Int = 100, id: Int = 51) -> String {
            instance(
                id: id, priority: priority, "\(lines)\nvirtual_ipaddress_excluded {\n\(address)/24 dev eth1\n}")
        }

        // MARK: What it is

        @Test
        func `clients elsewhere find the addresses at the virtual MAC address, and those of the instance as before`()
            throws
        {
            let scene = try Scene()
            let daemon = try scene.master(Self.text())
            let link = try #require(try scene.host.virtualLink("vrrp.51"))
            #expect(link.address == Self.hardware && link.kind == "macvlan" && link.mode == "bridge")
            #expect(link.alias?.hasPrefix("made by understudyd") == true)
            #expect(try scene.host.details("192.0.2.10")?["interface"] as? String == "eth0")
            #expect(try scene.host.setting("ipv4/conf/vrrp.51/arp_ignore") == "1")
            #expect(try scene.host.setting("ipv4/conf/eth1/arp_ignore") == "1")
            #expect(try scene.host.setting("ipv4/conf/eth0/arp_ignore") == "0")
            try scene.isFound(at: Self.hardware, daemon)
            #expect(try scene.client.isAnswered(by: Self.address) && scene.client.isAnswered(by: "198.51.100.1"))
            let own = try #require(try scene.host.virtualLink("eth1")?.address)
            #expect(try scene.client.neighbour("198.51.100.1") == own)
            let status = try daemon.instance()
            #expect(status.virtualInterface == nil)
            #expect(
                status.addressInterfaces == [
                    VirtualInterfaceStatus(interface: "vrrp.51", above: "eth1", hardwareAddress: Self.hardware)
                ])
            #expect(status.addresses.map(\.interface) == ["eth0", "vrrp.51"] && status.otherOwners == nil)
            let shown = try scene.host.run(Trial.command, ["status"]).output
            #expect(shown.contains("vrrp.51 above eth1, MAC address \(Self.hardware)"), "\(shown)")
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(try scene.host.virtualLink("vrrp.51") == nil && !scene.host.has(Self.address))
            #expect(try scene.host.setting("ipv4/conf/eth1/arp_ignore") == "0")
        }

        @Test func `beside use_vmac each interface has its own, and so has an address of the other family`() throws {
            let scene = try Scene()
            let daemon = try scene.master(
                instance(
                    id: 51,
                    "use_vmac\nuse_vmac_addr\nvirtual_ipaddress_excluded {\n\(Self.address)/24 dev eth1\n"
                        + "2001:db8::10/64\n}"), on: "vrrp1.51")
            let (first, second) = (try scene.host.virtualLink("vrrp.51"), try scene.host.virtualLink("vrrp6.51"))
            #expect(first?.address == Self.hardware && first?.isUp == true)
            #expect(second?.address == "00:00:5e:00:02:33" && second?.isUp == true)
            #expect(try scene.host.details("192.0.2.10")?["interface"] as? String == "vrrp.51")
            try scene.trial.waitFor("the address of IPv6\n\(daemon.text())") {
                try scene.host.details("2001:db8::10")?["interface"] as? String == "vrrp6.51"
            }
            try scene.isFound(at: Self.hardware, daemon)
            #expect(try daemon.stop() == .exited(code: 0))
            for name in ["vrrp.51", "vrrp1.51", "vrrp6.51"] {
                #expect(try scene.host.virtualLink(name) == nil, "\(name)")
            }
        }

        @Test func `a standby has them down, and a switchover moves them`() throws {
            let scene = try Scene()
            let other = try Scene.router("lb2", 2, in: scene.trial)
            let daemon = try scene.master(Self.text(priority: 150))
            let standby = try scene.trial.start(other, Self.text(priority: 100))
            try standby.says("Entering BACKUP STATE")
            try scene.trial.waitFor("the interface of the standby") {
                try other.virtualLink("vrrp.51")?.isUp == false && !other.has(Self.address)
            }
            try scene.isFound(at: Self.hardware, daemon)
            let mark = standby.mark
            let report = try scene.host.run(Trial.command, ["switchover"], seconds: 20)
            #expect(report.status == .exited(code: 0), "\(report.output)")
            try standby.becomesMaster(since: mark)
            try scene.trial.waitFor("the second alone\n\(standby.text())") {
                try other.virtualLink("vrrp.51")?.isUp == true && other.has(Self.address)
                    && scene.host.virtualLink("vrrp.51")?.isUp == false && !scene.host.has(Self.address)
            }
            try scene.isFound(at: Self.hardware, standby)
            #expect(try scene.client.isAnswered(by: Self.address))
            #expect(![daemon, standby].contains { $0.text().contains("TWO OWNERS") })
        }

        @Test func `it is announced on the interface that it is above, from its own MAC address`() throws {
            let scene = try Scene()
            let log = try OutputLog("announcements")
            let dump = try scene.client.start("tcpdump", ["-l", "-e", "-n", "-i", "eth0", "arp"], log: log)
            try scene.trial.waitFor("the listener\n\(log.text)") { log.text.contains("listening on") }
            _ = try scene.master(Self.text("use_vmac_addr\ngarp_extra_if 1"))
            func announcements() -> [Substring] {
                log.text.split(separator: "\n").filter {
                    $0.contains("tell \(Self.address)") && $0.contains("> ff:ff:ff:ff:ff:ff")
                }
            }
            // Five at once, and with garp_extra_if one more each second.
            try scene.trial.waitFor("announcements\n\(log.text)", seconds: 10) { announcements().count >= 8 }
            try dump.send(.terminate)
            #expect(announcements().allSatisfy { $0.contains("\(Self.hardware) > ff:ff:ff:ff:ff:ff") }, "\(log.text)")
        }

        // MARK: What becomes of it

        @Test(arguments: [
            "link delete vrrp.51", "link set vrrp.51 down", "link set vrrp.51 address 02:00:00:00:00:07",
            "addr flush dev vrrp.51",
        ])
        func `what somebody does to it is mended, and the host stays MASTER`(command: String) throws {
            let scene = try Scene()
            let daemon = try scene.master(Self.text())
            let mark = daemon.mark
            for _ in 0..<2 {
                let result = try scene.host.run("ip", command.split(separator: " ").map(String.init))
                #expect(result.status == .exited(code: 0))
                try scene.trial.waitFor("it to be mended\n\(daemon.text(since: mark))") {
                    let link = try scene.host.virtualLink("vrrp.51")
                    return try link?.isUp == true && link?.address == Self.hardware && scene.host.has(Self.address)
                }
            }
            try scene.isFound(at: Self.hardware, daemon)
            #expect(!daemon.text(since: mark).contains("Entering"), "\(daemon.text(since: mark))")
        }

        @Test func `the loss of the interface below is a fault, and it comes back with it`() throws {
            let scene = try Scene()
            let daemon = try scene.master(Self.text())
            var mark = daemon.mark
            try scene.host.ip("link", "delete", "eth1")
            try daemon.says("Entering FAULT STATE", since: mark)
            let obstacles = try daemon.instance().obstacles
            #expect(obstacles == ["interface eth1 does not exist"], "\(obstacles)")
            #expect(try scene.host.virtualLink("vrrp.51") == nil && !scene.host.has("192.0.2.10"))
            mark = daemon.mark
            try scene.host.addCable("eth1")
            try scene.host.ip("addr", "add", "198.51.100.1/24", "dev", "eth1")
            try scene.host.ip("link", "set", "eth1", "up")
            try daemon.becomesMaster(since: mark)
            try scene.isHolding(daemon)
        }

        @Test(arguments: [("use_vmac_addr", "vrrp.51"), ("use_vmac_addr\nuse_vmac", "vrrp1.51"), ("", "eth1")])
        func `what a killed run left is adopted where it is needed, and removed where it is not`(
            lines: String, place: String
        ) throws {
            let scene = try Scene()
            let first = try scene.master(Self.text())
            let before = try #require(try scene.host.virtualLink("vrrp.51"))
            let worker = try first.worker
            first.process.sendToAll(.kill)
            _ = try first.process.wait(until: nil)
            try scene.trial.waitFor("the end of all of it") { hasEnded(worker) }
            #expect(try scene.host.virtualLink("vrrp.51") == before)
            let second = try scene.master(Self.text(lines), on: place)
            try second.says("Startup complete")
            if lines == "use_vmac_addr" {
                #expect(try scene.host.virtualLink("vrrp.51") == before)
            } else if lines.isEmpty {
                try scene.trial.waitFor("the old one to go\n\(second.text())") {
                    try scene.host.virtualLink("vrrp.51") == nil
                }
                #expect(try scene.host.setting("ipv4/conf/eth1/arp_ignore") == "0")
            } else {
                #expect(try scene.host.virtualLink("vrrp.51")?.index != before.index)
            }
            #expect(try second.stop() == .exited(code: 0))
            #expect(try scene.host.virtualLink("vrrp.51") == nil && scene.host.virtualLink("vrrp1.51") == nil)
            #expect(try scene.host.setting("ipv4/conf/eth1/arp_ignore") == "0")
        }

        @Test func `a process that is replaced, and a daemon that is upgraded, go on with the one that is there`()
            throws
        {
            let scene = try Scene()
            let daemon = try scene.master(Self.text())
            let before = try scene.host.virtualLink("vrrp.51")
            var mark = daemon.mark
            let old = try daemon.worker
            sendSignal(Signals.kill, to: old)
            try daemon.says("goes on as MASTER", since: mark)
            try scene.trial.waitFor("the new process") { try daemon.worker != old }
            #expect(try scene.host.virtualLink("vrrp.51") == before)
            mark = daemon.mark
            let report = try scene.host.run(Trial.command, ["upgrade"], seconds: 20)
            #expect(report.status == .exited(code: 0), "\(report.output)")
            try daemon.says("goes on as MASTER", since: mark)
            #expect(try scene.host.virtualLink("vrrp.51") == before)
            #expect(try scene.client.isAnswered(by: Self.address))
            #expect(!daemon.text(since: mark).contains("Entering"))
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(
                try scene.host.virtualLink("vrrp.51") == nil && scene.host.setting("ipv4/conf/eth1/arp_ignore") == "0")
        }

        @Test func `the guardian removes it, and the addresses there, when it gives up`() throws {
            let scene = try Scene()
            let daemon = try scene.master(Self.text())
            try daemon.exhaustGuardian(in: scene.trial)
            #expect(daemon.process.status == .exited(code: 6), "\(daemon.text())")
            #expect(try scene.host.virtualLink("vrrp.51") == nil, "\(daemon.text())")
            #expect(try !scene.host.has(Self.address) && !scene.host.has("192.0.2.10"), "\(daemon.text())")
            #expect(try scene.host.setting("ipv4/conf/eth1/arp_ignore") == "0")
        }

        @Test func `reloads switch it on and off and move it, without a transition`() throws {
            let scene = try Scene()
            try scene.host.addCable("eth2")
            try scene.host.ip("link", "set", "eth2", "up")
            let daemon = try scene.trial.start(scene.host, Self.text(""))
            try daemon.becomesMaster()
            let own = try #require(try scene.host.virtualLink("eth1")?.address)
            let mark = daemon.mark
            /// With an address on `eth2` before it, or without.
            func text(_ lines: String, before: Bool = false, id: Int = 51) -> String {
                let further = before ? "203.0.113.10/24 dev eth2\n" : ""
                return instance(
                    id: id,
                    "\(lines)\nvirtual_ipaddress_excluded {\n\(further)\(Self.address)/24 dev eth1\n}")
            }
            let stations: [(file: String, interface: String, hardware: String, count: Int)] = [
                (text("use_vmac_addr"), "vrrp.51", Self.hardware, 1),
                // The first name goes to another interface, and back.
                (text("use_vmac_addr", before: true), "vrrp1.51", Self.hardware, 2),
                (text("use_vmac_addr"), "vrrp.51", Self.hardware, 1),
                (text("use_vmac_addr\nuse_vmac"), "vrrp1.51", Self.hardware, 2),
                (text("use_vmac_addr", id: 77), "vrrp.77", "00:00:5e:00:01:4d", 1), (text(""), "eth1", own, 0),
                (text("use_vmac"), "eth1", own, 1),
                (text("").replacing("dev eth1", with: "dev eth1 use_vmac"), "vrrp.51", Self.hardware, 1),
            ]
            for station in stations {
                try daemon.reload(station.file)
                try scene.isHolding(daemon, station.interface)
                try scene.isFound(at: station.hardware, daemon)
                #expect(try scene.client.isAnswered(by: Self.address), "\(station.file)")
                let expected = station.interface == "eth1" ? [] : [station.interface]
                #expect(try scene.virtualLinks(above: "eth1") == expected, "\(station.file)")
                #expect(try scene.virtualLinks().count == station.count, "\(station.file)")
            }
            #expect(!daemon.text(since: mark).contains("Entering"), "\(daemon.text(since: mark))")
            #expect(!daemon.text(since: mark).contains("stays up"), "\(daemon.text(since: mark))")
        }

        @Test func `a reload that would switch it on says so beforehand, and loses nothing`() throws {
            let scene = try Scene()
            let daemon = try scene.master(Self.text(""), on: "eth1")
            try scene.host.writeFile("/run/vrrp.conf", Self.text())
            let report = try scene.host.run(Trial.command, ["reload", "--dry-run"], seconds: 20)
            #expect(report.output.contains("virtual MAC interface vrrp.51 above eth1"), "\(report.output)")
            #expect(report.output.contains("\(Self.address) is away for a moment"), "\(report.output)")
            #expect(try scene.host.virtualLink("vrrp.51") == nil)
            try daemon.reload()
            try scene.isHolding(daemon)
        }
    }
}
