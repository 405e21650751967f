import Foundation
import Testing

/// `fmt`, `config show` and `check --sarif` as people and programs call them: what they print, and how they end.
@Suite struct `The commands about configuration files` {
    private struct Ran {
        var code: Int32
        var output: String
        var errors: String
    }

    private func run(_ arguments: [String], input: String = "") throws -> Ran {
        let process = Process()
        let (given, output, errors) = (Pipe(), Pipe(), Pipe())
        process.executableURL = URL(filePath: Trial.command)
        process.arguments = arguments
        process.standardInput = given
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        // Neither text is as long as a pipe holds.
        try given.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try given.fileHandleForWriting.close()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        let words = try errors.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Ran(
            code: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
            errors: String(decoding: words, as: UTF8.self))
    }

    private func withFile(_ text: String, _ body: (String) throws -> Void) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).conf")
        try Data(text.utf8).write(to: file)
        defer {
            do { try FileManager.default.removeItem(at: file) } catch { Issue.record("\(error)") }
        }
        try body(file.path)
    }

    private let untidy = """
        vrrp_instance VI_1
        {
        interface lo1
        virtual_router_id 51
        priority 150
        virtual_ipaddress { 192.0.2.10/24 }
        }
        """

    @Test func `fmt filters standard input, and a check of it ends with 1 until it is laid out`() throws {
        let formatted = try run(["fmt", "-"], input: untidy)
        #expect(formatted.code == 0 && formatted.errors.isEmpty)
        #expect(formatted.output.hasPrefix("vrrp_instance VI_1 {\n    interface lo1\n"))
        try withFile(untidy) { file in
            let before = try run(["fmt", "--check", file])
            #expect(before.code == 1 && before.output == file + "\n")
            let written = try run(["fmt", "--in-place", file])
            #expect(written.code == 0 && written.output == file + "\n")
            #expect(try String(contentsOfFile: file, encoding: .utf8) == formatted.output)
            let after = try run(["fmt", "--check", file])
            #expect(after.code == 0 && after.output.isEmpty)
        }
    }

    @Test func `fmt ends with 2 where the syntax is wrong, and with 64 where it is called wrongly`() throws {
        let wrong = try run(["fmt", "-"], input: "a {\n")
        #expect(wrong.code == 2 && wrong.output.isEmpty && wrong.errors.contains("<standard input>:1:3: error: "))
        for arguments in [[], ["-", "--in-place"], ["a", "b"], ["a", "--check", "--in-place"]] {
            #expect(try run(["fmt"] + arguments).code == 64, "\(arguments)")
        }
    }

    @Test func `config show prints a configuration, and the errors of one that has any`() throws {
        try withFile(untidy) { file in
            let shown = try run(["config", "show", file])
            #expect(shown.code == 0 && shown.errors.isEmpty)
            #expect(shown.output.contains("vrrp_instance VI_1 {  # \(file):1\n"))
            try withFile(shown.output) { copy in
                let again = try run(["config", "show", copy])
                let checked = try run(["fmt", "--check", copy])
                #expect(again.code == 0 && checked.code == 0)
            }
            let object = try JSONSerialization.jsonObject(
                with: Data(try run(["config", "show", "--json", file]).output.utf8))
            #expect((object as? [String: Any])?["version"] as? Int == 1)
        }
        try withFile("vrrp_instance A {\n}\n") { file in
            let refused = try run(["config", "show", file])
            #expect(refused.code == 2 && refused.output.isEmpty && refused.errors.contains("nothing would run from it"))
        }
    }

    @Test func `check writes SARIF, and not together with JSON`() throws {
        try withFile("vrrp_instance A {\n}\n") { file in
            let ran = try run(["check", "--sarif", file])
            #expect(ran.code == 2)
            let object = try JSONSerialization.jsonObject(with: Data(ran.output.utf8))
            #expect((object as? [String: Any])?["version"] as? String == "2.1.0")
            #expect(try run(["check", "--sarif", "--json", file]).code == 64)
        }
    }
}
