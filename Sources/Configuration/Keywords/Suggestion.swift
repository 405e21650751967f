/// What an unknown word was perhaps meant to be.
public enum Suggestion: Equatable, Sendable {
    /// A keyword of the same block, misspelt.
    case spelling(String)
    /// A keyword that is right, in another block.
    case otherBlock(BlockKind)
}

extension KeywordTable {
    /// The likeliest meaning of `word`, which is not a keyword inside `block`; nil when nothing is near.
    ///
    /// A right word in the wrong block is certain, so it comes before any misspelling.
    public static func suggestion(for word: String, in block: BlockKind) -> Suggestion? {
        let homes: [BlockKind] = [
            .instance, .globalDefs, .script, .process, .trackFile, .bfd, .topLevel, .authentication, .addresses,
        ]
        for home in homes where home != block {
            if let known = keyword(word, in: home), known.isSupported { return .otherBlock(home) }
        }
        if let meant = shortForms[word.lowercased()], keyword(meant, in: block) != nil { return .spelling(meant) }
        if let near = nearest(to: word, among: keywords(in: block).filter { !isObsolete($0) }.map(\.name)) {
            return .spelling(near)
        }
        for home in homes where home != block && keyword(word, in: home) != nil { return .otherBlock(home) }
        return nil
    }

    /// What people write from memory, and no misspelling leads to.
    private static let shortForms = [
        "prio": "priority", "vrid": "virtual_router_id", "vip": "virtual_ipaddress",
        "vips": "virtual_ipaddress", "virtual_ip": "virtual_ipaddress", "dev": "interface", "if": "interface",
        "iface": "interface", "advert": "advert_int", "advert_interval": "advert_int", "peer": "unicast_peer",
        "peers": "unicast_peer", "unicast": "unicast_peer", "src_ip": "unicast_src_ip", "pass": "auth_pass",
        "password": "auth_pass", "type": "auth_type", "auth": "authentication", "command": "script", "cmd": "script",
        "notify_active": "notify_master", "notify_standby": "notify_backup", "no_preempt": "nopreempt",
        "script_security": "enable_script_security",
    ]

    private static func isObsolete(_ keyword: Keyword) -> Bool {
        if case .obsolete = keyword.status { true } else { false }
    }

    /// The candidate with the least edit distance, when it is near enough to be a misspelling.
    static func nearest(to word: String, among candidates: [String]) -> String? {
        func folded(_ name: String) -> String { name.lowercased().replacing("-", with: "_") }
        let spelling = folded(word)
        if let same = candidates.first(where: { folded($0) == spelling }) { return same }
        let limit = max(1, min(3, word.count / 3))
        let letters = Array(word.lowercased().utf8)
        var best: (name: String, distance: Int)?
        // What is so much longer or shorter is not near, whatever its letters are.
        for candidate in candidates where abs(candidate.utf8.count - letters.count) <= limit {
            let distance = editDistance(letters, Array(candidate.utf8))
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.name
    }

    /// Insertions, deletions, substitutions and exchanges of neighbours that turn `a` into `b` (restricted
    /// Damerau-Levenshtein distance).
    static func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
                row.append(cost)
            }
            beforeLast = last
            last = row
        }
        return last[b.count]
    }
}
