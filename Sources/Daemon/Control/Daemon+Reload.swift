internal import Configuration
internal import Control
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// Reloading: everything is read and checked first, then the difference is applied, or nothing.
extension Daemon {
    /// What SIGHUP does.
    func reload(at now: MonotonicInstant) {
        do throws(Problem) {
            _ = try reload(isDryRun: false, at: now)
        } catch {
            // It has been said in the log.
        }
    }

    /// - Throws: what is wrong with the new configuration; what runs goes on then.
    func reload(isDryRun: Bool, at now: MonotonicInstant) throws(Problem) -> ReloadReport {
        if isDryRun {
            let loaded = try load()
            return report(on: loaded.model, loaded.remarks)
        }
        log.notice("Reloading \(options.configurationFile)")
        notifyServiceManager("RELOADING=1\nMONOTONIC_USEC=\(now.nanoseconds / 1000)")
        defer { notifyServiceManager("READY=1\n" + statusLine) }
        let loaded: Loaded
        do throws(Problem) {
            loaded = try load()
        } catch {
            for line in error.details ?? [] { log.error(line) }
            log.error("Reload refused: the configuration has errors; the one that runs goes on unchanged")
            tell(.reloadRefused, "the configuration has errors: " + (error.details?.first ?? ""), at: now)
            throw error
        }
        for line in loaded.remarks { log.warning(line) }
        var report = report(on: loaded.model, loaded.remarks)
        report.applied = !report.changes.isEmpty
        loadedAt = surroundings.wall
        if report.changes.isEmpty {
            log.notice("Nothing changed")
        } else {
            for sentence in report.changes { log.notice("reload: \(sentence)") }
            tell(.reloaded, report.changes.joined(separator: "; "), at: now)
            apply(loaded.model, at: self.now)
        }
        log.notice("Reload finished")
        return report
    }

    private func load() throws(Problem) -> Loaded {
        switch loader.load(options.configurationFile, configurationID: options.configurationID) {
        case .success(let loaded): return loaded
        case .failure(let refused):
            throw Problem(
                .configuration, "\(options.configurationFile) has errors; what runs goes on unchanged",
                details: refused.lines)
        }
    }

    private func tell(_ event: HistoryRecord.Event, _ cause: String, at now: MonotonicInstant) {
        surroundings.chronicle.add(
            HistoryRecord(
                at: surroundings.wall, sequence: 0, boot: nil, instance: nil, event: event,
                cause: String(cause.prefix(1000))), at: now)
    }

    // MARK: The plan

    private func report(on new: Model, _ warnings: [String]) -> ReloadReport {
        let plan = changes(from: model, to: new)
        var consequences: [ReloadReport.Consequence] = []
        for change in plan {
            guard case .instance(let old, let new) = change.subject else { continue }
            consequences.append(consequence(old, new))
        }
        // A check that changes may move an instance that stays as it is.
        let touched = plan.contains { if case .instance = $0.subject { false } else { true } }
        for runner in routers where touched && !consequences.contains(where: { $0.instance == runner.name }) {
            consequences.append(
                .init(
                    instance: runner.name, givesUpAddresses: false,
                    sentence: "keeps its state; checks whose command or timing changed are run anew"))
        }
        return ReloadReport(
            applied: false, changes: plan.flatMap(\.sentences), consequences: consequences, warnings: warnings)
    }

    private func consequence(_ old: Instance?, _ new: Instance?) -> ReloadReport.Consequence {
        let runner = old.flatMap { old in routers.first { $0.instance.identity == old.identity } }
        let holds = runner?.router.holdsAddresses ?? false
        let name = new?.name ?? old?.name ?? ""
        func says(_ givesUp: Bool, _ sentence: String) -> ReloadReport.Consequence {
            .init(instance: name, givesUpAddresses: givesUp, sentence: sentence)
        }
        guard let new else {
            return holds
                ? says(true, "is removed: its addresses are handed to whoever takes them, then removed here")
                : says(false, "is removed; it has no addresses here")
        }
        guard let old, let runner else { return says(false, "is new: it listens first, then takes part") }
        let stays = Set((new.addresses + new.excludedAddresses).map(\.address))
        let gone = (old.addresses + old.excludedAddresses).filter { !stays.contains($0.address) }
        if holds, !gone.isEmpty {
            return says(true, "stays active, but removes \(gone.map { "\($0.address)" }.joined(separator: ", "))")
        }
        guard holds else { return says(false, "keeps its state; it has no addresses here") }
        if let sentence = losing(runner, new) { return says(true, sentence) }
        let replaced = (old.addresses + old.excludedAddresses).first { before in
            before.address.family == .v6
                && (new.addresses + new.excludedAddresses).contains {
                    $0.address == before.address && $0.interface == before.interface
                        && $0.prefixLength != before.prefixLength
                }
        }
        return replaced.map {
            says(
                false, "stays active; \($0.address) is away for a moment, because an IPv6 prefix cannot change in place"
            )
        } ?? says(false, "stays active and keeps its addresses")
    }

    /// Why an active router will probably lose its addresses to a peer after the reload; nil when nothing suggests it.
    private func losing(_ runner: RouterRunner, _ new: Instance) -> String? {
        let priority = runner.priority(configuredBy: new)
        guard priority < runner.router.priority else { return nil }
        let change = "its priority falls from \(runner.router.priority.rawValue) to \(priority.rawValue)"
        let rival = runner.peers.list(except: runner.router.primaryAddress, at: now)
            .filter { $0.refusal == nil }.max { ($0.priority ?? 0) < ($1.priority ?? 0) }
        guard let rival, let theirs = rival.priority, theirs > Int(priority.rawValue) else { return nil }
        return "\(change), below the \(theirs) that \(rival.address) last had: that one takes over, in a few seconds"
    }
}
