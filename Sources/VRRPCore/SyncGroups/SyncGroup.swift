/// Virtual routers of one host that move together (keepalived: `vrrp_sync_group`).
///
/// A pure value beside the members, which stay with their driver. After every event of a member, and at ``deadline``, the
/// driver asks for the ``next(at:member:)`` step and delivers it, until there is none.
///
/// 1. A member that cannot take part keeps the others from it (``Obstacles/memberFailed``).
/// 2. They become Active when the timer of each has run out.
/// 3. Where Active members meet a rival, the most significant member that hears one decides for all, on both hosts the
///    same; a loss on another one counts when that has had the time to be heard.
/// 4. A hand-over that finds a successor for one finds it for all.
///
/// Nothing here needs to outlive the process: it follows from the states of the members.
public struct SyncGroup: Equatable, Sendable {
    /// The members by position, the one that decides first.
    public let significance: [Int]
    /// When ``next(at:member:)`` is to be asked although nothing happened; nil for never.
    public private(set) var deadline: MonotonicInstant?
    /// Since when an Active group has heard another router.
    private var contactSince: MonotonicInstant?
    /// Since when the member that decides has been behind.
    private var behindSince: MonotonicInstant?

    /// - Parameter significance: the positions of all members; both hosts must come to the same order.
    public init(significance: [Int]) { self.significance = significance }

    /// What the group tells a member.
    public enum Order: Equatable, Sendable {
        /// Every member is ready: become Active.
        case takeOver
        /// Stop being Active: another member has to.
        case yield
        /// Nobody took over from any of the members: go on.
        case remain
        /// Another member meets a rival, who must hear this one too.
        case speakUp
        /// The Active Router has left another member: one interval and Skew_Time of silence are enough.
        case hasten(MonotonicInstant)
    }

    public enum Phase: Equatable, Sendable {
        /// Not taking part.
        case out
        /// Backup, its timer running.
        case waiting
        /// Backup, its timer has run out.
        case ready
        case active
        /// Resigned for a switch-over.
        case handingOver(hasGivenUp: Bool)
        /// Resigned for good, or to become Backup.
        case leaving
    }

    /// How a member and the router that it hears compare.
    public enum Standing: Equatable, Sendable { case ahead, behind }

    /// One member as the group sees it.
    public struct Member: Equatable, Sendable {
        public var phase: Phase
        public var obstacles: Obstacles
        /// The own advertisement interval.
        var interval = Interval.zero
        /// Nil while it hears nobody, or is about to overrule whom it hears.
        public var standing: Standing?
        var heardAt: MonotonicInstant?
        /// When the Active Router said that it is leaving.
        var resignedAt: MonotonicInstant?
        /// When a Backup's timer would run out if a single interval of silence were enough; nil when that is no sooner.
        var hastenedTo: MonotonicInstant?
        var advertisedAt: MonotonicInstant?
        var advertiseAt: MonotonicInstant?
        /// The soonest that an advert out of turn may leave.
        var mayAdvertiseAt: MonotonicInstant?

        init(phase: Phase, obstacles: Obstacles) {
            self.phase = phase
            self.obstacles = obstacles
        }

        /// It keeps the others from taking part.
        public var isFaulty: Bool { !obstacles.endingParticipation.subtracting(.memberFailed).isEmpty }
    }

    /// An event that the driver is to deliver.
    public struct Step: Equatable, Sendable {
        public var member: Int
        public var event: Event
        /// The member that moves the others; the same as `member` for the one that began.
        public var mover: Int
    }

    /// The next step, nil when every member is where it should be.
    ///
    /// - Parameter member: the view of a member by position, as it is now.
    public mutating func next(at now: MonotonicInstant, member: (Int) -> Member) -> Step? {
        deadline = nil
        return faultStep(member) ?? handoverStep(member) ?? contestStep(at: now, member)
            ?? takeoverStep(member) ?? hasteStep(member)
    }

    private var positions: Range<Int> { 0..<significance.count }

    // MARK: Rule 1

    private func faultStep(_ member: (Int) -> Member) -> Step? {
        for position in positions {
            let view = member(position)
            let mover = positions.first { $0 != position && member($0).isFaulty }
            guard view.obstacles.contains(.memberFailed) != (mover != nil) else { continue }
            let changed = view.obstacles.symmetricDifference(.memberFailed)
            return Step(member: position, event: .obstaclesChanged(changed), mover: mover ?? position)
        }
        return nil
    }

    // MARK: Rule 4

