/// Where a piece of configuration was written.
///
/// Lines and columns count from 1; columns count characters.
public struct SourceLocation: Hashable, Sendable {
    public var file: String
    public var line: Int
    public var column: Int
    public init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }
}

extension SourceLocation: CustomStringConvertible {
    public var description: String { "\(file):\(line):\(column)" }
}

/// Something to tell the operator about a file, as a value: collected by the parser, printed by whoever asked.
public struct Diagnostic: Hashable, Sendable {
    public enum Severity: String, Comparable, Sendable {
        /// Worth knowing; changes nothing about the exit code.
        case note
        /// It runs, but probably not as meant.
        case warning
        /// It would not run, or would not protect.
        case error

        private var rank: Int {
            switch self {
            case .note: 0
            case .warning: 1
            case .error: 2
            }
        }
        public static func < (lhs: Self, rhs: Self) -> Bool { lhs.rank < rhs.rank }
    }

    public var severity: Severity
    /// A stable machine-readable name, such as `unknown-keyword`.
    ///
    /// An interface: documented, not changed casually.
    public var code: String
    public var location: SourceLocation
    /// What is wrong, quoting the offending text.
    public var message: String
    /// What would happen if it were run like this.
    public var consequence: String?
    /// The line or command that mends it.
    public var fix: String?
    /// The line holds a secret: it is not shown with the diagnostic.
    public var isAboutSecret = false

    public init(
        _ severity: Severity, _ code: String, at location: SourceLocation, _ message: String,
        consequence: String? = nil, fix: String? = nil
    ) {
        self.severity = severity
        self.code = code
        self.location = location
        self.message = message
        self.consequence = consequence
        self.fix = fix
    }
}
