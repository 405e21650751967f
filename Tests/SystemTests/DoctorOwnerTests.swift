import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension DoctorTests {
    /// Who has the addresses.
    @Suite struct Owners {
        @Test(arguments: [AddressFamily.v4, .v6])
        func `a stranger with a virtual address is found from the active and from the standby`(
            family: AddressFamily
        ) throws {
            let ward = try Ward()
            try ward.startPair(addresses: Ward.addresses(family))
            let stranger = try ward.trial.host("stranger", "192.0.2.66")
            let address = family == .v4 ? "192.0.2.10" : "fd00:2::10"
            let placed = try Interface.Address(address, family == .v4 ? 24 : 64)
            try stranger.setAddress(placed, on: "eth0", present: true)
            let hardware = try ward.run(stranger, "ip -br link show eth0").split(separator: " ")[2]
            let fromActive = try ward.examine(ward.lb2).fault("two_owners")
            #expect(fromActive.title.hasPrefix("\(address) is on this host, and another host answers"))
            #expect(fromActive.evidence.contains { $0.contains(hardware) }, "\(fromActive)")
            #expect(fromActive.advice.hasPrefix("it sends no adverts"), "\(fromActive)")
            let fromStandby = try ward.examine(ward.lb1).fault("two_owners")
            #expect(fromStandby.title == "2 hosts answer for \(address)")
            #expect(fromStandby.evidence.contains { $0.contains("advertises as") }, "\(fromStandby)")
            try stranger.setAddress(placed, on: "eth0", present: false)
            for host in [ward.lb1, ward.lb2] { #expect(try ward.examine(host).faults.map(\.description) == []) }
        }

        @Test(arguments: [AddressFamily.v4, .v6])
        func `an address that moves while the doctor listens is told of as a move, from either host`(
            family: AddressFamily
        ) throws {
            let ward = try Ward()
            try ward.startPair("nopreempt", addresses: Ward.addresses(family))
            // The former owner hears of the newcomer only, the new one of both.
            for (witness, active) in [(ward.lb1, ward.lb2), (ward.lb2, ward.lb2)] {
                let standby = active.name == "lb1" ? ward.lb2 : ward.lb1
                let mark = ward.daemons[standby.name]?.mark ?? 0
                let examined = try ward.examine(witness, seconds: "2") {
                    try ward.run(active, "\(Trial.command) switchover")
                }
                #expect(examined.faults.map(\.description) == [], "\(witness.name)")
                let severities = examined.severities("address_moved")
                #expect(severities.allSatisfy { $0 == "note" })
                if witness.name == standby.name { #expect(!severities.isEmpty, "\(examined.findings)") }
                try ward.daemons[standby.name]?.says("Entering MASTER STATE", since: mark)
                // Back to where it began.
                let back = ward.daemons[active.name]?.mark ?? 0
                try ward.run(standby, "\(Trial.command) switchover")
                try ward.daemons[active.name]?.says("Entering MASTER STATE", since: back)
            }
        }

        @Test func `an address that somebody put on a standby is found and removed`() throws {
            let ward = try Ward()
            try ward.startPair()
            try ward.lb1.setAddress(.init("192.0.2.10", 24), on: "eth0", present: true)
            let examined = try ward.examine(ward.lb1)
            #expect(try examined.fault("two_owners").subject == "VI_1 192.0.2.10")
            let finding = try examined.fault("address_state_wrong")
            #expect(finding.evidence.contains { $0.contains("has not the daemon's mark") })
            #expect(!finding.isSafe)
            try ward.mend(ward.lb1, finding)
            #expect(try ward.examine(ward.lb1).faults.map(\.description) == [])
        }

        @Test func `an address that no daemon keeps is found`() throws {
            let ward = try Ward()
            try ward.lb1.writeFile("/run/vrrp.conf", instance())
            try ward.lb1.setAddress(.init("192.0.2.10", 24), on: "eth0", present: true)
            let finding = try ward.examine(ward.lb1).fault("address_state_wrong")
            #expect(finding.title == "192.0.2.10 is on eth0, and no daemon keeps it")
            try ward.mend(ward.lb1, finding)
            #expect(try ward.examine(ward.lb1).all("address_state_wrong").isEmpty)
        }

        @Test func `a daemon that hangs is found`() throws {
            let ward = try Ward()
            try ward.startPair()
            let process = try #require(ward.daemons["lb1"]?.process)
            process.sendToAll(.stop)
            #expect(try ward.examine(ward.lb1).fault("daemon_not_running").title == "the daemon does not answer")
            process.sendToAll(.continue)
            #expect(try ward.examine(ward.lb1).severities("daemon_running") == ["ok"])
        }
    }
}
