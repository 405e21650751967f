import Configuration
import Testing

@Suite struct LexerTests {
    private func read(_ text: String) -> String { outline(parsed(text).statements) }

    @Test(arguments: [
        ("a b c", "a b c"),
        ("  a\tb\u{0C}c\u{0B}d\re  ", "a b c d e"),
        ("a b\r\nc d\r\n", "a b; c d"),
        ("\n\n a \n", "a"),
        ("", ""),
    ])
    func `splits words at every kind of blank`(text: String, expected: String) {
        #expect(read(text) == expected)
    }

    @Test(arguments: [
        ("a # b", "a"), ("a ! b", "a"), ("# a", ""), ("! a\nb", "b"), ("a 1#b", "a 1"),
        ("a \"# not\" # yes", "a \"# not\""), ("a \\#b \\!c", "a #b !c"), ("a '# b'", "a '"),
        ("a \"x ! y", "a \"x ! y\""),
    ])
    func `cuts comments outside of double quotes`(text: String, expected: String) {
        #expect(read(text) == expected)
    }

    @Test(arguments: [
        "auth_pass 1234#56", "auth_pass pa!", "auth_pass 1!  # why", "authentication {\nauth_pass 12#\n}", "a b!c",
        "a b#c",
    ])
    func `warns of a word that a comment cuts`(text: String) {
        #expect(parsed(text).diagnostics.map(\.code) == ["comment-inside-word"])
    }

    @Test(arguments: [
        "auth_pass 1234 #56", "auth_pass \"pa!\"", "auth_pass pa\\!", "priority 100# why", "priority 100#why", "a b#",
    ])
    func `takes a comment after a word for one`(text: String) {
        #expect(parsed(text).diagnostics.isEmpty)
    }

    @Test(arguments: [
        ("a \"b c\" d", "a \"b c\" d"), ("a b\"c d\"e", "a b \"c d\" e"), ("a \"\"", "a \"\""),
        ("a \"{ b }\" c", "a \"{ b }\" c"), ("a \"b\\\" c", "a \"b\\\" c"),
    ])
    func `reads words in double quotes`(text: String, expected: String) {
        #expect(read(text) == expected)
    }

    @Test func `locates every word by character`() {
        let statement = parsed("\ta \"é ü\" b\n  c").statements[0]
        #expect(statement.keyword.location == SourceLocation(file: "/etc/t.conf", line: 1, column: 2))
        #expect(statement.arguments.map(\.location.column) == [4, 10])
        #expect(statement.arguments[0].isQuoted)
        #expect(parsed("\ta\n  c").statements[1].location == SourceLocation(file: "/etc/t.conf", line: 2, column: 3))
    }

    @Test func `keeps the line as written for quoted commands`() {
        #expect(
            parsed("  script \"/a  'b # c'\"  root   # why").statements[0].rawLine == "script \"/a  'b # c'\"  root")
        #expect(parsed("script a \\# b{").statements[0].rawLine == "script a # b")
    }

    @Test func `reports an unterminated quote at the quote and keeps the block`() {
        let result = parsed("a \"b c {\n d\n}\ne")
        #expect(summary(result.diagnostics) == ["unterminated-quote@1:3"])
        #expect(outline(result.statements) == "a \"b c\" { d }; e")
    }

    @Test func `drops a line with a NUL byte and says so`() {
        let result = parsed("a\nb \0\nc")
        #expect(summary(result.diagnostics) == ["nul-byte@2:1"])
        #expect(outline(result.statements) == "a; c")
    }

    @Test func `reads a line that keepalived would drop but warns`() {
        let result = parsed("a " + String(repeating: "b", count: 1022))
        #expect(result.diagnostics.map(\.severity) == [.warning])
        #expect(result.statements.count == 1)
        #expect(parsed("a " + String(repeating: "b", count: 1021)).diagnostics.isEmpty)
        #expect(summary(parsed("a " + String(repeating: "b", count: 65535)).diagnostics) == ["line-too-long@1:1"])
    }

    @Test func `reports what is not UTF-8 unless it is in a comment`() {
        var reader = DictionaryReader()
        reader.files["/etc/t.conf"] = Array("a # ".utf8) + [0xE9] + Array("\nb x".utf8) + [0xE9, 0x0A]
        let result = parse(file: "/etc/t.conf", reading: reader, configurationID: "x")
        #expect(summary(result.diagnostics) == ["invalid-utf8@2:4"])
        #expect(outline(result.statements) == "a; b x\u{FFFD}")
    }

    @Test func `reads typographic quotes and spaces as what they look like and reports them`() {
        let result = parsed("script “/a b” # “fine”\n\u{A0}priority 100\nx \"“ok”\"")
        #expect(summary(result.diagnostics) == ["typographic-character@1:8", "typographic-character@2:1"])
        #expect(outline(result.statements) == "script \"/a b\"; priority 100; x \"“ok”\"")
    }

    @Test func `passes over a byte order mark`() {
        let result = parsed("\u{FEFF}a b")
        #expect(summary(result.diagnostics) == ["byte-order-mark@1:1"])
        #expect(outline(result.statements) == "a b")
    }

    @Test func `warns of a word that a comment character cuts`() {
        #expect(summary(parsed("auth_pass k@l!ve1").diagnostics) == ["comment-inside-word@1:14"])
        #expect(parsed("auth_pass k@l\\!ve1").diagnostics.isEmpty)
        #expect(parsed("a 10.0.0.1/24#vip\n}#x\na # b#c".replacing("}", with: "{}")).diagnostics.isEmpty)
    }
}
