import Configuration
import Foundation
import Testing
import VRRPWire

/// What the corpus must be told, independent of the wording in the goldens.
@Suite struct ExpectationTests {
    /// Each file with the mistakes that make it invalid: a code and a line each.
    private static let mistakes: [String: [(code: String, line: Int)]] = [
        "01-misspelt-keyword": [("unknown-keyword", 7)],
        "02-misspelt-block": [("unknown-keyword", 10)],
        "03-missing-brace": [("unclosed-block", 1)],
        "03b-missing-inner-brace": [("unclosed-block", 5)],
        "04-extra-brace": [("surplus-brace", 10)],
        "04b-extra-brace-at-end": [("surplus-brace", 11)],
        "05-vrid-out-of-range": [("out-of-range", 4)],
        "06-no-vrid": [("missing-keyword", 1)],
        "07-no-such-interface": [("no-such-interface", 3)],
        "08-no-interface": [("missing-keyword", 1)],
        "09-priority-out-of-range": [("out-of-range", 5)],
        "10-priority-missing-value": [("missing-argument", 5)],
        "11-state-slave": [("unknown-state", 2)],
        "12-auth-pass-too-long": [("long-password", 9)],
        "13-bad-address": [("bad-address", 8)],
        "14-bad-prefix": [("bad-prefix", 9)],
        "15-track-script-undefined": [("undefined-check", 8)],
        "16-script-after-use": [("defined-after-use", 8)],
        "17-script-file-missing": [("cannot-run", 6)],
        "18-duplicate-vrid": [("duplicate-virtual-router-id", 12)],
        "19-duplicate-instance": [("duplicate-name", 11)],
        "20-unicast-with-prefix": [("prefix-on-router-address", 7), ("prefix-on-router-address", 9)],
        "21-unicast-without-peers": [("unicast-without-peers", 7)],
        "22-mixed-families": [("mixed-families", 9)],
        "23-subsecond-v2": [("rounded-interval", 6)],
        "24-nopreempt-state-master": [("nopreempt-cancelled", 7)],
        "25-nopreempt-and-delay": [("preempt-delay-ignored", 8)],
        "26-track-script-at-top-level": [("unknown-keyword", 5)],
        "27-no-vip": [("no-addresses", 7)],
        "28-unterminated-quote": [("unterminated-quote", 2)],
        "29-include-missing": [("include-unmatched", 1), ("include-missing", 2)],
        "30-sync-group-unknown-member": [("undefined-instance", 4)],
        "31-track-interface-missing": [("no-such-interface", 8)],
        "32-unknown-auth-type": [("unknown-auth-type", 8)],
        "33-auth-with-v3": [("authentication-with-v3", 7)],
        "34-words-for-numbers": [("bad-value", 5), ("bad-value", 6)],
        "35-obsolete-global-keywords": [("obsolete-keyword", 2), ("obsolete-keyword", 3), ("obsolete-keyword", 4)],
        "36-other-syntaxes": [("stray-punctuation", 3), ("equals-sign", 4), ("unknown-keyword", 5)],
        "37-vip-unknown-dev": [("no-such-interface", 9)],
        "38-comma-separated": [("stray-punctuation", 8)],
        "39-strict-conflicts": [
            ("strict-drops-traffic", 2), ("strict-mode", 5), ("strict-mode", 11), ("strict-mode", 12),
        ],
        "40-bad-booleans": [("bad-value", 2), ("bad-value", 3)],
        "41-script-without-script": [("missing-keyword", 1), ("out-of-range", 3)],
        "42-vip-is-own-address": [("own-address", 8)],
        "43-vip-off-subnet": [("outside-subnet", 9)],
        "44-empty": [("no-instance", 1)],
        "45-undefined-variable": [("variable-undefined", 5)],
        "46-extra-argument": [("extra-words", 5)],
        "47-global-keyword-in-instance": [("unknown-keyword", 7)],
    ]

    /// Order does not matter here; it is only a note for those who run keepalived as well.
    private static let notesOnly: Set<String> = ["16-script-after-use"]

