internal import Control
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// What every router of this host shares: the log, the interfaces as the kernel reports them, and the ways to act.
final class Surroundings {
    let log: Log
    var interfaces = InterfaceTable()
    let keeper: AddressKeeper
    /// Renews the leases of addresses.
    let renewer: Renewer
    /// What a successor of this process will know.
    let memory: WorkerMemory
    /// Where the daemon was before it went into the network namespace of its configuration; nil when it went nowhere.
    var home: NetworkNamespace?
    let announcer: Announcer
    let prober: Prober
    let sockets: SocketPool
    let readiness: Readiness
    /// Which addresses each router holds now, so that none removes what another has taken over from it on this host.
    var held: [ObjectIdentifier: [VirtualAddress]] = [:]

    /// Those that are here in every state.
    var staticAddresses: Set<IPAddress> = []
    /// Why instances are at fault for static things that are not there, by their names.
    var staticFaults: [String: [String]] = [:]

    /// The same of routes.
    var heldRoutes: [ObjectIdentifier: [VirtualRoute]] = [:]
    let routes: RouteKeeper
    /// The same of rules.
    var heldRules: [ObjectIdentifier: [VirtualRule]] = [:]
    let rules: RuleKeeper
    /// Drops packets to the addresses of instances with `no_accept`.
    let filter: FilterKeeper
    let promotion: SecondaryPromotion
    /// Makes the interfaces of instances with `use_vmac`.
    let virtualLinks: VirtualLinkKeeper
    /// Sends frames as they are.
    let frames: PacketSocket
    /// Who removed a route or a rule of ours last.
    var routeCulprit: Culprit?

    let chronicle: Chronicle
    /// Who is told of changes: commands and pipes.
    private(set) lazy var notifier = Notifier(self)
    private(set) lazy var mailer = Mailer(self)
    /// Maintenance mode: every router here claims as little as it can.
    var standby: Standby? {
        didSet { memory.maintenance = .init(standby) }
    }
    /// Until when no router listens or claims; nil for at once.
    var quietUntil: MonotonicInstant?
    /// Since when the others have been heard, for people.
    var listeningSince: String {
        memory.succession.isEmpty ? "since the daemon started" : "since the daemon's process was replaced"
    }
    /// Called when the service manager's line about us is no longer true.
    var statusChanged: () -> Void = {}
    /// Called in the middle of much work.
    var keepAdvertising: (MonotonicInstant) -> Void = { _ in }
    /// Called after every transition of a router.
    var transitioned: (RouterRunner, Transition, MonotonicInstant) -> Void = { _, _, _ in }

    private var listeners: [UInt32: LinkListener] = [:]
    /// Who listens on an interface for others that claim addresses, and for which addresses each router does.
    var claimListeners: [UInt32: ClaimListener] = [:]
    var claimed: [ObjectIdentifier: [VirtualAddress]] = [:]
    /// Who removed addresses of ours last.
    var culprits: [IPAddress: Culprit] = [:]

    /// The listener for announcements on an interface.
    ///
    /// It is opened once and kept: closing a packet socket waits for every processor to let go of it, twenty
    /// milliseconds in which no advert would leave.
    func listener(on interfaceIndex: UInt32) throws(SystemError) -> LinkListener {
        if let kept = listeners[interfaceIndex] { return kept }
        // Those of interfaces that are gone hear nothing any more.
        listeners = listeners.filter { interfaces.link(at: $0.key) != nil || $0.value.isListening }
        let fresh = LinkListener(try AnnouncementListener(interfaceIndex: interfaceIndex), readiness)
        listeners[interfaceIndex] = fresh
        return fresh
    }

