internal import VRRPCore

extension Resolver {
    /// Reads a `track_file` block, also under its old name.
    mutating func resolveFileCheck(_ statement: Statement) {
        guard let name = name(of: statement, among: definedFiles) else { return }
        definedFiles.insert(name)
        let keyword = statement.keyword.text
        if keyword != "track_file" {
            report(
                .note, "old-name", at: statement.location, "`\(keyword)` has another name today",
                consequence: "it means the same, in keepalived too", fix: "track_file \(name) {")
        }
        let contents = read(statement.children ?? [], in: .trackFile)
        guard let path = contents.words("file")?.first else {
            if !contents.wasAttempted("file") { reportMissing("file", of: keyword, name, at: statement) }
            return
        }
        guard checkPath(path, name) else { return }
        var check = FileCheck(name: name, location: statement.location, path: path.text, pathLocation: path.location)
        check.weight = contents.weight("weight") ?? check.weight
        if let setting = contents["init_file"] { check.beginning = beginning(setting) }
        model.files.append(check)
    }

    private mutating func checkPath(_ path: Word, _ name: String) -> Bool {
        if !path.text.hasPrefix("/") {
            report(
                .error, "bad-path", at: path.location, "`\(path.text)` is a relative path, and the daemon runs in `/`",
                consequence: "the file that is read would not be the one that is written",
                fix: "file /run/understudy/\(path.text.split(separator: "/").last ?? name[...])",
                passesKeepalived: true)
            return false
        }
        if path.text.hasSuffix("/") {
            report(
                .error, "bad-path", at: path.location, "`\(path.text)` is a directory",
                consequence: "it holds no number",
                fix: "file \(path.text)\(name)")
            return false
        }
        return true
    }

    /// `[VALUE] [overwrite]`, in either order as keepalived takes them.
    private mutating func beginning(_ setting: Setting) -> FileCheck.Beginning? {
        var beginning = FileCheck.Beginning()
        for word in setting.statement.arguments {
            if word.text == "overwrite" {
                beginning.overwrites = true
            } else if let value = Int32(word.text) {
                beginning.value = Int(value)
                if abs(Int(value)) > 254 {
                    report(
                        .note, "out-of-range", at: word.location,
                        "`\(value)` is more than a priority can change by",
                        consequence: "it counts as \(value < 0 ? -254 : 254), or as the weight makes of it",
                        fix: "\(setting.statement.keyword.text) \(value < 0 ? -254 : 254)", passesKeepalived: false)
                }
            } else {
                reportBadValue(
                    word, of: setting.statement,
                    expected: "a whole number from -2147483648 to 2147483647, and `overwrite`")
                return nil
            }
        }
        return beginning
    }
}
