import Configuration
import Testing
import VRRPWire

private struct FakeHost: HostInspector {
    var facts = HostFacts(interfaces: [
        .init(name: "lo", isLoopback: true),
        .init(
            name: "eth0", addresses: [.init(address: .v4(IPv4Address(192, 168, 10, 11)), prefixLength: 24)]),
    ])
    var problems: [String: HostFacts.ProgramProblem] = [:]
    var users: Set<String> = ["root"]

    func problem(running program: String, as user: UserName?) -> HostFacts.ProgramProblem? { problems[program] }
    func exists(_ user: UserName) -> Bool { users.contains(user.user) }
}

private func lints(_ text: String, _ host: FakeHost? = nil, authoritative: Bool = false) -> [Diagnostic] {
    lint(resolved(text).model, host: host, hostIsAuthoritative: authoritative)
}

private func check(_ command: String, _ lines: String = "") -> String {
    "vrrp_script chk {\n script \"\(command)\"\n \(lines)\n}\n" + instance("track_script { chk }")
}

@Suite struct LintTests {
    @Test(arguments: [
        ("pkill -0 hapee-lb", "hapee-lb"), ("/usr/bin/killall -0 haproxy", "haproxy"), ("pidof haproxy", "haproxy"),
        ("/usr/bin/pgrep -x haproxy", "haproxy"), ("pkill -0 -x nginx", "nginx"),
    ])
    func `suggests to watch the process itself`(command: String, process: String) {
        let found = lints(check(command, "weight -4"))
        #expect(found.map(\.brief) == ["note process-check-by-command@2"])
        #expect(found.first?.fix?.contains("vrrp_track_process chk {\n    process \(process)\n    weight -4\n") == true)
        let block = found.first?.fix?.split(separator: "# and in the instance").first ?? ""
        #expect(complaints(block + "\n" + instance("track_process { chk }")) == [])
    }

    @Test(arguments: [
        "pkill -9 haproxy", "pgrep haproxy", "pkill -0 -f /opt/x", "curl localhost", "pidof a b", "pidof .*",
    ])
    func `leaves other commands alone`(command: String) {
        #expect(lints(check(command)) == [])
    }

    @Test func `says when a failure goes unnoticed for more than ten seconds`() {
        let found = lints(check("/bin/check", "interval 3\n fall 10"))
        #expect(found.map(\.brief) == ["note slow-detection@1"])
        #expect(found.first?.fix == "fall 3")
        #expect(lints(check("/bin/check", "interval 5\n fall 2")) == [])
    }

    @Test func `warns that a weight does nothing with nopreempt`() {
        let text =
            "vrrp_script chk {\n script /bin/true\n weight -5\n}\n"
            + instance("nopreempt", "track_script {", "chk", "}")
        #expect(lints(text).map(\.brief) == ["warning weight-with-nopreempt@11"])
    }

    @Test func `accepts what the host has`() {
        #expect(lints(instance(), FakeHost(), authoritative: true) == [])
    }

    @Test(arguments: [(true, "error"), (false, "warning")])
    func `what the host lacks is an error only on the host itself`(authoritative: Bool, severity: String) {
        let text = """
            vrrp_script chk {
                script /opt/missing
            }
            vrrp_script usr {
                script /bin/true
                user ghost
            }
            vrrp_instance A {
                interface eth1
                virtual_router_id 5
                mcast_src_ip 10.0.0.1
                track_interface {
                    eth2
                }
                track_script {
                    chk
                    usr
                }
                virtual_ipaddress {
                    192.168.10.100/24 dev eth3
                }
            }
            """
        let host = FakeHost(problems: ["/opt/missing": .init(sentence: "/opt/missing does not exist", fix: "touch it")])
        let found = lints(text, host, authoritative: authoritative).filter { $0.severity > .note }
        #expect(
            Set(found.map(\.brief)) == [
                "\(severity) cannot-run@2", "\(severity) no-such-user@4", "\(severity) no-such-interface@9",
                "\(severity) no-such-interface@13", "\(severity) no-such-interface@20",
            ])
    }

    @Test func `suggests the interface that was meant`() {
        var host = FakeHost()
        host.facts.interfaces[1].name = "enp0s8"
        let text = instance().split(separator: "\n").map { $0.contains("interface") ? "interface epn0s8" : $0 }
            .joined(separator: "\n")
        let found = lints(text, host).filter { $0.code == "no-such-interface" }
        #expect(found.map(\.fix) == ["enp0s8"])
    }

    @Test func `refuses the host's own address, wherever the file is for`() {
        let text = instance(addresses: ["192.168.10.11/24"])
        #expect(lints(text, FakeHost()).map(\.brief) == ["error own-address@7"])
        #expect(lints(instance(priority: 255, addresses: ["192.168.10.11/24"]), FakeHost()) == [])
    }

    @Test func `an address that we put there ourselves is not the host's own`() {
        var host = FakeHost()
        host.facts.interfaces[1].addresses.append(
            .init(address: .v4(IPv4Address(192, 168, 10, 100)), prefixLength: 24, isOurs: true))
        #expect(lints(instance(), host, authoritative: true) == [])
    }

    @Test func `warns about an address outside of every subnet`() {
        #expect(lints(instance(addresses: ["10.55.66.77/24"]), FakeHost()).map(\.brief) == ["warning outside-subnet@7"])
    }

    @Test func `a source address must be on the host`() {
        let found = lints(instance("mcast_src_ip 192.168.10.99"), FakeHost(), authoritative: true)
        #expect(found.map(\.code) == ["source-not-here"])
        #expect(found.first?.fix == "mcast_src_ip 192.168.10.11")
    }

    @Test func `script security without anyone to run as is said`() {
        let text = check("/bin/true") + "global_defs { enable_script_security }\n"
        #expect(lints(text, FakeHost(), authoritative: true).map(\.brief) == ["warning no-script-user@1"])
        var host = FakeHost()
        host.users.insert("keepalived_script")
        #expect(lints(text, host, authoritative: true) == [])
    }

    @Test func `script security decides whether an insecure program runs`() {
        let problem = HostFacts.ProgramProblem(sentence: "/tmp is writable", fix: "chmod", isSecurityOnly: true)
        let host = FakeHost(problems: ["/tmp/x": problem])
        #expect(lints(check("/tmp/x"), host, authoritative: true).map(\.brief) == ["note insecure-program@2"])
        let strict = check("/tmp/x") + "global_defs {\nenable_script_security\nscript_user root\n}\n"
        #expect(lints(strict, host, authoritative: true).map(\.brief) == ["error insecure-program@2"])
    }
}
