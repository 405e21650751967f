/// The number at the beginning of a tracked file.
///
/// Source: keepalived: `track_file` reads the first 127 octets with strtol(3) of base 0, and takes what fits a C int.
public enum FileNumber: Equatable, Sendable {
    case number(Int)
    /// Nothing but white space.
    case empty
    /// It begins with something else; keepalived takes it for 0.
    case noNumber
    /// A number that no C int holds; keepalived keeps the one before.
    case tooLarge

    /// How much of a file counts.
    public static let octetLimit = 127

    /// - Parameter octets: the file's beginning; what is beyond ``octetLimit`` does not count.
    public init(_ octets: some Collection<UInt8>) {
        // As for strtol, everything ends at a NUL.
        let text = octets.prefix(Self.octetLimit).prefix { $0 != 0 }
        var rest = text.drop { Self.isSpace($0) }
        guard let first = rest.first else {
            self = .empty
            return
        }
        let isNegative = first == UInt8(ascii: "-")
        if isNegative || first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        var base = 10
        if rest.first == UInt8(ascii: "0") {
            let digits = rest.dropFirst(2)
            let isHexadecimal =
                rest.dropFirst().first.map { $0 | 0x20 == UInt8(ascii: "x") } ?? false
                && digits.first.map { Self.digit($0, base: 16) != nil } ?? false
            base = isHexadecimal ? 16 : 8
            if isHexadecimal { rest = digits }
        }
        var value = 0
        var hasDigits = false
        for octet in rest {
            guard let digit = Self.digit(octet, base: base) else { break }
            hasDigits = true
            // Far beyond a C int it only has to stay too large.
            value = min(value * base + digit, 1 << 40)
        }
        guard hasDigits else {
            self = .noNumber
            return
        }
        let signed = isNegative ? -value : value
        self = Int(Int32.min) <= signed && signed <= Int(Int32.max) ? .number(signed) : .tooLarge
    }

    private static func isSpace(_ octet: UInt8) -> Bool { octet == 0x20 || (0x09...0x0d).contains(octet) }

    private static func digit(_ octet: UInt8, base: Int) -> Int? {
        let value: Int
        switch octet {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): value = Int(octet - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): value = Int(octet - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): value = Int(octet - UInt8(ascii: "A")) + 10
        default: return nil
        }
        return value < base ? value : nil
    }
}
