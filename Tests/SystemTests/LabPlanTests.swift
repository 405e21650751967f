import Configuration
import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

/// A rehearsal's hosts, addresses and processes follow from the files.
@Suite struct LabPlanTests {
    private let programs = Plan.Programs(daemon: "/usr/sbin/understudyd", own: "/usr/bin/understudy", haproxy: nil)

    private func plan(_ active: String, _ standby: String) throws -> Plan {
        let files = [
            ConfigurationFile(name: "active.conf", text: active, host: "lb1"),
            ConfigurationFile(name: "standby.conf", text: standby, host: "lb2"),
        ]
        try Complaints(files).requireRunnable()
        return try Plan(files, programs)
    }

    private func instance(
        _ interface: String = "eth0", id: Int = 51, priority: Int = 100, _ rest: String
    ) -> String {
        """
        vrrp_instance V\(id) {
            interface \(interface)
            virtual_router_id \(id)
            priority \(priority)
            \(rest)
        }

        """
    }

    @Test func `the files in Examples are those that the program carries`() throws {
        let source = LocalFiles.directory(of: #filePath) + "/../../Examples/"
        #expect(try String(decoding: LocalFiles.read(source + Examples.activeName), as: UTF8.self) == Examples.active)
        #expect(try String(decoding: LocalFiles.read(source + Examples.standbyName), as: UTF8.self) == Examples.standby)
    }

    @Test func `the guide's files make two hosts and a client in the subnet of the address`() throws {
        let plan = try Plan(ConfigurationFile.examples, programs)
        #expect(plan.topology.hosts[0].map(\.name) == ["eth0"])
        #expect(plan.topology.hosts[0][0].addresses == [try .init("192.168.50.11", 24)])
        #expect(plan.topology.hosts[1][0].addresses == [try .init("192.168.50.12", 24)])
        #expect(plan.topology.client[0].addresses == [try .init("192.168.50.100", 24)])
        #expect(plan.topology.hosts[0][0].segment == plan.topology.client[0].segment)
        #expect(plan.targets.map(\.address) == [try ip("192.168.50.10")])
        #expect(plan.balancer(0) == "hapee-lb")
        #expect(plan.watched[0].others == ["sshd"])
    }

    @Test func `what use_vmac makes is no interface of a host`() throws {
        let lines = "use_vmac\nvirtual_ipaddress { 10.0.0.100/16 }"
        let files = [instance("eth0", lines), instance("eth0", priority: 90, lines)]
        let plan = try plan(files[0], files[1])
        #expect(plan.topology.hosts.map { $0.map(\.name) } == [["eth0"], ["eth0"]])
        #expect(try plan.topology.client.count == 1 && plan.targets.map(\.address) == [ip("10.0.0.100")])
        #expect(plan.topology.hosts[0][0].segment == plan.topology.client[0].segment)
    }

    @Test func `own addresses and peers are given to the hosts that are meant`() throws {
        let plan = try plan(
            instance(
                "enp0s8", "unicast_src_ip 10.0.0.5\nunicast_peer { 10.0.3.6 }\nvirtual_ipaddress { 10.0.0.100/16 }"),
            instance(
                "eth0", priority: 90, "unicast_peer { 10.0.0.5 }\nvirtual_ipaddress { 10.0.0.100/16 }"))
        #expect(
            plan.topology.hosts[0] == [Interface("enp0s8", segment: "segment0", addresses: [try .init("10.0.0.5", 16)])]
        )
        #expect(
            plan.topology.hosts[1] == [Interface("eth0", segment: "segment0", addresses: [try .init("10.0.3.6", 16)])])
    }

    @Test func `instances on different interfaces are on different switches`() throws {
        let text = { (priority: Int) in
            self.instance("eth0", id: 1, priority: priority, "virtual_ipaddress { 192.0.2.1/24 }")
                + self.instance("eth1", id: 2, priority: priority, "virtual_ipaddress { 2001:db8::1/64 }")
        }
        let plan = try plan(text(100), text(90))
        #expect(plan.topology.hosts[0].map(\.name).sorted() == ["eth0", "eth1"])
        #expect(Set(plan.topology.hosts[0].map(\.segment)).count == 2)
        #expect(plan.topology.client.count == 2)
        #expect(plan.targets.map(\.pair) == [0, 1])
    }

    @Test func `no host gets an address that the files use`() throws {
        let rest = "virtual_ipaddress {\n192.0.2.11/24\n192.0.2.12/24\n192.0.2.100/24\n}"
        let plan = try plan(instance(priority: 100, rest), instance(priority: 90, rest))
        let given = (plan.topology.hosts + [plan.topology.client]).flatMap {
            $0.flatMap { $0.addresses.map(\.address) }
        }
        #expect(Set(given).count == 3)
        #expect(Set(given).isDisjoint(with: [try ip("192.0.2.11"), try ip("192.0.2.12"), try ip("192.0.2.100")]))
    }

    @Test func `files that are no pair are refused with the reason`() throws {
        let rest = "virtual_ipaddress { 192.0.2.1/24 }"
        do {
            _ = try plan(instance(id: 51, rest), instance(id: 52, priority: 90, rest))
            Issue.record("they were accepted")
        } catch let error as CannotRehearse {
            #expect(error.reason.contains("active.conf:1:1: `V51` has virtual_router_id 51 for IPv4"))
        }
    }

    @Test(arguments: [
        ("pkill -0 hapee-lb", "hapee-lb"), ("/usr/bin/killall -0 haproxy", "haproxy"), ("pidof nginx", "nginx"),
        ("/usr/bin/pgrep -x haproxy", "haproxy"), ("/bin/sh -c 'pgrep -u root -x haproxy || exit 1'", "haproxy"),
        ("killall -0 /usr/sbin/haproxy", "haproxy"),
    ])
    func `the process that a check asks for is found`(command: String, name: String) throws {
        let text = """
            vrrp_script check {
                script "\(command)"
            }

            """
        let rest = "virtual_ipaddress { 192.0.2.1/24 }\ntrack_script { check }"
        let plan = try plan(text + instance(priority: 100, rest), text + instance(priority: 90, rest))
        #expect(plan.balancer(0) == name)
    }

    @Test func `a check whose program is missing gets a stand-in and the operator is told`() throws {
        let text = "vrrp_script check {\n    script \"/no/such/directory/check.sh\"\n}\n"
        let rest = "virtual_ipaddress { 192.0.2.1/24 }\ntrack_script { check }"
        let plan = try plan(text + instance(priority: 100, rest), text + instance(priority: 90, rest))
        #expect(plan.standIns == [["/no/such/directory/check.sh"], ["/no/such/directory/check.sh"]])
        #expect(plan.notes.contains { $0.contains("/no/such/directory/check.sh (check check) is not on this machine") })
    }

    @Test func `the operator is told that commands which would act on this machine are left alone`() throws {
        let rest = "virtual_ipaddress { 192.0.2.1/24 }\n"
        let plan = try plan(instance(priority: 100, rest + "notify /bin/true"), instance(priority: 90, rest))
        #expect(plan.notes.count { $0.contains("notify commands and pipes are left alone") } == 1)
    }

    @Test func `the operator is told what tracked files count as`() throws {
        let text = "track_file up {\n    file /run/up\n    weight 0 reverse\n}\n"
        let rest = "virtual_ipaddress { 192.0.2.1/24 }\n"
        let plan = try plan(text + instance(priority: 100, rest + "track_file { up }"), instance(priority: 90, rest))
        #expect(
            plan.notes.count { $0.contains("neither read nor written") && $0.contains("up holds 1 throughout") } == 1)
    }

    @Test func `events must make sense in their order`() throws {
        #expect(
            try Event.list("balancer-dies, balancer-returns,planned-stop")
                == [.start, .balancerDies, .balancerReturns, .plannedStop])
        for wrong in ["link-back", "host-dies,planned-stop", "planned-stop,host-dies", "earthquake"] {
            do {
                _ = try Event.list(wrong)
                Issue.record("\(wrong) was accepted")
            } catch {
                #expect(!error.reason.isEmpty)
            }
        }
    }
}
