internal import Configuration
internal import Control
internal import LinuxKernel
internal import VRRPCore

// One process takes over from another on this host: docs/design/0009-guardian.md.

extension Daemon {
    /// Starts the routers, each where its predecessor ended when there was one.
    func startRouters(at now: MonotonicInstant) {
        let heirs = isHeir ? memory.routers : []
        let known = Dictionary(heirs.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        if isHeir {
            log.notice("Going on in place of \(memory.succession)")
            let refused = memory.refusedReload
            refusedReload = refused.isEmpty ? nil : refused
        }
        for runner in routers {
            if let before = known[runner.memoryKey] { bearLinks(of: runner, before, at: now) }
        }
        // What stands in the way of one member stands in the way of all: known before the first of them starts.
        for runner in routers where runner.group != nil {
            let isKnown = known[runner.memoryKey] != nil
            if isKnown { runner.hasLoan = true } else { runner.keepLoan(at: now) }
            runner.isUndecided = isKnown
            runner.look(at: now)
        }
        settleGroups(at: self.now)
        restoreQueues(heirs, at: now)
        for runner in routers {
            if let before = known[runner.memoryKey] {
                runner.adopt(before, deafFor: self.now.since(memory.deafSince), at: self.now)
            } else {
                if runner.group == nil { runner.keepLoan(at: now) }
                runner.start(at: self.now)
            }
        }
        settleGroups(at: self.now)
        remember()
    }

    /// `vrrp_startup_delay` and `vrrp_delay_after_boot`: of the daemon, not of a process that goes on in place of another.
    func delayStart(at now: MonotonicInstant) {
        if memory.quietUntil.nanoseconds == 0 {
            // The clock does not count what the host slept through, but its uptime does.
            let (afterBoot, suspended) = (model.global.delayAfterBoot.nanoseconds, suspendedNanoseconds())
            memory.quietUntil = max(
                began + model.global.startupDelay,
                MonotonicInstant(nanoseconds: afterBoot > suspended ? afterBoot - suspended : 0))
        }
        guard now < memory.quietUntil else { return }
        surroundings.quietUntil = memory.quietUntil
        let left = Interval.milliseconds(memory.quietUntil.since(now).nanoseconds / 1_000_000)
        log.notice(
            "Delaying startup for \(left.decimalSeconds) seconds: until then nothing is heard, and nobody becomes MASTER"
        )
    }

    /// Leaves to the next process when it all began.
    func rememberBeginnings() {
        memory.beginnings = .init(
            began: began, startedAt: UInt64(clamping: startedAt.milliseconds),
            loadedAt: UInt64(clamping: loadedAt.milliseconds))
    }

    /// Tells every queue what has been told already, and what runs.
    private func restoreQueues(_ heirs: [RouterMemory], at now: MonotonicInstant) {
        for (index, group) in groups.enumerated() where group.notifications.hasAudience {
            guard let saved = memory.notify(at: heirs.count + index), saved.key == group.memoryKey else { continue }
            group.notifications.restore(saved.backlog, at: now)
        }
        let listening = routers.filter(\.notifications.hasAudience).map { ($0.memoryKey, $0.notifications) }
        if listening.isEmpty { return }
        let queues = Dictionary(listening, uniquingKeysWith: { first, _ in first })
        for (index, router) in heirs.enumerated() {
            guard let queue = queues[router.key], let saved = memory.notify(at: index), saved.key == router.key else {
                continue
            }
            queue.restore(saved.backlog, at: now)
        }
    }

    /// Gives every check what was known of it, so that no result of it is waited for.
    func restoreChecks() {
        // A session is down until it has come up, and that is known before anybody starts.
        guard isHeir || bfd != nil else { return }
        let checks = isHeir ? memory.checks : []
        let known = Dictionary(checks.map { ($0.key, $0.state) }, uniquingKeysWith: { first, _ in first })
        for script in scripts {
            if let saved = known[CheckMemory.key(.script(script.check.name))] { script.restore(saved) }
        }
        for file in model.files {
            guard let saved = known[CheckMemory.key(.file(file.name))], saved.status != .unknown else { continue }
            files?.restore(file.name, saved.counter)
        }
        for runner in routers {
            runner.restoreTrackers { name in
                if case .session(let session) = name { return .status(bfd?.status(of: session) ?? .unknown) }
                let saved = known[CheckMemory.key(name)]
                if case .file = name, let saved, saved.status != .unknown { return .number(saved.counter) }
                return .status(saved?.status ?? .unknown)
            }
        }
    }

    /// Writes down everything anew; after a start or a reload.
    func remember() {
        rememberBeginnings()
        memory.keep(routers: routers.map(\.memory))
        for (index, runner) in routers.enumerated() {
            runner.memoryIndex = index
            runner.notifications.remember(at: index)
            memory.order(runner.lastOrders, for: index)
        }
        // Behind those of the routers.
        for (index, group) in groups.enumerated() { group.notifications.remember(at: routers.count + index) }
        rememberChecks()
        memory.tolerate(tolerance)
        memory.snapshot = loader.snapshot
    }

    /// How late the loop may be before the guardian replaces it: a successor has to advertise before the others have waited
    /// for three intervals, or fewer where `down_timer_adverts` says so.
    ///
    /// Where it could not, there is no hurry.
    private var tolerance: Interval {
        let spare = routers.map { router in
            Interval(router.instance.advertisementInterval) * (min(router.instance.downTimerAdverts, 3) - 1)
        }
        let least = spare.min() ?? .seconds(2)
        if least < .milliseconds(200) { return .milliseconds(300) }
        return min(Interval(nanoseconds: least.nanoseconds / 5 * 2), .seconds(1))
    }

    /// Does what may take long, like reading files, without being taken for hanging.
    func atLeisure<Outcome, Failure: Error>(_ work: () throws(Failure) -> Outcome) throws(Failure) -> Outcome {
        memory.tolerate(WorkerMemory.leisure)
        defer { memory.tolerate(tolerance) }
        return try work()
    }

    func rememberChecks() {
        let scripts = scripts.map { CheckMemory(key: CheckMemory.key(.script($0.check.name)), state: $0.state.saved) }
        let processes = (processes?.statuses ?? []).map { name, status in
            CheckMemory(key: CheckMemory.key(.process(name)), state: .init(status: status, counter: 0))
        }
        let files = (files?.numbers ?? []).map { CheckMemory($0.name, holding: $0.number) }
        memory.keep(checks: scripts + processes + files)
    }

    /// Writes down what is known of one check, in its place.
    func remember(_ name: TrackerName) {
        let (first, second) = (scripts.count, scripts.count + (processes?.statuses.count ?? 0))
        switch name {
        case .script(let script):
            guard let index = scripts.firstIndex(where: { $0.check.name == script }) else { return }
            memory.keep(CheckMemory(key: CheckMemory.key(name), state: scripts[index].state.saved), at: index)
        case .process(let process):
            let statuses = processes?.statuses ?? []
            guard let index = statuses.firstIndex(where: { $0.name == process }) else { return }
            let state = CheckState.Saved(status: statuses[index].status, counter: 0)
            memory.keep(CheckMemory(key: CheckMemory.key(name), state: state), at: first + index)
        case .file(let file):
            let numbers = files?.numbers ?? []
            guard let index = numbers.firstIndex(where: { $0.name == file }) else { return }
            memory.keep(CheckMemory(file, holding: numbers[index].number), at: second + index)
        case .interface, .session: break
        }
    }

    /// What tells the history how it came that this process is here, and what it went on with.
    func succession(at now: MonotonicInstant) -> HistoryRecord {
        let away = now.since(memory.deafSince)
        return HistoryRecord(
            at: processStartedAt, sequence: 0, boot: nil, instance: nil, event: .processReplaced,
            cause:
                "this process took the place of \(memory.succession); nothing was heard or said for \(rounded(away)); "
                + "version \(understudyVersion) \(inheritance)")
    }

    /// Which instances went on in which state, and which did not.
    private var inheritance: String {
        let (kept, others) = (routers.filter(\.hasInherited), routers.filter { !$0.hasInherited })
        var parts = [RouterState.active, .handingOver, .standby, .fault, .waiting].compactMap { state -> String? in
            let names = kept.filter { $0.shownState == state }.map(\.name)
            return names.isEmpty ? nil : "goes on with \(listed(names)) as \(state.word)"
        }
        if !others.isEmpty { parts.append("starts \(listed(others.map(\.name))) anew") }
        return parts.isEmpty ? "runs without an instance" : parts.joined(separator: ", ")
    }

    private func listed(_ names: [String]) -> String {
        names.count > Self.mostNames ? "\(names.count) instances" : names.joined(separator: " and ")
    }

    private static let mostNames = 3

    private func rounded(_ interval: Interval) -> String { "\(interval.nanoseconds / 1_000_000) ms" }
}

extension CheckMemory {
    /// What is known of a tracked file: its number takes the place of a script's count.
    fileprivate init(_ file: String, holding number: Int?) {
        self.init(
            key: Self.key(.file(file)), state: .init(status: number == nil ? .unknown : .working, counter: number ?? 0))
    }

    static func key(_ name: TrackerName) -> String {
        switch name {
        case .script(let name): "script \(name)"
        case .process(let name): "process \(name)"
        case .interface(let name): "interface \(name)"
        case .file(let name): "file \(name)"
        case .session(let name): "bfd \(name)"
        }
    }
}
