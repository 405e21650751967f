import Configuration
import Testing

@Suite struct ConditionTests {
    @Test(arguments: [("lb1", "a; b 1; c; x"), ("lb2", "a; b 2; d; x")])
    func `keeps the lines of its id`(id: String, expected: String) {
        let text = "a\n@lb1 b 1\n@lb2 b 2\n@^lb2 c\n @^lb1 d\n@lb1 @lb2 e\n@^lb3 @^lb4 x\n"
        let result = parsed(text, id: id)
        #expect(outline(result.statements) == expected)
        #expect(result.diagnostics.isEmpty)
    }

    @Test func `drops the braces of a line that is not for us`() {
        #expect(outline(parsed("@a x {\n@a }\n@b y { z }", id: "b").statements) == "y { z }")
    }

    @Test func `warns of an id that no line names`() {
        let result = parsed("\n@lb1 a\n@lb2 b\n@lb1 c", id: "zz")
        #expect(summary(result.diagnostics) == ["configuration-id-unmatched@2:1"])
        #expect(
            result.diagnostics[0].message
                == "no `@` line names the configuration id `zz`; they name `lb1`, `lb2`")
        #expect(parsed("a b@c\n# @lb1").diagnostics.isEmpty)
    }

    @Test func `takes a line for every other id as meant for an id that no line names`() {
        #expect(parsed("@lb1 priority 101\n@^lb1 priority 100", id: "lb2").diagnostics.isEmpty)
    }

    @Test func `reports a condition without an id`() {
        #expect(summary(parsed("@ a\n@^ b").diagnostics) == ["condition-incomplete@1:1", "condition-incomplete@2:1"])
    }

    @Test func `reports an undefined name where it cannot be meant literally`() {
        let result = parsed("priority $PRIO\nauth_pass pa$word\nscript \"sh -c 'echo $X ${Y}'\"\na x$y.z 5$")
        #expect(summary(result.diagnostics) == ["variable-undefined@1:10", "variable-undefined@4:3"])
        #expect(outline(result.statements).hasPrefix("priority $PRIO; auth_pass pa$word"))
    }
}
