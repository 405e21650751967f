/// What `include_check` demands of the include lines that follow it, beyond what is demanded of each.
///
/// keepalived: it holds to the end of its file and in what is included; there it can be changed for that file.
struct IncludeChecks: Equatable {
    /// A pattern matches a file.
    var demandsMatch = false
    /// Each alternative of a pattern's braces does.
    var demandsEachAlternative = false

    /// The words that may follow it; the first two are what is so in any case.
    ///
    /// keepalived: its manual says `readable`, its code `read`.
    static let words = ["read", "readable", "match", "wildcard_match", "brace_match"]

    /// Takes up the `include_check` lines among the pieces that were read.
    mutating func take(_ pieces: [Piece]) {
        for words in pieces.lazy.compactMap(\.words) where words[0].text == "include_check" && !words[0].isQuoted {
            take(words.dropFirst().map(\.text))
        }
    }

    private mutating func take(_ words: [String]) {
        if words.isEmpty { (demandsMatch, demandsEachAlternative) = (true, true) }
        // Without a sign they are the whole list.
        if let first = words.first, !first.hasPrefix("+"), !first.hasPrefix("-") { self = IncludeChecks() }
        var isAdded = true
        for word in words {
            if word.hasPrefix("+") { isAdded = true }
            if word.hasPrefix("-") { isAdded = false }
            switch word.drop(while: { $0 == "+" || $0 == "-" }) {
            case "wildcard_match": demandsMatch = isAdded
            case "brace_match": demandsEachAlternative = isAdded
            default: break
            }
        }
    }
}
