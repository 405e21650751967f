internal import Configuration
internal import Control
internal import LinuxKernel
internal import VRRPCore

/// The reactor: one thread, one epoll, one loop; only leases are renewed by another thread (`Renewer`).
///
/// It turns readiness into events and deadlines into ticks.
///
/// A turn waits, drains what is readable, and only then acts on what is due, so that a process that was paused hears
/// the news before it acts on it. Everything in a turn is bounded.
final class Daemon {
    let options: Options
    let log: Log
    let readiness: Readiness
    let surroundings: Surroundings
    let loader: Loader
    let memory: WorkerMemory
    /// A process before us ended without being asked to, and we go on in its place.
    let isHeir: Bool
    private let signals: SignalSocket
    let routes: RouteMonitor
    let dump: RouteSocket

    var model = Model()
    /// What the service manager decided.
    let startingNiceValue = niceValue()
    var startingPolicy: SchedulingPolicy?
    var startingProcessors: [Int]?
    /// The real-time priority that we gave ourselves because we were late; nil for none.
    var raisedPriority: Int?
    var routers: [RouterRunner] = []
    var groups: [GroupRunner] = []
    var scripts: [ScriptRunner] = []
    var processes: ProcessWatcher?
    var files: FileWatcher?
    var bfd: BFDKeeper?
    /// Routers that a reload removed, until they have let go.
    var leaving: [RouterRunner] = []
    /// What was wrong with the configuration that was refused last; nil when the newest one runs.
    var refusedReload: String? { didSet { memory.refusedReload = refusedReload ?? "" } }
    var isStopping = false
    /// Ends without a word, because another program goes on.
    var isUpgrading = false
    /// Why the daemon ends, for the history.
    var lastWords = "understudyd was asked to stop"
    /// Who started us, and is to live as long as we do.
    let guardian = parentProcessID()
    /// The guardian is gone, which the kernel has told.
    var isOrphan = false
    /// When we stop because the guardian is gone; nil while it is there.
    var orphanedStopAt: MonotonicInstant?
    var guardianWatch = GuardianWatch()
    var control: ControlServer?
    /// Switch-overs that a client waits for.
    var switchovers: [PendingSwitchover] = []
    var standbyRequests: [PendingStandby] = []
    let began: MonotonicInstant
    let startedAt: Timestamp
    /// When this process did; another one may have had its place before.
    let processStartedAt: Timestamp
    /// When the configuration that runs was read.
    var loadedAt: Timestamp {
        didSet { rememberBeginnings() }
    }
    private var watchdog = Watchdog()
    var suspendedBefore = suspendedNanoseconds()
    var overdueAt: MonotonicInstant?
    var vitals = Vitals()
    var workClock = WorkClock()
    var awayLimiter = LineLimiter<Int>()
    /// Who hears of routes, while an instance has some.
    var forwarding: (ForwardingMonitor, Token)?
    /// Who hears of the packet filter, while an instance has `no_accept`.
    var filterNews: (FilterMonitor, Token)?
    private(set) lazy var statics = StaticWays(surroundings)
    private(set) lazy var dumps = DumpFiles(surroundings.readiness, log) { [unowned self] in compose($0) }
    private var worldChanged = false
    /// All that was said while we were late is read before we act.
    private var isCatchingUp = false
    /// More than a busy moment makes us late.
    private static let lateness = Interval.milliseconds(5)
    private var statusIsStale = false
    /// Held while we run, so that a second daemon here knows that marked addresses may be somebody's.
    private let presence: NamespaceLock?
    var hasPresence: Bool { presence != nil }
    /// The virtual routers that no other daemon here may run meanwhile.
    var claims: [String: NamespaceLock] = [:]
    /// The addresses that no other daemon here may have meanwhile.
    var marks: NamespaceMarks?
    /// When interfaces and addresses are read again after reading them failed; nil while they are known.
    private var rereadAt: MonotonicInstant?
    private var limiter = LineLimiter<WorldLine>()
    /// When adverts were last looked for in the middle of much work.
    var advertisedMeanwhileAt = MonotonicInstant(nanoseconds: 0)
    var strangerLimiter = LineLimiter<String>()
    /// While the configuration names a file with a time.
    var reloadTimer: ReloadTimer?

