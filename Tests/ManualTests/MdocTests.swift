import Manual
import Testing

@Suite struct `Text on its way into a page` {
    @Test func `a sentence begins a line, and nothing begins a macro`() {
        #expect(Mdoc.text("One. Two goes on, e.g. so.") == "One.\nTwo goes on, e.g. so.")
        #expect(Mdoc.text(".conf files") == "\\&.conf files")
        #expect(Mdoc.text("'on' or 'off'") == "\\&'on' or 'off'")
    }

    @Test func `paragraphs stay apart, and what is indented stays as it is`() {
        let page = Mdoc.text("One\nline.\n\nTwo:\n\n  a  -b\n  .c")
        #expect(page == "One line.\n.Pp\nTwo:\n.Bd -literal -offset indent\na  \\-b\n\\&.c\n.Ed")
    }

    @Test func `what is typed keeps its hyphens and its backslashes`() {
        #expect(Mdoc.text("With --json a well-known C:\\x") == "With \\-\\-json a well-known C:\\ex")
        #expect(Mdoc.text("see `a -b`, now") == "see \\fBa \\-b\\fR, now")
    }

    @Test func `an argument is one argument, and no macro`() {
        #expect(Mdoc.argument("on|off") == "on|off")
        #expect(Mdoc.argument("a b") == "\"a b\"")
        #expect(Mdoc.argument("\"COMMAND\"") == "\"\\(dqCOMMAND\\(dq\"")
        #expect(Mdoc.argument("ID") == "\\&ID")
        #expect(Mdoc.argument("") == "\"\"")
    }

    @Test func `long lines are broken between words`() {
        let words = Array(repeating: "word", count: 40).joined(separator: " ")
        let lines = Mdoc.text(words).split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 78 })
        #expect(lines.joined(separator: " ") == words)
    }
}

@Suite struct `A page with parts` {
    @Test func `a part replaces its line`() throws {
        #expect(try Page.filled("a\n@B@\nc\n", with: ["B": "b\n"]) == "a\nb\nc\n")
    }

    @Test func `an unknown part and a forgotten one are errors`() {
        #expect(throws: Page.Unfinished.self) { try Page.filled("@B@\n", with: [:]) }
        #expect(throws: Page.Unfinished.self) { try Page.filled("a\n", with: ["B": "b\n"]) }
    }
}

@Suite struct `The command's description of itself` {
    @Test func `what is hidden is left out`() throws {
        let dump = """
            {"command": {"commandName": "a", "subcommands": [
                {"commandName": "b", "shouldDisplay": false},
                {"commandName": "c", "abstract": "Do c.", "arguments": [
                    {"kind": "flag", "names": [{"kind": "long", "name": "x"}], "shouldDisplay": false},
                    {"kind": "option", "names": [{"kind": "short", "name": "y"}], "valueName": "why", "isOptional": true}]}]}}
            """
        let command = try CommandDescription(dump: dump)
        #expect(command.subcommands.map(\.name) == ["c"])
        #expect(command.subcommands[0].arguments.map(\.names) == [["-y"]])
        #expect(commandSections(command).contains(".Op Fl y Ar why\n"))
    }

    @Test(arguments: [
        "", "{}", #"{"command": {}}"#, #"{"command": {"commandName": "a", "arguments": [{"kind": "x"}]}}"#,
    ])
    func `what is no description is refused with a sentence`(dump: String) {
        #expect(throws: CommandDescription.Unreadable.self) { try CommandDescription(dump: dump) }
    }
}
