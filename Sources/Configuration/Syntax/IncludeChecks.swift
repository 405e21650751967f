/// What `include_check` demands of the include lines that follow it, beyond what is demanded of each.
///
/// keepalived: it holds to the end of its file and in what is included; there it can be changed for that file.
struct IncludeChecks: Equatable {
    /// A pattern matches a file.
    var demandsMatch = false
    /// Each alternative of a pattern's braces does.
    var demandsEachAlternative = false
    /// A file that is named is there, which keepalived has to be told.
    var demandsFile = false

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
        if words.isEmpty { (demandsMatch, demandsEachAlternative, demandsFile) = (true, true, true) }
        // Without a sign they are the whole list.
        if let first = words.first, !first.hasPrefix("+"), !first.hasPrefix("-") { self = IncludeChecks() }
        var isAdded = true
        for word in words {
            if word.hasPrefix("+") { isAdded = true }
            if word.hasPrefix("-") { isAdded = false }
            switch word.drop(while: { $0 == "+" || $0 == "-" }) {
            case "match": demandsFile = isAdded
            case "wildcard_match": demandsMatch = isAdded
            case "brace_match": demandsEachAlternative = isAdded
            default: break
            }
        }
    }
}

/// What `keepalived -t` says of an include line that finds nothing.
///
/// Source: keepalived 2.2.7, measured with each of the keywords.
struct KeepalivedIncludes {
    private let demandsFile: Bool
    private let demandsMatch: Bool
    let demandsAlternatives: Bool

    init(_ keyword: String, _ checks: IncludeChecks) {
        demandsMatch = keyword == "includew" || keyword == "includea" || checks.demandsMatch
        demandsFile = keyword == "includem" || checks.demandsFile || demandsMatch
        demandsAlternatives = keyword == "includeb" || keyword == "includea" || checks.demandsEachAlternative
    }

    /// Of a file that is named.
    var passesMissing: Bool { !demandsFile }

    /// Of a pattern; where there is not even its directory, that counts as a file that is missing.
    func passesUnmatched(isInDirectory: Bool) -> Bool { isInDirectory ? !demandsMatch : !demandsFile }
}
