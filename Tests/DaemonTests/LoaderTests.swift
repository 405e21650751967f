import Configuration
import Testing

@testable import Daemon

/// What may run, what may not, and what is only said.
@Suite struct LoaderTests {
    private struct Files: SourceReader {
        var texts: [String: String]

        func read(_ path: String) -> Result<[UInt8], ReadFailure> {
            guard let text = texts[path] else { return .failure(ReadFailure("No such file or directory")) }
            return .success(Array(text.utf8))
        }

        func glob(_ pattern: String) -> [String] { texts.keys.filter { $0 == pattern } }

        func isIncludable(_ path: String) -> Bool { texts[path] != nil }
    }

    private static let good = """
        vrrp_instance VI_1 {
            interface no-such-if0
            virtual_router_id 51
            priority 100
            virtual_ipaddress {
                192.0.2.10/24
            }
        }

        """

    private func load(_ text: String, id: String? = nil, _ more: [String: String] = [:]) throws -> Result<
        Loaded, Refused
    > {
        let files = Files(texts: more.merging(["/c": text]) { first, _ in first })
        return try Loader(reader: files).load("/c", configurationID: id)
    }

    @Test func `what the host lacks is said and waited for`() throws {
        let loaded = try load(Self.good).get()
        #expect(loaded.model.instances.count == 1)
        #expect(loaded.hostLacks)
        #expect(
            loaded.remarks.count { $0.hasPrefix("/c:2:") && $0.contains(" error: ") && $0.contains("no-such-if0") } == 1
        )
    }

    /// A reload onto the wrong file must not fill the log.
    @Test func `a file that is something else fills no log`() throws {
        let noise = (0..<3000).map { "word\($0) more" }.joined(separator: "\n")
        guard case .failure(let refused) = try load(Self.good + noise) else {
            Issue.record("noise was believed")
            return
        }
        #expect(refused.lines.count == 51)
        #expect(refused.lines.last == "... and 2950 more: see understudy check")
    }

    @Test func `a file that cannot be read is one complaint`() throws {
        let files = Files(texts: [:])
        guard case .failure(let refused) = try Loader(reader: files).load("/c", configurationID: nil) else {
            Issue.record("nothing was believed")
            return
        }
        #expect(refused.lines.count == 1, "\(refused.lines)")
    }

    @Test func `an error in the file refuses it with its place`() throws {
        let wrong = Self.good.replacing("priority 100", with: "priority 300")
        guard case .failure(let refused) = try load(wrong) else {
            Issue.record("priority 300 is accepted")
            return
        }
        #expect(refused.lines.contains { $0.hasPrefix("/c:4:") && $0.contains(" error: ") })
        #expect(refused.lines.allSatisfy { !$0.contains("\n") })
    }

    @Test func `a missing file and a missing include refuse it`() throws {
        let files = Files(texts: [:])
        guard case .failure(let refused) = try Loader(reader: files).load("/c", configurationID: nil) else {
            Issue.record("a file that is not there is accepted")
            return
        }
        #expect(refused.lines.contains { $0.contains("/c") && $0.contains("No such file") })
        guard case .failure(let other) = try load("include /d\n" + Self.good) else {
            Issue.record("an include that is not there is accepted")
            return
        }
        #expect(other.lines.contains { $0.contains("/d") })
        #expect(throws: Never.self) { try load("include /d\n", ["/d": Self.good]).get() }
    }

    @Test func `every sentence is said once`() throws {
        let loaded = try load(
            Self.good
                + Self.good.replacing("VI_1", with: "VI_2").replacing("51", with: "52").replacing("2.10", with: "2.20")
        ).get()
        #expect(Set(loaded.remarks).count == loaded.remarks.count)
    }

    @Test func `the id chooses lines`() throws {
        let text = Self.good.replacing("priority 100", with: "@a priority 101\n    @b priority 102")
        #expect(try load(text, id: "a").get().model.instances[0].priority.rawValue == 101)
        #expect(try load(text, id: "b").get().model.instances[0].priority.rawValue == 102)
    }
}
