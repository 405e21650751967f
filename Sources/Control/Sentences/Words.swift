// The words that people read for what the messages carry as codes.

extension RouterState {
    /// `ACTIVE`, `HANDING OVER`.
    package var word: String {
        switch self {
        case .active: "ACTIVE"
        case .standby: "STANDBY"
        case .fault: "FAULT"
        case .waiting: "WAITING"
        case .handingOver: "HANDING OVER"
        case .stopped: "STOPPED"
        }
    }

    /// True when the addresses are meant to be on this host.
    package var holdsAddresses: Bool { self == .active || self == .handingOver }

    /// True when the router takes part, so that it can serve or take over.
    package var takesPart: Bool {
        switch self {
        case .active, .standby, .handingOver: true
        case .fault, .waiting, .stopped: false
        }
    }
}

extension HistoryRecord.Event {
    /// What happened, to be followed by a colon and the cause.
    package var words: String {
        switch self {
        case .becameActive: "became ACTIVE"
        case .becameStandby: "became STANDBY"
        case .faulted: "FAULT"
        case .waiting: "WAITING"
        case .resigned: "resigned"
        case .remainedActive: "remained ACTIVE"
        case .stopped: "stopped"
        case .contested: "contested"
        case .resignationHeard: "resignation heard"
        case .twoOwners: "two owners"
        case .oneOwner: "one owner again"
        case .addressRestored: "address restored"
        case .priorityChanged: "priority changed"
        case .daemonStarted: "daemon started"
        case .daemonStopped: "daemon stopped"
        case .processReplaced: "process replaced"
        case .gaveUp: "gave up"
        case .wasAway: "was away"
        case .standbyMissing: "no standby"
        case .standbyPresent: "standby is there"
        case .reloaded: "configuration reloaded"
        case .reloadRefused: "reload refused"
        case .standbyOn: "maintenance on"
        case .standbyOff: "maintenance off"
        }
    }
}

extension PrioritySum {
    /// What the sum gives before maintenance mode and the bounds of VRRP.
    package var total: Int { terms.reduce(base) { $0.addingClamped($1.points) } }

    /// What would be in force if the points of something changed by `difference` (keepalived: 1 to 254; 255 never moves).
    package func effective(changedBy difference: Int) -> Int {
        base == 255 ? 255 : min(max(total.addingClamped(difference), 1), 254)
    }
}

extension CheckStatus {
    /// What it would add to the priority if it gave this result.
    ///
    /// A positive weight counts while working, a negative one while failed; `reverse` changes the sign
    /// (keepalived: section "tracking" of vrrp_instance).
    package func points(when result: Result) -> Int {
        // A number from elsewhere may be one that cannot be negated.
        let signed = isReversed ? 0.subtractingClamped(weight) : weight
        switch result {
        case .unknown: return 0
        case .working: return weight > 0 ? signed : 0
        case .failed: return weight < 0 ? signed : 0
        }
    }

    /// True when its present result stops the router.
    package var stopsRouter: Bool { weight == 0 && result == (isReversed ? .working : .failed) }

    /// The opposite of the present result; nil when there is none yet.
    package var otherResult: Result? {
        switch result {
        case .unknown: nil
        case .working: .failed
        case .failed: .working
        }
    }

    /// `chk_sshd failed (exited with status 1, at 03:12:05 UTC), for 4 min`.
    package func sentence(at now: Timestamp) -> String {
        let verb =
            switch result {
            case .unknown: "has no result yet"
            case .working: "works"
            case .failed: "failed"
            }
        if kind == .bfd {
            let length = changedSeconds.map { ", for \(spoken(seconds: $0))" } ?? ""
            return "BFD session \(name) is \(lastOutcome ?? (result == .working ? "up" : "down"))\(length)"
        }
        let when = lastRunSeconds.map { "at \(now.before(seconds: $0).words(at: now))" }
        let details = [lastOutcome, when].compactMap { $0 }.joined(separator: ", ")
        let length = changedSeconds.map { ", for \(spoken(seconds: $0))" } ?? ""
        return "\(name) \(verb)" + (details.isEmpty ? "" : " (\(details))") + length
    }
}

extension Peer {
    /// `192.0.2.2`, and what is known of its priority.
    package var priorityWords: String {
        switch priority {
        case nil: "priority not known"
        case 0?: "priority 0: it said that it was leaving"
        case let priority?: "priority \(priority)"
        }
    }
}

extension Int {
    func addingClamped(_ other: Int) -> Int {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? (other > 0 ? .max : .min) : sum
    }

    func subtractingClamped(_ other: Int) -> Int {
        let (difference, overflows) = subtractingReportingOverflow(other)
        return overflows ? (other > 0 ? .min : .max) : difference
    }
}

/// The sentence with a large first letter, unless it begins with a name or a keyword.
func capitalised(_ sentence: String) -> String {
    let first = sentence.prefix { $0 != " " }
    guard ["if", "it", "its", "nobody", "what"].contains(first) else { return sentence }
    return sentence.prefix(1).uppercased() + sentence.dropFirst()
}

/// The sentence with exactly one full stop.
func closed(_ sentence: String) -> String {
    var text = sentence[...]
    while let last = text.last, last == "." || last == " " { text = text.dropLast() }
    return text + "."
}
