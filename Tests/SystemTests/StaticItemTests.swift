import Control
import LinuxKernel
import Rehearsal
import Testing

/// Debian's keepalived and Understudy read the same file, and set the same static addresses.
@Suite(.serialized) struct StaticAddressDifferentialTests {
    @Test func `every address is as keepalived's, but for the mark`() throws {
        let trial = try Trial()
        let lines = [
            "198.51.100.1/24 brd + dev eth0", "198.51.100.2 dev eth0 label eth0:s scope link",
            "2001:db8::1/64 dev eth0",
        ]
        let configuration = "static_ipaddress {\n\(lines.joined(separator: "\n"))\n}\n" + instance()
        let found = try [Program.understudy, .keepalived].map { program -> [String] in
            let interface = Interface("eth0", segment: "alone-\(program)", addresses: [try .init(ip("192.0.2.1"), 24)])
            let host = try trial.laboratory.addHost("\(program)", [interface])
            try host.writeFile("/run/vrrp.conf", configuration)
            let command = program.command("/run/vrrp.conf")
            let log = try OutputLog("\(program)")
            _ = try host.start(command.program, command.arguments, log: log)
            func addresses() throws -> [String] {
                try host.run("ip", ["-o", "addr", "show", "dev", "eth0"]).output.split(separator: "\n").map { line in
                    var words = line.split { " \t\\".contains($0) }.map(String.init)
                    if let place = words.firstIndex(of: "proto") { words.removeSubrange(place...place + 1) }
                    return words.dropFirst().joined(separator: " ")
                }.filter { $0.contains("198.51.100.") || $0.contains("2001:db8::") }.sorted()
            }
            try trial.waitFor("the addresses of \(program)\n\(log.text)", seconds: 10) {
                // Keepalived looks for duplicates of IPv6 addresses.
                try addresses().count == lines.count && !addresses().contains { $0.contains("tentative") }
            }
            return try addresses()
        }
        #expect(found[0] == found[1])
    }
}

extension Behaviour {
    /// `static_ipaddress` and `track_group`: in every state, until the end.
    @Suite(.serialized) struct StaticAddresses {
        private func text(_ addresses: [String], _ more: String = "", priority: Int = 1) -> String {
            "track_group G {\ngroup {\nVI_1\n}\n}\nstatic_ipaddress {\n\(addresses.joined(separator: "\n"))\n}\n\(more)\n"
                + instance(priority: priority, addresses: ["192.0.2.10/24"])
        }

        @Test func `are there before the host is MASTER, are put back, change with a reload, and go at the end`() throws
        {
            let trial = try Trial()
            let host = try trial.host()
            let both = ["198.51.100.1/24 dev eth0 track_group G", "2001:db8::1/64 dev eth0"]
            let daemon = try trial.start(host, text(both, "static_routes {\n10.1.0.0/16 via 198.51.100.2\n}"))
            try daemon.says("Startup complete")
            func isThere() throws -> Bool { try host.has("198.51.100.1") && host.has("2001:db8::1") }
            #expect(try isThere() && host.routes().count == 1)
            #expect(!daemon.text().contains("Entering MASTER"))
            try daemon.listens()
            let told = try #require(try daemon.status().statics)
            #expect(
                told.map(\.item) == [
                    "198.51.100.1/24 dev eth0", "2001:db8::1/64 dev eth0", "10.1.0.0/16 via 198.51.100.2",
                ])
            #expect(told.allSatisfy { $0.isPresent })
            try daemon.becomesMaster()
            var mark = daemon.mark
            try host.ip("addr", "del", "198.51.100.1/24", "dev", "eth0")
            try host.ip("addr", "del", "2001:db8::1/64", "dev", "eth0")
            try trial.waitFor("both\n\(daemon.text())") { try isThere() && host.routes().count == 1 }
            try daemon.says("static address 198.51.100.1/24", since: mark)
            try daemon.says("was gone; put back", since: mark)
            #expect(!daemon.text(since: mark).contains("Entering"))
            let worker = try daemon.worker
            sendSignal(Signals.kill, to: worker)
            try daemon.says("goes on as MASTER")
            try trial.waitFor("the next worker") { try daemon.worker != worker }
            #expect(try isThere())
            #expect(!daemon.text(since: mark).contains("left behind"))
            mark = try daemon.reload(text(["198.51.100.7/24 dev eth0 track_group G"]))
            try trial.waitFor("the other one") { try host.has("198.51.100.7") && !host.has("198.51.100.1") }
            #expect(try !host.has("2001:db8::1") && host.has("192.0.2.10"))
            #expect(!daemon.text(since: mark).contains("Entering"))
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(try !host.has("198.51.100.7") && host.has("192.0.2.1"))
        }

        @Test func `are a fault of the instances of their group while they cannot be there`() throws {
            let trial = try Trial()
            let host = try trial.host()
            try host.addCable("wan0")
            try host.ip("link", "set", "wan0", "up")
            let daemon = try trial.start(
                host,
                text(
                    ["198.51.100.1/24 dev wan0 track_group G"],
                    "static_routes {\n10.1.0.0/16 via 198.51.100.2 dev wan0 track_group G\n}"))
            try daemon.becomesMaster()
            var mark = daemon.mark
            try host.ip("link", "set", "wan0", "down")
            try daemon.says(
                "Entering FAULT STATE: interface wan0 of static address 198.51.100.1/24 is down", since: mark)
            try trial.waitFor("no virtual address") { try !host.has("192.0.2.10") }
            mark = daemon.mark
            try host.ip("link", "set", "wan0", "up")
            try daemon.says("Entering MASTER STATE", since: mark)
            try trial.waitFor("the route") { try host.routes().count == 1 }
            mark = daemon.mark
            try host.ip("link", "del", "wan0")
            try daemon.says("Entering FAULT STATE: ", since: mark)
            // It is down before it is gone, and that is said once.
            try trial.waitFor("the reason") {
                try daemon.state().contains("static address 198.51.100.1/24 needs interface wan0, which does not exist")
            }
            try host.addCable("wan0")
            try host.ip("link", "set", "wan0", "up")
            try daemon.says("Entering MASTER STATE", since: mark)
            try trial.waitFor("all of it") { try host.has("198.51.100.1") && host.routes().count == 1 }
            // One that the kernel does not take.
            let impossible = "static_routes {\n10.1.0.0/16 via 203.0.113.1 dev wan0 track_group G\n}"
            mark = try daemon.reload(text(["198.51.100.1/24 dev wan0"], impossible))
            try daemon.says(
                "static route 10.1.0.0/16 via 203.0.113.1 dev wan0 is missing and cannot be set", since: mark)
            try host.ip("addr", "add", "203.0.113.9/24", "dev", "wan0")
            try daemon.says("Entering MASTER STATE", since: mark)
        }

        @Test func `may be what adverts come from`() throws {
            let trial = try Trial()
            let host = try trial.laboratory.addHost("lb1", [])
            try host.addCable("eth0")
            try host.ip("link", "set", "eth0", "up")
            let daemon = try trial.start(host, text(["192.0.2.1/24 dev eth0"]))
            try daemon.becomesMaster()
            #expect(try daemon.state().contains("source 192.0.2.1"))
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }
}
