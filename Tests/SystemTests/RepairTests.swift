import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension OneOwner {
    /// Somebody on the host takes off what we put there, or moves what is below it.
    @Suite(.serialized) struct Repairs {
        private func prepared(_ addresses: [String], _ more: String = "") throws -> (Trial, Host, RunningDaemon) {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, instance(addresses: addresses, more))
            try daemon.becomesMaster()
            for address in addresses {
                let bare = String(address.prefix { $0 != "/" })
                try trial.waitFor(bare) { try host.has(bare) }
            }
            return (trial, host, daemon)
        }

        @Test(arguments: ["192.0.2.10/24", "192.0.2.10/32", "fd00:2::10/64"])
        func `an address that is deleted by hand is back in ten milliseconds, without a transition`(
            address: String
        ) throws {
            let (trial, host, daemon) = try prepared([address])
            let mark = daemon.mark
            let place = try host.inNetwork { () throws(SystemError) in try RouteSocket() }
            let index = UInt32(try #require(try host.namespaces.network.interfaceIndex("eth0")))
            let parts = address.split(separator: "/")
            let (bare, length) = (try ip(String(parts[0])), try #require(UInt8(parts[1])))
            var absences: [Double] = []
            for _ in 0..<OneOwner.runs(20) {
                let news = try host.inNetwork { () throws(SystemError) in try RouteMonitor() }
                let start = monotonicNanoseconds()
                try place.remove(interfaceIndex: index, address: bare, prefixLength: length)
                var back: UInt64?
                while back == nil, monotonicNanoseconds() < start + 5_000_000_000 {
                    // Not by turning: the daemon needs the processor.
                    var items = [Readiness(news.descriptor)]
                    try Readiness.wait(&items, until: start + 5_000_000_000)
                    _ = try news.drain {
                        if case .address(let added) = $0, added.address == bare { back = monotonicNanoseconds() }
                    }
                }
                absences.append(
                    Double(try #require(back, "it never came back\n\(daemon.text(since: mark))") - start) / 1e6)
                // Repairs are at least a tenth of a second apart.
                try trial.waitFor("the next turn") { monotonicNanoseconds() > start + 150_000_000 }
            }
            // Single ones may be late on a machine that is busy with other things.
            #expect(
                absences.sorted()[absences.count / 2] < 10 && absences.allSatisfy { $0 < 50 }, "\(absences)")
            OneOwner.tell("\(address) deleted by hand: absent for", absences)
            #expect(!daemon.text(since: mark).contains("Entering"))
            // A line for the first six in a minute, and one for the fight that this is.
            #expect(daemon.lines(since: mark).filter { $0.contains("was removed by someone else: ") }.count == 6)
            #expect(daemon.lines(since: mark).filter { $0.contains("again and again") }.count == 1)
            let status = try host.run(Trial.command, ["status", "--json"]).output.filter { !$0.isWhitespace }
            #expect(status.contains("\"is_fight\":true") && status.contains("\"address_repairs\":\(absences.count)"))
        }

        @Test func `whoever removes an address and lives on is named`() throws {
            let (_, host, daemon) = try prepared(["192.0.2.10/24"])
            // ip reads the second command when it comes, and so is there when it is looked for.
            let log = try OutputLog("batch")
            _ = try host.start(
                "sh", ["-c", "{ echo addr del 192.0.2.10/24 dev eth0; sleep 2; } | ip -batch -"], log: log)
            try daemon.says("(VI_1) 192.0.2.10 was removed by someone else: ip (process ")
        }

        /// The kernel has the same port 0 for what it does and for what it was asked to do.
        @Test func `nobody is blamed for an IPv6 address, of which the kernel tells nothing`() throws {
            let (_, host, daemon) = try prepared(["fd00:2::10/64"])
            _ = try host.run("ip", ["addr", "del", "fd00:2::10/64", "dev", "eth0"])
            try daemon.says(
                "(VI_1) fd00:2::10 was removed by someone else: somebody, or the kernel itself, which does not tell")
        }

        /// What a network service does that takes the interface for its own.
        @Test(arguments: [["192.0.2.10/24", "192.0.2.11/32"], ["fd00:2::10/64", "fd00:2::11/128"]])
        func `a flush of everything but the host's own address is repaired without a transition`(
            addresses: [String]
        ) throws {
            let (trial, host, daemon) = try prepared(addresses)
            let mark = daemon.mark
            let start = monotonicNanoseconds()
            for address in addresses { try host.ip("addr", "del", address, "dev", "eth0") }
            for address in addresses {
                try trial.waitFor("\(address) again") { try host.has(String(address.prefix { $0 != "/" })) }
            }
            #expect(monotonicNanoseconds() - start < 1_000_000_000)
            #expect(!daemon.text(since: mark).contains("Entering"))
        }

        @Test func `a flush of the interface is a fault until the host has an address again, and then all is back`()
            throws
        {
            let (trial, host, daemon) = try prepared(["192.0.2.10/24", "192.0.2.11/32"])
            let mark = daemon.mark
            try host.ip("addr", "flush", "dev", "eth0")
            try daemon.says("Entering FAULT STATE: interface eth0 has no IPv4 address to send from", since: mark)
            try trial.waitFor("no leftover") { try !host.has("192.0.2.10") && !host.has("192.0.2.11") }
            try host.ip("addr", "add", "192.0.2.1/24", "dev", "eth0")
            try daemon.says("Entering MASTER STATE", since: mark)
            try trial.waitFor("both") { try host.has("192.0.2.10") && host.has("192.0.2.11") }
        }

        @Test(arguments: ["192.0.2.10/24", "fd00:2::10/64"])
        func `an interface that is set down and up again is a fault, and then has everything again`(
            address: String
        ) throws {
            let (trial, host, daemon) = try prepared([address])
            let bare = String(address.prefix { $0 != "/" })
            let mark = daemon.mark
            try host.ip("link", "set", "eth0", "down")
            try daemon.says("Entering FAULT STATE: interface eth0 is down", since: mark)
            try trial.waitFor("no leftover") { try !host.has(bare) }
            try host.ip("link", "set", "eth0", "up")
            try daemon.says("Entering MASTER STATE", since: mark)
            try trial.waitFor("the address") { try host.has(bare) }
        }

        @Test func `an interface that gets another name is missing until it has its own again`() throws {
            let (trial, host, daemon) = try prepared(["192.0.2.10/24"])
            var mark = daemon.mark
            try host.ip("link", "set", "eth0", "down")
            try host.ip("link", "set", "eth0", "name", "lan0")
            try host.ip("link", "set", "lan0", "up")
            try daemon.says("Entering FAULT STATE: interface eth0 ", since: mark)
            // What was ours does not stay on an interface that we no longer know.
            try trial.waitFor("its removal") { try !host.has("192.0.2.10") }
            mark = daemon.mark
            try host.ip("link", "set", "lan0", "down")
            try host.ip("link", "set", "lan0", "name", "eth0")
            try host.ip("link", "set", "eth0", "up")
            try daemon.says("Entering MASTER STATE", since: mark)
            try trial.waitFor("the address") { try host.has("192.0.2.10") }
        }

        @Test func `an interface that moves to another namespace and back is used again`() throws {
            let trial = try Trial()
            let host = try trial.laboratory.addHost("lb1", [])
            try host.addCable("eth0")
            try host.ip("link", "set", "eth0", "up")
            try host.ip("addr", "add", "192.0.2.1/24", "dev", "eth0")
            let daemon = try trial.start(host, instance())
            try daemon.becomesMaster()
            var mark = daemon.mark
            // A process with a network of its own, which sends the interface back when it is asked to.
            let log = try OutputLog("away")
            let script = """
                echo $$ > /run/away.pid; while [ ! -e /run/back ]; do sleep 0.05; done
                ip link set eth0 netns "$(cat /run/home.pid)"
                """
            let home = try #require(try inside(host))
            try host.writeFile("/run/home.pid", "\(home)")
            _ = try host.start("unshare", ["-n", "sh", "-c", script], log: log)
            try trial.waitFor("the other namespace") {
                try host.run("test", ["-s", "/run/away.pid"]).status == .exited(code: 0)
            }
            try host.ip("link", "set", "eth0", "netns", try host.readFile("/run/away.pid").filter(\.isNumber))
            try daemon.says("Entering FAULT STATE: interface eth0 ", since: mark)
            try daemon.says("Netlink reports eth0 deleted", since: mark)
            mark = daemon.mark
            try host.writeFile("/run/back", "now")
            try trial.waitFor("eth0") { try host.run("ip", ["link", "show", "eth0"]).status == .exited(code: 0) }
            try host.ip("link", "set", "eth0", "up")
            try host.ip("addr", "add", "192.0.2.1/24", "dev", "eth0")
            try daemon.says("Entering MASTER STATE", since: mark)
            try trial.waitFor("the address") { try host.has("192.0.2.10") }
        }

        /// The number of the daemon as the host sees it.
        private func inside(_ host: Host) throws -> Int32? {
            Int32(try host.readFile("/run/vrrp.pid").filter(\.isNumber))
        }

        @Test func `a host's own address that gets another prefix length or comes and goes beside ours moves nothing`()
            throws
        {
            let (trial, host, daemon) = try prepared(["192.0.2.10/24"])
            try host.setSysctl("net/ipv4/conf/all/promote_secondaries", "1")
            let mark = daemon.mark
            try host.ip("addr", "add", "192.0.2.1/25", "dev", "eth0")
            try host.ip("addr", "del", "192.0.2.1/24", "dev", "eth0")
            try host.ip("addr", "add", "192.0.2.9/24", "dev", "eth0")
            try host.ip("addr", "del", "192.0.2.9/24", "dev", "eth0")
            try trial.waitFor("the address") { try host.has("192.0.2.10") }
            #expect(!daemon.text(since: mark).contains("Entering"))
            #expect(try daemon.state().contains("source 192.0.2.1"))
        }
    }
}
