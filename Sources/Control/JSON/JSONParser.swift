/// Why a text is not JSON, and where.
package struct JSONError: Error, Equatable, Sendable {
    package var reason: String
    /// In octets from the beginning.
    package var offset: Int
}

extension JSON {
    /// Reads one JSON text, whole (RFC 8259).
    ///
    /// It comes from strangers: nesting is bounded, a name may not be given twice, and no input makes it trap.
    package init(parsing octets: [UInt8]) throws(JSONError) {
        var parser = JSONParser(octets: octets)
        self = try parser.document()
    }

    package init(parsing text: String) throws(JSONError) { try self.init(parsing: Array(text.utf8)) }
}

private struct JSONParser {
    let octets: [UInt8]
    var offset = 0
    static let deepest = 32

    mutating func document() throws(JSONError) -> JSON {
        let value = try value(depth: 0)
        skipSpace()
        guard offset == octets.count else { throw error("something follows the value") }
        return value
    }

    private func error(_ reason: String) -> JSONError { JSONError(reason: reason, offset: offset) }

    private var next: UInt8? { offset < octets.count ? octets[offset] : nil }

    private mutating func skipSpace() {
        while let octet = next, octet == 0x20 || octet == 0x09 || octet == 0x0A || octet == 0x0D { offset += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        offset += 1
        return true
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSON {
        guard depth <= Self.deepest else { throw error("nested too deeply") }
        skipSpace()
        guard let octet = next else { throw error("a value is missing") }
        switch octet {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: return try word()
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSON {
        offset += 1
        var members: [JSON.Member] = []
        var names: Set<String> = []
        skipSpace()
        if take("}") { return .object(members) }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw error("a member's name is missing") }
            let name = try string()
            guard names.insert(name).inserted else { throw error("a name is given twice") }
            skipSpace()
            guard take(":") else { throw error("':' is missing") }
            members.append(JSON.Member(name, try value(depth: depth + 1)))
            skipSpace()
            if take("}") { return .object(members) }
            guard take(",") else { throw error("',' or '}' is missing") }
        }
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSON {
        offset += 1
        var elements: [JSON] = []
        skipSpace()
        if take("]") { return .array(elements) }
        while true {
            elements.append(try value(depth: depth + 1))
            skipSpace()
            if take("]") { return .array(elements) }
            guard take(",") else { throw error("',' or ']' is missing") }
        }
    }

    private mutating func word() throws(JSONError) -> JSON {
        for (text, value) in [("true", JSON.bool(true)), ("false", .bool(false)), ("null", .null)]
        where octets[offset...].starts(with: text.utf8) {
            offset += text.utf8.count
            return value
        }
        throw error("this is no value")
    }

    private mutating func number() throws(JSONError) -> JSON {
        let start = offset
        while let octet = next, "+-.eE0123456789".utf8.contains(octet) { offset += 1 }
        let text = String(decoding: octets[start..<offset], as: UTF8.self)
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        let isNumber =
            digits.first?.isNumber == true && !(digits.hasPrefix("0") && digits.dropFirst().first?.isNumber == true)
        if isNumber, !text.hasSuffix("."), !text.contains(".e"), !text.contains(".E") {
            if let value = Int(text) { return .integer(value) }
            if let value = Double(text), value.isFinite { return .decimal(value) }
        }
        offset = start
        throw error("this is no number")
    }

    private mutating func string() throws(JSONError) -> String {
        offset += 1
        var decoded: [UInt8] = []
        while let octet = next {
            offset += 1
            switch octet {
            case UInt8(ascii: "\""):
                guard let text = String(validating: decoded, as: UTF8.self) else { throw error("not UTF-8") }
                return text
            case UInt8(ascii: "\\"): decoded += String(try escape()).utf8
            case 0..<0x20: throw error("a control character in a string")
            default: decoded.append(octet)
            }
        }
        throw error("a string does not end")
    }

    private mutating func escape() throws(JSONError) -> Unicode.Scalar {
        guard let octet = next else { throw error("a string does not end") }
        offset += 1
        switch octet {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(octet)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let unit = try codeUnit()
            if let scalar = Unicode.Scalar(unit) { return scalar }
            guard (0xD800..<0xDC00).contains(unit), take("\\"), take("u") else { throw error("half a surrogate pair") }
            let low = try codeUnit()
            guard (0xDC00..<0xE000).contains(low) else { throw error("half a surrogate pair") }
            let code = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
            guard let scalar = Unicode.Scalar(code) else { throw error("half a surrogate pair") }
            return scalar
        default: throw error("an unknown escape")
        }
    }

    private mutating func codeUnit() throws(JSONError) -> UInt32 {
        guard octets.count - offset >= 4 else { throw error("a string does not end") }
        let digits = octets[offset..<offset + 4]
        guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw error("an escape needs four hexadecimal digits") }
        offset += 4
        return value
    }
}
