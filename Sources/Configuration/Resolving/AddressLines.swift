internal import VRRPCore
internal import VRRPWire

/// The addresses of an instance as written: the advertised ones and the excluded ones.
struct WrittenAddresses {
    var advertised: [WrittenAddress] = []
    var excluded: [WrittenAddress] = []
}

extension Resolver {
    mutating func addresses(_ contents: BlockContents, interface: String) -> WrittenAddresses {
        var held = WrittenAddresses()
        for line in contents.lines("virtual_ipaddress") {
            if let written = addressLine(line, interface: interface) { held.advertised.append(written) }
        }
        for line in contents.lines("virtual_ipaddress_excluded") {
            if let written = addressLine(line, interface: interface) { held.excluded.append(written) }
        }
        return held
    }

    /// Reads `IP[/PREFIX] [brd ADDR|+|-] [dev IF] [scope NAME] [label NAME] [peer ADDR] [preferred_lft SECONDS|forever]`, and
    /// `track_group NAME` of one that is there in every state.
    mutating func addressLine(
        _ line: Statement, interface: String, isStatic: Bool = false
    ) -> WrittenAddress? {
        guard let (address, prefix) = addressAndPrefix(line) else { return nil }
        var written = VirtualAddress(address: address, prefixLength: prefix, interface: interface)
        var group: Word?
        let words = line.arguments
        var index = 0
        while index < words.count {
            if words[index].text == "track_group", index + 1 < words.count {
                group = words[index + 1]
                index += 2
            } else {
                index += attribute(at: index, of: line, into: &written)
            }
        }
        settlePeer(of: &written, line)
        guard isUsable(written, line, isStatic: isStatic) else { return nil }
        if let group, !isStatic { track(.address(written), in: group, isStatic: false) }
        let marking = words.first { $0.text == "use_vmac" }
        if isStatic, let marking {
            report(
                .warning, "no-effect", at: marking.location, "`use_vmac` has no effect on a static address",
                consequence: "it is on the interface itself, as in keepalived; no router is behind it",
                fix: "remove `use_vmac` from the line")
        }
        return WrittenAddress(
            address: written, location: line.location, trackGroup: group,
            namesInterface: words.contains { $0.text == "dev" }, usesVirtualMAC: marking != nil)
    }

    private mutating func addressAndPrefix(_ line: Statement) -> (IPAddress, UInt8)? {
        let word = line.keyword
        var text = word.text
        if let end = text.firstIndex(where: { ",;".contains($0) }) {
            let all = text.split { ",;".contains($0) }.joined(separator: "\n")
            text = String(text[..<end])
            report(
                .error, "stray-punctuation", at: word.location,
                "`\(word.text)`: addresses are separated by lines, not by `\(word.text[end])`",
                consequence: "everything after the first address would be missing", fix: all)
        }
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let address = IPAddress(parts[0]) else {
            reportNoAddress(line, text: parts[0])
            return nil
        }
        guard parts.count > 1 else { return (address, address.family.hostPrefixLength) }
        let longest = address.family.hostPrefixLength
        guard let prefix = UInt8(parts[1]), prefix <= longest, prefix > 0 else {
            let isNothing = parts[1].isEmpty || Int(parts[1]) == 0
            report(
                .error, "bad-prefix", at: word.location, "`/\(parts[1])` is not a prefix length: 1 to \(longest)",
                consequence: isNothing
                    ? "keepalived would set /0: the whole Internet would be taken for this link"
                    : "keepalived would use /\(longest), a host without its subnet",
                fix: "\(address)/\(IPv4Address(parts[1])?.maskLength ?? (address.family == .v4 ? 24 : 64))",
                passesKeepalived: isNothing ? true : nil)
            return (address, longest)
        }
        return (address, prefix)
    }

