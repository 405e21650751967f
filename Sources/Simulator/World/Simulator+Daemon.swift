internal import VRRPCore
internal import VRRPWire

// What a daemon does around the core: take turns, read sockets before timers, carry out actions.

extension Simulator {
    /// Hands an event to a host, or leaves it in the queue of a host that has no processor.
    mutating func offer(_ input: Host.Input, to index: Int) {
        guard hosts[index].life == .running else { return }
        hosts[index].queue.append(input)
        if hosts[index].busyUntil <= now { turn(index) }
    }

    /// One turn: what has arrived first, then what is due, so that a host that was paused hears the news before it acts.
    mutating func turn(_ index: Int) {
        // Other programs act on their timers before they read.
        if hosts[index].foreign != nil { actIfDue(index) }
        while !hosts[index].queue.isEmpty, hosts[index].busyUntil <= now, hosts[index].life == .running {
            take(hosts[index].queue.removeFirst(), on: index)
        }
        guard hosts[index].life == .running, hosts[index].busyUntil <= now else { return }
        if hosts[index].foreign != nil { return actIfDue(index) }
        // Every turn ends with the timer, due or not: early delivery must be harmless.
        if let deadline = hosts[index].router.deadline, deadline.nanoseconds <= clock(of: index) || random.chance(5) {
            deliver(.timer, to: index)
        }
    }

    /// The sleep until the deadline is over.
    mutating func wake(_ index: Int) {
        hosts[index].wakeAt = nil
        hosts[index].deadline = nil
        deliver(.timer, to: index)
    }

    private mutating func take(_ input: Host.Input, on index: Int) {
        switch input {
        case .event(let event):
            if case .reconfigured(let new) = event {
                hosts[index].rules = cluster.rules(new)
            }
            deliver(event, to: index)
            // A lease by the new parameters, as the daemon gives it at a reload.
            if case .reconfigured = event { renewLease(of: index, isForced: true) }
        case .frame(let frame):
            switch frame.payload {
            case .announcement:
                deliver(.successorAnnounced, to: index)
                noticeRival(on: index)
            case .answer:
                deliver(.successorAnnounced, to: index)
                noticeRival(on: index)
            case .question:
                break  // Its kernel answered.
            case .advert(let bytes, let carrier):
                receive(bytes, carrier: carrier, from: frame, on: index)
            }
        }
    }

    private mutating func receive(_ bytes: [UInt8], carrier: Carrier, from frame: Frame, on index: Int) {
        let before = hosts[index].router
        do {
            let admitted = try hosts[index].router.admit(bytes.span, carrier: carrier, rules: hosts[index].rules)
            if frame.isSpoilt { violate(.spoiltRefused, "h\(index) believed a damaged advert of h\(frame.from)") }
            heardAt[index][frame.from] = now
            endLoan(of: index, because: admitted.heard)
            deliver(.received(admitted.heard), to: index)
        } catch {
            report.statistics.refusals += 1
            log(index, "refuses: \(error)")
            let own = Frame.Dialect(hosts[index].version, hosts[index].interval)
            if !frame.isSpoilt, frame.dialect == own {
                violate(.spoiltRefused, "h\(index) refused h\(frame.from): \(error)")
            }
            if before.state != hosts[index].router.state { violate(.spoiltRefused, "a refused advert moved h\(index)") }
        }
    }

    /// Hands one event to the core, carries out its actions and judges both.
    mutating func deliver(_ event: Event, to index: Int) {
        report.statistics.events += 1
        if hosts[index].foreign != nil { return deliver(event, toForeign: index) }
        // Most timers only advertise, which the next line says.
        if event != .timer { log(index, EventLog.describe(event)) }
        let before = hosts[index].router
        let lastAdvert = (at: hosts[index].lastAdvertAt, interval: hosts[index].lastAdvertInterval)
        var actions = ActionBuffer()
        hosts[index].router.handle(event, at: MonotonicInstant(nanoseconds: clock(of: index)), into: &actions)
        var list: [Action] = []
        actions.drain { list.append($0) }
        if case .resigning(let resigning) = before.state, !resigning.announcementAwaited,
            !hosts[index].router.holdsAddresses
        {
            hosts[index].handedOverAt = now
        }
        perform(list, on: index)
        if before.counters.contested != hosts[index].router.counters.contested { noticeContest(on: index) }
        judge(event, on: index, before: before, actions: list, lastAdvert: lastAdvert)
        if hosts[index].router.isStopped { leave(index, as: .stopped) }
        arm(index)
    }

    mutating func arm(_ index: Int) {
        let deadline = hosts[index].nextDeadline
        if deadline == hosts[index].deadline { return }
        hosts[index].deadline = deadline
        let lateness = network.isCalm ? random.below(Self.calmLateness) : random.below(3_000_000)
        hosts[index].wakeAt = deadline.map {
            max(hosts[index].trueTime($0.nanoseconds) + hosts[index].stoodStill, now) + lateness
        }
    }

    /// Carries out actions in order; those after an acquisition wait until the kernel has done it, and so does the daemon.
    mutating func perform(_ actions: [Action], on index: Int) {
        var delay: UInt64 = 0
        for action in actions {
            log(index, EventLog.describe(action))
            switch action {
            case .acquireAddresses:
                if hosts[index].wantsAddresses { violate(.heldMatchesState, "h\(index) acquired twice") }
                hosts[index].wantsAddresses = true
                delay = hosts[index].plan.acquireLatency
            case .releaseAddresses:
                if !hosts[index].wantsAddresses {
                    violate(.heldMatchesState, "h\(index) released what it did not hold")
                }
                hosts[index].wantsAddresses = false
            case .advertise, .announceAddresses, .report:
                break
            }
            if delay == 0 {
                carryOut(action, on: index)
            } else {
                agenda.add(
                    .completion(action, host: index, incarnation: hosts[index].incarnation), at: now + delay)
            }
        }
        if delay > 0 { occupy(index, for: delay) }
    }

