import Control
import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Behaviour {
    /// `virtual_rules`: as the routes.
    @Suite(.serialized) struct Rules {
        private static let usual = [
            "from 192.0.2.10 lookup 100 preference 300", "not to 10.0.0.0/8 iif eth0 table 101 priority 301",
            "from 2001:db8::/32 prohibit preference 300",
        ]

        private func text(_ rules: [String]) -> String {
            instance(addresses: ["192.0.2.10/24"], "virtual_rules {\n\(rules.joined(separator: "\n"))\n}")
        }

        private func prepared() throws -> (Trial, Host, RunningDaemon, RouteSocket) {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, text(Self.usual))
            try daemon.becomesMaster()
            let socket = try host.inNetwork { () throws(SystemError) in try RouteSocket() }
            try trial.waitFor("the rules\n\(daemon.text())") { try socket.rules(marked: 112).count == 3 }
            return (trial, host, daemon, socket)
        }

        @Test func `are there while the host is MASTER, and put back when somebody removes one`() throws {
            let (trial, host, daemon, socket) = try prepared()
            let mark = daemon.mark
            #expect(try daemon.instance().rules?.map(\.isPresent) == [true, true, true])
            try host.ip("rule", "add", "from", "10.9.0.0/16", "lookup", "7", "pref", "500")
            try host.ip("rule", "del", "pref", "301")
            try trial.waitFor("the rule") { try socket.rules(marked: 112).count == 3 }
            try daemon.says("preference 301 lookup 101 was removed by", since: mark)
            #expect(!daemon.text(since: mark).contains("Entering"))
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(try socket.rules(marked: 112).isEmpty)
            #expect(try host.run("ip", ["rule"]).output.contains("10.9.0.0/16"))
        }

        @Test func `change with a reload, and survive the daemon's process`() throws {
            let (trial, host, daemon, socket) = try prepared()
            try daemon.reload(text([Self.usual[0], "fwmark 1 unreachable preference 302"]))
            try trial.waitFor("the others") { try socket.rules(marked: 112).map(\.preference) == [300, 302] }
            let news = try host.inNetwork { () throws(SystemError) in try ForwardingMonitor() }
            sendSignal(Signals.kill, to: try daemon.worker)
            try daemon.says("goes on as MASTER")
            #expect(try socket.rules(marked: 112).count == 2)
            #expect(try news.drain(mark: 112, ignoring: []) == nil, "a rule was removed")
            let worker = try daemon.worker
            daemon.process.sendToAll(.kill)
            _ = try daemon.process.wait(until: nil)
            try trial.waitFor("the end of all of it") { hasEnded(worker) }
            let second = try trial.start(host, instance())
            try second.says("removing the rules from 192.0.2.10/32 preference 300 lookup 100, ")
            try second.says("Startup complete")
            #expect(try socket.rules(marked: 112).isEmpty)
        }
    }
}

extension Behaviour {
    /// `static_routes` and `static_rules`: in every state, until the end.
    @Suite(.serialized) struct StaticRoutes {
        private func text(_ routes: [String], _ rules: [String] = []) -> String {
            "static_routes {\n\(routes.joined(separator: "\n"))\n}\nstatic_rules {\n\(rules.joined(separator: "\n"))\n}\n"
                + instance(priority: 1, addresses: ["192.0.2.10/24"])
        }

        @Test func `are there before the host is MASTER, are put back, change with a reload, and go at the end`() throws
        {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(
                host,
                text(["10.1.0.0/16 via 192.0.2.254", "10.2.0.0/16 dev eth0"], ["from all lookup 100 preference 300"]))
            try daemon.says("Startup complete")
            let socket = try host.inNetwork { () throws(SystemError) in try RouteSocket() }
            #expect(try host.routes().count == 2 && socket.rules(marked: 112).count == 1)
            #expect(!daemon.text().contains("Entering MASTER"))
            try daemon.becomesMaster()
            try host.ip("route", "del", "10.1.0.0/16")
            try host.ip("rule", "del", "pref", "300")
            try trial.waitFor("both\n\(daemon.text())") {
                try host.routes().count == 2 && socket.rules(marked: 112).count == 1
            }
            // Both at once, where the daemon did not run in between.
            try daemon.says("static route 10.1.0.0/16 via 192.0.2.254")
            try daemon.says("was gone; put back")
            // An interface that goes takes its routes along, and has them again when it comes back.
            try host.ip("link", "set", "eth0", "down")
            try trial.waitFor("no route") { try host.routes().isEmpty }
            try host.ip("link", "set", "eth0", "up")
            try trial.waitFor("both routes\n\(daemon.text())", seconds: 10) { try host.routes().count == 2 }
            try daemon.reload(text(["10.2.0.0/16 dev eth0", "10.3.0.0/16 dev eth0"]))
            try trial.waitFor("the others") { try host.routes().sorted().map { $0.prefix(4) } == ["10.2", "10.3"] }
            #expect(try socket.rules(marked: 112).isEmpty)
            let news = try host.inNetwork { () throws(SystemError) in try ForwardingMonitor() }
            sendSignal(Signals.kill, to: try daemon.worker)
            try daemon.says("the process was replaced, the state is the same")
            #expect(try host.routes().count == 2 && news.drain(mark: 112, ignoring: []) == nil)
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(try host.routes().isEmpty)
        }
    }
}
