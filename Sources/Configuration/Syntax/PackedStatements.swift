/// The statements of a part of a file as bytes, a few for each word beside its text.
///
/// A statement is: what it has, its keyword, the number of its arguments and the arguments, the line as written, where its
/// block ends, and the number of its children and the children; the last three only if it has them. A word is: what
/// it has, its line, its column, the length of its text and the text. Numbers take as many bytes as they need.
final class PackedStatements: Sendable {
    fileprivate let bytes: [UInt8]
    /// Of the places, by number.
    fileprivate let origins: [SourceLocation.Origin]
    /// The file of all places; nil when there are several.
    let onlyFile: String?

    fileprivate init(_ bytes: [UInt8], _ origins: [SourceLocation.Origin]) {
        self.bytes = bytes
        self.origins = origins
        let file = origins.first?.file
        onlyFile = origins.allSatisfy { $0.file == file } ? file : nil
    }
}

private struct Parts: OptionSet {
    let rawValue: UInt8
    static let written = Parts(rawValue: 1)
    static let block = Parts(rawValue: 2)
    static let blockEnd = Parts(rawValue: 4)
}

// MARK: Packing

/// Packs the statements of a file as its blocks are read.
struct StatementPacker {
    private var bytes: [UInt8] = []
    private var origins: [SourceLocation.Origin] = []
    private var originNumbers: [ObjectIdentifier: Int] = [:]
    /// Where statements begin in `bytes`.
    private var starts: [Int] = []
    private var statements: [Statement] = []

    /// So many bytes are packed together.
    private static let portion = 16384

    mutating func add(_ draft: StatementDraft) {
        starts.append(bytes.count)
        pack(draft)
        if bytes.count >= Self.portion { endPortion() }
    }

    mutating func add(_ others: [Statement]) {
        endPortion()
        statements += others
    }

    /// All that was added, in order.
    mutating func finish() -> [Statement] {
        endPortion()
        return statements
    }

    /// One statement by itself.
    mutating func packed(_ draft: StatementDraft) -> PackedStatements {
        pack(draft)
        return PackedStatements(bytes, origins)
    }

    private mutating func endPortion() {
        guard !starts.isEmpty else { return }
        // As many places as there are bytes, and not what the array has in reserve.
        let portion = PackedStatements(bytes.map(\.self), origins.map(\.self))
        statements += starts.map { Statement(in: portion, at: $0) }
        bytes.removeAll(keepingCapacity: true)
        origins.removeAll()
        originNumbers.removeAll()
        starts.removeAll(keepingCapacity: true)
    }

    private mutating func pack(_ draft: StatementDraft) {
        var parts: Parts = []
        if draft.written != nil { parts.insert(.written) }
        if draft.children != nil { parts.insert(.block) }
        if draft.blockEnd != nil { parts.insert(.blockEnd) }
        bytes.append(parts.rawValue)
        pack(draft.keyword, after: 0)
        pack(draft.arguments.count)
        for argument in draft.arguments { pack(argument, after: draft.location.line) }
        if let written = draft.written { pack(written) }
        if let end = draft.blockEnd { pack(end, isQuoted: false, after: draft.location.line) }
        guard let children = draft.children else { return }
        pack(children.count)
        for child in children { pack(child) }
    }

    private mutating func pack(_ word: Word, after line: Int) {
        pack(word.location, isQuoted: word.isQuoted, after: line)
        pack(word.text)
    }

    /// - Parameter line: what the place's line is counted from; it is the same line as a rule, but may be an earlier one.
    private mutating func pack(_ place: SourceLocation, isQuoted: Bool, after line: Int) {
        pack(number(of: place.origin) << 1 | (isQuoted ? 1 : 0))
        let distance = place.line - line
        pack(distance < 0 ? ~(distance << 1) : distance << 1)
        pack(place.column)
    }

    private mutating func pack(_ text: String) {
        pack(text.utf8.count)
        bytes += text.utf8
    }