    /// Takes the processor away.
    mutating func occupy(_ index: Int, for duration: UInt64) {
        hosts[index].busyUntil = max(hosts[index].busyUntil, now + duration)
        agenda.add(.resumption(host: index), at: hosts[index].busyUntil)
    }

    /// The kernel's and the network's part of an action.
    mutating func carryOut(_ action: Action, on index: Int) {
        switch action {
        case .advertise(let priority):
            advertise(priority, from: index)
        case .acquireAddresses:
            report.statistics.acquisitions += 1
            guard !hosts[index].refuses.contains(.adding) || hosts[index].kernelHolds else {
                log(index, "is refused the addresses by its kernel")
                report.statistics.kernelRefusals += 1
                return repairSoon(index)
            }
            if hosts.contains(where: \.serves), !network.isCalm { report.statistics.doubleOwners += 1 }
            hosts[index].kernelHolds = true
            hosts[index].hasLoan = false
            hosts[index].couldNotRelease = false
            hosts[index].acquiredAt = now
            renewLease(of: index)
            continuity.acquired(by: index, at: now)
            log(index, "has the addresses")
        case .announceAddresses(let times):
            // More copies than two change nothing here except the time it takes.
            for _ in 0..<min(times, 2) { send(Frame(from: index, payload: .announcement)) }
        case .releaseAddresses:
            dropAddresses(of: index)
        case .report(.becameActive):
            beginWatching(index)
        case .report(.remainedActive):
            report.statistics.remainedActive += 1
            repair(index)
            hosts[index].defence = Defence()
        case .report(.contested):
            report.statistics.contests += 1
        case .report:
            break
        }
    }

    /// The daemon's life ends; what the kernel keeps depends on how.
    mutating func leave(_ index: Int, as life: Host.Life) {
        log(index, "gone (\(life))")
        hosts[index].life = life
        hosts[index].incarnation += 1
        hosts[index].queue = []
        hosts[index].wakeAt = nil
        hosts[index].deadline = nil
        hosts[index].busyUntil = 0
        hosts[index].wantsAddresses = false
        hosts[index].isSuspended = false
        // What an earlier process left is nobody's any more.
        if hosts[index].hasLoan { hosts[index].kernelHolds = false }
        hosts[index].hasLoan = false
        if life == .crashed, !options.addressesOutliveDaemon {
            hosts[index].kernelHolds = false
            hosts[index].couldNotRelease = false
        }
        let mayKeep = life == .crashed && options.addressesOutliveDaemon || hosts[index].couldNotRelease
        hosts[index].defence = Defence()
        if hosts[index].kernelHolds, !mayKeep {
            violate(.deadHoldNothing, "h\(index) left the addresses behind")
        }
    }
}

// MARK: - The segment

extension Simulator {
    private mutating func advertise(_ priority: Priority, from index: Int) {
        report.statistics.adverts += 1
        hosts[index].lastAdvertAt = now
        hosts[index].lastAdvertInterval = Interval(hosts[index].interval)
        if priority == .resigning {
            hosts[index].resignedAt = now
            if hosts[index].router.state.isResigning { renewLease(of: index, isForced: true) }
        }
        if priority != .resigning {
            hosts[index].lastClaimAt = now
            renewLease(of: index)
        }
        continuity.advertised(priority, by: index, at: now)
        // Without an address of its own there is nothing to send from; the socket says so and the advert is lost.
        guard hosts[index].hasAddress else { return }
        if priority != .resigning { ask(index) }
        let source = hosts[index].plan.address
        let carrier = Carrier(source: source, destination: .vrrpGroup(source.family))
        let bytes = cluster.message(priority, hosts[index].router.configuration, carrier: carrier)
        var frame = Frame(from: index, payload: .advert(bytes, carrier))
        frame.dialect = Frame.Dialect(hosts[index].version, hosts[index].interval)
        send(frame)
    }

    mutating func send(_ frame: Frame) {
        guard hosts[frame.from].cableIsIn else { return }
        var frame = frame
        frame.sentAt = now
        if case .announcement = frame.payload { hosts[frame.from].lastClaimAt = now }
        for port in 0...hosts.count where port != frame.from {
            if !frame.isForLink, port == hosts.count { continue }
            if case .answer(let asker) = frame.payload, port != asker { continue }
            for delay in network.delays(of: frame, to: port) {
                agenda.add(.arrival(network.spoiled(frame), to: port), at: now + delay)
            }
        }
    }

    mutating func arrive(_ frame: Frame, at port: Int) {
        if port == hosts.count {
            if linkTarget != frame.from { log(port, "-> h\(frame.from)") }
            linkTarget = frame.from
            linkLearnedAt = now
            linkFrameSentAt = frame.sentAt
        } else if hosts[port].cableIsIn, !hosts[port].isSuspended {
            if case .question = frame.payload { return answer(frame, at: port) }
            if hosts[port].busyUntil > now { report.statistics.pausesFelt += 1 }
            offer(.frame(frame), to: port)
        }
    }
}
