internal import Configuration
internal import Control
internal import LinuxKernel
internal import VRRPCore

/// Answering the control socket.
extension Daemon {
    /// Opens it again when it is not there: it could not be made before, or somebody has removed it.
    func restoreControlSocket() {
        if let control {
            if LocalFiles.exists(control.path) { return }
            log.warning("control socket: \(control.path) was removed by someone else; it is made again")
            control.close()
        }
        openControlSocket()
    }

    /// Opens the control socket; without one the daemon runs all the same, and says so.
    func openControlSocket() {
        do throws(SystemError) {
            control = try ControlServer(
                in: StateFiles.place(StateFiles.runtimeDirectory, of: memory.tag), surroundings.readiness, log,
                refusal: { [unowned self] in line(for: $0, id: nil) })
        } catch {
            log.warning(
                "no control socket: \(error); understudy status and its like cannot ask this daemon (RUNTIME_DIRECTORY names "
                    + "another directory)")
        }
    }

    /// Answers one request, or goes on with an answer, if one waits.
    func serveOne(at now: MonotonicInstant) {
        guard let (client, work) = control?.next() else { return }
        switch work {
        case .tooLong:
            let problem = Problem(.malformed, "a request has at most \(ControlClient.longestRequest) octets")
            client.send(line(for: problem, id: nil), at: now)
            client.close()
        case .request(let octets): answer(octets, for: client, at: now)
        case .moreOfAnswer(let next): proceed(with: client, next)
        }
    }

    private func answer(_ octets: [UInt8], for client: ControlClient, at now: MonotonicInstant) {
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

    /// Writes as much of an answer as there is time for in one turn.
    private func proceed(with client: ControlClient, _ next: (MonotonicInstant) -> String?) {
        let end = now + Self.timeForPieces
        var text = ""
        repeat {
            guard let piece = next(now) else {
                client.proceed(text, at: now)
                return client.finish(at: now)
            }
            text += piece
        } while now < end
        client.proceed(text, at: now)
    }

    /// Longer than most pieces take, and a small part of the shortest interval between adverts.
    private static let timeForPieces = Interval.microseconds(300)

    private func carryOut(_ request: Request, for client: ControlClient, at now: MonotonicInstant) throws(Problem) {
        guard request.request.isReading || client.mayChange else {
            throw Problem(
                .notPermitted, "only root may \(request.request.rawValue); members of the group understudy may read")
        }
        if !request.request.isReading {
            if isStopping { throw Problem(.wrongState, "the daemon is stopping") }
            // Who looks for the cause of something must find who asked for it.
            let subject = request.instance.map { " \($0)" } ?? ""
            log.notice(
                "control socket: user \(client.peer.user), process \(client.peer.process), asks: "
                    + request.request.rawValue + (request.dryRun == true ? " dry run" : subject))
        }
        var answer = answer(id: request.id)
        switch request.request {
        case .status: return try beginStatus(request, for: client, answer, at: now)
        case .history: return try beginHistory(request, for: client, answer, at: now)
        case .switchover: return try switchOver(request, for: client, at: now)
        case .standby: return enterStandby(request, for: client, at: now)
        case .resume: return resume(request, for: client, at: now)
        case .upgrade: return try upgrade(request, for: client, at: now)
        case .reload: answer.reload = try reload(isDryRun: request.dryRun ?? false, at: now)
        }
        client.send(encode(answer).text, at: self.now)
    }

    private static let usualHistory = 100
    private static let mostListed = 20

    func answer(id: Int?) -> Answer {
        var identity = DaemonIdentity(
            pid: Int(parentProcessID()), version: understudyVersion, startedAt: startedAt,
            uptimeSeconds: now.since(began).inSeconds, configuration: options.configurationFile)
        let failure = memory.upgradeFailure
        if !failure.isEmpty { identity.upgradeFailure = failure }
        if isHeir {
            identity.processStartedAt = processStartedAt
            identity.replaced = memory.succession
        }
        return Answer(at: surroundings.wall, daemon: identity, id: id)
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
        let known = routers.map(\.name)
        let list = known.prefix(Self.mostListed).joined(separator: ", ")
        let more = known.count > Self.mostListed ? " and \(known.count - Self.mostListed) more" : ""
        throw Problem(
            .unknownInstance,
            "there is no instance '\(name)'; \(known.isEmpty ? "there is none" : "there are: \(list)\(more)")")
    }

    /// Each instance as it is when its turn comes, milliseconds after the time of the answer when there are hundreds.
    private func beginStatus(
        _ request: Request, for client: ControlClient, _ answer: Answer, at now: MonotonicInstant
    ) throws(Problem) {
        let runners = try runners(named: request.instance)
        var answer = answer
        answer.status = Status(
            loadedAt: loadedAt, standby: surroundings.standby, instances: [],
            remarks: [guardianTrouble, refusedReload].compactMap(\.self) + surroundings.chronicle.remarks
                + surroundings.notifier.remarks
                + surroundings.mailer.remarks
                + (routers.lazy.map(\.notifications) + groups.lazy.map(\.notifications)).flatMap(\.remarks)
                .prefix(Self.mostListed))
        let shown = groups.filter { group in group.members.contains { member in runners.contains { $0 === member } } }
        if !shown.isEmpty { answer.status?.groups = shown.map(\.status) }
        if let bfd, !bfd.neighbours.isEmpty {
            answer.status?.sessions = bfd.neighbours.map { $0.report(at: now) }
        }
        answer.status?.statics = statics.statuses
        send(answer, to: client, listAt: ["status", "instances"], count: runners.count, at: now) {
            [unowned self] index, instant in
            encode(runners[index].status(at: instant) { self.facts(of: $0) }).text
        }
    }

    private func beginHistory(
        _ request: Request, for client: ControlClient, _ answer: Answer, at now: MonotonicInstant
    ) throws(Problem) {
        if let name = request.instance, !surroundings.chronicle.knows(name) { _ = try runners(named: name) }
        let lines = surroundings.chronicle.lines(of: request.instance, limit: request.limit ?? Self.usualHistory)
        var answer = answer
        answer.history = []
        send(answer, to: client, listAt: ["history"], count: lines.count, at: now) { index, _ in lines[index] }
    }

    /// Sends an answer with a list that may be long: its elements are written when the loop has time for them.
    private func send(
        _ answer: Answer, to client: ControlClient, listAt path: [String], count: Int, at now: MonotonicInstant,
        element: @escaping (Int, MonotonicInstant) -> String
    ) {
        let frame = encode(answer).text(around: path)
        var index = 0
        var isOver = false
        client.begin(frame.before, at: now) { instant in
            guard index < count else {
                defer { isOver = true }
                return isOver ? nil : frame.behind
            }
            defer { index += 1 }
            return (index == 0 ? "" : ",") + element(index, instant)
        }
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
        case .file(let name):
            guard let outcome = files?.outcome(of: name) else { return CheckFacts() }
            return CheckFacts(outcome: outcome.text, changedAt: outcome.changedAt)
        case .session(let name):
            guard let outcome = bfd?.outcome(of: name) else { return CheckFacts() }
            return CheckFacts(outcome: outcome.text, changedAt: outcome.changedAt)
        case .interface(let name):
            guard let link = surroundings.interfaces.link(named: name) else {
                return CheckFacts(outcome: "does not exist")
            }
            let pending = surroundings.interfaces.pendingLink(name, at: now).map { "; it is \($0.text)" } ?? ""
            return CheckFacts(
                outcome: (link.isUsable ? "is up" : link.isUp ? "has no carrier" : "is down") + pending)
        }
    }
}
