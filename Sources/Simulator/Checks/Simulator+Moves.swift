internal import VRRPCore
internal import VRRPWire

// A calm cluster is moved on purpose, one move at a time, and what its users notice is measured.

extension Simulator {
    /// Who can take over from an owner, by when each will, and by when the others must have heard of it.
    struct Succession {
        /// When each standby's timer runs out.
        var due: [(host: Int, at: UInt64)]
        var first: UInt64 { due.map(\.at).min() ?? .max }
        /// After the first deadline plus this, a router has heard the winner and stays Backup.
        static let margin = Network.calmDelay + Simulator.calmLateness
        /// Those who may become Active: the first and whoever is due before the first is heard.
        var contenders: [Int] { due.filter { $0.at <= first + Self.margin }.map(\.host) }
    }

    enum Move: CaseIterable { case stop, switchOver, fault, death, standbyStop, start }

    mutating func playMove() {
        guard let owner = soleOwner else { return }
        network.hidesAnnouncementsFromHosts = random.chance(25)
        let absent = hosts.indices.filter { hosts[$0].life != .running }
        let standbys = hosts.indices.filter { $0 != owner && hosts[$0].life == .running }
        // So that every move starts with the instant drawn, not with the last event.
        run(until: now + random.below(3_000_000_000))
        // A link that was left with an unheard rival has asked again by now.
        linkTarget = owner
        continuity = Continuity(at: now, owner: owner)
        let move = random.pick(Move.allCases)
        if cluster.isMixed, !isPossible(move, for: owner) { return }
        switch move {
        case .stop: playDeparture(of: owner, .stop(owner), "stop", standbys)
        case .switchOver:
            playDeparture(of: owner, .switchOver(owner), "switchOver", standbys)
            // Not every seed: a host that handed over and was not asked to resume must be seen in the next moves too. Without
            // a draw, so that the moves of a seed stay what they were.
            if report.seed.isMultiple(of: 2) { playResume(owner) }
        case .fault: playFault(of: owner, standbys)
        case .death: playDeath(of: owner, standbys)
        case .standbyStop: if !standbys.isEmpty { playStandbyStop(random.pick(standbys), owner) }
        case .start: if !absent.isEmpty { playStart(random.pick(absent), owner) }
        }
    }

    /// Other programs have no command to hand over, and FRR has no checks.
    private func isPossible(_ move: Move, for owner: Int) -> Bool {
        switch move {
        case .switchOver: hosts[owner].make == .understudy
        case .fault: hosts[owner].make != .frr
        case .stop, .death, .standbyStop, .start: true
        }
    }

    private mutating func begin(_ name: String, _ what: Disturbance) {
        log(nil, "move: \(name)")
        report.statistics.moves[name, default: 0] += 1
        perform(what)
        run(until: now + settlingTime)
    }

    /// The deadlines that RFC 9568 section 6.1 gives when all standbys follow the owner, computed apart from the core.
    func succession(of owner: Int, _ standbys: [Int], silence: UInt64, from start: UInt64) -> Succession {
        let followed = Interval(hosts[owner].interval).nanoseconds
        let unit = hosts[owner].version == .v2 ? Interval.seconds(1).nanoseconds : followed
        return Succession(
            due: standbys.map { index in
                let skew = self.skew(of: index, unit: unit)
                // By the clock of the standby.
                let wait = hosts[index].trueTime(silence * followed + skew)
                return (index, start + network.latency(owner, index) + wait)
            })
    }

    /// Nanoseconds; FRR counts whole centiseconds.
    private func skew(of index: Int, unit: UInt64) -> UInt64 {
        let exact = (256 - UInt64(hosts[index].router.priority.rawValue)) * unit / 256
        return hosts[index].make == .frr ? exact / 10_000_000 * 10_000_000 : exact
    }

    mutating func judge(_ succession: Succession) {
        guard let winner = continuity.takeovers.first else {
            violate(.succession, "nobody took over")
            return
        }
        let contenders = succession.contenders
        for takeover in continuity.takeovers where !contenders.contains(takeover.host) {
            if preempts(takeover.host, fastClockOf: winner.host) { continue }
            violate(.succession, "h\(takeover.host) became Active; only \(contenders) were due")
        }
        let latest = succession.first + Self.calmLateness + Self.rounding
        if winner.at + Self.rounding < succession.first || winner.at > latest {
            violate(
                .prompt, "h\(winner.host) at \(EventLog.stamp(winner.at)), due at \(EventLog.stamp(succession.first))")
        }
    }

