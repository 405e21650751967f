internal import Configuration
internal import Control
internal import LinuxKernel
internal import VRRPCore

extension Daemon {
    /// Begins to run a configuration that was found to be sound.
    func start(_ loaded: Loaded) {
        let now = now
        model = loaded.model
        applyUmask()
        removeReloadMarker()
        settle(from: ProcessSettings(), to: model.global.process, at: now)
        restoreStandby(at: now)
        watchRoutes(at: now)
        statics.configure(model.global, at: now)
        configureFilter(at: now)
        promoteSecondaries(at: now)
        configureVirtualLinks(at: now)
        space(model.global)
        surroundings.interfaces.delays.configure(model.global.interfaceDelays)
        delayStart(at: now)
        surroundings.notifier.configure(model.global, loader.host, at: now, isHeir: isHeir)
        surroundings.mailer.configure(model.global, isHeir: isHeir)
        scripts = model.scripts.filter(isTracked).map { runner(for: $0, at: now) }
        routers = model.instances.map { RouterRunner($0, in: surroundings) }
        formGroups(at: now)
        files = fileWatcher()
        keepSessions(at: now)
        restoreChecks()
        if isHeir {
            // Others wait for the first advert: everything else comes after it.
            startRouters(at: now)
            bfd?.start(at: self.now)
            surroundings.chronicle.begin(with: succession(at: self.now), at: now)
        } else {
            surroundings.chronicle.begin(at: now)
            recordStart(at: now)
        }
        schedule(from: Scheduling(), to: model.global.scheduling)
        openControlSocket()
        watchProcesses(at: now)
        fitBuffers(from: BufferSizes(), to: model.global.process.buffers)
        // What a file is to hold at first was written when the first process of this daemon began.
        files?.start(beginning: !isHeir, at: now)
        if !isHeir {
            bfd?.start(at: self.now)
            startRouters(at: now)
        }
        rememberChecks()
        removeOrphans(at: now)
        settleFilter(at: now)
        if options.dumpConfiguration { dumpModel() }
        notifyServiceManager("READY=1\n" + statusLine)
        limitRealTime(from: Scheduling(), to: model.global.scheduling)
        log.notice("Startup complete")
        // From here on the guardian counts how late it is, and the first turn may be a while off on a busy host.
        memory.beat(at: self.now, dueAt: self.now)
        memory.enter(.running)
        sendSignal(Guardian.readySignal, to: parentProcessID())
    }

    private func recordStart(at now: MonotonicInstant) {
        let end =
            surroundings.chronicle.lacksEnd
            ? " (no end of the run before is recorded: it was killed, or the host went down)" : ""
        surroundings.chronicle.add(
            HistoryRecord(
                at: surroundings.wall, sequence: 0, boot: nil, instance: nil, event: .daemonStarted,
                cause: "understudyd \(understudyVersion) started with \(options.configurationFile)\(end)"), at: now)
    }

    /// Removes what an earlier run left that the configuration no longer knows: nobody else would.
    private func removeOrphans(at now: MonotonicInstant) {
        // To list routes may take long where there are a million of others, and nobody advertises meanwhile.
        if isAlone, !isHeir || forwarding != nil { removeOrphanedRoutes(at: now) }
        guard isAlone else {
            return log.warning(
                "another understudyd runs in this network namespace: no virtual router may be in both, and what an earlier "
                    + "run left behind is not looked for")
        }
        // With their addresses.
        surroundings.virtualLinks.removeOrphans(at: now, in: &surroundings.interfaces)
        let wanted =
            routers.filter { $0.hasLoan || $0.router.holdsAddresses }.flatMap(\.everyAddress)
            + model.global.staticAddresses
        let orphans = surroundings.keeper.marked(in: surroundings.interfaces).filter { present in
            !wanted.contains {
                present.address == $0.address && present.prefixLength == $0.prefixLength
                    && present.interface == $0.interface
            }
        }
        guard !orphans.isEmpty else { return }
        let list = orphans.map { "\($0.address) on \($0.interface)" }.shortList
        log.notice("removing \(list): left behind by an earlier run, and in no instance now")
        _ = surroundings.carryOut(orphans.map { .remove($0) }, lease: nil, for: "earlier run", at: now)
    }

