internal import Configuration
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// Runs one virtual router: turns what happens on this host into its events, and its actions into system calls.
///
/// It decides nothing about the protocol. Everything it knows about the world it reads from ``Surroundings``.
final class RouterRunner {
    private(set) var instance: Instance {
        didSet {
            everyAddress = instance.addresses + instance.excludedAddresses
            memoryKey = RouterMemory.key(instance.identity)
        }
    }
    /// All of them, advertised or not; kept, because each advert and each question asks for one.
    private(set) var everyAddress: [VirtualAddress]
    /// Who it is in the memory of the guardian; kept, because each advert leaves something there.
    private(set) var memoryKey: String
    var router: VirtualRouter
    private(set) var rules: ReceptionRules
    var tracking: PriorityTracking
    private(set) var trackers: [TrackerName]
    let surroundings: Surroundings

    /// The interface as last seen; nil while it does not exist.
    private(set) var link: LinkInfo?
    /// Its number when it was seen last.
    private(set) var knownIndex: UInt32?
    private(set) var socket: SharedSocket?
    /// Those of its virtual MAC interfaces.
    var virtualIndices: [String: UInt32] = [:]
    /// Which checksum our version 3 adverts carry; learned from the Active Router unless configured.
    var checksumForm: ChecksumForm
    /// Counts up in the IPv4 headers of our adverts.
    var identification: UInt16 = 0
    var limiter = LineLimiter<LineKind>()
    /// What the last line about other addresses for our VRID said.
    var stranger: StrangeCluster?
    /// False while the first advert of a preemption waits until everything is in place.
    private(set) var mayAdvertise = true
    /// Addresses were taken off; the log says so after it has said why.
    private(set) var hasReleased = false
    /// When we last became Active, and what was ignored before: a rival may be no surprise, and silence no silence.
    var activeSince: MonotonicInstant?
    var ignored: (count: UInt64, source: IPAddress, reason: Refusal)?
    /// Since when it is in its state, and why.
    var life: Life
    /// Why it was asked to leave for good.
    var leavingReason = ""
    /// What the present event has brought about so far, and when.
    var steps: [Step] = []
    /// The hand-over that is under way, or the last one.
    var handover: Handover?
    /// Others who spoke for this VRID.
    var peers = PeerTable()
    /// The check results and priority changes behind the present priority.
    var lastPriorityCause: String?
    /// Listening for the successor while resigning.
    var listeners: [LinkListener] = []
    /// The addresses that no successor has announced yet.
    var unannounced: Set<IPAddress> = []
    /// The interfaces that our own announcements leave by.
    var wires: Set<String> = []
    /// The repairs of the addresses, to keep two managers of one address from racing.
    var repairs = RepairLedger()
    /// Those of the routes, by destination.
    var routeRepairs = RepairLedger()
    var ruleRepairs = RepairLedger()
    /// Routes and rules that a reload has just removed from the configuration, and not yet from the host.
    var outdatedRoutes: [VirtualRoute] = []
    var outdatedRules: [VirtualRule] = []
    var repairedAfter: String?
    /// Who else answers for the addresses.
    var owners = OwnerWatch()
    /// Addresses that an earlier run left are here, and go with their lease unless we take them over or hear another.
    var hasLoan = false
    /// The process before us was running it, and what becomes of it here is not decided yet.
    var isUndecided = false
    /// It went on where the process before us ended.
    var hasInherited = false
    /// Where the successor of this process finds what it needs of us; nil until it has a place.
    var memoryIndex: Int?
    /// Who has said that it stands by, and when we next say so.
    var standbys = StandbyWatch()
    var noticeDueAt = MonotonicInstant(nanoseconds: 0)
    var noticeSocket: SharedSocket?
    /// When the addresses were last given their lease.
    var renewedAt: MonotonicInstant?
    /// An advert followed that renewal so soon that another one is due in a moment.
    var owesRenewal = false
    /// When addresses on other interfaces than its own were last announced.
    var extraAnnouncedAt: MonotonicInstant?
    /// From where its addresses answer, by interface.
    var hardwareAddresses: [String: HardwareAddress] = [:]
    /// The sync group that it is a member of, and what that has just decided, while it is carried out.
    weak var group: GroupRunner?
    var groupReason: String?
    /// Who is told what becomes of it.
    let notifications: NotifyQueue
    /// A reload removed it from the configuration.
    var isRemoved = false
    /// A reload made another virtual router of it, which goes on under its name and tells what there is to tell.
    var isReplaced = false
    var dumpMemory = DumpMemory()
    /// What was said last of adverts that go nowhere.
    var unheardBecause: String?
    /// Since when there has been no address to send from, while that is borne.
    var sourceLostAt: MonotonicInstant?

