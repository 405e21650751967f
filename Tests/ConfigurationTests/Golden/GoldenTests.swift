import Configuration
import Foundation
import Testing

/// `UNDERSTUDY_REWRITE=1 swift test --filter GoldenTests` writes the expected diagnostics anew; read the difference
/// before you commit it.
@Suite struct GoldenTests {
    @Test(arguments: try CorpusFile.all("valid") + CorpusFile.all("invalid"))
    func `says exactly what it said before`(file: CorpusFile) throws {
        let report = try file.report()
        let text = report.text + report.summary + "\n"
        if ProcessInfo.processInfo.environment["UNDERSTUDY_REWRITE"] == "1" {
            try text.write(to: file.golden, atomically: true, encoding: .utf8)
        }
        #expect(text == (try String(contentsOf: file.golden, encoding: .utf8)))
    }

    @Test func `has no golden without its file`() throws {
        for folder in ["valid", "invalid"] {
            let urls = try FileManager.default.contentsOfDirectory(
                at: CorpusFile.corpus.appending(path: folder), includingPropertiesForKeys: nil)
            for url in urls where url.pathExtension == "diagnostics" {
                let source = url.deletingPathExtension().appendingPathExtension("conf")
                #expect(FileManager.default.fileExists(atPath: source.path()), "\(url.lastPathComponent)")
            }
        }
    }
}
