import Configuration
import Foundation
import Testing

/// The members that the schema of SARIF 2.1.0 requires, and what the services ask for that read it.
@Suite struct `The report as SARIF` {
    private typealias Object = [String: Any]

    private func log(_ report: CheckReport) throws -> Object {
        let data = Data(report.sarif(version: "1.2.3").utf8)
        return try #require(try JSONSerialization.jsonObject(with: data) as? Object)
    }

    private func text(_ message: Any?) -> String? { (message as? Object)?["text"] as? String }

    private func place(_ location: Object) throws -> (uri: String, line: Int, column: Int) {
        let physical = try #require(location["physicalLocation"] as? Object)
        let artifact = try #require(physical["artifactLocation"] as? Object)
        let region = try #require(physical["region"] as? Object)
        return (
            try #require(artifact["uri"] as? String), try #require(region["startLine"] as? Int),
            try #require(region["startColumn"] as? Int)
        )
    }

    @Test(arguments: try CorpusFile.all("invalid") + CorpusFile.all("valid"))
    func `has what is required, and each diagnostic in its place`(file: CorpusFile) throws {
        let report = try file.report()
        let log = try log(report)
        #expect(log["version"] as? String == "2.1.0")
        #expect((log["$schema"] as? String)?.hasSuffix("sarif-schema-2.1.0.json") == true)
        let runs = try #require(log["runs"] as? [Object])
        #expect(runs.count == 1)
        let driver = try #require((runs[0]["tool"] as? Object)?["driver"] as? Object)
        #expect(driver["name"] as? String == "understudy" && driver["version"] as? String == "1.2.3")
        #expect(runs[0]["columnKind"] as? String == "unicodeCodePoints")
        let rules = try #require(driver["rules"] as? [Object])
        let ids = rules.compactMap { $0["id"] as? String }
        #expect(Set(ids) == Set(report.diagnostics.map(\.code)) && ids.count == rules.count)
        for rule in rules {
            #expect(text(rule["shortDescription"])?.isEmpty == false && text(rule["help"])?.isEmpty == false)
        }
        let results = try #require(runs[0]["results"] as? [Object])
        #expect(results.count == report.diagnostics.count)
        for (result, diagnostic) in zip(results, report.diagnostics) {
            #expect(result["ruleId"] as? String == diagnostic.code)
            #expect(ids[try #require(result["ruleIndex"] as? Int)] == diagnostic.code)
            #expect(result["level"] as? String == diagnostic.severity.rawValue)
            #expect(text(result["message"])?.hasPrefix(diagnostic.message) == true)
            let locations = try #require(result["locations"] as? [Object])
            let found = try place(try #require(locations.first))
            #expect(found.line == diagnostic.location.line && found.column == diagnostic.location.column)
        }
    }

    @Test func `names the other place of a definition, and paths as URIs`() throws {
        let reader = DictionaryReader([
            "/etc/a b.conf": "$X= \\\n    priority 999\nvrrp_instance A {\n    $X\n}\n", "ü.conf": "priority x\n",
        ])
        let report = Configuration.check(
            files: ["/etc/a b.conf"], reading: reader, configurationID: "x", host: nil, hostIsAuthoritative: false)
        let results = try #require((try log(report)["runs"] as? [Object])?[0]["results"] as? [Object])
        let result = try #require(results.first { $0["ruleId"] as? String == "out-of-range" })
        let location = try place(try #require((result["locations"] as? [Object])?.first))
        #expect(location == ("file:///etc/a%20b.conf", 2, 14))
        let related = try #require(result["relatedLocations"] as? [Object])
        #expect(try place(related[0]) == ("file:///etc/a%20b.conf", 4, 5))
        #expect(text(related[0]["message"]) == "read because of $X at /etc/a b.conf:4:5")
        let other = Configuration.check(
            files: ["ü.conf"], reading: reader, configurationID: "x", host: nil, hostIsAuthoritative: false)
        let first = try #require(((try log(other)["runs"] as? [Object])?[0]["results"] as? [Object])?.first)
        #expect(try place(try #require((first["locations"] as? [Object])?.first)).uri == "%C3%BC.conf")
    }
}
