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
    var trackedFile: HostFacts.TrackedFile?
    func trackedFile(at path: String) -> HostFacts.TrackedFile? { trackedFile }
    var scripts: [String: String] = [:]
    func scriptText(of program: String) -> String? { scripts[program] }
}

private func lints(_ text: String, _ host: FakeHost? = nil, authoritative: Bool = false) -> [Diagnostic] {
    lint(resolved(text).model, host: host, hostIsAuthoritative: authoritative)
}

private func check(_ command: String, _ lines: String = "") -> String {
    "vrrp_script chk {\n script \"\(command)\"\n \(lines)\n}\n" + instance("track_script { chk }")
}

@Suite struct LintTests {
    @Test(arguments: [
        ("curl -f http://192.168.10.100/", true), ("/bin/check 192.168.10.100:80", true),
        ("sh -c 'nc -z 192.168.10.100 80'", true), ("curl -f http://127.0.0.1/", false),
        ("curl -f http://192.168.10.10/", false), ("/bin/check 1192.168.10.100", false),
    ])
    func `a check that asks for the virtual address is told that the MASTER answers`(command: String, isNamed: Bool) {
        #expect(lints(check(command)).contains { $0.code == "check-of-virtual-address" } == isNamed)
    }

    @Test(arguments: [
        ("#!/bin/sh\ncurl -f http://127.0.0.1/\nif [ $? = 0 ]; then\n echo 0\nelse\n echo 1\nfi\n", true),
        ("#!/bin/bash\necho 5\n", true), ("#!/bin/sh\npidof haproxy || exit 1\necho 0\n", false),
        ("#!/bin/sh\necho hello\n", false), ("#!/bin/sh\necho 1\npidof haproxy\n", false),
        ("#!/bin/sh\nif pidof haproxy; then echo 0; else echo 1; fi\n", true),
        ("#!/bin/sh\npidof haproxy && echo 0 || echo 1\n", true), ("#!/bin/sh\npidof haproxy && echo 1\n", false),
        ("#!/bin/sh\ncase $1 in\n a) echo 1;;\nesac\n", true), ("#!/bin/sh\necho 1; pidof x\n", false),
        ("#!/usr/bin/python3\necho 1\n", false), ("#!/bin/sh\nset -e\npidof haproxy\necho 0\n", false),
    ])
    func `a script that prints its result is told what counts`(text: String, isNamed: Bool) {
        var host = FakeHost()
        host.scripts["/bin/check"] = text
        #expect(lints(check("/bin/check"), host).contains { $0.code == "check-prints-result" } == isNamed)
    }

    @Test(arguments: [
        ("/bin/echo 5", true), ("echo 0", true), ("/bin/sh -c 'pidof x; echo 1'", true),
        ("/bin/sh -c 'pidof x'", false), ("/bin/sh -c 'echo 1; exit 1'", false), ("/usr/bin/echoping 5", false),
    ])
    func `a command that prints its result is told what counts`(command: String, isNamed: Bool) {
        #expect(lints(check(command)).contains { $0.code == "check-prints-result" } == isNamed)
    }

    /// The kernel: `__inet_insert_ifa`, "Invalid scope value".
    @Test(arguments: [
        ("192.168.10.100/24 scope link", true), ("192.168.10.100/24", false), ("192.168.10.100/32 scope link", false),
        ("192.168.10.100/25 scope link", false), ("192.168.10.100/24 scope global", false),
    ])
    func `one scope is all that a subnet has`(address: String, isRefused: Bool) {
        let found = lints(instance(addresses: [address]), FakeHost(), authoritative: true)
        #expect(found.map(\.code) == (isRefused ? ["scope-of-subnet"] : []))
        for fix in found.compactMap(\.fix) {
            #expect(lints(instance(addresses: [fix]), FakeHost(), authoritative: true).isEmpty, "\(fix)")
        }
    }

    @Test(arguments: [("", true), ("bridge", true), ("macvlan", false)])
    func `the name of a virtual MAC interface that another interface has is refused`(kind: String, isTaken: Bool) {
        var host = FakeHost()
        host.facts.interfaces.append(.init(name: "eth1", kind: kind))
        let found = lints(instance("use_vmac eth1"), host, authoritative: true).filter { $0.severity == .error }
        #expect(found.map(\.code) == (isTaken ? ["virtual-interface-taken"] : []))
        #expect(found.allSatisfy { $0.fix == "use_vmac vrrp.51" })
    }

    @Test func `a user that does not exist is compared with those that do`() throws {
        var host = FakeHost()
        let text = "global_defs {\n script_user roto\n}\n" + check("/bin/check", "user rot") + "\n"
        let own = try #require(lints(text, host).first { $0.code == "no-such-user" })
        #expect(own.message.contains("is `root` meant?") && own.fix == "user root")
        let global = "global_defs {\n script_user roto\n}\n" + instance("notify_master /bin/check")
        #expect(lints(global, host).map(\.fix) == ["script_user root   # in global_defs"])
        let argument = lints(instance("notify_master /bin/check roto"), host)
        #expect(argument.map(\.fix) == ["\"/bin/check\" root"])
        host.users = []
        #expect(lints(global, host).map(\.fix) == ["useradd --system --no-create-home roto"])
    }

