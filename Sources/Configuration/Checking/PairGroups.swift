internal import VRRPCore
internal import VRRPWire

/// Instances of one file with their partners in the other.
struct Partners {
    var pairs: [(a: Instance, b: Instance)] = []
    /// By position in `pairs`: those that do not work together, whatever fails.
    var broken: Set<Int> = []
    /// The names of the BFD sessions of each file whose neighbour is the other host.
    var mutual: (a: Set<String>, b: Set<String>) = ([], [])
}

// Whether what moves together on one host does so on the other, and which host is ahead.

extension PairCheck {
    mutating func compareGroups(_ partners: inout Partners) {
        // Groups are alike when each member is together with the first one on both hosts.
        var firstInA: [String: Int] = [:]
        var firstInB: [String: Int] = [:]
        for (index, pair) in partners.pairs.enumerated() {
            var others: Set<Int> = []
            if let group = pair.a.syncGroup {
                if let first = firstInA[group] { others.insert(first) } else { firstInA[group] = index }
            }
            if let group = pair.b.syncGroup {
                if let first = firstInB[group] { others.insert(first) } else { firstInB[group] = index }
            }
            for other in others.sorted() { compareGroup(other, index, &partners) }
        }
        compareLeads(partners)
    }

    private mutating func compareGroup(_ first: Int, _ second: Int, _ partners: inout Partners) {
        let (pair, other) = (partners.pairs[first], partners.pairs[second])
        let isTogetherInA = pair.a.syncGroup != nil && pair.a.syncGroup == other.a.syncGroup
        let isTogetherInB = pair.b.syncGroup != nil && pair.b.syncGroup == other.b.syncGroup
        guard isTogetherInA != isTogetherInB else { return }
        partners.broken.formUnion([first, second])
        report(
            .error, "pair-sync-group", at: (isTogetherInA ? other.b : other.a).location,
            "`\(pair.a.name)` and `\(other.a.name)` move together in \(isTogetherInA ? fileA : fileB) only",
            consequence:
                "when one of them fails where they move alone, the other host waits for both: nobody has that address",
            fix: "the same vrrp_sync_group in both files")
    }

    /// Where each host is ahead on one member, nobody has the whole group to claim.
    private mutating func compareLeads(_ partners: Partners) {
        var leaders: [String: (pair: (a: Instance, b: Instance), aLeads: Bool)] = [:]
        var told: Set<String> = []
        for pair in partners.pairs {
            guard let group = pair.a.syncGroup, pair.b.syncGroup != nil, pair.a.priority != pair.b.priority else {
                continue
            }
            let aLeads = pair.a.priority > pair.b.priority
            guard let first = leaders[group] else {
                leaders[group] = (pair, aLeads)
                continue
            }
            guard first.aLeads != aLeads, told.insert(group).inserted else { continue }
            report(
                .warning, "pair-group-order", at: pair.b.location,
                "of sync group `\(group)`, \(first.aLeads ? fileA : fileB) has the higher priority for "
                    + "`\(first.pair.a.name)` and \(first.aLeads ? fileB : fileA) for `\(pair.a.name)`",
                consequence: "neither takes the group from the other: whoever has it keeps it until it fails",
                fix: "the higher priority in one file, for every member")
        }
    }
}
