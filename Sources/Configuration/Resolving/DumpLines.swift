internal import VRRPCore

extension Resolver {
    /// The keywords of keepalived's dump files, and `umask`.
    mutating func resolveDumps(_ contents: BlockContents) {
        var dumps = DumpSettings()
        var taken: [String: String] = [:]
        dumps.statePath = dumpPath("state_dump_file", contents, &taken)
        dumps.statsPath = dumpPath("stats_dump_file", contents, &taken)
        dumps.jsonPath = dumpPath("json_dump_file", contents, &taken)
        dumps.jsonVersion = contents.integer("json_version") ?? dumps.jsonVersion
        dumps.namesDaemon = contents.boolean("data_use_instance") ?? false
        reportNoName(contents)
        model.global.dumps = dumps
        model.global.umask = umask(contents)
        defaults.told.skipsAddressCheck = contents.boolean("vrrp_skip_check_adv_addr") ?? false
        defaults.told.answersHigherPriority = contents.boolean("vrrp_higher_prio_send_advert") ?? false
        defaults.told.checksUnicastSource = contents.has("vrrp_check_unicast_src")
    }

    /// The name is nobody's, or not asked for.
    private mutating func reportNoName(_ contents: BlockContents) {
        guard contents.boolean("data_use_instance") == true, let setting = contents["data_use_instance"] else { return }
        let file = contents.has("state_dump_file")
        guard file || model.global.process.identity.tag.isEmpty else { return }
        report(
            // The command line may name a namespace.
            file ? .warning : .note, "no-effect", at: setting.location,
            file
                ? "`data_use_instance` has no effect with `state_dump_file`"
                : "`data_use_instance` has no effect without `instance`, `net_namespace` or `-s`",
            consequence: file ? "the file has the name that is written there" : "the file is `keepalived.data`",
            fix: file ? "remove the line" : "instance NAME   # before `global_defs`")
    }

    /// What the dump files tell of an instance beside what it does.
    func toldSettings(_ contents: BlockContents, isStrict: Bool) -> ToldSettings {
        var told = defaults.told
        told.isStrict = isStrict
        told.skipsAddressCheck = contents.boolean("skip_check_adv_addr") ?? told.skipsAddressCheck
        told.answersHigherPriority = contents.boolean("higher_prio_send_advert") ?? told.answersHigherPriority
        told.checksUnicastSource = contents.has("check_unicast_src") || told.checksUnicastSource
        return told
    }

    /// - Parameter taken: the paths of the files before this one, with their keywords.
    private mutating func dumpPath(
        _ keyword: String, _ contents: BlockContents, _ taken: inout [String: String]
    ) -> String? {
        guard let setting = contents[keyword], let word = contents.words(keyword)?.first,
            isPlain(word, of: setting.statement)
        else { return nil }
        let name = word.text.split(separator: "/").last.map(String.init) ?? "keepalived"
        if !word.text.hasPrefix("/") {
            report(
                .error, "bad-path", at: word.location, "`\(word.text)` is a relative path, and the daemon runs in `/`",
                consequence: "the file that is read would not be the one that is written",
                fix: "\(keyword) /tmp/\(name)")
            return nil
        }
        if word.text.hasSuffix("/") {
            report(
                .error, "bad-path", at: word.location, "`\(word.text)` is a directory",
                consequence: "no file can be written in its place", fix: "\(keyword) \(word.text)keepalived")
            return nil
        }
        if let other = taken.updateValue(keyword, forKey: word.text) {
            report(
                .error, "bad-path", at: word.location, "`\(word.text)` is what `\(other)` names as well",
                consequence: "each of the two files would replace the other",
                fix: "\(keyword) \(word.text).\(keyword.prefix { $0 != "_" })")
            return nil
        }
        return word.text
    }

    // MARK: umask

    /// keepalived: a number as strtol(3) reads it with base 0, or the bits by their names in <sys/stat.h>.
    private mutating func umask(_ contents: BlockContents) -> UInt32? {
        guard let setting = contents["umask"], let words = contents.words("umask"), let first = words.first else {
            return nil
        }
        guard isPlain(first, of: setting.statement) else { return nil }
        let text = words.map(\.text).joined()
        if first.text.first?.isNumber == true {
            guard words.count == 1, let mask = Self.number(first.text), mask <= 0o777 else {
                reportBadValue(first, of: setting.statement, expected: Self.expectedMask)
                return nil
            }
            if let octal = UInt32(first.text, radix: 8), octal != mask, octal <= 0o777, mask != 0 {
                report(
                    .warning, "decimal-mask", at: first.location,
                    "`umask \(first.text)` is a decimal number: 0\(String(mask, radix: 8)) in octal",
                    consequence: "keepalived reads it so, too", fix: "umask 0\(first.text)   # if octal is meant")
            }
            return mask
        }
        var mask: UInt32 = 0
        for name in text.split(separator: "|", omittingEmptySubsequences: false) {
            guard let bits = Self.bits[String(name)] else {
                reportBadValue(first, of: setting.statement, expected: Self.expectedMask)
                return nil
            }
            mask |= bits
        }
        return mask
    }

    private static let expectedMask = "an octal number from 0 to 0777 with a leading 0, or IRGRP|IROTH and the like"

    private static func number(_ text: String) -> UInt32? {
        if text.hasPrefix("0x") || text.hasPrefix("0X") { return UInt32(text.dropFirst(2), radix: 16) }
        return text.hasPrefix("0") ? UInt32(text, radix: 8) : UInt32(text)
    }

    private static let bits: [String: UInt32] = [
        "IRUSR": 0o400, "IWUSR": 0o200, "IXUSR": 0o100, "IRGRP": 0o040, "IWGRP": 0o020, "IXGRP": 0o010,
        "IROTH": 0o004, "IWOTH": 0o002, "IXOTH": 0o001, "IRWXU": 0o700, "IRWXG": 0o070, "IRWXO": 0o007,
    ]
}
