internal import VRRPWire

/// The statements of a block that count, by keyword.
struct WrittenBlock {
    private let kind: BlockKind
    private var statements: [String: [Statement]] = [:]

    init(_ statements: [Statement], in kind: BlockKind) {
        self.kind = kind
        self.statements = Dictionary(grouping: statements, by: \.keyword.text)
    }

    /// Where a keyword that is given once is given; the last line counts, or the first.
    func line(_ name: String) -> Statement? {
        let keyword = KeywordTable.keyword(name, in: kind)
        return statements[name]?.first { keyword?.keeps($0) == true } ?? statements[name]?.last
    }

    /// Every setting of the block, those that nobody wrote too.
    ///
    /// - Parameters:
    ///   - globals: what is said for all.
    ///   - value: the value of a keyword that counts, as it would be written; nil where the model does not have it.
    func settings(inherited globals: WrittenBlock? = nil, value: (String) -> String?) -> [EffectiveSetting] {
        KeywordTable.keywords(in: kind).filter(\.isSupported).flatMap { keyword -> [EffectiveSetting] in
            if keyword.shape.isBlock { return nested(keyword) }
            if keyword.repeats {
                return (statements[keyword.name] ?? []).map { EffectiveSetting($0, keyword, value: nil) }
            }
            if let line = line(keyword.name) { return [EffectiveSetting(line, keyword, value: value(keyword.name))] }
            return unwritten(keyword, globals, value(keyword.name))
        }
    }

    /// What is written and opens no block.
    func plainLines() -> [EffectiveSetting] {
        KeywordTable.keywords(in: kind).filter { $0.isSupported && !$0.shape.isBlock }.compactMap { keyword in
            line(keyword.name).map { EffectiveSetting($0, keyword, value: nil) }
        }
    }

    private func nested(_ keyword: Keyword) -> [EffectiveSetting] {
        guard let blocks = statements[keyword.name], let last = blocks.last else { return [] }
        let lines = (keyword.repeats ? blocks : [last]).flatMap { $0.children ?? [] }.map { EffectiveLine($0) }
        guard !lines.isEmpty else { return [] }
        return [
            EffectiveSetting(keyword: keyword.name, origin: .written, place: blocks[0].location, lines: lines)
        ]
    }

    private func unwritten(_ keyword: Keyword, _ globals: WrittenBlock?, _ value: String?) -> [EffectiveSetting] {
        // What has no effect, and what has another name today, is nobody's default.
        let isIdle = keyword.meaning.hasPrefix("accepted;") || keyword.meaning.hasPrefix("old name")
        // `preempt` is what `nopreempt` is not.
        guard !isIdle, keyword.name != "preempt", keyword.defaultText != nil || value != nil else { return [] }
        // What is written of the two is no default of the other.
        let opposites = ["accept": "no_accept", "no_accept": "accept"]
        if let opposite = opposites[keyword.name], statements[opposite] != nil { return [] }
        for name in globalNames(of: keyword.name) {
            guard let line = globals?.line(name) else { continue }
            // It may be for the other family, or for no block of this kind.
            if let value, !keyword.shape.says(value, as: line.writtenArguments) { continue }
            return [
                EffectiveSetting(
                    keyword: keyword.name, value: value ?? line.writtenArguments, origin: .inherited(name),
                    place: line.location)
            ]
        }
        var usual = EffectiveSetting(keyword: keyword.name, value: value, origin: .usual)
        let words = usualWords(of: keyword)
        if keyword.shape == .flag {
            (usual.value, usual.description) = (nil, value ?? words)
        } else if value == nil {
            let isValue = words.map { DecimalSeconds($0) != nil || IPAddress($0) != nil } ?? false
            (usual.value, usual.description) = isValue ? (words, nil) : (nil, words)
        }
        return [usual]
    }

    /// The default in words: that of the keyword of `global_defs`, where it is as nobody says there.
    private func usualWords(of keyword: Keyword) -> String? {
        guard let text = keyword.defaultText else { return nil }
        for name in globalNames(of: keyword.name) where kind != .globalDefs {
            guard ["as in global_defs", "`\(name)`"].contains(text),
                let global = KeywordTable.keyword(name, in: .globalDefs)?.defaultText
            else { continue }
            return String(global.filter { $0 != "`" })
        }
        return String(text.filter { $0 != "`" })
    }

    /// The keywords of `global_defs` that say something for a block that says nothing, the nearest first.
    private func globalNames(of name: String) -> [String] {
        switch name {
        // `vrrp_priority` is how the process is scheduled.
        case "priority": []
        case "interface": ["default_interface"]
        case "user": ["script_user"]
        case "strict_mode": ["vrrp_strict"]
        case "smtp_alert": ["smtp_alert_vrrp", "smtp_alert"]
        case "mcast_dst_ip": ["vrrp_mcast_group4", "vrrp_mcast_group6"]
        case "kernel_rx_buf_size": ["vrrp_rx_bufs_policy"]
        case "garp_lower_prio_delay", "garp_lower_prio_repeat":
            ["vrrp_\(name)", "vrrp_" + name.replacing("lower_prio", with: "master")]
        default: ["vrrp_\(name)", name]
        }
    }
}

extension EffectiveSetting {
    /// A line that is written, and the value that counts, where the model has it.
    fileprivate init(_ line: Statement, _ keyword: Keyword, value: String?) {
        let written = line.writtenArguments
        self.init(keyword: keyword.name, value: written, origin: .written, place: line.location)
        guard let value, !keyword.shape.says(value, as: written) else { return }
        if keyword.shape == .flag {
            origin = .idle
        } else {
            (self.value, description) = (value, "written as \(written)")
        }
    }
}

extension ArgumentShape {
    /// Whether two ways to write a value are the same.
    fileprivate func says(_ value: String, as written: String) -> Bool {
        switch self {
        case .flag: value == "on"
        case .optionalBoolean: (value == "on") == ["", "on", "true", "yes"].contains(written)
        case .seconds, .milliseconds: DecimalSeconds(value)?.microseconds == DecimalSeconds(written)?.microseconds
        case .integer: Int(value) == Int(written)
        default: value == written || "\"\(value)\"" == written
        }
    }
}

extension Statement {
    /// The line so that it is read again as it was read: names replaced, no comment.
    var writtenText: String {
        var text: [Unicode.Scalar] = []
        var isQuoted = false
        for scalar in Array(rawLine.unicodeScalars).spaced {
            if scalar == "\"" { isQuoted.toggle() }
            if !isQuoted, scalar == "#" || scalar == "!" { text.append("\\") }
            text.append(scalar)
        }
        return String(text)
    }

    /// The same without the keyword.
    var writtenArguments: String {
        let text = writtenText.drop { $0 != " " && $0 != "\"" && $0 != "\t" }
        return String(text.drop { $0 == " " || $0 == "\t" })
    }
}
