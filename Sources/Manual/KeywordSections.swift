internal import Configuration

/// The part of understudy.conf(5) that the keyword table says: a subsection for each kind of block.
package func keywordSections() -> String { BlockKind.allCases.map(section).joined() }

private func section(_ block: BlockKind) -> String {
    let keywords = KeywordTable.keywords(in: block)
    let supported = keywords.filter { $0.status == .supported }
    let others = keywords.filter { $0.status != .supported }
    var text = ".Ss \(block == .topLevel ? "Top level" : block.rawValue)\n"
    if let introduction = block.introduction { text += Mdoc.text(introduction) + "\n" }
    if !supported.isEmpty { text += list(supported.map(item)) }
    if !others.isEmpty {
        text += (supported.isEmpty && block.introduction == nil ? "" : ".Pp\n") + "Understudy does not do:\n"
        text += list(others.map(otherItem))
    }
    return text
}

private func list(_ items: [String]) -> String { ".Bl -tag -width Ds\n" + items.joined() + ".El\n" }

private func head(_ keyword: Keyword) -> String {
    let notation = keyword.shape.documentation
    let block = notation.hasSuffix("{ }")
    let value = block ? notation.dropLast(3).trimmed : notation
    var text = ".It Ic \(Mdoc.argument(keyword.name))"
    if !value.isEmpty { text += " Ar \(Mdoc.argument(value))" }
    return text + (block ? " No { }" : "") + "\n"
}

private func item(_ keyword: Keyword) -> String {
    var text = keyword.meaning.capitalisedFirst + "."
    if let value = keyword.defaultText { text += " Default: \(value)." }
    return head(keyword) + Mdoc.text(text) + "\n"
}

private func otherItem(_ keyword: Keyword) -> String {
    let answer: String
    switch keyword.status {
    case .supported: answer = ""
    case .notYet(let without, _): answer = "An error; without it \(without)."
    case .skipped(let owner): answer = "Passed over with a note: it belongs to \(owner)."
    case .obsolete(let replacement): answer = "A warning; today \(replacement)."
    case .noted(let remark): answer = "Accepted with a note: \(remark.reason)."
    }
    return head(keyword) + Mdoc.text(keyword.meaning.capitalisedFirst + ". " + answer) + "\n"
}

extension StringProtocol {
    fileprivate var capitalisedFirst: String { prefix(1).uppercased() + dropFirst() }

    fileprivate var trimmed: String {
        var rest = self[...]
        while rest.last == " " { rest.removeLast() }
        return String(rest)
    }
}
