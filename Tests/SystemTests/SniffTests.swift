import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Behaviour {
    /// `understudy sniff` on real interfaces, with real daemons at the other end.
    @Suite struct Sniffing {
        /// A running `understudy sniff`.
        private func listen(_ host: Host, _ arguments: [String], log: OutputLog) throws -> SpawnedProcess {
            try host.start(Trial.command, ["sniff"] + arguments, log: log)
        }

        private func end(_ process: SpawnedProcess, within seconds: UInt64 = 10) throws -> Int32? {
            guard case .exited(let code) = try process.wait(until: monotonicNanoseconds() + seconds * 1_000_000_000)
            else { return nil }
            return code
        }

        private func configuration(_ priority: Int, _ more: String = "") -> String {
            """
            vrrp_instance VI_1 {
                interface eth0
                virtual_router_id 51
                priority \(priority)
                advert_int 1
                \(more)
                virtual_ipaddress {
                    192.0.2.10/24
                }
            }

            """
        }

        @Test func `keepalived's adverts and announcements are heard, judged and counted, and Ctrl-C ends it`() throws {
            let trial = try Trial()
            let peer = try Member(
                "lb2", .keepalived, configuration(150),
                [Interface("eth0", addresses: [try .init("192.0.2.2", 24)])], in: trial.laboratory)
            let host = try trial.host()
            try host.writeFile("/run/own.conf", configuration(100))
            let log = try OutputLog("sniff")
            let sniff = try listen(host, ["-f", "/run/own.conf"], log: log)
            try trial.waitFor("the beginning") { log.text.contains("Listening on eth0. Ctrl-C ends.") }
            try peer.boot()
            try peer.start()
            try trial.waitFor("adverts and announcements", seconds: 12) {
                log.text.contains("+1.00") && log.text.contains("announces 192.0.2.10 (gratuitous ARP)")
            }
            try sniff.send(.interrupt)
            #expect(try end(sniff) == 0, "\(log.text)")
            let text = log.text
            #expect(
                text.contains(
                    "192.0.2.2 advertises VRID 51: priority 150, every 1 s, 192.0.2.10 (VRRPv2). VI_1 accepts it."))
            #expect(text.contains("(192.0.2.2) announces 192.0.2.10 (gratuitous ARP)."))
            #expect(text.contains("  VRID 51: 192.0.2.2, "))
            #expect(text.contains("  VRIDs in use on eth0, IPv4: 51"))
        }

        @Test func `what a differing peer sends is refused in the daemon's own words`() throws {
            let trial = try Trial()
            let password = "authentication {\n auth_type PASS\n auth_pass "
            let peer = try trial.host("lb2", "192.0.2.2")
            let active = try trial.start(peer, configuration(150, password + "theirs\n }"))
            let host = try trial.host()
            let ours = try trial.start(host, configuration(100, password + "ours\n }"))
            try active.becomesMaster()
            try ours.says(
                "ignored an advert from 192.0.2.2: its password is not ours (keyword 'auth_pass')", seconds: 8)
            let found = try host.run(Trial.command, ["sniff", "eth0", "-f", "/run/vrrp.conf", "--seconds", "4.5"])
            #expect(found.status == .exited(code: 1))
            #expect(
                found.output.contains(
                    "password hidden, equal to ours: no). VI_1 would drop it: its password is not ours"))
            #expect(found.output.contains("192.0.2.1 (this host) advertises VRID 51"))
            #expect(found.output.contains("! VRID 51 on eth0 has 2 active routers: 192.0.2.1 and 192.0.2.2."))
            #expect(!found.output.contains("theirs"))
        }

        @Test func `it sees what the firewall keeps from the daemon`() throws {
            let trial = try Trial()
            let peer = try trial.host("lb2", "192.0.2.2")
            let host = try trial.host()
            let active = try trial.start(peer, configuration(150))
            try active.becomesMaster()
            for command in [
                "add table inet t", "add chain inet t in { type filter hook input priority 0; policy drop; }",
            ] {
                let result = try host.run("nft", [command])
                try #require(result.status == .exited(code: 0), "\(result.output)")
            }
            try host.writeFile("/run/own.conf", configuration(100))
            let found = try host.run(Trial.command, ["sniff", "-f", "/run/own.conf", "--count", "2"])
            #expect(found.status == .exited(code: 0))
            #expect(found.output.contains("VI_1 accepts it."))
        }

        @Test func `what strangers send is told for what it is, VLAN tags included, which the kernel takes off`() throws
        {
            let trial = try Trial()
            let host = try trial.host()
            let stranger = try trial.laboratory.addClient([Interface("eth0", addresses: [])])
            try host.writeFile("/run/own.conf", instance())
            let good = Forgery(source: try ip("192.0.2.66"), addresses: [try ip("192.0.2.10")])
            func frame(_ change: (inout Forgery) -> Void) -> [UInt8] {
                var forgery = good
                change(&forgery)
                return forgery.frame
            }
            let tagged = Array(good.frame.prefix(12)) + [0x81, 0, 0, 5] + Array(good.frame.dropFirst(12))
            let frames = [
                tagged, frame { $0.hopLimit = 64 }, frame { $0.virtualRouterID = 60 }, frame { $0.checksumError = 1 },
                frame { $0.cut = 4 },
            ]
            let flood = try Flood(in: stranger, frames, perSecond: 50)
            defer { flood.stop() }
            let found = try host.run(Trial.command, ["sniff", "eth0", "-f", "/run/own.conf", "--count", "10"])
            #expect(found.status == .exited(code: 1))
            for words in [
                "VLAN 5: 192.0.2.66 advertises VRID 51",
                "VI_1 would not get it: it is tagged for VLAN 5, and eth0 without a tag is another network.",
                "VI_1 would drop it: its TTL is 64, not 255: it crossed a router or was forged.",
                "Nobody here is configured for VRID 60.", "in neither form.",
                "VI_1 would drop it: it has 8 octets, but 1 address makes 12.",
                "VRIDs in use on eth0, IPv4: 51, 60", "VRIDs in use on eth0.5, IPv4: 51",
            ] {
                #expect(found.output.contains(words), "\(words)\n\(found.output)")
            }
        }

        @Test func `silence is an exit status, a bound is kept, and JSON is one object a line`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let began = monotonicNanoseconds()
            let silent = try host.run(Trial.command, ["sniff", "--seconds", "0.5"])
            #expect(silent.status == .exited(code: 1))
            #expect(silent.output.contains("No VRRP was heard on eth0 in 0.5 s."))
            #expect(monotonicNanoseconds() - began < 5_000_000_000)
            let daemon = try trial.start(host, instance())
            try daemon.becomesMaster()
            let log = try OutputLog("json")
            let json = try listen(host, ["--json", "--count", "3"], log: log)
            #expect(try end(json) == 0)
            let lines = log.text.split(separator: "\n").filter { $0.hasPrefix("{") }
            #expect(lines.count == 4)
            for line in lines { #expect(line.hasPrefix(#"{"version":1,"kind":""#) && line.hasSuffix("}")) }
            #expect(lines.last?.contains(#""kind":"summary""#) == true)
        }

        @Test func `who may not listen is told what is needed, and nonsense is refused`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let unprivileged = [
                "--reuid", "65534", "--regid", "65534", "--clear-groups", "--", Trial.command, "sniff", "eth0",
            ]
            let refused = try host.run("setpriv", unprivileged)
            #expect(refused.status == .exited(code: 4))
            #expect(refused.output.contains("understudy sniff: listening needs root, or CAP_NET_RAW"))
            let missing = try host.run(Trial.command, ["sniff", "eth7"])
            #expect(missing.status == .exited(code: 2))
            #expect(missing.output == "understudy sniff: this host has no interface eth7; it has lo and eth0\n")
            for arguments in [["--vrid", "0"], ["--count", "0"], ["--seconds", "-1"], ["--seconds", "nan"]] {
                #expect(try host.run(Trial.command, ["sniff"] + arguments).status == .exited(code: 64), "\(arguments)")
            }
        }
    }
}