    @Test func `a variable before a command is no program`() {
        let found = lints(check("FOO=1 /bin/true -x"), FakeHost(), authoritative: true)
        #expect(found.map(\.brief) == ["error cannot-run@2"])
        #expect(found.first?.fix == "\"/usr/bin/env FOO=1 /bin/true -x\"")
        #expect(lints(check("/bin/x=1 a"), FakeHost()) == [])
    }

    @Test func `a password that is sent to other networks is noted`() {
        func with(_ type: String, _ more: String) -> [String] {
            lints(instance("authentication {\nauth_type \(type)\nauth_pass x\n}\n\(more)")).map(\.code)
        }
        let unicast = "unicast_src_ip 10.0.0.1\nunicast_peer {\n10.0.0.2\n}"
        #expect(with("PASS", unicast) == ["password-over-unicast"])
        #expect(with("PASS", "") == [] && with("AH", unicast) == [])
    }

    @Test(arguments: [
        (HostFacts.TrackedFile?.none, nil), (.missing, nil), (.beginning([0x37]), nil), (.beginning([]), nil),
        (.beginning(Array("foo".utf8)), "warning no-number@2"),
        (.beginning(Array("9999999999".utf8)), "warning no-number@2"), (.noDirectory, "warning no-such-directory@2"),
        (.unreadable("Permission denied"), "warning no-number@2"),
    ])
    func `a tracked file that holds no number is named`(found: HostFacts.TrackedFile?, expected: String?) {
        var host = FakeHost()
        host.trackedFile = found
        let text = "track_file f {\n file /run/f\n}\n" + instance("track_file { f }")
        let complaints = lints(text, host).filter { $0.severity > .note }
        #expect(complaints.map(\.brief) == [expected].compactMap(\.self))
        #expect(complaints.allSatisfy { $0.consequence != nil && $0.fix != nil })
    }

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

    @Test func `finds this host among the peers, and addresses that no host has`() {
        func found(_ peers: String, _ source: String = "", authoritative: Bool = true) -> [String] {
            lints(instance(source, "unicast_peer {", peers, "}"), FakeHost(), authoritative: authoritative).map(\.brief)
        }
        #expect(found("192.168.10.11") == ["error own-address-among-peers@1"])
        #expect(found("192.168.10.11", authoritative: false) == ["warning own-address-among-peers@1"])
        #expect(found("192.168.10.11\n192.168.10.12") == ["warning own-address-among-peers@1"])
        #expect(found("192.168.10.12") == [])
        // The file of the other host.
        let other = "unicast_src_ip 192.168.10.12"
        #expect(found("192.168.10.11", other, authoritative: false) == ["warning source-not-here@5"])
        #expect(found("192.168.10.255") == ["error broadcast-peer@1"] && found("192.168.10.0").count == 1)
        #expect(found("192.168.11.255") == [])
    }

    @Test func `warns that a weight does nothing with nopreempt`() {
        let text =
            "vrrp_script chk {\n script /bin/true\n weight -5\n}\n"
            + instance("nopreempt", "track_script {", "chk", "}")
        #expect(lints(text).map(\.brief) == ["warning weight-with-nopreempt@11"])
    }

    @Test func `says which notify command cannot run, as whom and why`() {
        var host = FakeHost()
        host.problems["/x/n.sh"] = .init(sentence: "`/x` cannot be searched by root", fix: "chmod a+x /x")
        host.problems["/x/loose"] = .init(sentence: "`/x/loose` is loose", fix: "chmod", isSecurityOnly: true)
        let text = instance(
            "notify_master /x/n.sh", "notify_fault /x/loose", "notify /x/ok MASTER", "notify_stop /x/ok")
        let found = lints("global_defs {\n notify_fifo /r ghost\n}\n" + text, host, authoritative: true)
        #expect(
            found.map(\.brief).sorted() == [
                "error cannot-run@8", "error no-such-user@10", "error no-such-user@2", "note insecure-program@9",
            ])
        let cannot = found.first { $0.code == "cannot-run" }
        #expect(cannot?.consequence?.contains("`VI_1` on becoming MASTER") == true && cannot?.fix == "chmod a+x /x")
        // The argument of a command without quotes is taken for a user, which has to be said.
        #expect(found.contains { $0.fix?.contains("\"/x/ok MASTER\"   # in quotes") == true })
        let secured = lints("global_defs {\n enable_script_security\n}\n" + text, host, authoritative: true)
        #expect(secured.map(\.brief).contains("error insecure-program@9"))
        #expect(secured.map(\.brief).contains("warning no-script-user@8"))
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

    @Test(arguments: [false, true])
    func `an interface that may be absent is worth a note, and a misspelt one a warning`(authoritative: Bool) {
        func found(_ interface: String) -> [String] {
            let text = instance(
                "track_interface {\n\(interface)\n}", prelude: "global_defs {\ndynamic_interfaces\n}\n")
            return lints(text, FakeHost(), authoritative: authoritative).map(\.brief)
        }
        #expect(found("wireless7") == ["note no-such-interface@9"])
        #expect(found("etth0") == ["warning no-such-interface@9"])
    }

