internal import Control
internal import VRRPCore

/// What the process that sends mail is given: one mail and all that it needs to know, a line of JSON.
struct MailOrder: Codable, Equatable {
    /// The server, by name or address.
    var host: String
    var port: Int
    /// How long each step may take.
    var patienceMilliseconds: Int
    /// `smtp_helo_name`, `notification_email_from` and `router_id`; nil where the host's name does.
    var greeting: String?
    var sender: String?
    var router: String?
    /// Who runs the daemon.
    var user: String
    /// Everybody whom the mail is for, and those who have not got it yet.
    var addressees: [String]
    var recipients: [String]
    var number: Int
    var at: Timestamp
    var subject: String
    var lines: [String]

    var patience: Interval { .milliseconds(UInt64(clamping: patienceMilliseconds)) }

    /// Longer than an attempt takes, whatever the name servers and the server do.
    var longestAttempt: Interval {
        .seconds(60) + patience * UInt64(10 + recipients.count)
    }
}

/// What came of it.
struct MailReport: Codable, Equatable {
    enum Outcome: String, Codable {
        /// The server has it, for one recipient at least.
        case taken
        /// Another attempt may succeed.
        case deferred
        /// It will not.
        case refused
    }

    var outcome: Outcome
    /// What the server said last, or why it could not be asked.
    var reason: String
    /// Recipients that it will not take, each with what it said.
    var refused: [String] = []
    /// Recipients that it may take later.
    var deferred: [String] = []
}
