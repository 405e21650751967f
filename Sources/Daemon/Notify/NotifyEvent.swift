internal import Configuration

/// keepalived's words for what commands and pipes are told.
///
/// An interface: docs/design/0015-notify.md lists them.
enum NotifyWord: String, CaseIterable {
    case master = "MASTER"
    case backup = "BACKUP"
    case fault = "FAULT"
    case stop = "STOP"
    case deleted = "DELETED"
    case lowerPriorityHeard = "MASTER_RX_LOWER_PRI"

    /// True when it says what somebody is now; false when something happened while it is the same.
    var isState: Bool { self != .lowerPriorityHeard }
}

/// One thing that has to be told.
struct NotifyEvent: Equatable {
    var word: NotifyWord
    /// The state before; nil for the first one.
    var previous: NotifyWord?
    /// Counts what was told about one instance or group; a gap says that something was overtaken.
    var sequence: UInt64
    var priority: Int
    /// One sentence: why.
    var cause: String
    /// The address of the Active Router, as far as it is known.
    var active: String?
    /// A reload removed the instance.
    var isRemoval = false

    /// What it is an occasion for, in the order in which commands are run.
    ///
    /// keepalived: an instance that a reload removed is FAULT, which only the command for every change is told.
    var occasions: [Notifications.Occasion] {
        switch word {
        case .master: [.master, .everyChange]
        case .backup: [.backup, .everyChange]
        case .fault: isRemoval ? [.everyChange] : [.fault, .everyChange]
        case .stop: [.stop, .everyChange]
        case .deleted: [.deleted, .everyChange]
        case .lowerPriorityHeard: [.lowerPriorityHeard]
        }
    }
}

/// A command that runs, by what tells it from every other process.
struct RunningCommand: Equatable {
    var pid: Int32
    var startTime: UInt64
}

// MARK: - For a successor of this process

extension NotifyEvent {
    /// Sentences are cut so that everything about one queue fits into its place.
    private static let longestCause = 400

    func write(to writer: inout OctetWriter) {
        writer.put(word.rawValue)
        writer.put(previous?.rawValue ?? "")
        writer.put(sequence)
        writer.put(UInt64(priority))
        writer.put(Array(cause.utf8.prefix(Self.longestCause)))
        writer.put(active ?? "")
        writer.put(isRemoval)
    }

    init?(from reader: inout OctetReader) {
        let word = NotifyWord(rawValue: reader.text())
        let previous = NotifyWord(rawValue: reader.text())
        let (sequence, priority) = (reader.number(), reader.number())
        let (cause, active, isRemoval) = (reader.text(), reader.text(), reader.flag())
        guard !reader.isDamaged, let word else { return nil }
        self.init(
            word: word, previous: previous, sequence: sequence, priority: Int(clamping: priority), cause: cause,
            active: active.isEmpty ? nil : active, isRemoval: isRemoval)
    }
}
