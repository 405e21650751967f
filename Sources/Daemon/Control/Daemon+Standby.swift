internal import Configuration
internal import Control
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// A client that asked for maintenance and waits until everything is handed over.
struct PendingStandby {
    var client: ControlClient
    var id: Int?
    /// Why it could not be kept on the disk.
    var obstacle: String?
}

/// Maintenance mode: every router of this host is the last that takes its addresses, until an operator or a time ends it.
///
/// docs/design/0006-maintenance-mode.md.
extension Daemon {
    /// Takes up what an earlier run was told.
    func restoreStandby(at now: MonotonicInstant) {
        let kept: Standby?
        switch memory.maintenance {
        case .unknown: kept = surroundings.chronicle.readStandby(at: surroundings.wall)
        // The disk may not know what the process before this one was told.
        case .off: kept = nil
        case .on(let since, let until): kept = Standby(since, until)
        }
        guard let standby = kept else {
            surroundings.standby = nil
            return
        }
        if let until = standby.until, standby.remaining(at: surroundings.wall) == 0 {
            log.notice("maintenance mode has ended: it was on until \(until)")
            surroundings.standby = nil
            return surroundings.chronicle.keep(nil, at: now) { _ in }
        }
        surroundings.standby = standby
        log.notice("maintenance mode is on since \(standby.since): \(Self.words(until: standby.until))")
    }

    func enterStandby(_ request: Request, for client: ControlClient, at now: MonotonicInstant) {
        let wall = surroundings.wall
        let standby = Standby(
            since: surroundings.standby?.since ?? wall,
            until: request.seconds.map { Timestamp(milliseconds: wall.milliseconds + $0 * 1000) })
        surroundings.standby = standby
        tell(.standbyOn, "an operator asked for maintenance: \(Self.words(until: standby.until))", at: now)
        // Handed over first: whoever hears a low priority takes over as well, but not before its timer runs out.
        for runner in routers where runner.shownState == .active && runner.instance.priority != .owner {
            runner.handOver(at: now)
        }
        for runner in routers { runner.applyPriority(because: "maintenance mode", at: now) }
        surroundings.chronicle.keep(standby, at: now) { [unowned self] reason in
            standbyRequests.append(PendingStandby(client: client, id: request.id, obstacle: reason))
        }
    }

    /// Answers who asked for maintenance, once nothing is being handed over any more.
    func settleStandbyRequests() {
        guard !standbyRequests.isEmpty, !routers.contains(where: { $0.shownState == .handingOver }) else { return }
        let settled = standbyRequests
        standbyRequests = []
        let isActive = routers.contains { $0.shownState == .active && $0.instance.priority != .owner }
        for request in settled {
            answerStandby(
                request.client, request.id, isComplete: request.obstacle == nil && !isActive,
                [keeping(request.obstacle)] + sentencesOfStandby())
        }
    }

    func resume(_ request: Request, for client: ControlClient, at now: MonotonicInstant) {
        let wasOn = surroundings.standby != nil
        endStandby("an operator asked to resume", at: now) { [unowned self] reason in
            var sentences =
                wasOn
                ? [
                    "maintenance mode has ended"
                        + (reason.map { ", but would be on again after a restart: \($0)" } ?? "")
                ] : []
            sentences += routers.map { runner in
                if runner.shownState == .active { return "\(runner.name): is active, as before" }
                return "\(runner.name): " + (runner.outlook(at: self.now).first ?? runner.shownState.rawValue)
            }
            answerStandby(client, request.id, isComplete: reason == nil, sentences)
        }
    }

    private func endStandby(_ cause: String, at now: MonotonicInstant, done: @escaping (String?) -> Void) {
        let wasOn = surroundings.standby != nil
        surroundings.standby = nil
        if wasOn { tell(.standbyOff, cause, at: now) }
        for runner in routers {
            runner.applyPriority(because: "maintenance mode ended", at: now)
            runner.deliver(.resumed, at: now)
        }
        if wasOn { surroundings.chronicle.keep(nil, at: now, done: done) } else { done(nil) }
    }

    /// When it ends by itself, on the monotonic clock; set anew each time, because the wall clock may be set.
    func standbyDeadline(at now: MonotonicInstant) -> MonotonicInstant? {
        guard let left = surroundings.standby?.remaining(at: surroundings.wall) else { return nil }
        return now + .milliseconds(UInt64(min(left, 60_000)))
    }

    func tickStandby(at now: MonotonicInstant) {
        guard let standby = surroundings.standby, let until = standby.until,
            standby.remaining(at: surroundings.wall) == 0
        else { return }
        endStandby("it was to end at \(until)", at: now) { [log] reason in
            if let reason { log.warning("maintenance mode ended, but would be on again after a restart: \(reason)") }
        }
    }

    private func tell(_ event: HistoryRecord.Event, _ cause: String, at now: MonotonicInstant) {
        surroundings.statusChanged()
        log.notice("Maintenance mode \(event == .standbyOn ? "on" : "off"): \(cause)")
        surroundings.chronicle.add(
            HistoryRecord(at: surroundings.wall, sequence: 0, boot: nil, instance: nil, event: event, cause: cause),
            at: now)
    }

    private func answerStandby(_ client: ControlClient, _ id: Int?, isComplete: Bool, _ sentences: [String]) {
        var answer = answer(id: id)
        answer.standby = StandbyReport(
            standby: surroundings.standby, isComplete: isComplete, sentences: sentences)
        client.send(encode(answer).text, at: now)
    }

    private func keeping(_ reason: String?) -> String {
        "maintenance mode is on, \(Self.words(until: surroundings.standby?.until)); "
            + (reason.map { "it does not survive a restart: \($0)" } ?? "it survives restarts and reboots")
    }

    private func sentencesOfStandby() -> [String] {
        routers.map { runner in
            if runner.instance.priority == .owner {
                return "\(runner.name): owns its addresses (priority 255), which maintenance mode does not change"
            }
            return switch runner.shownState {
            case .active:
                "\(runner.name): nobody took the addresses over, so it stays active; whoever has a higher priority than 1 will"
            case .standby: "\(runner.name): is standby, and takes the addresses only if nobody else has them"
            default:
                "\(runner.name): is \(runner.shownState.rawValue); it takes the addresses only if nobody else has them"
            }
        }
    }

    private static func words(until: Timestamp?) -> String { until.map { "until \($0)" } ?? "until understudy resume" }
}

extension WorkerMemory.Maintenance {
    init(_ standby: Standby?) {
        guard let standby else {
            self = .off
            return
        }
        self = .on(
            since: UInt64(clamping: standby.since.milliseconds),
            until: UInt64(clamping: standby.until?.milliseconds ?? 0))
    }
}

extension Standby {
    /// From the memory that one process leaves to the next.
    fileprivate init(_ since: UInt64, _ until: UInt64) {
        func timestamp(_ milliseconds: UInt64) -> Timestamp { Timestamp(milliseconds: Int(clamping: milliseconds)) }
        self.init(since: timestamp(since), until: until == 0 ? nil : timestamp(until))
    }
}
