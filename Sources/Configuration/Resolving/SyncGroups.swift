internal import VRRPCore
internal import VRRPWire

extension Resolver {
    /// Reads the `vrrp_sync_group` blocks, after all instances are known.
    mutating func resolveSyncGroups(_ contents: BlockContents) {
        var defined: [String: SourceLocation] = [:]
        let positions = grouped.isEmpty ? [:] : model.positions { grouped.contains($0) }
        for setting in contents.all("vrrp_sync_group") {
            guard let word = setting.statement.arguments.first else { continue }
            guard let earlier = defined[word.text] else {
                defined[word.text] = word.location
                resolveSyncGroup(setting.statement, named: word.text, positions)
                continue
            }
            let other = reportDuplicate(
                setting.statement, word, earlier: earlier,
                consequence: "keepalived would ignore this second block, and its members would move alone"
            ) { defined[$0] != nil }
            if let other { resolveSyncGroup(setting.statement, named: other, positions) }
        }
    }

    mutating func noteGrouped(_ contents: BlockContents) {
        let blocks = contents.all("vrrp_sync_group").flatMap { $0.statement.children ?? [] }
        for line in blocks.filter({ $0.keyword.text == "group" }).flatMap({ $0.children ?? [] }) {
            grouped.formUnion(([line.keyword] + line.arguments).map(\.text))
        }
    }

    /// - Parameter positions: of the instances that groups name.
    private mutating func resolveSyncGroup(_ statement: Statement, named name: String, _ positions: [String: Int]) {
        let loose = looseMembers(of: statement, named: name)
        var contents = read((statement.children ?? []).filter { !loose.contains($0) }, in: .syncGroup)
        if !loose.isEmpty { contents.attempt("group") }
        var group = SyncGroupSettings(name: name, location: statement.location)
        if let setting = contents["global_tracking"] {
            report(
                .warning, "obsolete-keyword", at: setting.location, "`global_tracking` has another name today",
                consequence: "it means the same; keepalived complains of it too", fix: "sync_group_tracking_weight")
        }
        group.countsWeights = contents.has("sync_group_tracking_weight") || contents.has("global_tracking")
        group.trackedScripts = trackedScripts(contents)
        group.trackedProcesses = trackedProcesses(contents)
        group.trackedFiles = trackedFiles(contents)
        group.trackedSessions = trackedSessions(contents)
        group.notifications = notifications(contents, in: .syncGroup)
        group.members = members(of: group, contents, at: statement, positions)
        let members = model.members(of: group, at: positions)
        group.trackedInterfaces = trackedInterfaces(contents, ownedBy: members)
        guard !members.isEmpty else { return }
        checkMembers(members, of: group)
        if sharedName(of: "vrrp_sync_group", name) != nil { return }
        let hold = members.map(\.successionBound).max() ?? .zero
        for index in group.members.compactMap({ positions[$0] }).sorted() {
            var member = model.instances[index]
            join(&member, group, hold: hold)
            model.instances[index] = member
        }
        model.groups.append(group)
    }

    // MARK: Members

    /// Instances that are named in the block itself, without `group { }` around them; reported once.
    private mutating func looseMembers(of statement: Statement, named name: String) -> [Statement] {
        let lines = statement.children ?? []
        guard !lines.contains(where: { $0.keyword.text == "group" }) else { return [] }
        let loose = lines.filter { line in
            line.children == nil && KeywordTable.keyword(line.keyword.text, in: .syncGroup) == nil
                && ([line.keyword] + line.arguments).allSatisfy { definedInstances[$0.text] != nil }
        }
        guard let first = loose.first else { return [] }
        let names = loose.flatMap { [$0.keyword] + $0.arguments }.map(\.text)
        report(
            .error, "missing-keyword", at: first.location,
            "the members of vrrp_sync_group `\(name)` stand outside of `group { }`",
            consequence: "keepalived would ignore them, and leave the group out: nothing would move together",
            fix: "group {\n    \(names.joined(separator: "\n    "))\n}")
        return loose
    }