    private mutating func reportNoAddress(_ line: Statement, text: String) {
        let word = line.keyword
        guard isPlain(word, of: Statement(keyword: word, arguments: [], rawLine: "")), !reportConflict(word) else {
            return
        }
        report(
            .error, "bad-address", at: word.location, "`\(text)` is not an address",
            consequence: "keepalived would leave it out: MASTER without this address",
            fix: meantAddress(line) ?? "ADDRESS/PREFIX, such as 192.0.2.10/24")
    }

    /// `eth0 192.0.2.10/24` and `192.0.2.10\24` as they have to be; nil where that is not clear.
    private func meantAddress(_ line: Statement) -> String? {
        let text = line.keyword.text
        func isAddress(_ text: String) -> Bool { IPAddress(String(text.prefix { $0 != "/" })) != nil }
        if let next = line.arguments.first?.text, isAddress(next) {
            return text.looksLikeInterface ? "\(next) dev \(text)" : next
        }
        let plain = String(text.map { lookalikes[$0] ?? $0 })
        return plain != text && isAddress(plain) ? plain : nil
    }

    /// Reads one attribute and returns how many words it took.
    private mutating func attribute(at index: Int, of line: Statement, into written: inout VirtualAddress) -> Int {
        let word = line.arguments[index]
        guard let keyword = KeywordTable.keyword(word.text, in: .addresses) else {
            return unknownAttribute(at: index, of: line, into: &written)
        }
        if case .noted(let remark) = keyword.status {
            report(
                .note, remark.code, at: word.location, "`\(word.text)` is accepted: \(remark.reason)",
                consequence: remark.consequence, fix: remark.instead)
            return 1
        }
        if keyword.shape == .flag, keyword.isSupported {
            applyMark(word, to: &written)
            return 1
        }
        if case .notYet(let without, let instead) = keyword.status {
            report(
                .error, "not-supported-yet", at: word.location, "`\(word.text)` is not supported yet by Understudy",
                consequence: "without it \(without)", fix: instead)
            return 1 + keyword.shape.wordCount.upperBound.clampedToOne(present: index + 1 < line.arguments.count)
        }
        guard index + 1 < line.arguments.count else {
            report(
                .error, "missing-argument", at: word.location,
                "`\(word.text)` needs a value: \(keyword.shape.notation)",
                consequence: "it would be ignored", fix: "\(word.text) \(keyword.shape.notation)")
            return 1
        }
        apply(keyword.name, line.arguments[index + 1], line, to: &written)
        return 2
    }

    /// Reports a word that is no attribute and returns how many words belong to it.
    private mutating func unknownAttribute(
        at index: Int, of line: Statement, into written: inout VirtualAddress
    ) -> Int {
        let word = line.arguments[index]
        if let count = detachedPrefix(at: index, of: line, into: &written) { return count }
        if IPAddress(String(word.text.prefix { !"/,;".contains($0) })) != nil {
            report(
                .error, "two-on-a-line", at: word.location, "`\(word.text)` must stand on a line of its own",
                consequence: "only the first address on the line would be set; this one would be missing",
                fix: String(word.text.prefix { !",;".contains($0) }))
            return 1
        }
        let names = KeywordTable.keywords(in: .addresses).map(\.name)
        let near = KeywordTable.nearest(to: word.text, among: names)
        let isInterface = near == nil && word.text.looksLikeInterface
        let meant = isInterface ? "dev \(word.text)" : near
        let takesNext = near.flatMap { KeywordTable.keyword($0, in: .addresses) }.map {
            $0.shape.wordCount.upperBound > 0
        }
        report(
            .error, "unknown-keyword", at: word.location,
            "`\(word.text)` is not known after an address" + (meant.map { "; is `\($0)` meant?" } ?? ""),
            consequence: "it would be ignored",
            fix: meant.map { Self.text(of: line, with: $0, for: word) } ?? "remove `\(word.text)`")
        return takesNext == true ? 2 : 1
    }

