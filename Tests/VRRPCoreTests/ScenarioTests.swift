import Foundation
import Testing

/// Runs every file in Scenarios/ against the state machine: commands above `----`, output below it.
///
/// Set UNDERSTUDY_REWRITE=1 to accept the actual output, then read the diff; commit only what you can explain.
@Suite struct `Scenarios` {
    static let directory = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Scenarios")
    static let names: [String] = {
        do {
            let all = try FileManager.default.contentsOfDirectory(atPath: directory.path)
            return all.filter { $0.hasSuffix(".txt") }.sorted()
        } catch {
            Issue.record("no scenarios: \(error)")
            return []
        }
    }()

    @Test func `there are scenarios to run`() { #expect(Self.names.count >= 12) }

    @Test(arguments: names) func `behaves as written`(name: String) throws {
        let file = Self.directory.appending(path: name)
        let expected = try String(contentsOf: file, encoding: .utf8)
        let actual = ScenarioRunner.run(expected)
        if ProcessInfo.processInfo.environment["UNDERSTUDY_REWRITE"] != nil {
            try actual.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(actual == expected)
    }
}
