internal import VRRPCore
internal import VRRPWire

// What the daemon does about a second owner that the core cannot know of: docs/design/0010-two-owners.md.

/// When an owner tells the link again whose the addresses are.
struct Defence: Sendable {
    private static let repeats: [UInt64] = [
        0, 10_000_000, 30_000_000, 60_000_000, 200_000_000, 1_000_000_000, 5_000_000_000,
    ]
    /// A claim within a round brings the next announcement forward to this, so many times.
    private static let echo: UInt64 = 10_000_000
    private static let mostExtras = 4
    private static let spacing: UInt64 = 1_000_000_000
    private static let slowSpacing: UInt64 = 10_000_000_000
    private static let mostQuickRounds = 5
    private static let quiet: UInt64 = 3_000_000_000

    private(set) var due: [UInt64] = []
    private var claimedAt: UInt64?
    private var beganAt: UInt64?
    private var rounds = 0
    private var extras = 0

    /// Somebody claims the addresses; returns the instants at which to announce besides those that were known.
    ///
    /// - Parameter wait: for an advert that shows that it is us who must yield.
    mutating func claimed(at now: UInt64, after wait: UInt64) -> [UInt64] {
        if let claimedAt, now > claimedAt + Self.quiet { rounds = 0 }
        claimedAt = now
        let spacing = rounds < Self.mostQuickRounds ? Self.spacing : Self.slowSpacing
        let start = max(now + wait, beganAt.map { $0 + spacing } ?? now)
        if let next = due.first, next <= start {
            guard extras > 0, next > now + Self.echo else { return [] }
            extras -= 1
            due.insert(now + Self.echo, at: 0)
            return [now + Self.echo]
        }
        extras = Self.mostExtras
        beganAt = start
        rounds += 1
        due = Self.repeats.map { start + $0 }
        return due
    }

    mutating func take(at now: UInt64) -> Bool {
        guard let first = due.first, first <= now else { return false }
        due.removeAll { $0 <= now }
        return true
    }
}

extension Simulator {
    /// Whoever has just taken over is not bothered by what its predecessor still says.
    static let settling: UInt64 = 1_000_000_000
    /// Nanoseconds between an owner's regular questions.
    private static let inquirySpacing: UInt64 = 60_000_000_000

    private func isWatching(_ index: Int) -> Bool {
        guard options.watchesOwners, hosts[index].foreign == nil, case .active = hosts[index].router.state else {
            return false
        }
        return true
    }

    mutating func beginWatching(_ index: Int) {
        hosts[index].activeAt = now
        hosts[index].defence = Defence()
        agenda.add(.inquiry(host: index, since: now), at: now + Self.settling)
    }

    /// Just before each advert.
    mutating func ask(_ index: Int) {
        guard isWatching(index), now >= hosts[index].activeAt + Self.settling else { return }
        send(Frame(from: index, payload: .question))
    }

    mutating func inquire(_ index: Int, since activeAt: UInt64) {
        guard isWatching(index), hosts[index].life == .running, hosts[index].activeAt == activeAt else { return }
        if hosts[index].busyUntil <= now { send(Frame(from: index, payload: .question)) }
        agenda.add(.inquiry(host: index, since: activeAt), at: now + Self.inquirySpacing)
    }

    /// The kernel does it, whatever its daemon is about.
    mutating func answer(_ question: Frame, at index: Int) {
        guard hosts[index].kernelHolds else { return }
        send(Frame(from: index, payload: .answer(to: question.from)))
    }

    /// Nanoseconds: a kernel answers a question before its program answers the advert that follows.
    private static let hearing: UInt64 = 3_000_000

    /// Somebody else claims an address of ours.
    mutating func noticeRival(on index: Int, after wait: UInt64 = Self.hearing) {
        guard isWatching(index) else { return }
        report.statistics.defences += 1
        for instant in hosts[index].defence.claimed(at: now, after: wait) {
            agenda.add(.defence(host: index, incarnation: hosts[index].incarnation), at: instant)
        }
    }

    /// An advert of a lower claim was answered: what is said about it is said again, unless the operator turned that off.
    mutating func noticeContest(on index: Int) {
        let own = hosts[index].router.configuration
        guard own.announcements.contestedRepeats > 0,
            now >= hosts[index].activeAt + Interval(own.advertisementInterval).nanoseconds
        else { return }
        noticeRival(on: index, after: 0)
    }

    mutating func defend(_ index: Int) {
        guard isWatching(index) else { return }
        // Whoever has no processor does it afterwards.
        if hosts[index].busyUntil > now {
            return agenda.add(
                .defence(host: index, incarnation: hosts[index].incarnation), at: hosts[index].busyUntil + 1)
        }
        guard hosts[index].defence.take(at: now), hosts[index].kernelHolds else { return }
        log(index, "defends its addresses")
        send(Frame(from: index, payload: .announcement))
    }
}
