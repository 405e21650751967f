/// What a piece of text means; a terminal shows it as a colour.
package enum Tone: Hashable, Sendable {
    case plain
    case strong
    case faint
    case good
    case doubtful
    case bad
}

/// Text whose parts have tones.
///
/// Control characters in it are made visible: names and causes come from files and from other processes, and must
/// not move the cursor of whoever reads them.
package struct StyledText: Equatable, Sendable, ExpressibleByStringLiteral {
    package struct Run: Equatable, Sendable {
        package var text: String
        package var tone: Tone
    }

    package private(set) var runs: [Run]

    package init(_ text: String, _ tone: Tone = .plain) {
        let text = printable(text)
        runs = text.isEmpty ? [] : [Run(text: text, tone: tone)]
    }

    package init(stringLiteral value: String) { self.init(value) }

    /// In characters.
    package var width: Int { runs.reduce(0) { $0 + $1.text.count } }

    /// Without tones.
    package var plain: String { runs.map(\.text).joined() }

    package static func + (lhs: Self, rhs: Self) -> Self {
        var sum = lhs
        sum += rhs
        return sum
    }

    package static func + (lhs: Self, rhs: String) -> Self { lhs + StyledText(rhs) }

    var withoutTrailingSpaces: StyledText {
        var copy = self
        while let last = copy.runs.popLast() {
            let text = String(last.text.reversed().drop { $0 == " " }.reversed())
            if !text.isEmpty {
                copy.runs.append(Run(text: text, tone: last.tone))
                break
            }
        }
        return copy
    }

    package static func += (lhs: inout Self, rhs: Self) {
        for run in rhs.runs {
            if let last = lhs.runs.last, last.tone == run.tone {
                lhs.runs[lhs.runs.count - 1].text += run.text
            } else {
                lhs.runs.append(run)
            }
        }
    }
}

extension Sequence where Element == StyledText {
    /// One after the other, with `separator` between them.
    package func joined(by separator: String) -> StyledText {
        var whole = StyledText("")
        for (index, element) in enumerated() {
            if index > 0 { whole += StyledText(separator) }
            whole += element
        }
        return whole
    }
}

/// The text with every control character replaced by a visible sign.
private func printable(_ text: String) -> String {
    let isControl: (Unicode.Scalar) -> Bool = {
        $0.value < 0x20 || (0x7F...0x9F).contains($0.value) || (0x2028...0x202E).contains($0.value)
            || (0x2066...0x2069).contains($0.value)
    }
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? "\u{FFFD}" : $0 }))
}

/// How tones are shown.
package enum Palette: Sendable {
    case none
    /// SGR sequences (ECMA-48), the eight basic colours only: each terminal has made them readable on its background.
    case colours

    func paint(_ text: StyledText) -> String {
        switch self {
        case .none: text.plain
        case .colours:
            text.runs.map { run in
                guard let code = Self.code(run.tone) else { return run.text }
                return "\u{1B}[\(code)m\(run.text)\u{1B}[0m"
            }.joined()
        }
    }

    private static func code(_ tone: Tone) -> String? {
        switch tone {
        case .plain: nil
        case .strong: "1"
        case .faint: "2"
        case .good: "32"
        case .doubtful: "33"
        case .bad: "1;31"
        }
    }
}
