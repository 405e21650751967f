internal import VRRPCore
internal import VRRPWire

extension Resolver {
    /// `nftables` and its companions.
    mutating func resolvePacketFilter(_ contents: BlockContents) {
        var filter = PacketFilterSettings()
        if let word = contents.words("nftables")?.first, let setting = contents["nftables"] {
            if Self.isTableName(word.text) {
                filter.table = word.text
            } else {
                reportBadValue(
                    word, of: setting.statement,
                    expected: "a name of at most 255 letters, digits, _, - and ., that begins with a letter or _")
            }
        }
        if let priority = contents.integer("nftables_priority") { filter.priority = Int32(clamping: priority) }
        filter.countsPackets = contents.has("nftables_counters")
        filter.matchesIndex = contents.has("nftables_ifindex")
        model.global.packetFilter = filter
    }

    /// What `nft` can name as well.
    private static func isTableName(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= 255 else { return false }
        func isLetter(_ octet: UInt8) -> Bool { (65...90).contains(octet) || (97...122).contains(octet) || octet == 95 }
        return isLetter(first)
            && text.utf8.allSatisfy { isLetter($0) || (48...57).contains($0) || $0 == 45 || $0 == 46 }
    }

    /// `accept` and `no_accept`, and what strict mode makes of neither of them.
    mutating func resolveAcceptance(_ instance: inout Instance, _ contents: BlockContents, isStrict: Bool) {
        let (on, off) = (contents["accept"], contents["no_accept"])
        switch (on, off) {
        case (nil, nil):
            instance.acceptsPackets = !isStrict
            if isStrict, instance.dropsPackets { noteStrictDrop(instance, contents) }
        case (_?, nil): instance.acceptsPackets = true
        case (nil, _?): instance.acceptsPackets = false
        case (let on?, let off?):
            report(
                .warning, "accept-and-no-accept", at: off.location, "both `accept` and `no_accept` are given",
                consequence: "the last one counts", fix: "remove one of the two lines")
            instance.acceptsPackets =
                (on.location.line, on.location.column) > (off.location.line, off.location.column)
        }
        if let off, on == nil, instance.priority == .owner {
            report(
                .note, "no-effect", at: off.location, "`no_accept` has no effect with priority 255",
                consequence: "the addresses are the host's own, and it takes what is sent to them",
                fix: "remove the line")
        }
        guard isStrict, instance.version == .v2, instance.priority != .owner, instance.acceptsPackets, let on else {
            return
        }
        instance.acceptsPackets = false
        report(
            .warning, "strict-mode", at: on.location, "`accept` is ignored in strict mode with version 2",
            consequence: "all traffic to the addresses is dropped while this host is MASTER, as with keepalived",
            fix: "version 3   # on all routers; or strict_mode off")
    }
}
