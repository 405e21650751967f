/// Something that the doctor looked at, and what came of it.
package struct Finding: Codable, Equatable, Sendable {
    package enum Severity: String, Codable, Sendable, CaseIterable {
        /// Looked at, and in order.
        case ok
        /// Worth knowing; nothing has to be done.
        case note
        /// Could not be looked at, so nothing is known.
        case unknown
        /// It works, but not as meant, or not for long.
        case warning
        /// It does not work.
        case problem
    }

    /// For programs; an interface.
    package var code: FindingCode
    package var severity: Severity
    /// What it is about: an instance, `eth0 IPv4`, an address, a file; nil for the host as a whole.
    package var subject: String?
    /// One sentence.
    package var title: String
    /// What was seen that proves it, a line each.
    package var evidence: [String]
    /// What comes of it as long as it stays.
    package var consequence: String?
    package var remedy: Remedy?

    package init(
        _ code: FindingCode, _ severity: Severity, of subject: String? = nil, _ title: String, evidence: [String] = [],
        consequence: String? = nil, remedy: Remedy? = nil
    ) {
        self.code = code
        self.severity = severity
        self.subject = subject
        self.title = title
        self.evidence = evidence
        self.consequence = consequence
        self.remedy = remedy
    }
}

/// What mends a finding.
package struct Remedy: Codable, Equatable, Sendable {
    /// For a shell, as root, one after the other; each only when the one before succeeded.
    ///
    /// Empty when none would do.
    package var commands: [String]
    /// True when `--fix` may run them: they only add what this virtual router needs, and are easily undone.
    package var isSafe: Bool
    /// What a person has to do or to know besides.
    package var advice: String?

    package init(_ commands: [String], isSafe: Bool, advice: String? = nil) {
        self.commands = commands
        self.isSafe = isSafe
        self.advice = advice
    }

    /// Something that no command on this host can mend.
    package static func advice(_ words: String) -> Remedy { Remedy([], isSafe: false, advice: words) }

    /// All of them as one command.
    package var command: String? { commands.isEmpty ? nil : commands.joined(separator: " && ") }
}

extension [Finding] {
    /// 1 when there are problems or warnings, 2 when there are none but something could not be looked at, else 0.
    package var exitCode: Int32 {
        if contains(where: { $0.severity >= .warning }) { return 1 }
        return contains { $0.severity == .unknown } ? 2 : 0
    }
}

extension Finding.Severity: Comparable {
    private var rank: Int {
        switch self {
        case .ok: 0
        case .note: 1
        case .unknown: 2
        case .warning: 3
        case .problem: 4
        }
    }

    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.rank < rhs.rank }
}
