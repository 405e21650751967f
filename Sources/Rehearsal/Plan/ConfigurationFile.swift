package import Configuration
internal import LinuxKernel

/// A file of one host, read and resolved.
package struct ConfigurationFile {
    /// As given, for messages.
    package var name: String
    /// Where the daemon finds it; nil when it is `text` and has to be written first.
    package var path: String?
    package var text: String?
    package var model: Model
    package var diagnostics: [Diagnostic]
    /// The texts that the diagnostics are about.
    package var sources: [SourceText]

    /// The operator's file at `path`, as the host called `host` reads it.
    package init(path: String, host: String, reading reader: any SourceReader) {
        name = path
        self.path = LocalFiles.absolute(path) ?? path
        let checked = check(
            file: path, reading: reader, configurationID: host, host: nil, hostIsAuthoritative: false)
        (model, diagnostics, sources) = (checked.model, checked.diagnostics, checked.parsed.sources)
    }

    /// A file that comes with the program.
    package init(name: String, text: String, host: String) {
        self.name = name
        self.text = text
        let reader = TextReader(name: name, text: text)
        let checked = check(
            file: name, reading: reader, configurationID: host, host: nil, hostIsAuthoritative: false)
        (model, diagnostics, sources) = (checked.model, checked.diagnostics, checked.parsed.sources)
    }

    /// The guide's two files.
    package static var examples: [ConfigurationFile] {
        [
            ConfigurationFile(name: Examples.activeName, text: Examples.active, host: "lb1"),
            ConfigurationFile(name: Examples.standbyName, text: Examples.standby, host: "lb2"),
        ]
    }
}

/// One text and no other files.
private struct TextReader: SourceReader {
    var name: String
    var text: String

    func read(_ path: String) -> Result<[UInt8], ReadFailure> {
        path == name ? .success(Array(text.utf8)) : .failure(ReadFailure("No such file or directory"))
    }

    func glob(_ pattern: String) -> [String] { [] }

    func isIncludable(_ path: String) -> Bool { path == name }
}