    private mutating func members(
        of group: SyncGroupSettings, _ contents: BlockContents, at statement: Statement, _ positions: [String: Int]
    ) -> [String] {
        let words = contents.lines("group").flatMap { [$0.keyword] + $0.arguments }
        var members: [String] = []
        var known: Set<String> = []
        for written in words {
            var word = written
            if let last = word.text.last, ",;".contains(last), word.text.count > 1 {
                _ = isPlain(word, of: Statement(keyword: word, arguments: [], rawLine: word.text))
                word.text.removeLast()
            }
            if definedInstances[word.text] == nil {
                reportUndefinedMember(word)
            } else if known.contains(word.text) {
                report(
                    .warning, "repeated-member", at: word.location, "`\(word.text)` is in this group already",
                    consequence: "it counts once", fix: "remove the name", passesKeepalived: false)
            } else if let other = positions[word.text].flatMap({ model.instances[$0].syncGroup }),
                other != sharedName(of: "vrrp_sync_group", group.name)
            {
                report(
                    .error, "member-of-two-groups", at: word.location,
                    "`\(word.text)` is in vrrp_sync_group `\(other)` too",
                    consequence:
                        "it cannot move with both; keepalived would leave it out here, and this group would move without it",
                    fix: "remove the name from one of the two, or make them one group")
            } else {
                known.insert(word.text)
                members.append(word.text)
            }
        }
        if words.isEmpty {
            guard !contents.wasAttempted("group") || contents.has("group") else { return [] }
            report(
                .error, contents.has("group") ? "empty-sync-group" : "missing-keyword", at: statement.location,
                "vrrp_sync_group `\(group.name)` names no instance",
                consequence: "nothing moves together; keepalived would leave the group out",
                fix: "group {\n    VI_1\n    VI_2\n}")
        } else if members.count == 1, words.count == 1, sharedName(of: "vrrp_sync_group", group.name) == nil {
            report(
                .warning, "single-member", at: words[0].location,
                "vrrp_sync_group `\(group.name)` has one member", consequence: "there is nothing for it to move with",
                fix: "name the other instances of the group, or remove the block")
        }
        return members
    }

    private mutating func reportUndefinedMember(_ word: Word) {
        report(
            .error, "undefined-instance", at: word.location, "there is no vrrp_instance `\(word.text)`",
            consequence: "the group would move without it; keepalived leaves it out",
            fix: KeywordTable.nearest(to: word.text, among: definedInstances.keys.sorted())
                .map { "\($0)" } ?? "define vrrp_instance \(word.text), or remove the name")
    }

    /// What members have in common where the group is to work as people expect.
    private mutating func checkMembers(_ members: [Instance], of group: SyncGroupSettings) {
        guard let first = members.first else { return }
        if let other = members.first(where: { ($0.priority == .owner) != (first.priority == .owner) }) {
            report(
                .error, "owner-in-sync-group", at: other.location,
                "of vrrp_sync_group `\(group.name)`, `\(first.name)` has priority \(first.priority.rawValue) and "
                    + "`\(other.name)` \(other.priority.rawValue)",
                consequence: "an owner never yields, and the others would have to: they could not move together",
                fix: "priority 254   # in each member, or 255 in all of them", passesKeepalived: true)
        } else if let other = members.first(where: { $0.priority != first.priority }) {
            reportDifference(
                group, first, other, "priority \(first.priority.rawValue)", "\(other.priority.rawValue)",
                "where the other host has them the other way round, whoever has the group keeps it: nobody has all of it to claim",
                fix: "priority \(first.priority.rawValue)")
        }
        if let other = members.first(where: { $0.advertisementInterval != first.advertisementInterval }) {
            reportDifference(
                group, first, other, "advert_int \(Interval(first.advertisementInterval).decimalSeconds)",
                Interval(other.advertisementInterval).decimalSeconds,
                "the group takes over when the slowest member may", fix: "the same advert_int in each member")
        }
        if let other = members.first(where: { $0.preempts != first.preempts }) {
            reportDifference(
                group, first, other, "preemption \(first.preempts.onOff)", other.preempts.onOff,
                "the group overrules nobody: one member with `nopreempt` holds the others back",
                fix: "nopreempt   # in each member, or in none")
        }
    }

    private mutating func reportDifference(
        _ group: SyncGroupSettings, _ first: Instance, _ other: Instance, _ mine: String, _ theirs: String,
        _ consequence: String, fix: String
    ) {
        report(
            .warning, "members-differ", at: other.location,
            "of vrrp_sync_group `\(group.name)`, `\(first.name)` has \(mine) and `\(other.name)` \(theirs)",
            consequence: consequence, fix: fix)
    }

    // MARK: What is watched

