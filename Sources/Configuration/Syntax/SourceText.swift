/// The text of one file as read, kept so that a diagnostic can show the line it speaks of.
public struct SourceText: Equatable, Sendable {
    public let file: String
    let bytes: [UInt8]
    /// Where each line's bytes are, without the line feed and a carriage return before it.
    private let lines: [Range<Int>]

    init(file: String, bytes: [UInt8]) {
        self.file = file
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