    /// `ADDRESS /24`, `ADDRESS 255.255.255.0` and with `netmask` before it: what belongs to the address as `/24`.
    private mutating func detachedPrefix(
        at index: Int, of line: Statement, into written: inout VirtualAddress
    ) -> Int? {
        let word = line.arguments[index]
        let prefix: UInt8?
        let count: Int
        if word.text.hasPrefix("/") {
            (prefix, count) = (UInt8(word.text.dropFirst()), 1)
        } else if ["netmask", "mask"].contains(word.text), index + 1 < line.arguments.count {
            (prefix, count) = (IPv4Address(line.arguments[index + 1].text)?.maskLength, 2)
        } else if word.text.hasPrefix("255."), written.address.family == .v4 {
            (prefix, count) = (IPv4Address(word.text)?.maskLength, 1)
        } else {
            return nil
        }
        let longest = written.address.family.hostPrefixLength
        guard let prefix, prefix > 0, prefix <= longest else { return nil }
        let text = line.arguments[index..<(index + count)].map(\.text).joined(separator: " ")
        report(
            .error, "bad-prefix", at: word.location,
            "`\(text)` belongs to the address as `/\(prefix)`, without a blank before it",
            consequence: "it would be ignored: the address would be /\(written.prefixLength)",
            fix: "\(written.address)/\(prefix)")
        written.prefixLength = prefix
        return count
    }

    private mutating func apply(_ name: String, _ value: Word, _ line: Statement, to written: inout VirtualAddress) {
        let quoted = Statement(
            keyword: Word(name, at: value.location), arguments: [value], rawLine: line.rawLine)
        switch name {
        case "dev":
            if let interface = interfaceName(value, of: quoted) { written.interface = interface.text }
        case "brd", "broadcast": applyBroadcast(value, to: &written)
        case "scope": applyScope(value, quoted, to: &written)
        case "preferred_lft": applyPreference(value, quoted, to: &written)
        case "peer": applyPeer(value, to: &written)
        default: applyLabel(value, to: &written)
        }
    }

    private mutating func applyBroadcast(_ value: Word, to written: inout VirtualAddress) {
        guard case .v4(let address) = written.address else {
            report(
                .error, "attribute-for-ipv4", at: value.location, "IPv6 has no broadcast addresses (`\(value.text)`)",
                consequence: "keepalived would leave this address out",
                fix: "\(written.address)/\(written.prefixLength)")
            return
        }
        let hostBits = written.prefixLength >= 32 ? 0 : UInt32.max >> UInt32(written.prefixLength)
        switch value.text {
        case "+": written.broadcast = IPv4Address(bigEndian: address.bigEndianValue | hostBits)
        case "-": written.broadcast = IPv4Address(bigEndian: address.bigEndianValue & ~hostBits)
        default: written.broadcast = IPv4Address(value.text)
        }
        if written.broadcast == nil {
            report(
                .error, "bad-address", at: value.location,
                "`\(value.text)` is not a broadcast address: an address, + or -",
                consequence: "the address would get no broadcast address", fix: "brd +")
        } else if written.broadcast == address {
            report(
                .error, "broadcast-is-address", at: value.location,
                "`\(value.text)` makes \(address) its own broadcast address",
                consequence: "neighbours would not resolve it, so nobody reaches it",
                fix: "\(address)/24 brd +   # with the subnet's real prefix", passesKeepalived: true)
            written.broadcast = nil
        }
    }

    private mutating func applyScope(_ value: Word, _ quoted: Statement, to written: inout VirtualAddress) {
        guard let scope = scopeNumber(value.text) else {
            reportBadValue(value, of: quoted, expected: "global, site, link, host or 0 to 255")
            return
        }
        if written.address.family == .v6 { reportIgnored("scope", value) } else { written.scope = scope }
    }

