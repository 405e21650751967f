internal import VRRPCore

/// What was found where a tracked file should be.
enum FileContent: Equatable {
    case number(Int)
    case missing
    case empty
    /// Its beginning, as far as it can be shown.
    case noNumber(String)
    case tooLarge(String)
    /// Why it could not be read.
    case unreadable(String)

    init(_ octets: [UInt8]) {
        switch FileNumber(octets) {
        case .number(let number): self = .number(number)
        case .empty: self = .empty
        case .noNumber: self = .noNumber(Self.excerpt(octets))
        case .tooLarge: self = .tooLarge(Self.excerpt(octets))
        }
    }

    static let octetLimit = FileNumber.octetLimit

    /// What it counts as.
    ///
    /// keepalived: nothing and nonsense are 0, and a number that is too large changes nothing. What cannot be read changes
    /// nothing here either.
    ///
    /// - Parameter before: what counted until now; nil when nothing did.
    func number(after before: Int?) -> Int {
        switch self {
        case .number(let number): number
        case .missing, .empty, .noNumber: 0
        case .tooLarge, .unreadable: before ?? 0
        }
    }

    /// After the file's name: `holds 5`.
    var text: String {
        switch self {
        case .number(let number): "holds \(number)"
        case .missing: "is not there"
        case .empty: "is empty"
        case .noNumber(let excerpt): "holds no number but `\(excerpt)`"
        case .tooLarge(let excerpt): "holds `\(excerpt)`, which is beyond 32 bits"
        case .unreadable(let reason): "cannot be read (\(reason))"
        }
    }

    /// What people can make of a content that may hold anything.
    private static func excerpt(_ octets: [UInt8]) -> String {
        let shown = octets.prefix(24).map { (0x20..<0x7f).contains($0) ? $0 : UInt8(ascii: "?") }
        return String(decoding: shown, as: UTF8.self)
    }
}

/// One line from the process that reads files to the daemon.
enum FileReport: Equatable {
    /// It goes on reading.
    case alive
    case content(index: Int, FileContent)
    /// `init_file` could not be done.
    case notWritten(index: Int, reason: String)

    var line: String {
        switch self {
        case .alive: "."
        case .content(let index, let content): "\(index) \(Self.words(content))"
        case .notWritten(let index, let reason): "\(index) W\(Self.oneLine(reason))"
        }
    }

    private static func words(_ content: FileContent) -> String {
        switch content {
        case .number(let number): "=\(number)"
        case .missing: "M"
        case .empty: "E"
        case .noNumber(let excerpt): "N\(excerpt)"
        case .tooLarge(let excerpt): "L\(excerpt)"
        case .unreadable(let reason): "U\(oneLine(reason))"
        }
    }

    private static func oneLine(_ text: String) -> String { text.split(separator: "\n").joined(separator: " ") }

    /// Nil for a line that is none.
    init?(_ line: String) {
        if line == "." {
            self = .alive
            return
        }
        let parts = line.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, let index = Int(parts[0]), let kind = parts[1].first else { return nil }
        let rest = String(parts[1].dropFirst())
        switch kind {
        case "=":
            guard let number = Int(rest) else { return nil }
            self = .content(index: index, .number(number))
        case "M": self = .content(index: index, .missing)
        case "E": self = .content(index: index, .empty)
        case "N": self = .content(index: index, .noNumber(rest))
        case "L": self = .content(index: index, .tooLarge(rest))
        case "U": self = .content(index: index, .unreadable(rest))
        case "W": self = .notWritten(index: index, reason: rest)
        default: return nil
        }
    }
}
