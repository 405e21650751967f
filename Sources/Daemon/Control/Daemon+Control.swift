internal import Configuration
internal import Control
internal import LinuxKernel
internal import VRRPCore

/// Answering the control socket.
extension Daemon {
    /// Opens the control socket; without one the daemon runs all the same, and says so.
    func openControlSocket() {
        do throws(SystemError) {
            control = try ControlServer(
                in: StateFiles.runtimeDirectory, surroundings.readiness, log,
                refusal: { [unowned self] in line(for: $0, id: nil) })
        } catch {
            log.warning(
                "no control socket: \(error); understudy status and its like cannot ask this daemon (RUNTIME_DIRECTORY names "
                    + "another directory)")
        }
    }

    /// Answers one request, if one waits.
    func serveOne(at now: MonotonicInstant) {
        guard let (client, next) = control?.next() else { return }
        switch next {
        case .nothing: return
        case .tooLong:
            let problem = Problem(.malformed, "a request has at most \(ControlClient.longestRequest) octets")
            client.send(line(for: problem, id: nil), at: now)
            client.close()
        case .line(let octets):
            do throws(Problem) {
                let request = try Request.parse(octets)
                do throws(Problem) {
                    try carryOut(request, for: client, at: now)
                } catch {
                    client.send(line(for: error, id: request.id), at: now)
                }
            } catch {
                client.send(line(for: error, id: nil), at: now)
            }
        }
    }

    private func carryOut(_ request: Request, for client: ControlClient, at now: MonotonicInstant) throws(Problem) {
        guard request.request.isReading || client.mayChange else {
            throw Problem(
                .notPermitted, "only root may \(request.request.rawValue); members of the group understudy may read")
        }
        if isStopping, !request.request.isReading { throw Problem(.wrongState, "the daemon is stopping") }
        var answer = answer(id: request.id)
        switch request.request {
        case .status: answer.status = try status(of: request.instance, at: now)
        case .history:
            if let name = request.instance { _ = try runners(named: name) }
            answer.history = history(of: request.instance, limit: request.limit ?? Self.usualHistory)
        case .switchover: return try switchOver(request, for: client, at: now)
        case .standby: return enterStandby(request, for: client, at: now)
        case .resume: return resume(request, for: client, at: now)
        case .reload: answer.reload = try reload(isDryRun: request.dryRun ?? false, at: now)
        }
        client.send(encode(answer).text, at: self.now)
    }

    private static let usualHistory = 100

    func answer(id: Int?) -> Answer {
        Answer(
            at: surroundings.wall,
            daemon: DaemonIdentity(
                pid: Int(currentProcessID()), version: understudyVersion, startedAt: startedAt,
                uptimeSeconds: now.since(began).inSeconds, configuration: options.configurationFile),
            id: id)
    }

    func line(for problem: Problem, id: Int?) -> String {
        var answer = answer(id: id)
        answer.error = problem
        return encode(answer).text
    }

    // MARK: Reading

    func runners(named name: String?) throws(Problem) -> [RouterRunner] {
        guard let name else { return routers }
        let found = routers.filter { $0.name == name }
        if !found.isEmpty { return found }
        let known = routers.map(\.name).joined(separator: ", ")
        throw Problem(.unknownInstance, "there is no instance '\(name)'; there is \(known)")
    }

    private func status(of name: String?, at now: MonotonicInstant) throws(Problem) -> Status {
        let instances = try runners(named: name).map { $0.status(at: now, checks: facts) }
        return Status(
            loadedAt: loadedAt, standby: surroundings.standby, instances: instances,
            remarks: [surroundings.chronicle.remark].compactMap(\.self))
    }

    private func facts(of tracker: TrackerName) -> CheckFacts {
        switch tracker {
        case .script(let name):
            guard let script = scripts.first(where: { $0.check.name == name }) else { return CheckFacts() }
            return CheckFacts(
                outcome: script.lastOutcome, endedAt: script.lastEndedAt, duration: script.lastDuration,
                changedAt: script.changedAt)
        case .process(let name):
            guard let outcome = processes?.outcome(of: name) else { return CheckFacts() }
            return CheckFacts(outcome: outcome.text, changedAt: outcome.changedAt)
        case .interface(let name):
            guard let link = surroundings.interfaces.link(named: name) else {
                return CheckFacts(outcome: "does not exist")
            }
            return CheckFacts(outcome: link.isUsable ? "is up" : link.isUp ? "has no carrier" : "is down")
        }
    }

    private func history(of name: String?, limit: Int) -> [HistoryRecord] {
        // What concerns the daemon as a whole concerns each of its instances.
        let wanted = surroundings.chronicle.records.filter { name == nil || $0.instance == nil || $0.instance == name }
        return Array(wanted.suffix(limit))
    }
}