    init(_ options: Options, log: Log, loader: Loader, memory: WorkerMemory) throws(SystemError) {
        self.options = options
        self.memory = memory
        isHeir = !memory.succession.isEmpty
        self.log = log
        self.loader = loader
        Signals.ignorePipe()
        presence = try Self.presence(isHeir: isHeir)
        signals = try SignalSocket(Signals.forDaemon + [Signals.child])
        readiness = try Readiness()
        surroundings = try Surroundings(log: log, readiness: readiness, memory: memory)
        surroundings.home = loader.home
        processStartedAt = surroundings.wall
        let before = isHeir ? memory.beginnings : nil
        began = before?.began ?? surroundings.now
        startedAt = before.map { Timestamp(milliseconds: Int(clamping: $0.startedAt)) } ?? processStartedAt
        loadedAt = before.map { Timestamp(milliseconds: Int(clamping: $0.loadedAt)) } ?? processStartedAt
        // Listen before reading, so that nothing falls between.
        routes = try RouteMonitor()
        dump = try RouteSocket()
        _ = try readiness.watch(signals.descriptor, as: .signals)
        // Our own renewals are no news.
        routes.ignoreChanges(by: surroundings.renewer.port)
        _ = try readiness.watch(routes.descriptor, as: .routes)
        _ = try readiness.watch(surroundings.renewer.descriptor, as: .renewals)
        try readWorld()
        surroundings.transitioned = { [unowned self] runner, transition, _ in
            noticeForSwitchovers(runner, transition)
            statusIsStale = true
        }
        surroundings.keepAdvertising = { [unowned self] in advertiseMeanwhile(at: $0) }
        surroundings.statusChanged = { [unowned self] in statusIsStale = true }
    }

    var now: MonotonicInstant { MonotonicInstant(nanoseconds: monotonicNanoseconds()) }

    /// Runs until stopped; returns the exit code.
    func run() -> Int32 {
        defer { finish() }
        while !isFinished {
            do throws(SystemError) {
                try turn()
            } catch {
                // Without epoll there is no daemon: the service manager restarts us and the peer takes over.
                log.error("cannot go on: \(error)")
                lastWords = "understudyd cannot go on: \(error)"
                return 1
            }
        }
        return 0
    }

    private var isFinished: Bool {
        if isUpgrading { return true }
        guard isStopping, leaving.isEmpty, routers.allSatisfy(\.router.isStopped) else { return false }
        // Both have the same time for it.
        let everybodyIsTold = surroundings.notifier.hasFinished(at: now)
        return surroundings.mailer.hasFinished(at: now) && everybodyIsTold
    }

    private func turn() throws(SystemError) {
        var wanted: Set<Int32> = []
        let deadline = deadline
        let began = now
        noticeStall(at: began)
        noteOverdue()
        memory.beat(at: began, dueAt: deadline)
        surroundings.sockets.rest(until: deadline, at: began)
        // What was due already could not be awaited.
        workClock.rest(until: deadline.map { max($0, began) })
        try gather(until: deadline?.nanoseconds, &wanted)
        let current = now
        // The process may have been paused between the wait and this reading of the clock. What arrived before it is
        // heard before anything acts on it.
        if let deadline, deadline <= current {
            isCatchingUp = current.since(deadline) > Self.lateness
            try gather(until: 1, &wanted)
            isCatchingUp = false
        }
        if let rereadAt, rereadAt <= current { rereadWorld() }
        if settleLinks(at: current) { worldChanged = true }
        if worldChanged {
            worldChanged = false
            lookAtVirtualLinks(at: current)
            surroundings.keeper.forgetVanished(from: surroundings.interfaces)
            rereadRoutes(at: current)
            // What instances depend on is put back before they look for it.
            statics.look(at: current)
            _ = statics.takeNews()
            for runner in routers + leaving { runner.look(at: current) }
            lookAtSettings(at: current)
        }
        tick(at: current)
        settleGroups(at: current)
        // A request to stop makes a reload pointless.
        for signal in wanted.sorted(by: { $0 != Signals.hangup && $1 == Signals.hangup }) { obey(signal, at: current) }
        discardLeft()
        attend(at: current)
        settleGroups(at: current)
    }

