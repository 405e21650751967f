import Configuration
import Foundation
import Testing

@Suite struct KeywordTableTests {
    @Test func `the committed reference page is current`() throws {
        let path = URL(filePath: #filePath).appending(path: "../../../../docs/reference/configuration.md").standardized
        let page = referencePage()
        if ProcessInfo.processInfo.environment["UNDERSTUDY_REWRITE"] == "1" {
            try FileManager.default.createDirectory(
                at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(page.utf8).write(to: path)
        }
        let committed = try String(contentsOf: path, encoding: .utf8)
        #expect(committed == page, "run the tests once with UNDERSTUDY_REWRITE=1")
    }

    @Test(arguments: BlockKind.allCases)
    func `no keyword is listed twice and none lacks a meaning`(block: BlockKind) {
        let keywords = KeywordTable.keywords(in: block)
        #expect(Set(keywords.map(\.name)).count == keywords.count)
        #expect(keywords.allSatisfy { !$0.meaning.isEmpty && !$0.meaning.hasSuffix(".") })
    }

    @Test(arguments: [
        ("prioritty", BlockKind.instance, Suggestion.spelling("priority")),
        ("virtual_ipadress", .instance, .spelling("virtual_ipaddress")), ("raise", .script, .spelling("rise")),
        ("virtual_routerid", .instance, .spelling("virtual_router_id")), ("Priority", .instance, .spelling("priority")),
        ("priority", .topLevel, .otherBlock(.instance)), ("interval", .process, .otherBlock(.script)),
        ("enable_script_security", .instance, .otherBlock(.globalDefs)),
    ])
    func `finds what was meant`(word: String, block: BlockKind, expected: Suggestion) {
        #expect(KeywordTable.suggestion(for: word, in: block) == expected)
    }

    @Test func `does not guess wildly`() {
        #expect(KeywordTable.suggestion(for: "frobnicate", in: .instance) == nil)
    }

    /// Every keyword of the whole table gets exactly one kind of answer, so that nothing is passed over in silence.
    @Test(arguments: BlockKind.allCases)
    func `no unsupported keyword is passed over in silence`(block: BlockKind) {
        let wrappers: [BlockKind: (String, String)] = [
            .topLevel: ("", ""), .globalDefs: ("global_defs {\n", "}\n"),
            .instance: ("vrrp_instance A {\n", "}\n"),
        ]
        guard let (before, after) = wrappers[block] else { return }
        for keyword in KeywordTable.keywords(in: block) where keyword.status != .supported {
            let found = resolved("\(before)\(keyword.name) {\n}\n\(after)").diagnostics
            let answers = found.filter { $0.message.contains("`\(keyword.name)`") && $0.location.line < 3 }
            #expect(answers.count == 1, "\(keyword.name)")
        }
    }
}
