import Testing

@testable import Daemon

@Suite struct `What tracked files hold` {
    @Test(arguments: [
        FileContent.number(5), .number(-2_147_483_648), .missing, .empty, .noNumber("foo bar"), .noNumber(""),
        .tooLarge("99999999999"), .unreadable("Input/output error"),
    ])
    func `goes from one process to the other as it is`(content: FileContent) {
        let report = FileReport.content(index: 17, content)
        #expect(FileReport(report.line) == report)
    }

    @Test func `other reports do too, each on one line`() {
        #expect(FileReport(FileReport.alive.line) == .alive)
        #expect(FileReport(FileReport.notWritten(index: 0, reason: "a b").line) == .notWritten(index: 0, reason: "a b"))
        #expect(!FileReport.notWritten(index: 0, reason: "a\nb").line.contains("\n"))
        for line in ["", " ", "x", "1", "1 ", "x =5", "1 =", "1 =x", "1 ?", "= 5"] { #expect(FileReport(line) == nil) }
    }

    @Test func `counts as keepalived counts it, and what cannot be read changes nothing`() {
        #expect(FileContent(Array("0x10".utf8)).number(after: 3) == 16)
        #expect(FileContent.missing.number(after: 3) == 0)
        #expect(FileContent(Array(" \n".utf8)).number(after: 3) == 0)
        #expect(FileContent(Array("foo".utf8)).number(after: 3) == 0)
        #expect(FileContent(Array("3000000000".utf8)).number(after: 3) == 3)
        #expect(FileContent(Array("3000000000".utf8)).number(after: nil) == 0)
        #expect(FileContent.unreadable("x").number(after: 3) == 3)
        #expect(FileContent.unreadable("x").number(after: nil) == 0)
    }

    @Test func `is shown without what would break a line`() {
        #expect(FileContent([0x66, 0x0a, 0x1b, 0xff]) == .noNumber("f???"))
        #expect(FileContent([UInt8](repeating: 0x66, count: 127)) == .noNumber(String(repeating: "f", count: 24)))
    }
}