    /// - Parameter predecessor: the router that had its name until a reload, and whose listeners hear on.
    init(_ instance: Instance, in surroundings: Surroundings, after predecessor: RouterRunner? = nil) {
        self.instance = instance
        everyAddress = instance.addresses + instance.excludedAddresses
        memoryKey = RouterMemory.key(instance.identity)
        self.surroundings = surroundings
        rules = instance.receptionRules
        trackers = instance.trackerNames
        tracking = instance.freshTracking
        checksumForm = instance.initialChecksumForm
        life = Life(since: surroundings.now)
        router = VirtualRouter(
            instance.routerConfiguration, priority: surroundings.effectivePriority(of: tracking), obstacles: [])
        notifications =
            predecessor?.notifications
            ?? NotifyQueue(.instance, instance.name, surroundings.notifier, memoryKey: memoryKey)
        notifications.memoryKey = memoryKey
        notifications.goOn()
        configureNotifications()
    }

    var name: String { instance.name }
    var virtualRouterID: VirtualRouterID { instance.virtualRouterID }
    var log: Log { surroundings.log }

    // MARK: Events

    /// Feeds one event to the state machine and carries out what it asks for.
    func deliver(_ event: Event, at now: MonotonicInstant) {
        var actions = ActionBuffer()
        let (before, contests) = (router.state, router.counters.contested)
        router.handle(event, at: now, into: &actions)
        noteHandover(after: before, at: now)
        steps.removeAll(keepingCapacity: true)
        // A preemption is told of when everything is ready.
        mayAdvertise = router.state.isSameKind(as: before)
        defer { mayAdvertise = true }
        // Before anybody else sees it: whoever goes on in our place is not to do the contrary.
        if !router.state.isSameKind(as: before) { remember(after: before, isCarriedOut: false) }
        actions.drain {
            if case .report(let transition) = $0 { record(transition, after: before, at: now) }
            perform($0, at: now)
            note($0)
        }
        if !listeners.isEmpty, !isResigning { stopListening() }
        if isResigning, !before.isResigning {
            // Clients are to find the successor, and not come back to one that is about to let go.
            surroundings.announcer.forget(name)
            // Who is killed from here on has been replaced soon.
            renewAddresses(at: now)
        }
        attendOwners(at: now)
        if router.counters.contested != contests { answerRival(at: now) }
        if router.state != before { remember(after: before) }
        group?.isStale = true
        tellState(at: now)
        surroundings.memory.goOn(at: surroundings.now)
    }

    private func perform(_ action: Action, at now: MonotonicInstant) {
        switch action {
        case .advertise(let priority):
            mayAdvertise = true
            if priority != .resigning { accompanyAdvert(at: now) }
            advertise(priority, at: now)
            if priority != .resigning { renewLeases(at: now) }
        case .acquireAddresses:
            hasLoan = false
            extraAnnouncedAt = now
            // Those that are there already were on loan until now.
            renewAddresses(at: now)
            reconcileAddresses(at: now)
            noteRefusedAddresses(at: now)
            takeRoutes(at: now)
            reconcileRules(at: now)
        case .releaseAddresses:
            hasLoan = false
            hasReleased = true
            surroundings.announcer.forget(name)
            reconcileRules(at: now)
            reconcileRoutes(at: now)
            reconcileAddresses(at: now)
            noteRefusedAddresses(at: now)
        case .announceAddresses(let times):
            surroundings.announcer.announce(
                everyAddress, times: times, for: name, at: now, in: surroundings.interfaces)
        case .report(let transition):
            report(transition, at: now)
            if hasReleased { log.info("(\(name)) removing VIPs.") }
            hasReleased = false
        }
    }

    /// Starts taking part, or waits with a reason.
    func start(at now: MonotonicInstant) {
        router.quietUntil = surroundings.quietUntil
        look(at: now)
        deliver(.startup, at: now)
    }

