internal import VRRPCore
internal import VRRPWire

extension GroupStory {
    /// Something that happens to the hosts of a group from outside.
    enum Trouble: Sendable {
        /// No processor for so many nanoseconds.
        case pause(Int, UInt64)
        /// The interface of a member is plugged in or not.
        case cable(Int, member: Int, isIn: Bool)
        /// A member's check fails or recovers.
        case check(Int, member: Int, isFailing: Bool)
        case start(Int)
        case stop(Int)
        case switchOver(Int, member: Int)
        case resume(Int)
        /// The machine dies.
        case crash(Int)
        /// The daemon alone dies, and a new process goes on in its states.
        case kill(Int)
        case adopt(Int)
        case priority(Int, member: Int, Priority)
        case reload(Int, preempts: Bool)
        /// One direction of one segment is cut or mended.
        case cut(segment: Int, from: Int, to: Int, Bool)

        static func draw(
            during turmoil: UInt64, plan: GroupPlan, random: inout SplitMix64
        ) -> [(at: UInt64, what: Trouble)] {
            var result: [(at: UInt64, what: Trouble)] = []
            for _ in 0..<random.between(2, 10) {
                let at = random.below(turmoil)
                let until = at + random.between(10_000_000, 6_000_000_000)
                let host = Int(random.below(UInt64(plan.hosts.count)))
                let member = Int(random.below(UInt64(plan.memberCount)))
                switch random.below(12) {
                case 0: result.append((at, .pause(host, random.between(50_000_000, 5_000_000_000))))
                case 1:
                    result += [
                        (at, .cable(host, member: member, isIn: false)),
                        (until, .cable(host, member: member, isIn: true)),
                    ]
                case 2:
                    result += [
                        (at, .check(host, member: member, isFailing: true)),
                        (until, .check(host, member: member, isFailing: false)),
                    ]
                case 3: result += [(at, .stop(host)), (until, .start(host))]
                case 4: result += [(at, .switchOver(host, member: member)), (until, .resume(host))]
                case 5: result += [(at, .crash(host)), (until, .start(host))]
                case 6: result += [(at, .kill(host)), (at + random.between(5_000_000, 2_000_000_000), .adopt(host))]
                case 7:
                    let base = plan.hosts[host].priorities[member]
                    result.append((at, .priority(host, member: member, Priority(UInt8(random.between(1, 254))))))
                    result.append((until, .priority(host, member: member, base)))
                case 8: result.append((at, .reload(host, preempts: random.chance(50))))
                default:
                    let other = (host + 1) % plan.hosts.count
                    result.append((at, .cut(segment: member, from: host, to: other, true)))
                    if random.chance(60) { result.append((at, .cut(segment: member, from: other, to: host, true))) }
                }
            }
            return result
        }
    }

    mutating func perform(_ trouble: Trouble) {
        log("-- \(trouble)")
        switch trouble {
        case .pause(let host, let duration):
            hosts[host].busyUntil = max(hosts[host].busyUntil, now + duration)
            agenda.add(.resumption(host), at: hosts[host].busyUntil)
        case .cable(let host, let member, let isIn):
            hosts[host].cables[member] = isIn
            lookAgain(host, member)
        case .check(let host, let member, let isFailing):
            hosts[host].checks[member] = isFailing
            lookAgain(host, member)
        case .start(let host):
            guard !hosts[host].isRunning else { break }
            (hosts[host].memory, hosts[host].isStopping) = (nil, false)
            begin(host)
        case .stop(let host):
            hosts[host].isStopping = hosts[host].isRunning
            everyMember(of: host, .shutdown)
        case .switchOver(let host, _) where plan.isOwner(host): break
        case .priority(let host, _, _) where plan.isOwner(host): break
        case .reload(let host, _) where plan.isOwner(host): break
        case .switchOver(let host, let member): offer(.switchOver, member, to: host)
        case .resume(let host): everyMember(of: host, .resumed)
        case .crash(let host):
            end(host)
            hosts[host].memory = nil
            hosts[host].holds = hosts[host].holds.map { _ in false }
        case .kill(let host):
            guard hosts[host].isRunning else { break }
            hosts[host].memory = hosts[host].routers.map(\.state)
            hosts[host].diedAt = now
            end(host)
        case .adopt(let host): if hosts[host].memory != nil { begin(host) }
        case .priority(let host, let member, let priority): offer(.priorityChanged(priority), member, to: host)
        case .reload(let host, let preempts):
            for member in 0..<plan.memberCount {
                var new = plan.hosts[host].configurations[member]
                new.preempts = preempts
                offer(.reconfigured(new), member, to: host)
            }
        case .cut(let segment, let from, let to, let isCut):
            if isCut { cut.insert([segment, from, to]) } else { cut.remove([segment, from, to]) }
        }
    }

    private mutating func everyMember(of host: Int, _ event: Event) {
        guard hosts[host].isRunning else { return }
        hosts[host].queue += (0..<plan.memberCount).map { ($0, event) }
        if hosts[host].busyUntil <= now { turn(host) }
    }

    /// What stands in a member's own way has changed; what its group says is the group's.
    private mutating func lookAgain(_ host: Int, _ member: Int) {
        let kept = hosts[host].routers[member].obstacles.intersection(.memberFailed)
        offer(.obstaclesChanged(ownObstacles(of: host, member).union(kept)), member, to: host)
    }

    private mutating func end(_ host: Int) {
        hosts[host].isRunning = false
        hosts[host].incarnation += 1
        hosts[host].queue = []
        (hosts[host].wakeAt, hosts[host].deadline) = (nil, nil)
    }

    /// A new process: at a start, or in place of one that died.
    private mutating func begin(_ host: Int) {
        let memory = hosts[host].memory
        hosts[host].memory = nil
        makeRouters(of: host)
        hosts[host].isRunning = true
        hosts[host].busyUntil = now
        // What stands in the way of one stands in the way of all, before the first of them starts.
        settle(host)
        let deafness = Interval(nanoseconds: now - hosts[host].diedAt)
        for member in 0..<plan.memberCount {
            let event = memory.map { Event.adopted($0[member], deafFor: deafness) } ?? .startup
            deliver(event, member, on: host)
            if !hosts[host].routers[member].holdsAddresses { hosts[host].holds[member] = false }
        }
        if hosts[host].isStopping { everyMember(of: host, .shutdown) }
        turn(host)
    }

    /// Everything works from now on.
    mutating func heal() {
        guard report.violations.isEmpty else { return }
        log("-- heals")
        agenda.removeAll { item in
            if case .trouble = item { true } else { false }
        }
        cut = []
        isCalm = true
        for host in hosts.indices {
            if hosts[host].memory != nil { perform(.adopt(host)) }
            for member in 0..<plan.memberCount {
                if !hosts[host].cables[member] { perform(.cable(host, member: member, isIn: true)) }
                if hosts[host].checks[member] { perform(.check(host, member: member, isFailing: false)) }
            }
            perform(.start(host))
            everyMember(of: host, .resumed)
            for member in 0..<plan.memberCount {
                offer(.priorityChanged(plan.hosts[host].priorities[member]), member, to: host)
            }
        }
    }
}
