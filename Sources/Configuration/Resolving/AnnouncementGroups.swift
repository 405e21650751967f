internal import VRRPCore

extension Resolver {
    /// Reads a `garp_group` block: the pace of announcements on one interface, or on several together.
    mutating func resolveAnnouncementGroup(_ statement: Statement) {
        let contents = read(statement.children ?? [], in: .garpGroup)
        let interfaces = groupedInterfaces(contents, at: statement)
        let (arp, advertisements) = (contents.interval("garp_interval"), contents.interval("gna_interval"))
        if arp == nil, advertisements == nil {
            if contents.wasAttempted("garp_interval") || contents.wasAttempted("gna_interval") { return }
            return report(
                .error, "missing-keyword", at: statement.location,
                "garp_group has neither `garp_interval` nor `gna_interval`",
                consequence: "it would space nothing; keepalived leaves it out", fix: "garp_interval 0.002")
        }
        for name in ["garp_interval", "gna_interval"] {
            if let spacing = contents.interval(name) { checkSpacing(spacing, name, contents) }
        }
        if interfaces.isEmpty { return }
        model.global.announcementGroups.append(
            AnnouncementGroup(
                interfaces: interfaces, gratuitousARPSpacing: arp ?? .zero,
                neighborAdvertisementSpacing: advertisements ?? .zero))
    }

    private mutating func groupedInterfaces(_ contents: BlockContents, at statement: Statement) -> [String] {
        if let one = contents["interface"], contents.has("interfaces") {
            report(
                .warning, "repeated-keyword", at: one.location, "`interface` stands beside `interfaces`",
                consequence: "all of them are in the group; keepalived asks for one of the two",
                fix: "put the name into interfaces { }")
        }
        let block = contents.lines("interfaces").flatMap { [$0.keyword] + $0.arguments }
        var words: [Word] = contents.words("interface") ?? []
        for word in block {
            let line = Statement(keyword: Word("interfaces", at: word.location), arguments: [], rawLine: word.text)
            if let name = interfaceName(word, of: line) { words.append(name) }
        }
        if words.isEmpty, !contents.wasAttempted("interface"), block.isEmpty {
            report(
                .error, "missing-keyword", at: statement.location, "garp_group names no interface",
                consequence: "it would space nothing, in keepalived neither", fix: "interface eth0",
                passesKeepalived: contents.has("interfaces") ? nil : true)
        }
        var taken = Set(model.global.announcementGroups.flatMap(\.interfaces))
        var names: [String] = []
        for word in words {
            if !taken.insert(word.text).inserted {
                report(
                    .warning, "repeated-member", at: word.location, "`\(word.text)` is in a garp_group already",
                    consequence: "the first one counts", fix: "remove the name", passesKeepalived: false)
            } else {
                names.append(word.text)
                model.global.namedInterfaces.append(NamedInterface(word, "nothing is spaced by it"))
            }
        }
        return names
    }

    /// `[all] SECONDS`; nil when neither keyword says anything that can be read.
    mutating func extraAnnouncements(
        _ contents: BlockContents, _ name: String, formerly oldName: String
    ) -> ExtraAnnouncements? {
        if let old = contents[oldName] {
            report(
                .note, "obsolete-keyword", at: old.location, "`\(oldName)` has another name today",
                consequence: "it means the same; keepalived complains of it too",
                fix: "\(name) " + old.statement.arguments.map(\.text).joined(separator: " "))
        }
        let used = contents.has(name) ? name : oldName
        guard let setting = contents[used], let words = contents.words(used), let last = words.last else { return nil }
        let isForAll = words[0].text == "all"
        if words.count == 2, !isForAll {
            reportBadValue(words[0], of: setting.statement, expected: "`all`, or the seconds alone")
            return nil
        }
        guard let seconds = integer(last, 0...86400, of: setting.statement) else { return nil }
        return ExtraAnnouncements(
            spacing: .seconds(UInt64(seconds)), isForAll: isForAll, keyword: used, location: setting.location)
    }

    /// How often an instance announces addresses that its adverts keep nowhere in mind.
    mutating func resolveExtraAnnouncements(_ instance: inout Instance, _ contents: BlockContents) {
        let own = extraAnnouncements(contents, "garp_extra_if", formerly: "vmac_garp_intvl")
        let extra = own ?? defaults.extraAnnouncements
        let isForVirtualMAC = instance.hasSilentVirtualLinks
        if let own, let location = own.location, !own.isForAll, own.spacing > .zero, !isForVirtualMAC {
            report(
                .note, "no-effect", at: location,
                "`\(own.keyword)` without `all` is about interfaces of `use_vmac_addr`, and of `use_vmac` with `vmac_xmit_base`, "
                    + "which this instance does not have",
                consequence:
                    "nothing is announced again by it; `all` would do so on each interface that holds addresses",
                fix: "\(own.keyword) all \(own.spacing.nanoseconds / 1_000_000_000)")
        }
        guard extra.isForAll || isForVirtualMAC else { return }
        instance.extraAnnouncements = extra.spacing
        instance.announcesVirtualMACOnly = !extra.isForAll
    }
}

extension Resolver {
    /// What `global_defs` asks for, and no instance can do.
    mutating func reportUselessExtraAnnouncements() {
        let extra = defaults.extraAnnouncements
        guard let location = extra.location, !extra.isForAll, extra.spacing > .zero,
            !model.instances.contains(where: \.hasSilentVirtualLinks)
        else { return }
        report(
            .note, "no-effect", at: location,
            "`\(extra.keyword)` without `all` is about interfaces of `use_vmac_addr`, and of `use_vmac` with `vmac_xmit_base`, "
                + "and there are none",
            consequence: "nothing is announced again by it; `all` would do so on each interface that holds addresses",
            fix: "\(extra.keyword) all \(extra.spacing.nanoseconds / 1_000_000_000)")
    }
}

/// `garp_extra_if` and its like, as written.
struct ExtraAnnouncements: Equatable {
    var spacing = Interval.zero
    /// `all`: on every interface that holds addresses and is not the instance's own.
    var isForAll = false
    var keyword = ""
    var location: SourceLocation?
}
