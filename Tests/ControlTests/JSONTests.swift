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
