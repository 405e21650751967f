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
    /// The permission bits of the file at `path`; nil when they are not known.
    func permissions(of path: String) -> UInt32?
    /// Which file a path leads to; two paths with one identity are two names of one file. Nil when that is not known.
    func identity(of path: String) -> FileIdentity?
    /// Where the service manager has put the credentials of the service; nil when it has not.
    var credentialsDirectory: String? { get }
    /// The value of an environment variable, for `${_ENV NAME}`.
    func environment(_ name: String) -> String?
    /// Where names of files that do not begin with `/` begin, for `${_PWD}`.
    var workingDirectory: String { get }
    /// How many lines templates and definitions may make; a bound so that a slip of the finger ends.
    var expandedLineLimit: Int { get }
}

extension SourceReader {
    public func permissions(of path: String) -> UInt32? { nil }
    public func identity(of path: String) -> FileIdentity? { nil }
    public var credentialsDirectory: String? { nil }
    public func environment(_ name: String) -> String? { nil }
    public var workingDirectory: String { "/" }
    public var expandedLineLimit: Int { 1_000_000 }
}

/// A file as the system knows it, by whatever name it was found.
public struct FileIdentity: Hashable, Sendable {
    public var device: UInt64
    public var inode: UInt64

    public init(device: UInt64, inode: UInt64) {
        self.device = device
        self.inode = inode
    }
}

/// Why a file cannot be read.
public struct ReadFailure: Error, Equatable, Sendable {
    public var reason: String
    public init(_ reason: String) { self.reason = reason }
}
