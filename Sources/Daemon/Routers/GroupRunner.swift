internal import Configuration
internal import Control
internal import VRRPCore
internal import VRRPWire

/// Runs one sync group: shows its members to the state machine of the group, and tells them what it decides.
final class GroupRunner {
    let name: String
    let members: [RouterRunner]
    /// Who is told what becomes of the whole.
    let notifications: NotifyQueue
    private var group: SyncGroup
    /// Something happened to a member since the group was asked last.
    var isStale = true
    /// More steps than any event of a group can bring about: each moves a member to another state.
    private var mostSteps: Int { members.count * 8 + 8 }

    init(_ name: String, _ members: [RouterRunner], significance: [Int], _ notifications: NotifyQueue) {
        self.name = name
        self.members = members
        self.notifications = notifications
        group = SyncGroup(significance: significance)
        for member in members { member.group = self }
    }

    /// Where a successor of this process finds what was told.
    static func memoryKey(_ name: String) -> String { "GROUP \(name)" }
    var memoryKey: String { Self.memoryKey(name) }

    /// When the group has to be asked although nothing happened.
    var deadline: MonotonicInstant? { group.deadline }

    /// Lets the group decide until every member is where it should be.
    func settle(at now: MonotonicInstant) {
        let isDue = deadline.map { $0 <= now } ?? false
        guard isStale || isDue else { return }
        var (steps, now) = (0, now)
        while let step = group.next(at: now, member: { members[$0].router.memberView(at: now) }) {
            guard steps < mostSteps else {
                // The members are routers still, and the next event asks again: better than to die of it again and again.
                members.first?.log.error(
                    "sync group \(name) does not come to rest: please report this with the history")
                break
            }
            steps += 1
            carryOut(step, at: now)
            // The addresses of one member take a while where there are thousands, or where the kernel is at something else: the
            // next one would have been silent for as long when it begins.
            now = max(now, members[step.member].surroundings.now)
        }
        isStale = false
        tellState(at: now)
    }

    private func carryOut(_ step: SyncGroup.Step, at now: MonotonicInstant) {
        let member = members[step.member]
        if step.mover != step.member { member.groupReason = reason(for: step) }
        defer { member.groupReason = nil }
        switch step.event {
        case .switchOver: member.handOver(at: now)
        case .syncGroup(.yield):
            if case .active = member.router.state { member.listenForSuccessor() }
            member.deliver(step.event, at: now)
        default: member.deliver(step.event, at: now)
        }
    }

    /// Which member moves the others, and why.
    private func reason(for step: SyncGroup.Step) -> String? {
        let mover = members[step.mover]
        let who = "sync group \(name)"
        switch step.event {
        case .syncGroup(.takeOver): return "\(who) waited for \(mover.name) last"
        case .syncGroup(.yield):
            guard let rival = mover.router.rival else { return "\(who) moves with \(mover.name)" }
            return "\(who) moves with \(mover.name), where \(rival.source) has priority \(rival.priority.rawValue)"
        case .switchOver: return "\(who) moves with \(mover.name)"
        default: return nil
        }
    }

    /// Why the other members keep this one from taking part; nil when none does any more.
    func faults(except runner: RouterRunner) -> String? {
        let faulty = members.filter { member in
            member !== runner && !member.ownObstacles.isEmpty
        }
        if faulty.isEmpty { return nil }
        let list = faulty.map { "\($0.name) (\($0.explain($0.ownObstacles)))" }
        return "another member of sync group \(name) cannot take part: " + list.joined(separator: ", ")
    }

    /// Whom a member that is ready waits for.
    func whoIsAwaited(at now: MonotonicInstant) -> String {
        let others = members.filter { member in
            if case .backup(let backup) = member.router.state { !backup.isReady } else { !member.router.holdsAddresses }
        }
        let list = others.map { member in
            guard case .backup(let backup) = member.router.state, let heard = backup.lastHeard,
                heard.priority != .resigning
            else { return member.name }
            return "\(member.name), which hears \(heard.source)"
        }
        return "the rest of sync group \(name) can: it waits for \(list.joined(separator: " and "))"
    }

    /// The state of the whole: the least that a member is.
    var status: GroupStatus {
        let order: [RouterState] = [.stopped, .waiting, .fault, .standby, .handingOver, .active]
        let states = members.map(\.shownState)
        return GroupStatus(
            name: name, state: order.first { states.contains($0) } ?? .stopped, members: members.map(\.name))
    }
}

extension RouterRunner {
    /// What stands in its own way, whatever the others of its group suffer.
    fileprivate var ownObstacles: Obstacles { router.obstacles.subtracting([.memberFailed, .firstCheckPending]) }
}

extension VirtualRouter {
    /// Whom it follows or contends with.
    fileprivate var rival: Heard? {
        switch state {
        case .backup(let backup): backup.lastHeard
        case .active(let active): active.rival?.heard
        case .resigning(let resigning): resigning.successor
        case .initialize: nil
        }
    }
}

extension Daemon {
    /// Brings the routers together that the configuration says belong together.
    func formGroups(at now: MonotonicInstant) {
        let before = groups
        let positions = model.groups.isEmpty ? [:] : model.positions()
        groups = model.groups.map { group in
            let settings = model.members(of: group, at: positions)
            let members = settings.compactMap { member in
                routers.first { $0.instance.identity == member.identity }
            }
            // What was told of it and what runs stays with the name.
            let queue =
                before.first { $0.name == group.name }?.notifications
                ?? NotifyQueue(
                    .group, group.name, surroundings.notifier, memoryKey: GroupRunner.memoryKey(group.name))
            let runner = GroupRunner(group.name, members, significance: Model.significance(of: settings), queue)
            runner.configureNotifications(group.notifications)
            return runner
        }
        for gone in before where !groups.contains(where: { $0.notifications === gone.notifications }) {
            gone.notifications.memoryIndex = nil
        }
        // One that left its group no longer suffers with it.
        for runner in routers where runner.group == nil && runner.router.obstacles.contains(.memberFailed) {
            runner.deliver(.obstaclesChanged(runner.router.obstacles.subtracting(.memberFailed)), at: now)
        }
    }

    func settleGroups(at now: MonotonicInstant) {
        for group in groups { group.settle(at: now) }
    }
}
