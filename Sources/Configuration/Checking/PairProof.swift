internal import VRRPCore
internal import VRRPWire

/// What is wrong although the two would run as a pair, by code: they would not protect.
private let provedCodes: Set<String> = [
    "pair-never-moves", "pair-flaps", "pair-nobody", "pair-both", "no-counterpart",
]

extension Diagnostic {
    /// True for what the simulation of a pair shows, and for what has no part in it.
    package var isProved: Bool { provedCodes.contains(code) }
}

extension PairCheck {
    /// Lets everything fail, and says where that would not move the addresses, or would move them too often.
    mutating func prove(_ a: Model, _ b: Model, _ partners: Partners) {
        var known: [String: Int] = [:]
        var lasting = LastingAddresses()
        for unit in units(a, b, partners) {
            judged.formUnion(unit.members.joined().flatMap(\.trackers).map(\.location))
            let shape = unit.shape
            if let index = known[shape] {
                proofs[index].alike += 1
                judge(proofs[index], unit)
                lasting.take(unit, proofs[index])
                continue
            }
            known[shape] = proofs.count
            let proof = Proof(unit)
            proofs.append(proof)
            judge(proof, unit)
            lasting.take(unit, proof)
        }
        report(lasting)
    }

    /// What can be tried; of what has been said of the rest, the same would come out again for each failure.
    private mutating func units(_ a: Model, _ b: Model, _ partners: Partners) -> [ProofUnit] {
        let facts = [
            ProofUnit.Facts(a, file: fileA, mutual: partners.mutual.a),
            ProofUnit.Facts(b, file: fileB, mutual: partners.mutual.b),
        ]
        var units: [ProofUnit] = []
        var grouped: [String: [Int]] = [:]
        for (index, pair) in partners.pairs.enumerated() {
            if let group = pair.a.syncGroup, pair.b.syncGroup != nil {
                grouped[group, default: []].append(index)
            } else if pair.a.syncGroup == nil, pair.b.syncGroup == nil, !partners.broken.contains(index) {
                units.append(ProofUnit(name: pair.a.name, members: [[pair.a, pair.b]], significance: [], facts: facts))
            } else {
                unproved.append("`\(pair.a.name)`")
            }
        }
        let positions = [a, b].map { $0.groups.isEmpty ? [:] : $0.positions() }
        for group in a.groups {
            guard let places = grouped[group.name] else { continue }
            let ours = a.members(of: group, at: positions[0])
            let members = places.map { [partners.pairs[$0].a, partners.pairs[$0].b] }
            // One that has no partner has been reported, and so have members of different groups.
            let theirs = Set(members.compactMap { $0[1].syncGroup })
            guard partners.broken.isDisjoint(with: places), theirs.count == 1,
                members.count == ours.count,
                b.groups.contains(where: {
                    theirs.contains($0.name) && b.members(of: $0, at: positions[1]).count == members.count
                })
            else {
                unproved.append("sync group \(group.name)")
                continue
            }
            let identities = members.map { $0[0].identity }
            let order = ours.compactMap { member in identities.firstIndex { $0 == member.identity } }
            let significance = Model.significance(of: ours).compactMap { order.indices.contains($0) ? order[$0] : nil }
            units.append(
                ProofUnit(
                    name: "sync group \(group.name)", members: members, significance: significance, facts: facts))
        }
        return units
    }

    // MARK: Judgement

    /// Such a thing comes of differences between the two, and which one is meant the files do not say.
    private static let alike =
        "the same groups, checks, weights, nopreempt and preempt_delay in both files, and different priorities"

