import Control
import Foundation
import Testing

/// `understudy simulate` as programs use it: what it writes, and how it ends.
@Suite struct `The command that simulates` {
    private struct Ran {
        var code: Int32
        var output: String
        var errors: String

        init(_ arguments: [String]) throws {
            let process = Process()
            let (output, errors) = (Pipe(), Pipe())
            process.executableURL = URL(filePath: Trial.command)
            process.arguments = ["simulate"] + arguments
            process.standardOutput = output
            process.standardError = errors
            try process.run()
            // Neither fills its pipe: a story goes to one, a few sentences to the other.
            let text = try output.fileHandleForReading.readToEnd() ?? Data()
            let words = try errors.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            code = process.terminationStatus
            self.output = String(decoding: text, as: UTF8.self)
            self.errors = String(decoding: words, as: UTF8.self)
        }

        var object: [String: Any] {
            get throws {
                try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any], "\(output)")
            }
        }
    }

    private func withFile(_ text: String, _ body: (String) throws -> Void) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).scenario")
        try Data(text.utf8).write(to: file)
        defer {
            do { try FileManager.default.removeItem(at: file) } catch { Issue.record("\(error)") }
        }
        try body(file.path)
    }

    @Test func `ends with 0 when every promise is kept, and its JSON object has the documented fields`() throws {
        let ran = try Ran(["--seeds", "60", "--json"])
        #expect(ran.code == 0)
        let object = try ran.object
        #expect(
            object.keys.sorted() == [
                "absences", "broken", "events", "first_seed", "groups", "known_flaws", "mixed", "moves", "seeds",
                "takeovers",
            ])
        #expect(object["first_seed"] as? String == "0")
        #expect(object["seeds"] as? Int == 60)
        #expect((object["broken"] as? [Any])?.isEmpty == true)
        for name in ["absences", "events", "groups", "mixed", "moves", "takeovers"] {
            #expect((object[name] as? Int ?? 0) > 0, "\(name)")
        }
    }

    @Test func `says the same with one thread as with several`() throws {
        let one = try Ran(["--seed", "100", "--seeds", "330", "--jobs", "1"])
        let several = try Ran(["--seed", "100", "--seeds", "330", "--jobs", "3"])
        #expect(one.code == 0)
        #expect(one.output.hasSuffix("330 seeds, every promise kept\n"))
        #expect(one.output == several.output)
    }

    @Test func `does not say that all is well when nobody could read it`() throws {
        let (process, errors) = (Process(), Pipe())
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", "\"$0\" simulate --seeds 1 > /dev/full", Trial.command]
        process.standardError = errors
        try process.run()
        let words = try errors.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 74)
        #expect(
            String(decoding: words, as: UTF8.self)
                == "understudy: the output could not be written: No space left on device\n")
    }

    @Test func `tells the story of one seed`() throws {
        let ran = try Ran(["--seed", "3"])
        #expect(ran.code == 0)
        #expect(ran.output.hasPrefix("seed 3\ncluster version="))
        #expect(ran.output.hasSuffix("1 seed, every promise kept\n"))
    }

    @Test func `ends with 1 when a scenario does not come out, with the line in its JSON object`() throws {
        try withFile("node a\nexpect owner none at 9s\n") { file in
            let ran = try Ran(["--scenario", file, "--json"])
            #expect(ran.code == 1)
            #expect(try ran.object.keys.sorted() == ["broken", "scenario"])
            let broken = try #require(try ran.object["broken"] as? [[String: Any]])
            #expect(broken.map { $0.keys.sorted() } == [["at_nanoseconds", "found", "rule", "seed"]])
            #expect(broken.first?["found"] as? String == "line 2: a has the addresses, not nobody")
            #expect(try Ran(["--scenario", file]).output.hasSuffix("\(file): 1 not as expected\n"))
        }
    }

    @Test func `ends with 0 when a scenario comes out`() throws {
        try withFile("node a\nexpect owner a at 9s\n") { file in
            let ran = try Ran(["--scenario", file])
            #expect(ran.code == 0)
            #expect(ran.output.hasSuffix("\(file): as expected\n"))
        }
    }

    @Test func `ends with 2 when a scenario cannot be read, and says where`() throws {
        try withFile("node a\nat 1s explode a\n") { file in
            let ran = try Ran(["--scenario", file])
            #expect(ran.code == 2)
            #expect(ran.output.isEmpty)
            #expect(ran.errors.hasPrefix("\(file):2:7: 'explode': what happens is one of start,"), "\(ran.errors)")
        }
        let missing = try Ran(["--scenario", "/nowhere/x.scenario"])
        #expect(missing.code == 2)
        #expect(missing.errors.hasPrefix("/nowhere/x.scenario: cannot be read: "))
    }

    @Test(arguments: [
        ["--seeds", "0"], ["--seeds", "-1"], ["--seed", "x"], ["--jobs", "0"], ["--scenario", "x", "--seed", "1"],
        ["--seed", "18446744073709551615", "--seeds", "2"], ["extra"],
    ])
    func `ends with 64 when it is used wrongly`(arguments: [String]) throws {
        let ran = try Ran(arguments)
        #expect(ran.code == 64, "\(ran.output)\(ran.errors)")
        #expect(ran.output.isEmpty)
    }
}
