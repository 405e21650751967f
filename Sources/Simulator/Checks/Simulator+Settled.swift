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
            let states = hosts.indices.map { "h\($0) \(hosts[$0].life) \(hosts[$0].router.state)" }
            violate(.oneOwner, states.joined(separator: "; "))
            return
        }
        guard case .active = hosts[owner].router.state else {
            violate(.oneOwner, "h\(owner) holds them but is \(hosts[owner].router.state)")
            return
        }
        for index in hosts.indices where index != owner && hosts[index].life == .running {
            judgeStandby(index, of: owner)
        }
        judgeLink(owner)
    }

    private mutating func judgeStandby(_ index: Int, of owner: Int) {
        let standby = hosts[index].router
        guard case .backup(let backup) = standby.state else {
            violate(.rightOwner, "h\(index) is \(standby.state) while h\(owner) is Active")
            return
        }
        let mayPreempt = standby.configuration.preempts && !backup.handedOver
        if mayPreempt, standby.priority > hosts[owner].router.priority {
            violate(
                .rightOwner,
                "h\(index) has \(standby.priority.rawValue), h\(owner) \(hosts[owner].router.priority.rawValue)")
        }
        if backup.lastHeard?.source != hosts[owner].plan.address {
            violate(.rightOwner, "h\(index) last heard \(String(describing: backup.lastHeard)), not h\(owner)")
        }
    }

    /// The link must send to the owner, which had every reason to tell it so.
    private mutating func judgeLink(_ owner: Int) {
        guard let target = linkTarget, target != owner else {
            // Who had them before, in this process or another, announces nothing; neighbours without an entry ask.
            let isNew = !hosts[owner].hasInherited && hosts[owner].acquiredAt > healedAt
            if linkTarget == nil, isNew { violate(.linkFollowsOwner, "it never learned where the addresses are") }
            return
        }
        // Announced while the network was broken, and delivered afterwards: the owner has no reason to speak again when
        // nothing else of that rival reached it, or when the operator has turned second bursts off.
        let isLate = linkFrameSentAt < healedAt && linkLearnedAt > healedAt
        let policy = hosts[owner].router.configuration.announcements
        let isUnanswerable =
            heardAt[owner][target] < hosts[target].acquiredAt
            || policy.contestedDelay == .zero && policy.refresh == .zero
        if isLate, isUnanswerable {
            report.statistics.lostYields += 1
            return
        }
        // The owner announced while the link could not hear it, and what a dead process had left went without a word.
        let isEstablished = hosts[owner].hasInherited || hosts[owner].acquiredAt <= healedAt
        if hosts[target].loanEndedAt >= healedAt, isEstablished {
            report.statistics.staleLoans += 1
            return
        }
        // A neighbour that asked while two held the addresses in a handover believed the one that was leaving.
        if linkLearnedAt == healedAt, hosts[target].handedOverAt >= healedAt, policy.delay == .zero,
            policy.refresh == .zero
        {
            report.statistics.lateRivals += 1
            return
        }
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
}
