import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Behaviour {
    /// Interfaces and addresses come and go; the daemon says what it waits for, and goes on.
    @Suite struct Interfaces {
        @Test func `a daemon that starts before its interface waits for it and then for an address`() throws {
            let trial = try Trial()
            let host = try trial.laboratory.addHost("lb1", [])
            let daemon = try trial.start(host, instance())
            try daemon.says("Waiting: interface eth0 does not exist")
            try daemon.says("Startup complete")
            try host.addCable("eth0")
            try daemon.says("interface eth0 is down")
            try host.ip("link", "set", "eth0", "up")
            try daemon.says("interface eth0 has no IPv4 address to send from")
            try host.ip("addr", "add", "192.0.2.1/24", "dev", "eth0")
            try daemon.says("Entering BACKUP STATE (init)")
            try daemon.becomesMaster()
        }

        @Test(arguments: [AddressFamily.v4, .v6])
        func `an interface that is deleted and made again is used again`(family: AddressFamily) throws {
            let trial = try Trial()
            let host = try trial.host()
            let address = family == .v4 ? "192.0.2.10" : "fd00:2::10"
            let daemon = try trial.start(host, instance(addresses: [address]))
            try daemon.becomesMaster()
            try trial.waitFor("the address") { try host.has(address) }
            let descriptors = try daemon.descriptors.count
            for _ in 0..<3 {
                var mark = daemon.mark
                try host.ip("link", "del", "eth0")
                try daemon.says("interface eth0 does not exist", since: mark)
                mark = daemon.mark
                try host.addCable("eth0")
                try host.ip("link", "set", "eth0", "up")
                try host.ip("addr", "add", "192.0.2.1/24", "dev", "eth0")
                try daemon.says("Entering MASTER STATE", since: mark)
                try trial.waitFor("the address") { try host.has(address) }
            }
            // Who listens for other owners begins a moment after the takeover; three that were not closed would show.
            try trial.waitFor("the descriptors of one interface") {
                try daemon.descriptors.count <= descriptors + 1
            }
        }

        @Test(arguments: [AddressFamily.v4, .v6])
        func `without carrier it is no master and with it it is again`(family: AddressFamily) throws {
            let trial = try Trial()
            let host = try trial.host()
            let address = family == .v4 ? "192.0.2.10" : "fd00:2::10"
            let daemon = try trial.start(host, instance(addresses: [address]))
            try daemon.becomesMaster()
            try trial.laboratory.setPort(of: host, "eth0", up: false)
            try daemon.says("Netlink reports eth0 down")
            try daemon.says("Entering FAULT STATE: interface eth0 has no carrier")
            try trial.waitFor("the address to go") { try !host.has(address) }
            let mark = daemon.mark
            try trial.laboratory.setPort(of: host, "eth0", up: true)
            try daemon.says("Netlink reports eth0 up", since: mark)
            try daemon.says("Entering MASTER STATE", since: mark)
            try trial.waitFor("the address") { try host.has(address) }
        }

        @Test func `losing the address to send from is a fault until there is one again`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, instance())
            try daemon.becomesMaster()
            try trial.waitFor("the virtual address") { try host.has("192.0.2.10") }
            try host.setAddress(.init("192.0.2.1", 24), on: "eth0", present: false)
            try daemon.says("Entering FAULT STATE: interface eth0 has no IPv4 address to send from")
            try trial.waitFor("the virtual address to go") { try !host.has("192.0.2.10") }
            let mark = daemon.mark
            try host.setAddress(.init("192.0.2.1", 24), on: "eth0", present: true)
            try daemon.says("Entering MASTER STATE", since: mark)
            try trial.waitFor("the virtual address") { try host.has("192.0.2.10") }
        }

        @Test func `another address takes over as source without a change of state`() throws {
            let trial = try Trial()
            let host = try trial.host()
            // Otherwise the kernel takes the second address away with the first.
            try host.setSysctl("net/ipv4/conf/all/promote_secondaries", "1")
            try host.setAddress(.init("192.0.2.2", 24), on: "eth0", present: true)
            let client = try trial.laboratory.addClient([Interface("eth0", addresses: [try .init("192.0.2.200", 24)])])
            let recorder = try AdvertRecorder(in: client)
            let daemon = try trial.start(host, instance(addresses: ["192.0.2.10/32"]))
            try daemon.becomesMaster()
            try trial.waitFor("adverts from the first") { !recorder.adverts(from: "192.0.2.1").isEmpty }
            let mark = daemon.mark
            try host.setAddress(.init("192.0.2.1", 24), on: "eth0", present: false)
            try host.setAddress(.init("192.0.2.3", 24), on: "eth0", present: true)
            try trial.waitFor("adverts from another") { recorder.adverts().last?.source != (try ip("192.0.2.1")) }
            #expect(!daemon.text(since: mark).contains("Entering"))
            #expect(try host.has("192.0.2.10"))
        }

        /// What a DHCP client or a script does; the address of our own subnet that is left goes with it, and is put back.
        @Test func `the only address to send from is replaced without a change of state`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let client = try trial.laboratory.addClient([Interface("eth0", addresses: [try .init("192.0.2.200", 24)])])
            let recorder = try AdvertRecorder(in: client)
            let daemon = try trial.start(host, instance())
            try daemon.becomesMaster()
            for (old, new) in [("192.0.2.1", "192.0.2.3"), ("192.0.2.3", "192.0.2.4"), ("192.0.2.4", "192.0.2.1")] {
                let (start, mark) = (monotonicNanoseconds(), daemon.mark)
                try host.setAddress(.init(old, 24), on: "eth0", present: false)
                // Long enough to be seen, and too short to count.
                _ = try Observer(trial.laboratory).wait(seconds: 0.03) {
                    daemon.text(since: mark).contains("another one is awaited")
                }
                try host.setAddress(.init(new, 24), on: "eth0", present: true)
                try trial.waitFor("adverts from \(new)") { !recorder.adverts(since: start, from: new).isEmpty }
                #expect(!daemon.text(since: mark).contains("Entering"), "\(daemon.text(since: mark))")
                #expect(recorder.adverts(since: start).allSatisfy { $0.priority != 0 })
                try trial.waitFor("the virtual address") { try host.has("192.0.2.10") }
            }
        }

        @Test(arguments: [AddressFamily.v4, .v6])
        func `an interface that gets another name is left with a resignation and without the address`(
            family: AddressFamily
        ) throws {
            let trial = try Trial()
            let host = try trial.host()
            let client = try trial.laboratory.addClient([Interface("eth0", addresses: [try .init("192.0.2.200", 24)])])
            let recorder = try AdvertRecorder(in: client, family)
            let address = family == .v4 ? "192.0.2.10" : "fd00:2::10"
            let daemon = try trial.start(host, instance(addresses: ["\(address)/\(family == .v4 ? 24 : 64)"]))
            try daemon.becomesMaster()
            try trial.waitFor("the virtual address") { try host.has(address) }
            let (start, mark) = (monotonicNanoseconds(), daemon.mark)
            try host.ip("link", "set", "eth0", "name", "eth9")
            try daemon.says(
                "Entering FAULT STATE: interface eth0 does not exist (it is called eth9 now)", since: mark)
            try trial.waitFor("the address to go") { try !host.has(address) }
            try trial.waitFor("the resignation") { recorder.adverts(since: start).contains { $0.priority == 0 } }
            try host.ip("link", "set", "eth9", "name", "eth0")
            try daemon.says("Entering MASTER STATE", since: mark)
        }

        @Test func `a unicast source that is not on the host is waited for`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(
                host, instance("VI_1", "unicast_src_ip 192.0.2.9\n    unicast_peer {\n        192.0.2.2\n    }"))
            try daemon.says("Waiting: the source address 192.0.2.9 is not on this host")
            try host.setAddress(.init("192.0.2.9", 24), on: "eth0", present: true)
            try daemon.becomesMaster()
        }

        @Test func `a tracked interface moves the priority or stops the router as its weight says`() throws {
            let trial = try Trial()
            let host = try trial.laboratory.addHost(
                "lb1",
                [
                    Interface("eth0", addresses: [try .init("192.0.2.1", 24)]), Interface("eth1", segment: "b"),
                    Interface("eth2", segment: "c"),
                ])
            let daemon = try trial.start(
                host, instance("VI_1", "track_interface {\n        eth1 weight -30\n        eth2\n    }"))
            try daemon.becomesMaster()
            var mark = daemon.mark
            try trial.laboratory.setPort(of: host, "eth1", up: false)
            try daemon.says("Changing effective priority from 100 to 70", since: mark)
            mark = daemon.mark
            try host.setLink("eth2", up: false)
            try daemon.says("Entering FAULT STATE: tracked interface eth2 failed", since: mark)
            mark = daemon.mark
            try trial.laboratory.setPort(of: host, "eth1", up: true)
            try daemon.says("Changing effective priority from 70 to 100", since: mark)
            #expect(!daemon.text(since: mark).contains("Entering"), "the other tracked interface is still down")
            try host.setLink("eth2", up: true)
            try daemon.says("Entering MASTER STATE", since: mark)
        }

        @Test func `an interface that carries one of the addresses is watched like the instance's own`() throws {
            let trial = try Trial()
            let host = try trial.laboratory.addHost(
                "lb1",
                [Interface("eth0", addresses: [try .init("192.0.2.1", 24)]), Interface("eth1", segment: "b")])
            let daemon = try trial.start(
                host, instance("VI_1", "virtual_ipaddress_excluded {\n 198.51.100.10/24 dev eth1\n}"))
            try daemon.becomesMaster()
            let mark = daemon.mark
            try trial.laboratory.setPort(of: host, "eth1", up: false)
            try daemon.says("Entering FAULT STATE: interface eth1 has no carrier", since: mark)
            try trial.waitFor("the address to go") { try !host.has("192.0.2.10") }
            try trial.laboratory.setPort(of: host, "eth1", up: true)
            try daemon.becomesMaster(since: mark)
        }

        @Test func `members of a group whose interface is back wait for no reason that is not there any more`() throws {
            let trial = try Trial()
            let host = try trial.laboratory.addHost(
                "lb1",
                [
                    Interface("eth0", addresses: [try .init("192.0.2.1", 24)]), Interface("eth1", segment: "inside"),
                ])
            let group = "vrrp_sync_group G {\n group {\n A\n B\n }\n track_interface {\n eth1\n }\n}\n"
            let daemon = try trial.start(
                host, group + instance("A") + instance("B", id: 52, addresses: ["192.0.2.11/24"]))
            try daemon.says("(B) Entering MASTER STATE")
            for _ in 0..<2 {
                let mark = daemon.mark
                try host.setLink("eth1", up: false)
                try daemon.says("(B) Entering FAULT STATE", since: mark)
                try host.setLink("eth1", up: true)
                try daemon.says("(B) Entering MASTER STATE", since: mark)
            }
            #expect(!daemon.lines().contains { $0.contains("cannot take part: ") && !$0.contains("eth1") })
            #expect(!daemon.lines().contains { $0.hasSuffix(": ") }, "\(daemon.text())")
        }
    }
}
