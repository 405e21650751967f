import Control
import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Behaviour {
    /// `no_accept`: while the host is MASTER, packets to its virtual addresses are dropped, and only those.
    @Suite(.serialized) struct PacketFilters {
        private static let addresses = ["192.0.2.10", "2001:db8::10", "fe80::10%eth0"]

        private func text(_ lines: String, priority: Int = 100, globals: String = "") -> String {
            (globals.isEmpty ? "" : "global_defs {\n\(globals)\n}\n")
                + instance(
                    priority: priority,
                    "\(lines)\nvirtual_ipaddress_excluded {\n2001:db8::10/64\nfe80::10/64\n}")
        }

        private func newHost(_ trial: Trial, _ name: String = "lb1", _ number: Int = 1) throws -> Host {
            try trial.laboratory.addHost(
                name,
                [
                    Interface(
                        "eth0",
                        addresses: [
                            try .init("192.0.2.\(number)", 24), try .init("2001:db8::\(number)", 64),
                            try .init("fe80::\(number)", 64),
                        ])
                ])
        }

        private func prepared(
            _ lines: String = "no_accept", globals: String = ""
        ) throws -> (Trial, Host, Host, RunningDaemon) {
            let trial = try Trial()
            let (host, client) = (try newHost(trial), try newHost(trial, "client", 9))
            let daemon = try trial.start(host, text(lines, globals: globals))
            try daemon.becomesMaster()
            try trial.waitFor("the addresses\n\(daemon.text())") {
                try host.has("192.0.2.10") && host.has("fe80::10")
            }
            return (trial, host, client, daemon)
        }

        // MARK: Packets

        @Test(arguments: [("no_accept", false), ("accept", true)])
        func `ping and TCP to an address are answered with accept only`(lines: String, isAnswered: Bool) throws {
            let (_, host, client, daemon) = try prepared(lines)
            for address in Self.addresses {
                #expect(try client.isAnswered(by: address) == isAnswered, "ping \(address)\n\(daemon.text())")
                #expect(try client.connects(to: address) == isAnswered, "TCP \(address)")
            }
            // The host's own addresses are for everybody, and its neighbours find the others.
            for address in ["192.0.2.1", "2001:db8::1", "fe80::1%eth0"] {
                #expect(try client.isAnswered(by: address), "\(address)")
            }
            let neighbours = try client.run("ip", ["neigh"]).output
            for address in ["192.0.2.10", "2001:db8::10", "fe80::10"] {
                #expect(
                    neighbours.split(separator: "\n").contains { $0.hasPrefix("\(address) ") && $0.contains("lladdr") })
            }
            #expect(try host.tables() == (isAnswered ? [] : ["table inet understudy"]))
            let status = try daemon.instance().packetFilter
            #expect(status?.isInForce == (isAnswered ? nil : true) && status?.refusal == nil)
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(try host.tables() == [])
            #expect(try !host.has("192.0.2.10"))
        }

        @Test func `nothing is sent from an address by this host itself`() throws {
            let (_, host, client, daemon) = try prepared()
            let result = try host.run("ping", ["-c", "1", "-W", "1", "-I", "192.0.2.10", "192.0.2.9"])
            #expect(result.status != .exited(code: 0), "\(result.output)")
            #expect(try host.isAnswered(by: "192.0.2.9"))
            #expect(try client.isAnswered(by: "192.0.2.1"), "\(daemon.text())")
        }

        @Test func `what the host forwards passes`() throws {
            let trial = try Trial()
            let client = try newHost(trial, "client", 9)
            let far = try trial.laboratory.addHost(
                "far", [Interface("eth0", segment: "far", addresses: [try .init("198.51.100.9", 24)])])
            let router = try trial.laboratory.addHost(
                "router",
                [
                    Interface("eth0", addresses: [try .init("192.0.2.3", 24)]),
                    Interface("eth1", segment: "far", addresses: [try .init("198.51.100.1", 24)]),
                ])
            try router.setSysctl("net/ipv4/ip_forward", "1")
            let daemon = try trial.start(router, text("no_accept"))
            try daemon.becomesMaster()
            try trial.waitFor("the address") { try router.has("192.0.2.10") }
            try client.ip("route", "add", "198.51.100.0/24", "via", "192.0.2.10")
            try far.ip("route", "add", "192.0.2.0/24", "via", "198.51.100.1")
            #expect(try client.isAnswered(by: "198.51.100.9"), "\(daemon.text())")
            #expect(try !client.isAnswered(by: "192.0.2.10"))
        }

        @Test func `not one packet is answered, not even while the addresses come and go`() throws {
            let trial = try Trial()
            let (host, client) = (try newHost(trial), try newHost(trial, "client", 9))
            let daemon = try trial.start(host, text("no_accept"))
            try daemon.becomesMaster()
            var pings: [(SpawnedProcess, OutputLog)] = []
            for address in Self.addresses {
                let log = try OutputLog("ping")
                pings.append((try client.start("ping", ["-i", "0.002", address], log: log), log))
            }
            for _ in 0..<OneOwner.runs(5) {
                try host.setLink("eth0", up: false)
                try trial.waitFor("the end") { try !host.has("192.0.2.10") }
                let mark = daemon.mark
                try host.setLink("eth0", up: true)
                try daemon.becomesMaster(since: mark)
                // Long enough that packets have come.
                try trial.waitFor("a neighbour") {
                    try client.run("ip", ["neigh", "show", "192.0.2.10"]).output.contains("lladdr")
                }
            }
            _ = try daemon.stop()
            for (ping, log) in pings {
                try ping.send(.interrupt)
                _ = try ping.wait(until: monotonicNanoseconds() + 5_000_000_000)
                #expect(log.text.contains(" 0 received"), "\(log.text.suffix(400))")
            }
        }

        @Test func `after a takeover the other host drops them, and the first one none`() throws {
            let trial = try Trial()
            let (first, second) = (try newHost(trial), try newHost(trial, "lb2", 2))
            let client = try newHost(trial, "client", 9)
            let active = try trial.start(first, text("no_accept", priority: 200))
            try active.becomesMaster()
            let standby = try trial.start(second, text("no_accept"))
            try standby.becomes(.standby)
            #expect(try standby.instance().packetFilter?.isInForce == true)
            for address in Self.addresses { #expect(try !client.isAnswered(by: address)) }
            #expect(try second.elements() == [])
            _ = try active.stop()
            try standby.becomes(.active)
            try trial.waitFor("the addresses") { try second.has("192.0.2.10") }
            for address in Self.addresses { #expect(try !client.isAnswered(by: address)) }
            #expect(try first.tables() == [] && second.elements().count == 3)
        }

        // MARK: Somebody else

        @Test(arguments: [
            "flush ruleset", "delete table inet understudy", "flush chain inet understudy in",
            "delete element inet understudy understudy_ipv4 { 192.0.2.10 }",
        ])
        func `the table is put back when somebody changes it, and others are left alone`(command: String) throws {
            let (trial, host, client, daemon) = try prepared()
            let before = try host.run("nft", ["list", "ruleset"]).output
            let mark = daemon.mark
            _ = try host.run("nft", [command])
            try daemon.says("no_accept: the table inet understudy was changed or removed by nft (process ", since: mark)
            try trial.waitFor("the table\n\(daemon.text())") {
                try host.run("nft", ["list", "ruleset"]).output == before
            }
            #expect(try !client.isAnswered(by: "192.0.2.10"))
            #expect(!daemon.text(since: mark).contains("Entering"))
            // What others have is theirs.
            for line in ["add table inet filter", "add chain inet filter in { type filter hook input priority 0; }"] {
                _ = try host.run("nft", [line])
            }
            #expect(try host.tables() == ["table inet understudy", "table inet filter"])
            _ = try daemon.stop()
            #expect(try host.tables() == ["table inet filter"])
        }

        @Test func `a fight for the table is told as one`() throws {
            let (trial, host, _, daemon) = try prepared()
            for count in 1...6 {
                let mark = daemon.mark
                _ = try host.run("nft", ["delete", "table", "inet", "understudy"])
                try trial.waitFor("repair \(count)\n\(daemon.text())") {
                    try host.tables() == ["table inet understudy"]
                }
                if count < 6 { try daemon.says("; put back", since: mark) }
            }
            try daemon.says("no_accept: our table is changed again and again (last by nft (process ")
        }

        @Test func `a table of the same name that is somebody else's is left alone, and status says so`() throws {
            let trial = try Trial()
            let (host, client) = (try newHost(trial), try newHost(trial, "client", 9))
            _ = try host.run("nft", ["add table inet understudy"])
            let daemon = try trial.start(host, text("no_accept"))
            try daemon.becomesMaster()
            try daemon.says("no_accept: the table inet understudy was not made by Understudy, and is left alone")
            #expect(try client.isAnswered(by: "192.0.2.10"))
            #expect(
                try daemon.status().problems.contains {
                    $0.hasPrefix("VI_1: packets to the addresses are let in, although no_accept is set")
                })
            #expect(try host.run("nft", ["list ruleset"]).output == "table inet understudy {\n}\n")
            _ = try host.run("nft", ["delete table inet understudy"])
            try daemon.says("packets to our addresses are dropped now", seconds: 10)
            #expect(try !client.isAnswered(by: "192.0.2.10"))
            #expect(try daemon.status().problems == [])
        }

        // MARK: Processes

        @Test func `the table stays as it is when the daemon's process is replaced`() throws {
            let (trial, host, client, daemon) = try prepared(globals: "nftables_counters")
            let news = try host.inNetwork { () throws(SystemError) in try FilterMonitor() }
            let worker = try daemon.worker
            sendSignal(Signals.kill, to: worker)
            try daemon.says("goes on as MASTER")
            try trial.waitFor("the next worker") { try daemon.worker != worker }
            try daemon.says("the process was replaced, the state is the same")
            #expect(try news.drain(table: "understudy", ignoring: 0) == nil, "the table was touched")
            #expect(try !client.isAnswered(by: "192.0.2.10"))
            // The successor looks after it as well.
            _ = try host.run("nft", ["flush", "ruleset"])
            try trial.waitFor("the table") { try host.elements().count == 3 }
            _ = try daemon.stop()
            #expect(try host.tables() == [])
        }

        @Test(arguments: ["no_accept", "accept"])
        func `what a killed run left is taken up where it is needed, and removed where it is not`(lines: String) throws
        {
            let (trial, host, client, first) = try prepared()
            let worker = try first.worker
            first.process.sendToAll(.kill)
            _ = try first.process.wait(until: nil)
            try trial.waitFor("the end of all of it") { hasEnded(worker) }
            #expect(try host.elements().count == 3)
            let second = try trial.start(host, text(lines))
            try second.becomesMaster()
            try second.says("Startup complete")
            #expect(try client.isAnswered(by: "192.0.2.10") == (lines == "accept"), "\(second.text())")
            #expect(try host.elements().count == (lines == "accept" ? 0 : 3))
            #expect(
                second.text().contains("removing the table inet understudy: left behind by an earlier run")
                    == (lines == "accept"))
            _ = try second.stop()
            #expect(try host.tables() == [])
        }

        @Test func `the guardian removes the table when it gives up`() throws {
            let (trial, host, _, daemon) = try prepared()
            try daemon.exhaustGuardian(in: trial)
            #expect(daemon.process.status == .exited(code: 6), "\(daemon.text())")
            #expect(try host.tables() == [] && !host.has("192.0.2.10"), "\(daemon.text())")
        }

        @Test func `a second daemon on the host has to have a table of its own`() throws {
            let (_, host, client, first) = try prepared()
            let trial = first.trial
            let other = instance("VI_2", id: 52, addresses: ["192.0.2.20/24"], "no_accept")
            func start(_ configuration: String, _ name: String) throws -> (SpawnedProcess, OutputLog) {
                try host.writeFile("/run/\(name).conf", configuration)
                let log = try OutputLog(name)
                return (
                    try host.start(
                        Trial.daemon, ["-f", "/run/\(name).conf", "-n", "-l", "-G", "-D", "-p", "/run/\(name).pid"],
                        environment: ["STATE_DIRECTORY=/run/\(name)", "RUNTIME_DIRECTORY=/run/\(name)"], log: log), log
                )
            }
            let (refused, log) = try start(other, "second")
            try trial.waitFor("the refusal\n\(log.text)") {
                log.text.contains("another understudyd of this network namespace has the table inet understudy")
            }
            #expect(try host.elements().count == 3)
            try refused.send(.terminate)
            _ = try refused.wait(until: monotonicNanoseconds() + 10_000_000_000)
            #expect(try host.elements().count == 3)
            let (own, words) = try start("global_defs {\nnftables second\n}\n" + other, "second")
            try trial.waitFor("the second table\n\(words.text)") {
                try host.tables() == ["table inet understudy", "table inet second"] && host.has("192.0.2.20")
            }
            for address in ["192.0.2.10", "192.0.2.20"] { #expect(try !client.isAnswered(by: address)) }
            try own.send(.terminate)
            _ = try own.wait(until: monotonicNanoseconds() + 10_000_000_000)
            #expect(try host.tables() == ["table inet understudy"])
        }

        // MARK: Reload

        @Test func `a reload lets packets in, and keeps them out, without a transition`() throws {
            let (trial, host, client, daemon) = try prepared()
            var mark = try daemon.reload(text("accept"))
            #expect(try client.isAnswered(by: "192.0.2.10"))
            #expect(try host.tables() == [])
            try daemon.reload(text("no_accept"))
            #expect(try !client.isAnswered(by: "192.0.2.10"))
            // Another form, and another name: one address more in it.
            try daemon.reload(text("no_accept", globals: "nftables other\nnftables_counters\nnftables_ifindex"))
            #expect(try host.tables() == ["table inet other"])
            #expect(try !client.isAnswered(by: "fe80::10%eth0"))
            #expect(try host.run("nft", ["list ruleset"]).output.contains("counter packets 1 "))
            let more = text("no_accept").split(separator: "192.0.2.10/24").joined(
                separator: "192.0.2.10/24\n192.0.2.11/24")
            try daemon.reload(String(more))
            #expect(try host.elements().count == 4)
            try trial.waitFor("the address") { try host.has("192.0.2.11") }
            #expect(try !client.isAnswered(by: "192.0.2.11"))
            #expect(!daemon.text(since: mark).contains("Entering") && !daemon.text(since: mark).contains("put back"))
            mark = try daemon.reload(text("no_accept"))
            #expect(try host.elements().count == 3)
        }
    }
}

extension Host {
    /// Whether one of a few pings is answered.
    func isAnswered(by address: String) throws -> Bool {
        try run("ping", ["-c", "2", "-i", "0.2", "-W", "1", "-n", address]).output.contains("bytes from")
    }

    /// Whether TCP reaches `address`: nobody listens there, so that it is refused, and not dropped.
    func connects(to address: String) throws -> Bool {
        let result = try run("timeout", ["1", "bash", "-c", "exec 3<>/dev/tcp/\(address)/4711"])
        return result.output.contains("refused")
    }

    /// The first line of each table of nftables, without its brace.
    func tables() throws -> [String] {
        try run("nft", ["list ruleset"]).output.split(separator: "\n").filter { $0.hasPrefix("table ") }
            .map { String($0.dropLast(2)) }
    }

    /// What is in the sets of the tables, one by one.
    func elements() throws -> [String] {
        let text = try run("nft", ["list ruleset"]).output
        return text.split(separator: "elements = {").dropFirst().flatMap { part in
            part.prefix { $0 != "}" }.split(separator: ",").map { $0.filter { !" \t\n".contains($0) } }
        }
    }
}
