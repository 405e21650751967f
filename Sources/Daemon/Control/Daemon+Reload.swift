internal import Configuration
internal import Control
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// Reloading: everything is read and checked first, then the difference is applied, or nothing.
extension Daemon {
    /// What SIGHUP does.
    func reload(at now: MonotonicInstant) {
        restoreControlSocket()
        do throws(Problem) {
            _ = try reload(isDryRun: false, at: now)
        } catch {
            // It has been said in the log.
        }
    }

    /// - Throws: what is wrong with the new configuration; what runs goes on then.
    func reload(isDryRun: Bool, at now: MonotonicInstant) throws(Problem) -> ReloadReport {
        // This host is looked at, and then changed: a kernel that is at something else would hold up adverts.
        surroundings.awaitKernel()
        if isDryRun {
            let loaded = try load(isDryRun: true)
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
        if let reason = unchangeable(loaded.model) ?? reasonNotToClaim(loaded.model) {
            log.error("Reload refused: \(reason); the one that runs goes on unchanged")
            tell(.reloadRefused, reason, at: now)
            throw Problem(.system, "\(reason); what runs goes on unchanged")
        }
        for line in loaded.remarks { log.warning(line) }
        var report = report(on: loaded.model, loaded.remarks)
        report.applied = !report.changes.isEmpty
        loadedAt = surroundings.wall
        if report.changes.isEmpty {
            log.notice("Nothing changed")
            repeatStates(at: now)
        } else {
            for sentence in report.changes { log.notice("reload: \(sentence)") }
            tell(.reloaded, report.changes.joined(separator: "; "), at: now)
            apply(loaded.model, at: self.now)
        }
        log.notice("Reload finished")
        return report
    }

    private func reasonNotToClaim(_ new: Model) -> String? {
        do throws(SystemError) {
            return try claim(new)
        } catch {
            return "\(error)"
        }
    }

    private func load(isDryRun: Bool = false) throws(Problem) -> Loaded {
        if !isDryRun { makeReloadMarker() }
        defer { if !isDryRun { removeReloadMarker() } }
        let outcome = atLeisure {
            loader.load(options.configurationFile, configurationID: options.configurationID).flatMap { loaded in
                loader.refusal(of: loaded, inPlaceOf: model).map { .failure($0) } ?? .success(loaded)
            }
        }
        switch outcome {
        case .success(let loaded):
            refusedReload = nil
            return loaded
        case .failure(let refused):
            if !isDryRun {
                refusedReload =
                    "the reload at \(surroundings.wall) was refused, and what ran before runs on: "
                    + (refused.lines.first ?? "the configuration has errors")
            }
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
        // A check or a setting that changes may move an instance that stays as it is.
        let touched = plan.contains { if case .instance = $0.subject { false } else { true } }
        for instance in new.instances where touched && !consequences.contains(where: { $0.instance == instance.name }) {
            consequences.append(consequence(instance, instance))
        }
        return ReloadReport(
            applied: false, changes: plan.flatMap(\.sentences), consequences: consequences, warnings: warnings)
    }

    private func consequence(_ old: Instance?, _ new: Instance?) -> ReloadReport.Consequence {
        guard let old, let runner = routers.first(where: { $0.instance.identity == old.identity }) else {
            let whole = "is new: it listens first, and takes the addresses only if nobody better is heard"
            return .init(instance: new?.name ?? "", givesUpAddresses: false, sentence: whole)
        }
        return runner.consequence(of: new, at: now, known: finding(of:))
    }

    /// What is known of something that instances track.
    func finding(of tracker: TrackerName) -> Tracker.Finding {
        switch tracker {
        case .script(let name): .status(scripts.first { $0.check.name == name }?.state.status ?? .unknown)
        case .process(let name): .status(processes?.statuses.first { $0.name == name }?.status ?? .unknown)
        case .interface: .status(.unknown)
        case .file(let name): files?.number(of: name).map { .number($0) } ?? .status(.unknown)
        case .session(let name): .status(bfd?.status(of: name) ?? .unknown)
        }
    }
}
