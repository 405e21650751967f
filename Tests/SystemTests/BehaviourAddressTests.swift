import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Behaviour {
    /// Asks whose address it is, what it looks like, and who may touch it.
    @Suite struct Addresses {
        @Test func `addresses have the configured prefix broadcast device scope and label and our mark`() throws {
            let trial = try Trial()
            let host = try trial.laboratory.addHost(
                "lb1",
                [
                    Interface("eth0", addresses: [try .init("192.0.2.1", 24)]),
                    Interface("eth1", segment: "inside", addresses: [try .init("198.51.100.1", 24)]),
                ])
            let daemon = try trial.start(
                host,
                instance(addresses: [
                    "192.0.2.10/24 brd 192.0.2.255 label eth0:vip", "192.0.2.11",
                    "198.51.100.10/28 dev eth1 scope link",
                ]))
            try daemon.becomesMaster()
            try trial.waitFor("the last address") { try host.has("198.51.100.10") }
            let first = try #require(try host.details("192.0.2.10"))
            #expect(first["prefixlen"] as? Int == 24)
            #expect(first["broadcast"] as? String == "192.0.2.255")
            #expect(first["label"] as? String == "eth0:vip")
            #expect(first["scope"] as? String == "global")
            let kernel = try host.inNetwork { () throws(SystemError) in try RouteSocket() }.addresses()
            let marks = kernel.filter { $0.protocolMark == 112 }.map(\.address.description).sorted()
            #expect(marks == ["192.0.2.10", "192.0.2.11", "198.51.100.10"])
            let second = try #require(try host.details("192.0.2.11"))
            #expect(second["prefixlen"] as? Int == 32)
            let third = try #require(try host.details("198.51.100.10"))
            #expect(third["prefixlen"] as? Int == 28)
            #expect(third["scope"] as? String == "link")
            #expect(third["interface"] as? String == "eth1")
        }

        @Test func `an IPv6 address needs no duplicate detection and a host address is never chosen as a source`()
            throws
        {
            let trial = try Trial()
            let host = try trial.host()
            try host.setSysctl("net/ipv6/conf/eth0/accept_dad", "1")
            try host.setSysctl("net/ipv6/conf/eth0/dad_transmits", "1")
            let daemon = try trial.start(host, instance(addresses: ["fd00:2::10/64", "fd00:2::11"]))
            try daemon.becomesMaster()
            try trial.waitFor("the last address") { try host.has("fd00:2::11") }
            let wide = try #require(try host.details("fd00:2::10"))
            #expect(wide["nodad"] as? Bool == true)
            #expect(wide["tentative"] == nil)
            #expect(wide["preferred_life_time"] as? Int == wide["valid_life_time"] as? Int)
            let narrow = try #require(try host.details("fd00:2::11"))
            #expect(narrow["prefixlen"] as? Int == 128)
            #expect(narrow["preferred_life_time"] as? Int == 0)
        }

        /// Renewed ten times a second, and what it is preferred for is not.
        @Test func `an address is chosen as a source for as long as its line says`() throws {
            let trial = try Trial()
            let host = try trial.host()
            func file(_ third: String) -> String {
                instance(
                    addresses: [
                        "fd00:2::10/64 preferred_lft 0", "fd00:2::11 preferred_lft forever", third,
                        "fd00:2::13/64 preferred_lft 3",
                    ], "virtual_ipaddress_excluded {\n 192.0.2.11/24\n}")
            }
            func preferred(_ address: String) throws -> Int {
                try #require(try host.details(address)?["preferred_life_time"] as? Int, "\(address)")
            }
            let daemon = try trial.start(host, file("fd00:2::12/64"))
            try daemon.becomesMaster()
            try trial.waitFor("the last address") { try host.has("192.0.2.11") }
            #expect(try preferred("fd00:2::13") > 0)
            try trial.waitFor("the end of three seconds") { try preferred("fd00:2::13") == 0 }
            func isAsWritten() throws {
                for address in ["fd00:2::10", "fd00:2::13"] { #expect(try preferred(address) == 0) }
                for address in ["fd00:2::11", "fd00:2::12", "192.0.2.11"] { #expect(try preferred(address) > 0) }
            }
            try isAsWritten()
            let mark = daemon.mark
            sendSignal(Signals.kill, to: try daemon.worker)
            try daemon.says("Startup complete", since: mark)
            try daemon.becomes(.active)
            let adverts = try daemon.instance().counters["adverts_sent", default: 0]
            try trial.waitFor("renewals") { try daemon.instance().counters["adverts_sent", default: 0] > adverts + 5 }
            try isAsWritten()
            #expect(!daemon.text(since: mark).contains("put back"))
            // The kernel changes it in place: the address is there all the while.
            try trial.observer.takeNews()
            let before = trial.observer.observations.count
            try daemon.reload(file("fd00:2::12/64 preferred_lft 0"))
            try trial.waitFor("the change") { try preferred("fd00:2::12") == 0 }
            try trial.observer.takeNews()
            let gone = try AddressWatch.Change.removed(ip("fd00:2::12"))
            #expect(!trial.observer.observations.dropFirst(before).contains { $0.change == gone })
        }

        @Test func `an address deleted by hand is back within milliseconds and announced and repetition does not spin`()
            throws
        {
            let trial = try Trial()
            let host = try trial.host()
            let other = try trial.laboratory.addClient([Interface("eth0", addresses: [try .init("192.0.2.200", 24)])])
            let daemon = try trial.start(host, instance(addresses: ["192.0.2.10/24", "192.0.2.11/24"]))
            try daemon.becomesMaster()
            try trial.waitFor("the address") { try host.has("192.0.2.10") }
            let listener = try Announcements(in: other)

            let start = monotonicNanoseconds()
            try host.setAddress(.init("192.0.2.10", 24), on: "eth0", present: false)
            let vip = try ip("192.0.2.10")
            try trial.waitFor("the address again", seconds: 2) {
                trial.observer.acquisition(of: vip, by: "lb1", since: start) != nil
            }
            let back = try #require(trial.observer.acquisition(of: vip, by: "lb1", since: start))
            #expect(Double(back - start) / 1e6 < 60)
            try trial.waitFor("an announcement", seconds: 2) { try listener.heard(vip) }
            try daemon.says("put back and announced")
            #expect(try host.has("192.0.2.11"))

            // Whoever fights us is answered at most ten times a second.
            let mark = daemon.mark
            let fight = monotonicNanoseconds()
            var rounds = 0
            while monotonicNanoseconds() - fight < 1_000_000_000 {
                try trial.waitFor("the address again", seconds: 2) { try host.has("192.0.2.10") }
                try host.setAddress(.init("192.0.2.10", 24), on: "eth0", present: false)
                rounds += 1
            }
            #expect((5...13).contains(rounds), "\(rounds) rounds in a second")
            // The first six in a minute are told one by one.
            let told = daemon.lines().filter { $0.contains("removed by someone else") }
            #expect((4...6).contains(told.count), "\(told)")
            try trial.waitFor("the address in the end") { try host.has("192.0.2.10") }
            #expect(!daemon.text(since: mark).contains("Entering"))
        }

        /// keepalived 2.2.7 leaves them on the host when it ends.
        @Test func `an address with a far end is put back, goes on with another process, and is gone at the end`()
            throws
        {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(
                host,
                instance(
                    addresses: ["192.0.2.10/24", "192.0.2.20 peer 198.51.100.1"],
                    "virtual_ipaddress_excluded {\n fd00:2::20 peer fd00:3::1\n}"))
            try daemon.becomesMaster()
            let ends = [("192.0.2.20", "198.51.100.1", "32"), ("fd00:2::20", "fd00:3::1", "128")]
            func areThere() throws -> Bool {
                try ends.allSatisfy { try host.details($0.0)?["address"] as? String == $0.1 }
            }
            try trial.waitFor("both addresses") { try areThere() }
            for (address, peer, length) in ends {
                let mark = daemon.mark
                try host.ip("addr", "del", address, "peer", "\(peer)/\(length)", "dev", "eth0")
                try daemon.says("put back and announced", since: mark)
                try trial.waitFor("\(address) again") { try areThere() }
            }
            let mark = daemon.mark
            sendSignal(Signals.kill, to: try daemon.worker)
            try daemon.says("Startup complete", since: mark)
            try daemon.becomes(.active)
            #expect(try areThere())
            #expect(try daemon.stop() == .exited(code: 0))
            for (address, _, _) in ends { #expect(try !host.has(address), "\(address)") }
        }

        @Test
        func `what SIGKILL left without an end goes at restart, what is unknown goes too, and other people's stay`()
            throws
        {
            let trial = try Trial()
            let host = try trial.host()
            try trial.leaveAddresses(on: host)
            #expect(try host.has("192.0.2.10"))
            try host.setAddress(.init("192.0.2.77", 24), on: "eth0", present: true)

            // The second configuration no longer knows 192.0.2.11 and would take over only after a while.
            let second = try trial.start(host, instance(priority: 1, addresses: ["192.0.2.10/24"]))
            try second.says("removing 1 address(es) that an earlier run left behind")
            try second.says("192.0.2.11 on eth0: left behind by an earlier run")
            try second.says("Startup complete")
            #expect(try !host.has("192.0.2.11"))
            #expect(try host.has("192.0.2.77"))
            try second.becomesMaster()
            #expect(try second.stop() == .exited(code: 0))
            #expect(try !host.has("192.0.2.10"))
            #expect(try host.has("192.0.2.77"))
            #expect(try host.has("192.0.2.1"))
        }

        @Test func `a virtual address that is the host's own is said and left alone and waited for`() throws {
            let trial = try Trial()
            let host = try trial.host()
            try host.setAddress(.init("192.0.2.10", 24), on: "eth0", present: true)
            let text = instance(addresses: ["192.0.2.10/24"])
            try host.writeFile("/run/vrrp.conf", text)
            let checked = try host.run(Trial.command, ["check", "--host", "/run/vrrp.conf"])
            #expect(checked.status == .exited(code: 2))
            #expect(checked.output.contains("192.0.2.10"))
            #expect(checked.output.contains("error"))

            let daemon = try trial.start(host, text)
            try daemon.says("Waiting: virtual address 192.0.2.10 is already on eth0")
            try daemon.says("Startup complete")
            #expect(try host.has("192.0.2.10"))
            #expect(try daemon.state().contains("state FAULT"))
            try host.setAddress(.init("192.0.2.10", 24), on: "eth0", present: false)
            try daemon.becomesMaster()
            try trial.waitFor("our address") { try host.has("192.0.2.10") }

            // Now the other way round: somebody claims it while it is ours on another interface of his.
            let mark = daemon.mark
            try host.ip("addr", "add", "192.0.2.10/32", "dev", "lo")
            try daemon.says("(VI_1) 192.0.2.10 is on lo as well, and was not put there by understudyd", since: mark)
            #expect(try daemon.state().contains("state MASTER"), "what is there besides is no reason for an outage")
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(try host.has("192.0.2.10"))
        }

        @Test(arguments: ["192.0.2.1/24", "192.0.2.1"])
        func `an owner with its own address is active at once and keeps the address`(address: String) throws {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, instance(priority: 255, addresses: [address]))
            try daemon.says("owns its addresses (priority 255)")
            try daemon.says("Entering MASTER STATE")
            #expect(!daemon.text().contains("Entering BACKUP STATE"))
            #expect(try host.has("192.0.2.1"))
            try daemon.reload(instance(priority: 255, addresses: [address, "192.0.2.10/24"]))
            try trial.waitFor("the added address") { try host.has("192.0.2.10") }
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(try host.has("192.0.2.1"))
            #expect(try !host.has("192.0.2.10"))
        }

        /// A mark is lost when a network manager replaces the address; what we added is ours all the same.
        @Test func `an operator's address beside ours stays and ours goes although it lost its mark`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, instance(addresses: ["192.0.2.10/24"]))
            try daemon.becomesMaster()
            try trial.waitFor("our address") { try host.has("192.0.2.10") }
            try host.ip("addr", "replace", "192.0.2.10/24", "dev", "eth0")
            let mark = daemon.mark
            try host.ip("addr", "add", "192.0.2.10/32", "dev", "eth0")
            try daemon.says("(VI_1) 192.0.2.10 is on eth0 as well", since: mark)
            #expect(try daemon.stop() == .exited(code: 0))
            let kernel = try host.inNetwork { () throws(SystemError) in try RouteSocket() }.addresses()
            let virtual = try ip("192.0.2.10")
            let left = kernel.filter { $0.address == virtual }.map(\.prefixLength)
            #expect(left == [32], "the operator's, and only that")
        }

        @Test func `an address of ours that appears on a backup is taken away again`() throws {
            let trial = try Trial()
            let first = try trial.host()
            let second = try trial.host("lb2", "192.0.2.2")
            let active = try trial.start(first, instance(priority: 150))
            try active.becomesMaster()
            let backup = try trial.start(second, instance(priority: 100))
            try backup.says("Startup complete")
            // As if the news of our own addition had been lost.
            let index = try #require(try second.namespaces.network.interfaceIndex("eth0"))
            let address = AddressRequest(
                interfaceIndex: UInt32(index), address: try ip("192.0.2.10"), prefixLength: 24, protocolMark: 112)
            try second.inNetwork { () throws(SystemError) in try RouteSocket() }.add(address)
            try trial.waitFor("its removal") { try !second.has("192.0.2.10") }
            #expect(!backup.text().contains("FAULT"))
        }

        /// Adds and removes so many addresses.
        private func churn(_ host: Host, _ count: Int) throws {
            var batch = ""
            for number in 0..<count {
                let address = "10.\(number / 250).\(number % 250).1/32"
                batch += "addr add \(address) dev lo\naddr del \(address) dev lo\n"
            }
            try host.writeFile("/run/batch", batch)
            #expect(try host.run("ip", ["-batch", "/run/batch"], seconds: 60).status == .exited(code: 0))
        }

        @Test func `lost news of interfaces and addresses are made up for`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, instance())
            try daemon.becomesMaster()
            try trial.waitFor("the address") { try host.has("192.0.2.10") }
            // While it does not read, far more happens than its socket holds, and among it what it must know.
            daemon.process.sendToAll(.stop)
            // Old news that contradicts what is lost, too far behind for one look: the host's address goes, and with it
            // ours; its return is lost.
            try churn(host, 400)
            try host.setAddress(.init("192.0.2.1", 24), on: "eth0", present: false)
            try churn(host, 6000)
            try host.setAddress(.init("192.0.2.1", 24), on: "eth0", present: true)
            #expect(try !host.has("192.0.2.10"))
            daemon.process.sendToAll(.continue)
            try daemon.says("the kernel dropped news of interfaces and addresses")
            try trial.waitFor("the address again") { try host.has("192.0.2.10") }
            #expect(try daemon.state().contains("state MASTER"))
            #expect(!daemon.text().contains("Entering FAULT"))
            // What happens afterwards is heard again.
            try trial.laboratory.setPort(of: host, "eth0", up: false)
            try daemon.says("Entering FAULT STATE: interface eth0 has no carrier")
        }
    }
}

