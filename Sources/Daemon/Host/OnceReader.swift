package import Configuration

/// Reads each pipe once, because what comes out of it cannot be read again (`check <(ssh lb1 cat ...)`).
package final class OnceReader: SourceReader {
    private let base: any SourceReader
    private var known: [String: Result<[UInt8], ReadFailure>] = [:]

    package init(_ base: any SourceReader) { self.base = base }

    package func read(_ path: String) -> Result<[UInt8], ReadFailure> {
        if let known = known[path] { return known }
        let result = base.read(path)
        // Of others there is no need to keep what they hold.
        if path.hasPrefix("/dev/") || path.hasPrefix("/proc/") { known[path] = result }
        return result
    }

    package func permissions(of path: String) -> UInt32? { base.permissions(of: path) }
    package func identity(of path: String) -> FileIdentity? { base.identity(of: path) }
    package var credentialsDirectory: String? { base.credentialsDirectory }
    package func environment(_ name: String) -> String? { base.environment(name) }
    package var workingDirectory: String { base.workingDirectory }
    package var expandedLineLimit: Int { base.expandedLineLimit }
    package func glob(_ pattern: String) -> [String] { base.glob(pattern) }
    package func isIncludable(_ path: String) -> Bool { base.isIncludable(path) }
}
