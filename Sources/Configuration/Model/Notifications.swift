public import VRRPCore

/// A command that is run when something happens, and as whom.
public struct NotifyCommand: Equatable, Sendable {
    /// The command line as split by the language's quoting rules; the first word is the program.
    public var command: [String]
    /// The command as written, for messages.
    public var text: String
    public var location: SourceLocation
    /// Nil means `script_user`.
    public var user: UserName?

    public init(command: [String], text: String, location: SourceLocation, user: UserName? = nil) {
        self.command = command
        self.text = text
        self.location = location
        self.user = user
    }

    /// True when both run the same thing, wherever they were written.
    public func means(_ other: NotifyCommand) -> Bool { command == other.command && user == other.user }
}

/// Who is told of the changes of an instance or a group: the `notify` keywords of its block.
public struct Notifications: Equatable, Sendable {
    /// What a command can be given for, in the order of the reference page.
    public enum Occasion: String, CaseIterable, Sendable {
        case master = "notify_master"
        case backup = "notify_backup"
        case fault = "notify_fault"
        case stop = "notify_stop"
        case deleted = "notify_deleted"
        case lowerPriorityHeard = "notify_master_rx_lower_pri"
        /// On every change of state, after the one above.
        case everyChange = "notify"

        /// When that is, in words.
        public var inWords: String {
            switch self {
            case .master: "on becoming MASTER"
            case .backup: "on becoming BACKUP"
            case .fault: "on becoming FAULT"
            case .stop: "when the daemon stops"
            case .deleted: "when a reload removes the instance"
            case .lowerPriorityHeard: "when a MASTER of a lower priority is heard"
            case .everyChange: "on any change of state"
            }
        }
    }

    public var commands: [Occasion: NotifyCommand] = [:]
    /// `notify_deleted`, with a command or without: a removed instance is DELETED, else FAULT.
    public var saysDeleted = false
    /// `notify_priority_changes`: changes of priority are written to the FIFOs.
    public var priorityChanges = false
    /// The block says so itself; what a group says is for members that do not.
    var hasOwnPriorityChanges = false
    /// `smtp_alert`: mail is sent on changes of state.
    public var sendsMail = false
    /// `notify_timeout`: how long one command may run.
    public var timeout = Self.usualTimeout

    /// Longer than a cloud's interface usually takes, and short enough for the next state to be told the same day.
    public static let usualTimeout = Interval.seconds(60)

    public init() {}

    /// The commands in the order of the occasions.
    public var inOrder: [(occasion: Occasion, command: NotifyCommand)] {
        Occasion.allCases.compactMap { occasion in commands[occasion].map { (occasion, $0) } }
    }
}

/// A named pipe that changes are written to: `notify_fifo` or `vrrp_notify_fifo`, and its reader.
public struct NotifyFIFO: Equatable, Sendable {
    public var path: String
    /// Whose pipe it is when it has to be made; nil means `script_user`.
    public var owner: UserName?
    public var location: SourceLocation
    /// The program that reads it, with the path added as its last argument; nil when it is read by others.
    public var reader: NotifyCommand?

    public init(path: String, owner: UserName?, location: SourceLocation, reader: NotifyCommand? = nil) {
        self.path = path
        self.owner = owner
        self.location = location
        self.reader = reader
    }

    /// True when both are the same pipe with the same reader, wherever they were written.
    public func means(_ other: NotifyFIFO) -> Bool {
        guard path == other.path, owner == other.owner else { return false }
        guard let reader, let another = other.reader else { return (reader == nil) == (other.reader == nil) }
        return reader.means(another)
    }
}