    /// Delivers the clock.
    func tick(at now: MonotonicInstant) {
        tickRepairs(at: now)
        tickRouteRepairs(at: now)
        tickRuleRepairs(at: now)
        if let deadline = router.deadline, deadline <= now { deliver(.timer, at: now) }
        if let renewalDeadline, renewalDeadline <= now { renewAddresses(at: now) }
        if let sourceDeadline, sourceDeadline <= now { look(at: now) }
        tickExtraAnnouncements(at: now)
        tickOwners(at: now)
        tickNotices(at: now)
    }

    /// Takes over what was known of checks, without telling anybody.
    func restoreTrackers(_ finding: (TrackerName) -> Tracker.Finding) {
        for (index, tracker) in trackers.enumerated() { tracking.set(finding(tracker), at: index) }
        router = VirtualRouter(
            instance.routerConfiguration, priority: surroundings.effectivePriority(of: tracking), obstacles: [])
    }

    /// A tracked thing changed; `cause` says what, for the log.
    func trackerChanged(
        _ changed: TrackerName, to finding: Tracker.Finding, because cause: String, at now: MonotonicInstant
    ) {
        var touched = false
        for (index, tracker) in trackers.enumerated() where tracker == changed {
            touched = touched || tracking.trackers[index].finding != finding
            tracking.set(finding, at: index)
        }
        guard touched else { return }
        applyPriority(because: cause, at: now)
        look(at: now)
    }

    /// Takes up the priority that checks and maintenance mode make; `cause` says what changed.
    func applyPriority(because cause: String, at now: MonotonicInstant) {
        let new = surroundings.effectivePriority(of: tracking)
        guard new != router.priority else { return }
        log.notice(
            "(\(name)) Changing effective priority from \(router.priority.rawValue) to \(new.rawValue) (\(cause))")
        recordPriority(new, because: cause, at: now)
        deliver(.priorityChanged(new), at: now)
        notifications.priorityChanged(to: Int(new.rawValue), at: now)
        surroundings.statusChanged()
    }

    // MARK: The world

    /// Looks at interfaces, addresses and checks, and tells the router what has changed.
    func look(at now: MonotonicInstant) {
        link = surroundings.interfaces.link(named: instance.interface)
        knownIndex = link?.index ?? knownIndex
        trackInterfaces()
        noticeUnheard()
        applyPriority(because: "a tracked interface changed", at: now)
        // An interface that has another name now still carries the resignation; only then is its socket given back.
        if link != nil { openSocket(at: now) }
        defer { if link == nil { openSocket(at: now) } }
        let wasLost = sourceLostAt != nil
        let (own, source) = bearingLostSource(currentObstacles(socketIsOpen: socket != nil), at: now)
        // A router that loses its address says so from it before it forgets it; one that gets an address needs it first.
        if let source, source != router.primaryAddress { deliver(.primaryAddressChanged(source), at: now) }
        let obstacles = own.union(router.obstacles.intersection(.memberFailed))
        if obstacles != router.obstacles { deliver(.obstaclesChanged(obstacles), at: now) }
        if source == nil, router.primaryAddress != nil { deliver(.primaryAddressChanged(nil), at: now) }
        settleVirtualLinks(at: now)
        noticeWrongAddresses(at: now)
        noticeWrongRoutes(at: now)
        noticeWrongRules(at: now)
        noticeHardwareAddresses(at: now)
        settleFilter(at: now)
        if wasLost, sourceLostAt == nil { renewLeases(at: now) }
    }

    private func openSocket(at now: MonotonicInstant) {
        openNoticeSocket(at: now)
        let wanted = link.map { instance.socketKey(on: $0.index) }
        if socket?.key == wanted, socket != nil { return }
        if let old = socket { surroundings.sockets.leave(old, as: self) }
        socket = nil
        guard let wanted, let link else { return }
        do throws(SystemError) {
            socket = try surroundings.sockets.join(wanted, interfaceName: link.name, as: self)
        } catch {
            guard let more = limiter.pass(.opening(error.code), at: now) else { return }
            log.error(
                "(\(name)) cannot open the VRRP socket on \(link.name): \(error); needs CAP_NET_RAW; "
                    + "it is tried again when an interface changes\(more)")
        }
    }

    /// Gives back sockets; the router must have stopped.
    func close() {
        stopListening()
        surroundings.held[ObjectIdentifier(self)] = nil
        surroundings.heldRoutes[ObjectIdentifier(self)] = nil
        surroundings.heldRules[ObjectIdentifier(self)] = nil
        surroundings.filter.want([], for: ObjectIdentifier(self), at: surroundings.now, in: surroundings.interfaces)
        leaveVirtualLinks(at: surroundings.now)
        leaveSockets()
    }

