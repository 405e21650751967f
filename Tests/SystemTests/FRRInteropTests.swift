import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

import struct Foundation.Data
import class Foundation.JSONSerialization

/// Understudy shares an address with FRR's vrrpd, in either role, of both families.
@Suite(.serialized) struct FRRInteropTests {
    /// A host that runs zebra and vrrpd, with the macvlan that vrrpd wants for its address.
    private final class Router {
        let host: Host
        private let trial: Trial
        private let family: AddressFamily
        private let log: OutputLog
        private var daemon: SpawnedProcess?

        private static let number = 5
        private static let directory = "/run/frr"
        private let lines: [String]
        private let addresses: [String]

        init(_ trial: Trial, _ family: AddressFamily, priority: Int, addresses: [String]) throws {
            (self.trial, self.family, self.addresses) = (trial, family, addresses)
            host = try trial.laboratory.addHost(
                "frr", [Interface("eth0", addresses: [try .init("192.0.2.2", 24), try .init("fe80::2", 64)])])
            log = try OutputLog("vrrpd")
            lines =
                [
                    "interface eth0", "vrrp \(Self.number) version 3", "vrrp \(Self.number) priority \(priority)",
                    "vrrp \(Self.number) advertisement-interval 200",
                ] + addresses.map { "vrrp \(Self.number) \(family == .v4 ? "ip" : "ipv6") \($0)" }
            // FRR's daemons give up root for this user.
            let made = try host.run("install", ["-d", "-o", "frr", "-g", "frr", Self.directory])
            try #require(made.status == .exited(code: 0), "\(made.output)")
            let kind = family == .v4 ? "1" : "2"
            try host.ip(
                "link", "add", "link", "eth0", "name", "virtual", "address", "00:00:5e:00:0\(kind):05", "type",
                "macvlan", "mode", "bridge")
            try host.ip("link", "set", "virtual", "addrgenmode", "none")
            try raiseLink()
            _ = try start("zebra")
            try trial.waitFor("zebra\n\(log.text)") { [host] in
                try host.run("test", ["-S", "\(Self.directory)/zserv.api"]).status == .exited(code: 0)
            }
        }

        private func start(_ name: String) throws -> SpawnedProcess {
            try host.writeFile("\(Self.directory)/\(name).conf", "hostname frr\n")
            return try host.start(
                "/usr/lib/frr/\(name)",
                [
                    "-z", "\(Self.directory)/zserv.api", "-i", "\(Self.directory)/\(name).pid", "--vty_socket",
                    Self.directory, "-f", "\(Self.directory)/\(name).conf", "--log", "stdout",
                ], log: log)
        }

        private func ask(_ daemon: String, _ commands: [String]) throws -> String {
            let arguments = ["--vty_socket", Self.directory, "-d", daemon] + commands.flatMap { ["-c", $0] }
            return try host.run("vtysh", arguments).output
        }

        /// A virtual router whose macvlan zebra has not yet told of has none for good: it is written again until it has.
        func start() throws {
            try trial.waitFor("zebra to know the macvlan\n\(log.text)", seconds: 10) {
                try ask("zebra", ["show interface brief"]).contains("virtual")
            }
            daemon = try start("vrrpd")
            try trial.waitFor("vrrpd to know the macvlan\n\(log.text)", seconds: 10) {
                _ = try ask("vrrpd", ["configure terminal", lines[0], "no vrrp \(Self.number)"])
                _ = try ask("vrrpd", ["configure terminal"] + lines)
                return try ask("vrrpd", ["show vrrp json"]).contains("\"interface\":\"virtual\"")
            }
        }

        /// From one moment to the next; its macvlan stays as it is, as an address of keepalived's does.
        func die() throws {
            try #require(daemon).send(.kill)
            _ = try daemon?.wait(until: monotonicNanoseconds() + 5_000_000_000)
            // What a machine that has lost its power does not answer any more.
            try host.setLink("virtual", up: false)
        }

