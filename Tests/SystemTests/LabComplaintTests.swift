import Configuration
import Foundation
import LinuxKernel
import Rehearsal
import Testing

/// Files that need no playing are refused with what mends them, and what broke comes with a remedy.
@Suite(.serialized) struct LabComplaintTests {
    private func pair(_ first: String, _ second: String) -> [ConfigurationFile] {
        [
            ConfigurationFile(name: "active.conf", text: first, host: "lb1"),
            ConfigurationFile(name: "standby.conf", text: second, host: "lb2"),
        ]
    }

    private func text(priority: Int, id: Int = 51, _ rest: String = "") -> String {
        """
        vrrp_instance VI_\(id - 50) {
            interface eth0
            virtual_router_id \(id)
            priority \(priority)
            \(rest)
            virtual_ipaddress {
                192.0.2.\(id)/24
            }
        }

        """
    }

    private func plan(_ files: [ConfigurationFile]) throws -> Plan {
        try Plan(files, Plan.Programs(daemon: "/usr/sbin/understudyd", own: "/usr/bin/understudy", haproxy: nil))
    }

    private func refusal(_ body: () throws -> Void) -> String {
        do {
            try body()
            return ""
        } catch let error as CannotRehearse {
            return error.reason
        } catch {
            return "another error: \(error)"
        }
    }

    @Test func `files that cannot hear each other are refused with the line that mends them`() {
        let files = pair(text(priority: 101, "version 3\n    advert_int 0.1"), text(priority: 100, "advert_int 1"))
        let reason = refusal { _ = try plan(files) }
        #expect(
            reason.contains("standby.conf:1:1: error: `VI_1` uses VRRPv3 in active.conf and VRRPv2 in standby.conf"))
        #expect(reason.contains("fix: version 3"))
        #expect(reason.contains("fix: advert_int 0.1"))
        #expect(reason.contains("understudy check active.conf standby.conf"))
    }

    @Test func `what is doubtful about a pair is a note before the play`() throws {
        let notes = try plan(pair(text(priority: 101), text(priority: 101))).notes
        #expect(
            notes.contains {
                $0.hasPrefix("standby.conf:1:1: `VI_1` has priority 101 in both files")
                    && $0.hasSuffix("(fix: priority 100)")
            })
    }

    @Test func `a misspelt keyword is refused with its mending and with the command that says more`() {
        let files = pair(text(priority: 101, "advert_itn 1"), text(priority: 100))
        let reason = refusal { try Complaints(files).requireRunnable() }
        #expect(reason.contains("active.conf:5:5: error:"))
        #expect(reason.contains("fix: advert_int"))
        #expect(reason.contains("understudy check active.conf standby.conf"))
    }

    private struct Outcome: Decodable {
        var ok: Bool
        var notes: [String]
        var advice: [String]
        var events: [Event]
        struct Event: Decodable { var problems: [String] }
    }

    /// Plays the death of the load balancer for two files with the same checks; in a second instance nothing is tracked.
    private func play(_ checks: String, tracking: String, second: Bool = false) throws -> (
        status: Int32, outcome: Outcome
    ) {
        let directory = FileManager.default.temporaryDirectory.appending(path: "lab-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: directory) } }
        let paths = try [101, 100].map { priority in
            let file = directory.appending(path: "\(priority).conf")
            let instances = text(priority: priority, tracking) + (second ? text(priority: priority, id: 52) : "")
            try (checks + instances).write(to: file, atomically: true, encoding: .utf8)
            return file.path
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: BuiltPrograms.understudy)
        process.arguments = ["rehearse", "--json", "--events", "balancer-dies"] + paths
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, try JSONDecoder().decode(Outcome.self, from: data))
    }

    @Test(.timeLimit(.minutes(2)))
    func `the advice for an unwatched load balancer lets its death move the address`() throws {
        let before = try play("", tracking: "")
        #expect(before.status == 1)
        #expect(
            before.outcome.events.last?.problems.allSatisfy { $0.hasSuffix("nothing in these files watches it") }
                == true)
        let blocks = before.outcome.advice.filter { $0.hasPrefix("    ") }.joined(separator: "\n") + "\n"
        let cut = try #require(blocks.range(of: "    track_process"))
        let after = try play(String(blocks[..<cut.lowerBound]), tracking: String(blocks[cut.lowerBound...]))
        #expect(after.status == 0)
        #expect(after.outcome.ok)
        #expect(after.outcome.advice.isEmpty)
    }

    @Test(.timeLimit(.minutes(2)))
    func `a check that one instance does not use is advised to be used there`() throws {
        let check = "vrrp_script alive {\n    script \"pkill -0 haproxy\"\n    interval 1\n}\n"
        let result = try play(check, tracking: "track_script { alive }", second: true)
        #expect(result.status == 1)
        #expect(result.outcome.advice.suffix(3) == ["    track_script {", "        alive", "    }"])
    }
}
