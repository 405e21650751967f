/// What the daemon says to one request: one line of JSON.
///
/// Every answer says when it was true and who gave it, so that one that was kept cannot pass for the present.
package struct Answer: Codable, Equatable, Sendable {
    package var version = Request.currentVersion
    /// The request's.
    package var id: Int?
    /// When this was true.
    package var at: Timestamp
    package var daemon: DaemonIdentity

    /// Exactly one of the following is there.
    package var error: Problem?
    package var status: Status?
    package var history: [HistoryRecord]?
    package var switchover: [SwitchoverReport]?
    package var standby: StandbyReport?
    package var reload: ReloadReport?
    package var upgrade: UpgradeReport?

    package init(at: Timestamp, daemon: DaemonIdentity, id: Int? = nil) {
        self.at = at
        self.daemon = daemon
        self.id = id
    }
}

/// What an upgrade does.
package struct UpgradeReport: Codable, Equatable, Sendable {
    /// The version that makes room.
    package var from: String
    /// The version that went on; nil while it is not known.
    package var to: String?

    package init(from: String, to: String? = nil) {
        self.from = from
        self.to = to
    }
}

/// Which process answers.
package struct DaemonIdentity: Codable, Equatable, Sendable {
    package var pid: Int
    package var version: String
    /// When the daemon was started, whatever has become of its processes since.
    package var startedAt: Timestamp
    package var uptimeSeconds: Double
    package var configuration: String
    /// Why the program that was asked to take this one's place did not; missing when nothing went wrong.
    package var upgradeFailure: String?
    /// Since when the process that answers has the place of another one, which ``replaced`` describes.
    ///
    /// Its counters begin there. Missing while it is the first.
    package var processStartedAt: Timestamp?
    package var replaced: String?

    package init(pid: Int, version: String, startedAt: Timestamp, uptimeSeconds: Double, configuration: String) {
        self.pid = pid
        self.version = version
        self.startedAt = startedAt
        self.uptimeSeconds = uptimeSeconds
        self.configuration = configuration
    }
}

/// Why a request was refused; nothing was changed then unless the sentence says so.
package struct Problem: Error, Codable, Equatable, Sendable {
    /// For programs; an interface.
    package enum Code: String, Codable, Sendable, CaseIterable {
        case malformed
        case unsupportedVersion = "unsupported_version"
        case unknownRequest = "unknown_request"
        case unknownInstance = "unknown_instance"
        /// The client may not do this.
        case notPermitted = "not_permitted"
        /// Too many clients, too long a line, or the same thing under way already.
        case busy
        /// The instance is not in a state in which this makes sense.
        case wrongState = "wrong_state"
        /// It was tried and undone: nobody took over.
        case notTaken = "not_taken"
        /// The new configuration has errors.
        case configuration
        /// The system refused.
        case system
    }

    package var code: Code
    /// One or more sentences for people: what is wrong and what to do.
    package var message: String
    /// More of them: diagnostics of a refused configuration.
    package var details: [String]?

    package init(_ code: Code, _ message: String, details: [String]? = nil) {
        self.code = code
        self.message = message
        self.details = details
    }
}

/// How one switch-over went.
package struct SwitchoverReport: Codable, Equatable, Sendable {
    package enum Outcome: String, Codable, Sendable, CaseIterable {
        /// Someone else has the addresses now.
        case handedOver = "handed_over"
        /// They were with someone else before.
        case alreadyElsewhere = "already_elsewhere"
        /// Nobody took over; the addresses never left.
        case undone
        /// It ended otherwise: `detail` says how.
        case interrupted
    }
    package var instance: String
    package var outcome: Outcome
    /// Who has the addresses; nil when that is not known.
    package var successor: String?
    /// What was known beforehand of anyone who could take over, in words.
    package var preflight: String
    package var detail: String
    /// From our resignation until the successor's first advert.
    package var heardAfterSeconds: Double?
    /// Until it had announced every address; nil when that was not seen.
    package var announcedAfterSeconds: Double?
    /// Until the addresses were removed here.
    package var releasedAfterSeconds: Double?

    package init(instance: String, outcome: Outcome, successor: String?, preflight: String, detail: String) {
        self.instance = instance
        self.outcome = outcome
        self.successor = successor
        self.preflight = preflight
        self.detail = detail
    }
}

/// What became of a `standby` or `resume` request.
package struct StandbyReport: Codable, Equatable, Sendable {
    /// Maintenance as it is now; nil when there is none.
    package var standby: Standby?
    /// False when the host is still active somewhere although maintenance was asked for, or when it could not be kept on
    /// the disk; nil where nothing was asked for.
    package var isComplete: Bool?
    /// What happened, and what happens next, a sentence for each instance.
    package var sentences: [String]

    package init(standby: Standby?, isComplete: Bool?, sentences: [String]) {
        self.standby = standby
        self.isComplete = isComplete
        self.sentences = sentences
    }
}

/// Maintenance mode: this host is the last that takes an address.
package struct Standby: Codable, Equatable, Sendable {
    package var since: Timestamp
    /// Nil: until `resume`.
    package var until: Timestamp?

    package init(since: Timestamp, until: Timestamp?) {
        self.since = since
        self.until = until
    }

    /// Milliseconds until it ends by itself, 0 when it has ended; nil when it does not.
    ///
    /// By the wall clock, which may be set: ask again from time to time.
    package func remaining(at wall: Timestamp) -> Int? { until.map { max(0, $0.milliseconds - wall.milliseconds) } }
}

/// What a reload changes.
package struct ReloadReport: Codable, Equatable, Sendable {
    /// False for a dry run, and when nothing had to be changed.
    package var applied: Bool
    /// A line for each difference: `instance VI_1: priority 101 -> 90`.
    package var changes: [String]
    /// What it means for each instance that is active here or changes.
    package var consequences: [Consequence]
    /// What is doubtful about the new configuration.
    package var warnings: [String]

    package struct Consequence: Codable, Equatable, Sendable {
        package var instance: String
        /// True when addresses leave this host because of the reload itself, or probably soon after.
        package var givesUpAddresses: Bool
        package var sentence: String
        /// Checks of which nothing is known yet: if one of them fails, addresses leave too.
        ///
        /// Nil for none.
        package var unlessFails: [String]?

        package init(instance: String, givesUpAddresses: Bool, sentence: String) {
            self.instance = instance
            self.givesUpAddresses = givesUpAddresses
            self.sentence = sentence
        }
    }

    package init(applied: Bool, changes: [String], consequences: [Consequence], warnings: [String]) {
        self.applied = applied
        self.changes = changes
        self.consequences = consequences
        self.warnings = warnings
    }
}