    /// Gives a member what the group watches, and takes from it the weights that do not count in a group.
    private mutating func join(_ instance: inout Instance, _ group: SyncGroupSettings, hold: Interval) {
        instance.syncGroup = group.name
        instance.groupHold = hold
        // keepalived: the group's word is for members that say nothing themselves; of the group there are no such lines.
        if group.notifications.hasOwnPriorityChanges, !instance.notifications.hasOwnPriorityChanges {
            instance.notifications.priorityChanges = group.notifications.priorityChanges
        }
        if !group.countsWeights { dropWeights(&instance, group) }
        instance.trackedInterfaces.join(group.trackedInterfaces.filter { $0.name != instance.interface })
        instance.trackedScripts.join(group.trackedScripts)
        instance.trackedProcesses.join(group.trackedProcesses)
        instance.trackedFiles.join(group.trackedFiles)
        instance.trackedSessions.join(group.trackedSessions)
        checkWeights(&instance)
    }

    /// keepalived: without `sync_group_tracking_weight` a member's weighted script, file or BFD session does not count.
    ///
    /// Its weighted interfaces and processes move its own priority all the same, in 2.2.7; of interfaces it says the contrary.
    private mutating func dropWeights(_ instance: inout Instance, _ group: SyncGroupSettings) {
        let leftOut: [(UncountedCheck.Kind, [Tracked])] = [
            (.script, instance.trackedScripts), (.file, instance.trackedFiles), (.session, instance.trackedSessions),
        ]
        for (kind, list) in leftOut {
            for tracked in list where !tracked.weight.isFault {
                report(
                    .warning, "weight-in-sync-group", at: tracked.location,
                    "the weight of `\(tracked.name)` does not count: `\(instance.name)` is in vrrp_sync_group "
                        + "`\(group.name)`", consequence: "it moves nothing; keepalived leaves it out too",
                    fix: Self.weightOfGroup(tracked, kind, group), passesKeepalived: false)
            }
        }
        for (kind, list) in [(.interface, instance.trackedInterfaces), (.process, instance.trackedProcesses)]
            as [(UncountedCheck.Kind, [Tracked])]
        {
            for tracked in list where !tracked.weight.isFault {
                report(
                    .warning, "weight-in-sync-group", at: tracked.location,
                    "the weight of `\(tracked.name)` moves only `\(instance.name)`, one member of vrrp_sync_group "
                        + "`\(group.name)`",
                    consequence:
                        "the group does not move with it, unless it moves every member; keepalived counts it too"
                        + (kind == .interface ? ", although it says that it does not" : ""),
                    fix: Self.weightOfGroup(tracked, kind, group), passesKeepalived: kind == .interface ? false : nil)
            }
        }
        instance.dropWeighted(\.trackedScripts, .script)
        instance.dropWeighted(\.trackedFiles, .file)
        instance.dropWeighted(\.trackedSessions, .session)
    }

    /// In the group a weight counts for every member, without which the group stays.
    private static func weightOfGroup(
        _ tracked: Tracked, _ kind: UncountedCheck.Kind, _ group: SyncGroupSettings
    ) -> String {
        "\(kind.block) { \(tracked.name) weight \(tracked.weight.written) }   # in vrrp_sync_group \(group.name) in place "
            + "of this line; or sync_group_tracking_weight there, with this line in every member"
    }

    private mutating func trackedInterfaces(_ contents: BlockContents, ownedBy members: [Instance]) -> [Tracked] {
        let owned = members.map(\.interface)
        return trackedInterfaces(contents).filter { tracked in
            guard owned.contains(tracked.name) else { return true }
            report(
                .note, "own-interface-tracked", at: tracked.location,
                "`\(tracked.name)` is a member's own interface, which is always watched: this line has no effect",
                consequence: "its loss is a fault of the whole group, whatever the weight", fix: "remove the line")
            return false
        }
    }
}

extension [Tracked] {
    /// keepalived: where both name a thing, the group's weight counts, unless the instance has none.
    fileprivate mutating func join(_ shared: [Tracked]) {
        for tracked in shared {
            if let index = firstIndex(where: { $0.name == tracked.name }) {
                if !self[index].weight.isFault { self[index].weight = tracked.weight }
            } else {
                var tracked = tracked
                tracked.isOfGroup = true
                append(tracked)
            }
        }
    }
}

extension Instance {
    /// How long it would wait for a successor by itself.
    fileprivate var successionBound: Interval {
        VirtualRouter.Configuration(version: version, advertisementInterval: self.advertisementInterval).successionBound
    }
}
