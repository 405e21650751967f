internal import Configuration
internal import Control
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

extension RouterRunner {
    /// What keepalived would tell of this router.
    ///
    /// - Parameter command: what a script is run by.
    func dumped(at now: MonotonicInstant, command: (String) -> [String]?) -> DumpedInstance {
        var dumped = DumpedInstance(
            name: name, version: Int(instance.version.rawValue), interface: instance.interface,
            virtualRouterID: Int(virtualRouterID.rawValue), lastTransition: lastTransition)
        dumped.virtualInterface = instance.virtualMAC?.interface ?? ""
        dumped.isIPv6 = instance.family == .v6
        dumped.syncGroup = instance.syncGroup
        dumped.state = dumpedState
        dumped.wanted = dumpedState
        dumped.faults = faultCount
        dumped.pendingChecks = tracking.trackers.count(where: \.isPending)
        describeMaster(in: &dumped)
        dumped.nextDeadline = router.deadline.map { surroundings.dumpedMoment(at: $0) }
        dumped.hasAddresses = router.holdsAddresses
        describeSettings(in: &dumped)
        describePriorities(in: &dumped)
        describeLists(in: &dumped, command: command)
        dumped.sendsMail = instance.notifications.sendsMail
        dumped.notifications = instance.notifications.dumped { self.notifications.identity(for: $0) }
        dumped.counters = dumpedCounters
        return dumped
    }

    var dumpedState: DumpedState {
        switch router.state {
        case .initialize(let initialize):
            initialize.isWanted && router.obstacles != .firstCheckPending ? .fault : .initial
        case .backup: .backup
        case .active, .resigning: .master
        }
    }

    /// The clock is asked once for each transition, so that all files tell the same.
    private var lastTransition: DumpedMoment {
        if let kept = dumpMemory.transition, kept.since == life.since { return kept.moment }
        let moment = surroundings.dumpedMoment(at: life.since)
        dumpMemory.transition = (life.since, moment)
        return moment
    }

    private var faultCount: Int {
        let counted = router.obstacles.subtracting([
            .firstCheckPending, .checkFailed, .trackedInterfaceDown, .memberFailed,
        ])
        return counted.rawValue.nonzeroBitCount + tracking.trackers.count(where: \.isFault)
    }

    private func describeMaster(in dumped: inout DumpedInstance) {
        var learned = instance.advertisementInterval
        switch router.state {
        case .backup(let backup):
            learned = backup.learnedInterval
            guard let heard = backup.lastHeard else { break }
            dumped.masterAddress = "\(heard.source)"
            dumped.masterPriority = Int(heard.priority.rawValue)
        case .active, .resigning, .initialize: break
        }
        dumped.masterInterval = Interval(learned).inMicroseconds
        dumped.masterDownTimer = router.activeDownInterval(for: learned).inMicroseconds
    }

    private func describeSettings(in dumped: inout DumpedInstance) {
        dumped.ignoresOwnLink = instance.ignoresOwnLink
        dumped.skipsAddressCheck = instance.told.skipsAddressCheck
        dumped.isStrict = instance.told.isStrict
        dumped.answersHigherPriority = instance.told.answersHigherPriority
        dumped.checksUnicastSource = instance.told.checksUnicastSource || !instance.peerHopLimits.isEmpty
        dumped.interfaceIndex = link.map { Int($0.index) } ?? 0
        dumped.source = router.primaryAddress.map { "\($0)" }
        dumped.isSourceConfigured = instance.sourceAddress != nil
        switch instance.transport {
        case .multicast: dumped.transport = .multicast(group: "\(instance.group)")
        case .unicast(let peers):
            dumped.transport = .unicast(
                peers: peers.map { peer in
                    let bounds = instance.peerHopLimits[peer] ?? 0...255
                    return .init(
                        address: "\(peer)", leastHopLimit: Int(bounds.lowerBound),
                        largestHopLimit: Int(bounds.upperBound))
                }, hopLimit: Int(instance.hopLimit))
        }
        dumped.announcements = instance.announcements.dumped
        dumped.downTimerAdverts = Int(instance.downTimerAdverts)
        dumped.answersLowerPriority = instance.answersLowerPriority
        dumped.interval = Interval(instance.advertisementInterval).inMicroseconds
        dumped.accepts = instance.acceptsPackets
        dumped.preempts = instance.preempts
        dumped.preemptDelay = instance.preemptDelay.inMicroseconds
        dumped.promotesSecondaries = instance.promotesSecondaries
        if instance.password != nil {
            dumped.authentication = instance.usesAuthenticationHeader ? .header : .password
        }
        dumped.receiveBuffer = instance.receiveBuffer ?? 0
    }

    private func describePriorities(in dumped: inout DumpedInstance) {
        dumped.basePriority = Int(tracking.base.rawValue)
        dumped.effectivePriority = Int(router.priority.rawValue)
        dumped.totalPriority =
            tracking.base == .owner
            ? dumped.basePriority
            : tracking.trackers.reduce(dumped.basePriority) { $0 + $1.contribution }
    }

