internal import Configuration
internal import LinuxKernel

/// The files behind a configuration, as they were when it was read.
struct SourceSnapshot: SourceReader, Equatable {
    var files: [String: [UInt8]] = [:]
    var matches: [String: [String]] = [:]
    var includable: Set<String> = []

    func read(_ path: String) -> Result<[UInt8], ReadFailure> {
        files[path].map { .success($0) } ?? .failure(ReadFailure("No such file or directory"))
    }

    func glob(_ pattern: String) -> [String] { matches[pattern] ?? [] }
    func isIncludable(_ path: String) -> Bool { includable.contains(path) }
    var credentialsDirectory: String? { environmentVariable("CREDENTIALS_DIRECTORY") }
    func environment(_ name: String) -> String? { environmentVariable(name) }
    var workingDirectory: String { currentDirectory() ?? "/" }

    init() {}

    var octets: [UInt8] {
        var writer = OctetWriter()
        writer.put(UInt64(files.count))
        for (path, content) in files.sorted(by: { $0.key < $1.key }) {
            writer.put(path)
            writer.put(content)
        }
        writer.put(UInt64(matches.count))
        for (pattern, paths) in matches.sorted(by: { $0.key < $1.key }) {
            writer.put(pattern)
            writer.put(UInt64(paths.count))
            for path in paths { writer.put(path) }
        }
        writer.put(UInt64(includable.count))
        for path in includable.sorted() { writer.put(path) }
        return writer.octets
    }

    init?(_ octets: [UInt8]) {
        var reader = OctetReader(octets)
        var rest = reader.number()
        while rest > 0, !reader.isDamaged {
            files[reader.text()] = reader.bytes()
            rest -= 1
        }
        rest = reader.number()
        while rest > 0, !reader.isDamaged {
            let pattern = reader.text()
            var paths: [String] = []
            var count = reader.number()
            while count > 0, !reader.isDamaged {
                paths.append(reader.text())
                count -= 1
            }
            matches[pattern] = paths
            rest -= 1
        }
        rest = reader.number()
        while rest > 0, !reader.isDamaged {
            includable.insert(reader.text())
            rest -= 1
        }
        if reader.isDamaged { return nil }
    }
}

/// Reads through another reader and remembers what it gave.
final class SnapshotTaker: SourceReader {
    private let base: any SourceReader
    private(set) var taken = SourceSnapshot()

    init(_ base: any SourceReader) { self.base = base }

    func read(_ path: String) -> Result<[UInt8], ReadFailure> {
        let result = base.read(path)
        if case .success(let content) = result { taken.files[path] = content }
        return result
    }

    func permissions(of path: String) -> UInt32? { base.permissions(of: path) }
    var credentialsDirectory: String? { base.credentialsDirectory }
    func environment(_ name: String) -> String? { base.environment(name) }
    var workingDirectory: String { base.workingDirectory }
    var expandedLineLimit: Int { base.expandedLineLimit }

    func glob(_ pattern: String) -> [String] {
        let paths = base.glob(pattern)
        taken.matches[pattern] = paths
        return paths
    }

    func isIncludable(_ path: String) -> Bool {
        let answer = base.isIncludable(path)
        if answer { taken.includable.insert(path) }
        return answer
    }
}
