/// Something that happened, with its cause, as it is kept across restarts: one line of JSON in the history file.
package struct HistoryRecord: Codable, Equatable, Sendable {
    package enum Event: String, Codable, Sendable, CaseIterable {
        case becameActive = "became_active"
        case becameStandby = "became_standby"
        case faulted
        case waiting
        case resigned
        /// A switch-over was undone.
        case remainedActive = "remained_active"
        case stopped
        /// Somebody of lower claim advertised while we were active.
        case contested
        /// A standby was told that the active router leaves, or was not told the truth.
        case resignationHeard = "resignation_heard"
        /// Somebody else on the link said that it has an address of ours.
        case twoOwners = "two_owners"
        /// Nobody says so any more.
        case oneOwner = "one_owner"
        /// Somebody removed an address of ours, and it was put back.
        case addressRestored = "address_restored"
        case priorityChanged = "priority_changed"
        case daemonStarted = "daemon_started"
        case daemonStopped = "daemon_stopped"
        /// The daemon's working process was replaced, and the new one went on where the old one ended.
        case processReplaced = "process_replaced"
        /// It could not be replaced any more, and the daemon ended.
        case gaveUp = "gave_up"
        /// No standby has been heard for a while, or one is heard again (`standby_notice`).
        case standbyMissing = "standby_missing"
        case standbyPresent = "standby_present"
        /// The daemon, or the whole machine, stood still for a while.
        case wasAway = "was_away"
        case reloaded
        case reloadRefused = "reload_refused"
        case standbyOn = "standby_on"
        case standbyOff = "standby_off"
    }

    package var at: Timestamp
    /// Counts up over all restarts.
    package var sequence: Int
    /// Tells boots of the host apart.
    package var boot: String?
    /// Nil for what concerns the daemon as a whole.
    package var instance: String?
    package var event: Event
    package var from: RouterState?
    package var to: RouterState?
    /// One sentence.
    package var cause: String
    /// The other router that had a part in it.
    package var peer: String?
    package var priority: Int?
    /// How long each step took, in order.
    package var phases: [Phase]

    package struct Phase: Codable, Equatable, Sendable {
        package var name: String
        package var seconds: Double
        package init(_ name: String, seconds: Double) {
            self.name = name
            self.seconds = seconds
        }
    }

    package init(
        at: Timestamp, sequence: Int, boot: String?, instance: String?, event: Event, cause: String
    ) {
        self.at = at
        self.sequence = sequence
        self.boot = boot
        self.instance = instance
        self.event = event
        self.cause = cause
        phases = []
    }
}
