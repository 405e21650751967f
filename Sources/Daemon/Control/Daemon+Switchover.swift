internal import Configuration
internal import Control
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// A switch-over that a client waits for.
struct PendingSwitchover {
    var client: ControlClient
    var id: Int?
    /// The routers and the places of their reports: a reload may give an instance another name meanwhile.
    var waitsFor: [(runner: RouterRunner, place: Int)]
    var reports: [SwitchoverReport]
}

extension Daemon {
    /// Hands over every wanted instance, or none when one of them cannot be.
    func switchOver(_ request: Request, for client: ControlClient, at now: MonotonicInstant) throws(Problem) {
        let wanted = try runners(named: request.instance)
        var pending = PendingSwitchover(client: client, id: request.id, waitsFor: [], reports: [])
        for runner in wanted {
            switch runner.shownState {
            case .active:
                try refuseOwner(runner)
                pending.waitsFor.append((runner, pending.reports.count))
                pending.reports.append(report(before: runner, at: now))
            case .handingOver: throw Problem(.busy, "\(runner.name) is being handed over already")
            case .standby where request.toPeer == true || request.instance == nil:
                pending.reports.append(alreadyElsewhere(runner, at: now))
            case .fault where request.instance == nil, .waiting where request.instance == nil,
                .stopped where request.instance == nil:
                pending.reports.append(alreadyElsewhere(runner, at: now))
            case .standby, .fault, .waiting, .stopped:
                let holder = runner.activeRouter(at: now)?.address
                throw Problem(
                    .wrongState,
                    "\(runner.name) is not active here but \(runner.shownState.rawValue)"
                        + (holder.map { "; \($0) is active: hand over there" } ?? ""))
            }
        }
        if pending.waitsFor.isEmpty, request.toPeer != true {
            throw Problem(.wrongState, "nothing is active here, so there is nothing to hand over")
        }
        let begun = pending.waitsFor
        switchovers.append(pending)
        for (runner, _) in begun { runner.handOver(at: now) }
        settleGroups(at: now)
        settleSwitchovers(at: now)
    }

    private func refuseOwner(_ runner: RouterRunner) throws(Problem) {
        guard runner.instance.priority == .owner else { return }
        throw Problem(
            .wrongState,
            "\(runner.name) owns its addresses (priority 255): they belong to this host and are not handed over")
    }

    private func alreadyElsewhere(_ runner: RouterRunner, at now: MonotonicInstant) -> SwitchoverReport {
        let holder = runner.activeRouter(at: now)?.address
        return SwitchoverReport(
            instance: runner.name, outcome: .alreadyElsewhere, successor: holder,
            preflight: "it is \(runner.shownState.rawValue) here",
            detail: holder.map { "\($0) is active; nothing was done" } ?? "nobody has been heard; nothing was done")
    }

    /// What is known of anyone who could take over, before it is tried.
    private func report(before runner: RouterRunner, at now: MonotonicInstant) -> SwitchoverReport {
        let own = runner.router.primaryAddress
        let preflight =
            if let standbys = runner.standbysSeen(at: now) {
                standbys.first.map {
                    "\($0.address) stands by with priority \($0.priority), heard \(Self.ago($0.lastHeardSeconds)) ago"
                        + (runner.instance.keyed == nil ? "" : " (unsigned)")
                } ?? "no standby has been heard for \(runner.noticePatience): probably nobody takes over"
            } else if let peer = runner.peers.candidates(except: own, at: now).first {
                "standbys are silent; \(peer.address) was last heard \(Self.ago(peer.lastHeardSeconds)) ago, so it may be there to take over"
            } else if let gone = runner.peers.predecessor(except: own, at: now) {
                RouterRunner.handedOver(gone)
            } else if let gone = runner.peers.list(except: own, at: now).first(where: { $0.priority == 0 }) {
                "\(gone.address) said \(Self.ago(gone.lastHeardSeconds)) ago that it was leaving, and nobody else has been heard: probably nobody takes over"
            } else {
                "standbys are silent, and nobody else has been heard \(surroundings.listeningSince): whether anyone takes over is not known"
            }
        return SwitchoverReport(
            instance: runner.name, outcome: .interrupted, successor: nil, preflight: preflight, detail: "under way")
    }

    private static func ago(_ seconds: Double) -> String {
        let whole = Int(seconds)
        return whole < 120 ? "\(whole) s" : whole < 7200 ? "\(whole / 60) min" : "\(whole / 3600) h"
    }

    /// A router has changed its state: perhaps that is what a client waits for.
    func noticeForSwitchovers(_ runner: RouterRunner, _ transition: Transition) {
        for index in switchovers.indices {
            guard let outcome = Self.outcome(of: transition),
                let position = switchovers[index].waitsFor.firstIndex(where: { $0.runner === runner })
            else { continue }
            let place = switchovers[index].waitsFor.remove(at: position).place
            switchovers[index].reports[place].conclude(outcome, runner)
        }
    }

    /// What the transition means for a hand-over; nil while it goes on.
    private static func outcome(of transition: Transition) -> SwitchoverReport.Outcome? {
        switch transition {
        case .becameBackup(.switchOver), .becameBackup(.syncGroup): .handedOver
        case .remainedActive: .undone
        case .faulted, .stopped, .waiting, .becameBackup: .interrupted
        case .resigned, .becameActive, .contested, .carriedOn: nil
        }
    }

    /// Answers the clients whose switch-overs have ended.
    func settleSwitchovers(at now: MonotonicInstant) {
        let ended = switchovers.filter(\.waitsFor.isEmpty)
        switchovers.removeAll(where: \.waitsFor.isEmpty)
        for pending in ended {
            var answer = answer(id: pending.id)
            answer.switchover = pending.reports
            pending.client.send(encode(answer).text, at: now)
        }
    }
}

extension SwitchoverReport {
    fileprivate mutating func conclude(_ outcome: Outcome, _ runner: RouterRunner) {
        self.outcome = outcome
        let handover = runner.handover
        successor = handover?.successor.map { "\($0)" }
        func seconds(_ instant: MonotonicInstant?) -> Double? {
            instant.flatMap { instant in handover.map { instant.since($0.began).inSeconds } }
        }
        heardAfterSeconds = seconds(handover?.heard)
        announcedAfterSeconds = seconds(handover?.announced)
        releasedAfterSeconds = outcome == .handedOver ? seconds(handover?.ended) : nil
        switch outcome {
        case .handedOver:
            detail =
                announcedAfterSeconds != nil
                ? "the addresses were served here until the successor had announced them"
                : "the successor's announcements were not seen; the addresses were served here for a while after its first advert"
        case .undone: detail = "nobody took over: it is active as before, and the addresses never left"
        case .interrupted: detail = "it ended otherwise: \(runner.life.cause)"
        case .alreadyElsewhere: break
        }
    }
}
