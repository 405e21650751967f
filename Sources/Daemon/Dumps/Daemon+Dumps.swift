internal import Configuration
internal import Control
internal import LinuxKernel
internal import VRRPCore

// The files that keepalived writes on a signal: docs/design/0025-dump-files.md.

extension Daemon {
    /// A signal that asks for a file.
    func dump(on signal: Int32, at now: MonotonicInstant) {
        switch signal {
        case Signals.user1:
            dumps.want(.init(kind: .state))
            // Exporters ask several times a minute.
            if log.isDetailed { writeState(at: now) }
        case Signals.user2: dumps.want(.init(kind: .stats))
        case Signals.statsAndClear: dumps.want(.init(kind: .stats, clears: true))
        default: dumps.want(.init(kind: .json))
        }
    }

    /// Begins a file that somebody wants.
    func compose(_ wish: DumpFiles.Wish) -> DumpFiles.Composition {
        let pieces: [() -> String] =
            switch wish.kind {
            case .state: statePieces
            case .stats: routers.map { runner in { [unowned self] in stats(of: runner, clears: wish.clears) } }
            case .json: jsonPieces
            }
        var index = 0
        return DumpFiles.Composition(path: path(of: wish.kind), mode: 0o666 & ~(ownUmask ?? Self.usualDumpMask)) {
            guard index < pieces.count else { return nil }
            defer { index += 1 }
            return pieces[index]()
        }
    }

    /// keepalived: S_IXUSR, S_IRWXG and S_IRWXO.
    private static let usualDumpMask: UInt32 = 0o177

    /// What the operator says of it: `-u` goes before the file.
    private var ownUmask: UInt32? { options.umask ?? model.global.umask }

    /// Takes up `umask`, for all that is made from now on.
    func applyUmask() { setUmask(ownUmask ?? Options.usualUmask) }

    private func path(of kind: DumpFiles.Kind) -> String {
        let settings = model.global.dumps
        return switch kind {
        case .state: settings.statePath ?? "\(DumpFiles.directory)/keepalived\(nameInFiles).data"
        case .stats: settings.statsPath ?? "\(DumpFiles.directory)/keepalived.stats"
        case .json: settings.jsonPath ?? "\(DumpFiles.directory)/keepalived.json"
        }
    }

    /// keepalived: `.NAMESPACE_INSTANCE`, which counters and JSON do not have.
    private var nameInFiles: String {
        model.global.dumps.namesDaemon && !memory.tag.isEmpty ? ".\(memory.tag)" : ""
    }

    private func dumped(_ runner: RouterRunner) -> DumpedInstance {
        runner.dumped(at: now) { name in model.scripts.first { $0.name == name }?.command }
    }

    private func stats(of runner: RouterRunner, clears: Bool) -> String {
        defer { if clears { runner.clearDumpedCounters() } }
        return dumped(runner).stats
    }

    // MARK: JSON

    private var jsonPieces: [() -> String] {
        let isObject = model.global.dumps.jsonVersion == 2
        var pieces: [() -> String] = [{ isObject ? "{\"vrrp\":[" : "[" }]
        for (index, runner) in routers.enumerated() {
            pieces.append { [unowned self] in (index == 0 ? "" : ",") + dumped(runner).json }
        }
        let processes = isObject ? dumpedProcesses : []
        pieces.append {
            let list = processes.map(\.json).joined(separator: ",")
            return "]" + (list.isEmpty ? "" : ",\"track_process\":[\(list)]") + (isObject ? "}\n" : "\n")
        }
        return pieces
    }

    // MARK: State

    private var statePieces: [() -> String] {
        var pieces: [() -> String] = [{ "------< VRRP Topology >------\n" }]
        pieces += routers.map { runner in { [unowned self] in dumped(runner).text } }
        func add(_ title: String, _ texts: [() -> String]) {
            if !texts.isEmpty { pieces += [{ "------< \(title) >------\n" }] + texts }
        }
        add("VRRP Sync groups", groups.map { group in { [unowned self] in dumped(group).text } })
        add("VRRP Scripts", scripts.map { script in { [unowned self] in dumped(script).text } })
        add("VRRP Track files", dumpedFiles.map { file in { file.text } })
        add("VRRP Track processes", dumpedProcesses.map { process in { process.text } })
        return pieces
    }

