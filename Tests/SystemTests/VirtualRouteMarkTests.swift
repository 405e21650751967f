import Control
import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Behaviour {
    /// What `virtual_routes` say of the packets, of the life of a route and of its place among others.
    @Suite(.serialized) struct RouteMarks {
        private static let all = [
            "10.1.0.0/16 via 192.0.2.254 dev eth0 realms 1/2 congctl lock reno mtu 1400",
            "10.2.0.0/16 dev eth0 encap ip id 5 dst 192.0.2.77 src 192.0.2.1 ttl 9 tos 0x10 flags 256",
            "10.3.0.0/16 dev eth0 nexthop via 192.0.2.253 realms 3 nexthop via 192.0.2.254 encap ip id 5 weight 2",
            "broadcast 10.4.0.255 dev eth0", "multicast 224.1.1.0/24 dev eth0", "blackhole 10.5.0.0/16 realms 4",
            "2001:db8:1::/48 dev eth0 encap ip6 dst 2001:db8::7 hoplimit 9 tc 4",
            "2001:db8:2::/48 from 2001:db8:3::/48 via fe80::99 dev eth0", "2001:db8:2::/48 via fe80::98 dev eth0",
            "anycast 2001:db8:4::/48 dev eth0",
            "2001:db8:5::/48 nexthop via fe80::98 dev eth0 encap ip6 id 5 nexthop via fe80::99 dev eth0 encap ip6 id 6",
        ]

        private func text(_ routes: [String]) -> String {
            instance(priority: 100, "virtual_routes {\n\(routes.joined(separator: "\n"))\n}")
        }

        private func prepared(_ routes: [String] = all) throws -> (Trial, Host, RunningDaemon) {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, text(routes))
            try daemon.becomesMaster()
            try trial.waitFor("\(routes.count) routes\n\(daemon.text())") { try host.routes().count == routes.count }
            return (trial, host, daemon)
        }

        @Test func `are in the kernel as they are written, each known again, and go`() throws {
            let (trial, host, daemon) = try prepared()
            let routes = try host.routes()
            func line(_ network: String) throws -> String {
                try #require(routes.first { " \($0)".contains(" \(network) ") }, "\(routes)")
            }
            #expect(try line("10.1.0.0/16").contains("realms 1/2") && line("10.1.0.0/16").contains("congctl lock reno"))
            #expect(
                try line("10.2.0.0/16").contains("encap ip id 5 src 192.0.2.1 dst 192.0.2.77 ttl 9 tos 16 csum dev"))
            // keepalived 2.2.7 loses what a `nexthop` says of a tunnel.
            #expect(try line("10.3.0.0/16").contains("via 192.0.2.253 realm 3 dev eth0 weight 1"))
            #expect(
                try line("10.3.0.0/16").contains("encap ip id 5 src 0.0.0.0 dst 0.0.0.0 ttl 0 tos 0 via 192.0.2.254"))
            #expect(try line("10.4.0.255").hasPrefix("broadcast ") && line("10.4.0.255").contains("scope link"))
            #expect(try line("10.5.0.0/16").hasPrefix("blackhole ") && line("10.5.0.0/16").contains("realm 4"))
            #expect(try line("2001:db8:1::/48").contains("encap ip6 id 0 src :: dst 2001:db8::7 hoplimit 9 tc 4"))
            #expect(routes.count { $0.hasPrefix("2001:db8:2::/48 from 2001:db8:3::/48 via fe80::99") } == 1)
            #expect(
                try line("2001:db8:5::/48").contains("encap ip6 id 5") && line("2001:db8:5::/48").contains("ip6 id 6"))
            let statuses = try #require(try daemon.instance().routes)
            #expect(statuses.allSatisfy { $0.isPresent && $0.hasEnd == nil }, "\(statuses)")
            #expect(try daemon.instance().counters["route_repairs"] == 0)
            #expect(!daemon.text().contains("cannot set") && !daemon.text().contains("put back"), "\(daemon.text())")
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(try host.routes().isEmpty)
            _ = trial
        }

        @Test func `are put back when somebody replaces the route by one without them`() throws {
            let (trial, host, daemon) = try prepared()
            // IPv6 tells its ways in another order then.
            func words() throws -> Set<[Substring]> { try Set(host.routes().map { $0.split(separator: " ").sorted() }) }
            let before = try words()
            let mark = daemon.mark
            try host.ip("route", "del", "10.2.0.0/16")
            try host.ip("-6", "route", "del", "2001:db8:2::/48", "from", "2001:db8:3::/48")
            try host.ip("-6", "route", "del", "2001:db8:5::/48", "via", "fe80::99", "dev", "eth0")
            try host.ip("route", "change", "10.1.0.0/16", "via", "192.0.2.254", "dev", "eth0", "realms", "7")
            // Several that go in one moment are told in one line.
            let networks = ["10.1.0.0/16", "10.2.0.0/16", "2001:db8:2::/48", "2001:db8:5::/48"]
            try trial.waitFor("the repairs") {
                let told = daemon.text(since: mark).split(separator: "\n").filter { $0.contains("put back") }.joined()
                return networks.allSatisfy { told.contains($0) }
            }
            let after = try words()
            #expect(after == before, "\(after.symmetricDifference(before)) \(daemon.text(since: mark))")
            #expect(!daemon.text(since: mark).contains("Entering"))
        }

        @Test func `stay while a process is replaced, and change with a reload`() throws {
            let (trial, host, daemon) = try prepared()
            let before = try host.routes()
            let news = try host.inNetwork { () throws(SystemError) in try ForwardingMonitor() }
            var mark = daemon.mark
            sendSignal(Signals.kill, to: try daemon.worker)
            try daemon.says("Startup complete", since: mark)
            try daemon.becomes(.active)
            #expect(try host.routes() == before)
            #expect(try news.drain(mark: 112, ignoring: []) == nil, "a route was taken off")
            mark = daemon.mark
            try daemon.reload(text(Self.all.map { $0.replacing("realms 1/2", with: "realms 8") }))
            try trial.waitFor("the other realm") { try host.routes().contains { $0.contains("realm 8") } }
            #expect(try host.routes().count == before.count)
            #expect(!daemon.text(since: mark).contains("Entering"), "\(daemon.text(since: mark))")
        }

        @Test func `with expires end by themselves, which is no problem, and come back with the next takeover`() throws
        {
            let trial = try Trial()
            let host = try trial.host()
            // How often the kernel looks for those that have ended; thirty seconds else.
            _ = try host.run("sysctl", ["-w", "net.ipv6.route.gc_interval=1"])
            let route = "2001:db8:1::/48 via fe80::99 dev eth0 expires 2"
            let daemon = try trial.start(host, text([route]))
            try daemon.becomesMaster()
            try trial.waitFor("the route") { try host.routes().first?.contains("expires") == true }
            let mark = daemon.mark
            try trial.waitFor("its end", seconds: 45) { try host.routes().isEmpty }
            let status = try #require(try daemon.instance().routes?.first)
            #expect(!status.isPresent && status.hasEnd == true)
            #expect(try !daemon.status().problems.contains { $0.contains("is missing") })
            #expect(!daemon.text(since: mark).contains("put back") && !daemon.text(since: mark).contains("Entering"))
            try host.ip("link", "set", "eth0", "down")
            try daemon.says("Entering FAULT STATE", since: mark)
            try host.ip("link", "set", "eth0", "up")
            try daemon.becomesMaster()
            try trial.waitFor("the route again") { try host.routes().count == 1 }
        }

        @Test func `with add wait while another route has their place`() throws {
            let trial = try Trial()
            let host = try trial.host()
            try host.ip("route", "add", "10.1.0.0/16", "via", "192.0.2.9")
            let daemon = try trial.start(host, text(["add 10.1.0.0/16 via 192.0.2.254 dev eth0"]))
            try daemon.becomesMaster()
            try daemon.says("the line says `add`")
            #expect(try host.routes().isEmpty)
            #expect(try daemon.instance().routes?.map(\.isPresent) == [false])
            try host.ip("route", "del", "10.1.0.0/16", "via", "192.0.2.9")
            try trial.waitFor("the route", seconds: 20) { try host.routes().count == 1 }
            try daemon.says("is set now")
        }

        @Test func `with append go behind those of others`() throws {
            let trial = try Trial()
            let host = try trial.host()
            try host.ip("route", "add", "10.1.0.0/16", "via", "192.0.2.9")
            try host.ip("route", "add", "10.2.0.0/16", "via", "192.0.2.9")
            let daemon = try trial.start(
                host, text(["append 10.1.0.0/16 via 192.0.2.254 dev eth0", "10.2.0.0/16 via 192.0.2.254 dev eth0"]))
            try daemon.becomesMaster()
            try trial.waitFor("both") { try host.routes().count == 2 }
            func first(_ network: String) throws -> String {
                try host.run("ip", ["-o", "route", "show", network]).output.split(separator: "\n").first.map { "\($0)" }
                    ?? ""
            }
            #expect(try first("10.1.0.0/16").contains("192.0.2.9"))
            #expect(try first("10.2.0.0/16").contains("192.0.2.254"))
            try host.ip("route", "del", "10.1.0.0/16", "via", "192.0.2.254")
            try trial.waitFor("it again") { try host.routes().count == 2 }
            #expect(try first("10.1.0.0/16").contains("192.0.2.9"))
        }
    }
}
