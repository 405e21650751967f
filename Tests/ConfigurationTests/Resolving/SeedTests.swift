import Configuration
import Testing
import VRRPCore
import VRRPWire

/// The shape of file that the guide for HAProxy Enterprise gives its readers.
private func guide(state: String, priority: Int) -> String {
    """
    vrrp_script chk_sshd {
        script "pkill -0 sshd"      # pkill -0 is cheaper than pidof
        interval 5                  # check every 5 seconds
        weight -4                   # remove 4 points of prio if missing
        fall 2                      # check twice before setting down
        rise 1                      # check once before setting up
    }
    vrrp_script chk_lb {
        script "pkill -0 hapee-lb"
        interval 1
        weight 6
        fall 2
        rise 1
    }
    vrrp_instance vrrp_1 {
        interface enp0s8 # Change network interface name
        state \(state)
        virtual_router_id 51
        priority \(priority)
        virtual_ipaddress_excluded {
            192.168.50.10 # New IP address
        }
        track_interface {
            enp0s8 weight -2 # Change network interface name
        }
        track_script {
            chk_sshd
            chk_lb
        }
    }
    """
}

@Suite struct SeedTests {
    @Test func `accepts the guide's files without complaint`() {
        #expect(complaints(guide(state: "MASTER", priority: 101)) == [])
        #expect(complaints(guide(state: "BACKUP", priority: 100)) == [])
    }

    @Test func `understands the guide's active file`() throws {
        let model = resolved(guide(state: "MASTER", priority: 101)).model
        let instance = try #require(model.instances.first)
        #expect(instance.name == "vrrp_1")
        #expect(instance.interface == "enp0s8")
        #expect(instance.virtualRouterID == VirtualRouterID(51))
        #expect(instance.priority == Priority(101))
        #expect(instance.version == .v2)
        #expect(instance.family == .v4)
        #expect(instance.preempts)
        #expect(instance.addresses.isEmpty)
        #expect(
            instance.excludedAddresses == [
                VirtualAddress(address: .v4(IPv4Address(192, 168, 50, 10)), prefixLength: 32, interface: "enp0s8")
            ])
        #expect(instance.trackedInterfaces.isEmpty, "the own interface is watched anyway")
        #expect(instance.trackedScripts.map(\.name) == ["chk_sshd", "chk_lb"])
        #expect(instance.trackedScripts.map(\.weight) == [Weight(-4), Weight(6)])
        let check = try #require(model.scripts.first)
        #expect(check.command == ["pkill", "-0", "sshd"])
        #expect(check.interval == .seconds(5))
        #expect((check.rise, check.fall) == (1, 2))
        #expect(check.timeout == nil)
        #expect(check.user == nil)
    }

    @Test func `finds that the guide's pair moves the address for each single failure`() throws {
        let active = resolved(guide(state: "MASTER", priority: 101)).model
        let standby = resolved(guide(state: "BACKUP", priority: 100)).model
        let found = provePair(active, standby, fileA: "active", fileB: "standby")
        #expect(found.diagnostics == [])
        let proof = try #require(found.proofs.first)
        for name in ["chk_sshd", "chk_lb"] {
            #expect(proof.outcome(of: .script(.first, name))?.owner == .side(.second))
        }
        #expect(proof.outcome(of: .host(.first))?.owner == .side(.second))
    }
}
