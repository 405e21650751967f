internal import Configuration

/// Takes secrets out of text: those that the configuration names, wherever they are, and what looks like one.
///
/// It rather removes too much: a bug report can do without a word, and its sender cannot take one back.
package struct Redactor: Sendable {
    package static let mark = "<removed>"

    /// What the configuration has as passwords, the longest first.
    private(set) var secrets: [[UInt8]] = []
    /// How many places were removed so far.
    package private(set) var removals = 0

    package init() {}

    // MARK: Learning

    /// Remembers the passwords of a configuration file, those in comments included.
    package mutating func learn(fromConfiguration text: String) {
        let lines = text.split(separator: "\n").map { $0.drop { $0 == " " || $0 == "\t" } }
        var variables: [Substring] = []
        for line in lines {
            let code = line.drop { $0 == "#" || $0 == "!" || $0 == " " || $0 == "\t" }
            for key in Self.keys(in: code) { remember(key, isComment: false) }
            guard let value = Self.value(of: code) else { continue }
            if value.hasPrefix("$") { variables.append(value.dropFirst().drop { $0 == "{" }.prefix { $0 != "}" }) }
            remember(String(value), isComment: code.startIndex != line.startIndex)
        }
        // `$PASS=...`, where auth_pass is `$PASS`.
        for line in lines where line.hasPrefix("$") {
            guard let equals = line.firstIndex(of: "="),
                variables.contains(line[line.index(after: line.startIndex)..<equals])
            else { continue }
            remember(Self.unquoted(line[line.index(after: equals)...]), isComment: false)
        }
    }

    /// The value of a line that is nothing but a password.
    private static func value(of line: Substring) -> Substring? {
        let words = line.split(maxSplits: 1) { $0 == " " || $0 == "\t" }
        guard words.count == 2, Vocabulary.takesWord.contains(words[0].lowercased()) else { return nil }
        let value = unquoted(words[1])
        return value.isEmpty ? nil : value[...]
    }

    /// The keys of `key ID KEY` in a block auth_hmac, wherever on the line it stands; where a file or credential is named,
    /// that name is no secret.
    private static func keys(in line: Substring) -> [String] {
        let words = line.split { $0 == " " || $0 == "\t" || $0 == "{" }
        return words.indices.dropLast(2).compactMap { index in
            guard words[index] == "key", UInt8(words[index + 1]) != nil else { return nil }
            let value = unquoted(line[words[index + 2].startIndex...])
            if value.hasPrefix("file:") || value.hasPrefix("credential:") || value.utf8.count < 8 { return nil }
            return value.hasPrefix("hex:") ? String(value.dropFirst(4)) : value
        }
    }

    private static func unquoted(_ text: Substring) -> String {
        let rest = text.drop { $0 == " " || $0 == "\t" }
        if let quote = rest.first, quote == "\"" || quote == "'" {
            return String(rest.dropFirst().prefix { $0 != quote })
        }
        return String(rest.prefix { $0 != " " && $0 != "\t" && $0 != "\r" && $0 != "#" && $0 != "!" })
    }

    private mutating func remember(_ secret: String, isComment: Bool) {
        let octets = Array(secret.utf8)
        // A comment may as well be prose: `auth_pass is the same on both`. Removing every "is" would help nobody.
        guard !octets.isEmpty, !secret.hasPrefix("$"), !isComment || octets.count >= 4 else { return }
        // What is sent, and told of in diagnostics, are the first eight octets.
        for form in [octets, Array(octets.prefix(8))] where !secrets.contains(form) { secrets.append(form) }
        secrets.sort { $0.count > $1.count }
    }

    // MARK: Removing

    /// The text without secrets.
    ///
    /// - Parameter isConfiguration: what follows `auth_pass` is then its value to the end of the line.
    package mutating func redact(_ text: String, isConfiguration: Bool = false) -> String {
        var result: [UInt8] = []
        var isInKey = false
        var isFirst = true
        for line in text.utf8.split(separator: 10, omittingEmptySubsequences: false) {
            if isInKey {
                if Self.contains(line, "-----END") { isInKey = false }
                continue
            }
            if !isFirst { result.append(10) }
            isFirst = false
            if Self.contains(line, "-----BEGIN"), Self.contains(line, "PRIVATE KEY") {
                // In one line it ends where it began, as in JSON.
                isInKey = !Self.contains(line, "-----END")
                result += Self.mark.utf8
                removals += 1
                continue
            }
            result += redact(line: Array(line), isConfiguration: isConfiguration)
        }
        return String(decoding: result, as: UTF8.self)
    }

    private mutating func redact(line: [UInt8], isConfiguration: Bool) -> [UInt8] {
        var line = line
        for secret in secrets { replace(secret, in: &line) }
        guard Vocabulary.mayConcern(line) else { return line }
        let ranges = SecretScanner(line: line, isConfiguration: isConfiguration).secretRanges()
        // From the back, so that the earlier ranges stay where they are.
        for range in Self.merged(ranges).reversed() where !line[range].elementsEqual(Self.mark.utf8) {
            line.replaceSubrange(range, with: Self.mark.utf8)
            removals += 1
        }
        return line
    }

    /// In order, and none overlapping another.
    private static func merged(_ ranges: [Range<Int>]) -> [Range<Int>] {
        var result: [Range<Int>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = result.last, range.lowerBound < last.upperBound {
                result[result.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                result.append(range)
            }
        }
        return result
    }

    /// Replaces every occurrence; a short secret only where it is a word of its own.
    private mutating func replace(_ secret: [UInt8], in line: inout [UInt8]) {
        var start = 0
        while start + secret.count <= line.count {
            let end = start + secret.count
            guard line[start] == secret[0], line[start..<end].elementsEqual(secret),
                secret.count >= 4 || Self.isWord(start..<end, of: line)
            else {
                start += 1
                continue
            }
            line.replaceSubrange(start..<end, with: Self.mark.utf8)
            removals += 1
            start += Self.mark.utf8.count
        }
    }

    private static func isWord(_ range: Range<Int>, of line: [UInt8]) -> Bool {
        let before = range.lowerBound == 0 || !Vocabulary.isNameOctet(line[range.lowerBound - 1])
        return before && (range.upperBound == line.count || !Vocabulary.isNameOctet(line[range.upperBound]))
    }

    private static func contains(_ line: Substring.UTF8View, _ words: String) -> Bool {
        let words = Array(words.utf8)
        guard line.count >= words.count else { return false }
        return Array(line).contains(words)
    }
}

/// The words that secrets come with.
enum Vocabulary {
    /// Keywords whose value is the next word.
    static let takesWord: Set<String> = ["auth_pass", "auth_key", "auth_hmac_key", "snmp_community"]

    /// Parts of names whose value is a secret.
    private static let tellingParts = [
        "passw", "passphrase", "auth_pass", "auth_key", "secret", "token", "credential", "apikey", "api_key", "api-key",
        "private_key", "private-key", "privatekey", "authorization", "cookie", "hmac",
    ]
    private static let tellingNames: Set<String> = [
        "pass", "pwd", "psk", "key", "mysql_pwd", "pgpass", "community", "environment",
    ]

    static func isTelling(_ name: String) -> Bool {
        tellingNames.contains(name) || name.hasSuffix("_key") || name.hasSuffix("_pwd") || name.hasSuffix("_pass")
            || tellingParts.contains { name.contains($0) }
    }

    /// Letters, digits, `_` and `-`: what names are made of.
    static func isNameOctet(_ octet: UInt8) -> Bool {
        (48...57).contains(octet) || (65...90).contains(octet) || (97...122).contains(octet) || octet == 95
            || octet == 45
    }

    private static let hints = [
        "pass", "pwd", "psk", "key", "secret", "token", "credential", "auth", "cookie", "hmac", "community", "://",
        "-u",
        "--user", "mysql", "mariadb", "redis", "environment",
    ].map { Array($0.utf8) }

    /// A quick look, so that most lines of a long log cost little.
    static func mayConcern(_ line: [UInt8]) -> Bool {
        let lower = line.map { (65...90).contains($0) ? $0 + 32 : $0 }
        return hints.contains { lower.contains($0) }
    }
}
