internal import VRRPCore
internal import VRRPWire

extension GroupStory {
    /// What must hold on one host whenever its group has come to rest.
    mutating func judge(_ index: Int) {
        for member in hosts[index].routers.indices {
            let router = hosts[index].routers[member]
            if hosts[index].isRunning, hosts[index].holds[member] != router.holdsAddresses, router.holdsAddresses {
                violate(.heldMatchesState, "g\(index).\(member) is \(router.state)")
            }
            if router.holdsAddresses, !router.obstacles.subtracting(.firstCheckPending).isEmpty {
                violate(.obstaclesRespected, "g\(index).\(member) has obstacles \(router.obstacles.rawValue)")
            }
        }
    }

    /// Nanoseconds after the last trouble by which one host has everything, from the configuration alone.
    ///
    /// As without groups three waits of everybody, and twice a hand-over to the rest of a group.
    var settlingTime: UInt64 {
        let all = plan.hosts.flatMap(\.configurations)
        let slowest = all.map { Interval($0.advertisementInterval).nanoseconds }.max() ?? 0
        let skew = all.contains { $0.version == .v2 } ? max(slowest, 1_000_000_000) : slowest
        let delays = all.map(\.preemptDelay.nanoseconds).max() ?? 0
        let hold = all.compactMap(\.groupHold?.nanoseconds).max() ?? 0
        // Somebody may still be without a processor.
        let busy = hosts.map(\.busyUntil).max() ?? 0
        return 3 * (4 * slowest + skew) + delays + 2 * hold + 1_500_000_000 + (max(busy, now) - now)
    }

    /// The host that is Active on every member while all others hold nothing.
    var owner: Int? {
        let holders = hosts.indices.filter { hosts[$0].holds.contains(true) }
        guard let owner = holders.first, holders.count == 1 else { return nil }
        let isActive = hosts[owner].routers.allSatisfy { if case .active = $0.state { true } else { false } }
        return isActive && hosts[owner].isRunning ? owner : nil
    }

    /// One host is Active on all members, and every other one that runs is Backup on all; nobody who is due is left out.
    mutating func judgeSettled() {
        guard let owner else {
            return violate(.groupTogether, hosts.indices.map(situation).joined(separator: "; "))
        }
        for index in hosts.indices where index != owner && hosts[index].isRunning {
            let routers = hosts[index].routers
            let isBackup = routers.allSatisfy { if case .backup = $0.state { true } else { false } }
            guard isBackup else {
                violate(.groupTogether, "g\(owner) has everything while \(situation(index))")
                continue
            }
            let wins = routers.indices.allSatisfy { member in
                guard case .backup(let backup) = routers[member].state else { return false }
                return routers[member].configuration.preempts && !backup.handedOver
                    && routers[member].priority > hosts[owner].routers[member].priority
            }
            if wins { violate(.rightOwner, "g\(index) is ahead of g\(owner) on every member") }
        }
    }

    func situation(_ index: Int) -> String {
        let states = hosts[index].routers.map { "\($0.state)" }
        return "g\(index) \(hosts[index].isRunning ? "runs" : "is down"), holds \(hosts[index].holds): "
            + states.joined(separator: ", ")
    }

    /// The whole story: turmoil, order, quiet, and calm moves.
    mutating func play() {
        run(until: now + Self.turmoil)
        heal()
        run(until: now + settlingTime)
        guard report.violations.isEmpty else { return }
        judgeSettled()
        judgeQuiet("nothing happened")
        for _ in 0..<3 where report.violations.isEmpty { playMove() }
    }

    /// No address moves although nothing happens.
    private mutating func judgeQuiet(_ why: String) {
        guard report.violations.isEmpty else { return }
        let before = acquisitions.count
        run(until: now + settlingTime)
        if let moved = acquisitions.dropFirst(before).first {
            violate(.groupRests, "g\(moved.host) took over member \(moved.member) although \(why)")
        }
        if report.violations.isEmpty { judgeSettled() }
    }

