/// Reading on after a mistake in a block's first line, or in a keyword: the rest is read as if that had been mended.
///
/// Otherwise every mistake in the block would come to light only then, one run of the check after the other. Nothing can
/// run from what is read so, because the mistake itself is an error.
extension Resolver {
    /// A line, or the lines of a block, that keepalived would pass over.
    struct PassedOver {
        var file: String
        var lines: ClosedRange<Int>
    }

    /// What keepalived says of the first of them.
    private static let saidOfFirst: Set<String> = ["unknown-keyword", "duplicate-name", "missing-argument"]

    /// The statement as it is to be read, and its keyword; nil, and reported, when that is not known.
    mutating func known(
        _ statement: Statement, in block: BlockKind, among others: [Statement], _ contents: inout BlockContents
    ) -> (Statement, Keyword)? {
        if let keyword = KeywordTable.keyword(statement.keyword.text, in: block) {
            return (named(statement, keyword, in: block, among: others), keyword)
        }
        guard let meant = reportUnknown(statement, in: block) else { return nil }
        let isThere = contents.wasAttempted(meant)
        contents.attempt(meant)
        guard let keyword = KeywordTable.keyword(meant, in: block),
            // What is there already is not there a second time for that.
            keyword.repeats || !isThere && !others.contains(where: { $0.keyword.text == meant }),
            let read = corrected(statement, to: keyword, in: block)
        else {
            noteUnread(meant)
            return nil
        }
        notePassedOver(statement)
        return (named(read, keyword, in: block, among: others), keyword)
    }

    /// A block of the top level that stands in another one: what is wrong in it is said all the same.
    mutating func lookInside(_ statement: Statement) {
        let keyword = statement.keyword.text
        guard let children = statement.children, let kind = KeywordTable.keyword(keyword, in: .topLevel)?.opens,
            [.instance, .syncGroup, .script, .process, .trackFile, .bfd].contains(kind)
        else { return }
        notePassedOver(statement)
        _ = read(children, in: kind)
        guard let word = statement.arguments.first else { return }
        switch kind {
        case .instance where definedInstances[word.text] == nil: definedInstances[word.text] = word.location
        case .script: definedScripts.insert(word.text)
        case .process: definedProcesses.insert(word.text)
        case .trackFile: definedFiles.insert(word.text)
        case .bfd: definedSessions.insert(word.text)
        default: break
        }
    }

    /// Remembers that keepalived would not look at a line, or into a block.
    mutating func notePassedOver(_ statement: Statement) {
        let (first, end) = (statement.location, statement.blockEnd)
        let hasOtherLines = end.map { $0.file == first.file && $0.line > first.line } ?? false
        passedOver.append(
            PassedOver(file: first.file, lines: first.line...(hasOtherLines ? end?.line ?? 0 : first.line)))
    }

    /// Of what stands where it would not look keepalived says nothing.
    mutating func excusePassedOver() {
        guard portable, !passedOver.isEmpty else { return }
        var isFirst: [String: [Int: Bool]] = [:]
        for place in passedOver {
            for line in place.lines {
                let isFirstHere = line == place.lines.lowerBound
                if isFirst[place.file]?[line] != false { isFirst[place.file, default: [:]][line] = isFirstHere }
            }
        }
        amendDiagnostics(from: 0) { diagnostic in
            guard let isFirst = isFirst[diagnostic.location.file]?[diagnostic.location.line] else { return }
            if !isFirst || !Self.saidOfFirst.contains(diagnostic.code) { diagnostic.passesKeepalived = true }
        }
    }

    /// A statement whose keyword nobody knows, with the one that is meant; nil when it would not fit there.
    private func corrected(_ statement: Statement, to keyword: Keyword, in block: BlockKind) -> Statement? {
        let word = statement.keyword.text
        guard !word.hasPrefix("["), keyword.shape.isBlock == (statement.children != nil) else { return nil }
        var draft = statement.draft
        let line = draft.rawLine
        draft.keyword.text = keyword.name
        var start = word.count
        if !keyword.shape.isBlock, let sign = word.firstIndex(where: { $0 == "=" || $0 == ":" }) {
            let value = String(word[word.index(after: sign)...])
            if !value.isEmpty {
                start -= value.count
                var place = statement.location
                place.column += start
                draft.arguments.insert(Word(value, at: place), at: 0)
            }
        }
        let rest = line.dropFirst(start).drop { $0 == " " || $0 == "\t" }
        // Commands are read from the line again, and their places are reckoned from its beginning.
        let gap = line.count - rest.count - keyword.name.count
        let blanks = String(repeating: " ", count: rest.isEmpty ? 0 : max(1, gap))
        if gap < 1, keyword.shape.isCommand {
            draft.keyword.location.column = max(1, statement.location.column + gap - 1)
        }
        draft.written = keyword.name + blanks + rest
        return Statement(draft)
    }

