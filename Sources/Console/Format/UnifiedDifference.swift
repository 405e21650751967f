/// Longer texts are not compared line by line: it takes time by the square of what differs.
private let comparedLines = 5000
private let context = 3

/// What changes from one text to another, as `diff -u` writes it; nothing when they are equal.
func unifiedDifference(from old: [UInt8], to new: [UInt8], name: String) -> [UInt8] {
    guard old != new else { return [] }
    let (before, after) = (lines(of: old), lines(of: new))
    var text = Array("--- \(name)\n+++ \(name)\n".utf8)
    guard max(before.count, after.count) <= comparedLines else {
        return text + Array("@@ more than \(comparedLines) lines: they are not compared @@\n".utf8)
    }
    let edits = edits(from: before, to: after)
    let changed = edits.indices.filter { edits[$0].sign != " " }
    var position = 0
    while position < changed.count {
        var last = position
        while last + 1 < changed.count, changed[last + 1] - changed[last] <= 2 * context { last += 1 }
        let hunk = max(0, changed[position] - context)..<min(edits.count, changed[last] + context + 1)
        text += head(of: hunk, in: edits)
        for edit in edits[hunk] {
            text += edit.sign.utf8
            text += edit.line
            if edit.line.last != UInt8(ascii: "\n") { text += Array("\n\\ No newline at end of file\n".utf8) }
        }
        position = last + 1
    }
    return text
}

private struct Edit {
    var sign: String
    var line: ArraySlice<UInt8>
}

/// With their line feeds.
private func lines(of text: [UInt8]) -> [ArraySlice<UInt8>] {
    var lines: [ArraySlice<UInt8>] = []
    var rest = text[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        lines.append(rest[...end])
        rest = rest[(end + 1)...]
    }
    return rest.isEmpty ? lines : lines + [rest]
}

private func edits(from old: [ArraySlice<UInt8>], to new: [ArraySlice<UInt8>]) -> [Edit] {
    var removed: Set<Int> = []
    var inserted: Set<Int> = []
    for change in new.difference(from: old) {
        switch change {
        case .remove(let offset, _, _): removed.insert(offset)
        case .insert(let offset, _, _): inserted.insert(offset)
        }
    }
    var edits: [Edit] = []
    var (left, right) = (0, 0)
    while left < old.count || right < new.count {
        if removed.contains(left) {
            edits.append(Edit(sign: "-", line: old[left]))
            left += 1
        } else if inserted.contains(right) {
            edits.append(Edit(sign: "+", line: new[right]))
            right += 1
        } else {
            edits.append(Edit(sign: " ", line: new[right]))
            (left, right) = (left + 1, right + 1)
        }
    }
    return edits
}

/// `@@ -12,3 +12,4 @@`.
private func head(of hunk: Range<Int>, in edits: [Edit]) -> [UInt8] {
    func range(without sign: String) -> String {
        let before = edits[..<hunk.lowerBound].count { $0.sign != sign }
        let count = edits[hunk].count { $0.sign != sign }
        // A range without lines is said to be after the line before it.
        return "\(count == 0 ? before : before + 1),\(count)"
    }
    return Array("@@ -\(range(without: "+")) +\(range(without: "-")) @@\n".utf8)
}
