import Configuration
import Foundation
import Testing

/// Definitions and templates, as keepalived 2.2.7 was seen to read them.
@Suite struct ExpansionTests {
    /// What a text comes to, when there is nothing to say about it.
    private func expanded(_ text: String, id: String = "node", files: [String: String] = [:]) -> String {
        let result = parsed(text, id: id, files: files)
        #expect(summary(result.diagnostics).isEmpty, "\(result.diagnostics)")
        return outline(result.statements)
    }

    @Test(arguments: [
        ("$P=  101   \npriority $P", "priority 101"),
        ("$P=101\na ${P}x $P, $P) b$P", "a 101x 101, 101) b101"),
        ("$P=101\nrouter_id \"a${P}b $P $P) $P\"", "router_id \"a101b 101 101) $P\""),
        ("$A=$B\n$B=44\na $A\n$B=45\na $A", "a 44; a 45"),
        ("$E=\n$E\na $E b${E}", "a b"),
        ("  $IND=5\na $IND", "a 5"),
        ("$S=x y\na $S", "a x y"),
        ("$D=$E=9\n$D\na $E", "a 9"),
        ("$Q=@other priority\n$Q 77\n$R=@node priority\n$R 78", "priority 78"),
        ("$B=x {\n$B\n a\n}", "x { a }"),
        ("$C=a # b\n$C", "a"),
    ])
    func `a definition is put where its name stands, from its line on`(text: String, expected: String) {
        let isUnexpandedQuote = expected.contains("$P")
        let result = parsed(text)
        #expect(outline(result.statements) == expected)
        #expect(summary(result.diagnostics).isEmpty != isUnexpandedQuote, "\(result.diagnostics)")
    }

    @Test(arguments: [
        (
            "$M= \\\n priority 120 \\ # why\n advert_int 2 # why \\\n g 9\n$M\nend",
            "priority 120; advert_int 2; g 9; end"
        ),
        ("$M= \\\n x { \\\n  a \\\n }\n$N= \\\n $M \\\n b\n${N}\nc", "x { a }; b; c"),
        ("$M=first \\\n second\n$M", "first; second"),
    ])
    func `a definition of several lines stands for lines`(text: String, expected: String) {
        #expect(expanded(text) == expected)
    }

    @Test(arguments: [
        ("~SEQ(N,1,3) a$N $N", "a1 1; a2 2; a3 3"),
        ("~SEQ(N,3) a $N", "a 1; a 2; a 3"),
        ("~SEQ(N,3,1) a $N", "a 3; a 2; a 1"),
        ("~SEQ(N,0x10,010,0x20) a $N", "a 16; a 24; a 32"),
        ("~SEQx(N,10,12) a::${N}/64", "a::a/64; a::b/64; a::c/64"),
        ("~SEQ (N, 1, 2)a.${N}", "a.1; a.2"),
        ("~SEQ(N,1,2) ~SEQ(M,8,9) ${N}.${M}", "1.8; 1.9; 2.8; 2.9"),
        ("@other ~SEQ(N,1,2) a $N\n@^other ~SEQ(N,1,2) b $N", "b 1; b 2"),
        ("$F=2\n$L=3\n~SEQ(N,$F,$L) a $N", "a 2; a 3"),
        ("~LST(Q, 1, 2 , three) a $Q", "a 1; a 2; a three"),
        ("~LST({A,B}, {1,x}, {2}) a${A}b$B", "a1bx; a2b"),
        ("~SEQ(N,2,2,6) $X${N}=7${N}\na ${X4}", "a 74"),
        ("$I= \\\n x${ID} { \\\n  ~SEQ(K,1,2) ${ID}.${K} \\\n }\n~SEQ(ID,4,5) $I", "x4 { 4.1; 4.2 }; x5 { 5.1; 5.2 }"),
        ("$L=~SEQ(Z,1,2) a $Z\n$L", "a 1; a 2"),
        ("~SEQ(N,1,2) x$N {\n}\n}", "x1 { x2 {} }"),
    ])
    func `a template repeats its line, the last one fastest`(text: String, expected: String) {
        #expect(expanded(text) == expected)
    }

    @Test func `the names that keepalived defines have their meanings, until they are defined anew`() {
        var reader = DictionaryReader([:])
        reader.files["/etc/t.conf"] = Array(
            "a ${_HASH}b ${_BANG}c ${_PWD} ${_INSTANCE} ${_ENV WHAT} x${_ENV NOTHING}\n$_HASH=h\na ${_HASH}".utf8)
        reader.variables = ["WHAT": "value"]
        let result = parse(file: "/etc/t.conf", reading: reader, configurationID: "lb1")
        #expect(outline(result.statements) == "a #b !c /etc lb1 value x; a h")
        #expect(result.diagnostics.isEmpty)
    }