    /// Priorities that are closer than the clocks are apart, or than FRR's centiseconds: the lower one was first, and is
    /// preempted in due time.
    private func preempts(_ host: Int, fastClockOf winner: Int) -> Bool {
        let (own, other) = (hosts[host].router, hosts[winner].router)
        let isEarly = hosts[winner].drift > hosts[host].drift || hosts[winner].make == .frr
        return isEarly && own.configuration.preempts && own.priority > other.priority
    }

    // MARK: Stop and switch-over

    /// Guaranteed with a standby: somebody holds the addresses at every instant.
    ///
    /// With one contender the link is wrong for no longer than a frame takes; with several it may believe the loser until
    /// the winner's next burst, and nobody holds them while the winner's kernel adds them.
    private mutating func playDeparture(of owner: Int, _ what: Disturbance, _ name: String, _ standbys: [Int]) {
        // The priority 0 advert leaves now; each standby hears it a port-to-port latency later.
        let start = now
        let succession = succession(of: owner, standbys, silence: 0, from: now)
        begin(name + (standbys.isEmpty ? " alone" : ""), what)
        if standbys.isEmpty {
            judgeLonely(owner, isStop: hosts[owner].life != .running)
            return
        }
        judge(succession)
        // Other programs let go at once, and nobody has the addresses until somebody's Skew_Time is over.
        if hosts[owner].make != .understudy {
            judgeGap(after: name, allowed: succession.first - start + Self.calmLateness)
            return judgeSettled()
        }
        // The loser of a tie lets go as soon as it hears the winner, whose kernel may not be ready.
        let isClear = succession.contenders.count == 1 && continuity.takeovers.count == 1
        if continuity.longestEmpty > (isClear ? 0 : slowestKernel + Network.calmDelay) {
            violate(.neverNobody, "nobody for \(Interval(nanoseconds: continuity.longestEmpty)) during \(name)")
        }
        if isClear {
            let allowed = Network.calmDelay
            if continuity.longestMisled > allowed {
                violate(.linkNotMisled, "for \(Interval(nanoseconds: continuity.longestMisled)) during \(name)")
            }
            report.statistics.longestMisled = max(
                report.statistics.longestMisled, Interval(nanoseconds: continuity.longestMisled))
        }
        judgeSettled()
        // A tie may be won by a router with slower adverts than the successor that was heard first.
        if soleOwner == owner, succession.contenders.count == 1 {
            violate(.succession, "h\(owner) is still the owner after \(name)")
        }
    }

    /// Without a standby a stop ends the service, and a switch-over changes nothing.
    private mutating func judgeLonely(_ owner: Int, isStop: Bool) {
        if isStop {
            if hosts[owner].serves { violate(.deadHoldNothing, "h\(owner) stopped and still serves") }
            perform(.start(owner))
            run(until: now + settlingTime)
            judgeSettled()
            return
        }
        if continuity.longestEmpty > 0 { violate(.neverNobody, "a switch-over without standby let go") }
        judgeSettled()
    }

    /// Guaranteed: whoever handed over takes back when and only when the election says so, and somebody holds the addresses
    /// at every instant.
    private mutating func playResume(_ host: Int) {
        guard report.violations.isEmpty, hosts[host].life == .running, let owner = soleOwner,
            case .backup(let backup) = hosts[host].router.state, backup.handedOver
        else { return }
        continuity = Continuity(at: now, owner: owner)
        let own = hosts[host].router
        let returns = own.configuration.preempts && own.priority > hosts[owner].router.priority
        begin(returns ? "resume and return" : "resume", .resume(host))
        if continuity.longestEmpty > 0 {
            violate(.neverNobody, "nobody for \(Interval(nanoseconds: continuity.longestEmpty)) after resume")
        }
        if soleOwner != (returns ? host : owner) {
            violate(.succession, "h\(host) resumed, and \(soleOwner.map { "h\($0)" } ?? "nobody") is the owner")
        }
        judgeSettled()
    }

    // MARK: Fault and death

    /// Guaranteed: an owner that must let go says so, and is replaced after the standby's Skew_Time.
    private mutating func playFault(of owner: Int, _ standbys: [Int]) {
        guard !standbys.isEmpty else { return }
        let start = now
        let succession = succession(of: owner, standbys, silence: 0, from: now)
        begin("fault", .check(owner, isFailing: true))
        judge(succession)
        judgeGap(after: "a fault", allowed: succession.first - start + Self.calmLateness)
        perform(.check(owner, isFailing: false))
        run(until: now + settlingTime)
        judgeSettled()
    }