    private mutating func judge(_ proof: Proof, _ unit: ProofUnit) {
        if proof.scenes.isEmpty {
            let first = unit.instance(0, .second)
            report(
                .error, proof.owner == .both ? "pair-both" : "pair-nobody", at: first.location,
                "\(unit.title): with nothing broken \(words(proof.owner)) the addresses",
                consequence: "no client is served as the files say", fix: Self.alike)
        }
        for scene in proof.scenes {
            for member in unit.members.indices { predictOwnLink(unit.instance(member, scene.master)) }
            for failure in scene.failures { judge(failure, scene.master, unit) }
        }
        for couple in proof.couples where couple.owner == .nobody || couple.owner == .split {
            // The other host has everything it needs.
            guard let side = couple.first.side, side == couple.second.side, let master = proof.scenes.first?.master
            else { continue }
            let single = proof.scenes[0].failures.filter { $0.thing == couple.first || $0.thing == couple.second }
            if single.contains(where: { $0.outcome.owner == couple.owner }) { continue }
            report(
                .error, "pair-nobody", at: place(of: couple.first, unit),
                "\(what(couple.first)) and \(what(couple.second)) fail, where \(unit.title) is "
                    + "\(side == master ? "MASTER" : "BACKUP") -> \(words(couple.owner)) the addresses",
                consequence: "the other host is well, and does not take over", fix: Self.alike)
        }
    }

    private mutating func judge(_ failure: Proof.Failure, _ master: PairSide, _ unit: ProofUnit) {
        let (thing, outcome) = (failure.thing, failure.outcome)
        let isOfMaster = thing.side == master
        let place = place(of: thing, unit)
        let head = "\(what(thing)) fails where `\(unit.name)` is \(isOfMaster ? "MASTER" : "BACKUP")"
        if isOfMaster, outcome.owner == .side(master), isWatched(thing, unit) {
            reportImmovable(thing, master, unit, at: place)
        }
        if outcome.owner == .nobody || outcome.owner == .split {
            report(
                .error, "pair-nobody", at: place, "\(head) -> \(words(outcome.owner)) the addresses",
                consequence: "the other host is well, and does not take over", fix: Self.alike)
        }
        if outcome.owner == .both, thing != .network {
            if case .daemon = thing { return }
            report(
                .error, "pair-both", at: place, "\(head) -> both hosts have the addresses",
                consequence: "clients reach the one or the other by chance", fix: Self.alike)
        }
        // Once by the failure, once by its end; what a cut network lets both take does not count as moving.
        guard thing != .network, outcome.moves > 1 || outcome.mendedMoves > 1 else { return }
        report(
            .error, "pair-flaps", at: place,
            "\(head) -> the addresses move \(max(outcome.moves, outcome.mendedMoves)) times in place of once, "
                + (outcome.moves > 1 ? "before they stay" : "when it is well again"),
            consequence: "clients lose their connections each time", fix: Self.alike)
    }

    /// Whether an instance watches it so that its loss should count.
    private func isWatched(_ thing: ProofThing, _ unit: ProofUnit) -> Bool {
        guard let side = thing.side, let (member, tracked) = tracked(thing, unit) else { return false }
        // What the number in a file comes to is for whoever writes it to know.
        if case .file = thing { return tracked.weight.isFault }
        return tracked.weight.isFault || unit.instance(member, side).loss(of: tracked) > 0
    }

    private mutating func reportImmovable(
        _ thing: ProofThing, _ master: PairSide, _ unit: ProofUnit, at place: SourceLocation
    ) {
        guard let (member, tracked) = tracked(thing, unit) else { return }
        let (leader, follower) = (unit.instance(member, master), unit.instance(member, master.other))
        // Nothing moves the priority of an owner, which has been said.
        if leader.priority == .owner { return }
        if let group = leader.syncGroup, !unit.significance.isEmpty {
            return reportImmovable(thing, of: group, tracked, member, master, unit, at: place)
        }
        let (well, failed) = (leader.effectivePriority(failed: nil), leader.effectivePriority(failed: tracked))
        let other = follower.effectivePriority(failed: nil)
        let arithmetic =
            "`\(tracked.name)` \(tracked.weight.reverse ? "succeeds" : "fails") where `\(leader.name)` is MASTER -> "
            + "priority \(well) becomes \(failed) against \(other)"
        let giveUp = "\(tracked.asFault)   # that is then a fault, and the MASTER gives up"
        if failed < other, !follower.preempts {
            return report(
                .error, "pair-never-moves", at: place,
                arithmetic + ", but the other host has `nopreempt`: the address never moves",
                consequence: "this check cannot do anything for the clients", fix: giveUp)
        }
        let fix = sufficientWeight(tracked, follower: follower, well: well, failed: failed, other: other) ?? giveUp
        if follower.preempts, let company = company(of: tracked, leader, other: other) {
            let names = company.map { "`\($0.name)`" }.joined(separator: " and ")
            return report(
                .warning, "pair-weight-alone", at: place, arithmetic + ": alone it moves nothing",
                consequence: "the address moves only when \(names) \(company.count == 1 ? "fails" : "fail") as well",
                fix: fix)
        }
        report(
            .error, "pair-never-moves", at: place, arithmetic + ": the address never moves",
            consequence: failed == other
                ? "equal priorities do not take over" : "this check cannot do anything for the clients",
            fix: follower.preempts ? fix : giveUp)
    }

