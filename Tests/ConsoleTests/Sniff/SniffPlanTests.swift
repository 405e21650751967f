import Configuration
import Console
import Control
import Foundation
import LinuxKernel
import Testing
import VRRPWire

/// Where `sniff` listens, and what it compares with.
@Suite struct `The plan of a capture` {
    private func link(
        _ name: String, _ index: UInt32, isUp: Bool = true, isEthernet: Bool = true, master: UInt32? = nil,
        isLoopback: Bool = false
    ) -> LinkInfo {
        LinkInfo(
            index: index, name: name, isUp: isUp, isRunning: isUp, isLoopback: isLoopback,
            hardwareAddress: isEthernet ? HardwareAddress(rawValue: UInt64(index)) : nil, masterIndex: master)
    }

    private func plan(_ options: SniffOptions, _ text: String?, links: [LinkInfo]) throws -> SniffPlan {
        try SniffPlan(options, reading: OneFile(text: text), links: links, addresses: [])
    }

    private func refusal(_ options: SniffOptions, _ text: String?, links: [LinkInfo]) -> String {
        do {
            _ = try plan(options, text, links: links)
            return "none"
        } catch let error as CannotSniff {
            return "\(error.exitCode): \(error)"
        } catch {
            return "\(error)"
        }
    }

    private let plain = SniffOptions(configurationID: "lb1")

    @Test func `the configuration's interfaces come first`() throws {
        let plan = try plan(plain, configuration(), links: [link("lo", 1), link("eth0", 2), link("eth1", 3)])
        #expect(plan.links.map(\.name) == ["eth0"])
        #expect(plan.notes == ["Packets are judged by /etc/understudy/understudy.conf: vrrp_1."])
    }

    @Test func `without a configuration, all Ethernet interfaces that are up and nobody's port`() throws {
        let links = [
            link("lo", 1, isLoopback: true), link("eth0", 2), link("eth1", 3, isUp: false),
            link("tun0", 4, isEthernet: false),
            link("br0", 5), link("eth2", 6, master: 5),
        ]
        let plan = try plan(plain, nil, links: links)
        #expect(plan.links.map(\.name) == ["eth0", "br0"])
        #expect(
            plan.notes == [
                "There is no /etc/understudy/understudy.conf (No such file or directory): packets are judged by the protocol alone."
            ])
        #expect(
            refusal(plain, nil, links: [link("eth1", 3, isUp: false)]) == "2: no Ethernet interface of this host is up")
    }

    @Test func `an interface that is asked for must be there, and be Ethernet`() throws {
        var options = plain
        options.interface = "eth7"
        let links = [link("eth0", 2), link("tun0", 4, isEthernet: false), link("eth1", 3, isUp: false)]
        #expect(refusal(options, nil, links: links) == "2: this host has no interface eth7; it has eth0, tun0 and eth1")
        options.interface = "tun0"
        #expect(refusal(options, nil, links: links) == "2: tun0 is no Ethernet interface, so there is no VRRP on it")
        options.interface = "eth1"
        #expect(try plan(options, nil, links: links).notes.last == "eth1 is down: nothing will be heard there.")
    }

    @Test func `an interface that the configuration names and the host has not is said`() throws {
        let both = configuration() + configuration(name: "other").replacing("eth0", with: "eth9")
        let plan = try plan(plain, both, links: [link("eth0", 2)])
        #expect(plan.links.map(\.name) == ["eth0"])
        #expect(plan.notes.contains("The configuration names eth9, which this host has not at present."))
        #expect(
            refusal(plain, configuration(), links: [link("eth9", 2)])
                == "2: this host has none of the configuration's interfaces (eth0)")
    }

    @Test func `a file with errors is not compared with, and refused when it was named`() throws {
        let bad = configuration().replacing("priority 100", with: "priority 999")
        let plan = try plan(plain, bad, links: [link("eth0", 2)])
        #expect(
            plan.notes.first
                == "/etc/understudy/understudy.conf has 1 error: see understudy check /etc/understudy/understudy.conf; "
                + "packets are judged by the protocol alone.")
        var options = plain
        options.file = SniffOptions.usualFile
        #expect(
            refusal(options, bad, links: [link("eth0", 2)])
                == "2: /etc/understudy/understudy.conf has 1 error: see understudy check /etc/understudy/understudy.conf"
        )
        options.file = "/tmp/none"
        #expect(
            refusal(options, bad, links: [link("eth0", 2)]) == "2: cannot read /tmp/none: No such file or directory")
    }

    @Test func `a file that configures nothing is as good as none`() throws {
        let plan = try plan(plain, "global_defs {\n router_id lb1\n}\n", links: [link("eth0", 2)])
        #expect(
            plan.notes.first
                == "/etc/understudy/understudy.conf configures no instance: packets are judged by the protocol alone.")
    }
}

/// What programs get.
@Suite struct `The JSON of a capture` {
    /// Every member that there is, by its path.
    private func members(of json: JSON, _ path: String = "") -> Set<String> {
        switch json {
        case .object(let members):
            members.reduce(into: []) {
                $0.insert(path + $1.name)
                $0.formUnion(self.members(of: $1.value, path + $1.name + "."))
            }
        case .array(let elements): elements.reduce(into: []) { $0.formUnion(members(of: $1, path)) }
        default: []
        }
    }

    @Test func `every member and every verdict is documented`() throws {
        var listener = try Listener(
            configuration("authentication {\n auth_type PASS\n auth_pass s3cret\n }")
                + configuration(addresses: "192.0.2.20/24", name: "vrrp_2").replacing("51", with: "52"))
        var found: Set<String> = []
        for frame in [
            TestAdvert(priority: 100, password: "other").frame(), TestAdvert(password: "s3cret").frame(),
            gratuitousARP("192.0.2.10", 2), gratuitousARP("192.0.2.10", 3), gratuitousARP("192.0.2.10", 2),
        ] {
            let sighting = listener.hear(frame)
            found.formUnion(members(of: encode(try #require(sighting))))
        }
        for _ in 0..<4 {
            _ = listener.hear(TestAdvert(source: "192.0.2.3").frame())
            _ = listener.hear(TestAdvert().frame())
        }
        found.formUnion(members(of: encode(listener.session.summary(interfaces: ["eth0"], seconds: 9))))
        #expect(found.contains("advert.password_equals_ours") && found.contains("contests.sources"))
        #expect(found.contains("announcement.previous_hardware_address") && found.contains("silent.is_problem"))
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let page = try String(contentsOf: root.appending(path: "docs/reference/sniff.md"), encoding: .utf8)
        let names = found.map { String($0.split(separator: ".").last ?? "") }
        for name in Set(names + Verdict.Code.allCases.map(\.rawValue)).sorted() {
            #expect(page.contains("`\(name)`"), "\(name) is not in docs/reference/sniff.md")
        }
    }

    @Test func `no password is in it, ours or another's`() throws {
        var listener = try Listener(configuration("authentication {\n auth_type PASS\n auth_pass s3cret\n }"))
        for password in ["hunter2", "s3cret"] {
            let sighting = listener.hear(TestAdvert(password: password).frame())
            let text = encode(try #require(sighting)).text
            #expect(!text.contains("hunter2") && !text.contains("s3cret"))
        }
        let summary = listener.session.summary(interfaces: ["eth0"], seconds: 2)
        for text in summary.lines + [encode(summary).text] {
            #expect(!text.contains("hunter2") && !text.contains("s3cret"))
        }
    }
}