    private func describeLists(in dumped: inout DumpedInstance, command: (String) -> [String]?) {
        let isHolding = router.holdsAddresses
        let isFiltered = isHolding && instance.dropsPackets
        func dump(_ address: VirtualAddress) -> String {
            address.dumped(
                isSet: isHolding && isHere(address),
                above: instance.base(of: address.interface))
                + (isFiltered ? " nftable_set" : "")
        }
        dumped.addresses = instance.addresses.map(dump)
        dumped.excludedAddresses = instance.excludedAddresses.map(dump)
        dumped.routes = instance.routes.map(\.dumped)
        dumped.rules = instance.rules.map(\.dumped)
        // What the group tracks is told of the group.
        func own(_ tracked: [Tracked]) -> [Tracked] { tracked.filter { !$0.isOfGroup } }
        dumped.interfaces = own(instance.trackedInterfaces).map { $0.dumped() }
        dumped.scripts = own(instance.trackedScripts).map { $0.dumped(command: command($0.name).map(commandNotation)) }
        dumped.files = own(instance.trackedFiles).map { $0.dumped() }
        dumped.processes = own(instance.trackedProcesses).map { $0.dumped() }
    }

    private func isHere(_ address: VirtualAddress) -> Bool { surroundings.interfaces.present(address) != nil }

    // MARK: Counters

    /// Since somebody had them begin anew; those of the control socket only grow.
    private var dumpedCounters: DumpedCounters {
        let (now, before) = (router.counters, dumpMemory.counted)
        var counters = DumpedCounters()
        counters.received = now.received - before.received
        counters.sent = now.sent - before.sent
        counters.becameMaster = now.becameActive - before.becameActive
        counters.releasedMaster = now.leftActive - before.leftActive
        counters.lengthErrors = now.lengthErrors - before.lengthErrors
        counters.hopLimitErrors = now.hopLimitErrors - before.hopLimitErrors
        counters.invalidTypes = now.invalidTypes - before.invalidTypes
        counters.intervalErrors = now.intervalErrors - before.intervalErrors
        counters.addressListErrors = now.addressListErrors - before.addressListErrors
        counters.invalidAuthenticationTypes = now.invalidAuthenticationTypes - before.invalidAuthenticationTypes
        counters.authenticationTypeMismatches = now.authenticationTypeMismatches - before.authenticationTypeMismatches
        counters.authenticationFailures = now.authenticationFailures - before.authenticationFailures
        counters.priorityZeroReceived = now.priorityZeroReceived - before.priorityZeroReceived
        counters.priorityZeroSent = now.priorityZeroSent - before.priorityZeroSent
        return counters
    }

    /// The counters of the dump files begin anew.
    func clearDumpedCounters() { dumpMemory.counted = router.counters }
}

/// What the dump files need to know of earlier ones.
struct DumpMemory {
    /// What was counted when somebody had the counters begin anew.
    var counted = Counters()
    /// When the router came into its state.
    var transition: (since: MonotonicInstant, moment: DumpedMoment)?
}

extension Surroundings {
    /// An instant as the wall clock has it.
    func dumpedMoment(at instant: MonotonicInstant) -> DumpedMoment {
        let clock = wallClock()
        let present = now
        let microseconds =
            Int(clock.seconds) * 1_000_000 + clock.nanoseconds / 1000
            + (instant < present ? -present.since(instant).inMicroseconds : instant.since(present).inMicroseconds)
        return DumpedMoment(
            microseconds: microseconds, localText: localTimeText(Int64(microseconds / 1_000_000)))
    }
}

extension Interval {
    var inMicroseconds: Int { Int(clamping: nanoseconds / 1000) }
}

extension AnnouncementPolicy {
    fileprivate var dumped: DumpedInstance.Announcements {
        var announcements = DumpedInstance.Announcements()
        announcements.delay = delay.inMicroseconds / 1_000_000
        announcements.repeats = repeats
        announcements.refresh = refresh.inMicroseconds / 1_000_000
        announcements.refreshRepeats = refreshRepeats
        announcements.lowerPriorityDelay = contestedDelay.inMicroseconds / 1_000_000
        announcements.lowerPriorityRepeats = contestedRepeats
        return announcements
    }
}

extension Tracked {
    func dumped(command: String? = nil) -> DumpedInstance.Tracked {
        DumpedInstance.Tracked(name: name, weight: weight.value, isReversed: weight.reverse, command: command)
    }
}

extension Notifications {
    /// - Parameter identity: as whom a command is run, where that is known.
    func dumped(_ identity: (Occasion) -> (uid: UInt32, gid: UInt32)?) -> DumpedNotifications {
        func command(_ occasion: Occasion) -> DumpedNotifications.Command? {
            commands[occasion].map {
                let user = identity(occasion)
                return DumpedNotifications.Command(
                    text: commandNotation($0.command), user: Int(user?.uid ?? 0), group: Int(user?.gid ?? 0))
            }
        }
        var dumped = DumpedNotifications()
        dumped.backup = command(.backup)
        dumped.master = command(.master)
        dumped.fault = command(.fault)
        dumped.stop = command(.stop)
        dumped.deleted = command(.deleted)
        dumped.everyChange = command(.everyChange)
        dumped.lowerPriorityHeard = command(.lowerPriorityHeard)
        dumped.saysDeleted = saysDeleted
        dumped.priorityChanges = priorityChanges
        return dumped
    }
}