    private mutating func pack(_ number: Int) {
        var rest = UInt(number)
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private mutating func number(of origin: SourceLocation.Origin) -> Int {
        if let number = originNumbers[ObjectIdentifier(origin)] { return number }
        originNumbers[ObjectIdentifier(origin)] = origins.count
        origins.append(origin)
        return origins.count - 1
    }
}

// MARK: Unpacking

/// Reads packed statements; what it is asked for must be asked for in the order in which it is packed.
struct PackedReader {
    private let packed: PackedStatements
    private(set) var index: Int

    /// What a statement begins with.
    struct Head {
        /// Of the keyword.
        let location: SourceLocation
        fileprivate let isQuoted: Bool
        /// Where the keyword's text is.
        fileprivate let text: Range<Int>
        fileprivate let argumentCount: Int
        fileprivate let parts: Parts
        var hasBlock: Bool { parts.contains(.block) }
    }

    init(_ packed: PackedStatements, at index: Int) {
        self.packed = packed
        self.index = index
    }

    mutating func head() -> Head {
        let parts = Parts(rawValue: packed.bytes[index])
        index += 1
        let (location, isQuoted) = place(after: 0)
        let count = number()
        let text = index..<(index + count)
        index += count
        return Head(location: location, isQuoted: isQuoted, text: text, argumentCount: number(), parts: parts)
    }

    func keyword(_ head: Head) -> Word {
        Word(String(decoding: packed.bytes[head.text], as: UTF8.self), at: head.location, isQuoted: head.isQuoted)
    }

    mutating func arguments(_ head: Head) -> [Word] {
        (0..<head.argumentCount).map { _ in word(after: head.location.line) }
    }

    mutating func written(_ head: Head) -> String? { head.parts.contains(.written) ? text() : nil }

    mutating func blockEnd(_ head: Head) -> SourceLocation? {
        head.parts.contains(.blockEnd) ? place(after: head.location.line).location : nil
    }

    mutating func number() -> Int {
        var number: UInt = 0
        var shift = 0
        while true {
            let byte = packed.bytes[index]
            index += 1
            number |= UInt(byte & 0x7F) << UInt(shift)
            if byte < 0x80 { return Int(number) }
            shift += 7
        }
    }

    private mutating func word(after line: Int) -> Word {
        let (location, isQuoted) = place(after: line)
        return Word(text(), at: location, isQuoted: isQuoted)
    }

    private mutating func place(after line: Int) -> (location: SourceLocation, isQuoted: Bool) {
        let first = number()
        let written = number()
        let distance = written & 1 == 0 ? written >> 1 : ~written >> 1
        let column = number()
        return (SourceLocation(in: packed.origins[first >> 1], line: line + distance, column: column), first & 1 == 1)
    }

    private mutating func text() -> String {
        let count = number()
        defer { index += count }
        return String(decoding: packed.bytes[index..<(index + count)], as: UTF8.self)
    }

    // MARK: Passing over

    /// Passes over all of a statement that comes after its head and before its children.
    mutating func skipLine(_ head: Head) { skipLine(head.parts, head.argumentCount) }

    private mutating func skipLine(_ parts: Parts, _ argumentCount: Int) {
        for _ in 0..<argumentCount { skipWord() }
        if parts.contains(.written) { skipText() }
        if parts.contains(.blockEnd) { skipPlace() }
    }

    /// Passes over a whole statement.
    mutating func skip() {
        let parts = Parts(rawValue: packed.bytes[index])
        index += 1
        skipWord()
        skipLine(parts, number())
        guard parts.contains(.block) else { return }
        for _ in 0..<number() { skip() }
    }

    private mutating func skipWord() {
        skipPlace()
        skipText()
    }

    private mutating func skipPlace() {
        for _ in 0..<3 { _ = number() }
    }

    private mutating func skipText() { index += number() }
}