        /// The kernel forgets IPv6 addresses of an interface that goes down.
        private func raiseLink() throws {
            for address in addresses {
                let length = family == .v4 ? 24 : 64
                try host.ip("addr", "replace", "\(address)/\(length)", "dev", "virtual", "nodad")
            }
            try host.setLink("virtual", up: true)
        }

        func rise() throws {
            try raiseLink()
            try start()
        }

        /// `Master`, `Backup` or `Initialize`, in its own words; empty while it does not answer.
        var state: String {
            get throws {
                let answer = try ask("vrrpd", ["show vrrp json"])
                guard let start = answer.firstIndex(of: "["), let end = answer.lastIndex(of: "]") else { return "" }
                let text = Data(answer[start...end].utf8)
                let routers = try JSONSerialization.jsonObject(with: text) as? [[String: Any]] ?? []
                let own = routers.first?[family == .v4 ? "v4" : "v6"] as? [String: Any]
                return "\(own?["status"] ?? "")"
            }
        }

        var tail: String { log.tail() }
    }

    private static func addresses(_ family: AddressFamily) -> [String] {
        family == .v4 ? ["192.0.2.15"] : ["fe80::15", "2001:db8::15"]
    }

    private func configuration(_ family: AddressFamily, priority: Int) -> String {
        let length = family == .v4 ? 24 : 64
        return """
            vrrp_instance VI_1 {
                version 3
                interface eth0
                virtual_router_id 5
                priority \(priority)
                advert_int 0.2
                virtual_ipaddress {
                    \(Self.addresses(family).map { "\($0)/\(length)" }.joined(separator: "\n        "))
                }
            }

            """
    }

    @Test(arguments: [AddressFamily.v4, .v6], [150, 50])
    func `one of the two has the address, and the other one when it dies`(family: AddressFamily, own: Int) throws {
        let trial = try Trial()
        let addresses = Self.addresses(family)
        let other = try Router(trial, family, priority: 100, addresses: addresses)
        let host = try trial.laboratory.addHost(
            "lb1", [Interface("eth0", addresses: [try .init("192.0.2.1", 24), try .init("fe80::1", 64)])])
        let client = try trial.laboratory.addHost(
            "client", [Interface("eth0", addresses: [try .init("192.0.2.9", 24), try .init("2001:db8::9", 64)])])
        let daemon = try trial.start(host, configuration(family, priority: own))
        try other.start()
        let leads = own > 100
        /// Until who leads is as it should be, and clients are answered.
        func settle(_ what: String, oursHas: Bool, _ theirState: String?) throws {
            try trial.waitFor("\(what)\n\(daemon.text().suffix(3000))\n\(other.tail)", seconds: 10) {
                guard try addresses.allSatisfy({ try host.has($0) == oursHas }) else { return false }
                guard let theirState else { return true }
                return try other.state == theirState
            }
            let command = family == .v4 ? ["-4"] : ["-6"]
            try trial.waitFor("\(what): an answer to a client\n\(daemon.text().suffix(3000))", seconds: 10) {
                try client.run("ping", command + ["-c", "1", "-W", "1", addresses.last ?? ""]).status
                    == .exited(code: 0)
            }
        }
        try settle("the start", oursHas: leads, leads ? "Backup" : "Master")
        // Both go on like this.
        let mark = daemon.mark
        try trial.observer.wait(seconds: 1.5) { daemon.text(since: mark).contains("Entering") }
        #expect(!daemon.text(since: mark).contains("Entering"), "\(daemon.text(since: mark))")
        if leads {
            _ = try daemon.stop()
            try settle("a planned stop", oursHas: false, "Master")
            let again = try trial.start(host, configuration(family, priority: own))
            try settle("a return", oursHas: true, "Backup")
            again.process.sendToAll(.kill)
            try settle("a death", oursHas: false, "Master")
        } else {
            try other.die()
            try settle("their death", oursHas: true, nil)
            try other.rise()
            try settle("their return", oursHas: false, "Master")
        }
        #expect(daemon.lines().filter { $0.contains("refus") || $0.contains("would drop") }.isEmpty)
    }
}
