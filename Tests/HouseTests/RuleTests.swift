import Testing

/// A rule that cannot fail is no rule: each is shown what it must find, and what it must let pass.
@Suite struct `The rules themselves` {
    private func source(_ text: String) -> SourceText { SourceText(name: "F", text: text) }

    @Test func `imports are found however they are written`() {
        let text = source(
            """
            import Foundation
            internal import Glibc
            @testable public import struct Module.Thing
              @_exported import VRRPWire
            // import Comment
            let text = "import String"
            """)
        #expect(text.imports.map(\.module) == ["Foundation", "Glibc", "Module", "VRRPWire"])
        #expect(Rule.imports(text, only: ["VRRPWire", "Glibc"]).count == 2)
    }

    @Test(arguments: [
        "let now = ContinuousClock().now", "let dice = Int.random(in: 1...6)", "list.shuffled()", "Task { }",
        "print(x)",
        "  print(x)", "list.randomElement()", "func f() async {}", "@_silgen_name(\"time\") func time()",
    ])
    func `clocks, chance and output are found in a pure module`(line: String) {
        #expect(!Rule.purity(source(line)).isEmpty)
    }

    @Test(arguments: [
        "let dice = Int.random(in: 1...6, using: &generator)", "// print(x)", "let text = \"print(x) await\"",
        "machine.print(x)", "/* Task { } */", "let fingerprint(x)", "list.shuffled(using: &generator)", "var task = 1",
    ])
    func `what only looks like them is not`(line: String) {
        #expect(Rule.purity(source(line)).isEmpty)
    }

    @Test func `unsafe is found in code only`() {
        #expect(Rule.safety(source("let x = unsafe y.pointee")).count == 1)
        #expect(Rule.safety(source("nonisolated(unsafe) var x = 1")).count == 1)
        #expect(Rule.safety(source("func f(_ p: UnsafePointer<Int>)")).count == 1)
        #expect(Rule.safety(source("final class C: @unchecked Sendable {}")).count == 1)
        #expect(Rule.safety(source("// unsafe\nlet x = \"unsafe y\" /* unsafe */")).isEmpty)
    }

    @Test func `an unsafe expression needs its reason just above`() {
        #expect(Rule.safetyComments(source("let x = unsafe y()")).count == 1)
        #expect(Rule.safetyComments(source("// SAFETY: y is alive.\nlet x = unsafe y()")).isEmpty)
        #expect(Rule.safetyComments(source("// SAFETY: both.\nlet x = unsafe y()\nlet z = unsafe w()")).isEmpty)
        let far = "// SAFETY: far.\n" + String(repeating: "\n", count: 10) + "unsafe y()"
        #expect(Rule.safetyComments(source(far)).count == 1)
    }

    @Test func `long files and functions are found`() {
        let body = String(repeating: "    x += 1\n", count: 59)
        #expect(Rule.size(source("func f() {\n\(body)}\n")).count == 1)
        #expect(Rule.size(source("init?(\n    _ x: Int\n) throws(E)\nwhere T: U {\n\(body)}\n")).count == 1)
        #expect(Rule.size(source("func f() {\n}\n\(body)\nfunc g() {\n}\n")).isEmpty)
        #expect(Rule.size(source("protocol P {\n    func f()\n}\nlet y = {\n\(body)}\n")).isEmpty)
        #expect(Rule.size(source(String(repeating: "\n", count: 400))).isEmpty)
        #expect(Rule.size(source(String(repeating: "\n", count: 401))).count == 1)
    }

    @Test func `braces in strings and comments do not end a function`() {
        let text = source("func f() {\n    let a = \"}\" // }\n    let b = #\"\\\"}\"#\n}\nlet c = 1\n")
        #expect(text.functions.map(\.length) == [4])
    }

    @Test func `strings of many lines are not code`() {
        let text = source("let a = \"\"\"\n    try? b\n    \"\"\"\ntry? c\n")
        #expect(text.matches(#"\btry\?"#) == [4])
        #expect(Rule.errors(text).count == 1)
        #expect(Rule.errors(source("let a = try! b")).count == 1)
    }

    @Test func `work left for later is found as a word`() {
        #expect(Rule.leftovers(name: "F", lines: ["// FIX" + "ME: later", "mktemp /tmp/XXXXXX"]).count == 1)
    }

    @Test func `empty names are found`() {
        #expect(!Rule.fileName("Sources/Daemon/StringUtils.swift").isEmpty)
        #expect(!Rule.fileName("Sources/Daemon/SocketManager.swift").isEmpty)
        #expect(Rule.fileName("Sources/Daemon/Reactor.swift").isEmpty)
    }

    @Test func `a changelog has a shape`() {
        let good =
            "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- One.\n\n## [1.0.0] - 2026-11-30\n\n### Fixed\n\n- Two.\n"
        #expect(Rule.changelog(good).isEmpty)
        #expect(!Rule.changelog(good.replacing("### Added", with: "### News")).isEmpty)
        #expect(!Rule.changelog(good.replacing("# Changelog", with: "# Changes")).isEmpty)
        #expect(!Rule.changelog(good.replacing(" - 2026-11-30", with: "")).isEmpty)
        #expect(!Rule.changelog(good + "\n## [2.0.0] - 2026-12-30\n").isEmpty)
        #expect(!Rule.changelog("# Changelog\n").isEmpty)
    }
}
