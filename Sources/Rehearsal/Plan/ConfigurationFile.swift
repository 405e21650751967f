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

    package var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

    /// The operator's file at `path`, as the host called `host` reads it.
    package init(path: String, host: String) {
        name = path
        self.path = LocalFiles.absolute(path) ?? path
        (model, diagnostics) = Self.resolve(path, DiskReader(), host)
    }

    /// A file that comes with the program.
    package init(name: String, text: String, host: String) {
        self.name = name
        self.text = text
        (model, diagnostics) = Self.resolve(name, TextReader(name: name, text: text), host)
    }

    private static func resolve(
        _ file: String, _ reader: any SourceReader, _ host: String
    ) -> (Model, [Diagnostic]) {
        let parsed = parse(file: file, reading: reader, configurationID: host)
        let resolved = Configuration.resolve(parsed.statements, file: file)
        return (resolved.model, parsed.diagnostics + resolved.diagnostics)
    }
}

/// Files on the disk.
struct DiskReader: SourceReader {
    func read(_ path: String) -> Result<[UInt8], ReadFailure> {
        do throws(SystemError) {
            return .success(try LocalFiles.read(path))
        } catch {
            // Which file it was, the parser says itself.
            return .failure(ReadFailure(String(error.description.dropFirst(error.operation.count + 2))))
        }
    }

    func glob(_ pattern: String) -> [String] { LocalFiles.matching(pattern) }

    func isIncludable(_ path: String) -> Bool { LocalFiles.isPlainFile(path) && !LocalFiles.isProgram(path) }
}

/// One text and no other files.
struct TextReader: SourceReader {
    var name: String
    var text: String

    func read(_ path: String) -> Result<[UInt8], ReadFailure> {
        path == name ? .success(Array(text.utf8)) : .failure(ReadFailure("No such file or directory"))
    }

    func glob(_ pattern: String) -> [String] { [] }

    func isIncludable(_ path: String) -> Bool { path == name }
}
