// The text forms of addresses: dotted decimal and RFC 4291 section 2.2, written as RFC 5952 recommends.

extension IPv4Address: LosslessStringConvertible {
    /// Four decimal octets without leading zeros, as inet_pton accepts them; anything else is nil.
    public init?(_ text: String) {
        var value: UInt32 = 0
        var (octet, digits, dots): (UInt32, Int, Int) = (0, 0, 0)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                guard digits == 0 || octet > 0 else { return nil }
                octet = octet * 10 + UInt32(byte - UInt8(ascii: "0"))
                digits += 1
                guard octet <= 255 else { return nil }
            case UInt8(ascii: "."):
                guard digits > 0, dots < 3 else { return nil }
                value = value << 8 | octet
                (octet, digits, dots) = (0, 0, dots + 1)
            default: return nil
            }
        }
        guard digits > 0, dots == 3 else { return nil }
        self.init(bigEndian: value << 8 | octet)
    }

    public var description: String {
        "\(bigEndianValue >> 24).\(bigEndianValue >> 16 & 255).\(bigEndianValue >> 8 & 255).\(bigEndianValue & 255)"
    }
}

extension IPv6Address: LosslessStringConvertible {
    /// Any form of RFC 4291 section 2.2, dotted decimal tail included; zone identifiers are not part of an address.
    public init?(_ text: String) {
        let halves = text.splitOnce(on: "::")
        guard let head = Self.groups(of: halves.head, mayEndDotted: halves.tail == nil) else { return nil }
        guard let tailText = halves.tail else {
            guard head.count == 8, !text.isEmpty else { return nil }
            self.init(groups: head)
            return
        }
        guard tailText.splitOnce(on: "::").tail == nil, let tail = Self.groups(of: tailText, mayEndDotted: true),
            head.count + tail.count <= 7
        else { return nil }
        self.init(groups: head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail)
    }

    private init(groups: [UInt16]) {
        let halves = [groups[0..<4], groups[4..<8]].map { $0.reduce(UInt64(0)) { $0 << 16 | UInt64($1) } }
        self.init(high: halves[0], low: halves[1])
    }

    /// The sixteen-bit groups written in `text`, or nil when it is malformed.
    ///
    /// Empty text has none. Dotted decimal stands for the last two groups of an address only: before `::` it is refused.
    private static func groups(of text: Substring, mayEndDotted: Bool) -> [UInt16]? {
        if text.isEmpty { return [] }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        var groups: [UInt16] = []
        for (index, part) in parts.enumerated() {
            if mayEndDotted, index == parts.count - 1, part.contains("."), let v4 = IPv4Address(String(part)) {
                groups.append(UInt16(v4.bigEndianValue >> 16))
                groups.append(UInt16(truncatingIfNeeded: v4.bigEndianValue))
                continue
            }
            guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy({ $0 != 43 && $0 != 45 }),
                let group = UInt16(part, radix: 16)
            else { return nil }
            groups.append(group)
        }
        return groups.count <= 8 ? groups : nil
    }

    /// RFC 5952 section 4: lower case, no leading zeros, the longest run of zero groups (two or more) as `::`.
    public var description: String {
        let groups = (0..<8).map { UInt16(self[octet: 2 * $0]) << 8 | UInt16(self[octet: 2 * $0 + 1]) }
        var best = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, groups[end] == 0 { end += 1 }
            if end - start > max(best.count, 1) { best = start..<end }
            start = max(end, start + 1)
        }
        func text(_ range: Range<Int>) -> String { groups[range].map { String($0, radix: 16) }.joined(separator: ":") }
        return best.isEmpty ? text(0..<8) : text(0..<best.lowerBound) + "::" + text(best.upperBound..<8)
    }
}

extension IPAddress: LosslessStringConvertible {
    public init?(_ text: String) {
        if let address = IPv4Address(text) {
            self = .v4(address)
        } else if let address = IPv6Address(text) {
            self = .v6(address)
        } else {
            return nil
        }
    }

    public var description: String {
        switch self {
        case .v4(let address): address.description
        case .v6(let address): address.description
        }
    }
}

extension String {
    /// The text before and after the first occurrence of the two equal characters of `separator`.
    fileprivate func splitOnce(on separator: String) -> (head: Substring, tail: Substring?) {
        self[...].splitOnce(on: separator)
    }
}

extension Substring {
    fileprivate func splitOnce(on separator: String) -> (head: Substring, tail: Substring?) {
        var index = startIndex
        while index < endIndex {
            if self[index...].hasPrefix(separator) {
                return (self[..<index], self[self.index(index, offsetBy: separator.count)...])
            }
            index = self.index(after: index)
        }
        return (self, nil)
    }
}
