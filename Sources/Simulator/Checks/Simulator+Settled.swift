internal import VRRPCore
internal import VRRPWire

// What must hold once nothing has been wrong for long enough, and how long that is.

extension Simulator {
    /// Nanoseconds after the last trouble by which everything must be in order, from the configuration alone.
    ///
    /// One Active_Down_Interval until anyone is Active, one more until a better router has waited for it to be silent,
    /// and a third because a preempt_delay may begin with what the second brought. Then the last burst of announcements.
    var settlingTime: UInt64 {
        let slowest = hosts.map { Interval($0.interval).nanoseconds }.max() ?? 0
        let skew = hosts.contains { $0.version == .v2 } ? max(slowest, 1_000_000_000) : slowest
        let delays = hosts.map { $0.router.configuration.preemptDelay.nanoseconds }.max() ?? 0
        let bursts = hosts.map { host in
            let policy = host.router.configuration.announcements
            return max(policy.delay, policy.contestedDelay, policy.refresh).nanoseconds
        }
        let inFlight = network.maximumDelay + 1_500_000_000
        let fair = 3 * (4 * slowest + skew) + delays + (bursts.max() ?? 0) + inFlight
        // Slow clocks take longer.
        return hosts.map { $0.trueTime(fair) }.max() ?? fair
    }

    /// The one host that has the addresses, or nil.
    var soleOwner: Int? {
        let holders = hosts.indices.filter { hosts[$0].serves }
        return holders.count == 1 ? holders.first : nil
    }

    mutating func judgeSettled() {
        guard let owner = soleOwner else {
            let states = hosts.indices.map { "h\($0) \(stateOf($0))" }
            violate(.oneOwner, states.joined(separator: "; "))
            return
        }
        guard hosts[owner].role == .active else {
            violate(.oneOwner, "h\(owner) holds them but is \(stateOf(owner))")
            return
        }
        for index in hosts.indices where index != owner && hosts[index].life == .running {
            judgeStandby(index, of: owner)
        }
        judgeLink(owner)
    }

    private mutating func judgeStandby(_ index: Int, of owner: Int) {
        let standby = hosts[index].router
        let (mayPreempt, lastHeard): (Bool, Heard?)
        switch (standby.state, hosts[index].foreign) {
        case (_, let foreign?) where foreign.role == .backup:
            (mayPreempt, lastHeard) = (foreign.preempts, foreign.lastHeard)
        case (.backup(let backup), nil):
            (mayPreempt, lastHeard) = (standby.configuration.preempts && !backup.handedOver, backup.lastHeard)
        default:
            violate(.rightOwner, "h\(index) is \(stateOf(index)) while h\(owner) is Active")
            return
        }
        if mayPreempt, standby.priority > hosts[owner].router.priority {
            violate(
                .rightOwner,
                "h\(index) has \(standby.priority.rawValue), h\(owner) \(hosts[owner].router.priority.rawValue)")
        }
        if lastHeard?.source != hosts[owner].plan.address {
            violate(.rightOwner, "h\(index) last heard \(String(describing: lastHeard)), not h\(owner)")
        }
    }

    private func stateOf(_ index: Int) -> String {
        let host = hosts[index]
        let state = host.foreign.map { "\($0)" } ?? "\(host.router.state)"
        return "\(host.life) \(state)"
    }

    /// The link must send to the owner, which had every reason to tell it so.
    private mutating func judgeLink(_ owner: Int) {
        guard let target = linkTarget, target != owner else {
            // Who had them before, in this process or another, announces nothing; neighbours without an entry ask.
            let isNew = !hosts[owner].hasInherited && hosts[owner].acquiredAt > healedAt
            if linkTarget == nil, isNew { violate(.linkFollowsOwner, "it never learned where the addresses are") }
            return
        }
        if let flaw = flawThatMisleads(owner, target) {
            report.statistics.knownFlaws[flaw.rawValue, default: 0] += 1
            log(nil, "known: \(flaw.rawValue)")
            return
        }
        if wasGoneWhenAsked(target, by: owner) || isBeyondTheCore(target, of: owner) {
            report.statistics.goneWhenAsked += 1
            return
        }
        let policy = hosts[owner].router.configuration.announcements
        // Whoever yields says nothing. If the owner spoke first it never heard the rival, and does not know that the link did.
        if heardAt[owner][target] < linkLearnedAt, !options.beyondTheProtocol.contains(.linkLeavesUnheardRivals) {
            report.statistics.unheardRivals += 1
            return
        }
        // A rival that was answered may announce after that, and yields in silence. Second bursts are there for it.
        if policy.contestedDelay == .zero, policy.refresh == .zero,
            !options.beyondTheProtocol.contains(.linkLeavesLateRivals)
        {
            report.statistics.lateRivals += 1
            return
        }
        violate(.linkFollowsOwner, "it sends to h\(target) although h\(owner) is Active")
    }

