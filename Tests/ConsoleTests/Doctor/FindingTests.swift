import Console
import Control
import Foundation
import Testing

/// The package's folder.
private let root = URL(filePath: #filePath).appending(path: "../../../..").standardized

@Suite struct `Findings of the doctor` {
    @Test func `the committed page of findings is current`() throws {
        let path = root.appending(path: "docs/reference/doctor.md")
        if ProcessInfo.processInfo.environment["UNDERSTUDY_REWRITE"] == "1" {
            try Data(findingPage().utf8).write(to: path)
        }
        #expect(try String(contentsOf: path, encoding: .utf8) == findingPage(), "UNDERSTUDY_REWRITE=1")
    }

    @Test func `every finding is made and found on a real host by some test`() throws {
        let folder = root.appending(path: "Tests/SystemTests")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path()).filter { $0.hasPrefix("Doctor") }
        let tests = try names.map { try String(contentsOf: folder.appending(path: $0), encoding: .utf8) }.joined()
        for code in FindingCode.allCases { #expect(tests.contains("\"\(code.rawValue)\""), "\(code)") }
    }

    @Test func `what can be wrong has a meaning and something that mends it`() {
        for code in FindingCode.allCases { #expect(!code.meaning.isEmpty && code.mending != "") }
    }

    @Test(arguments: [
        ([Finding.Severity.ok, .note], 0), ([.ok, .unknown], 2), ([.unknown, .warning], 1), ([.problem], 1),
        ([], 0),
    ])
    func `the exit code says whether anything is wrong, or not known`(severities: [Finding.Severity], code: Int) {
        #expect(severities.map { Finding(.configuration, $0, "a title") }.exitCode == Int32(code))
    }

    private static let report = DoctorReport(
        at: Timestamp(milliseconds: 1_764_057_783_123), host: "lb1", configuration: "/etc/understudy/understudy.conf",
        asRoot: true, listenedSeconds: 3,
        findings: [
            Finding(.daemonRunning, .ok, "the daemon runs", evidence: ["process 812", "version 1.0"]),
            Finding(
                .firewallBlocksIn, .problem, of: "eth0 IPv4", "iptables drops the adverts",
                evidence: ["rule \u{1B}[2J"],
                consequence: "two are active",
                remedy: Remedy(["iptables -I INPUT", "save"], isSafe: true, advice: "keep it")),
            Finding(
                .advertsDoNotArrive, .problem, "dropped", remedy: Remedy(["iptables -I INPUT", "save"], isSafe: true)),
            Finding(.addressStateWrong, .warning, "left over", remedy: Remedy(["ip address del"], isSafe: false)),
            Finding(.noPeerHeard, .note, of: "VI_1", "nobody", remedy: .advice("look there")),
        ])

    @Test func `the text says what was seen, what comes of it and what mends it`() {
        #expect(
            Self.report.text(on: .none) == """
                lb1, 2025-11-25T08:03:03.123Z, configuration /etc/understudy/understudy.conf

                ok       the daemon runs (process 812; version 1.0)
                PROBLEM  eth0 IPv4: iptables drops the adverts  [firewall_blocks_in]
                         seen: rule \u{FFFD}[2J
                         so:   two are active
                         mend: iptables -I INPUT
                         mend: save
                         note: keep it
                PROBLEM  dropped  [adverts_do_not_arrive]
                         mend: iptables -I INPUT
                         mend: save
                WARNING  left over  [address_state_wrong]
                         mend: ip address del
                note     VI_1: nobody  [no_peer_heard]
                         mend: look there

                2 problems, 1 warning, 1 note; 1 in order. `understudy doctor --fix` runs 1 of these commands.

                """)
    }

    @Test func `a terminal shows problems in red and warnings in yellow, and leaves commands whole`() {
        let text = Self.report.text(
            on: Terminal(isInteractive: true, columns: 40, rows: 24, palette: .colours))
        #expect(text.contains("\u{1B}[1;31mPROBLEM  \u{1B}[0m"))
        #expect(text.contains("\u{1B}[33mWARNING  \u{1B}[0m"))
        #expect(text.contains("\u{1B}[1miptables -I INPUT\u{1B}[0m\n"))
        // What came from outside brings no colours of its own.
        #expect(!text.contains("\u{1B}[2J"))
    }

    @Test func `the JSON is one object of documented members`() throws {
        let json = try JSON(parsing: Self.report.json)
        #expect(json["version"] == .integer(1))
        #expect(json["exit_code"] == .integer(1))
        #expect(json["summary"]?["problems"] == .integer(2))
        guard case .array(let findings)? = json["findings"], findings.count == 5 else {
            Issue.record("no findings in \(json)")
            return
        }
        #expect(findings[1]["code"] == .string("firewall_blocks_in"))
        #expect(findings[1]["severity"] == .string("problem"))
        #expect(findings[1]["remedy"]?["is_safe"] == .bool(true))
        #expect(findings[1]["remedy"]?["commands"] == .array([.string("iptables -I INPUT"), .string("save")]))
        #expect(findings[4]["remedy"]?["advice"] == .string("look there"))
        // Every member is on the page.
        let page = findingPage()
        for name in Self.names(in: json) { #expect(page.contains("`\(name)`") || page.contains(name), "\(name)") }
    }

    private static func names(in json: JSON) -> [String] {
        switch json {
        case .object(let members): members.flatMap { [$0.name] + names(in: $0.value) }
        case .array(let elements): elements.flatMap { names(in: $0) }
        default: []
        }
    }

    private final class RecordingTools: Tools, @unchecked Sendable {
        private(set) var commands: [String] = []
        func has(_ program: String) -> Bool { true }
        func run(_ program: String, _ arguments: [String]) -> ToolOutcome {
            commands.append(([program] + arguments).joined(separator: " "))
            return .ended(status: 1, output: "", errors: "no such chain\n")
        }
    }

    @Test func `--fix runs what is safe, once, and only what was agreed to`() {
        let tools = RecordingTools()
        var asked: [String] = []
        let refused = mend(Self.report, tools: tools) { _, command in
            asked.append(command)
            return false
        }
        #expect(refused.isEmpty && tools.commands.isEmpty)
        #expect(asked == ["iptables -I INPUT && save"])
        let mended = mend(Self.report, tools: tools) { _, _ in true }
        #expect(tools.commands == ["sh -c iptables -I INPUT && save"])
        #expect(mended == [Mended(command: "iptables -I INPUT && save", failure: "no such chain")])
    }
}