    @Test func `suggests the interface that was meant`() {
        var host = FakeHost()
        host.facts.interfaces[1].name = "enp0s8"
        let text = instance().split(separator: "\n").map { $0.contains("interface") ? "interface epn0s8" : $0 }
            .joined(separator: "\n")
        let found = lints(text, host).filter { $0.code == "no-such-interface" }
        #expect(found.map(\.fix) == ["enp0s8"])
    }

    @Test func `names what is static on an interface that is not there`() {
        let text = """
            static_ipaddress {
                192.168.10.50/24 dev eth7
            }
            static_routes {
                10.0.0.0/8 via 192.168.10.1 dev eth8
            }

            """
        let found = lints(text + instance(), FakeHost())
        #expect(found.map(\.brief) == ["warning no-such-interface@2", "warning no-such-interface@5"])
        #expect(found.last?.consequence?.hasPrefix("the route to 10.0.0.0/8 is set when there is one") == true)
    }

    @Test func `a file that holds something else is not to be overwritten unseen`() {
        var host = FakeHost()
        host.trackedFile = .beginning(Array("lb1\n".utf8))
        let found = lints("track_file f {\n file /etc/hostname\n}\n" + instance("track_file { f }"), host)
        #expect(found.first { $0.code == "no-number" }?.fix?.hasPrefix("a file that holds one whole number") == true)
    }

    @Test func `refuses the host's own address, wherever the file is for`() {
        let text = instance(addresses: ["192.168.10.11/24"])
        #expect(lints(text, FakeHost()).map(\.brief) == ["error own-address@7"])
        #expect(lints(instance(priority: 255, addresses: ["192.168.10.11/24"]), FakeHost()) == [])
    }

    /// It is where keepalived is MASTER, or was killed, that Understudy is tried first.
    @Test func `an address beside the host's own one is another daemon's, or was`() {
        var host = FakeHost()
        host.facts.interfaces[1].addresses.append(
            .init(address: .v4(IPv4Address(192, 168, 10, 100)), prefixLength: 24))
        let found = lints(instance(), host)
        #expect(found.map(\.brief) == ["warning own-address@7"])
        #expect(found.first?.fix?.contains("systemctl stop keepalived") == true)
        #expect(lints(instance(), host, authoritative: true).map(\.brief) == ["error own-address@7"])
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

    @Test func `an interface with a link-local address only gets an address of the subnet`() {
        var host = FakeHost()
        host.facts.interfaces[1].addresses = [
            .init(
                address: .v6(IPv6Address(high: 0xFE80_0000_0000_0000, low: 0x8444_40FF_FEC0_9D84)), prefixLength: 64)
        ]
        func fix(_ address: String) -> String? {
            let text = instance("version 3", addresses: ["fe80::51", address])
            return lints(text, host).first { $0.code == "outside-subnet" }?.fix
        }
        #expect(
            fix("fd00:9::61/64")
                == "ip -6 addr add fd00:9::8444:40ff:fec0:9d84/64 dev eth0   # and in the host's network configuration")
        #expect(fix("fd00:9::61") == "on `eth0`, an address of the subnet that fd00:9::61 is in")
        host.facts.interfaces[1].addresses.append(
            .init(address: .v6(IPv6Address(high: 0x2001_0DB8_0000_0000, low: 1)), prefixLength: 64))
        #expect(fix("fd00:9::61/64")?.hasPrefix("an unused address of ") == true)
    }

    @Test func `a source address must be on the host`() {
        let found = lints(instance("mcast_src_ip 192.168.10.99"), FakeHost(), authoritative: true)
        #expect(found.map(\.code) == ["source-not-here"])
        #expect(found.first?.fix == "mcast_src_ip 192.168.10.11")
    }

    @Test func `of a pair that is checked on one of its hosts the other's file is not held against this host`() {
        func file(_ own: String, _ peer: String, _ priority: Int) -> String {
            """
            vrrp_instance VI_1 {
             interface eth0
             virtual_router_id 51
             priority \(priority)
             unicast_src_ip \(own)
             unicast_peer {
              \(peer)
             }
             virtual_ipaddress {
              192.168.10.20/24
             }
            }

            """
        }
        let reader = DictionaryReader([
            "a": file("192.168.10.11", "192.168.10.12", 101), "b": file("192.168.10.12", "192.168.10.11", 100),
        ])
        func codes(_ files: [String], authoritative: Bool = false) -> [String] {
            check(
                files: files, reading: reader, configurationID: "", host: FakeHost(),
                hostIsAuthoritative: authoritative
            ).diagnostics.filter { $0.severity > .note }.map(\.code)
        }
        #expect(codes(["a", "b"]) == [] && codes(["b", "a"]) == [])
        #expect(codes(["b"]) == ["source-not-here"] && codes(["b", "b"]).contains("source-not-here"))
        #expect(codes(["a", "b"], authoritative: true) == ["source-not-here"])
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
