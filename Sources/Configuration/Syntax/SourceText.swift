/// The text of one file as read, kept so that a diagnostic can show the line it speaks of.
public struct SourceText: Equatable, Sendable {
    public var file: String { origin.file }
    /// Of the places in it.
    let origin: SourceLocation.Origin
    let bytes: [UInt8]
    /// Where each line's bytes are, without the line feed and a carriage return before it.
    private let lines: [Range<Int>]

    init(file: String, bytes: [UInt8]) {
        origin = SourceLocation.Origin(file)
        self.bytes = bytes
        var lines: [Range<Int>] = []
        var start = 0
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
            lines.append(SourceText.withoutCarriageReturn(start..<index, of: bytes))
            start = index + 1
        }
        if start < bytes.count { lines.append(SourceText.withoutCarriageReturn(start..<bytes.count, of: bytes)) }
        self.lines = lines
    }

    private static func withoutCarriageReturn(_ range: Range<Int>, of bytes: [UInt8]) -> Range<Int> {
        guard let last = range.last, bytes[last] == UInt8(ascii: "\r") else { return range }
        return range.lowerBound..<last
    }

    /// The number of lines; a last line without a line feed counts.
    public var lineCount: Int { lines.count }

    /// Why the file cannot be read line by line, said once and not for every line.
    var notText: Diagnostic? {
        let start = SourceLocation(in: origin, line: 1, column: 1)
        let nuls = bytes.prefix(1024).count { $0 == 0 }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) || nuls > 16 {
            return Diagnostic(
                .error, "not-text", at: start, "the file is not UTF-8 text: it is binary, or UTF-16",
                consequence: "nothing in it can be read", fix: "save it as UTF-8, or name the right file")
        }
        if bytes.count(where: { $0 == UInt8(ascii: "\r") }) > 1, !bytes.contains(UInt8(ascii: "\n")) {
            return Diagnostic(
                .error, "not-text", at: start, "the lines end in carriage returns without line feeds",
                consequence: "the whole file counts as one line", fix: "tr '\\r' '\\n' < \(file)   # into a new file")
        }
        return nil
    }

    /// The bytes of a line counted from 1; empty when there is no such line.
    func bytes(ofLine number: Int) -> ArraySlice<UInt8> {
        guard lines.indices.contains(number - 1) else { return [] }
        return bytes[lines[number - 1]]
    }

    /// A line counted from 1, without its end and with what is not UTF-8 replaced; nil when there is no such line.
    public func line(_ number: Int) -> String? {
        guard lines.indices.contains(number - 1) else { return nil }
        return String(decoding: bytes(ofLine: number), as: UTF8.self)
    }
}