    /// Takes up a model that was found to be sound.
    func apply(_ new: Model, at now: MonotonicInstant) {
        let old = model
        model = new
        applyUmask()
        settle(from: old.global.process, to: new.global.process, at: now)
        space(new.global)
        surroundings.interfaces.delays.configure(new.global.interfaceDelays)
        surroundings.notifier.configure(new.global, loader.host, at: now, isHeir: false)
        surroundings.mailer.configure(new.global, isHeir: false)
        schedule(from: old.global.scheduling, to: new.global.scheduling)
        watchRoutes(at: now)
        statics.configure(new.global, at: now)
        configureFilter(at: now)
        promoteSecondaries(at: now)
        configureVirtualLinks(at: now)
        surroundings.sockets.openGates()
        replaceScripts(old: old, at: now)
        replaceRouters(at: now)
        retireVirtualLinks(at: now)
        surroundings.sockets.fitBuffers(log: log)
        let sameProcesses = old.processes.elementsEqual(new.processes) { $0.means($1) }
        if !sameProcesses || trackedProcesses(old) != trackedProcesses(new) {
            processes?.stop()
            processes = nil
            watchProcesses(at: now)
        }
        fitBuffers(from: old.global.process.buffers, to: new.global.process.buffers)
        replaceFiles(at: now)
        replaceSessions(at: now)
        handOutStatuses(at: now)
        settleGroups(at: now)
        repeatStates(at: now)
        forgetFilter()
        remember()
        giveUpClaims()
        limitRealTime(from: old.global.scheduling, to: new.global.scheduling)
    }

    /// `fifo_write_vrrp_states_on_reload`, whether the reload changed anything or not.
    func repeatStates(at now: MonotonicInstant) {
        guard model.global.writesStatesOnReload else { return }
        for runner in routers { runner.repeatState(at: now) }
        for group in groups { group.repeatState(at: now) }
    }

    private func replaceRouters(at now: MonotonicInstant) {
        let places = predecessors(of: model.instances, in: routers.map(\.instance))
        let kept = zip(model.instances, places).map { instance, place in
            place.flatMap { goingOn(at: $0, as: instance) }
        }
        let former = zip(places, kept).map { place, kept in kept == nil ? place.map { routers[$0] } : nil }
        for (instance, runner) in zip(model.instances, kept) { runner?.claim(instance) }
        let staying = Set(kept.compactMap { $0.map { ObjectIdentifier($0) } })
        // Those that leave go first, so that an address that moves to another instance is free for it.
        for runner in routers where !staying.contains(ObjectIdentifier(runner)) {
            leaving.append(runner)
            runner.isRemoved = true
            let isMoved = former.contains { $0 === runner }
            runner.isReplaced = isMoved && !runner.router.isFollowing
            runner.giveUpMemory()
            runner.shutDown(
                because: isMoved ? "a reload made another virtual router of it" : "a reload removed it", at: now)
            // What there was to tell has been told, and its listeners are its successor's.
            runner.isReplaced = isMoved
        }
        routers = model.instances.indices.map { index in
            guard let runner = kept[index] else {
                return RouterRunner(model.instances[index], in: surroundings, after: former[index])
            }
            runner.reconfigure(model.instances[index], at: now)
            return runner
        }
        formGroups(at: now)
        for runner in routers where !staying.contains(ObjectIdentifier(runner)) { runner.start(at: now) }
    }

    /// The router at `place` if it goes on as `instance`; nil if another one is to begin.
    ///
    /// One that becomes another virtual router on the wire goes on only when it is Active, without a break for its clients:
    /// a Backup knows nothing of whom it would have to hear there, and listens anew. Nor does one that could not take part
    /// there: it would let go without a word to those that hear it now.
    private func goingOn(at place: Int, as instance: Instance) -> RouterRunner? {
        let runner = routers[place]
        if runner.instance.identity == instance.identity { return runner }
        guard case .active = runner.router.state else { return nil }
        guard let hindrance = runner.hindrance(to: instance, known: finding(of:)) else { return runner }
        log.warning(
            "(\(runner.name)) leaves \(runner.instance.interface): after this reload it could not take part: \(hindrance)"
        )
        return nil
    }

    /// keepalived: results are kept when a check's name and command are unchanged.
    ///
    /// So are our counts for `rise` and `fall`, whatever else of the check is changed.
    private func replaceScripts(old: Model, at now: MonotonicInstant) {
        let known = Dictionary(scripts.map { ($0.check.name, $0) }, uniquingKeysWith: { first, _ in first })
        var next: [ScriptRunner] = []
        for check in model.scripts.filter(isTracked) {
            let globalsAgree =
                old.global.scriptUser == model.global.scriptUser
                && old.global.scriptSecurity == model.global.scriptSecurity
                && old.global.process.givesEveryGroup == model.global.process.givesEveryGroup
            if let existing = known[check.name], existing.check.means(check), globalsAgree {
                next.append(existing)
            } else {
                let fresh = runner(for: check, at: now)
                if let existing = known[check.name] { fresh.goOn(from: existing, at: now) }
                next.append(fresh)
            }
        }
        for script in scripts where !next.contains(where: { $0 === script }) { script.cancel() }
        scripts = next
    }

