import Configuration
import Foundation
import Testing

/// A file of the corpus, checked on the fixed host with the supporting files where keepalived would have them.
struct CorpusFile: CustomTestStringConvertible {
    static let corpus = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Corpus")

    let url: URL
    var name: String { url.lastPathComponent }
    var testDescription: String { name }
    /// What `check` is expected to say about it, word for word.
    var golden: URL { url.deletingPathExtension().appendingPathExtension("diagnostics") }

    static func all(_ folder: String) throws -> [CorpusFile] {
        try FileManager.default.contentsOfDirectory(
            at: corpus.appending(path: folder), includingPropertiesForKeys: nil
        )
        .filter { $0.pathExtension == "conf" }.sorted { $0.path() < $1.path() }.map { CorpusFile(url: $0) }
    }

    /// As `understudy check` without options, or as with `--host`.
    func report(hostIsAuthoritative: Bool = false) throws -> CheckReport {
        check(
            files: [name], reading: try reader(), configurationID: "lb1", host: FixedHost(),
            hostIsAuthoritative: hostIsAuthoritative)
    }

    /// What the file means, as far as it could be understood.
    func model() throws -> Model {
        check(
            file: name, reading: try reader(), configurationID: "lb1", host: nil, hostIsAuthoritative: false
        ).model
    }

    /// The file with another text in its place.
    func checked(_ text: [UInt8]) throws -> CheckedFile {
        var reader = try reader()
        reader.files[name] = text
        return check(file: name, reading: reader, configurationID: "lb1", host: nil, hostIsAuthoritative: false)
    }

    private func reader() throws -> DictionaryReader {
        var reader = DictionaryReader()
        reader.files[name] = Array(try Data(contentsOf: url))
        let support = Self.corpus.appending(path: "support")
        let paths = FileManager.default.enumerator(atPath: support.path())?.compactMap { $0 as? String } ?? []
        for path in paths {
            let file = support.appending(path: path)
            if let bytes = FileManager.default.contents(atPath: file.path()) {
                reader.files["/etc/keepalived/\(path)"] = Array(bytes)
            }
        }
        return reader
    }
}
