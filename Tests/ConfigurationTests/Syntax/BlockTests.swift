import Configuration
import Testing

@Suite struct BlockTests {
    @Test(arguments: [
        "a { b }", "a{b}", "a\n{\nb\n}", "a {\n\n# x\nb }", "a { b\n}", "a\n\n! c\n{ b }",
    ])
    func `accepts braces anywhere on a line`(text: String) {
        let result = parsed(text)
        #expect(outline(result.statements) == "a { b }")
        #expect(result.diagnostics.isEmpty)
    }

    @Test func `starts a new statement after a closing brace`() {
        #expect(outline(parsed("a { b { c } d\n} e f").statements) == "a { b { c }; d }; e f")
    }

    @Test func `tells an empty block from none`() {
        let statements = parsed("a {}\nb").statements
        #expect(statements[0].children == [])
        #expect(statements[0].blockEnd?.column == 4)
        #expect(statements[1].children == nil)
    }

    @Test func `lets an unknown block swallow its own body only`() {
        let text = "vrrp_instance A {\n    unknown {\n        x {\n y\n }\n    }\n    priority 1\n}\n"
        #expect(outline(parsed(text).statements) == "vrrp_instance A { unknown { x { y } }; priority 1 }")
    }

    @Test func `reports an unclosed block where it was opened and keeps the next instance apart`() {
        let result = parsed("vrrp_instance A {\n    priority 1\n\nvrrp_instance B {\n    priority 2\n}\n")
        #expect(summary(result.diagnostics) == ["unclosed-block@1:17"])
        #expect(result.diagnostics[0].fix == "add a `}` before line 4")
        #expect(outline(result.statements) == "vrrp_instance A { priority 1 }; vrrp_instance B { priority 2 }")
        #expect(result.statements[0].blockEnd == nil)
    }

    @Test func `keeps the next instance apart without any indentation`() {
        let result = parsed("vrrp_instance A {\npriority 1\nvrrp_instance B {\npriority 2\n}\n")
        #expect(summary(result.diagnostics) == ["unclosed-block@1:17"])
        #expect(outline(result.statements) == "vrrp_instance A { priority 1 }; vrrp_instance B { priority 2 }")
    }

    @Test(arguments: [
        // The inner block was closed by the outer one's brace.
        (
            """
            vrrp_instance A {
                virtual_ipaddress {
                    10.0.0.1
            }
            vrrp_instance B {
            }
            """, 2, 4
        ),
        (
            """
            vrrp_instance A {
                virtual_ipaddress {
                    10.0.0.1
                track_script {
                    chk
                }
                priority 5
            }
            vrrp_instance B {
            }
            """, 2, 4
        ),
        (
            """
            vrrp_instance A {
                virtual_ipaddress {
                    10.0.0.1
                priority 5
            }
            """, 2, 4
        ),
    ])
    func `blames the inner block that the indentation shows to be unclosed`(text: String, line: Int, before: Int) {
        let result = parsed(text)
        #expect(result.diagnostics.map(\.code) == ["unclosed-block"])
        #expect(result.diagnostics.first?.location.line == line)
        #expect(result.diagnostics.first?.fix == "add a `}` before line \(before)")
        #expect(result.statements[0].children?.first?.children?.count == 1)
    }

    @Test func `reports an unclosed block at the end of the file`() {
        let result = parsed("vrrp_instance A {\n    priority 1\n")
        #expect(summary(result.diagnostics) == ["unclosed-block@1:17"])
        #expect(result.diagnostics[0].fix == "add a `}` at the end of the file")
    }

    @Test(arguments: [
        "vrrp_instance A {\n    a {\n        b\n    }\n    }\n    c { d }\n}\nvrrp_instance B { e }",
        "vrrp_instance A {\na {\nb\n}\n}\nc { d }\n}\nvrrp_instance B { e }",
    ])
    func `ignores a surplus brace where it stands`(text: String) {
        let result = parsed(text)
        #expect(result.diagnostics.map(\.code) == ["surplus-brace"])
        #expect(result.diagnostics[0].location.line == 5)
        #expect(outline(result.statements) == "vrrp_instance A { a { b }; c { d } }; vrrp_instance B { e }")
    }

    @Test func `reports a surplus brace at the end of the file`() {
        let result = parsed("vrrp_instance A {\n    a\n}\n}\n")
        #expect(summary(result.diagnostics) == ["surplus-brace@4:1"])
        #expect(outline(result.statements) == "vrrp_instance A { a }")
    }

    @Test(arguments: [
        ("vrrp_instance A\n    a\n    b { c }\n}\nvrrp_instance B { e }", 1, 1),
        ("vrrp_instance A {\n    a\n    b\n        c\n    }\n}\nvrrp_instance B { e }", 3, 5),
    ])
    func `finds the block whose opening brace is missing`(text: String, line: Int, column: Int) {
        let result = parsed(text)
        #expect(summary(result.diagnostics) == ["missing-brace@\(line):\(column)"])
        #expect(outline(result.statements) == "vrrp_instance A { a; b { c } }; vrrp_instance B { e }")
    }

    @Test func `takes a name in a block for a name even where it looks like a keyword`() {
        let result = parsed("vrrp_sync_group G {\ngroup {\nSSL\nglobal_defs\n}\n}")
        #expect(result.diagnostics.isEmpty)
        #expect(outline(result.statements) == "vrrp_sync_group G { group { SSL; global_defs } }")
    }

    @Test func `never complains of indentation when the braces add up`() {
        let text = "vrrp_instance A {\n    b {\n        c\n}\nd {\n        }\n    }\nvrrp_script s {\n  x\n  }\n"
        let result = parsed(text)
        #expect(result.diagnostics.isEmpty)
        #expect(outline(result.statements) == "vrrp_instance A { b { c }; d {} }; vrrp_script s { x }")
    }

    @Test func `leaves a definition that is nested on purpose in its place`() {
        let result = parsed("vrrp_instance A {\n    vrrp_script s {\n        x\n    }\n}\n")
        #expect(result.diagnostics.isEmpty)
        #expect(outline(result.statements) == "vrrp_instance A { vrrp_script s { x } }")
    }

    @Test func `swallows a block without a keyword`() {
        let result = parsed("{\n a { b }\n}\nc { d } { e }\nf")
        #expect(summary(result.diagnostics) == ["block-without-name@1:1", "block-without-name@4:9"])
        #expect(outline(result.statements) == "c { d }; f")
    }

    @Test func `bounds the nesting`() {
        let result = parsed(String(repeating: "a {\n", count: 5000) + String(repeating: "}\n", count: 5000) + "b")
        #expect(result.diagnostics.map(\.code) == ["nesting-too-deep"])
        #expect(result.statements.last?.keyword.text == "b")
    }
}
