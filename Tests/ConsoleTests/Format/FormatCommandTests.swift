import Console
import Foundation
import Testing

/// What `fmt` does to the disk, and what it says.
@Suite struct `Formatting files` {
    /// A directory of the test's own, gone with it.
    private final class Place {
        let path: String

        init() throws {
            path = NSTemporaryDirectory() + "format-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }

        deinit {
            do { try FileManager.default.removeItem(atPath: path) } catch { Issue.record(error) }
        }

        func write(_ name: String, _ text: String) throws -> String {
            try text.write(toFile: "\(path)/\(name)", atomically: false, encoding: .utf8)
            return "\(path)/\(name)"
        }

        func text(_ name: String) throws -> String { try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8) }

        func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }

        func attribute<Value>(_ key: FileAttributeKey, of name: String) throws -> Value? {
            try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")[key] as? Value
        }
    }

    private let untidy = "a{\nb 1\n}\n"
    private let tidy = "a {\n    b 1\n}\n"

    private func run(
        _ files: [String], _ purpose: FormatCommand.Purpose, diff: Bool = false, input: String? = nil
    ) -> FormatCommand.Outcome {
        FormatCommand(files: files, purpose: purpose, showsDifference: diff)
            .run(standardInput: { input.map { Array($0.utf8) } })
    }

    private func printed(_ outcome: FormatCommand.Outcome) -> String { String(decoding: outcome.output, as: UTF8.self) }

    @Test func `the result is printed, and the file stays as it is`() throws {
        let place = try Place()
        let file = try place.write("a.conf", untidy)
        let outcome = run([file], .print)
        #expect(printed(outcome) == tidy && outcome.complaint.isEmpty && outcome.status == .good)
        #expect(try place.text("a.conf") == untidy)
    }

    @Test func `standard input is a file as well`() {
        #expect(printed(run(["-"], .print, input: untidy)) == tidy)
        let wrong = run(["-"], .print, input: "a {")
        #expect(wrong.status == .refused && wrong.output.isEmpty)
        #expect(wrong.complaint.hasPrefix("<standard input>:1:3: error: "))
        #expect(run(["-"], .print).status == .refused)
    }

    @Test func `a check names the files that would change, and changes none`() throws {
        let place = try Place()
        let files = [try place.write("a.conf", untidy), try place.write("b.conf", tidy)]
        let outcome = run(files, .check)
        #expect(printed(outcome) == files[0] + "\n" && outcome.status == .wrong)
        #expect(run([files[1]], .check) == FormatCommand.Outcome())
        #expect(try place.text("a.conf") == untidy)
    }

    @Test func `a file in its place keeps its mode and its owner, and a link stays a link`() throws {
        let place = try Place()
        let file = try place.write("a.conf", untidy)
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file)
        let isRoot = getuid() == 0
        if isRoot { try FileManager.default.setAttributes([.ownerAccountID: 65534], ofItemAtPath: file) }
        let link = place.path + "/link.conf"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "a.conf")
        let outcome = run([link], .rewrite)
        #expect(printed(outcome) == link + "\n" && outcome.status == .good, "\(outcome.complaint)")
        #expect(try place.text("a.conf") == tidy)
        #expect(try place.attribute(.posixPermissions, of: "a.conf") == 0o640)
        #expect(try place.attribute(.type, of: "link.conf") == FileAttributeType.typeSymbolicLink)
        if isRoot { #expect(try place.attribute(.ownerAccountID, of: "a.conf") == 65534) }
        #expect(try place.names() == ["a.conf", "link.conf"])
    }

    @Test func `a file that is laid out already is not written`() throws {
        let place = try Place()
        let file = try place.write("a.conf", tidy)
        let before: Int? = try place.attribute(.systemFileNumber, of: "a.conf")
        #expect(run([file], .rewrite) == FormatCommand.Outcome())
        #expect(try place.attribute(.systemFileNumber, of: "a.conf") == before)
    }

    @Test func `a file with a mistake stays as it is, and the others are done`() throws {
        let place = try Place()
        let files = [try place.write("a.conf", "a {\n"), try place.write("b.conf", untidy), place.path + "/none.conf"]
        let outcome = run(files, .rewrite)
        #expect(outcome.status == .refused && printed(outcome) == files[1] + "\n")
        #expect(outcome.complaint.contains("\(files[0]):1:3: error: "))
        #expect(outcome.complaint.contains("understudy fmt: \(files[0]) is left as it is: 1 error\n"))
        #expect(outcome.complaint.contains("understudy fmt: \(files[2]): No such file or directory\n"))
        #expect(try place.text("a.conf") == "a {\n" && place.text("b.conf") == tidy)
    }

    @Test func `what changes is said as diff does`() throws {
        let place = try Place()
        let file = try place.write("a.conf", "x 1\nx 2\nx 3\nx 4\nx 5\n  y   6\nx 7\nz 8")
        let outcome = run([file], .check, diff: true)
        #expect(outcome.status == .wrong)
        #expect(
            printed(outcome) == """
                --- \(file)
                +++ \(file)
                @@ -3,6 +3,6 @@
                 x 3
                 x 4
                 x 5
                -  y   6
                +y 6
                 x 7
                -z 8
                \\ No newline at end of file
                +z 8

                """)
        #expect(printed(run([try place.write("b.conf", tidy)], .print, diff: true)).isEmpty)
    }
}
