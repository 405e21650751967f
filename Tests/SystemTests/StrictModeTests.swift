import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

/// Debian's keepalived and Understudy read the same file: what reaches the addresses, and what the sysctls are, is the same.
@Suite(.serialized) struct PacketFilterDifferentialTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var globals = ""
        var lines: String
        var priority = 100
        var isAnswered: Bool
        var testDescription: String { "\(globals) \(lines) \(priority)" }
    }

    private static let cases = [
        Case(lines: "", isAnswered: true), Case(lines: "no_accept", isAnswered: false),
        Case(
            globals: "nftables keepalived\nnftables_priority -5\nnftables_counters", lines: "no_accept",
            isAnswered: false),
        Case(globals: "nftables_ifindex", lines: "no_accept", isAnswered: false),
        Case(globals: "vrrp_iptables", lines: "no_accept", isAnswered: false),
        Case(globals: "vrrp_strict", lines: "", isAnswered: false),
        Case(globals: "vrrp_strict", lines: "accept", isAnswered: true),
        Case(globals: "vrrp_strict", lines: "strict_mode off", isAnswered: true),
        Case(lines: "strict_mode on", isAnswered: false),
        Case(lines: "strict_mode", isAnswered: false),
    ]

    @Test(arguments: cases)
    func `packets to the addresses are answered by both, or by neither`(example: Case) throws {
        let trial = try Trial()
        let configuration =
            (example.globals.isEmpty ? "" : "global_defs {\n\(example.globals)\n}\n")
            + instance(
                priority: example.priority, addresses: ["192.0.2.10/24"],
                "\(example.lines)\nvirtual_ipaddress_excluded {\n2001:db8::10/64\nfe80::10/64\n}")
        for program in [Program.understudy, .keepalived] {
            let segment = "alone-\(program)"
            func host(_ name: String, _ number: Int) throws -> Host {
                try trial.laboratory.addHost(
                    "\(name)-\(program)",
                    [
                        Interface(
                            "eth0", segment: segment,
                            addresses: [
                                try .init("192.0.2.\(number)", 24), try .init("2001:db8::\(number)", 64),
                                try .init("fe80::\(number)", 64),
                            ])
                    ])
            }
            let (router, client) = (try host("router", 1), try host("client", 9))
            try router.writeFile("/run/vrrp.conf", configuration)
            let command = program.command("/run/vrrp.conf")
            let log = try OutputLog("\(program)")
            _ = try router.start(command.program, command.arguments, log: log)
            try trial.waitFor("the addresses of \(program)\n\(log.text)", seconds: 10) {
                try router.has("192.0.2.10") && router.has("2001:db8::10") && router.has("fe80::10")
            }
            for address in ["192.0.2.10", "2001:db8::10", "fe80::10%eth0"] {
                #expect(try client.isAnswered(by: address) == example.isAnswered, "\(program) \(address)\n\(log.text)")
            }
            #expect(try client.isAnswered(by: "192.0.2.1"))
        }
    }

    @Test func `promote_secondaries is on while it is asked for, and as it was before afterwards`() throws {
        let trial = try Trial()
        for program in [Program.understudy, .keepalived] {
            let host = try trial.laboratory.addHost(
                "\(program)",
                [Interface("eth0", segment: "alone-\(program)", addresses: [try .init("192.0.2.1", 24)])])
            func setting() throws -> String {
                try host.run("sysctl", ["-n", "net.ipv4.conf.eth0.promote_secondaries"]).output
            }
            try host.setSysctl("net/ipv4/conf/eth0/promote_secondaries", "0")
            try host.writeFile("/run/vrrp.conf", instance(addresses: ["192.0.2.10/24"], "promote_secondaries"))
            let command = program.command("/run/vrrp.conf")
            let log = try OutputLog("\(program)")
            let daemon = try host.start(command.program, command.arguments, log: log)
            try trial.waitFor("the address of \(program)\n\(log.text)", seconds: 10) { try host.has("192.0.2.10") }
            #expect(try setting() == "1\n", "\(program)\n\(log.text)")
            try daemon.send(.terminate)
            _ = try daemon.wait(until: monotonicNanoseconds() + 10_000_000_000)
            #expect(try setting() == "0\n", "\(program)\n\(log.text)")
        }
    }
}

extension Behaviour {
    /// `promote_secondaries`, through replaced processes, reloads and interfaces that come and go.
    @Suite(.serialized) struct Promotions {
        private func setting(_ host: Host) throws -> String {
            try host.run("sysctl", ["-n", "net.ipv4.conf.eth0.promote_secondaries"]).output
        }

        @Test func `is switched off again by whoever comes after the process that switched it on`() throws {
            let trial = try Trial()
            let host = try trial.host()
            try host.setSysctl("net/ipv4/conf/eth0/promote_secondaries", "0")
            let daemon = try trial.start(host, instance(id: 51, "promote_secondaries"))
            try daemon.becomesMaster()
            #expect(try setting(host) == "1\n")
            let worker = try daemon.worker
            sendSignal(Signals.kill, to: worker)
            try daemon.says("goes on as MASTER")
            try trial.waitFor("the next worker") { try daemon.worker != worker }
            #expect(try setting(host) == "1\n")
            try daemon.reload(instance())
            #expect(try setting(host) == "0\n")
            try daemon.reload(instance(id: 51, "promote_secondaries"))
            #expect(try setting(host) == "1\n")
            _ = try daemon.stop()
            #expect(try setting(host) == "0\n")
        }

        @Test func `stays on where it was on before`() throws {
            let trial = try Trial()
            let host = try trial.host()
            try host.setSysctl("net/ipv4/conf/eth0/promote_secondaries", "1")
            let daemon = try trial.start(host, instance(id: 51, "promote_secondaries"))
            try daemon.becomesMaster()
            _ = try daemon.stop()
            #expect(try setting(host) == "1\n")
        }

        @Test func `keeps the virtual addresses when the host's own first one goes`() throws {
            let trial = try Trial()
            let host = try trial.host()
            try host.setSysctl("net/ipv4/conf/eth0/promote_secondaries", "0")
            try host.ip("addr", "add", "192.0.2.7/24", "dev", "eth0")
            let daemon = try trial.start(host, instance(id: 51, "promote_secondaries"))
            try daemon.becomesMaster()
            try trial.waitFor("the address") { try host.has("192.0.2.10") }
            let mark = daemon.mark
            try host.ip("addr", "del", "192.0.2.1/24", "dev", "eth0")
            try trial.waitFor("the news\n\(daemon.text())") {
                try daemon.instance().sourceAddress == "192.0.2.7"
            }
            #expect(try host.has("192.0.2.10"))
            #expect(!daemon.text(since: mark).contains("put back"))
        }
    }
}
