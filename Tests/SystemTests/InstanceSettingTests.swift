import Control
import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Behaviour.Controlled {
    /// Settings of an instance that change little, each asked of the daemon.
    @Suite struct InstanceSettings {
        /// VRRPv3 demands an address of every advert, but not of a pair that agrees to have none.
        @Test(arguments: [2, 3])
        func `routers without addresses elect a MASTER and tell their commands`(version: Int) throws {
            let trial = try Trial()
            let hosts = [try trial.host(), try trial.host("lb2", "192.0.2.2")]
            func text(_ priority: Int) -> String {
                """
                vrrp_instance VI_1 {
                    version \(version)
                    interface eth0
                    virtual_router_id 51
                    priority \(priority)
                    no_virtual_ipaddress
                    notify_master "/bin/touch /run/told"
                }

                """
            }
            let active = try trial.start(hosts[0], text(150))
            try active.becomes(.active)
            try trial.waitFor("the command") { LocalFiles.exists(hosts[0].namespaces.outside("/run/told")) }
            let standby = try trial.start(hosts[1], text(100))
            try standby.becomes(.standby)
            try trial.waitFor("following the other") { try standby.instance().activeRouter != nil }
            #expect(try standby.instance().counters["address_list_errors"] == 0)
            #expect(try standby.instance().counters["adverts_received", default: 0] > 0)
            #expect(!standby.text().contains("ignored an advert"))
            #expect(try active.stop() == .exited(code: 0))
            try standby.becomes(.active)
        }

        /// A MASTER that advertises every ten seconds, and hears `priority` from a rival twenty times a second.
        private func contested(
            _ line: String, by priority: UInt8, until condition: (InstanceStatus) -> Bool
        ) throws -> InstanceStatus {
            let trial = try Trial()
            let host = try trial.host()
            let text = """
                vrrp_instance VI_1 {
                    version 3
                    interface eth0
                    virtual_router_id 51
                    priority 255
                    advert_int 10
                    \(line)
                    virtual_ipaddress {
                        192.0.2.10/24
                    }
                }

                """
            let daemon = try trial.start(host, text)
            try daemon.becomes(.active)
            let link = try trial.laboratory.addClient([Interface("eth0", addresses: [try .init("192.0.2.99", 24)])])
            let rival = Forgery(
                source: try ip("192.0.2.99"), priority: priority, interval: 1000, addresses: [try ip("192.0.2.10")])
            let flood = try Flood(in: link, [rival.frame], perSecond: 20)
            defer { flood.stop() }
            var last: InstanceStatus?
            try trial.waitFor("what the rival brings about") {
                let status = try daemon.instance()
                last = status
                return condition(status)
            }
            return try #require(last)
        }

        @Test func `a rival of lower priority is answered by an advert, or not before the next is due`() throws {
            func isHeard(_ status: InstanceStatus) -> Bool { status.counters["contested", default: 0] >= 20 }
            let loud = try contested("", by: 100, until: isHeard)
            #expect(loud.counters["adverts_sent", default: 0] > 1)
            let quiet = try contested("lower_prio_no_advert", by: 100, until: isHeard)
            #expect(quiet.counters["adverts_sent"] == 1)
        }

        @Test func `a second owner with the higher address wins, or is ignored`() throws {
            let listening = try contested("", by: 255) { $0.state != .active }
            #expect(listening.counters["left_active"] == 1)
            let deaf = try contested("owner_ignore_adverts", by: 255) {
                $0.counters["adverts_received", default: 0] >= 20
            }
            #expect(deaf.state == .active)
            #expect(deaf.counters["adverts_sent"] == 1)
            #expect(deaf.counters["contested"] == 0)
        }

        @Test func `the receive buffer is as large as the largest wish of those that share it`() throws {
            let trial = try Trial()
            let host = try trial.host()
            func text(_ sizes: [Int?]) -> String {
                sizes.enumerated().map { number, size in
                    instance(
                        "VI_\(number + 1)", id: 51 + number, addresses: ["192.0.2.\(10 + number)/24"],
                        size.map { "kernel_rx_buf_size \($0)" } ?? "")
                }.joined()
            }
            func words(_ size: Int) -> String { "adverts on eth0 wait in a buffer of \(size) octets" }
            let daemon = try trial.start(host, text([nil, nil]))
            try daemon.becomesMaster()
            #expect(!daemon.text().contains("wait in a buffer of"))
            for (sizes, size) in [([65536, nil], 65536), ([65536, 300000], 300000), ([nil], 1_048_576)]
                as [([Int?], Int)]
            {
                let mark = try daemon.reload(text(sizes))
                try daemon.says(words(size), since: mark)
            }
        }

        /// Keepalived is what an old peer is: it sends the old form first.
        @Test func `a peer that sends the checksum of keepalived before 1_3_7 is answered in kind`() throws {
            let laboratory = try Laboratory(visible: [Program.binaries])
            defer { laboratory.close() }
            func text(_ priority: Int, own: Int, _ line: String) -> String {
                instance(
                    priority: priority, "unicast_src_ip 192.0.2.\(own)\nunicast_peer {\n192.0.2.\(3 - own)\n}\n\(line)")
            }
            func member(_ number: Int, _ program: Program, _ configuration: String) throws -> Member {
                try Member(
                    "\(program)-\(number)", program, configuration,
                    [Interface("eth0", segment: "old", addresses: [try .init("192.0.2.\(number)", 24)])], in: laboratory
                )
            }
            let old = try member(1, .keepalived, text(150, own: 1, "old_unicast_checksum"))
            let ours = try member(2, .understudy, text(100, own: 2, ""))
            let observer = Observer(laboratory)
            let address = try ip("192.0.2.10")
            for member in [old, ours] { try member.boot() }
            try old.start()
            guard try observer.wait(seconds: 12, { old.holds(address) }) else {
                throw DidNotHappen(description: "keepalived never became MASTER\n\(old.log.tail())")
            }
            try ours.start()
            let words =
                "192.0.2.1 sends checksums with the group's pseudo-header (keepalived before 1.3.7); we shall do the same"
            guard try observer.wait(seconds: 12, { ours.log.text.contains(words) }) else {
                throw DidNotHappen(description: "never said \(words)\n\(ours.log.tail())")
            }
            #expect(!ours.holds(address))
        }
    }
}