    /// Tells every router what is known of what it tracks; a router that a reload changed may track something new.
    private func handOutStatuses(at now: MonotonicInstant) {
        for script in scripts where script.state.status != .unknown {
            tell(
                .script(script.check.name), .status(script.state.status), because: "check \(script.check.name)", at: now
            )
        }
        for (name, status) in processes?.statuses ?? [] {
            tell(.process(name), .status(status), because: "process check \(name)", at: now)
        }
        for case (let name, let number?) in files?.numbers ?? [] {
            tell(.file(name), .number(number), because: "tracked file \(name)", at: now)
        }
        for (name, status) in bfd?.statuses ?? [] {
            tell(.session(name), .status(status), because: "BFD session \(name)", at: now)
        }
    }

    private func runner(for check: ScriptCheck, at now: MonotonicInstant) -> ScriptRunner {
        ScriptRunner(
            check, global: model.global, inspector: loader.host, surroundings: surroundings, at: now
        ) { [unowned self] script, cause, instant in
            tell(.script(script.check.name), .status(script.state.status), because: cause, at: instant)
        }
    }

    private func watchProcesses(at now: MonotonicInstant) {
        let names = trackedProcesses(model)
        let wanted = model.processes.filter { names.contains($0.name) }
        guard !wanted.isEmpty else { return }
        let watcher = ProcessWatcher(wanted, surroundings: surroundings) {
            [unowned self] name, status, cause, instant in
            tell(.process(name), .status(status), because: cause, at: instant)
        }
        processes = watcher
        watcher.start(at: now)
    }

    func tell(_ name: TrackerName, _ finding: Tracker.Finding, because cause: String, at now: MonotonicInstant) {
        remember(name)
        for runner in routers { runner.trackerChanged(name, to: finding, because: cause, at: now) }
    }

    /// The files that instances track; nil when there are none.
    private func fileWatcher() -> FileWatcher? {
        let wanted = trackedFiles
        if wanted.isEmpty { return nil }
        return FileWatcher(wanted, surroundings: surroundings) { [unowned self] name, number, cause, instant in
            tell(.file(name), .number(number), because: cause, at: instant)
        }
    }

    private var trackedFiles: [FileCheck] {
        let names = Set(model.instances.flatMap { $0.trackedFiles.map(\.name) })
        return model.files.filter { names.contains($0.name) }
    }

    /// keepalived: a reload writes no file.
    private func replaceFiles(at now: MonotonicInstant) {
        let wanted = trackedFiles
        if files?.reads(wanted) ?? wanted.isEmpty { return }
        let fresh = fileWatcher()
        if let files {
            fresh?.restore(from: files)
            files.stop()
        }
        files = fresh
        fresh?.start(beginning: false, at: now)
    }

    private func isTracked(_ check: ScriptCheck) -> Bool {
        model.instances.contains { $0.trackedScripts.contains { $0.name == check.name } }
    }

    private func trackedProcesses(_ model: Model) -> Set<String> {
        Set(model.instances.flatMap { $0.trackedProcesses.map(\.name) })
    }

    private func space(_ global: GlobalSettings) {
        surroundings.announcer.space(
            Announcer.Spacing(
                arp: global.gratuitousARPSpacing, neighborAdvertisements: global.neighborAdvertisementSpacing),
            groups: global.announcementGroups.map {
                Announcer.Group(
                    interfaces: $0.interfaces,
                    spacing: Announcer.Spacing(
                        arp: $0.gratuitousARPSpacing, neighborAdvertisements: $0.neighborAdvertisementSpacing))
            })
    }

    private func dumpModel() {
        for line in changes(from: Model(), to: model).flatMap(\.sentences) { log.notice("configuration: \(line)") }
    }
}

extension ProcessCheck {
    /// True when both count the same processes in the same way, wherever they were written.
    fileprivate func means(_ other: ProcessCheck) -> Bool {
        var moved = other
        moved.location = location
        return self == moved
    }
}

extension ScriptCheck {
    /// True when both run the same thing in the same way, wherever they were written.
    fileprivate func means(_ other: ScriptCheck) -> Bool {
        command == other.command && interval == other.interval && timeout == other.timeout && rise == other.rise
            && fall == other.fall && user == other.user
    }
}

extension VirtualRouter {
    /// keepalived: a Backup of which a reload makes another virtual router is told to be in FAULT first.
    fileprivate var isFollowing: Bool {
        switch state {
        case .backup: true
        case .active, .initialize, .resigning: false
        }
    }
}
