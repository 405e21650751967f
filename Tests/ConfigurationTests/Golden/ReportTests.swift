import Configuration
import Foundation
import Testing

@Suite struct ReportTests {
    private func place(_ line: Int, _ column: Int, file: String = "b") -> Configuration.SourceLocation {
        SourceLocation(file: file, line: line, column: column)
    }

    private func sources(_ texts: [String: String]) -> [SourceText] {
        texts.sorted { $0.key < $1.key }.flatMap {
            parse(file: $0.key, reading: DictionaryReader(texts), configurationID: "x").sources
        }
    }

    @Test func `shows the line, the caret, the consequence and the fix`() {
        let report = CheckReport(
            diagnostics: [
                Diagnostic(.error, "x", at: place(2, 4), "no `y`", consequence: "it stops", fix: "y 1\nz 2")
            ], sources: sources(["b": "a\n\té z\u{07}\n"]))
        #expect(
            report.text == """
                b:2:4: error: no `y`
                    | \té z?
                    | \t  ^
                    it stops
                    fix: y 1
                         z 2

                """)
    }

    @Test func `sorts by file, line and column and says nothing twice`() {
        let diagnostics = [
            Diagnostic(.note, "later", at: place(1, 1, file: "c"), "m"), Diagnostic(.error, "x", at: place(2, 2), "m"),
            Diagnostic(.error, "x", at: place(2, 2), "m"), Diagnostic(.error, "y", at: place(2, 1), "m"),
            Diagnostic(.error, "z", at: place(2, 1), "m"), Diagnostic(.warning, "w", at: place(1, 9), "m"),
        ]
        let report = CheckReport(diagnostics: diagnostics, sources: sources(["b": "", "c": ""]))
        #expect(report.diagnostics.map(\.code) == ["w", "y", "z", "x", "later"])
        #expect(report.summary == "3 errors, 1 warning, 1 note")
    }

    @Test func `shows an error behind thousands of warnings, and says how many of what it does not show`() {
        var diagnostics = (1...5000).map { Diagnostic(.warning, "alike", at: place($0, 1), "m\($0)") }
        diagnostics.append(Diagnostic(.error, "last", at: place(5001, 1), "the one"))
        let lines = CheckReport(diagnostics: diagnostics, sources: []).text.split(separator: "\n")
        #expect(lines.count == 22)
        #expect(lines.dropLast().last == "b:5001:1: error: the one")
        #expect(lines.last == "... and 4980 more of `alike`; --json has all of them")
    }

    @Test func `shows errors although there are more kinds of warnings than it has room for`() {
        var diagnostics = (1...600).map { Diagnostic(.warning, "kind\($0 % 20)", at: place($0, 1), "m\($0)") }
        diagnostics.append(Diagnostic(.error, "bad-priority", at: place(601, 1), "the one"))
        diagnostics.append(Diagnostic(.error, "bad-address", at: place(602, 1), "the other"))
        let lines = CheckReport(diagnostics: diagnostics, sources: []).text.split(separator: "\n")
        #expect(lines.count == 201)
        #expect(lines.dropLast().suffix(2) == ["b:601:1: error: the one", "b:602:1: error: the other"])
        #expect(
            lines.last
                == "... and 402 more, 21 of `kind0`, 21 of `kind19`, 20 of `kind1` and others; --json has all of them")
    }

    @Test func `keeps the order of the files named, the unreadable one included`() {
        let report = Configuration.check(
            files: ["z", "nope", "a"], reading: DictionaryReader(["z": "include q", "q": "x", "a": "y"]),
            configurationID: "x", host: nil, hostIsAuthoritative: false)
        #expect(report.files == ["z", "q", "a"])
        var order: [String] = []
        for diagnostic in report.diagnostics where order.last != diagnostic.location.file {
            order.append(diagnostic.location.file)
        }
        #expect(order.filter { $0 != "z" } == ["q", "nope", "a"], "\(report.text)")
    }

    @Test func `says one thing about a word that could not be read`() {
        let diagnostics = [
            Diagnostic(.error, "variable-undefined", at: place(1, 1), "m"),
            Diagnostic(.error, "bad-value", at: place(1, 1), "n"),
            Diagnostic(.error, "unterminated-quote", at: place(1, 5), "m"),
            Diagnostic(.error, "unterminated-quote", at: place(1, 5), "other words"),
        ]
        let report = CheckReport(diagnostics: diagnostics, sources: [])
        #expect(report.diagnostics.map(\.code) == ["variable-undefined", "unterminated-quote"])
    }

    @Test(
        arguments: [
            ([], Int32(0)), ([.note], 0), ([.note, .warning], 1), ([.error, .warning], 2),
        ] as [([Diagnostic.Severity], Int32)])
    func `exits by the worst severity`(severities: [Diagnostic.Severity], code: Int32) {
        let diagnostics = severities.map { Diagnostic($0, $0.rawValue, at: place(1, 1), "m") }
        #expect(CheckReport(diagnostics: diagnostics, sources: []).exitCode == code)
    }

    private struct Decoded: Decodable {
        struct Item: Decodable {
            var severity, code, file, message: String
            var line, column: Int
            var consequence, fix: String?
        }
        struct Summary: Decodable { var errors, warnings, notes: Int }
        var version: Int
        var files: [String]
        var diagnostics: [Item]
        var summary: Summary
        var exitCode: Int
    }

    @Test func `writes JSON that another decoder reads back`() throws {
        let awkward = "quote \" backslash \\ tab \t line \n bell \u{07} é \u{1F600}"
        let report = CheckReport(
            diagnostics: [
                Diagnostic(.warning, "x", at: place(3, 4), awkward, consequence: awkward),
                Diagnostic(.error, "y", at: place(5, 6), "m", fix: awkward),
            ], sources: sources(["b": "", "c": ""]))
        let decoded = try JSONDecoder().decode(Decoded.self, from: Data(report.json.utf8))
        #expect(decoded.version == 1)
        #expect(decoded.files == ["b", "c"])
        #expect(decoded.diagnostics.map(\.message) == [awkward, "m"])
        #expect(decoded.diagnostics.map(\.consequence) == [awkward, nil])
        #expect(decoded.diagnostics.map(\.fix) == [nil, awkward])
        #expect(decoded.diagnostics.map(\.line) == [3, 5])
        #expect(decoded.diagnostics.map(\.column) == [4, 6])
        #expect(decoded.diagnostics.map(\.severity) == ["warning", "error"])
        #expect(decoded.summary.errors == 1 && decoded.summary.warnings == 1 && decoded.summary.notes == 0)
        #expect(decoded.exitCode == 2)
    }

    @Test func `writes JSON for an empty report`() throws {
        let decoded = try JSONDecoder().decode(
            Decoded.self, from: Data(CheckReport(diagnostics: [], sources: []).json.utf8))
        #expect(decoded.files.isEmpty && decoded.diagnostics.isEmpty && decoded.exitCode == 0)
    }

    @Test func `says once what a template repeats, with how often`() {
        func report(_ text: String) -> CheckReport {
            Configuration.check(
                files: ["b"], reading: DictionaryReader(["b": text]), configurationID: "x", host: nil,
                hostIsAuthoritative: false)
        }
        let lines = [
            "vrrp_instance VI_${ID} {", "virtual_router_id ${ID}", "virtual_ipaddress {", "10.0.0.${ID}/24", "}", "}",
        ]
        let block = lines.joined(separator: " \\\n") + "\n"
        let found = report("$I= \\\n\(block)~SEQ(ID, 101, 200) $I\n").diagnostics
        #expect(found.map(\.code) == ["missing-keyword"], "\(found.count)")
        #expect(found.first?.message.hasSuffix("; the same holds of 99 more that this line makes") == true, "\(found)")
        let two = report("vrrp_instance A {\n}\nvrrp_instance B {\n}\n").diagnostics
        #expect(two.count { $0.code == "missing-keyword" } == 4)
    }
}
