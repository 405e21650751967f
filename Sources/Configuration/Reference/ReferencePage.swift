/// The configuration reference in Markdown, made from the keyword table: docs/reference/configuration.md.
public func referencePage() -> String {
    var page = """
        # Configuration reference

        This page is made from the keyword table of Understudy. Do not edit it: run the tests with `UNDERSTUDY_REWRITE=1`.

        The language is keepalived's. Names are resolved after the whole file is read, so the order of blocks does not matter.
        Every keyword that keepalived knows is listed. A keyword marked *not yet* is an error, which says what would be missing
        without it; one marked *passed over* or *accepted* gets a note, one marked *obsolete* a warning. Anything else is an error with a
        suggestion.

        Times are decimal seconds unless a row says otherwise. Words with spaces stand in double quotes.


        """
    for block in BlockKind.allCases { page += section(block) }
    return page + ours() + newer()
}

/// What keepalived would not know, apart.
private func ours() -> String {
    var text = "## Understudy's own\n\n"
    text += "keepalived logs these as unknown and passes over the line; `understudy check --portable` names them.\n\n"
    text += "| keyword | in | meaning |\n|---|---|---|\n"
    for block in BlockKind.allCases {
        for keyword in KeywordTable.keywords(in: block) where keyword.isOurs {
            text += row(["`\(keyword.name)`", "`\(block.rawValue)`", keyword.meaning])
        }
    }
    return text
}

/// What the keepalived of an older distribution would not know.
private func newer() -> String {
    var text = "\n## Newer than keepalived 2.2.7\n\n"
    text +=
        "`understudy check --portable` notes these too, and `--compat` refuses them, as `keepalived -t` of that version does.\n\n"
    text += "| in | keywords |\n|---|---|\n"
    for block in BlockKind.allCases {
        guard let names = KeywordTable.newer[block] else { continue }
        text += row(["`\(block.rawValue)`", names.sorted().map { "`\($0)`" }.joined(separator: " ")])
    }
    return text
}

private func section(_ block: BlockKind) -> String {
    let keywords = KeywordTable.keywords(in: block)
    let supported = keywords.filter(\.isSupported)
    let others = keywords.filter { !$0.isSupported }
    var text = "## \(block == .topLevel ? "Top level" : "`\(block.rawValue)`")\n\n"
    if let introduction = block.introduction { text += introduction + "\n\n" }
    if !supported.isEmpty {
        let hasColumn = block != .topLevel
        text += "| keyword | argument | default | meaning |" + (hasColumn ? " example |" : "")
        text += "\n|---|---|---|---|" + (hasColumn ? "---|\n" : "\n")
        for keyword in supported {
            let cells = [
                "`\(keyword.name)`", code(keyword.shape.documentation), keyword.defaultText ?? "", keyword.meaning,
            ]
            text += row(hasColumn ? cells + [example(of: keyword, in: block)] : cells)
        }
        text += "\n"
        if !hasColumn { text += "An example of each:\n\n```\n\(exampleFile())\n```\n\n" }
    }
    if !others.isEmpty {
        text += "| not done by Understudy | argument | meaning | status |\n|---|---|---|---|\n"
        for keyword in others {
            text += row([
                "`\(keyword.name)`", code(keyword.shape.documentation), keyword.meaning, status(keyword.status),
            ])
        }
        text += "\n"
    }
    return text
}

/// All blocks of the top level in one file.
public func exampleFile() -> String {
    KeywordTable.keywords(in: .topLevel).compactMap { $0.example(in: .topLevel) }.joined(separator: "\n\n")
}

/// The lines of an example in the cell of a table, without their indentation.
private func example(of keyword: Keyword, in block: BlockKind) -> String {
    (keyword.example(in: block) ?? "").split(separator: "\n")
        .map { line in code(String(line.drop { $0 == " " })) }.joined(separator: "<br>")
}

extension BlockKind {
    /// What the lines of the block are, where its keywords alone do not say it.
    public var introduction: String? {
        switch self {
        case .unicastPeers: "One peer per line: the address of the other router, without a prefix."
        case .addresses:
            "One address per line: `ADDRESS[/PREFIX]`, then any of the words below. Without a prefix the address is a host's: "
                + "/32 or /128. `virtual_ipaddress_excluded` and `static_ipaddress` are written alike."
        case .routes:
            "One route per line: `NETWORK/PREFIX` or `default`, and any of the words below before or after it, as in `ip route`: "
                + "`src 192.0.2.10 default via 192.0.2.254 dev eth0`. Without a prefix the network is a host. The routes carry the "
                + "protocol number 112."
        case .rules:
            "One rule per line, of the words below in any order, as in `ip rule`: `from 192.0.2.10 lookup 100 preference 300`. It "
                + "needs one action. The rules carry the protocol number 112."
        case .trackedInterfaces, .trackedScripts, .trackedProcesses, .trackedFiles, .trackedSessions:
            "One name per line, then perhaps its weight for this instance."
        case .interfaceDelays:
            "One interface per line: `INTERFACE DOWN [UP]`, seconds from 0 to 255. A loss of carrier counts when it has lasted for DOWN, "
                + "a return when it has lasted for UP, 0 when not given. DOWN is kept below the time after which another router "
                + "takes over: one advert interval less than `down_timer_adverts` of them. An interface that is deleted is gone "
                + "at once, and one that is set down loses its IPv6 addresses, which the kernel takes away."
        case .bfd:
            "A session in asynchronous mode, without authentication and without echo, over UDP port 3784. It is down until the "
                + "neighbour answers, so that an instance that tracks it without weight begins in FAULT."
        default: nil
        }
    }
}

private func status(_ status: Keyword.Status) -> String {
    switch status {
    case .supported: ""
    case .notYet(let without, _): "not yet; without it \(without)"
    case .skipped(let owner): "passed over: belongs to \(owner)"
    case .obsolete(let replacement): "obsolete; today \(replacement)"
    case .noted(let remark): "accepted: \(remark.reason)"
    }
}

private func row(_ cells: [String]) -> String {
    "| "
        + cells.map { $0.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|") }
        .joined(separator: " | ") + " |\n"
}

private func code(_ text: String) -> String { text.isEmpty ? "" : "`\(text)`" }

extension ArgumentShape {
    /// The notation with the range where the notation alone does not give it.
    public var documentation: String {
        switch self {
        case .seconds(let range): return "SECONDS, \(seconds(range.lowerBound))..\(seconds(range.upperBound))"
        case .milliseconds(let range): return "MILLISECONDS, \(range.lowerBound / 1000)..\(range.upperBound / 1000)"
        default: return notation
        }
    }

    private func seconds(_ microseconds: UInt64) -> String {
        let fraction = microseconds % 1_000_000
        guard fraction != 0 else { return String(microseconds / 1_000_000) }
        var digits = String(fraction)
        digits = String(repeating: "0", count: 6 - digits.count) + digits
        while digits.last == "0" { digits.removeLast() }
        return "\(microseconds / 1_000_000).\(digits)"
    }
}
