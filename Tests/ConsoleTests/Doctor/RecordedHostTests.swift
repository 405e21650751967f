import Configuration
import Console
import LinuxKernel
import Testing
import VRRPWire

/// What other systems answer, as recorded there.
private struct RecordedTools: Tools {
    var outputs: [String: ToolOutcome]
    func has(_ program: String) -> Bool { true }
    func run(_ program: String, _ arguments: [String]) -> ToolOutcome {
        outputs[([program] + arguments).joined(separator: " ")] ?? .missing
    }
}

private struct RecordedFile: SourceReader {
    var text: String
    func read(_ path: String) -> Result<[UInt8], ReadFailure> { .success(Array(text.utf8)) }
    func glob(_ pattern: String) -> [String] { [] }
    func isIncludable(_ path: String) -> Bool { true }
}

/// NetworkManager and SELinux, which do not run where the tests do: their files and their tools' words are recorded.
@Suite struct `The doctor on other systems` {
    private static let question = "nmcli -t -e no -f DEVICE,STATE device status"
    private let eth0 = LinkInfo(index: 2, name: "eth0", isUp: true, isRunning: true)

    private var model: Model {
        check(
            file: "a.conf",
            reading: RecordedFile(
                text: "vrrp_instance VI_1 {\n interface eth0\n virtual_router_id 51\n"
                    + " virtual_ipaddress {\n 192.0.2.10/24\n }\n}\n"),
            configurationID: "", host: nil, hostIsAuthoritative: false
        ).model
    }

    @Test(arguments: [
        ("connected", FindingCode.addressesRemoved, Finding.Severity.note), ("unmanaged", .addressesKept, .ok),
        ("connected (externally)", .addressesKept, .ok), ("disconnected", .addressesRemoved, .note),
    ])
    func `an interface that NetworkManager manages is told of`(
        state: String, code: FindingCode, severity: Finding.Severity
    ) {
        let tools = RecordedTools(outputs: [
            Self.question: .ended(status: 0, output: "eth1:connected\neth0:\(state)\nlo:unmanaged\n", errors: "")
        ])
        let facts = gatherNetworkServices([eth0], processes: ["NetworkManager"], tools: tools)
        let findings = judgeNetworkServices(facts, model)
        #expect(findings.map(\.code) == [code] && findings.map(\.severity) == [severity], "\(findings)")
    }

    @Test func `NetworkManager that runs and cannot be asked is not passed over`() {
        let facts = gatherNetworkServices([eth0], processes: ["NetworkManager"], tools: RecordedTools(outputs: [:]))
        let findings = judgeNetworkServices(facts, model)
        #expect(findings.map(\.severity) == [.unknown])
        #expect(findings.first?.evidence == ["nmcli: it is not installed"])
    }

    private func selinux(
        _ mode: String?, domain: String = "system_u:system_r:unconfined_service_t:s0",
        label: String = "system_u:object_r:bin_t:s0"
    ) throws -> [Finding] {
        let tree = try FileTree()
        if let mode { try tree.write(mode, to: "sys/fs/selinux/enforce") }
        try tree.write(domain + "\0", to: "proc/7/attr/current")
        let tools = RecordedTools(outputs: [
            "stat -L -c %C /usr/sbin/understudyd": .ended(status: 0, output: label + "\n", errors: ""),
            "stat -L -c %C /opt/check.sh": .ended(status: 0, output: "system_u:object_r:bin_t:s0\n", errors: ""),
        ])
        return judgeSELinux(gatherSELinux(pid: 7, programs: ["/opt/check.sh"], root: tree.path, tools: tools))
    }

    @Test func `SELinux is in order where it is absent, only reports, or leaves the daemon free`() throws {
        #expect(try selinux(nil).first?.title == "SELinux is not in use")
        #expect(try selinux("0").first?.title == "SELinux only reports")
        let free = try selinux("1")
        #expect(free.map(\.severity) == [.ok])
        #expect(free.first?.evidence.contains("/opt/check.sh: system_u:object_r:bin_t:s0") == true)
    }

    @Test func `a daemon with the label of another place, or in a domain of its own, is told of`() throws {
        let moved = try selinux("1", label: "unconfined_u:object_r:admin_home_t:s0")
        #expect(moved.map(\.severity) == [.problem])
        #expect(moved.first?.remedy?.commands == ["restorecon -v /usr/sbin/understudyd"])
        let confined = try selinux("1", domain: "system_u:system_r:keepalived_t:s0")
        #expect(confined.map(\.severity) == [.note])
    }

    @Test func `a kernel that marks no addresses is told from one that does`() throws {
        let loopback = LinkInfo(index: 1, name: "lo", isUp: true, isRunning: true, isLoopback: true)
        func codes(_ mark: UInt8?) throws -> [FindingCode] {
            let address = AddressInfo(
                interfaceIndex: 1, address: try #require(IPAddress("127.0.0.1")), prefixLength: 8, protocolMark: mark)
            return judgeKernel(
                KernelFacts(release: "5.10.0"), InterfaceFacts(links: [loopback], addresses: [address]), Model()
            ).map(\.code)
        }
        #expect(try codes(nil) == [.kernelLacks])
        #expect(try codes(1) == [.kernelSuffices])
    }

    @Test(arguments: [(true, "tsc", Finding.Severity.ok), (false, "tsc", .note), (true, "hpet", .note)])
    func `a clock that is not to be relied on is a note`(
        isSynchronised: Bool, source: String, severity: Finding.Severity
    ) {
        #expect(
            judgeClock(KernelFacts(release: "6.1", clockSource: source, isSynchronised: isSynchronised)).severity
                == severity)
    }
}
