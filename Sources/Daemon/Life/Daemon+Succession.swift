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
            if let before = known[runner.memoryKey] {
                runner.adopt(before, deafFor: self.now.since(memory.deafSince), at: self.now)
            } else {
                runner.keepLoan(at: now)
                runner.start(at: self.now)
            }
        }
        remember()
    }

    /// Gives every check what was known of it, so that no result of it is waited for.
    func restoreChecks() {
        guard isHeir else { return }
        let known = Dictionary(memory.checks.map { ($0.key, $0.state) }, uniquingKeysWith: { first, _ in first })
        for script in scripts {
            if let saved = known[CheckMemory.key(.script(script.check.name))] { script.restore(saved) }
        }
        for runner in routers {
            runner.restoreTrackers { name in known[CheckMemory.key(name)]?.status ?? .unknown }
        }
    }

    /// Writes down everything anew; after a start or a reload.
    func remember() {
        memory.keep(routers: routers.map(\.memory))
        for (index, runner) in routers.enumerated() {
            runner.memoryIndex = index
            memory.order(runner.lastOrders, for: index)
        }
        rememberChecks()
        memory.tolerate(tolerance)
        memory.snapshot = loader.snapshot
    }

    /// How late the loop may be before the guardian replaces it: a successor has to advertise before the others have waited
    /// for three intervals.
    ///
    /// Where it could not, there is no hurry.
    private var tolerance: Interval {
        let fastest = routers.map { Interval($0.instance.advertisementInterval) }.min() ?? .seconds(1)
        if fastest < .milliseconds(100) { return .milliseconds(300) }
        return min(Interval(nanoseconds: fastest.nanoseconds / 5 * 4), .seconds(1))
    }

    /// Does what may take long, like reading files, without being taken for hanging.
    func atLeisure<Outcome, Failure: Error>(_ work: () throws(Failure) -> Outcome) throws(Failure) -> Outcome {
        memory.tolerate(.seconds(10))
        defer { memory.tolerate(tolerance) }
        return try work()
    }

    func rememberChecks() {
        let scripts = scripts.map { CheckMemory(key: CheckMemory.key(.script($0.check.name)), state: $0.state.saved) }
        let processes = (processes?.statuses ?? []).map { name, status in
            CheckMemory(key: CheckMemory.key(.process(name)), state: .init(status: status, counter: 0))
        }
        memory.keep(checks: scripts + processes)
    }

    /// Tells the history how it came that this process is here.
    func recordSuccession(at now: MonotonicInstant) {
        let away = now.since(memory.deafSince)
        surroundings.chronicle.add(
            HistoryRecord(
                at: surroundings.wall, sequence: 0, boot: nil, instance: nil, event: .processReplaced,
                cause:
                    "this process took the place of \(memory.succession); nothing was heard or said for \(rounded(away))"
            ),
            at: now)
    }

    private func rounded(_ interval: Interval) -> String { "\(interval.nanoseconds / 1_000_000) ms" }
}

extension CheckMemory {
    static func key(_ name: TrackerName) -> String {
        switch name {
        case .script(let name): "script \(name)"
        case .process(let name): "process \(name)"
        case .interface(let name): "interface \(name)"
        }
    }
}