/// Hears gratuitous ARP and neighbour advertisements on `eth0` of a network.
final class Announcements {
    private let listener: AnnouncementListener
    private var seen: Set<IPAddress> = []
    /// Who announced something, as the frame says.
    private(set) var announcers: Set<HardwareAddress> = []

    init(in network: NetworkNamespace) throws {
        guard let index = try network.interfaceIndex("eth0") else { throw DidNotHappen(description: "no eth0") }
        listener = try network.perform { () throws(SystemError) in
            try AnnouncementListener(interfaceIndex: UInt32(index))
        }
    }

    /// Forgets what was announced so far.
    func forget() throws {
        _ = try collect()
        seen = []
        announcers = []
    }

    func heard(_ address: IPAddress) throws -> Bool { try collect().contains(address) }

    func collect() throws -> Set<IPAddress> {
        while try listener.receive({ frame in
            do throws(WireError) {
                try note(frame)
            } catch {
                Issue.record("a frame that nobody should send: \(error)")
            }
        }) {}
        return seen
    }

    /// Frames of neither kind are passed over; one that says it is of a kind has to be sound.
    private func note(_ frame: Span<UInt8>) throws(WireError) {
        do throws(WireError) {
            let packet = try ARPPacket.parse(frame)
            guard packet.isAnnouncement else { return }
            seen.insert(.v4(packet.senderAddress))
            announcers.insert(packet.senderHardwareAddress)
        } catch .notARP {
            do throws(WireError) {
                seen.insert(.v6(try NeighborAdvertisement.parse(frame).target))
            } catch .notNeighborAdvertisement {
                return
            }
        }
    }
}