    /// Guaranteed: the best standby is Active Active_Down_Interval after the last advert it heard, and no other router.
    private mutating func playDeath(of owner: Int, _ standbys: [Int]) {
        guard !standbys.isEmpty else { return }
        // Whether an advert that is under way is followed depends on the priority that the standby has when it arrives.
        run(until: now + Network.calmDelay)
        // A running timer moves with the priority (keepalived does so), also just before it matters.
        if random.chance(50) {
            perform(.tracker(random.pick(standbys), index: 0, random.chance(50) ? .working : .failed))
        }
        // An advert that is under way still arrives, so everybody counts from the same one.
        let succession = succession(of: owner, standbys, silence: 3, from: hosts[owner].lastAdvertAt)
        begin("death", .crash(owner))
        if options.addressesOutliveDaemon { perform(.start(owner)) } else { judge(succession) }
        if !options.addressesOutliveDaemon {
            judgeGap(after: "a death", allowed: succession.first - hosts[owner].lastAdvertAt + Self.calmLateness)
        }
        run(until: now + settlingTime)
        judgeSettled()
    }

    /// Whoever takes over has the addresses once its kernel does; of a tie, the winner's kernel counts.
    private mutating func judgeGap(after what: String, allowed: UInt64) {
        guard continuity.longestEmpty > allowed + slowestKernel + Network.calmDelay else { return }
        violate(.prompt, "nobody for \(Interval(nanoseconds: continuity.longestEmpty)) after \(what)")
    }

    private var slowestKernel: UInt64 { hosts.map(\.plan.acquireLatency).max() ?? 0 }

    // MARK: Standbys

    private mutating func playStandbyStop(_ standby: Int, _ owner: Int) {
        begin("standby stop", .stop(standby))
        let moved = !continuity.acquirers.isEmpty || continuity.longestEmpty > 0 || continuity.longestMisled > 0
        if moved { violate(.standbyIsQuiet, "h\(standby) stopped and \(continuity.acquirers) acquired") }
        judgeSettled()
    }

    /// Guaranteed: a router that was away preempts when and only when its configuration says so, and somebody holds the
    /// addresses at every instant; only who takes an owner for silent does not wait for its kernel.
    private mutating func playStart(_ host: Int, _ owner: Int) {
        let start = now
        let pace = hosts[owner].trueTime(Interval(hosts[owner].interval).nanoseconds)
        let before = (owner: hosts[owner].router.priority, interval: pace)
        begin("start", .start(host))
        let own = hosts[host].router
        let unit = hosts[host].version == .v2 ? Interval.seconds(1) : Interval(own.configuration.advertisementInterval)
        let skew = self.skew(of: host, unit: unit.nanoseconds)
        let silence = Interval(own.configuration.advertisementInterval) * own.configuration.downTimerAdverts
        let down = hosts[host].trueTime(silence.nanoseconds + skew)
        let takeover = continuity.takeovers.first { $0.host == host }?.at
        // With much faster adverts of its own it takes the owner for silent, and is put right.
        let mistakesSilence = down < before.interval + Network.calmDelay + Self.calmLateness
        // Other programs advertise before they have the addresses.
        let advertisesFirst = mistakesSilence || own.priority == .owner || hosts[host].make != .understudy
        if continuity.longestEmpty > (advertisesFirst ? slowestKernel : 0) {
            violate(.neverNobody, "nobody for \(Interval(nanoseconds: continuity.longestEmpty)) after a start")
        }
        let preempts = own.configuration.preempts && own.priority > before.owner
        let delay = hosts[host].trueTime(own.configuration.preemptDelay.nanoseconds)
        if own.priority != .owner, !mistakesSilence {
            // While preempt_delay lasts it follows the owner, at the owner's pace.
            let due = start + (preempts ? (delay == 0 ? down : delay) : 0)
            // It advertises once its kernel has the addresses.
            let preparation = hosts[host].make == .understudy ? hosts[host].plan.acquireLatency : 0
            let latest = delay == 0 ? due + Self.calmLateness + Self.rounding + preparation : .max
            let isRight = takeover.map { preempts && $0 + Self.rounding >= due && $0 <= latest } ?? !preempts
            if !isRight { violate(.prompt, "h\(host) at \(takeover.map(EventLog.stamp) ?? "never") after its start") }
        }
        judgeSettled()
    }
}
