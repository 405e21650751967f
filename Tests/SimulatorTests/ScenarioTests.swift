import Foundation
import Simulator
import Testing

/// What a person writes down for `understudy simulate --scenario`: read, refused with a place and a reason, and played.
@Suite struct `A written scenario` {
    private static let examples = URL(filePath: #filePath).appending(path: "../../../docs/scenarios").standardized

    private static func example(_ name: String) throws -> String {
        try String(contentsOf: examples.appending(path: name + ".scenario"), encoding: .utf8)
    }

    private func problems(_ text: String) -> [String] {
        do {
            _ = try Scenario(reading: text)
            return []
        } catch {
            return error.problems.map { $0.description(in: "x.scenario") }
        }
    }

    @Test(arguments: ["freeze", "partition", "crash-without-preemption"])
    func `of the documentation comes out as it says`(name: String) throws {
        let report = Simulator.play(try Scenario(reading: try Self.example(name)))
        #expect(report.violations.isEmpty, "\(report.story)")
        #expect(report.log.count > 20)
    }

    /// Every example, with one thing expected that is not so.
    @Test(arguments: [
        ("freeze", "expect owner lb2 at 19s", "line 19: lb1 has the addresses, not lb2"),
        ("freeze", "expect owner none at 5s", "line 19: lb1 has the addresses, not nobody"),
        ("freeze", "expect owner changes at most 1", "line 19: the owner changed 2 times"),
        ("freeze", "expect time with two owners at most 10ms", "line 19: two for "),
        ("crash-without-preemption", "expect time without owner at most 1s", "line 19: nobody for 1."),
        ("partition", "expect owner new at 25s", "line 19: old and new has the addresses, not new"),
    ])
    func `whose expectation fails says which line and what was found`(
        name: String, expectation: String, found: String
    ) throws {
        var lines = try Self.example(name).components(separatedBy: "\n")
        while lines.count < 18 { lines.append("") }
        lines.insert(expectation, at: 18)
        let report = Simulator.play(try Scenario(reading: lines.joined(separator: "\n")))
        let violation = try #require(report.violations.first { $0.rule == .expected }, "\(report.story)")
        #expect(violation.found.hasPrefix(found), "\(violation.found)")
    }

    @Test(arguments: [
        ("nodes lb1", "x.scenario:1:1: 'nodes': the first word of a line is one of version, addresses,"),
        ("version 4", "x.scenario:1:9: '4': the version of VRRP is one of 2, 3"),
        ("version", "x.scenario:1:8: the end of the line: something is missing; the version of VRRP is one of 2, 3"),
        ("version 3 now", "x.scenario:1:11: 'now': nothing may follow this statement on its line"),
        ("node a priority 256", "x.scenario:1:17: '256': a priority is a whole number from 1 to 255"),
        ("node a interval 5", "x.scenario:1:17: '5': an interval is whole centiseconds from 10ms to 40.95s"),
        ("node a interval 5ms", "x.scenario:1:17: '5ms': an interval is whole centiseconds"),
        ("node a\nnode a", "x.scenario:2:6: 'a': a name is used once"),
        ("node a kind vrrpd", "x.scenario:1:13: 'vrrpd': a kind is one of understudy, keepalived, frr"),
        ("at 3s stop a", "x.scenario:1:12: 'a': write the nodes first"),
        ("node a\nat 3 stop a", "x.scenario:2:4: '3': a time is written 12s, 1.5s or 250ms"),
        ("node a\n  at 1s explode a", "x.scenario:2:9: 'explode': what happens is one of start, stop,"),
        (
            "node a\nat 1s pause a 3s",
            "x.scenario:2:15: '3s': 'for' belongs here; the form is: at TIME pause NODE for DURATION"
        ),
        ("node a\nexpect owner b at 1s", "x.scenario:2:14: 'b': the owner is one of a, none, changes"),
        ("node a\nexpect owner a at 5s\nend 2s", "x.scenario:2:1: the end of the line: it is expected after the end"),
        (
            "# nothing",
            "x.scenario:1:1: the end of the line: there is no node; write for example: node lb1 priority 150"
        ),
        (
            "node a",
            "x.scenario:1:1: the end of the line: nothing is expected; write for example: expect owner lb1 at 10s"
        ),
        (
            "version 2\nnode a interval 500ms\nexpect owner a at 9s",
            "x.scenario:3:1: the end of the line: VRRP version 2 has whole seconds"
        ),
    ])
    func `that cannot be understood is refused with its place and what would be right`(text: String, start: String) {
        let found = problems(text)
        #expect(found.first?.hasPrefix(start) == true, "\(found)")
    }

    @Test func `has every line that is wrong reported at once`() {
        #expect(problems("version 9\nnode a\nfoo\nexpect owner a at 1s").count == 2)
    }

    @Test func `is played the same every time`() throws {
        let scenario = try Scenario(reading: "loss 20\nseed 7\n" + (try Self.example("partition")))
        #expect(Simulator.play(scenario).log == Simulator.play(scenario).log)
    }
}
