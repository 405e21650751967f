import Control
import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Behaviour {
    /// What the daemon changes on its host, where its adverts come from, and what it says of others.
    @Suite struct RemainingHostKeywords {
        private func file(_ globals: String, _ rest: String = instance()) -> String {
            "global_defs {\n\(globals)\n}\n" + rest
        }

        @Test func `the marker of a reload is gone when the configuration has been read, and no link is followed`()
            throws
        {
            let trial = try Trial()
            let host = try trial.host()
            let text = file("reload_file /run/marker")
            let daemon = try trial.start(host, text)
            try daemon.becomesMaster()
            let marker = host.namespaces.outside("/run/marker")
            try host.writeFile("/run/marker", "the file is being written\n")
            try daemon.reload()
            #expect(!LocalFiles.exists(marker))
            try host.writeFile("/run/precious", "to be kept\n")
            _ = try host.run("ln", ["-s", "/run/precious", "/run/marker"])
            let mark = try daemon.reload()
            #expect(daemon.text(since: mark).contains("reload_file: open /run/marker"))
            #expect(try host.readFile("/run/precious") == "to be kept\n")
            // A file that is refused has been read as well.
            try host.writeFile("/run/marker", "again\n")
            try daemon.reload(text + "nonsense\n", saying: "Reload refused")
            try trial.waitFor("the end of the marker") { !LocalFiles.exists(marker) }
        }

        /// keepalived and we, by one file each.
        @Test(arguments: [Program.understudy, .keepalived])
        func `a reload comes at the time that a file says, which is gone then`(program: Program) throws {
            let trial = try Trial()
            let host = try trial.host()
            try host.writeFile("/run/vrrp.conf", file("reload_time_file /run/at"))
            let command = program.command("/run/vrrp.conf")
            let log = try OutputLog("\(program)")
            let process = try host.start(command.program, command.arguments, log: log)
            try trial.waitFor("the address of \(program)", seconds: 15) { try host.has("192.0.2.10") }
            _ = try host.run(
                "sh", ["-c", "date -u -d '+3 seconds' '+%Y-%m-%d %H:%M:%SZ' > /run/at.new; mv /run/at.new /run/at"])
            try trial.waitFor("the word of \(program)\n\(log.text)") { log.text.contains("cheduling ") }
            try trial.waitFor("the reload of \(program)\n\(log.text)", seconds: 10) { log.text.contains("Reloading") }
            #expect(!LocalFiles.exists(host.namespaces.outside("/run/at")))
            #expect(try host.has("192.0.2.10"))
            try process.send(.terminate)
            _ = try process.wait(until: monotonicNanoseconds() + 10_000_000_000)
        }

        @Test func `reports of memberships are off while the daemon runs, and on again afterwards`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let setting = "/proc/sys/net/ipv4/igmp_link_local_mcast_reports"
            func reports() throws -> String { try host.run("cat", [setting]).output }
            #expect(try reports() == "1\n")
            let daemon = try trial.start(host, file("disable_local_igmp"))
            try daemon.becomesMaster()
            #expect(try reports() == "0\n")
            try daemon.reload(file("router_id a"))
            #expect(try reports() == "1\n")
            try daemon.reload(file("disable_local_igmp"))
            #expect(try reports() == "0\n")
            // A successor knows that they were on.
            #expect(sendSignal(9, to: try daemon.worker))
            try daemon.says("The new process runs")
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(try reports() == "1\n")
        }

        @Test func `adverts of virtual routers that are not here are told where the file asks for it`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, file("log_unknown_vrids"))
            try daemon.becomesMaster()
            let link = try trial.laboratory.addClient([Interface("eth0", addresses: [try .init("192.0.2.99", 24)])])
            let other = Forgery(
                source: try ip("192.0.2.99"), virtualRouterID: 77, interval: 100, addresses: [try ip("192.0.2.77")])
            let flood = try Flood(in: link, [other.frame], perSecond: 20)
            defer { flood.stop() }
            try daemon.says("Unknown VRID(77) received on interface(eth0) from 192.0.2.99")
            let told = try daemon.counter("packets for virtual routers that are not ours")
            try trial.waitFor("more of them") {
                try daemon.counter("packets for virtual routers that are not ours") > told + 10
            }
            #expect(daemon.lines().filter { $0.contains("Unknown VRID") }.count == 1)
            let mark = try daemon.reload(instance())
            let before = try daemon.counter("packets for virtual routers that are not ours")
            try trial.waitFor("more of them") {
                try daemon.counter("packets for virtual routers that are not ours") > before + 10
            }
            #expect(!daemon.text(since: mark).contains("Unknown VRID"))
        }

        @Test func `buffers have the sizes that the file says, beyond the limit where it says so`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let forced = file(
                "vrrp_netlink_cmd_rcv_bufs 3000000\nvrrp_netlink_cmd_rcv_bufs_force\nvrrp_netlink_monitor_rcv_bufs 4000000\n"
                    + "vrrp_netlink_monitor_rcv_bufs_force on")
            let daemon = try trial.start(host, forced)
            try daemon.says("vrrp_netlink_cmd_rcv_bufs: 3000000 octets")
            try daemon.says("vrrp_netlink_monitor_rcv_bufs: 4000000 octets")
            try daemon.becomesMaster()
            let mark = try daemon.reload(file("vrrp_netlink_monitor_rcv_bufs 100000000"))
            try daemon.says("vrrp_netlink_monitor_rcv_bufs 100000000: the kernel gives", since: mark)
            try daemon.says("vrrp_netlink_monitor_rcv_bufs_force on", since: mark)
            let last = try daemon.reload(file("vrrp_rx_bufs_policy 65536"))
            try daemon.says("adverts on eth0 wait in a buffer of 65536 octets", since: last)
        }

        @Test func `a source address that goes is a fault for multicast where it is tracked`() throws {
            let trial = try Trial()
            func text(_ line: String) -> String { instance("VI_1", "mcast_src_ip 192.0.2.1\n\(line)") }
            for program in [Program.understudy] {
                let host = try trial.laboratory.addHost(
                    "\(program)",
                    [
                        Interface("eth0", segment: "alone-\(program)", addresses: [try .init(ip("192.0.2.3"), 24)])
                    ])
                try host.ip("address", "add", "192.0.2.1/32", "dev", "eth0")
                try host.writeFile("/run/vrrp.conf", text("track_src_ip"))
                let command = program.command("/run/vrrp.conf")
                let log = try OutputLog("\(program)")
                let process = try host.start(command.program, command.arguments, log: log)
                try trial.waitFor("the address of \(program)", seconds: 10) { try host.has("192.0.2.10") }
                try host.ip("address", "delete", "192.0.2.1/32", "dev", "eth0")
                try trial.waitFor("the fault of \(program)\n\(log.text)") {
                    log.text.contains("(VI_1) Entering FAULT STATE")
                }
                try trial.waitFor("the end of the address") { try !host.has("192.0.2.10") }
                try host.ip("address", "add", "192.0.2.1/32", "dev", "eth0")
                try trial.waitFor("the address again", seconds: 10) { try host.has("192.0.2.10") }
                try process.send(.terminate)
                _ = try process.wait(until: monotonicNanoseconds() + 10_000_000_000)
            }
            let host = try trial.host("untracked", "192.0.2.3")
            try host.ip("address", "add", "192.0.2.1/32", "dev", "eth0")
            let daemon = try trial.start(host, text(""))
            try daemon.becomesMaster()
            let mark = daemon.mark
            try host.ip("address", "delete", "192.0.2.1/32", "dev", "eth0")
            // What comes after it has been looked at.
            try host.ip("address", "add", "192.0.2.4/24", "dev", "eth0")
            try trial.waitFor("the news") { try host.has("192.0.2.4") }
            _ = try daemon.state()
            #expect(!daemon.text(since: mark).contains("FAULT"))
        }

        /// The routes that come with an address, as keepalived has them.
        @Test func `an address brings no route where it shall not, and stays away where nobody cares`() throws {
            let trial = try Trial()
            let addresses = [
                "192.0.2.10/24", "198.51.100.10/24 noprefixroute", "203.0.113.10/24", "203.0.113.11/32 no_track",
            ]
            let routes = try [Program.keepalived, .understudy].map { program -> [String] in
                let host = try trial.laboratory.addHost(
                    "\(program)",
                    [
                        Interface("eth0", segment: "alone-\(program)", addresses: [try .init(ip("192.0.2.1"), 24)])
                    ])
                try host.writeFile("/run/vrrp.conf", instance(addresses: addresses))
                let command = program.command("/run/vrrp.conf")
                let process = try host.start(command.program, command.arguments, log: try OutputLog("\(program)"))
                try trial.waitFor("the addresses of \(program)", seconds: 10) { try host.has("203.0.113.11") }
                let lines = try host.run("ip", ["-4", "route"]).output.split(separator: "\n").map { line in
                    String(line.split(separator: " ")[0])
                }
                if program == .understudy {
                    try host.ip("address", "delete", "203.0.113.11/32", "dev", "eth0")
                    try host.ip("address", "delete", "203.0.113.10/24", "dev", "eth0")
                    try trial.waitFor("the one that counts") { try host.has("203.0.113.10") }
                    #expect(try !host.has("203.0.113.11"))
                }
                try process.send(.terminate)
                _ = try process.wait(until: monotonicNanoseconds() + 10_000_000_000)
                return lines.sorted()
            }
            #expect(routes[0] == routes[1])
            #expect(routes[1] == ["192.0.2.0/24", "203.0.113.0/24"])
        }

        /// `postgres` is in the group `ssl-cert` only where that is installed: any user with a second group does.
        @Test func `a check has the groups of its user where the file asks for them`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let groups = try LocalFiles.read("/etc/group").split(separator: 10).map {
                String(decoding: $0, as: UTF8.self).split(separator: ":", omittingEmptySubsequences: false)
            }
            let found = groups.first { $0.count > 3 && !$0[3].isEmpty }
            let (member, number) = try #require(
                found.map { (String($0[3].split(separator: ",")[0]), String($0[2])) },
                "no user of this machine has a second group")
            try host.writeFile("/run/who", "#!/bin/sh\nid -G > /tmp/seen\nmv /tmp/seen /tmp/groups\n", mode: 0o755)
            _ = try host.run("chmod", ["1777", "/tmp"])
            func text(_ globals: String) -> String {
                file(globals, "vrrp_script who {\nscript /run/who\ninterval 0.1\nuser \(member)\n}\n")
                    + instance("VI_1", "track_script {\nwho weight 1\n}")
            }
            func isMember() throws -> Bool {
                try host.readFile("/tmp/groups").split { " \n".contains($0) }.contains { $0 == number }
            }
            let daemon = try trial.start(host, text("router_id a"))
            try daemon.becomesMaster()
            try trial.waitFor("the check") { LocalFiles.exists(host.namespaces.outside("/tmp/groups")) }
            #expect(try !isMember())
            try daemon.reload(text("set_supplementary_groups"))
            try trial.waitFor("its groups") { try isMember() }
        }
    }
}