    /// What has time until everything else is done.
    private func attend(at now: MonotonicInstant) {
        if let orphanedStopAt, orphanedStopAt <= now { stopAsOrphan(at: now) }
        settleSwitchovers(at: now)
        settleStandbyRequests()
        watchGuardian(at: now)
        serveOne(at: now)
        dumps.proceed(at: now) { self.now }
        control?.tick(at: now)
        tickStandby(at: now)
        surroundings.chronicle.tick(at: now)
        watchdog.tick(at: now)
        if reloadTimer?.isDue(at: now) == true, !isStopping { reload(at: now) }
        if statusIsStale {
            statusIsStale = false
            notifyServiceManager(statusLine)
        }
    }

    /// Waits until something is readable or the deadline has come, and takes in everything that is readable.
    private func gather(until deadline: UInt64?, _ wanted: inout Set<Int32>) throws(SystemError) {
        // Acting on one source's news may wait for others that configure the network, tens of milliseconds: what the next
        // one brings is not that old, and would set a Backup's timer so far back that it ran out at once.
        try readiness.wait(untilNanoseconds: deadline) {
            noticeStandstill()
            visit($0, at: now, &wanted)
        }
        noticeStandstill()
    }

    private var deadline: MonotonicInstant? {
        var earliest = surroundings.announcer.deadline
        earliest.consider(rereadAt)
        earliest.consider(surroundings.interfaces.delays.deadline)
        for runner in routers { earliest.consider(runner.deadline) }
        for runner in leaving { earliest.consider(runner.deadline) }
        for group in groups { earliest.consider(group.deadline) }
        for script in scripts { earliest.consider(script.deadline) }
        earliest.consider(statics.deadline)
        earliest.consider(surroundings.filter.deadline)
        earliest.consider(surroundings.virtualLinks.deadline)
        earliest.consider(surroundings.notifier.deadline)
        earliest.consider(processes?.deadline)
        earliest.consider(files?.deadline)
        earliest.consider(bfd?.deadline)
        earliest.consider(surroundings.mailer.deadline)
        earliest.consider(control?.deadline)
        earliest.consider(surroundings.chronicle.deadline)
        earliest.consider(dumps.deadline)
        earliest.consider(watchdog.deadline)
        earliest.consider(reloadTimer?.deadline)
        earliest.consider(orphanedStopAt)
        if surroundings.standby != nil { earliest.consider(standbyDeadline(at: now)) }
        if control?.hasWork == true || dumps.hasWork { earliest.consider(MonotonicInstant(nanoseconds: 1)) }
        return earliest
    }

    private func visit(_ source: Source, at now: MonotonicInstant, _ wanted: inout Set<Int32>) {
        switch source {
        case .signals:
            while let signal = signals.next() { wanted.insert(signal) }
        case .routes:
            readRoutes()
        case .renewals:
            surroundings.keeper.takeOutcomes(at: now)
        case .forwarding:
            if readForwarding(at: now) { worldChanged = true }
        case .filter:
            readFilter(at: now)
        case .socket(let socket):
            socket.drain(log: log, isCatchingUp: isCatchingUp)
        case .bfd(let listener):
            listener.drain(isCatchingUp: isCatchingUp)
        case .announcements(let link):
            link.read(at: now, goesOn: surroundings.goOn)
        case .claims(let listener):
            listener.read(at: now)
        case .script(let script):
            script.childEnded(at: now)
        case .notify(let queue):
            queue.childEnded(at: now)
        case .notifyReader(let pipe):
            pipe.readerEnded(at: now)
        case .processEvents:
            processes?.readEvents(at: now)
        case .process(let pid):
            processes?.processEnded(pid, at: now)
        case .files(let watcher):
            watcher.look(at: now)
        case .mail(let mailer):
            mailer.look(at: now)
        case .dumps(let files):
            files.look(at: now)
        case .recorder(let link):
            link.look(at: now)
        case .reloadTime(let timer):
            timer.look()
        case .controlListener:
            control?.accept(at: now)
        case .controlClient(let client):
            client.look(at: now)
        }
    }

