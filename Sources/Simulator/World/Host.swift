internal import VRRPCore
internal import VRRPWire

/// One machine: its daemon, its kernel and its cable.
struct Host: Sendable {
    enum Life: Sendable { case running, stopped, crashed }

    /// What waits in a socket or a signal queue until the daemon's next turn.
    enum Input: Sendable {
        case frame(Frame)
        case event(Event)
    }

    let plan: HostPlan
    /// For a host of another make it only carries what that is configured for, and reads what is on the wire.
    var router: VirtualRouter
    var foreign: (any ForeignRouter)?
    var rules: ReceptionRules
    var tracking: PriorityTracking
    var life = Life.stopped
    /// Counts lives, so that what one life asked of the kernel is not done in the next.
    var incarnation = 0

    // The daemon.
    /// Until then it has no processor, or waits for the kernel.
    var busyUntil: UInt64 = 0
    var queue: [Input] = []
    /// The deadline it last saw, and when it will in fact wake for it.
    var deadline: MonotonicInstant?
    var wakeAt: UInt64?
    /// What its actions so far ask of the kernel.
    var wantsAddresses = false
    var lastAdvertAt: UInt64 = 0
    /// When what a dead process had left ended.
    var loanEndedAt: UInt64 = 0
    /// When it last handed over to a successor that it saw announce.
    var handedOverAt: UInt64 = 0
    /// When it last served.
    var heldAt: UInt64 = 0
    /// When it last said priority 0.
    var resignedAt: UInt64 = 0
    /// When it last became Active; a successor process goes on with it.
    var activeAt: UInt64 = 0
    var defence = Defence()
    /// When it last said that it has the addresses, by an advert or an announcement.
    var lastClaimAt: UInt64 = 0
    /// What that advert told the others to expect.
    var lastAdvertInterval = Interval.zero
    var lastRenewalAt: UInt64 = 0
    /// When it died, and in which state: what the guardian keeps for a successor.
    var diedAt: UInt64 = 0
    var memory: VirtualRouter.State?
    /// This process began as the holder of the addresses; its counters do not say so.
    var hasInherited = false

    // The kernel and the cable.
    var kernelHolds = false
    /// When it removes the addresses that nobody renews; nil when they stay.
    var leaseEndsAt: UInt64?
    var isLeaseWatched = false
    /// It keeps what a process that died left, until a rival is heard or the lease ends.
    var hasLoan = false
    /// The machine stands still, its monotonic clock too.
    var isSuspended = false
    /// Nanoseconds by which its monotonic clock is behind for having stood still.
    var stoodStill: UInt64 = 0
    /// By how much that clock is fast: parts per million, less than zero when it is slow.
    var drift: Int64 = 0
    /// What its kernel refuses at present.
    var refuses: KernelRefusal = []
    /// What it was changed to with the rest of the cluster.
    var rolledOut: Rollout?
    /// It was asked to remove the addresses, and refused.
    var couldNotRelease = false
    /// When it last began to.
    var acquiredAt: UInt64 = 0
    var cableIsIn = true
    var hasAddress = true
    var checkIsFailing = false

    init(_ plan: HostPlan, in cluster: ClusterPlan) {
        self.plan = plan
        router = VirtualRouter(plan.configuration, priority: plan.base, primaryAddress: plan.address)
        rules = cluster.rules(plan.configuration)
        tracking = PriorityTracking(base: plan.base, trackers: plan.weights.map { Tracker(weight: Weight($0)) })
    }

    var obstacles: Obstacles {
        var result: Obstacles = []
        if !cableIsIn { result.insert(.interfaceDown) }
        if !hasAddress { result.insert(.noAddress) }
        if checkIsFailing { result.insert(.checkFailed) }
        return result
    }

    /// True when traffic for the virtual addresses that is sent here is answered.
    var serves: Bool { kernelHolds && cableIsIn && !isSuspended }

    /// True when it takes part, or will as soon as it can, and was not told to leave.
    var isStaying: Bool {
        if foreign != nil { return life == .running }
        guard life == .running, !router.isStopped else { return false }
        if case .resigning(let resigning) = router.state { return resigning.purpose == .switchOver }
        return true
    }

    var role: Role {
        if let foreign { return foreign.role }
        return switch router.state {
        case .initialize: .away
        case .backup: .backup
        case .active: .active
        case .resigning: .resigning
        }
    }

    var nextDeadline: MonotonicInstant? {
        if let foreign { return foreign.deadline }
        return router.deadline
    }

    var make: Make { plan.make }

    /// The model that a host of another make begins with.
    func model() -> (any ForeignRouter)? {
        switch plan.make {
        case .understudy: nil
        case .keepalived:
            KeepalivedModel(router.configuration, priority: tracking.effectivePriority, source: plan.address)
        case .frr: FRRModel(router.configuration, priority: tracking.effectivePriority, source: plan.address)
        }
    }

    var interval: Centiseconds { router.configuration.advertisementInterval }
    var version: ProtocolVersion { router.configuration.version }

    /// What a daemon that starts, or reloads, finds: a change of the cluster may have reached it that its router has not seen.
    var configurationOnDisk: VirtualRouter.Configuration {
        rolledOut?.applied(to: router.configuration, base: plan.base) ?? router.configuration
    }

    /// What the true time `nanoseconds` is on its clock.
    func ownTime(_ nanoseconds: UInt64) -> UInt64 { nanoseconds * UInt64(1_000_000 + drift) / 1_000_000 }

    /// How long it truly takes until its clock has moved by `nanoseconds`, rounded up.
    func trueTime(_ nanoseconds: UInt64) -> UInt64 {
        let rate = UInt64(1_000_000 + drift)
        return (nanoseconds * 1_000_000 + rate - 1) / rate
    }
}

/// What a kernel refuses: no memory, a full socket, a security policy.
struct KernelRefusal: OptionSet, Sendable {
    let rawValue: UInt8
    /// Adding addresses, and giving those that are there a new lease.
    static let adding = KernelRefusal(rawValue: 1)
    static let removing = KernelRefusal(rawValue: 2)
}