    private mutating func applyPreference(_ value: Word, _ quoted: Statement, to written: inout VirtualAddress) {
        guard value.text != "forever" else {
            written.preferredSeconds = nil
            return
        }
        guard let seconds = UInt32(value.text) else {
            return reportBadValue(value, of: quoted, expected: "seconds from 0 to \(UInt32.max), or forever")
        }
        // The greatest number is how the kernel spells it.
        if seconds == .max {
            written.preferredSeconds = nil
            return
        }
        guard written.address.family == .v6 else {
            return report(
                .warning, "attribute-for-ipv6", at: value.location,
                "`preferred_lft \(value.text)` is ignored on an IPv4 address, in keepalived too",
                consequence: "the address stays preferred", fix: "remove `preferred_lft \(value.text)`")
        }
        written.preferredSeconds = seconds
    }

    private mutating func applyLabel(_ value: Word, to written: inout VirtualAddress) {
        if written.address.family == .v6 {
            reportIgnored("label", value)
        } else if value.text.utf8.count > 15 {
            report(
                .error, "long-label", at: value.location, "label `\(value.text)` is longer than 15 characters",
                consequence: "the kernel would refuse the address", fix: "label \(value.text.prefix(15))")
        } else {
            written.label = value.text
        }
    }

    private mutating func reportIgnored(_ name: String, _ value: Word) {
        report(
            .warning, "attribute-for-ipv4", at: value.location, "`\(name) \(value.text)` is ignored on an IPv6 address",
            consequence: "only IPv4 addresses have a \(name)", fix: "remove `\(name) \(value.text)`")
    }

    private mutating func isUsable(_ written: VirtualAddress, _ line: Statement, isStatic: Bool) -> Bool {
        let address = written.address
        if address.isMulticast || address.isUnspecified || address.isLoopback && !isStatic {
            report(
                .error, "bad-address", at: line.location,
                "\(address) cannot be \(isStatic ? "an address of this host" : "a virtual address")",
                consequence: "no client could reach it on this network",
                fix: "an unused address of the interface's subnet", passesKeepalived: true)
            return false
        }
        guard case .v4(let number) = address, written.prefixLength < 31 else { return true }
        let hostBits = UInt32.max >> UInt32(written.prefixLength)
        let host = number.bigEndianValue & hostBits
        if host == 0 || host == hostBits {
            report(
                .warning, "not-a-host", at: line.location,
                "\(address)/\(written.prefixLength) is the \(host == 0 ? "first" : "last") of its subnet, which is no "
                    + "host's", consequence: "neighbours treat it as the subnet's own or broadcast address",
                fix: "another address of the subnet")
        }
        return true
    }
}

/// RT_SCOPE_* by name or number, as iproute2 reads it; nil when it is neither.
func scopeNumber(_ text: String) -> UInt8? {
    let names: [String: UInt8] = [
        "global": 0, "universe": 0, "site": 200, "link": 253, "host": 254, "nowhere": 255,
    ]
    return names[text] ?? UInt8(text)
}

extension IPv4Address {
    /// The prefix length that a netmask stands for; nil when it is no netmask.
    var maskLength: UInt8? {
        let ones = (~bigEndianValue).leadingZeroBitCount
        return bigEndianValue.nonzeroBitCount == ones ? UInt8(ones) : nil
    }
}

extension String {
    /// `eth0`, `ens192`, `eth0.100`: letters first and a digit somewhere, as long as a name can be.
    fileprivate var looksLikeInterface: Bool {
        guard let first, first.isLetter, utf8.count <= 15 else { return false }
        return contains(where: \.isNumber) && allSatisfy { $0.isLetter || $0.isNumber || ".-_".contains($0) }
    }
}

extension Int {
    /// How many words an unsupported attribute takes: its own argument, when there is one.
    fileprivate func clampedToOne(present: Bool) -> Int { present && self > 0 ? 1 : 0 }
}

/// The letters that look like digits, and the other slash.
private let lookalikes: [Character: Character] = ["O": "0", "o": "0", "l": "1", "I": "1", "\\": "/"]