    private mutating func reportImmovable(
        _ thing: ProofThing, of group: String, _ tracked: Tracked, _ member: Int, _ master: PairSide,
        _ unit: ProofUnit, at place: SourceLocation
    ) {
        let staying = unit.members.indices.first { position in
            let own = unit.instance(position, master)
            let seen = own.trackers.first { $0.name == tracked.name }
            return own.effectivePriority(failed: seen)
                >= unit.instance(position, master.other).effectivePriority(failed: nil)
        }
        let block = UncountedCheck.Kind(rawValue: thing.kind)?.block ?? "track_script"
        let line = groupWeight(tracked, master, unit).map { "\(tracked.name) weight \($0)" }
        report(
            .error, "pair-never-moves", at: place,
            "`\(tracked.name)` fails where `\(unit.instance(member, master).name)` is MASTER -> the priority of "
                + "`\(unit.instance(staying ?? member, master).name)` is not exceeded: sync group `\(group)` never moves",
            consequence: "the other host takes all members or none",
            fix: line.map {
                "\(block) { \($0) }   # in vrrp_sync_group \(group) of both files, in place of other lines of it"
            }
                ?? "less distance between the priorities of the two files")
    }

    /// The least weight that takes every member below the other host's; nil when none does.
    private func groupWeight(_ tracked: Tracked, _ master: PairSide, _ unit: ProofUnit) -> Int? {
        func priority(_ member: Int, _ side: PairSide) -> Int {
            let instance = unit.instance(member, side)
            let own = instance.trackers.first { $0.name == tracked.name }
            return instance.effectivePriority(failed: nil) - (own?.weight.contributions.ok ?? 0)
        }
        if tracked.weight.reverse { return nil }
        let gap = unit.members.indices.map { priority($0, master) - priority($0, master.other) }.max() ?? 0
        return (0..<253).contains(gap) ? -(gap + 1) : nil
    }

    /// What has to fail beside it so that the priority falls below the other's; nil where it makes no difference.
    private func company(of tracked: Tracked, _ leader: Instance, other: Int) -> [Tracked]? {
        func isExceeded(_ failed: [Tracked]) -> Bool { leader.effectivePriority(failed: failed) < other }
        let others = leader.trackers.filter { $0 != tracked && leader.loss(of: $0) > 0 }
            .sorted { leader.loss(of: $0) > leader.loss(of: $1) }
        var failed: [Tracked] = []
        for next in others where !isExceeded(failed + [next]) {
            failed.append(next)
            if isExceeded(failed + [tracked]) { return failed }
        }
        return nil
    }

    /// The member that watches a thing first, and its line.
    private func tracked(_ thing: ProofThing, _ unit: ProofUnit) -> (member: Int, tracked: Tracked)? {
        guard let side = thing.side, let name = thing.name else { return nil }
        for member in unit.members.indices {
            let instance = unit.instance(member, side)
            let list =
                switch thing {
                case .script: instance.trackedScripts
                case .process: instance.trackedProcesses
                case .interface: instance.trackedInterfaces
                case .file: instance.trackedFiles
                case .session: instance.trackedSessions
                case .host, .daemon, .network: [Tracked]()
                }
            if let tracked = list.first(where: { $0.name == name }) { return (member, tracked) }
        }
        return nil
    }

