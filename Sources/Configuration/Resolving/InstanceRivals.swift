internal import VRRPCore
internal import VRRPWire

extension Resolver {
    /// What it does about MASTERs beside it, and what waits for it.
    mutating func resolveRivals(_ instance: inout Instance, _ contents: BlockContents) {
        let isQuiet = contents.boolean("lower_prio_no_advert")
        instance.answersLowerPriority = isQuiet.map { !$0 } ?? defaults.answersLowerPriority
        let isDeaf = contents.boolean("owner_ignore_adverts")
        instance.ownerListens = isDeaf.map { !$0 } ?? defaults.ownerListens
        instance.receiveBuffer = contents.integer("kernel_rx_buf_size") ?? defaults.receiveBuffer
        if isDeaf == true, instance.priority != .owner, let setting = contents["owner_ignore_adverts"] {
            report(
                .note, "no-effect", at: setting.location,
                "`owner_ignore_adverts` has no effect with priority \(instance.priority.rawValue)",
                consequence: "only a MASTER with priority 255 can be deaf to others", fix: "remove the line")
        }
    }

    /// `old_unicast_checksum [never]`.
    mutating func resolveOldChecksum(_ instance: inout Instance, _ contents: BlockContents) {
        guard let setting = contents["old_unicast_checksum"], let words = contents.words("old_unicast_checksum") else {
            return
        }
        if let word = words.first {
            guard word.text == "never" else {
                return reportBadValue(word, of: setting.statement, expected: "nothing, or `never`")
            }
            instance.followsOldPeers = false
            return
        }
        guard instance.version == .v3, instance.family == .v4, instance.transport != .multicast else {
            return report(
                .warning, "no-effect", at: setting.location,
                "`old_unicast_checksum` has no effect on this instance",
                consequence: "only unicast VRRPv3 over IPv4 ever had another checksum", fix: "remove the line")
        }
        if contents.has("v3_checksum_as_v2") {
            report(
                .warning, "no-effect", at: setting.location,
                "`v3_checksum_as_v2` has no effect beside `old_unicast_checksum`",
                consequence: "adverts are sent with the checksum of keepalived before 1.3.7",
                fix: "remove one of the two lines")
        }
        instance.checksum = .pseudoHeaderOfGroup
    }
}
