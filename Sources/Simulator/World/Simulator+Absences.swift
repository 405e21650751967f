internal import VRRPCore
internal import VRRPWire

// Daemons that die and are replaced, machines that stand still, and what their kernels do with the addresses meanwhile.

extension Simulator {
    /// CLOCK_MONOTONIC of a host, in nanoseconds.
    func clock(of index: Int) -> UInt64 { hosts[index].ownTime(now - hosts[index].stoodStill) }

    // MARK: Leases, docs/design/0008-leases.md

    /// With the adverts, as the daemon does; not more often than the lease asks for.
    mutating func renewLease(of index: Int, isForced: Bool = false) {
        // Other programs leave their addresses for ever.
        let router = hosts[index].router
        let wanted =
            router.state.isResigning
            ? router.configuration.resigningLease(.automatic) : router.configuration.lease(.automatic)
        guard options.absences, hosts[index].foreign == nil, hosts[index].kernelHolds, let lease = wanted
        else { return }
        let isNew = hosts[index].acquiredAt == now
        // Adverts that are a little early renew all the same, or every second one would do. Slow ones renew each; what the
        // daemon puts off by some milliseconds is done at once here.
        let spacing =
            lease.leastSpacing < lease.renewalSpacing ? 0 : hosts[index].trueTime(lease.leastSpacing.nanoseconds)
        guard isNew || isForced || now + 5_000_000 >= hosts[index].lastRenewalAt + spacing else { return }
        guard !hosts[index].refuses.contains(.adding) else { return }
        hosts[index].lastRenewalAt = now
        let end = now + hosts[index].trueTime(UInt64(lease.seconds) * 1_000_000_000)
        hosts[index].leaseEndsAt = end
        guard !hosts[index].isLeaseWatched else { return }
        hosts[index].isLeaseWatched = true
        agenda.add(.leaseCheck(host: index), at: end)
    }

    /// Time that the machine stood still does not count: the kernel's clock for lifetimes stood still too.
    mutating func checkLease(of index: Int) {
        hosts[index].isLeaseWatched = false
        guard let end = hosts[index].leaseEndsAt, hosts[index].kernelHolds else { return }
        if hosts[index].isSuspended { return }
        if end > now {
            hosts[index].isLeaseWatched = true
            return agenda.add(.leaseCheck(host: index), at: end)
        }
        if case .resigning = hosts[index].router.state, hosts[index].life == .running, hosts[index].busyUntil <= now,
            !hosts[index].refuses.contains(.adding)
        {
            // Who resigned sends no adverts, and renews by a deadline of its own.
            return renewLease(of: index, isForced: true)
        }
        log(index, "loses the addresses, whose lease has ended")
        report.statistics.expiries += 1
        hosts[index].kernelHolds = false
        if hosts[index].hasLoan || hosts[index].couldNotRelease { hosts[index].loanEndedAt = now }
        hosts[index].hasLoan = false
        hosts[index].couldNotRelease = false
        // Netlink tells the daemon, if there is one, which puts them back.
        if hosts[index].wantsAddresses { repairSoon(index) }
    }

    /// What a dead process left serves until somebody else does.
    mutating func endLoan(of index: Int, because heard: Heard) {
        guard hosts[index].hasLoan, heard.priority != .resigning else { return }
        hosts[index].hasLoan = false
        hosts[index].loanEndedAt = now
        if !hosts[index].wantsAddresses { hosts[index].kernelHolds = false }
    }

    // MARK: Death and succession

    mutating func kill(_ index: Int) {
        guard hosts[index].life == .running, !hosts[index].isSuspended else { return }
        log(nil, "kill h\(index)")
        report.statistics.absences += 1
        let state = hosts[index].router.state
        let held = hosts[index].kernelHolds
        leave(index, as: .crashed)
        hosts[index].kernelHolds = held
        hosts[index].diedAt = now
        hosts[index].memory = state
    }

