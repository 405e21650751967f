/// `~SEQ(...)` or `~LST(...)` at the beginning of a line: names, and the values that they take one after the other.
struct Template {
    var names: [String]
    /// One row for each line that it makes; as many values as there are names.
    var rows: [[[Unicode.Scalar]]]
    /// Where the text begins that is repeated.
    var restStart: Int

    /// Why a template makes no lines.
    struct Fault: Error {
        var message: String
        var fix: String
    }

    /// A template has no more lines than this; a bound so that a slip of the finger ends.
    static let rowLimit = 65536

    /// Whether a line begins with one.
    static func begins(_ scalars: [Unicode.Scalar], at index: Int) -> Bool {
        guard index + 4 <= scalars.count, scalars[index] == "~" else { return false }
        let word = String(scalars[(index + 1)..<(index + 4)])
        return word == "SEQ" || word == "LST"
    }

    /// Reads the template at the beginning of a line whose names have been expanded up to its `)`.
    ///
    /// keepalived: `~SEQ(VAR, [start, [step,]] end)`, `~SEQx` for hexadecimal numbers, `~LST(VAR, value, ...)`,
    /// `~LST({VAR, ...}, {value, ...}, ...)`; blanks do not matter.
    init(_ scalars: [Unicode.Scalar], at start: Int) throws(Fault) {
        let isSequence = scalars[start + 1] == "S"
        var open = start + 4
        let isHexadecimal = isSequence && open < scalars.count && scalars[open] == "x"
        if isHexadecimal { open += 1 }
        while open < scalars.count, scalars[open].isBlank { open += 1 }
        guard open < scalars.count, scalars[open] == "(" else { throw Template.fault(isSequence, "has no `(`") }
        guard let close = scalars[open...].firstIndex(of: ")") else { throw Template.fault(isSequence, "has no `)`") }
        let fields = Template.fields(scalars[(open + 1)..<close])
        restStart = close + 1
        while restStart < scalars.count, scalars[restStart].isBlank { restStart += 1 }
        if isSequence {
            (names, rows) = try Template.sequence(fields, isHexadecimal: isHexadecimal)
        } else {
            (names, rows) = try Template.list(fields)
        }
        for name in names where !Template.isName(name) {
            throw Template.fault(isSequence, "has `\(name)` where the name of a variable belongs")
        }
        guard restStart < scalars.count else { throw Template.fault(isSequence, "has nothing after it to repeat") }
    }

    private static func fault(_ isSequence: Bool, _ what: String) -> Fault {
        isSequence
            ? Fault(
                message: "`~SEQ` \(what)",
                fix: "write, for instance, `~SEQ(N, 1, 3) 192.0.2.${N}`, or write the lines out")
            : Fault(
                message: "`~LST` \(what)",
                fix: "write, for instance, `~LST(NIC, eth0, eth1) ${NIC}`, or write the lines out")
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, first.isNameStart else { return false }
        return text.unicodeScalars.allSatisfy(\.isNamePart)
    }

    /// What stands between commas, without the blanks around it; commas in braces do not count.
    private static func fields(_ text: ArraySlice<Unicode.Scalar>) -> [[Unicode.Scalar]] {
        var (fields, field, depth): ([[Unicode.Scalar]], [Unicode.Scalar], Int) = ([], [], 0)
        for scalar in text {
            if scalar == "{" { depth += 1 }
            if scalar == "}" { depth -= 1 }
            if scalar == ",", depth == 0 {
                fields.append(trimmed(field))
                field = []
            } else {
                field.append(scalar)
            }
        }
        fields.append(trimmed(field))
        return fields
    }

    private static func trimmed(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var slice = text[...]
        while slice.first?.isBlank == true { slice.removeFirst() }
        while slice.last?.isBlank == true { slice.removeLast() }
        return Array(slice)
    }
}

// MARK: Sequences

extension Template {
    private typealias Content = (names: [String], rows: [[[Unicode.Scalar]]])

    private static func sequence(_ fields: [[Unicode.Scalar]], isHexadecimal: Bool) throws(Fault) -> Content {
        guard (2...4).contains(fields.count) else {
            throw fault(true, "takes a name and one to three numbers, not \(fields.count - 1)")
        }
        var numbers: [Int] = []
        for field in fields.dropFirst() {
            guard let value = number(String(field)) else {
                throw fault(true, "has `\(String(field))` where a number belongs")
            }
            numbers.append(value)
        }
        let start = numbers.count > 1 ? numbers[0] : 1
        let end = numbers[numbers.count - 1]
        let step = numbers.count == 3 ? numbers[1] : start <= end ? 1 : -1
        guard step != 0, (end - start) * step.signum() >= 0 else {
            throw fault(true, "never comes from \(start) to \(end) in steps of \(step)")
        }
        guard (end - start) / step < rowLimit else { throw fault(true, "makes more than \(rowLimit) lines") }
        let rows = stride(from: start, through: end, by: step).map { value in
            [Array(String(value, radix: isHexadecimal ? 16 : 10).unicodeScalars)]
        }
        return ([String(fields[0])], rows)
    }

    /// A whole number as C reads it: `0x1f`, `017`, `-3`; small enough that no arithmetic here can overflow.
    private static func number(_ text: String) -> Int? {
        let isNegative = text.hasPrefix("-")
        let digits = isNegative ? String(text.dropFirst()) : text
        guard let first = digits.first, first.isASCII, first.isNumber else { return nil }
        let value: Int?
        if digits.hasPrefix("0x") || digits.hasPrefix("0X") {
            value = Int(digits.dropFirst(2), radix: 16)
        } else if digits.count > 1, first == "0" {
            value = Int(digits, radix: 8)
        } else {
            value = Int(digits)
        }
        guard let value, value >= 0, value <= Int(Int32.max) else { return nil }
        return isNegative ? -value : value
    }
}

// MARK: Lists

extension Template {
    private static func list(_ fields: [[Unicode.Scalar]]) throws(Fault) -> Content {
        guard fields.count > 1 else { throw fault(false, "lists no values") }
        guard let inner = braced(fields[0]) else {
            return ([String(fields[0])], fields.dropFirst().map { [$0] })
        }
        let names = Template.fields(inner).map { String($0) }
        var rows: [[[Unicode.Scalar]]] = []
        for field in fields.dropFirst() {
            guard let values = braced(field).map({ Template.fields($0) }) else {
                throw fault(false, "has `\(String(field))` where values in braces belong, one for each name")
            }
            guard values.count <= names.count else {
                throw fault(false, "has \(values.count) values for \(names.count) names in `\(String(field))`")
            }
            // keepalived: what is missing at the end is empty.
            rows.append(values + Array(repeating: [], count: names.count - values.count))
        }
        return (names, rows)
    }

    private static func braced(_ text: [Unicode.Scalar]) -> ArraySlice<Unicode.Scalar>? {
        guard text.count >= 2, text.first == "{", text.last == "}" else { return nil }
        return text[1..<(text.count - 1)]
    }
}
