/// Where a piece of configuration was written.
///
/// Lines and columns count from 1; columns count characters. There is one for each word of a file, so it is small.
public struct SourceLocation: Hashable, Sendable {
    /// What places have in common.
    final class Origin: Hashable, Sendable {
        let file: String
        let relation: Relation?

        init(_ file: String, _ relation: Relation? = nil) {
            self.file = file
            self.relation = relation
        }

        static func == (left: Origin, right: Origin) -> Bool {
            left === right || (left.file == right.file && left.relation == right.relation)
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(file)
            hasher.combine(relation)
        }
    }

    private(set) var origin: Origin
    private var lineNumber: UInt32
    private var columnNumber: UInt32

    public var file: String { origin.file }
    public var line: Int { Int(lineNumber) }
    public var column: Int {
        get { Int(columnNumber) }
        set { columnNumber = UInt32(clamping: newValue) }
    }
    /// The other place that matters when a definition is involved.
    public var relation: Relation? {
        get { origin.relation }
        set { origin = Origin(origin.file, newValue) }
    }

    public init(file: String, line: Int, column: Int) {
        self.init(in: Origin(file), line: line, column: column)
    }

    init(in origin: Origin, line: Int, column: Int) {
        self.origin = origin
        lineNumber = UInt32(clamping: line)
        columnNumber = UInt32(clamping: column)
    }

    /// The same place, with one more thing to know about it; what was known before comes after it.
    func related(_ relation: Relation) -> SourceLocation {
        var location = self
        location.relation = self.relation.map { relation.followed(by: $0) } ?? relation
        return location
    }
}

extension SourceLocation: CustomStringConvertible {
    public var description: String { "\(file):\(line):\(column)" }
}

/// How a place came to be read as it is: by a definition that is elsewhere, or by a use that is.
public final class Relation: Hashable, Sendable {
    public enum Kind: String, Sendable {
        /// The text stands at `place`; what counts is its use, at the location that this belongs to.
        case definition
        /// The text stands at the location that this belongs to, and is read because of what stands at `place`.
        case use
    }

    public let kind: Kind
    /// The name with its `$`.
    public let name: String
    /// Its own relation is that of what is used within definitions.
    public let place: SourceLocation

    init(_ kind: Kind, of name: String, at place: SourceLocation) {
        self.kind = kind
        self.name = name
        self.place = place
    }

    /// This relation, and then another.
    fileprivate func followed(by next: Relation) -> Relation {
        var place = place
        place.relation = place.relation.map { $0.followed(by: next) } ?? next
        return Relation(kind, of: name, at: place)
    }

    /// This one and those behind it.
    public var chain: [Relation] { [self] + (place.relation?.chain ?? []) }

    public static func == (left: Relation, right: Relation) -> Bool {
        left.kind == right.kind && left.name == right.name && left.place == right.place
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(kind)
        hasher.combine(name)
        hasher.combine(place)
    }
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

    private struct Contents: Hashable, Sendable {
        var severity: Severity
        var code: String
        var location: SourceLocation
        var message: String
        var consequence: String?
        var fix: String?
        var passesKeepalived: Bool?
        var isAboutSecret = false
    }

    /// There may be tens of thousands of them, which are sorted, folded and kept in sets: the copies are references.
    private indirect enum Box: Hashable, Sendable { case holding(Contents) }

    private var box: Box
    private var contents: Contents {
        get {
            switch box {
            case .holding(let contents): contents
            }
        }
        set { box = .holding(newValue) }
    }

    public var severity: Severity {
        get { contents.severity }
        set { contents.severity = newValue }
    }
    /// A stable machine-readable name, such as `unknown-keyword`.
    ///
    /// An interface: documented, not changed casually.
    public var code: String { contents.code }
    public var location: SourceLocation {
        get { contents.location }
        set { contents.location = newValue }
    }
    /// What is wrong, quoting the offending text.
    public var message: String {
        get { contents.message }
        set { contents.message = newValue }
    }
    /// What would happen if it were run like this.
    public var consequence: String? {
        get { contents.consequence }
        set { contents.consequence = newValue }
    }
    /// The line or command that mends it.
    public var fix: String? {
        get { contents.fix }
        set { contents.fix = newValue }
    }
    /// Whether `keepalived -t` passes it, where the code alone does not tell.
    var passesKeepalived: Bool? {
        get { contents.passesKeepalived }
        set { contents.passesKeepalived = newValue }
    }
    /// The line holds a secret: it is not shown with the diagnostic.
    public var isAboutSecret: Bool {
        get { contents.isAboutSecret }
        set { contents.isAboutSecret = newValue }
    }

    public init(
        _ severity: Severity, _ code: String, at location: SourceLocation, _ message: String,
        consequence: String? = nil, fix: String? = nil
    ) {
        box = .holding(
            Contents(
                severity: severity, code: code, location: location, message: message, consequence: consequence, fix: fix
            ))
    }
}
