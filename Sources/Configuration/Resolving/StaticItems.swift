internal import VRRPCore
internal import VRRPWire

/// What is there in every state: `static_ipaddress`, `static_routes`, `static_rules`, and `track_group`.
extension Resolver {
    /// Reads them; the instances of the groups are looked at when these are known.
    mutating func resolveStatics(_ file: BlockContents) {
        for setting in file.all("track_group") { resolveTrackGroup(setting.statement) }
        let usual = defaults.interface?.text
        for line in file.lines("static_ipaddress") {
            guard let written = addressLine(line, interface: usual ?? Self.usualInterface, isStatic: true) else {
                continue
            }
            if usual == nil, !line.arguments.contains(where: { $0.text == "dev" }) { reportUsualInterface(line) }
            addStatic(written)
        }
        let written = routes(file.lines("static_routes"), areStatic: true)
        model.global.staticRoutes = written.map(\.route)
        model.global.staticRouteLocations = written.map(\.location)
        model.global.staticRules = rules(file.lines("static_rules"), areStatic: true).map(\.rule)
    }

    /// keepalived: what `default_interface` is when nobody says it.
    private static let usualInterface = "eth0"

    private mutating func reportUsualInterface(_ line: Statement) {
        report(
            .note, "default-interface", at: line.location,
            "the line names no interface: `\(Self.usualInterface)` is taken",
            consequence: "the address is set there, or nowhere; keepalived does the same",
            fix: "\(line.keyword.text) dev \(Self.usualInterface)")
    }

    private mutating func addStatic(_ written: WrittenAddress) {
        let address = written.address
        guard staticPlaces.insert(AddressPlace(address)).inserted else {
            return report(
                .warning, "duplicate-address", at: written.location, "\(address.address) is given a second time",
                consequence: "it is set once, as the first line says", fix: "remove the line")
        }
        model.global.staticAddresses.append(address)
        model.global.staticLocations.append(written.location)
        if let group = written.trackGroup { track(.address(address), in: group, isStatic: true) }
    }

    // MARK: Groups

    private mutating func resolveTrackGroup(_ statement: Statement) {
        guard let word = statement.arguments.first else { return }
        let groups = model.global.trackGroups
        let earlier = groups.first { $0.name == word.text }
        if let earlier {
            let other = reportDuplicate(
                statement, word, earlier: earlier.location,
                consequence: "keepalived would ignore this second block, and its instances would not be told"
            ) { name in groups.contains { $0.name == name } }
            if other == nil { return }
        }
        let contents = read(statement.children ?? [], in: .trackGroup)
        let members = contents.lines("group").flatMap { [$0.keyword] + $0.arguments }
        if members.isEmpty, !contents.wasAttempted("group") || contents.has("group") {
            report(
                .error, "empty-track-group", at: statement.location, "track_group `\(word.text)` names no instance",
                consequence: "what is in it would be lost without a fault",
                fix: "group { VI_1 }", passesKeepalived: contents.has("group") ? nil : true)
        }
        trackGroupMembers += members
        if earlier != nil { return }
        model.global.trackGroups.append(
            TrackGroup(name: word.text, location: word.location, instances: members.map(\.text).withoutRepeats))
    }

    /// Notes that the instances of a group depend on `item`.
    mutating func track(_ item: StaticItem, in group: Word, isStatic: Bool) {
        guard isStatic else {
            return report(
                .error, "misplaced-track-group", at: group.location,
                "`track_group \(group.text)` has no place among what moves with an instance",
                consequence: "keepalived would leave the line out",
                fix: "remove `track_group \(group.text)`, or move the line into static_\(item.blockSuffix) { }")
        }
        guard let index = model.global.trackGroups.firstIndex(where: { $0.name == group.text }) else {
            let names = model.global.trackGroups.map(\.name)
            return report(
                .error, "undefined-track-group", at: group.location, "there is no track_group `\(group.text)`",
                consequence: "its loss would be no fault of any instance; keepalived goes on without it",
                fix: KeywordTable.nearest(to: group.text, among: names)
                    ?? "track_group \(group.text) { group { VI_1 } }")
        }
        if !item.isTracked {
            return report(
                .warning, "no-effect", at: group.location,
                "`track_group \(group.text)` has no effect beside `no_track`", consequence: "its loss is no fault",
                fix: "remove one of the two")
        }
        model.global.trackGroups[index].items.append(item)
    }

    /// Complains of groups that name instances which no block defines, or that nothing is in.
    mutating func checkTrackGroups() {
        for word in trackGroupMembers where definedInstances[word.text] == nil {
            report(
                .error, "undefined-instance", at: word.location, "there is no vrrp_instance `\(word.text)`",
                consequence: "nobody would be at fault in its place; keepalived leaves it out",
                fix: KeywordTable.nearest(to: word.text, among: definedInstances.keys.sorted())
                    ?? "define vrrp_instance \(word.text), or remove the name", passesKeepalived: true)
        }
        for group in model.global.trackGroups where group.items.isEmpty && !group.instances.isEmpty {
            report(
                .warning, "no-effect", at: group.location, "nothing static is in track_group `\(group.name)`",
                consequence: "its instances depend on nothing by it",
                fix:
                    "track_group \(group.name)   # at the end of a line of static_ipaddress, static_routes or static_rules"
            )
        }
    }

    /// Complains of virtual addresses that are static ones as well: they would be here in every state.
    mutating func checkStaticAddresses() {
        // An owner's addresses are its own in every state.
        for instance in model.instances where instance.priority != .owner {
            for held in instance.addresses + instance.excludedAddresses {
                let statics = model.global.staticAddresses
                guard let index = statics.firstIndex(where: { $0.address == held.address }) else { continue }
                report(
                    .error, "static-virtual-address", at: model.global.staticLocations[index],
                    "\(held.address) is a virtual address of `\(instance.name)`, and static as well",
                    consequence: "this host would have it in every state, beside whoever is MASTER: two hosts answer",
                    fix: "remove the line")
            }
        }
    }
}

extension [String] {
    fileprivate var withoutRepeats: [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}
