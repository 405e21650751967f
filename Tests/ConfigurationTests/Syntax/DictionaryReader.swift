import Configuration

/// Files in memory.
struct DictionaryReader: SourceReader {
    var files: [String: [UInt8]] = [:]
    var unreadable: [String: String] = [:]
    var executable: Set<String> = []
    var variables: [String: String] = [:]
    var expandedLineLimit = 1_000_000
    /// Of names of one file.
    var identities: [String: FileIdentity] = [:]

    init(_ files: [String: String] = [:]) { self.files = files.mapValues { Array($0.utf8) } }

    func read(_ path: String) -> Result<[UInt8], ReadFailure> {
        if let reason = unreadable[path] { return .failure(ReadFailure(reason)) }
        guard let bytes = files[path.replacing("/./", with: "/")] else {
            return .failure(ReadFailure("No such file or directory"))
        }
        return .success(bytes)
    }

    func glob(_ pattern: String) -> [String] {
        let alternatives = alternatives(of: pattern)
        return files.keys.filter { path in alternatives.contains { matches(Array(path), Array($0)) } }.sorted()
    }

    func isIncludable(_ path: String) -> Bool {
        files[path.replacing("/./", with: "/")] != nil && !executable.contains(path)
    }

    func identity(of path: String) -> FileIdentity? { identities[path] }

    func environment(_ name: String) -> String? { variables[name] }

    /// One level of `{a,b}`.
    private func alternatives(of pattern: String) -> [String] {
        guard let open = pattern.firstIndex(of: "{"), let close = pattern.firstIndex(of: "}") else { return [pattern] }
        return pattern[pattern.index(after: open)..<close].split(separator: ",", omittingEmptySubsequences: false)
            .map { String(pattern[..<open]) + $0 + pattern[pattern.index(after: close)...] }
    }

    private func matches(_ path: [Character], _ pattern: [Character]) -> Bool {
        guard let first = pattern.first else { return path.isEmpty }
        let rest = Array(pattern.dropFirst())
        if first == "*" {
            for count in 0...path.count where !path[..<count].contains("/") {
                if matches(Array(path[count...]), rest) { return true }
            }
            return false
        }
        guard let next = path.first, first == "?" || first == next else { return false }
        return matches(Array(path.dropFirst()), rest)
    }
}

/// Parses one text as `/etc/t.conf`.
func parsed(_ text: String, id: String = "node", files: [String: String] = [:]) -> ParsedFile {
    var reader = DictionaryReader(files)
    reader.files["/etc/t.conf"] = Array(text.utf8)
    return parse(file: "/etc/t.conf", reading: reader, configurationID: id)
}

/// The tree in one line: `a b { c { d } }`, quoted words in quotes.
func outline(_ statements: [Statement]) -> String {
    statements.map { statement in
        let words = ([statement.keyword] + statement.arguments).map { $0.isQuoted ? "\"\($0.text)\"" : $0.text }
        let line = words.joined(separator: " ")
        guard let children = statement.children else { return line }
        return children.isEmpty ? "\(line) {}" : "\(line) { \(outline(children)) }"
    }.joined(separator: "; ")
}

/// `code@line:column` of every diagnostic, and its file when it is not `/etc/t.conf`.
func summary(_ diagnostics: [Diagnostic]) -> [String] {
    diagnostics.map {
        let file = $0.location.file == "/etc/t.conf" ? "" : "\($0.location.file):"
        return "\($0.code)@\(file)\($0.location.line):\($0.location.column)"
    }
}