    @Test func `a random number is in its range, and the same at each reading, but not on each host`() throws {
        func numbers(_ id: String) throws -> [Int] {
            try parsed(String(repeating: "a ${_RANDOM 10 19}\n", count: 50), id: id).statements.map {
                try #require(Int($0.arguments[0].text))
            }
        }
        let first = try numbers("lb1")
        #expect(first.allSatisfy { (10...19).contains($0) } && Set(first).count > 5)
        #expect(try first == numbers("lb1") && first != numbers("lb2"))
    }

    @Test func `definitions hold across included files, in the order of reading`() {
        let files = ["/etc/defs": "$P=100\nb $Q", "/etc/x1": "y 1", "/etc/x2": "y 2"]
        #expect(
            expanded("$Q=7\ninclude defs\na $P\n~SEQ(N,1,2) include x${N}\nz { include x1 }", files: files)
                == "b 7; a 100; y 1; y 2; z { y 1 }")
        let late = parsed("priority $P\ninclude defs", files: ["/etc/defs": "$P=100"])
        #expect(summary(late.diagnostics) == ["variable-undefined@1:10"])
        #expect(late.diagnostics[0].message == "`$P` is defined only later, at /etc/defs:1:1")
    }

    @Test(arguments: [
        ("$A=$A\na $A", "definition-endless@2:1"), ("$A=${B}x\n$B=${A}\na $A", "definition-endless@3:1"),
        ("$M= \\\n a\nx $M", "definition-not-alone@3:3"),
        ("$M= \\\n a \\\n $M\n$M", "definition-endless@3:2"),
        ("~SEQ(N,5,1,3) a", "template-invalid@1:1"), ("~SEQ(N,1,0,3) a", "template-invalid@1:1"),
        ("~SEQ(N,1,x) a", "template-invalid@1:1"), ("~SEQ(N,1,2)", "template-invalid@1:1"),
        ("~SEQ(N,1,2 a", "template-invalid@1:1"), ("~SEQ N a", "template-invalid@1:1"),
        ("~SEQ(1,2) a", "template-invalid@1:1"), ("~SEQ(N) a", "template-invalid@1:1"),
        ("~SEQ(N,1,9999999999999999999) a", "template-invalid@1:1"), ("~SEQ(N,1,2000000) a", "template-invalid@1:1"),
        ("$N=1\n~SEQ(N,1,2) a", "template-invalid@2:1"), ("~LST(A) b", "template-invalid@1:1"),
        ("~LST({A,B},{1,2,3}) b", "template-invalid@1:1"), ("~LST({A,B},1) b", "template-invalid@1:1"),
        ("~SEQ(N,1,2) a \\\n b", "template-invalid@1:1"),
        ("$V=192.0.2.1\na $V/24", "variable-unexpanded@2:3"), ("~SEQ(N,1,1) 10.0.0.$N/8", "variable-unexpanded@1:13"),
        ("a ${_RANDOM 5 x}", "variable-undefined@1:3"), ("a ${_ENV}", "variable-undefined@1:3"),
    ])
    func `what cannot be expanded is said where it stands`(text: String, expected: String) {
        #expect(summary(parsed(text).diagnostics) == [expected])
    }

    @Test func `templates within templates come to an end`() {
        var reader = DictionaryReader([:])
        let line = (1...6).map { "~SEQ(N\($0),1,60000) " }.joined() + "a"
        reader.files["/etc/t.conf"] = Array("\(line)\n\(line)\nb".utf8)
        reader.expandedLineLimit = 200_000
        let result = parse(file: "/etc/t.conf", reading: reader, configurationID: "lb1")
        #expect(summary(result.diagnostics) == ["configuration-too-large@1:52"])
        #expect(result.statements.last.map { outline([$0]) } == "b")
    }

    @Test func `what is wrong in a definition is shown with both places`() {
        let text = """
            $PRIO=300
            $INST= \\
            vrrp_instance A${ID} { \\
             interface eth0 \\
             virtual_router_id 5${ID} \\
             priority $PRIO \\
             virtual_ipaddress { \\
              192.0.2.${ID} \\
             } \\
            }
            ~SEQ(ID,1,1) $INST
            """
        var reader = DictionaryReader([:])
        reader.files["/etc/t.conf"] = Array(text.utf8)
        let report = check(
            files: ["/etc/t.conf"], reading: reader, configurationID: "lb1", host: nil, hostIsAuthoritative: false)
        #expect(
            report.text.contains(
                """
                    |  priority $PRIO \\
                    |           ^
                    $PRIO is defined at /etc/t.conf:1:1
                    read because of $INST at /etc/t.conf:11:14
                """), "\(report.text)")
        #expect(report.json.contains("\"kind\": \"use\"") && report.json.contains("\"name\": \"$INST\""))
    }

    @Test func `the examples of the page about the language are right`() throws {
        let page = try String(
            contentsOf: URL(filePath: #filePath).appending(path: "../../../../docs/reference/language.md").standardized,
            encoding: .utf8)
        let examples = page.split(separator: "```").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
        #expect(examples.count == 5)
        for example in examples {
            let result = parsed(String(example), id: "lb1")
            #expect(result.diagnostics.isEmpty && !result.statements.isEmpty, "\(example)\n\(result.diagnostics)")
        }
    }
}