    private func dumped(_ group: GroupRunner) -> DumpedGroup {
        var dumped = DumpedGroup(name: group.name)
        let states = group.members.map(\.dumpedState)
        dumped.state = states.contains(.fault) ? .fault : states.min { $0.rawValue < $1.rawValue } ?? .initial
        dumped.members = group.members.map(\.name)
        dumped.faultyMembers = states.count { $0 == .fault }
        dumped.pendingMembers = states.count { $0 == .initial }
        guard let settings = model.groups.first(where: { $0.name == group.name }) else { return dumped }
        dumped.countsWeights = settings.countsWeights
        dumped.interfaces = settings.trackedInterfaces.map { $0.dumped() }
        dumped.scripts = settings.trackedScripts.map { $0.dumped() }
        dumped.files = settings.trackedFiles.map { $0.dumped() }
        dumped.processes = settings.trackedProcesses.map { $0.dumped() }
        dumped.sendsMail = settings.notifications.sendsMail
        dumped.notifications = settings.notifications.dumped { group.notifications.identity(for: $0) }
        return dumped
    }

    private func dumped(_ script: ScriptRunner) -> DumpedScript {
        let check = script.check
        var dumped = DumpedScript(
            name: check.name, command: commandNotation(check.command), interval: check.interval.inMicroseconds,
            timeout: check.timeout?.inMicroseconds ?? 0, weight: check.weight.value)
        dumped.isReversed = check.weight.reverse
        dumped.rise = check.rise
        dumped.fall = check.fall
        dumped.result = script.state.saved.counter
        dumped.status =
            switch script.state.status {
            case .unknown: .initial
            case .working: .good
            case .failed: .bad
            }
        dumped.isRunning = script.isRunning
        dumped.user = Int(script.identity?.uid ?? 0)
        dumped.group = Int(script.identity?.gid ?? 0)
        dumped.trackers = trackers(of: check.name, \.trackedScripts)
        return dumped
    }

    private var dumpedFiles: [DumpedFile] {
        model.files.map { check in
            var dumped = DumpedFile(
                name: check.name, path: check.path, number: files?.number(of: check.name) ?? 0,
                weight: check.weight.value)
            dumped.isReversed = check.weight.reverse
            dumped.trackers = trackers(of: check.name, \.trackedFiles)
            return dumped
        }
    }

    private var dumpedProcesses: [DumpedProcess] {
        model.processes.map { check in
            var dumped = DumpedProcess(name: check.name, path: check.process)
            dumped.parameters = check.parameters
            dumped.match = check.match == .ignored ? "none" : "\(check.match)"
            dumped.least = check.quorum
            dumped.most = check.quorumMaximum
            if let found = processes?.found(check.name) {
                (dumped.count, dumped.hasQuorum) = (found.count, found.isEnough)
            }
            dumped.weight = check.weight.value
            dumped.isReversed = check.weight.reverse
            dumped.terminateDelay = check.terminateDelay.inMicroseconds
            dumped.forkDelay = check.forkDelay.inMicroseconds
            dumped.isFullCommand = check.fullCommand || !check.parameters.isEmpty
            dumped.trackers = trackers(of: check.name, \.trackedProcesses)
            return dumped
        }
    }

    /// The instances that track something, with its weight there; those that do so as members of a group come last.
    private func trackers(of name: String, _ list: (Instance) -> [Tracked]) -> [DumpedInstance.Tracked] {
        let found = model.instances.compactMap { instance in
            list(instance).first { $0.name == name }.map { (instance.name, $0) }
        }
        return (found.filter { !$0.1.isOfGroup } + found.filter { $0.1.isOfGroup }).map { instance, tracked in
            DumpedInstance.Tracked(
                name: instance, weight: tracked.weight.value, isReversed: tracked.weight.reverse)
        }
    }
}
