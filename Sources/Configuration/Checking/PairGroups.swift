internal import VRRPCore
internal import VRRPWire

/// Instances of one file with their partners in the other.
struct Partners {
    var pairs: [(a: Instance, b: Instance)] = []
    /// The names of the BFD sessions of each file whose neighbour is the other host.
    var mutual: (a: Set<String>, b: Set<String>) = ([], [])

    /// The other members of a's group and their partners.
    func companions(of a: Instance) -> [(a: Instance, b: Instance)] {
        guard let group = a.syncGroup else { return [] }
        return pairs.filter { $0.a.syncGroup == group && $0.a.identity != a.identity }
    }
}

// Whether what moves together on one host does so on the other, and which host is ahead.

extension PairCheck {
    mutating func compareGroups(_ partners: Partners) {
        for (index, pair) in partners.pairs.enumerated() {
            for other in partners.pairs[(index + 1)...] { compareGroup(pair, other) }
        }
        compareLeads(partners)
    }

    private mutating func compareGroup(_ pair: (a: Instance, b: Instance), _ other: (a: Instance, b: Instance)) {
        let isTogetherInA = pair.a.syncGroup != nil && pair.a.syncGroup == other.a.syncGroup
        let isTogetherInB = pair.b.syncGroup != nil && pair.b.syncGroup == other.b.syncGroup
        guard isTogetherInA != isTogetherInB else { return }
        report(
            .error, "pair-sync-group", at: (isTogetherInA ? other.b : other.a).location,
            "`\(pair.a.name)` and `\(other.a.name)` move together in \(isTogetherInA ? fileA : fileB) only",
            consequence:
                "when one of them fails where they move alone, the other host waits for both: nobody has that address",
            fix: "the same vrrp_sync_group in both files")
    }

    /// Where each host is ahead on one member, nobody has the whole group to claim.
    private mutating func compareLeads(_ partners: Partners) {
        var told: Set<String> = []
        for pair in partners.pairs {
            guard let group = pair.a.syncGroup, pair.b.syncGroup != nil, pair.a.priority != pair.b.priority else {
                continue
            }
            let aLeads = pair.a.priority > pair.b.priority
            let contrary = partners.companions(of: pair.a).first {
                $0.a.priority != $0.b.priority && ($0.a.priority > $0.b.priority) != aLeads
            }
            guard let contrary, told.insert(group).inserted else { continue }
            report(
                .warning, "pair-group-order", at: contrary.b.location,
                "of sync group `\(group)`, \(aLeads ? fileA : fileB) has the higher priority for `\(pair.a.name)` and "
                    + "\(aLeads ? fileB : fileA) for `\(contrary.a.name)`",
                consequence: "neither takes the group from the other: whoever has it keeps it until it fails",
                fix: "the higher priority in one file, for every member")
        }
    }
}