    mutating func adopt(_ index: Int) {
        guard hosts[index].life == .crashed, let memory = hosts[index].memory else { return }
        // A keepalived that is started again, or an FRR, begins anew.
        if hosts[index].foreign != nil { return perform(.start(index)) }
        log(nil, "h\(index) has a new process")
        report.statistics.adoptions += 1
        let configuration = hosts[index].configurationOnDisk
        hosts[index].memory = nil
        hosts[index].life = .running
        hosts[index].rules = cluster.rules(configuration)
        hosts[index].router = VirtualRouter(
            configuration, priority: hosts[index].tracking.effectivePriority,
            primaryAddress: hosts[index].hasAddress ? hosts[index].plan.address : nil, obstacles: hosts[index].obstacles
        )
        hosts[index].hasLoan = hosts[index].kernelHolds
        let deafness = hosts[index].ownTime(now - hosts[index].diedAt)
        deliver(.adopted(memory, deafFor: Interval(nanoseconds: deafness)), to: index)
    }

    // MARK: Standing still

    mutating func suspend(_ index: Int, for duration: UInt64) {
        guard hosts[index].life == .running, !hosts[index].isSuspended, hosts[index].busyUntil <= now else { return }
        log(nil, "h\(index) is suspended for \(Interval(nanoseconds: duration))")
        report.statistics.absences += 1
        hosts[index].isSuspended = true
        agenda.add(.awakening(host: index, after: duration, incarnation: hosts[index].incarnation), at: now + duration)
        // The daemon has the processor a moment later, so that it learns of the pause before it looks at anything.
        occupy(index, for: duration + 1)
    }

    mutating func awaken(_ index: Int, after duration: UInt64) {
        log(nil, "h\(index) goes on")
        hosts[index].isSuspended = false
        hosts[index].stoodStill += duration
        hosts[index].leaseEndsAt = hosts[index].leaseEndsAt.map { $0 + duration }
        if let end = hosts[index].leaseEndsAt, hosts[index].kernelHolds, !hosts[index].isLeaseWatched {
            hosts[index].isLeaseWatched = true
            agenda.add(.leaseCheck(host: index), at: max(end, now))
        }
        guard hosts[index].life == .running else { return }
        hosts[index].wakeAt = hosts[index].wakeAt.map { $0 + duration }
        let stillness = Interval(nanoseconds: hosts[index].ownTime(duration))
        hosts[index].queue.insert(.event(.wasAway(stillness)), at: 0)
    }

    // MARK: Meddling

    mutating func deleteAddresses(of index: Int) {
        guard hosts[index].kernelHolds, hosts[index].life == .running, hosts[index].make != .frr else { return }
        log(nil, "somebody deletes the addresses of h\(index)")
        report.statistics.absences += 1
        hosts[index].kernelHolds = false
        if hosts[index].foreign != nil { return loseAddresses(ofForeign: index) }
        // Netlink tells at once, and the daemon takes its turn.
        agenda.add(
            .repair(host: index, incarnation: hosts[index].incarnation),
            at: max(now + 1_000_000, hosts[index].busyUntil) + random.below(9_000_000))
    }

    /// After what the kernel refused or took away; a tenth of a second apart, as the daemon does.
    mutating func repairSoon(_ index: Int) {
        agenda.add(
            .repair(host: index, incarnation: hosts[index].incarnation),
            at: max(now + Self.repairSpacing, hosts[index].busyUntil))
    }

    private static let repairSpacing: UInt64 = 100_000_000

    mutating func repair(_ index: Int) {
        guard hosts[index].wantsAddresses, hosts[index].life == .running else { return }
        // Whoever is paused or suspended repairs later.
        if hosts[index].refuses.contains(.adding) || hosts[index].busyUntil > now { return repairSoon(index) }
        if hosts[index].kernelHolds || hosts[index].router.state.isResigning { return }
        hosts[index].kernelHolds = true
        renewLease(of: index)
        send(Frame(from: index, payload: .announcement))
        log(index, "puts the addresses back")
    }
}
