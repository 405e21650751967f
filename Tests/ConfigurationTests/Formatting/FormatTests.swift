import Configuration
import Foundation
import Testing

/// The text laid out anew; the errors' codes and lines when it is refused.
private func laidOut(_ text: String) -> String {
    switch format(Array(text.utf8), file: "t.conf") {
    case .success(let bytes): String(decoding: bytes, as: UTF8.self)
    case .failure(let errors):
        errors.report.diagnostics.map { "\($0.code)@\($0.location.line)" }.joined(separator: " ")
    }
}

@Suite struct `A file that is laid out` {
    @Test func `has one statement a line, braces at line ends, and single blanks`() {
        #expect(
            laidOut(
                "\u{FEFF}vrrp_script  chk{ script \"a  b\"   x }\r\n\n\n\nvrrp_instance\tA\n{\n\n  state   MASTER\n\n}\n\n"
            )
                == """
                vrrp_script chk {
                    script "a  b" x
                }

                vrrp_instance A {
                    state MASTER
                }

                """)
    }

    @Test func `has comments where they were, those of neighbours in one column`() {
        #expect(
            laidOut("! head\na {# one\nb 1 # two\n     long_name 2   ! three  \n# alone\nc 3\n}# four\n# end") == """
                ! head
                a {  # one
                    b 1          # two
                    long_name 2  ! three
                    # alone
                    c 3
                }  # four
                # end

                """)
    }

    @Test func `keeps the comments of a statement and of its brace apart`() {
        #expect(laidOut("a # one\n# two\n{ # three\nb\n}") == "a {  # one\n    # two\n    # three\n    b\n}\n")
        #expect(laidOut("a\n\n{ # one\nb\n}") == "a {  # one\n    b\n}\n")
    }

    @Test func `keeps quotes, escapes, and all blanks beside a single quote`() {
        for line in [
            "script \"a  #b\" 'c   d'", "auth_pass a\\#b\\!c", "notify 'x   y'", "a \"b\"\"c\"d", "x ${_ENV  HOME}",
        ] {
            #expect(laidOut(line) == line + "\n")
        }
    }

    @Test func `has no blanks at the ends of lines, beside a single quote either`() {
        #expect(laidOut("a{'b\t \t}") == "a {\n    'b\n}\n")
    }

    @Test func `does not move a comment away from a word that it perhaps belongs to`() {
        #expect(laidOut("auth_pass k@l!ve\n") == "auth_pass k@l!ve\n")
        #expect(laidOut("vrrp_instance A!1\n{\n}\n") == "vrrp_instance A!1\n{\n}\n")
    }

    @Test func `keeps definitions, templates, conditions and includes as they are written`() {
        let text = """
            $X=a   b
            $VI= \\
                vrrp_instance VI_${ID} { \\
                    interface   eth0 \\
                    # a comment \\
                } \\

            ~SEQ(ID,  1, 2)   $VI
            include   conf.d/{a,b}/*.conf
            @lb1   vrrp_instance A {
            @lb2   vrrp_instance B {
                @^lb1  priority  100
                virtual_ipaddress {
                    ~SEQ(N, 1, 3)  192.0.2.${N}
                    include  addresses
                }
            }

            """
        #expect(laidOut(text) == text)
        #expect(
            laidOut(
                text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.drop { $0 == " " } }
                    .joined(separator: "\n")) == text)
    }

    @Test func `indents what a name stands for`() {
        #expect(
            laidOut("$OPEN=vrrp_instance A {\n$CLOSE=}\n$OPEN\nstate MASTER\n$CLOSE\na") == """
                $OPEN=vrrp_instance A {
                $CLOSE=}
                $OPEN
                    state MASTER
                $CLOSE
                a

                """)
    }

    @Test func `keeps octets in comments that are not UTF-8`() throws {
        let text: [UInt8] = Array("a  # caf".utf8) + [0xE9] + Array("\n".utf8)
        #expect(try format(text, file: "t").get() == text)
    }

    @Test(arguments: [
        ("a {\n", "unclosed-block@1"), ("}\n", "surplus-brace@1"), ("a \"b\n", "unterminated-quote@1"),
        ("@ a\n", "condition-incomplete@1"), ("a\u{A0}b\n", "typographic-character@1"),
        ("@lb1 a {\n@lb2 b {\n}\n@lb2 }\n", "surplus-brace@4"),
    ])
    func `is none when its syntax is wrong`(text: String, problem: String) {
        #expect(laidOut(text) == problem)
    }

    @Test func `is as the page about the language shows it`() throws {
        let page = try String(
            contentsOf: URL(filePath: #filePath).appending(path: "../../../../docs/reference/language.md").standardized,
            encoding: .utf8)
        let examples = page.split(separator: "```").enumerated().filter { $0.offset % 2 == 1 }
            .map { $0.element.drop { $0 == "\n" } }
        #expect(laidOut(String(examples[3])) == examples[4])
    }

    @Test func `is empty when there is nothing in it`() {
        #expect(laidOut("") == "")
        #expect(laidOut("\n  \n\t\n") == "")
        #expect(laidOut("# only\n") == "# only\n")
    }
}