    private func place(of thing: ProofThing, _ unit: ProofUnit) -> SourceLocation {
        tracked(thing, unit)?.tracked.location ?? unit.instance(0, thing.side ?? .first).location
    }

    private func what(_ thing: ProofThing) -> String { thing.name.map { "`\($0)`" } ?? "the \(thing.kind)" }

    private func words(_ owner: ProofOwner) -> String {
        switch owner {
        case .side(let side): "\(side == .first ? fileA : fileB) has"
        case .nobody: "nobody has"
        case .both: "both hosts have"
        case .split: "neither host has all of"
        }
    }

    /// With `dont_track_primary` the loss of the link is no fault.
    private mutating func predictOwnLink(_ leader: Instance) {
        guard leader.ignoresOwnLink else { return }
        report(
            .warning, "pair-link-ignored", at: leader.ownLinkLocation ?? leader.location,
            "`\(leader.interface)` fails where `\(leader.name)` is MASTER -> it stays MASTER (`dont_track_primary`)",
            consequence:
                "the other host becomes MASTER too when it hears nothing, and clients find the addresses there; this one keeps "
                + "them as well, where nobody reaches them, and runs no notify_fault"
                + (leader.syncGroup.map { "; what else is in sync group `\($0)` is on both, or stays behind" } ?? ""),
            fix: "remove `dont_track_primary`   # the loss of the link is a fault then, and the address moves")
    }

    /// The least weight with which the failure would move the address; nil when none would.
    private func sufficientWeight(
        _ tracked: Tracked, follower: Instance, well: Int, failed: Int, other: Int
    ) -> String? {
        let reverse = tracked.weight.reverse
        // What the other host has without it: a weight that adds counts there as long as the check is well there.
        let same = follower.trackers.first { $0.name == tracked.name }?.weight
        let bare = other - (same?.isGain == true ? abs(same?.value ?? 0) : 0)
        let amount = (tracked.weight.isGain ? failed : well) - bare + 1
        let isShared = tracked.weight.isGain && same?.isGain == true && same?.reverse == reverse
        let isGain = isShared && bare + amount <= 254
        // Nothing is below 1.
        guard isGain || bare > 1 else { return nil }
        return (1...253).contains(amount)
            ? "\(tracked.name) weight \(isGain != reverse ? amount : -amount)\(reverse ? " reverse" : "")   "
                + "# in both files; or less distance between the two priorities" : nil
    }
}

extension ProofUnit {
    fileprivate var title: String { significance.isEmpty ? "`\(name)`" : name }
}

extension Instance {
    /// The priority with everything well, but for `failed`: the sum, kept between 1 and 254 (keepalived: effective
    /// priority).
    func effectivePriority(failed: Tracked?) -> Int { self.effectivePriority(failed: failed.map { [$0] } ?? []) }

    /// The same with several that have failed.
    func effectivePriority(failed: [Tracked]) -> Int {
        priority == .owner ? 255 : min(254, max(1, self.weightedPriority(failed: failed)))
    }

    /// The sum as it is.
    func weightedPriority(failed: [Tracked]) -> Int {
        var sum = Int(priority.rawValue)
        for tracked in self.trackedInterfaces + self.trackedSessions {
            sum += failed.contains(tracked) ? tracked.weight.contributions.failed : tracked.weight.contributions.ok
        }
        for tracked in trackedScripts + self.trackedProcesses {
            // What is reversed looks for something that should not be.
            let isFailure = failed.contains(tracked) != tracked.weight.reverse
            sum += isFailure ? tracked.weight.contributions.failed : tracked.weight.contributions.ok
        }
        return sum
    }

    /// By how much a failure lowers the priority.
    fileprivate func loss(of tracked: Tracked) -> Int {
        self.weightedPriority(failed: []) - self.weightedPriority(failed: [tracked])
    }
}

extension Weight {
    /// It adds while all is well, and does not take away when something fails.
    fileprivate var isGain: Bool { (value > 0) != reverse }
}

extension Tracked {
    /// The same without a weight.
    var asFault: String { "\(name) weight 0\(weight.reverse ? " reverse" : "")" }
}