    /// The keywords of later stages for which a valid file is refused; a file that is not named must be clean.
    private static let later: [String: Set<String>] = [:]

    /// Valid files of which something is said all the same: 09 asks for mail and names nobody who receives it, and the
    /// password of 31 is cut by a `!`, in keepalived too.
    private static let warned: [String: [String]] = [
        "08-v4-with-v6-excluded": ["scope-of-subnet"], "09-sync-group-router": ["no-mail"],
        "31-ah-auth-legacy": ["comment-inside-word"],
    ]

    private func stem(_ file: CorpusFile) -> String { file.url.deletingPathExtension().lastPathComponent }

    @Test(arguments: try CorpusFile.all("invalid"))
    func `names the line of every mistake`(file: CorpusFile) throws {
        let expected = try #require(Self.mistakes[stem(file)], "no expectation for \(file.name)")
        let least: Diagnostic.Severity = Self.notesOnly.contains(stem(file)) ? .note : .warning
        let report = try file.report()
        for mistake in expected {
            let found = report.diagnostics.filter {
                $0.code == mistake.code && $0.location.line == mistake.line && $0.severity >= least
            }
            #expect(found.count == 1, "\(mistake) in\n\(report.text)")
        }
        for diagnostic in report.diagnostics {
            #expect(diagnostic.fix != nil && !diagnostic.message.isEmpty, "\(diagnostic)")
            #expect(diagnostic.severity < .warning || diagnostic.consequence != nil, "\(diagnostic)")
        }
    }

    @Test(arguments: [
        "07-no-such-interface", "17-script-file-missing", "31-track-interface-missing", "37-vip-unknown-dev",
    ])
    func `makes what the host lacks an error on the host itself only`(name: String) throws {
        let file = CorpusFile(url: CorpusFile.corpus.appending(path: "invalid/\(name).conf"))
        #expect(try file.report().exitCode == 1)
        #expect(try file.report(hostIsAuthoritative: true).exitCode == 2)
    }

    @Test(arguments: try CorpusFile.all("valid"))
    func `refuses a valid file for later keywords only`(file: CorpusFile) throws {
        let report = try file.report()
        let errors = report.diagnostics.filter { $0.severity == .error }
        #expect(errors.allSatisfy { $0.code == "not-supported-yet" }, "\(report.text)")
        let named = errors.map { $0.message.split(separator: "`", omittingEmptySubsequences: false)[1] }
        #expect(Set(named.map(String.init)) == Self.later[stem(file)] ?? [], "\(report.text)")
        if Self.later[stem(file)] == nil {
            let complaints = report.diagnostics.filter { $0.severity > .note }
            #expect(complaints.map(\.code) == Self.warned[stem(file)] ?? [], "\(report.text)")
        }
    }

    /// With keepalived each of these became MASTER without its address, or took over its neighbour's.
    @Test(arguments: [
        ("03-missing-brace", ["VI_1 eth0 192.168.10.100", "VI_2 eth1 10.0.0.100"]),
        ("03b-missing-inner-brace", ["VI_1 eth0 192.168.10.100", "VI_2 eth1 10.0.0.100"]),
        ("04-extra-brace", ["VI_1 eth0 192.168.10.100"]),
        ("04b-extra-brace-at-end", ["VI_1 eth0 192.168.10.100"]),
        ("26-track-script-at-top-level", ["VI_1 eth0 192.168.10.100"]),
    ])
    func `keeps every instance apart and whole`(name: String, expected: [String]) throws {
        let model = try CorpusFile(url: CorpusFile.corpus.appending(path: "invalid/\(name).conf")).model()
        let found = model.instances.map { instance in
            ([instance.name, instance.interface] + instance.addresses.map { "\($0.address)" }).joined(separator: " ")
        }
        #expect(found == expected)
    }

    @Test func `tells a check that is defined after its use from one that is missing`() throws {
        let file = CorpusFile(url: CorpusFile.corpus.appending(path: "invalid/16-script-after-use.conf"))
        #expect(try file.model().scripts.map(\.name) == ["chk"])
    }
}