    private func tick(at now: MonotonicInstant) {
        // Adverts first: nothing that follows may make them late.
        for runner in routers { runner.tick(at: now) }
        for runner in leaving { runner.tick(at: now) }
        bfd?.tick(at: now)
        surroundings.announcer.continueAnnouncing(at: now, in: surroundings.interfaces)
        statics.tick(at: now)
        if statics.takeNews() { for runner in routers { runner.look(at: now) } }
        surroundings.filter.tick(at: now, in: surroundings.interfaces)
        tickVirtualLinks(at: now)
        processes?.tick(at: now)
        files?.tick(at: now)
        // Starting a program takes a millisecond or so: one a turn, because adverts may come due meanwhile.
        let due = scripts.filter { $0.deadline <= now }.min { $0.deadline < $1.deadline }
        if !surroundings.notifier.tick(at: now), !surroundings.mailer.tick(at: now) { due?.tick(at: now) }
    }

    // MARK: The world

    private func readWorld() throws(SystemError) {
        surroundings.interfaces.replace(links: try dump.links(), addresses: try dump.addresses(), at: now)
    }

    private func readRoutes() {
        let forgedBefore = routes.forged.count
        defer { if routes.forged.count != forgedBefore { complainOfForgery() } }
        do throws(SystemError) {
            let outcome = try routes.drain { change in
                // A thousand addresses are a thousand pieces of news.
                memory.goOn(at: now)
                announceLink(change)
                surroundings.noteRemoval(change, by: routes.requester, at: now)
                surroundings.virtualLinks.note(change, by: routes.requester, at: now)
                if surroundings.interfaces.apply(change, at: now) { worldChanged = true }
            }
            guard outcome == .overrun else { return }
            complain(.overrun, "the kernel dropped news of interfaces and addresses; reading them all again")
        } catch {
            complain(.newsFailed, "reading news of interfaces and addresses: \(error); reading them all again")
        }
        rereadWorld()
    }

    /// Reads interfaces and addresses anew; while they change too fast to be listed, again a little later.
    private func rereadWorld() {
        do throws(SystemError) {
            try readWorld()
            rereadAt = nil
            worldChanged = true
        } catch {
            complain(
                .listFailed, "\(error); what is known of interfaces and addresses may be old, and is read again")
            rereadAt = now + Self.rereadDelay
        }
    }

    /// A busy host can make this happen many times a second.
    private func complain(_ kind: WorldLine, _ text: String) {
        if let more = limiter.pass(kind, at: now) { log.warning(text + more) }
    }

    private enum WorldLine: Hashable { case overrun, newsFailed, listFailed, forged }

    private func complainOfForgery() {
        let port = routes.forged.port
        let name = Int32(exactly: port).flatMap { processName(of: $0) }.map { "\($0) (process \(port))" }
        complain(
            .forged,
            "\(name ?? "a process of this host (netlink port \(port))") sent us news of interfaces in the kernel's place: "
                + "ignored. Only root can; find out what it is")
    }

    private static let rereadDelay = Interval.milliseconds(100)

    // MARK: Signals

    private func obey(_ signal: Int32, at now: MonotonicInstant) {
        switch signal {
        case Signals.hangup:
            if isStopping { log.notice("Stopping; a reload would come too late") } else { reload(at: now) }
        case Signals.terminate, Signals.interrupt: askedToStop(at: now)
        case Signals.child: break  // The pidfd tells.
        default: dump(on: signal, at: now)
        }
    }

    private func discardLeft() {
        guard leaving.contains(where: \.router.isStopped) else { return }
        for runner in leaving where runner.router.isStopped { runner.close() }
        leaving.removeAll { $0.router.isStopped }
        retireVirtualLinks(at: now)
        giveUpClaims()
    }
}
