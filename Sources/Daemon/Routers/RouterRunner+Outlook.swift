internal import Configuration
internal import Control
internal import VRRPCore
internal import VRRPWire

/// What would happen next, in sentences that follow from the state alone.
extension RouterRunner {
    func outlook(at now: MonotonicInstant) -> [String] {
        switch router.state {
        case .initialize(let initialize):
            return initialize.isWanted && !router.obstacles.isEmpty
                ? ["it takes part as soon as nothing stands in its way"] : []
        case .backup(let backup): return outlook(as: backup, at: now) + maintenance
        case .active: return activeOutlook(at: now) + maintenance
        case .resigning(let resigning): return [outlook(as: resigning, at: now)]
        }
    }

    private func outlook(as resigning: Resigning, at now: MonotonicInstant) -> String {
        if resigning.purpose == .stop {
            return
                "it stops as soon as a successor has the addresses, at the latest in \(short(resigning.giveUpAt.since(now)))"
        }
        return resigning.isResumed
            ? "a successor gets the addresses, and the higher priority decides after that; it stays active if nobody takes them"
            : "it becomes standby as soon as a successor has the addresses, and stays active if nobody takes them"
    }

    private var maintenance: [String] {
        guard let standby = surroundings.standby, instance.priority != .owner else { return [] }
        let end = standby.until.map { "until \($0)" } ?? "until understudy resume"
        return ["maintenance: it is the last that takes the addresses, \(end)"]
    }

    private func outlook(as backup: Backup, at now: MonotonicInstant) -> [String] {
        if backup.isReady, let group { return ["it takes over as soon as \(group.whoIsAwaited(at: now))"] }
        let left = short(backup.takeOverAt.since(now))
        if let quietUntil = router.quietUntil, now < quietUntil {
            return [
                "the start is delayed: it listens in \(short(quietUntil.since(now))), and takes over in \(left) unless somebody is heard"
            ]
        }
        guard let heard = backup.lastHeard else { return ["nobody has been heard yet: it takes over in \(left)"] }
        if heard.priority == .resigning { return ["\(heard.source) is leaving: it takes over in \(left)"] }
        var sentences: [String] = []
        let isWorse = heard.priority < router.priority
        if isWorse, backup.handedOver {
            sentences.append(
                "it does not take back what was handed over, although its priority is higher: understudy resume")
        } else if isWorse, !instance.preempts {
            sentences.append(
                "nopreempt: it does not take over while \(heard.source) is heard, although its priority is higher")
        } else if isWorse, let preemptAt = backup.preemptAt, now < preemptAt {
            sentences.append(
                "preempt_delay: it takes over from \(heard.source) in about \(short(preemptAt.since(now)))")
        } else if isWorse {
            return ["its priority is higher than that of \(heard.source): it takes over in \(left)"]
        }
        let whole = short(router.activeDownInterval(for: backup.learnedInterval))
        return ["if \(heard.source) falls silent, it takes over in \(whole)"] + sentences
    }

    private func activeOutlook(at now: MonotonicInstant) -> [String] {
        let others = peers.candidates(except: router.primaryAddress, at: now)
        var sentences: [String] = []
        for (index, tracker) in tracking.trackers.enumerated() where tracker.status != .unknown {
            if let sentence = outlook(ifChanged: index, others) { sentences.append(sentence) }
        }
        if let standbys = standbysSeen(at: now) {
            sentences.append(
                standbys.first.map {
                    "if this host falls silent, \($0.address) takes over: it stands by with priority \($0.priority)"
                        + (instance.keyed == nil ? "" : " (unsigned)")
                }
                    ?? "nobody would take over: no standby has been heard for \(short(noticePatience))")
        } else if isAwaitingStandbys(at: now) {
            sentences.append(
                standbys.switchedOnAt.map {
                    "no standby has been heard yet, and standby_notice has been on for \(short(now.since($0))) only: whether one is "
                        + "there is not known"
                } ?? "no standby has been heard yet: whether one is there is not known")
        } else if others.isEmpty {
            if let gone = peers.predecessor(except: router.primaryAddress, at: now) {
                sentences.append(Self.handedOver(gone))
                return sentences
            }
            let heard = peers.list(except: router.primaryAddress, at: now)
            let known =
                heard.first { $0.priority == 0 }
                .map { "\($0.address) said that it was leaving, and nobody else has been heard" }
                ?? heard.first.map { "only \($0.address) has been heard, which is not believed" }
                ?? "nobody else has been heard \(surroundings.listeningSince)"
            sentences.append("\(known); standbys are silent, so whether one is there is not known")
        }
        return sentences
    }

    /// What is known of one that had the addresses and resigned: a switch-over and a stop look the same from here.
    static func handedOver(_ peer: Peer) -> String {
        "\(peer.address) handed over \(spoken(ago: peer.lastHeardSeconds)): it most likely stands by, unless its daemon was stopped then "
            + "(standbys are silent)"
    }

    /// What the opposite result of one check would mean; nil when it would mean nothing bad.
    private func outlook(ifChanged index: Int, _ others: [Peer]) -> String? {
        let tracker = tracking.trackers[index]
        if tracker.number != nil {
            // Which other number a file may come to hold, nobody knows.
            guard tracker.weight.isFault else { return nil }
            let number = tracker.weight.reverse ? "0" : "another number than 0"
            return "if \(trackers[index]) holds \(number), it gives up the addresses at once"
        }
        let happens =
            trackers[index].isSession
            ? tracker.status == .working ? "goes down" : "comes up"
            : tracker.status == .working ? "fails" : "works again"
        var changed = tracking
        changed.set(tracker.status == .working ? .failed : .working, at: index)
        if changed.trackers[index].isFault {
            return "if \(trackers[index]) \(happens), it gives up the addresses at once"
        }
        let new = surroundings.effectivePriority(of: changed)
        guard new < router.priority else { return nil }
        let start =
            "if \(trackers[index]) \(happens), its priority falls from \(router.priority.rawValue) to \(new.rawValue)"
        guard let best = others.max(by: { ($0.priority ?? 0) < ($1.priority ?? 0) }), let priority = best.priority,
            priority > 0
        else { return start }
        // What was heard is what the peer's priority was then.
        let comparison = priority > Int(new.rawValue) ? "below" : "not below"
        return start
            + ", \(comparison) the \(priority) that \(best.address) had \(short(Interval(nanoseconds: UInt64(best.lastHeardSeconds * 1e9)))) ago"
    }

    private func short(_ interval: Interval) -> String {
        let seconds = interval.nanoseconds / 1_000_000_000
        if seconds >= 7200 { return "\(seconds / 3600) h" }
        if seconds >= 120 { return "\(seconds / 60) min" }
        if seconds >= 20 { return "\(seconds) s" }
        return Interval.milliseconds((interval.nanoseconds + 5_000_000) / 10_000_000 * 10).description
    }
}