    /// The link believed somebody when the network healed, or whose announcement was still under way, who had the addresses no
    /// more when the owner first asked for them: nobody who is there can know, and a refresh or the neighbours' caches end it.
    ///
    /// The bound is one interval after the healing, or after an owner that is new has let a second pass.
    private func wasGoneWhenAsked(_ target: Int, by owner: Int) -> Bool {
        guard options.watchesOwners, hosts[owner].make == .understudy,
            hosts[owner].activeAt <= healedAt + network.maximumDelay, linkLearnedAt <= healedAt + network.maximumDelay
        else { return false }
        let pace = hosts[owner].trueTime(Interval(hosts[owner].interval).nanoseconds)
        let asked = max(healedAt, hosts[owner].activeAt + Self.settling) + pace + Network.calmDelay + 3_000_000
        return hosts[target].heldAt <= asked
    }

    /// What the core cannot know without the daemon's questions: what was announced while the network was broken and delivered
    /// afterwards, what a dead process had left, and what a neighbour believed that asked during a handover.
    private func isBeyondTheCore(_ target: Int, of owner: Int) -> Bool {
        guard !options.watchesOwners else { return false }
        let policy = hosts[owner].router.configuration.announcements
        let isUnanswerable =
            heardAt[owner][target] < hosts[target].acquiredAt
            || policy.contestedDelay == .zero && policy.refresh == .zero
        if linkFrameSentAt < healedAt, linkLearnedAt > healedAt, isUnanswerable { return true }
        let isEstablished = hosts[owner].hasInherited || hosts[owner].acquiredAt <= healedAt
        if hosts[target].loanEndedAt >= healedAt, isEstablished { return true }
        return linkLearnedAt == healedAt && hosts[target].handedOverAt >= healedAt && policy.delay == .zero
            && policy.refresh == .zero
    }

    /// What the owner's program is known not to tell the link; nil when it is ours.
    private func flawThatMisleads(_ owner: Int, _ target: Int) -> KnownFlaw? {
        let isForeign = hosts[target].make != .understudy
        switch hosts[owner].make {
        // It asks; where hosts do not hear each other's answers it cannot know.
        case .understudy: return isForeign && network.hidesAnnouncementsFromHosts ? .yieldsInSilence : nil
        case .frr: return .announcesOnce
        // Ours says a last word when it yields, which a keepalived answers; of one that leaves it takes no notice.
        case .keepalived:
            if isForeign { return .yieldsInSilence }
            let isLate = linkFrameSentAt < healedAt && linkLearnedAt > healedAt
            if isLate || hosts[target].loanEndedAt >= healedAt { return .neverAsks }
            return hosts[target].resignedAt > hosts[owner].acquiredAt ? .resignationUnanswered : nil
        }
    }

    /// An FRR with slower adverts than others, and what that does to the order that this promises.
    ///
    /// What holds at every event is not excused.
    mutating func nameKnownFlaws() {
        let slowest = hosts.filter { $0.make == .frr }.map(\.interval).max()
        guard let slowest, hosts.contains(where: { $0.interval < slowest }), !report.violations.isEmpty,
            report.violations.allSatisfy(\.rule.isAboutOrder)
        else { return }
        report.violations = []
        report.statistics.knownFlaws[KnownFlaw.rivalUnanswered.rawValue, default: 0] += 1
        log(nil, "known: \(KnownFlaw.rivalUnanswered.rawValue)")
    }
}
