import Control
import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Behaviour {
    /// `virtual_routes`: there while the host is MASTER, put back when they go, and gone with the addresses.
    @Suite(.serialized) struct Routes {
        private static let usual = [
            "src 192.0.2.10 to 10.1.0.0/16 via 192.0.2.254 dev eth0", "10.2.0.0/16 via 192.0.2.253 metric 50 table 100",
            "2001:db8:1::/48 dev eth0",
        ]

        private func text(_ routes: [String], priority: Int = 100, _ more: String = "") -> String {
            instance(priority: priority, "virtual_routes {\n\(routes.joined(separator: "\n"))\n}\n\(more)")
        }

        private func prepared(_ routes: [String] = usual) throws -> (Trial, Host, RunningDaemon) {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, text(routes))
            try daemon.becomesMaster()
            try trial.waitFor("\(routes.count) routes\n\(daemon.text())") { try host.routes().count == routes.count }
            return (trial, host, daemon)
        }

        @Test func `are set with the addresses, carry our mark, and go before them`() throws {
            let (trial, host, daemon) = try prepared()
            let routes = try host.routes().sorted()
            #expect(routes[0].hasPrefix("10.1.0.0/16 via 192.0.2.254 dev eth0 proto 112 src 192.0.2.10"), "\(routes)")
            #expect(
                routes[1].hasPrefix("10.2.0.0/16 via 192.0.2.253 dev eth0 table 100 proto 112 metric 50"), "\(routes)")
            #expect(routes[2].hasPrefix("2001:db8:1::/48 dev eth0 proto 112 metric 1024"), "\(routes)")
            let statuses = try #require(try daemon.instance().routes)
            #expect(statuses.map(\.isPresent) == [true, true, true])
            #expect(statuses[1].route == "10.2.0.0/16 via 192.0.2.253 table 100 metric 50")
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(try host.routes().isEmpty && !host.has("192.0.2.10"))
            #expect(!daemon.text().contains("cannot"), "\(daemon.text())")
            _ = trial
        }

        @Test func `of a standby are not there`() throws {
            let trial = try Trial()
            let (first, second) = (try trial.host("lb1"), try trial.host("lb2", "192.0.2.2"))
            let active = try trial.start(first, text(Self.usual, priority: 200))
            try active.becomesMaster()
            let standby = try trial.start(second, text(Self.usual))
            try standby.becomes(.standby)
            try trial.waitFor("the routes") { try first.routes().count == 3 }
            #expect(try second.routes().isEmpty)
            #expect(try standby.instance().routes?.map(\.isPresent) == [false, false, false])
            _ = try active.stop()
            try standby.becomes(.active)
            try trial.waitFor("the routes of the second") { try second.routes().count == 3 }
            #expect(try first.routes().isEmpty)
        }

        @Test(arguments: [
            "route del 10.1.0.0/16", "-6 route del 2001:db8:1::/48", "route replace 10.1.0.0/16 dev eth0",
        ])
        func `that somebody takes away are put back at once, without a transition`(command: String) throws {
            let (trial, host, daemon) = try prepared()
            let mark = daemon.mark
            let socket = try host.inNetwork { () throws(SystemError) in try RouteSocket() }
            var absences: [Double] = []
            // A replaced route cannot be replaced by the same one again.
            for _ in 0..<(command.contains("replace") ? 1 : OneOwner.runs(3)) {
                let result = try host.run("ip", command.split(separator: " ").map(String.init))
                #expect(result.status == .exited(code: 0), "\(result.output)")
                let start = monotonicNanoseconds()
                // Not by waiting a little each time: that would be measured.
                while try socket.routes(marked: 112).count < 3, monotonicNanoseconds() < start + 5_000_000_000 {}
                #expect(try socket.routes(marked: 112).count == 3, "\(daemon.text(since: mark))")
                absences.append(Double(monotonicNanoseconds() - start) / 1e6)
                // Repairs are at least a tenth of a second apart.
                try trial.waitFor("the next turn") { monotonicNanoseconds() > start + 150_000_000 }
            }
            // From the end of the command on: it may be back by then.
            #expect(absences.allSatisfy { $0 < 50 }, "\(absences)")
            OneOwner.tell("\(command): route back after", absences)
            try daemon.says("put back", since: mark)
            #expect(!daemon.text(since: mark).contains("Entering"))
            #expect(try daemon.instance().counters["route_repairs"] == absences.count)
        }

        @Test func `whoever removes a route and lives on is named`() throws {
            let (_, host, daemon) = try prepared()
            _ = try host.start(
                "sh", ["-c", "{ echo route del 10.1.0.0/16; sleep 2; } | ip -batch -"], log: try OutputLog("batch"))
            try daemon.says(
                "(VI_1) route 10.1.0.0/16 via 192.0.2.254 dev eth0 src 192.0.2.10 was removed by ip (process ")
        }

        @Test func `that go with an address come back with it`() throws {
            let (trial, host, daemon) = try prepared()
            let mark = daemon.mark
            try host.ip("addr", "del", "192.0.2.10/24", "dev", "eth0")
            try trial.waitFor("both") { try host.has("192.0.2.10") && host.routes().count == 3 }
            try daemon.says("was gone with an address or an interface that it needs; put back", since: mark)
            #expect(!daemon.text(since: mark).contains("Entering"))
        }

        @Test func `with no_track stay away when somebody has taken them away`() throws {
            let (trial, host, daemon) = try prepared(["10.1.0.0/16 dev eth0 no_track", "10.2.0.0/16 dev eth0"])
            for network in ["10.1.0.0/16", "10.2.0.0/16"] { try host.ip("route", "del", network) }
            try trial.waitFor("the tracked one") { try host.routes().contains { $0.hasPrefix("10.2.") } }
            try daemon.says("10.2.0.0/16 dev eth0 was removed by")
            #expect(try !host.routes().contains { $0.hasPrefix("10.1.") })
            // It is missing all the same, and status says so.
            #expect(try daemon.instance().routes?.map(\.isPresent) == [false, true])
        }

        @Test func `are a fault when their interface is down, but for those with no_track`() throws {
            let trial = try Trial()
            let host = try trial.host()
            try host.addCable("wan0")
            try host.addCable("wan1")
            for name in ["wan0", "wan1"] { try host.ip("link", "set", name, "up") }
            let daemon = try trial.start(host, text(["10.1.0.0/16 dev wan0", "10.2.0.0/16 dev wan1 no_track"]))
            try daemon.becomesMaster()
            try trial.waitFor("both") { try host.routes().count == 2 }
            var mark = daemon.mark
            try host.ip("link", "set", "wan1", "down")
            try daemon.says("Netlink reports wan1 down", since: mark)
            try host.ip("link", "set", "wan0", "down")
            try daemon.says("Entering FAULT STATE", since: mark)
            #expect(daemon.text(since: mark).contains("wan0") && !daemon.text(since: mark).contains("wan1 is down"))
            mark = daemon.mark
            for name in ["wan0", "wan1"] { try host.ip("link", "set", name, "up") }
            try daemon.says("Entering MASTER STATE", since: mark)
            try trial.waitFor("both again") { try host.routes().count == 2 }
        }

        @Test func `that the kernel refuses are said, and set when it would take them`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, text(["10.1.0.0/16 via 203.0.113.1"]))
            try daemon.becomesMaster()
            try daemon.says("(VI_1) cannot set the route 10.1.0.0/16 via 203.0.113.1: add route")
            #expect(
                try daemon.status().problems.contains {
                    $0.contains("the route 10.1.0.0/16 via 203.0.113.1 is missing")
                })
            try host.ip("addr", "add", "203.0.113.9/24", "dev", "eth0")
            try trial.waitFor("the route") { try host.routes().count == 1 }
            try daemon.says("is set now")
        }

        @Test func `with several ways are there whole, go whole, and survive the loss of a way`() throws {
            let ways = "nexthop via 192.0.2.253 dev eth0 nexthop via 192.0.2.254 dev eth0 weight 3"
            let six = "nexthop via fe80::98 dev eth0 nexthop via fe80::99 dev eth0"
            let (trial, host, daemon) = try prepared(["10.1.0.0/16 \(ways)", "2001:db8:1::/48 \(six)"])
            let before = try host.routes()
            #expect(
                before[0].contains("192.0.2.253 dev eth0 weight 1")
                    && before[0].contains("192.0.2.254 dev eth0 weight 3"))
            #expect(before[1].contains("via fe80::98") && before[1].contains("via fe80::99"), "\(before)")
            #expect(try daemon.instance().routes?.map(\.isPresent) == [true, true])
            try host.ip("-6", "route", "del", "2001:db8:1::/48", "via", "fe80::98", "dev", "eth0")
            try trial.waitFor("the way") { try host.routes() == before || host.routes()[1].contains("fe80::98") }
            try host.ip("route", "del", "10.1.0.0/16")
            try trial.waitFor("the route") { try host.routes().count == 2 }
            #expect(try host.routes()[0] == before[0])
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(try host.routes().isEmpty)
            #expect(!daemon.text().contains("cannot"), "\(daemon.text())")
        }

        @Test func `of one place are both set, and the last one stays in front when the first is put back`() throws {
            let (trial, host, daemon) = try prepared(["10.1.0.0/16 via 192.0.2.253", "10.1.0.0/16 via 192.0.2.254"])
            func isTaken(_ gateway: String) throws -> Bool {
                try host.run("ip", ["route", "get", "10.1.0.1"]).output.contains("via \(gateway) ")
            }
            #expect(try isTaken("192.0.2.254"))
            try host.ip("route", "del", "10.1.0.0/16", "via", "192.0.2.253")
            try trial.waitFor("the first one") { try host.routes().count == 2 }
            #expect(try isTaken("192.0.2.254"))
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(try host.routes().isEmpty)
        }

        // MARK: Processes

        @Test func `stay where they are when the daemon's process is replaced`() throws {
            let (trial, host, daemon) = try prepared()
            let before = try host.routes()
            let news = try host.inNetwork { () throws(SystemError) in try ForwardingMonitor() }
            let worker = try daemon.worker
            sendSignal(Signals.kill, to: worker)
            try daemon.says("goes on as MASTER")
            try trial.waitFor("the next worker") { try daemon.worker != worker }
            #expect(try host.routes() == before)
            #expect(try news.drain(mark: 112, ignoring: []) == nil, "a route was taken off")
            // The successor looks after them as well.
            try host.ip("route", "del", "10.1.0.0/16")
            try trial.waitFor("the route") { try host.routes().count == 3 }
            _ = try daemon.stop()
            #expect(try host.routes().isEmpty)
        }

        @Test func `left by a run that was killed go when the next one does not know them, and other people's stay`()
            throws
        {
            let (trial, host, first) = try prepared()
            try host.ip("route", "add", "10.9.0.0/16", "via", "192.0.2.254", "proto", "static")
            let worker = try first.worker
            first.process.sendToAll(.kill)
            _ = try first.process.wait(until: nil)
            try trial.waitFor("the end of all of it") { hasEnded(worker) }
            let second = try trial.start(host, text([Self.usual[1]], priority: 1))
            try second.says("left behind by an earlier run, and in no instance now")
            try second.says("Startup complete")
            #expect(try host.routes().allSatisfy { $0.hasPrefix("10.2.") })
            try second.becomesMaster()
            try trial.waitFor("the one that it knows") { try host.routes().count == 1 }
            _ = try second.stop()
            #expect(try host.routes().isEmpty)
            #expect(try host.run("ip", ["route"]).output.contains("10.9.0.0/16"))
        }

        @Test func `that a killed run left go with the lease of its addresses, and a line says so`() throws {
            let trial = try Trial()
            let host = try trial.laboratory.addHost(
                "lb1",
                [
                    Interface("eth0", addresses: [try .init("192.0.2.1", 24)]), Interface("eth1", segment: "inside"),
                ])
            let more = "virtual_rules {\nfrom 192.0.2.10 lookup 100 preference 300\n}\ntrack_interface {\neth1\n}\n"
            let first = try trial.start(host, text(Self.usual, more))
            try first.becomesMaster()
            try trial.waitFor("the routes") { try host.routes().count == 3 }
            let worker = try first.worker
            first.process.sendToAll(.kill)
            _ = try first.process.wait(until: nil)
            try trial.waitFor("the end of all of it") { hasEnded(worker) }
            // Nobody takes the addresses over here, nor is anybody heard who has.
            try host.setLink("eth1", up: false)
            let second = try trial.start(host, text(Self.usual, more))
            try second.says("Startup complete")
            try trial.waitFor("the end of the routes\n\(second.text())") { try host.routes().isEmpty }
            // The one with `src` has gone with its address.
            try second.says("(VI_1) removing 2 route(s) that an earlier run left behind")
            try second.says("(VI_1) removing 1 rule(s) that an earlier run left behind")
        }

        @Test func `that a killed run left go with its addresses when somebody else is active`() throws {
            let (trial, host, first) = try prepared()
            let worker = try first.worker
            first.process.sendToAll(.kill)
            _ = try first.process.wait(until: nil)
            try trial.waitFor("the end of all of it") { hasEnded(worker) }
            let other = try trial.host("lb2", "192.0.2.2")
            let rival = try trial.start(other, text(Self.usual, priority: 200))
            try rival.becomesMaster()
            let second = try trial.start(host, text(Self.usual))
            try second.says("Startup complete")
            try second.becomes(.standby)
            try trial.waitFor("the end of the routes\n\(second.text())") { try host.routes().isEmpty }
            #expect(try other.routes().count == 3)
        }

        @Test func `and rules are removed by the guardian when it gives up`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let rules = "virtual_rules {\nfrom 192.0.2.10 lookup 100 preference 300\n}"
            let daemon = try trial.start(host, text(Self.usual, rules))
            let socket = try host.inNetwork { () throws(SystemError) in try RouteSocket() }
            try daemon.becomesMaster()
            try trial.waitFor("all of it") { try host.routes().count == 3 && socket.rules(marked: 112).count == 1 }
            try daemon.exhaustGuardian(in: trial)
            #expect(daemon.process.status == .exited(code: 6), "\(daemon.text())")
            #expect(try host.routes().isEmpty && socket.rules(marked: 112).isEmpty, "\(daemon.text())")
        }

        // MARK: Reload

        @Test func `change with a reload, without a transition`() throws {
            let (trial, host, daemon) = try prepared()
            let changed = [
                "src 192.0.2.10 to 10.1.0.0/16 via 192.0.2.250 dev eth0", "blackhole 10.7.0.0/16", Self.usual[2],
            ]
            let mark = try daemon.reload(text(changed))
            try trial.waitFor("the new ones") { try host.routes().contains { $0.hasPrefix("blackhole 10.7.0.0/16") } }
            let routes = try host.routes()
            #expect(routes.count == 3 && routes.contains { $0.hasPrefix("10.1.0.0/16 via 192.0.2.250") }, "\(routes)")
            #expect(!daemon.text(since: mark).contains("Entering") && !daemon.text(since: mark).contains("put back"))
            try daemon.reload(instance())
            try trial.waitFor("none") { try host.routes().isEmpty }
            // Without routes nobody listens for them, and with the first one somebody does.
            try daemon.reload(text(changed))
            try trial.waitFor("all") { try host.routes().count == 3 }
            try host.ip("route", "del", "10.1.0.0/16")
            try trial.waitFor("all again") { try host.routes().count == 3 }
        }

        @Test func `move from one instance to another in one reload and are there all the while`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let route = "virtual_routes {\n10.1.0.0/16 via 192.0.2.254 dev eth0\n}"
            func both(_ first: String, _ second: String) -> String {
                instance("VI_1", id: 51, addresses: ["192.0.2.10/24"], first)
                    + instance("VI_2", id: 52, addresses: ["192.0.2.11/24"], second)
            }
            let daemon = try trial.start(host, both(route, ""))
            try daemon.says("(VI_1) Entering MASTER STATE")
            try daemon.says("(VI_2) Entering MASTER STATE")
            try trial.waitFor("the route") { try host.routes().count == 1 }
            let news = try host.inNetwork { () throws(SystemError) in try ForwardingMonitor() }
            try daemon.reload(both("", route))
            #expect(try host.routes().count == 1)
            #expect(try news.drain(mark: 112, ignoring: []) == nil, "the route was taken off")
            try host.ip("route", "del", "10.1.0.0/16")
            try daemon.says("(VI_2) route 10.1.0.0/16 via 192.0.2.254 dev eth0 was removed by")
        }
    }
}

extension Host {
    /// The routes of both families that carry one of `marks`, as `ip` shows them.
    func routes(_ marks: Set<String> = ["112"]) throws -> [String] {
        try ["-4", "-6"].flatMap { family in
            let result = try run("ip", ["-o", family, "route", "show", "table", "all"])
            guard result.status == .exited(code: 0) else { throw DidNotHappen(description: result.output) }
            let lines = result.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
            return lines.filter { words in
                words.firstIndex(of: "proto").map { marks.contains(words[$0 + 1]) } == true
            }.map { $0.joined(separator: " ") }
        }
    }
}
