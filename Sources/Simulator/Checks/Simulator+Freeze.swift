internal import VRRPCore
internal import VRRPWire

// The owner is stopped in a calm cluster for 1, 5 or 30 s, and goes on: SIGSTOP and SIGCONT, or a machine that is suspended.

extension Simulator {
    /// Guaranteed: whoever is due takes over when it is due; the frozen host serves until nobody can be without a successor,
    /// and at most two seconds longer; when it goes on it claims nothing that it has not earned anew.
    mutating func playFreeze() {
        var random = SplitMix64(seed: report.seed ^ 0xF2EE_2E01)
        guard random.chance(40), let owner = soleOwner, hosts[owner].make == .understudy else { return }
        let duration: UInt64 = random.pick([1_000_000_000, 5_000_000_000, 30_000_000_000])
        let isSuspension = random.chance(40)
        let standbys = hosts.indices.filter { $0 != owner && hosts[$0].life == .running }
        network.hidesAnnouncementsFromHosts = false
        run(until: now + random.below(3_000_000_000))
        // An owner that waits for its kernel is not caught in the act.
        guard !standbys.isEmpty, soleOwner == owner, hosts[owner].busyUntil <= now else { return }
        linkTarget = owner
        continuity = Continuity(at: now, owner: owner)
        let lastAdvert = hosts[owner].lastAdvertAt
        let succession = self.succession(of: owner, standbys, silence: 3, from: lastAdvert)
        let end = now + duration
        log(nil, "move: \(isSuspension ? "suspension" : "freeze") of \(Interval(nanoseconds: duration))")
        report.statistics.moves[isSuspension ? "suspension" : "freeze", default: 0] += 1
        perform(isSuspension ? .suspend(owner, duration) : .pause(owner, duration))
        run(until: end - 1)
        judgeFrozen(owner, succession, since: lastAdvert, isSuspension: isSuspension)
        let heardBefore = heardAt[owner].max() ?? 0
        let isReplaced = succession.first + Succession.margin < end
        run(until: end + Self.listeningAtLeast)
        if isReplaced, hosts[owner].lastClaimAt >= end, (heardAt[owner].max() ?? 0) == heardBefore {
            violate(.overlapBounded, "h\(owner) claims the addresses before it has heard who replaced it")
        }
        run(until: now + settlingTime)
        judgeSettled()
    }

    /// Nanoseconds after its return in which a host that was replaced may hear, and may not claim.
    private static let listeningAtLeast: UInt64 = 20_000_000

    private mutating func judgeFrozen(
        _ owner: Int, _ succession: Succession, since lastAdvert: UInt64, isSuspension: Bool
    ) {
        if succession.first + Succession.margin < now {
            judge(succession)
        } else if succession.first > now, let early = continuity.takeovers.first {
            violate(.prompt, "h\(early.host) took over before it was due")
        }
        let kernel = hosts.map(\.plan.acquireLatency).max() ?? 0
        let longest = hosts[owner].router.configuration.longestSuccession.nanoseconds
        // Clocks may be apart by twice the drift.
        let apart = longest / 1_000_000 * UInt64(2 * (hosts.map { abs($0.drift) }.max() ?? 0))
        // What a suspended machine has nobody reaches; it is missed from the first to the last.
        let hole = isSuspension ? max(succession.first, lastAdvert) - lastAdvert : 0
        if continuity.longestEmpty > hole + kernel + Network.calmDelay + apart {
            violate(
                .neverNobody, "nobody for \(Interval(nanoseconds: continuity.longestEmpty)) while h\(owner) stood still"
            )
        }
        guard !isSuspension, hosts[owner].kernelHolds else { return }
        let latest = lastAdvert + longest + Self.leaseSlack + apart
        if now > latest {
            violate(
                .overlapBounded, "h\(owner) has them \(Interval(nanoseconds: now - lastAdvert)) after its last advert")
        }
    }

    /// Nanoseconds by which a lease may be longer than the longest takeover.
    private static let leaseSlack: UInt64 = 2_000_000_000
}
