internal import Configuration
internal import Control
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// The rules of an instance (`virtual_rules`): set after the routes, removed before them, docs/design/0019-routes.md.
extension RouterRunner {
    private struct Plan {
        var additions: [VirtualRule] = []
        var removals: [VirtualRule] = []

        var isEmpty: Bool { additions.isEmpty && removals.isEmpty }
        /// What tells rules apart for the ledger of repairs.
        var keys: [IPAddress] {
            (additions + removals).map { $0.source?.address ?? $0.destination?.address ?? .v4(.any) }
        }
    }

    private var desiredRules: [VirtualRule] { router.holdsAddresses ? instance.rules : [] }

    /// What to do about the rules of this instance; what another one here holds as well is left alone.
    private var rulePlan: Plan {
        let others = surroundings.heldRules.filter { $0.key != ObjectIdentifier(self) }.values.flatMap(\.self)
        let rules = surroundings.rules
        let surplus = (instance.rules + outdatedRules).filter { known in
            rules.present.contains { $0.isSame(as: known) }
                && !(desiredRules + others).contains { $0.isSame(as: known) }
        }
        // What is on loan serves with its rules, and no longer.
        let isOnLoan = hasLoan && !surroundings.keeper.leftovers(everyAddress, in: surroundings.interfaces).isEmpty
        return Plan(
            additions: desiredRules.filter { !rules.isPresent($0) }, removals: isOnLoan ? [] : surplus.reversed())
    }

    private func carryOut(_ plan: Plan) -> [VirtualRule] {
        surroundings.heldRules[ObjectIdentifier(self)] = desiredRules
        for rule in plan.removals { surroundings.rules.remove(rule, for: name, at: surroundings.now) }
        return plan.additions.filter { surroundings.rules.add($0, for: name, at: surroundings.now) }
    }

    /// Brings this host's rules in line with the state.
    func reconcileRules(at now: MonotonicInstant) {
        if instance.rules.isEmpty, outdatedRules.isEmpty { return }
        _ = carryOut(rulePlan)
        noteRefusedRules(at: now)
    }

    /// Replaces the rules that a reload changed.
    func exchangeRules(at now: MonotonicInstant) {
        reconcileRules(at: now)
        outdatedRules = []
    }

    // MARK: Repair

    /// Rules that are not as they should be, but for those that nobody is to put back (`no_track`).
    private var wrongRules: Plan {
        var plan = rulePlan
        plan.additions.removeAll { !$0.isTracked }
        return plan
    }

    private func noteRefusedRules(at now: MonotonicInstant) {
        ruleRepairs.noteRefusal(!wrongRules.isEmpty, at: now)
    }

    /// Somebody removed a rule of ours.
    func noticeWrongRules(at now: MonotonicInstant) {
        guard !instance.rules.isEmpty, repairsNow, !isUndecided else { return }
        let wrong = wrongRules
        guard !wrong.isEmpty, ruleRepairs.mayRepair(wrong.keys, at: now) else { return }
        repairRules(at: now)
    }

    func tickRuleRepairs(at now: MonotonicInstant) {
        if repairsNow, ruleRepairs.isDue(at: now) { repairRules(at: now) }
        guard ruleRepairs.calmedDown(at: now) else { return }
        log.notice("(\(name)) nobody removed our rules for a minute")
    }

    private func repairRules(at now: MonotonicInstant) {
        let wrong = wrongRules
        // The addresses that they were lent with have gone with their lease.
        if !router.holdsAddresses, !ruleRepairs.wasRefused { tellLeftovers(wrong.removals) }
        let restored = carryOut(wrong)
        ruleRepairs.tried(wrong.keys, at: now)
        let wasRefused = ruleRepairs.wasRefused
        noteRefusedRules(at: now)
        guard !restored.isEmpty else { return }
        let list =
            restored.prefix(4).map(\.description).joined(separator: ", ")
            + (restored.count > 4 ? " and \(restored.count - 4) more" : "")
        if wasRefused {
            return log.notice(
                "(\(name)) rule \(list) is set now: the kernel had refused it, and took it when asked again")
        }
        let recent = surroundings.routeCulprit.flatMap { now.since($0.at) < .seconds(1) ? $0 : nil }
        let culprit = recent?.words ?? Culprit.unknown
        if ruleRepairs.repaired(at: now) {
            log.error(
                "(\(name)) our rules are removed again and again (last by \(culprit)): they are put back each time, at most ten "
                    + "times a second, and this host stays MASTER; keep whoever it is from doing so")
        }
        if let more = limiter.pass(.ruleRepaired, at: now, most: 6) {
            log.warning("(\(name)) rule \(list) was removed by \(culprit); put back\(more)")
        }
    }

    // MARK: Beginning

    /// Removes the rules that an earlier run of ours left on this host.
    func removeLeftoverRules(at now: MonotonicInstant) {
        if instance.rules.isEmpty { return }
        var plan = rulePlan
        plan.additions = []
        guard !plan.removals.isEmpty else { return }
        tellLeftovers(plan.removals)
        _ = carryOut(plan)
    }

    private func tellLeftovers(_ leftovers: [VirtualRule]) {
        log.notice(
            "(\(name)) removing \(leftovers.count) rule(s) that an earlier run left behind: "
                + leftovers.map(\.description).joined(separator: ", "))
    }

    /// Each rule and whether it is there; nil when there is none.
    var ruleStatuses: [RuleStatus]? {
        if instance.rules.isEmpty { return nil }
        return instance.rules.map {
            RuleStatus(rule: $0.description, isPresent: surroundings.rules.isPresent($0))
        }
    }
}
