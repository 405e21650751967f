/// The conversation with a server that is to take one mail (RFC 5321): its words in, ours out.
///
/// As keepalived: HELO, no encryption, no password. It knows no time and no system; whoever has the connection tells it when
/// that is over.
struct SMTPDialogue {
    private enum Step { case opening, greeting, sender, recipient, data, content, over }

    private let message: MailMessage
    private let recipients: [String]
    private var step = Step.opening
    /// How many recipients the server has been asked about, and how many it takes.
    private var asked = 0
    private var accepted = 0
    private var refused: [String] = []
    private var deferred: [String] = []
    private var lastRefusal = ""
    /// What has come and is no whole line yet, and the lines of a reply that goes on.
    private var pending: [UInt8] = []
    private var linesOfReply = 0
    /// What came of it; nil while it goes on.
    private(set) var report: MailReport?

    /// Replies are a line each, of some hundred octets at most.
    private static let longestLine = 4096
    private static let mostLines = 100
    private static let mostShown = 200

    init(_ message: MailMessage, to recipients: [String]) {
        self.message = message
        self.recipients = recipients
    }

    /// Takes what the server says.
    ///
    /// - Returns: what to say to it, empty while it has not finished.
    mutating func receive(_ octets: [UInt8]) -> [UInt8] {
        pending += octets
        var answer = ""
        while report == nil, let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
            let line = pending[..<end].filter { $0 != UInt8(ascii: "\r") }
            pending.removeSubrange(...end)
            answer += take(line)
        }
        if report == nil, pending.count > Self.longestLine { answer += complain(of: pending) }
        return Array(answer.utf8)
    }

    /// The connection is over, or was not answered on for too long.
    mutating func end(because reason: String) {
        if report == nil { finish(.deferred, "\(reason) \(place)") }
    }

    private mutating func take(_ line: [UInt8]) -> String {
        let digits = line.prefix(3)
        guard digits.count == 3, digits.allSatisfy({ (48...57).contains($0) }),
            let code = Int(String(decoding: digits, as: UTF8.self)), (200..<600).contains(code),
            line.count == 3 || line[3] == UInt8(ascii: " ") || line[3] == UInt8(ascii: "-")
        else { return complain(of: line) }
        guard line.count == 3 || line[3] == UInt8(ascii: " ") else {
            linesOfReply += 1
            return linesOfReply > Self.mostLines ? complain(of: line) : ""
        }
        linesOfReply = 0
        return take(code, Self.excerpt(line))
    }

    private mutating func take(_ code: Int, _ text: String) -> String {
        // It shuts down (RFC 5321 section 3.8).
        if code == 421 { return stop(.deferred, text) }
        let isGood = step == .data ? code < 400 && code >= 300 : code < 300
        switch step {
        case .opening, .greeting:
            // What it has against us now it may not have for ever: the mail itself has not been spoken of.
            guard isGood else { return stop(.deferred, text) }
            step = step == .opening ? .greeting : .sender
            return step == .greeting ? "HELO \(message.greeting)\r\n" : "MAIL FROM:<\(message.sender)>\r\n"
        case .sender:
            guard isGood else { return stop(code < 500 ? .deferred : .refused, text) }
            step = .recipient
            return askForRecipient()
        case .recipient: return takeRecipient(code, text)
        case .data:
            guard isGood else { return stop(code < 500 ? .deferred : .refused, text) }
            step = .content
            return Self.transparent(message.text) + ".\r\n"
        case .content:
            guard isGood else { return stop(code < 500 ? .deferred : .refused, text) }
            return stop(.taken, text)
        case .over: return ""
        }
    }

    /// Goes on with the next recipient: keepalived sends nothing at all when one of them is refused.
    private mutating func takeRecipient(_ code: Int, _ text: String) -> String {
        switch code {
        case ..<300: accepted += 1
        case 500...:
            refused.append("\(recipients[asked]) (\(text))")
            lastRefusal = text
        default:
            deferred.append(recipients[asked])
            lastRefusal = text
        }
        asked += 1
        if asked < recipients.count { return askForRecipient() }
        if accepted == 0 { return stop(deferred.isEmpty ? .refused : .deferred, lastRefusal) }
        step = .data
        return "DATA\r\n"
    }

    private func askForRecipient() -> String { "RCPT TO:<\(recipients[asked])>\r\n" }

    private mutating func complain(of line: [UInt8]) -> String {
        finish(.deferred, "what it says \(place) is no SMTP: `\(Self.excerpt(line))`")
        return "QUIT\r\n"
    }

    private mutating func stop(_ outcome: MailReport.Outcome, _ reason: String) -> String {
        finish(outcome, outcome == .taken ? reason : "it answered \(place): \(reason)")
        return "QUIT\r\n"
    }

    private mutating func finish(_ outcome: MailReport.Outcome, _ reason: String) {
        report = MailReport(
            outcome: outcome, reason: reason, refused: refused, deferred: outcome == .taken ? deferred : [])
        step = .over
    }

    private var place: String {
        switch step {
        case .opening: "when it was called"
        case .greeting: "to HELO \(message.greeting)"
        case .sender: "to the sender \(message.sender)"
        case .recipient: "to the recipient \(asked < recipients.count ? recipients[asked] : recipients.last ?? "")"
        case .data, .content: "to the mail itself"
        case .over: "at the end"
        }
    }

    /// RFC 5321 section 4.5.2: a dot that begins a line is doubled.
    static func transparent(_ text: String) -> String {
        // CRLF is one character.
        text.split(separator: "\r\n", omittingEmptySubsequences: false)
            .map { $0.utf8.first == UInt8(ascii: ".") ? "." + $0 : String($0) }.joined(separator: "\r\n")
    }

    /// What people can make of words that may be anything.
    private static func excerpt(_ line: [UInt8]) -> String {
        let shown = line.prefix(mostShown).map { (0x20..<0x7f).contains($0) ? $0 : UInt8(ascii: "?") }
        return String(decoding: shown, as: UTF8.self)
    }
}