    /// The same block with one name, where it has none, or one with blanks in it.
    private mutating func named(
        _ statement: Statement, _ keyword: Keyword, in block: BlockKind, among others: [Statement]
    ) -> Statement {
        guard case .block(named: .some) = keyword.shape, case .supported = keyword.status,
            statement.children?.isEmpty == false
        else { return statement }
        let words = statement.arguments
        switch words.count {
        case 1: return statement
        case 0: return with(newName(for: statement, keyword.shape, among: others), statement)
        default:
            // Where keepalived is asked for, it is read as keepalived does.
            if portable || KeywordTable.keyword(words[1].text, in: block) != nil { return statement }
            let rest = words.dropFirst().map(\.text).joined(separator: " ")
            _ = reportExtraOfBlock(statement, rest, kept: "\(keyword.name) \(words[0].text)", at: words[1].location)
            return with(words.map(\.text).joined(separator: "_"), statement)
        }
    }

    private mutating func with(_ name: String, _ statement: Statement) -> Statement {
        secondNames["\(statement.keyword.text) \(name)"] = name
        var draft = statement.draft
        draft.arguments = [Word(name, at: statement.arguments.first?.location ?? statement.location)]
        draft.written = nil
        return Statement(draft)
    }

    private mutating func newName(
        for statement: Statement, _ shape: ArgumentShape, among others: [Statement]
    ) -> String {
        let keyword = statement.keyword.text
        let stem =
            ["vrrp_instance": "VI", "vrrp_sync_group": "VG"][keyword]
            ?? String(keyword.split(separator: "_").last ?? "")
        let taken = Set(others.filter { $0.keyword.text == keyword }.compactMap { $0.arguments.first?.text })
        let name = freeName(stem, of: keyword, from: 1) { taken.contains($0) }
        report(
            .error, "missing-argument", at: statement.location, "`\(keyword)` needs a value: \(shape.notation)",
            consequence: KeywordTable.isOurs(keyword)
                ? "what it is to be is not known, so nothing of the file is used"
                : "keepalived would exit at this line",
            fix: "\(keyword) \(name) {")
        notePassedOver(statement)
        return name
    }

    /// What a second block of one name may be called: that is how it is read.
    mutating func otherName(for word: Word, of keyword: String, among isTaken: (String) -> Bool) -> String {
        let name = freeName(word.text, of: keyword, from: 2, isTaken)
        secondNames["\(keyword) \(name)"] = word.text
        return name
    }

    private mutating func freeName(
        _ stem: String, of keyword: String, from first: Int, _ isTaken: (String) -> Bool
    ) -> String {
        var number = lastNumbers["\(keyword) \(stem)"].map { $0 + 1 } ?? first
        while isTaken("\(stem)_\(number)") { number += 1 }
        lastNumbers["\(keyword) \(stem)"] = number
        return "\(stem)_\(number)"
    }

    /// The name that a block has in the file, and another one before it has too; nil of all others.
    func sharedName(of keyword: String, _ name: String) -> String? {
        secondNames["\(keyword) \(name)"].flatMap { $0 == name ? nil : $0 }
    }

    /// Lets go of what was read only to be looked at.
    mutating func dropSecondChecks() {
        guard let isSecond = secondBlocks() else { return }
        model.scripts.removeAll { isSecond("vrrp_script", $0.name, $0.location) }
        model.processes.removeAll { isSecond("vrrp_track_process", $0.name, $0.location) }
        model.files.removeAll {
            isSecond("track_file", $0.name, $0.location) || isSecond("vrrp_track_file", $0.name, $0.location)
        }
        model.sessions.removeAll { isSecond("bfd_instance", $0.name, $0.location) }
    }

    /// The same of instances, once they have been compared with one another.
    mutating func dropSecondInstances() {
        guard let isSecond = secondBlocks() else { return }
        model.instances.removeAll { isSecond("vrrp_instance", $0.name, $0.location) }
    }

    /// Whether a block, by its keyword, its name and its place, is one that has got its name from us, or one that
    /// keepalived would pass over where it is asked for; nil when there is none.
    private func secondBlocks() -> ((String, String, SourceLocation) -> Bool)? {
        if secondNames.isEmpty, passedOver.isEmpty { return nil }
        let names = secondNames
        let heads = Set(portable ? passedOver.map { [$0.file, String($0.lines.lowerBound)] } : [])
        return { names["\($0) \($1)"] != nil || heads.contains([$2.file, String($2.line)]) }
    }
}