@Suite struct `Laying out changes nothing` {
    @Test(arguments: try CorpusFile.all("valid") + CorpusFile.all("invalid"))
    func `of what a file of the corpus means`(file: CorpusFile) throws {
        let original = Array(try Data(contentsOf: file.url))
        let before = try file.checked(original)
        let isSound = !before.parsed.diagnostics.contains { $0.severity == .error && $0.location.file == file.name }
        switch format(original, file: file.name) {
        case .failure(let errors):
            #expect(!isSound, "\(errors.report.text)")
        case .success(let text):
            let after = try file.checked(text)
            #expect(meaning(after.model) == meaning(before.model))
            #expect(after.diagnostics.codesAnywhere == before.diagnostics.codesAnywhere)
            #expect(try format(text, file: file.name).get() == text)
            #expect(comments(text) == comments(original))
        }
    }

    /// What follows the first sign of a comment on each line, where there is no quote and no backslash before it.
    private func comments(_ text: [UInt8]) -> [String] {
        String(decoding: text, as: UTF8.self).components(separatedBy: .newlines).compactMap { line in
            guard let sign = line.firstIndex(where: { $0 == "#" || $0 == "!" }) else { return nil }
            let before = line[..<sign]
            guard !before.contains("\""), !before.hasSuffix("\\") else { return nil }
            return line[sign...].trimmingCharacters(in: .whitespaces)
        }
    }

    @Test func `of what a random file means, and every comment stays in its place`() throws {
        var instances = 0
        var sound = 0
        for seed in 1...UInt64(120 * thoroughness) {
            var file = RandomFile(seed: seed)
            let text = file.text()
            let bytes = try format(Array(text.utf8), file: "/etc/t.conf").get()
            let formatted = String(decoding: bytes, as: UTF8.self)
            let (before, after) = (resolved(text), resolved(formatted))
            #expect(meaning(after.model) == meaning(before.model), "seed \(seed)\n\(text)")
            #expect(after.diagnostics.codesAnywhere == before.diagnostics.codesAnywhere, "seed \(seed)")
            #expect(try format(bytes, file: "/etc/t.conf").get() == bytes, "seed \(seed)\n\(formatted)")
            let numbers = formatted.matches(of: /[#!] ?c(\d+)/).compactMap { Int($0.output.1) }
            #expect(numbers == (0..<file.comments).map { $0 + 1 }, "seed \(seed)\n\(formatted)")
            #expect(Layout(formatted).problems == [], "seed \(seed)")
            instances += before.model.instances.count
            if !before.diagnostics.contains(where: { $0.severity == .error }) { sound += 1 }
        }
        // The files are worth something.
        #expect(instances > 150 * thoroughness)
        #expect(sound > 75 * thoroughness)
    }

    @Test func `of anything that can be typed, and it always comes to an end`() {
        let fragments = [
            "{", "}", "\"", "'", "\\", "\n", "\r\n", "#", "!", "@a ", "@^b ", "$X", "${X}", "$X=", "~SEQ(N,1,2) ", "\t",
            " ", "x",
            "include a\n", "vrrp_instance A {\n", "    priority 1\n", "global_defs", "\u{FEFF}", "\\#", "y z", "\\\n",
            "$X=\\\n",
            " {\n", "}\n", "}\n", "a b\n",
        ]
        var done = 0
        for seed in UInt64(0)..<3000 {
            var random = SeededNumbers(state: seed)
            let text = (0..<Int.random(in: 0...24, using: &random)).map { _ in
                fragments.randomElement(using: &random) ?? ""
            }
            .joined()
            guard case .success(let bytes) = format(Array(text.utf8), file: "/etc/t.conf") else { continue }
            done += 1
            let formatted = String(decoding: bytes, as: UTF8.self)
            for id in ["a", "b", "c"] {
                let before = parsed(text, id: id)
                // A host that no line is for may find the braces of others.
                if before.diagnostics.contains(where: { $0.code.hasSuffix("-brace") || $0.code.contains("block") }) {
                    continue
                }
                #expect(outline(parsed(formatted, id: id).statements) == outline(before.statements), "seed \(seed)")
            }
            #expect(laidOut(formatted) == formatted, "seed \(seed): \(text.debugDescription)")
        }
        #expect(done > 300)
    }
}

/// What a reader expects of a text that is laid out.
private struct Layout {
    var problems: [String] = []

    init(_ text: String) {
        let lines = text.components(separatedBy: "\n")
        for (index, line) in lines.enumerated() {
            if line.last == " " || line.last == "\t" { problems.append("line \(index + 1) ends in a blank") }
            if line.trimmingCharacters(in: .whitespaces) == "{" {
                problems.append("line \(index + 1) is a brace alone")
            }
            if line.contains("\r") { problems.append("line \(index + 1) has a carriage return") }
            if line.first == "\t" || line.prefix(while: { $0 == " " }).count % 4 != 0 {
                problems.append("line \(index + 1) is not indented by fours")
            }
        }
        if text.contains("\n\n\n") { problems.append("it has two blank lines") }
        if !text.hasSuffix("\n") || text.hasPrefix("\n") { problems.append("it does not begin and end with a line") }
    }
}
