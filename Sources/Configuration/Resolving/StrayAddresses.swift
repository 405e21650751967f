internal import VRRPWire

extension Resolver {
    private static let addressBlocks: Set<String> = ["virtual_ipaddress", "virtual_ipaddress_excluded", "unicast_peer"]

    /// Reports address lines that stand in the instance itself: the braces around them are missing, or the whole first line is.
    ///
    /// They are not read, because they may be another instance's, where more braces are missing.
    ///
    /// - Parameter rest: what follows; the lines are taken from it.
    /// - Returns: the block that they are meant for; nil when there are none.
    mutating func reportStrayAddresses(_ first: Statement, _ rest: inout ArraySlice<Statement>) -> String? {
        let name = first.keyword.text
        let isHead = Self.addressBlocks.contains(name)
        guard isHead || Self.beginsAsAddress(name), first.children == nil, !isHead || first.arguments.isEmpty else {
            return nil
        }
        var lines = isHead ? [] : [first]
        while let next = rest.first, next.children == nil, Self.beginsAsAddress(next.keyword.text) {
            lines.append(next)
            rest.removeFirst()
        }
        if lines.isEmpty { return nil }
        let block = isHead ? name : "virtual_ipaddress"
        let fix = "\(block) {\n" + lines.map { "    \($0.rawLine)\n" }.joined() + "}"
        if isHead {
            report(
                .error, "missing-block", at: first.location, "`\(name)` needs a block in braces",
                consequence: "nothing would be read from this line, nor from what belongs to it", fix: fix)
        } else {
            report(
                .error, "unknown-keyword", at: first.location,
                "`\(name)` stands in no block; is `\(block)` meant around it?",
                consequence: "it would be ignored", fix: fix)
        }
        return block
    }

    static func isAddressBlock(_ name: String) -> Bool { addressBlocks.contains(name) }

    /// Whether a word is an address with or without a prefix.
    static func beginsAsAddress(_ word: String) -> Bool {
        guard let first = word.utf8.first, first >= 0x30 && first <= 0x39 || word.contains(":") else { return false }
        return IPAddress(String(word.prefix { $0 != "/" })) != nil
    }
}
