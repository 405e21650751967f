/// The text of one file as read, kept so that a diagnostic can show the line it speaks of.
public struct SourceText: Equatable, Sendable {
    public var file: String { origin.file }
    /// Of the places in it.
    let origin: SourceLocation.Origin
    let bytes: [UInt8]
    /// The number of lines; a last line without a line feed counts.
    public let lineCount: Int
    /// Where the first line begins, and each that comes so many lines after another one here.
    private let marks: [Int]
    private static let linesBetweenMarks = 16
    /// What a text was that has been let go; nil while it is here.
    private let fingerprint: Int?

    init(file: String, bytes: [UInt8]) {
        origin = SourceLocation.Origin(file)
        fingerprint = nil
        self.bytes = bytes
        var count = 0
        var marks: [Int] = []
        var start = 0
        while start < bytes.count {
            if count.isMultiple(of: Self.linesBetweenMarks) { marks.append(start) }
            count += 1
            start = Self.end(ofLineAt: start, in: bytes)
        }
        lineCount = count
        self.marks = marks
    }

    /// The same without the text, of which only the fingerprint is kept.
    private init(lettingGo text: SourceText) {
        (origin, bytes, lineCount, marks) = (text.origin, [], 0, [])
        fingerprint = text.fingerprint ?? text.bytes.hashValue
    }

    /// The same without its text, if that can be read again when there is something to say of it: most files are without a
    /// complaint, and a large one takes as much memory as all that is made of it.
    func lettingGo(of reader: any SourceReader) -> SourceText {
        reader.isIncludable(file) ? SourceText(lettingGo: self) : self
    }

    /// The same with its text, read again if need be; without it when the file says something else by now.
    func readAgain(by reader: any SourceReader) -> SourceText {
        guard let fingerprint, case .success(let bytes) = reader.read(file), bytes.hashValue == fingerprint else {
            return self
        }
        return SourceText(file: file, bytes: bytes)
    }

    /// Where the next line begins.
    private static func end(ofLineAt start: Int, in bytes: [UInt8]) -> Int {
        var index = start
        while index < bytes.count {
            index += 1
            if bytes[index - 1] == UInt8(ascii: "\n") { return index }
        }
        return index
    }

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

    /// The bytes of a line counted from 1, without the line feed and a carriage return before it.
    ///
    /// Empty when there is no such line.
    func bytes(ofLine number: Int) -> ArraySlice<UInt8> {
        guard 1 <= number, number <= lineCount else { return [] }
        let (mark, distance) = (number - 1).quotientAndRemainder(dividingBy: Self.linesBetweenMarks)
        var start = marks[mark]
        for _ in 0..<distance { start = Self.end(ofLineAt: start, in: bytes) }
        return bytes(ofLineAt: &start)
    }

    /// The same for the line that begins at `start`, which is moved to the next: for who reads one after the other.
    func bytes(ofLineAt start: inout Int) -> ArraySlice<UInt8> {
        let next = Self.end(ofLineAt: start, in: bytes)
        var end = next
        if end > start, bytes[end - 1] == UInt8(ascii: "\n") { end -= 1 }
        if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        defer { start = next }
        return bytes[start..<end]
    }

    /// A line counted from 1, without its end and with what is not UTF-8 replaced; nil when there is no such line.
    public func line(_ number: Int) -> String? {
        guard 1 <= number, number <= lineCount else { return nil }
        return String(decoding: bytes(ofLine: number), as: UTF8.self)
    }
}
