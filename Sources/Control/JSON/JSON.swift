/// A JSON value (RFC 8259).
///
/// Members of objects keep their order.
package enum JSON: Equatable, Sendable {
    case null
    case bool(Bool)
    case integer(Int)
    case decimal(Double)
    case string(String)
    case array([JSON])
    case object([Member])

    package struct Member: Equatable, Sendable {
        package var name: String
        package var value: JSON
        package init(_ name: String, _ value: JSON) {
            self.name = name
            self.value = value
        }
    }

    /// The member of an object with this name; nil for any other value.
    package subscript(name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// On one line, without spaces: what the control socket carries.
    package var text: String {
        var text = ""
        write(to: &text)
        return text
    }

    /// The text before and behind the elements of the array at `path`, for who writes them one after the other.
    ///
    /// - Parameter path: the names of nested objects' members, the last one that of an empty array.
    package func text(around path: [String]) -> (before: String, behind: String) {
        guard let name = path.first else {
            precondition(self == .array([]), "there is an empty array at the end of the path")
            return ("[", "]")
        }
        guard case .object(let members) = self, let index = members.firstIndex(where: { $0.name == name }) else {
            preconditionFailure("there is no member '\(name)'")
        }
        func joined(_ members: ArraySlice<Member>) -> String {
            members.map { JSON.quoted($0.name) + ":" + $0.value.text }.joined(separator: ",")
        }
        let inner = members[index].value.text(around: Array(path.dropFirst()))
        let (first, last) = (joined(members[..<index]), joined(members[(index + 1)...]))
        return (
            "{" + first + (first.isEmpty ? "" : ",") + JSON.quoted(name) + ":" + inner.before,
            inner.behind + (last.isEmpty ? "" : ",") + last + "}"
        )
    }

    private func write(to text: inout String) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        // JSON has no infinity; nothing that we measure is infinite.
        case .decimal(let value): text += value.isFinite ? String(value) : "null"
        case .string(let value): text += JSON.quoted(value)
        case .array(let elements): Self.write(elements, "[", "]", to: &text) { $0.write(to: &$1) }
        case .object(let members):
            Self.write(members, "{", "}", to: &text) {
                $1 += JSON.quoted($0.name) + ":"
                $0.value.write(to: &$1)
            }
        }
    }

    private static func write<Element>(
        _ elements: [Element], _ open: String, _ close: String, to text: inout String,
        _ body: (Element, inout String) -> Void
    ) {
        text += open
        for (index, element) in elements.enumerated() {
            if index > 0 { text += "," }
            body(element, &text)
        }
        text += close
    }

    /// A string with its quotation marks; nothing in it can end a line.
    package static func quoted(_ string: String) -> String {
        if string.utf8.allSatisfy({ (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
        ) {
            return "\"\(string)\""
        }
        var quoted = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            // Line and paragraph separators end lines for some readers.
            case _ where scalar.value < 0x20 || scalar.value == 0x7F || (0x2028...0x2029).contains(scalar.value):
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
