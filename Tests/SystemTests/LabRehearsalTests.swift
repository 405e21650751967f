import Foundation
import Rehearsal
import Testing

/// The command plays, measures and judges; with keepalived as the daemon, whose figures are known.
@Suite(.serialized) struct LabRehearsalTests {
    private struct Outcome: Decodable {
        struct Event: Decodable {
            var event: String
            var active: [String?]
            var moved_after_seconds: Double?
            var longest_gap_seconds: Double?
            var failed_requests: Int?
            var problems: [String]
        }
        var ok: Bool
        var events: [Event]
    }

    /// Before what else runs on this machine: a planned stop is judged by milliseconds, and a load balancer or a client that waits
    /// for a processor would be taken for a gap.
    private func run(_ arguments: [String]) throws -> (status: Int32, output: Data) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/chrt")
        process.arguments = ["--fifo", "1", BuiltPrograms.understudy, "rehearse"] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, data)
    }

    @Test(.timeLimit(.minutes(3)))
    func `the guide's pair passes its whole rehearsal`() throws {
        let result = try run(["--json"])
        let outcome = try JSONDecoder().decode(Outcome.self, from: result.output)
        #expect(outcome.events.count == 8)
        for event in outcome.events { #expect(event.problems.isEmpty, "\(event.event)") }
        #expect(outcome.events.map(\.active) == ["lb1", "lb2", "lb1", "lb2", "lb1", "lb2", "lb1", "lb2"].map { [$0] })
        #expect(result.status == 0)
    }

    @Test(.timeLimit(.minutes(2)))
    func `a planned stop of keepalived is judged as the gap that it is`() throws {
        let result = try run(["--daemon", "keepalived", "--json", "--events", "planned-stop"])
        let outcome = try JSONDecoder().decode(Outcome.self, from: result.output)
        #expect(outcome.events.map(\.event) == ["start", "planned-stop"])
        #expect(outcome.events.map(\.active) == [["lb1"], ["lb2"]])
        // Skew_Time of priority 106 is 0.586 s; keepalived takes the address away at once and comes back after it.
        let gap = try #require(outcome.events[1].longest_gap_seconds)
        #expect(gap > 0.55)
        #expect(try #require(outcome.events[1].failed_requests) > 50)
        #expect(!outcome.ok)
        #expect(result.status == 1)
    }

    /// The guide's priorities are one apart, so that its pair waits for nearly as long at a start: on a busy machine both of
    /// keepalived's take the address, and the one that gives it up may have told the client last.
    private func decidedPair(in directory: URL) throws -> [String] {
        let texts = [
            Examples.active.replacing("priority 101", with: "priority 140"), Examples.standby,
        ]
        return try zip(["lb1.conf", "lb2.conf"], texts).map { name, text in
            let file = directory.appending(path: name)
            try text.replacing("weight 6 ", with: "weight 60").write(to: file, atomically: true, encoding: .utf8)
            return file.path
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `the death of the built-in load balancer moves the address and its return moves it back`() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: directory) } }
        let result = try run(
            try decidedPair(in: directory) + [
                "--daemon", "keepalived", "--json", "--without-haproxy", "--events", "balancer-dies,balancer-returns",
            ])
        let outcome = try JSONDecoder().decode(Outcome.self, from: result.output)
        #expect(outcome.events.map(\.active) == [["lb1"], ["lb2"], ["lb1"]])
        #expect(outcome.events.allSatisfy { $0.moved_after_seconds != nil })
        #expect(outcome.ok)
        #expect(result.status == 0)
    }

    /// Of which the cable of one member alone is cut.
    @Test(.timeLimit(.minutes(2)))
    func `the examples of a sync group move as a whole`() throws {
        let directory = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Examples").path
        let files = [1, 2].map { "\(directory)/sync-group-lb\($0).conf" }
        let result = try run(files + ["--json", "--without-haproxy", "--events", "link-lost,link-back"])
        let outcome = try JSONDecoder().decode(Outcome.self, from: result.output)
        #expect(outcome.events.map(\.active) == [["lb1", "lb1"], ["lb2", "lb2"], ["lb1", "lb1"]])
        for event in outcome.events { #expect(event.problems.isEmpty, "\(event.event)") }
        #expect(result.status == 0)
    }

    @Test func `files that cannot be rehearsed are refused with exit status 2`() throws {
        let result = try run(["--daemon", "keepalived", "/nonexistent/a.conf", "/nonexistent/b.conf"])
        #expect(result.status == 2)
    }
}
