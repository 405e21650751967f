import Configuration
import Foundation
import Testing

/// The package's folder.
private let root = URL(filePath: #filePath).appending(path: "../../../..").standardized

/// The texts of all sources of the module but the list itself, and the keywords of IPVS, some of which look like codes.
private func sources() throws -> String {
    let folder = root.appending(path: "Sources/Configuration")
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path())
    let others = ["DiagnosticCodes.swift", "ServiceKeywords.swift"]
    return try names.filter { name in name.hasSuffix(".swift") && !others.contains { name.hasSuffix($0) } }
        .map { try String(contentsOf: folder.appending(path: $0), encoding: .utf8) }.joined(separator: "\n")
}

@Suite struct DiagnosticCodeTests {
    private let documented = DiagnosticCodes.groups.flatMap(\.codes).map(\.code)

    @Test func `every code in the sources is documented, and none that is not there`() throws {
        let text = try sources()
        let used = Set(text.matches(of: /"([a-z0-9]+(?:-[a-z0-9]+)+)"/).map { String($0.1) })
        // Some keywords look like codes.
        let keywords = BlockKind.allCases.flatMap { KeywordTable.keywords(in: $0).map(\.name) }
        #expect(used.subtracting(documented).subtracting(keywords).sorted() == [])
        #expect(Set(documented).subtracting(used).sorted() == [])
    }

    @Test func `no code is documented twice`() {
        #expect(Set(documented).count == documented.count)
    }

    @Test func `the committed page of codes is current`() throws {
        let path = root.appending(path: "docs/reference/diagnostics.md")
        if ProcessInfo.processInfo.environment["UNDERSTUDY_REWRITE"] == "1" {
            try Data(DiagnosticCodes.page().utf8).write(to: path)
        }
        #expect(try String(contentsOf: path, encoding: .utf8) == DiagnosticCodes.page(), "UNDERSTUDY_REWRITE=1")
    }
}