    private mutating func playMove() {
        guard let owner else { return }
        run(until: now + random.below(3_000_000_000))
        let member = Int(random.below(UInt64(plan.memberCount)))
        let before = acquisitions.count
        let hasStandby = hosts.indices.contains { $0 != owner && hosts[$0].isRunning }
        let move = Int(random.below(8))
        report.statistics.moves["group move \(move)", default: 0] += 1
        switch move {
        case 0: perform(.stop(owner))
        case 1: perform(.crash(owner))
        case 2: perform(.cable(owner, member: member, isIn: false))
        case 3: perform(.check(owner, member: member, isFailing: true))
        case 4 where plan.isOwner(owner): return
        case 4: perform(.switchOver(owner, member: member))
        case 5, 6: return playPartition(of: owner)
        default:
            perform(.kill(owner))
            run(until: now + random.between(1_000_000, 30_000_000))
            perform(.adopt(owner))
            return judgeReplaced(owner)
        }
        run(until: now + settlingTime)
        guard report.violations.isEmpty, hasStandby else { return restore(owner, member) }
        guard let successor = self.owner, successor != owner else {
            return violate(.groupTogether, "after a move: " + hosts.indices.map(situation).joined(separator: "; "))
        }
        judgeSuccession(to: successor, Array(acquisitions.dropFirst(before)))
        restore(owner, member)
    }

    /// Where all agree nobody takes an address that has to be given up again, unless they were due together.
    private mutating func judgeSuccession(to successor: Int, _ moves: [(host: Int, member: Int, at: UInt64)]) {
        guard plan.agrees, let first = moves.map(\.at).min() else { return }
        let margin = Self.delay.calm + Self.lateness.calm
        if let late = moves.first(where: { $0.host != successor && $0.at > first + margin }) {
            violate(.succession, "g\(late.host) took over after others had: \(moves)")
        }
        if moves.count(where: { $0.host == successor }) != plan.memberCount {
            violate(.succession, "an address moved more than once: \(moves)")
        }
    }

    /// The owner is parted from the others until they have an owner too; then one link after the other carries again.
    private mutating func playPartition(of owner: Int) {
        let others = hosts.indices.filter { $0 != owner }
        for segment in 0..<plan.memberCount {
            for other in others { setLink(segment, owner, other, isCut: true) }
        }
        run(until: now + settlingTime)
        guard report.violations.isEmpty else { return }
        let before = acquisitions.count
        let slowest = plan.hosts[0].configurations.map { Interval($0.advertisementInterval).nanoseconds }.max() ?? 0
        // At once, as with one switch, or with as much in between as a port takes to forward.
        let isAtOnce = random.chance(50)
        for segment in random.permutation(of: (0..<UInt8(plan.memberCount)).map { $0 }) {
            for other in others { setLink(Int(segment), owner, other, isCut: false) }
            if !isAtOnce { run(until: now + random.below(2 * slowest)) }
        }
        run(until: now + settlingTime)
        guard report.violations.isEmpty else { return }
        judgeSettled()
        // Both may yield in the same millisecond, which costs one takeover and not a second one.
        if others.count == 1, acquisitions.count > before + plan.memberCount {
            violate(.groupRests, "after a partition addresses moved to and fro: \(acquisitions.dropFirst(before))")
        }
    }

    private mutating func setLink(_ segment: Int, _ one: Int, _ other: Int, isCut: Bool) {
        perform(.cut(segment: segment, from: one, to: other, isCut))
        perform(.cut(segment: segment, from: other, to: one, isCut))
    }

    /// A process that is replaced in time moves nothing.
    private mutating func judgeReplaced(_ owner: Int) {
        let before = acquisitions.count
        run(until: now + settlingTime)
        guard report.violations.isEmpty else { return }
        judgeSettled()
        let isFast = plan.hosts[owner].configurations.contains { $0.advertisementInterval.count < 50 }
        if !isFast, acquisitions.count != before { violate(.groupRests, "a process was replaced and the group moved") }
    }

    private mutating func restore(_ host: Int, _ member: Int) {
        guard report.violations.isEmpty else { return }
        if !hosts[host].cables[member] { perform(.cable(host, member: member, isIn: true)) }
        if hosts[host].checks[member] { perform(.check(host, member: member, isFailing: false)) }
        if !hosts[host].isRunning { perform(.start(host)) }
        perform(.resume(host))
        run(until: now + settlingTime)
        guard report.violations.isEmpty else { return }
        judgeSettled()
    }
}

extension Simulator {
    /// Some seeds have a sync group as well.
    mutating func playGroup() {
        var random = SplitMix64(seed: report.seed ^ 0x1D82_07C5_B3F4_A96E)
        guard random.chance(25) else { return }
        var story = GroupStory(seed: report.seed, at: now, keepsLog: options.keepsLog)
        story.play()
        report.cluster += story.plan.description
        report.log += story.report.log
        report.violations += story.report.violations
        report.statistics.groups += 1
        report.statistics.events += story.report.statistics.events
        report.statistics.groupTakeovers += story.acquisitions.count
        report.statistics.moves.merge(story.report.statistics.moves, uniquingKeysWith: +)
    }
}
