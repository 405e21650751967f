/// Writes indented JSON; commas and line feeds come by themselves.
struct JSONWriter {
    private(set) var text = ""
    private var depth = 0
    private var isFirst = true

    mutating func open(_ bracket: String) {
        text += bracket
        depth += 1
        isFirst = true
    }

    mutating func close(_ bracket: String) {
        depth -= 1
        if !isFirst { newLine() }
        text += bracket
        isFirst = false
    }

    mutating func element() {
        if !isFirst { text += "," }
        newLine()
        isFirst = false
    }

    mutating func key(_ name: String) {
        element()
        text += "\(JSONWriter.quoted(name)): "
    }

    mutating func field(_ name: String, _ value: String) {
        key(name)
        text += value
    }

    private mutating func newLine() { text += "\n" + String(repeating: "  ", count: depth) }

    static func quoted(_ string: String) -> String {
        var quoted = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