    private func handoverStep(_ member: (Int) -> Member) -> Step? {
        guard let mover = positions.first(where: { member($0).isHandingOver }) else { return nil }
        if let gone = positions.first(where: { member($0).isBackup }) {
            return Step(member: mover, event: .syncGroup(.yield), mover: gone)
        }
        let waits = positions.first { member($0).phase == .handingOver(hasGivenUp: false) }
        if let waits {
            // Not while those that gave up go on: the one that still waits has not been told to.
            guard let other = positions.first(where: { member($0).phase == .active }) else { return nil }
            return Step(member: other, event: .switchOver, mover: waits)
        }
        return Step(member: mover, event: .syncGroup(.remain), mover: mover)
    }

    // MARK: Rule 3

    private mutating func contestStep(at now: MonotonicInstant, _ member: (Int) -> Member) -> Step? {
        guard positions.contains(where: { member($0).phase == .active }),
            let rank = positions.first(where: { member(significance[$0]).standing != nil })
        else {
            (contactSince, behindSince) = (nil, nil)
            return nil
        }
        let since = contactSince ?? now
        contactSince = since
        let judge = significance[rank]
        guard member(judge).standing == .behind else {
            behindSince = nil
            return outspokenStep(since: since, judge, member)
        }
        let began = behindSince ?? now
        behindSince = began
        var patience = Interval.zero
        for senior in positions.prefix(rank) { patience = max(patience, member(significance[senior]).interval) }
        // A quarter more, for the way there and back.
        let due = began + Interval(nanoseconds: patience.nanoseconds + patience.nanoseconds / 4)
        guard due <= now else {
            deadline = due
            return outspokenStep(since: since, judge, member)
        }
        // A rival that has let go of another member was last heard before that, and does not count for the rest of its time.
        guard rank == 0 || member(judge).heardAt.map({ $0 >= began }) ?? false else {
            return outspokenStep(since: since, judge, member)
        }
        guard member(judge).phase != .active else {
            return Step(member: judge, event: .syncGroup(.yield), mover: judge)
        }
        return positions.first { member($0).phase == .active }
            .map { Step(member: $0, event: .syncGroup(.yield), mover: judge) }
    }

    /// Lets the rival hear every member at once, so that both hosts weigh the same ones.
    private func outspokenStep(since: MonotonicInstant, _ judge: Int, _ member: (Int) -> Member) -> Step? {
        for position in positions {
            let view = member(position)
            guard let advertisedAt = view.advertisedAt, let advertiseAt = view.advertiseAt,
                let mayAdvertiseAt = view.mayAdvertiseAt
            else { continue }
            if advertisedAt < since, mayAdvertiseAt < advertiseAt {
                return Step(member: position, event: .syncGroup(.speakUp), mover: judge)
            }
        }
        return nil
    }

    // MARK: Rule 2

    private func takeoverStep(_ member: (Int) -> Member) -> Step? {
        guard let ready = positions.first(where: { member($0).phase == .ready }) else { return nil }
        var isActive = false
        var isComplete = true
        for position in positions {
            switch member(position).phase {
            case .active: isActive = true
            case .ready: break
            case .out, .waiting: isComplete = false
            case .handingOver, .leaving: return nil
            }
        }
        // One that a reload added joins those that are Active.
        guard isActive || isComplete else { return nil }
        return Step(member: ready, event: .syncGroup(.takeOver), mover: lastReady(member) ?? ready)
    }

    /// The member that was waited for.
    private func lastReady(_ member: (Int) -> Member) -> Int? {
        positions.max { (member($0).heardAt?.nanoseconds ?? 0) < (member($1).heardAt?.nanoseconds ?? 0) }
    }

    /// A host whose interface has died cannot resign there, but it has on the others.
    ///
    /// An advert that was heard later shows that it has not left.
    private func hasteStep(_ member: (Int) -> Member) -> Step? {
        guard !positions.contains(where: { member($0).isHolding }) else { return nil }
        for position in positions {
            guard let soonest = member(position).hastenedTo, let heardAt = member(position).heardAt else { continue }
            let mover = positions.first { other in
                member(other).resignedAt.map { heardAt <= $0 } ?? false
            }
            if let mover { return Step(member: position, event: .syncGroup(.hasten(soonest)), mover: mover) }
        }
        return nil
    }
}

extension SyncGroup.Member {
    fileprivate var isHandingOver: Bool {
        if case .handingOver = phase { true } else { false }
    }

    fileprivate var isBackup: Bool { phase == .waiting || phase == .ready }

    fileprivate var isHolding: Bool { isHandingOver || phase == .active || phase == .leaving }
}
