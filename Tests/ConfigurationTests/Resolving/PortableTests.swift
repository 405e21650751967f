import Configuration
import Testing

@Suite struct `Portable files` {
    private struct OneFile: SourceReader {
        var text: String
        func read(_ path: String) -> Result<[UInt8], ReadFailure> { .success(Array(text.utf8)) }
        func glob(_ pattern: String) -> [String] { [] }
        func isIncludable(_ path: String) -> Bool { true }
    }

    private func codes(_ text: String, portable: Bool) -> [String] {
        let report = check(
            files: ["a.conf"], reading: OneFile(text: text), configurationID: "lb1", host: nil,
            hostIsAuthoritative: false, portable: portable)
        return report.diagnostics.filter { $0.severity > .note }.map { "\($0.code)@\($0.location.line)" }
    }

    @Test func `name what only Understudy knows, when that is asked`() {
        let text = "global_defs {\n lease off\n}\n" + instance("standby_notice on")
        #expect(codes(text, portable: true) == ["not-portable@2", "not-portable@8"])
        #expect(codes(text, portable: false) == [])
    }

    @Test func `every keyword of our own is in the list of them, and none of keepalived's`() {
        let ours = BlockKind.allCases.flatMap { block in
            KeywordTable.keywords(in: block).filter(\.isOurs).map { "\(block.rawValue) \($0.name)" }
        }
        #expect(
            Set(ours) == [
                "global_defs lease", "global_defs notify_timeout", "global_defs standby_notice", "vrrp_instance lease",
                "vrrp_instance notify_timeout", "vrrp_instance standby_notice", "vrrp_sync_group notify_timeout",
            ])
    }
}
