/// Words where none belong: after a keyword that takes none, and before a block's brace.
extension Resolver {
    /// `nopreempt off`, which turns it on.
    mutating func reportValueOfFlag(_ name: String, _ text: String, at location: SourceLocation) {
        let isMeantOff = ["off", "no", "false", "0"].contains(text.lowercased())
        let isPreemption = name == "preempt" && isMeantOff
        report(
            .warning, "extra-words", at: location, "`\(name)` takes no value: `\(text)` is ignored",
            consequence: "\(name) is on, whatever follows it"
                + (KeywordTable.isOurs(name) ? "" : ", in keepalived too"),
            fix: isPreemption ? "nopreempt" : isMeantOff ? "remove the line" : name)
    }

    /// `vrrp_instance VI 1 {` has a blank in its name, and `track_script chk {` a line outside of its braces.
    ///
    /// - Returns: whether keepalived reads the block all the same.
    mutating func reportExtraOfBlock(
        _ statement: Statement, _ text: String, kept: String, at location: SourceLocation
    ) -> Bool {
        let name = statement.keyword.text
        let words = statement.arguments.map(\.text)
        var fix = "\(kept) {"
        if words.count > 1, kept != name {
            let joined = words.joined(separator: "_")
            fix = "\(name) \(joined) {   # \(joined) also where it is named: a name has no blanks"
            // Whoever names it is not told that it does not exist.
            let key = name == "vrrp_track_file" ? "track_file" : name
            unreadNames[key, default: []] += [words[0], joined]
        } else if !words.isEmpty, !Self.isAddressBlock(name) || words.contains(where: Self.beginsAsAddress) {
            fix = "\(name) {\n    \(words.joined(separator: "\n    "))"
        }
        // In an instance `track_file` is a list.
        let isPassed = blocksWithWordsPassed.contains(name) && (kept != name || name != "track_file")
        report(
            .error, "extra-words", at: location, "`\(text)` after `\(kept)` is too much",
            consequence: !isPassed
                ? "keepalived would skip the whole block"
                : kept == name
                    ? "keepalived takes no notice of it"
                    : "keepalived calls it `\(words[0])`, and takes no notice of the rest",
            fix: fix, passesKeepalived: isPassed)
        return isPassed
    }
}

/// The blocks that keepalived reads whatever stands before their brace.
///
/// Source: keepalived 2.2.7, measured with a file for each.
private let blocksWithWordsPassed: Set<String> = [
    "global_defs", "vrrp_script", "vrrp_track_process", "track_file", "vrrp_track_file", "bfd_instance",
    "authentication",
]
