import Configuration
import Testing

@Suite struct IncludeTests {
    @Test func `puts an included file in the place of its line`() {
        let result = parsed(
            "a\ninclude conf.d/*.conf\nb { include peers }\n",
            files: ["/etc/conf.d/2.conf": "y", "/etc/conf.d/1.conf": "x {\n}", "/etc/peers": "10.0.0.1\n10.0.0.2"])
        #expect(outline(result.statements) == "a; x {}; y; b { 10.0.0.1; 10.0.0.2 }")
        #expect(result.diagnostics.isEmpty)
        #expect(result.files == ["/etc/t.conf", "/etc/conf.d/1.conf", "/etc/conf.d/2.conf", "/etc/peers"])
        #expect(result.statements[2].location == SourceLocation(file: "/etc/conf.d/2.conf", line: 1, column: 1))
    }

    @Test func `resolves a nested include from the file that contains it`() {
        let result = parsed(
            "include sub/a", files: ["/etc/sub/a": "include b\ninclude /x/c", "/etc/sub/b": "b", "/x/c": "c"])
        #expect(outline(result.statements) == "b; c")
    }

    @Test func `takes braces in a pattern for alternatives`() {
        let result = parsed("includea {a,b}.conf", files: ["/etc/a.conf": "x", "/etc/b.conf": "y"])
        #expect(outline(result.statements) == "x; y")
        #expect(result.diagnostics.isEmpty)
    }

    @Test(arguments: ["include", "includer", "includem", "includew", "includeb", "includea"])
    func `makes a missing named file an error`(keyword: String) {
        let result = parsed("\(keyword) nope.conf\na")
        #expect(summary(result.diagnostics) == ["include-missing@1:\(keyword.count + 2)"])
        #expect(result.diagnostics[0].severity == .error)
        #expect(result.diagnostics[0].message.contains("No such file or directory"))
        #expect(outline(result.statements) == "a")
    }

    @Test(arguments: [
        ("include", Diagnostic.Severity.warning), ("includer", .warning), ("includem", .warning),
        ("includew", .error), ("includeb", .error), ("includea", .error),
    ])
    func `judges a pattern without a match by the keyword`(keyword: String, severity: Diagnostic.Severity) {
        let result = parsed("\(keyword) d/*.conf")
        #expect(result.diagnostics.map(\.code) == ["include-unmatched"])
        #expect(result.diagnostics.map(\.severity) == [severity])
    }

    @Test func `asks for every alternative where the keyword does`() {
        let files = ["/etc/a.conf": "x"]
        #expect(parsed("include {a,b}.conf", files: files).diagnostics.isEmpty)
        let result = parsed("includeb {a,b}.conf", files: files)
        #expect(result.diagnostics.map(\.message) == ["no file matches the alternative `/etc/b.conf`"])
        #expect(outline(result.statements) == "x")
    }

    @Test func `says why a file cannot be read`() {
        var reader = DictionaryReader(["/etc/t.conf": "include a*\ninclude b", "/etc/ab": "", "/etc/b": "x"])
        reader.unreadable["/etc/ab"] = "Permission denied"
        reader.executable = ["/etc/b"]
        let result = parse(file: "/etc/t.conf", reading: reader, configurationID: "x")
        #expect(summary(result.diagnostics) == ["include-unreadable@1:9", "include-skipped@2:9"])
        #expect(result.diagnostics[0].message == "`/etc/ab` cannot be read: Permission denied")
        #expect(result.diagnostics[1].fix == "chmod a-x /etc/b")
    }

    @Test func `reports a cycle with its chain and goes on`() {
        let result = parsed("include a\nx", files: ["/etc/a": "include ./b\ny", "/etc/b": "include t.conf\nz"])
        #expect(summary(result.diagnostics) == ["include-cycle@/etc/b:1:9"])
        #expect(result.diagnostics[0].message.contains("/etc/t.conf -> /etc/a -> /etc/b -> /etc/t.conf"))
        #expect(outline(result.statements) == "z; y; x")
    }

    @Test func `reports braces that do not match in the file that has them`() {
        let result = parsed(
            "a {\n  include x\n  include y\n}\nb", files: ["/etc/x": "c {\n d\n", "/etc/y": "e\n}\n"])
        #expect(summary(result.diagnostics) == ["unclosed-block@/etc/x:1:3", "surplus-brace@/etc/y:2:1"])
        #expect(outline(result.statements) == "a { c { d }; e }; b")
    }

    @Test func `stops at a depth of includes`() {
        var files: [String: String] = [:]
        for number in 0..<30 { files["/etc/f\(number)"] = "include f\(number + 1)\nn\(number)" }
        let result = parsed("include f0", files: files)
        #expect(result.diagnostics.map(\.code) == ["include-too-deep"])
    }

    @Test func `stops at a number of files`() {
        var files: [String: String] = [:]
        for number in 0..<40 { files["/etc/d/\(number)"] = "include *\nx" }
        let result = parsed("include d/*", files: files)
        #expect(result.diagnostics.count { $0.code == "configuration-too-large" } == 1)
    }

    @Test func `reports an unreadable main file`() {
        let result = parse(file: "/nope", reading: DictionaryReader(), configurationID: "x")
        #expect(summary(result.diagnostics) == ["file-unreadable@/nope:1:1"])
        #expect(result.statements.isEmpty)
    }

    @Test func `reports an include without a file`() {
        #expect(summary(parsed("include\na").diagnostics) == ["include-without-file@1:1"])
        #expect(summary(parsed("include a b", files: ["/etc/a": ""]).diagnostics) == ["extra-words@1:11"])
    }
}
