/// How the parser gets at files.
///
/// The system is somebody else's business: the daemon and the command read the disk,
/// tests a dictionary.
public protocol SourceReader {
    /// The whole content of the file at `path`, or why it cannot be had, in words (`No such file or directory`).
    func read(_ path: String) -> Result<[UInt8], ReadFailure>
    /// The paths that match a glob(3) pattern with brace expansion, sorted; no match is an empty list.
    func glob(_ pattern: String) -> [String]
    /// Whether `path` is a regular file without any execute permission, which is what an include may read.
    func isIncludable(_ path: String) -> Bool
}

/// Why a file cannot be read.
public struct ReadFailure: Error, Equatable, Sendable {
    public var reason: String
    public init(_ reason: String) { self.reason = reason }
}
