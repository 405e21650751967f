import Configuration
import Testing

/// What statements say is what they were made of, although they are kept as bytes.
@Suite struct PackedStatementTests {
    private func place(_ line: Int, _ column: Int, _ file: String = "/etc/a.conf") -> Configuration.SourceLocation {
        SourceLocation(file: file, line: line, column: column)
    }

    @Test func `a statement says what it was made of`() {
        let keyword = Word("notify_master", at: place(70_000, 5))
        // A definition may put words of earlier lines, of other files and of any length on a line.
        let arguments = [
            Word("", at: place(69_999, 1), isQuoted: true), Word("é ü", at: place(70_001, 300, "/etc/b.conf")),
            Word(String(repeating: "x", count: 40_000), at: place(1, 16_384)),
        ]
        let child = Statement(keyword: Word("a", at: place(70_002, 9)), arguments: [], rawLine: "a", children: [])
        let other = Statement(
            keyword: Word("b", at: place(70_003, 9), isQuoted: true), arguments: [keyword], rawLine: "\"b\"  notify",
            children: [child, child], blockEnd: place(3, 1, "/etc/b.conf"))
        let statement = Statement(
            keyword: keyword, arguments: arguments, rawLine: "as  written", children: [child, other, child],
            blockEnd: place(70_004, 1))
        #expect(statement.keyword == keyword && statement.location == keyword.location)
        #expect(statement.arguments == arguments)
        #expect(statement.rawLine == "as  written" && other.rawLine == "\"b\"  notify" && child.rawLine == "a")
        #expect(statement.blockEnd == place(70_004, 1) && child.blockEnd == nil)
        #expect(statement.children == [child, other, child] && child.children == [])
        #expect(statement.children?[1].children?[1] == child)
        #expect(statement.children?[1].blockEnd == place(3, 1, "/etc/b.conf"))
    }

    @Test func `a line without a block has none, which is not the same as an empty one`() {
        let word = Word("a", at: place(1, 1))
        let line = Statement(keyword: word, arguments: [], rawLine: "a")
        let block = Statement(keyword: word, arguments: [], rawLine: "a", children: [])
        #expect(line.children == nil && block.children == [] && line != block)
    }

    @Test func `many blocks are all there, in order, with what they include`() {
        let names = (0..<3000).map { "vrrp_script s\($0) {\n    script \"/bin/true \($0)\"\n    interval 1\n}\n" }
        let statements = parsed(
            names[..<1500].joined() + "include more.conf\n" + names[1500...].joined(),
            files: ["/etc/more.conf": "vrrp_script more { script /bin/false }\n"]
        ).statements
        #expect(statements.count == 3001)
        let found = statements.map { $0.arguments[0].text }
        #expect(found == (0..<1500).map { "s\($0)" } + ["more"] + (1500..<3000).map { "s\($0)" })
        #expect(statements[3000].children?[0].rawLine == "script \"/bin/true 2999\"")
        #expect(statements[3000].location == place(1500 * 4 + 2 + 1499 * 4, 1, "/etc/t.conf"))
        #expect(statements[1500].location == place(1, 1, "/etc/more.conf"))
    }
}
