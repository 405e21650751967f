internal import VRRPCore
internal import VRRPWire

extension Resolver {
    /// Takes in `encap ip|ip6` with the pairs of words that follow, as many as belong to it.
    ///
    /// - Returns: how many words it is; nil, and reported, when the line is to be left out.
    mutating func takeTunnel(
        _ words: [Word], from start: Int, _ line: Statement, into result: inout (tunnel: RouteTunnel, word: Word)?
    ) -> Int? {
        let keyword = words[start]
        guard start + 1 < words.count else {
            reportTunnel(keyword, "`encap` needs a type: ip or ip6")
            return nil
        }
        let kind = words[start + 1]
        guard let family = ["ip": AddressFamily.v4, "ip6": .v6][kind.text] else {
            reportKind(kind)
            return nil
        }
        var tunnel = RouteTunnel(family: family)
        var index = start + 2
        var saysWhich = false
        while index + 1 < words.count, Self.words(of: family).contains(words[index].text) {
            guard take(words[index], words[index + 1], line, into: &tunnel) else { return nil }
            saysWhich = saysWhich || ["id", "dst"].contains(words[index].text)
            index += 2
        }
        guard saysWhich else {
            reportTunnel(kind, "`encap \(kind.text)` says neither `dst` nor `id`")
            return nil
        }
        result = (tunnel, keyword)
        return index - start
    }

    private static func words(of family: AddressFamily) -> [String] {
        ["id", "dst", "src", "flags"] + (family == .v4 ? ["tos", "ttl"] : ["tc", "hoplimit"])
    }

    private mutating func take(
        _ name: Word, _ value: Word, _ line: Statement, into tunnel: inout RouteTunnel
    ) -> Bool {
        let quoted = Statement(keyword: name, arguments: [value], rawLine: line.rawLine)
        switch name.text {
        case "id":
            guard let number = UInt64(value.text) else {
                reportBadValue(value, of: quoted, expected: "a number, 0 to 18446744073709551615")
                return false
            }
            tunnel.id = number
        case "dst", "src":
            guard let address = routeAddress(value, quoted) else { return false }
            guard address.family == tunnel.family else {
                report(
                    .error, "family-mismatch", at: value.location,
                    "\(address) is \(address.family.title), and the outer packets are \(tunnel.family.title)",
                    consequence: "keepalived would leave this route out",
                    fix: tunnel.family == .v4 ? "encap ip6 \(name.text) \(address)" : "encap ip \(name.text) \(address)"
                )
                return false
            }
            if name.text == "dst" { tunnel.destination = address } else { tunnel.source = address }
        case "tos", "tc":
            guard let number = octet(value, quoted) else { return false }
            tunnel.trafficClass = number
        case "ttl", "hoplimit":
            guard let number = integer(value, 0...255, of: quoted) else { return false }
            tunnel.hopLimit = UInt8(clamping: number)
        default:
            guard let number = integer(value, 0...65535, of: quoted) else { return false }
            let flags = UInt16(clamping: number)
            guard flags & RouteTunnel.optionFlags == 0 else {
                reportBadValue(
                    value, of: quoted,
                    expected: "a sum of 256 (checksum), 1024 (key), 2048 (sequence) and 1 (no fragments)")
                return false
            }
            tunnel.flags = flags
        }
        return true
    }

    /// Decimal, or as in C; unlike that of a route, all its bits are sent.
    private mutating func octet(_ word: Word, _ quoted: Statement) -> UInt8? {
        let text = word.text
        let number =
            text.hasPrefix("0x")
            ? UInt8(text.dropFirst(2), radix: 16) : text.hasPrefix("0") ? UInt8(text, radix: 8) : UInt8(text)
        if number == nil { reportBadValue(word, of: quoted, expected: "0 to 255, also as 0x10") }
        return number
    }

    private mutating func reportTunnel(_ word: Word, _ message: String) {
        report(
            .error, "route-incomplete", at: word.location, message,
            consequence: "keepalived would leave this route out",
            fix: "encap ip dst ADDRESS id N")
    }

    private mutating func reportKind(_ word: Word) {
        guard ["mpls", "ila"].contains(word.text) else {
            return reportBadValue(
                word, of: Statement(keyword: Word("encap", at: word.location), arguments: [word], rawLine: ""),
                expected: "ip or ip6")
        }
        report(
            .error, "not-supported-yet", at: word.location,
            "`encap \(word.text)` is not supported yet by Understudy",
            consequence: "without it packets are sent as they are",
            fix: "`notify_master` and `notify_backup` with `ip route add` and `ip route del`")
    }
}
