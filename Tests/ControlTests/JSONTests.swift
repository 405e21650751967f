import Control
import Testing

@Suite struct `JSON text` {
    @Test(arguments: [
        #"{"a":[1,-2,0.5,true,false,null,"x"],"b":{}}"#, #"[]"#, #""\"\\\n\t\u0001""#, "0",
    ])
    func `comes out as it went in`(text: String) throws {
        #expect(try JSON(parsing: text).text == text)
    }

    @Test(arguments: [
        ("", "a value is missing"), ("{", "a member's name is missing"), ("[1,]", "this is no value"),
        ("{\"a\":1,\"a\":2}", "a name is given twice"), ("01", "this is no number"), ("1.", "this is no number"),
        ("\"\\ud800\"", "half a surrogate pair"), ("\"\\u00zz\"", "an escape needs four hexadecimal digits"),
        ("\"a", "a string does not end"), ("1 2", "something follows the value"), ("nul", "this is no value"),
        (String(repeating: "[", count: 100_000), "nested too deeply"), ("\"\u{1}\"", "a control character in a string"),
    ])
    func `is refused with the reason when it is none`(text: String, reason: String) {
        let error = #expect(throws: JSONError.self) { try JSON(parsing: text) }
        #expect(error?.reason == reason)
    }

    @Test func `reads escapes of every kind`() throws {
        #expect(try JSON(parsing: #""\u00e9\/\ud83d\ude00\b""#) == .string("é/😀\u{8}"))
    }

    @Test func `is refused when it is not UTF-8`() {
        #expect(throws: JSONError.self) { try JSON(parsing: [0x22, 0xFF, 0x22]) }
    }

    /// A stranger's octets must never trap the daemon.
    @Test func `never traps on damaged input`() {
        let text = Array(#"{"version":1,"request":"history","limit":-1.5e3,"x":["\u00e9",{"y":null}]}"#.utf8)
        var refused = 0
        for length in 0..<text.count {
            do throws(JSONError) { _ = try JSON(parsing: Array(text[..<length])) } catch { refused += 1 }
            for octet in [0x00, 0x22, 0x5C, 0x7B, 0x5D, 0x2D, 0xC3, 0xFF] as [UInt8] {
                var damaged = text
                damaged[length] = octet
                do throws(JSONError) { _ = try JSON(parsing: damaged) } catch { refused += 1 }
            }
        }
        #expect(refused > text.count)
    }
}

@Suite struct `JSON that is written in pieces` {
    @Test func `is what it would be in one`() throws {
        let whole = JSON.object([
            .init("a", .integer(1)),
            .init(
                "b",
                .object([
                    .init("x", .null), .init("list", .array([.integer(1), .string("\u{2028}")])),
                    .init("y", .bool(true)),
                ])),
            .init("c", .string("é\"")),
        ])
        let empty = JSON.object([
            .init("a", .integer(1)),
            .init("b", .object([.init("x", .null), .init("list", .array([])), .init("y", .bool(true))])),
            .init("c", .string("é\"")),
        ])
        let frame = empty.text(around: ["b", "list"])
        #expect(frame.before + #"1,"\u2028""# + frame.behind == whole.text)
        #expect(frame.before + frame.behind == empty.text)
        let alone = JSON.object([.init("list", .array([]))]).text(around: ["list"])
        #expect(alone.before == #"{"list":["# && alone.behind == "]}")
    }

    @Test(arguments: ["", "plain", "a\"b", "back\\slash", "\u{7F}", "\u{1F}", "é", "\u{2029}x", "tab\t"])
    func `strings come back, whichever way they are written`(text: String) throws {
        #expect(try JSON(parsing: JSON.quoted(text)) == .string(text))
    }

    /// With hundreds of instances a member that takes longer than the one before would keep the daemon from its adverts.
    @Test func `eight times as much takes not much more than eight times as long`() {
        let clock = ContinuousClock()
        func table(_ count: Int) -> [String: Int] {
            Dictionary(uniqueKeysWithValues: (0..<count).map { ("member_\($0)", $0) })
        }
        let (few, many) = (table(1000), table(8000))
        // In turns, and the best of many: other work of the machine delays single rounds of either. Squares would be 64 times.
        var (small, large) = (Duration.seconds(1000), Duration.seconds(1000))
        for _ in 0..<20 {
            small = min(small, clock.measure { _ = encode(few).text })
            large = min(large, clock.measure { _ = encode(many).text })
        }
        #expect(large < small * 40, "\(small), \(large)")
    }

    @Test func `a request full of members is refused as fast as any`() {
        let members = (0..<600).map { "\"\($0)\":1" }.joined(separator: ",")
        let text = "{\"version\":1,\"request\":\"status\",\(members)}"
        let problem = #expect(throws: Problem.self) { try Request.parse(Array(text.utf8)) }
        #expect(problem?.message == "'0' has no meaning in a status request")
    }
}
