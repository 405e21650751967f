internal import Control
internal import VRRPCore

/// A mail that waits to be sent: what became of an instance or a group, and when.
struct Mail: Equatable {
    /// Counts the mails of a daemon.
    var number: UInt64 = 0
    /// Where a successor of this process finds it.
    var place = 0
    var at: Timestamp
    /// The same on the clock by which it is given up.
    var since: MonotonicInstant
    /// Without the router's name, which comes before it: `VRRP Instance VI_1 - Entering MASTER state`.
    var subject: String
    var lines: [String]
    /// Those who have not got it yet; nil for everybody.
    var recipients: [String]?

    init(at: Timestamp, since: MonotonicInstant, subject: String, lines: [String]) {
        self.at = at
        self.since = since
        self.subject = subject
        self.lines = lines
    }

    /// What keepalived would say, and below it what it would not.
    ///
    /// - Parameter particulars: lines about the instance or the group itself.
    init?(
        _ event: NotifyEvent, _ kind: NotifyQueue.Kind, _ name: String, particulars: [String], at: Timestamp,
        since: MonotonicInstant
    ) {
        guard let words = kind == .instance ? event.word.mailOfInstance : event.word.mailOfGroup else { return nil }
        let whose = kind == .instance ? "VRRP Instance" : "VRRP Group"
        var lines = [words.body, ""]
        lines.append("Before: \(event.previous?.rawValue ?? "nothing, it has just been started")")
        lines.append("Cause: \(event.cause)")
        lines.append("Active now: \(event.activeInWords)")
        if kind == .instance { lines.append("Priority: \(event.priority)") }
        lines += particulars
        self.init(
            at: at, since: since, subject: "\(whose) \(name) - \(words.subject)".cut(to: Self.longestSubject),
            lines: lines.map { $0.cut(to: Self.longestLine) })
    }

    /// So that what waits fits into its place.
    private static let longestSubject = 600
    private static let longestLine = 450
}

extension NotifyEvent {
    /// Who has the addresses, and how that is known: whoever is in FAULT or stops does not listen.
    fileprivate var activeInWords: String {
        guard let active else {
            return previous == .master && word != .backup
                ? "nobody is known to be; until now it was this host" : "nobody is known to be"
        }
        return switch word {
        case .master, .lowerPriorityHeard: "\(active), this host"
        case .backup: active
        case .fault, .stop, .deleted: "\(active), when it was heard last"
        }
    }
}

extension NotifyWord {
    /// keepalived: the words that filters know; nil for what it sends no mail about.
    fileprivate var mailOfInstance: (subject: String, body: String)? {
        switch self {
        case .master: ("Entering MASTER state", "=> VRRP Instance is now owning VRRP VIPs <=")
        case .backup: ("Entering BACKUP state", "=> VRRP Instance is no longer owning VRRP VIPs <=")
        case .fault: ("Entering FAULT state", "=> VRRP Instance is no longer owning VRRP VIPs <=")
        case .stop: ("Stopping", "=> VRRP Instance stopping <=")
        case .deleted: ("Deleted", "=> VRRP Deleted at reload <=")
        case .lowerPriorityHeard: nil
        }
    }

    fileprivate var mailOfGroup: (subject: String, body: String)? {
        switch self {
        case .master: ("Entering MASTER state", "=> All VRRP group instances are now in MASTER state <=")
        case .backup: ("Entering BACKUP state", "=> All VRRP group instances are now in BACKUP state <=")
        case .fault: ("Entering FAULT state", "=> All VRRP group instances are now in FAULT state <=")
        case .stop: ("Stopping", "=> All VRRP group instances are now stopping <=")
        case .deleted, .lowerPriorityHeard: nil
        }
    }
}

extension String {
    /// Its beginning of at most so many octets, whole characters.
    func cut(to limit: Int) -> String {
        if utf8.count <= limit { return self }
        var kept = self
        while kept.utf8.count > limit - 3 { kept.removeLast() }
        return kept + "..."
    }
}

// MARK: - For a successor of this process

extension Mail {
    var octets: [UInt8] {
        var writer = OctetWriter()
        writer.put(number)
        writer.put(UInt64(clamping: at.milliseconds))
        writer.put(since)
        writer.put(subject)
        writer.put(UInt64(lines.count))
        for line in lines { writer.put(line) }
        writer.put(recipients != nil)
        writer.put((recipients ?? []).joined(separator: " "))
        return writer.octets
    }

    /// Nil when there is none, or half of one.
    init?(_ octets: [UInt8], place: Int) {
        var reader = OctetReader(octets)
        let (number, milliseconds, since) = (reader.number(), reader.number(), reader.instant())
        let subject = reader.text()
        guard number > 0, let count = Int(exactly: reader.number()), count < 100 else { return nil }
        let lines = (0..<count).map { _ in reader.text() }
        let isPartly = reader.flag()
        let recipients = reader.text().split(separator: " ").map(String.init)
        if reader.isDamaged { return nil }
        self.init(
            at: Timestamp(milliseconds: Int(clamping: milliseconds)), since: since, subject: subject, lines: lines)
        self.number = number
        self.place = place
        self.recipients = isPartly ? recipients : nil
    }
}
