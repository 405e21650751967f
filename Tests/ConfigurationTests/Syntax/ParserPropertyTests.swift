import Configuration
import Foundation
import Testing

/// A small generator with a fixed sequence for each seed.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

@Suite struct ParserPropertyTests {
    private static let fragments: [String] = [
        "{", "}", "\"", "'", "\\", "\n", "\r\n", "#", "!", "@a ", "@^b ", "$X", "${X}", "$X=", "~SEQ(", "\t", " ",
        "include a\n", "include *\n", "includeb {a,b}\n", "vrrp_instance A {\n", "    priority 1\n", "global_defs", "é",
        "\u{FEFF}", "“", "\0", "\\#", "track_file x {\n", "\u{A0}", "${", "/", "100",
    ]

    private func check(_ bytes: [UInt8], _ seed: UInt64) {
        _ = Configuration.check(
            files: ["/etc/t.conf", "/etc/a"],
            reading: DictionaryReader(["/etc/t.conf": String(decoding: bytes, as: UTF8.self)]),
            configurationID: "a", host: FixedHost(), hostIsAuthoritative: true)
        var reader = DictionaryReader(["/etc/a": "x {\n", "/etc/b": "}\ninclude a\n"])
        reader.files["/etc/t.conf"] = bytes
        let result = parse(file: "/etc/t.conf", reading: reader, configurationID: "a")
        for diagnostic in result.diagnostics { expectInside(diagnostic.location, reader, seed) }
        walk(result.statements, reader, seed)
        let report = CheckReport(diagnostics: result.diagnostics, sources: result.sources)
        #expect(report.text.isEmpty == report.diagnostics.isEmpty)
    }

    private func expectInside(_ location: Configuration.SourceLocation, _ reader: DictionaryReader, _ seed: UInt64) {
        let lines = (reader.files[location.file] ?? []).split(separator: 0x0A, omittingEmptySubsequences: false)
        let isInside =
            location.column >= 1 && (1...max(1, lines.count)).contains(location.line)
            && location.column <= max(1, lines.isEmpty ? 0 : lines[location.line - 1].count)
        #expect(isInside, "\(location) is outside of its file, seed \(seed)")
    }

    /// Every plain word is found in the text at the place it names.
    private func walk(_ statements: [Statement], _ reader: DictionaryReader, _ seed: UInt64) {
        for statement in statements {
            for word in [statement.keyword] + statement.arguments {
                expectInside(word.location, reader, seed)
                let bytes = reader.files[word.location.file] ?? []
                let line = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)[word.location.line - 1]
                let text = String(decoding: line, as: UTF8.self).unicodeScalars
                let rest = text.dropFirst(word.location.column - 1)
                // What a name stands for is where the name stands.
                if rest.contains("$") { continue }
                if word.isQuoted {
                    #expect(rest.first == "\"" || "“”„".unicodeScalars.contains(rest.first ?? " "), "seed \(seed)")
                } else if !rest.contains("\\"), !word.text.contains("'") {
                    #expect(rest.starts(with: word.text.unicodeScalars), "\(word) in seed \(seed)")
                }
            }
            walk(statement.children ?? [], reader, seed)
        }
    }

    @Test func `survives random bytes`() {
        for seed in UInt64(0)..<300 {
            var random = SplitMix(state: seed)
            check(
                (0..<Int.random(in: 0...400, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) },
                seed)
        }
    }

    @Test func `survives random pieces of the language and locates them`() {
        for seed in 0..<UInt64(500 * thoroughness) {
            var random = SplitMix(state: seed)
            let count = Int.random(in: 0...60, using: &random)
            let text = (0..<count).map { _ in Self.fragments.randomElement(using: &random) ?? "" }.joined()
            check(Array(text.utf8), seed)
        }
    }

    @Test func `survives mutations of real files`() throws {
        let files = try corpusFiles()
        #expect(files.count > 50)
        for (index, file) in files.enumerated() {
            let original = Array(try Data(contentsOf: file))
            guard !original.isEmpty else { continue }
            for round in UInt64(0)..<8 {
                var random = SplitMix(state: UInt64(index) << 8 | round)
                var bytes = original
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    let place = Int.random(in: 0..<bytes.count, using: &random)
                    switch Int.random(in: 0..<3, using: &random) {
                    case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                    case 1:
                        bytes.insert(
                            contentsOf: Array((Self.fragments.randomElement(using: &random) ?? "").utf8), at: place)
                    default:
                        bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...40, using: &random)))
                    }
                    if bytes.isEmpty { bytes = [0x0A] }
                }
                check(bytes, random.state)
            }
        }
    }

    @Test func `reads pathological input in bounded time`() {
        let clock = ContinuousClock()
        let texts = [
            String(repeating: "{", count: 60000), String(repeating: "}", count: 60000),
            String(repeating: "${a", count: 20000), String(repeating: "\" ", count: 30000),
            String(repeating: "@x ", count: 20000), String(repeating: "vrrp_instance a {\n", count: 5000),
            String(repeating: "a {\n b\n", count: 5000), String(repeating: "$X=\\\n", count: 10000) + "\n}",
            "include " + String(repeating: "{a,", count: 2000),
        ]
        for text in texts {
            let elapsed = clock.measure {
                let result = parsed(text)
                #expect(!result.diagnostics.isEmpty)
                _ = CheckReport(diagnostics: result.diagnostics, sources: result.sources).text
            }
            #expect(elapsed < .seconds(20), "\(text.prefix(20))")
        }
    }
}

/// Every configuration file of the corpus.
func corpusFiles() throws -> [URL] {
    let corpus = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(
        path: "Corpus")
    return try ["valid", "invalid"].flatMap {
        try FileManager.default.contentsOfDirectory(at: corpus.appending(path: $0), includingPropertiesForKeys: nil)
    }.filter { $0.pathExtension == "conf" }.sorted { $0.path() < $1.path() }
}