    init(log: Log, readiness: Readiness, memory: WorkerMemory) throws(SystemError) {
        self.log = log
        self.memory = memory
        self.readiness = readiness
        // A process whose guardian was killed hands over before it ends; a successor's predecessor has ended, and nobody
        // who waits for our adverts should wait for somebody else's history.
        chronicle = Chronicle(
            StateFiles.place(StateFiles.directory, of: memory.tag),
            patience: memory.succession.isEmpty ? .seconds(2) : .zero, readiness, log)
        renewer = try Renewer()
        keeper = AddressKeeper(commands: try RouteSocket(), renewer: renewer, log: log)
        routes = try RouteKeeper(log: log)
        rules = try RuleKeeper(log: log)
        filter = FilterKeeper(log: log)
        promotion = SecondaryPromotion(log: log, memory: memory)
        virtualLinks = VirtualLinkKeeper(log: log, memory: memory)
        frames = try PacketSocket()
        announcer = Announcer(socket: frames, log: log)
        prober = Prober(socket: frames, log: log)
        sockets = SocketPool(readiness: readiness)
        keeper.isVirtual = { [virtualLinks] in virtualLinks.isOwn($0) }
        announcer.goesOn = { [unowned self] in goOn() }
    }

    var now: MonotonicInstant { MonotonicInstant(nanoseconds: monotonicNanoseconds()) }

    var wall: Timestamp {
        let clock = wallClock()
        return Timestamp(seconds: clock.seconds, nanoseconds: Int64(clock.nanoseconds))
    }

    /// The wall clock as it was at `instant`, if nobody has set it since.
    func wall(at instant: MonotonicInstant) -> Timestamp {
        Timestamp(milliseconds: wall.milliseconds - Int(now.since(instant).nanoseconds / 1_000_000))
    }

    /// The sum of the trackers, or in maintenance mode the least there is; an owner cannot claim less.
    func effectivePriority(of tracking: PriorityTracking) -> Priority {
        standby != nil && tracking.base != .owner ? Priority(1) : tracking.effectivePriority
    }

    // MARK: Addresses

    /// Whether another of those that hold addresses here holds this one too.
    func isHeld(_ present: ObservedAddress, byOthersThan holder: AnyObject) -> Bool {
        held.contains { other, addresses in
            other != ObjectIdentifier(holder)
                && addresses.contains { $0.address == present.address && $0.interface == present.interface }
        }
    }

    /// Carries out one plan for the addresses of a router, and keeps the adverts of all on time meanwhile.
    ///
    /// - Returns: the addresses that were added.
    func carryOut(
        _ operations: [AddressOperation], lease: AddressLease?, for router: String, at now: MonotonicInstant
    ) -> [VirtualAddress] {
        let steps = keeper.steps(operations, lease: lease, for: router, in: interfaces)
        if steps.isEmpty { return [] }
        let refusals = keeper.ask(steps, in: interfaces, goesOn: goOn(mayClaim:))
        let added = zip(steps, refusals).compactMap { step, refusal in
            defer { goOn() }
            return keeper.note(step, refusal, lease: lease, for: router, at: now, in: &interfaces)
        }
        keeper.resume(after: steps, for: router)
        return added + keeper.adoptUnexpected(for: router, at: now, in: &interfaces)
    }

    /// Finds those of `addresses` that are here although the kernel told us that they were gone, before they are given up: the
    /// kernel takes back what it could not renew in time, and a renewal that waited meanwhile puts it there again.
    func takeUpReturned(_ addresses: [VirtualAddress], for router: String, at now: MonotonicInstant) {
        let isUncertain = addresses.contains { address in
            interfaces.link(named: address.interface) != nil && interfaces.present(address) == nil
        }
        guard isUncertain else { return }
        renewer.hold(goesOn: goOn(mayClaim:))
        keeper.adoptReturned(addresses, for: router, at: now, in: &interfaces)
        renewer.resume(withoutOrdersOf: router)
    }

    /// Waits until the kernel has time for who configures networks, while adverts go on: others take over from who is silent, and
    /// he would believe them.
    func awaitKernel() { renewer.awaitKernel(goesOn: goOn(mayClaim:)) }

    /// In the middle of much work: it is no hang, and no absence either.
    ///
    /// Cheap enough to be said after every piece of it.
    func goOn() { goOn(mayClaim: true) }

    /// A guardian would gain nothing by another process that waits for the same thing.
    private func goOn(mayClaim: Bool) {
        let now = now
        memory.goOn(at: now)
        if mayClaim { keepAdvertising(now) }
    }
}
