import Configuration
import Testing

@Suite struct CommandLineTests {
    private func read(_ line: String) throws -> QuotedCommand {
        try QuotedCommand.parse(parsed(line).statements[0]).get()
    }

    @Test(arguments: [
        ("script /a/b", ["/a/b"]),
        ("script \"/a/b -x y\"", ["/a/b", "-x", "y"]),
        ("script '/a/b -x y'", ["/a/b", "-x", "y"]),
        ("script \"/x/n.sh 'two words' \\x41\" root adm", ["/x/n.sh", "two words", "A"]),
        ("script '/a \"b c\" d'", ["/a", "b c", "d"]),
        ("script \"/a\"' b'\" c\"", ["/a", "b", "c"]),
        ("script \"/a ''\"", ["/a", ""]),
        ("script \"/a b'c d'e\"", ["/a", "bc de"]),
        ("script \"/a '#x' !y\" # z", ["/a", "#x", "!y"]),
        ("script \"/a \\t\\101\\cA\\q\\E\\'\"", ["/a", "\tA\u{01}q\u{1B}'"]),
        ("script \"/a \\\\ x\"", ["/a", "\\", "x"]),
    ])
    func `splits a command by the quoting rules`(line: String, command: [String]) throws {
        #expect(try read(line).command == command)
    }

    @Test func `finds user, group and text`() throws {
        let command = try read("  notify_master \"/x/n.sh 'two words'\" root adm")
        #expect(command.user == Word("root", at: SourceLocation(file: "/etc/t.conf", line: 1, column: 39)))
        #expect(command.group?.text == "adm")
        #expect(command.text == "/x/n.sh 'two words'")
        #expect(command.location.column == 17)
    }

    @Test(arguments: [
        ("script", "missing-value", 1), ("script \"\"", "missing-value", 1), ("script \"  \"", "missing-value", 8),
        ("script \"it's\"", "unterminated-quote", 8), ("script 'a", "unterminated-quote", 8),
        ("script /usr/bin/killall -0 haproxy", "unquoted-command", 25),
        ("script /a b c d", "unquoted-command", 11),
        ("script \"a \\000\"", "escape-not-text", 8), ("script \"a \\xff\"", "escape-not-text", 8),
    ])
    func `locates what is wrong with a command`(line: String, code: String, column: Int) {
        let result = QuotedCommand.parse(parsed(line).statements[0])
        guard case .failure(let problem) = result else {
            Issue.record("accepted as \(result)")
            return
        }
        #expect(problem.diagnostic.code == code)
        #expect(problem.diagnostic.location.column == column)
    }

    @Test func `suggests the quotes that are missing`() {
        guard case .failure(let problem) = QuotedCommand.parse(parsed("script killall -0 haproxy").statements[0]) else {
            Issue.record("accepted")
            return
        }
        #expect(problem.diagnostic.fix == "script \"killall -0 haproxy\"")
    }
}