    func leaveSockets() {
        for old in [socket, noticeSocket].compactMap(\.self) { surroundings.sockets.leave(old, as: self) }
        (socket, noticeSocket) = (nil, nil)
    }

    // MARK: Addresses

    var desiredAddresses: [VirtualAddress] { router.holdsAddresses ? everyAddress : [] }

    /// Brings this host's addresses in line with the state; returns those that had to be added.
    @discardableResult
    func reconcileAddresses(at now: MonotonicInstant, isRepair: Bool = false) -> [VirtualAddress] {
        if hasReleased { surroundings.takeUpReturned(everyAddress, for: name, at: now) }
        let operations = plan(for: everyAddress, desired: desiredAddresses).filter { !isRepair || $0.isRepair }
        surroundings.held[ObjectIdentifier(self)] = desiredAddresses
        if instance.hasVirtualLinks, !operations.isEmpty { surroundings.awaitKernel() }
        return onVirtualLinks(at: now) {
            surroundings.carryOut(operations, lease: lease, for: name, at: now)
        }
    }

    /// What to do about `addresses`, of which `desired` shall be here; what another router here holds is left alone.
    func plan(for addresses: [VirtualAddress], desired: [VirtualAddress]) -> [AddressOperation] {
        let observed = surroundings.keeper.observed(addresses.map(\.address), in: surroundings.interfaces)
        return AddressPlan.operations(desired: desired, observed: observed).filter { operation in
            guard case .remove(let present) = operation else { return true }
            return !hasLoan && !surroundings.isHeld(present, byOthersThan: self)
        }
    }

    // MARK: Reload

    /// Takes a changed configuration of the same virtual router without leaving its state.
    func reconfigure(_ new: Instance, at now: MonotonicInstant) {
        let old = instance
        let held = new.addresses + new.excludedAddresses
        let forms = Set(held.map(\.form))
        let outdated = everyAddress.filter { !forms.contains($0.form) }
        let known = Dictionary(zip(trackers, tracking.trackers.map(\.finding)), uniquingKeysWith: { first, _ in first })
        let stays = Set(held.map(\.address))
        if router.holdsAddresses { drop(outdated.filter { !stays.contains($0.address) }, at: now) }
        let isAnother = old.identity != new.identity
        if isAnother { leaveSegment() }
        outdatedRoutes = old.routes.filter { !new.routes.contains($0) }
        outdatedRules = old.rules.filter { !new.rules.contains($0) }
        instance = new
        if old.name != new.name { surroundings.announcer.rename(old.name, to: new.name) }
        noteReloadedNotices(old, at: now)
        forgetJudgements(after: old)
        configureNotifications()
        rules = new.receptionRules
        if new.checksum != old.checksum { checksumForm = new.initialChecksumForm }
        trackers = new.trackerNames
        tracking = new.freshTracking
        for (index, tracker) in trackers.enumerated() { tracking.set(known[tracker] ?? .status(.unknown), at: index) }
        // Known at once, so that the priority does not jump to and fro.
        trackInterfaces()
        deliver(.reconfigured(new.routerConfiguration), at: now)
        applyPriority(because: "the configuration was reloaded", at: now)
        if router.holdsAddresses {
            let added = exchange(outdated.filter { stays.contains($0.address) }, at: now)
            renewAddresses(at: now)
            surroundings.announcer.announce(
                added, times: new.announcements.repeats, for: name, at: now, in: surroundings.interfaces)
        }
        exchangeRoutes(at: now)
        exchangeRules(at: now)
        look(at: now)
        if isAnother { joinSegment(at: now) }
        watchOwners(after: old)
    }

    /// Adds what is new, and replaces `outdated` forms of addresses that stay; returns what was added.
    private func exchange(_ outdated: [VirtualAddress], at now: MonotonicInstant) -> [VirtualAddress] {
        // With another label or scope it is the same address for the kernel, which has the two only one after the other.
        let successive = outdated.filter { old in
            everyAddress.contains {
                $0.address == old.address && $0.prefixLength == old.prefixLength && $0.interface == old.interface
            }
        }
        return surroundings.keeper.cover(successive.map(\.address), at: now, in: surroundings.interfaces) {
            drop(successive, at: now)
            return reconcileAddresses(at: now)
        }
    }
}
