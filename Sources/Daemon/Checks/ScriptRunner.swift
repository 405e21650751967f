internal import Configuration
internal import LinuxKernel
internal import VRRPCore

/// Runs one `vrrp_script`: a child process every interval, its group killed when it takes too long.
///
/// A check that cannot run is a failing check, and said so; it is never dropped. One run at a time: while a child is
/// still there the next run is skipped.
final class ScriptRunner {
    let check: ScriptCheck
    private(set) var state: CheckState
    private var launch: ProgramLaunch
    private let surroundings: Surroundings
    /// Called when the status changed, with the cause in words.
    private let changed: (ScriptRunner, String, MonotonicInstant) -> Void

    private var child: Child?
    private var token: Token?
    private var nextRunAt: MonotonicInstant
    private var timesOutAt: MonotonicInstant?
    private var killAt: MonotonicInstant?
    /// What the last run gave, when it ended, and how long it took; nil before the first.
    private(set) var lastOutcome: String?
    private(set) var lastEndedAt: MonotonicInstant?
    private(set) var lastDuration: Interval?
    /// When the status was last another one; nil when it never was.
    private(set) var changedAt: MonotonicInstant?
    private var startedAt: MonotonicInstant?
    private var lastProblem: String?
    /// True once a run had to be skipped for the present one.
    private var hasSkipped = false
    /// True from the first skipped run until a run ends in time again, so that slowness is told once.
    private var isSlow = false
    private var isCancelled = false

    init(
        _ check: ScriptCheck, global: GlobalSettings, inspector: any HostInspector, surroundings: Surroundings,
        at now: MonotonicInstant, changed: @escaping (ScriptRunner, String, MonotonicInstant) -> Void
    ) {
        self.check = check
        self.surroundings = surroundings
        self.changed = changed
        state = CheckState(rise: check.rise, fall: check.fall)
        launch = ProgramLaunch(check.command, as: check.user, global, inspector)
        nextRunAt = now
    }

    /// Goes on counting where the process before us ended.
    func restore(_ saved: CheckState.Saved) { state.restore(saved) }

    /// Takes the place of `before`, whose settings a reload changed: no result and no count is lost by that.
    func goOn(from before: ScriptRunner, at now: MonotonicInstant) {
        guard check.command == before.check.command, check.user == before.check.user else {
            return state.begin(after: before.state)
        }
        state.goOn(from: before.state)
        (lastOutcome, lastEndedAt, lastDuration) = (before.lastOutcome, before.lastEndedAt, before.lastDuration)
        changedAt = before.changedAt
        // A run that the reload ends is made up for; reloads that come in quick succession are no further runs.
        nextRunAt = before.isRunning ? now : min(before.nextRunAt, now + check.interval)
    }

    var isRunning: Bool { child != nil }
    /// As whom it runs, where that is known.
    var identity: (uid: UInt32, gid: UInt32)? { launch.knownIdentity }

    private var timeout: Interval { check.timeout ?? check.interval }

    var deadline: MonotonicInstant {
        [timesOutAt, killAt].compactMap(\.self).reduce(nextRunAt) { min($0, $1) }
    }

    /// Delivers the clock.
    func tick(at now: MonotonicInstant) {
        if let timesOutAt, timesOutAt <= now { timeOut(at: now) }
        if let killAt, killAt <= now { kill(at: now) }
        guard nextRunAt <= now else { return }
        let next = nextRunAt + check.interval
        nextRunAt = now < next ? next : now + check.interval
        // A child that could not be watched was killed; its end is seen here.
        if child != nil, token == nil { childEnded(at: now) }
        if child == nil { return run(at: now) }
        hasSkipped = true
        // One that timed out has been reported already.
        if timesOutAt != nil, !isSlow {
            isSlow = true
            log("is still running; runs are skipped until it ends", .warning)
        }
    }

    /// Ends the child, if there is one, for good: the check is no longer wanted.
    ///
    /// A killed child takes a moment to end; it is still watched, so that it is collected and leaves no zombie.
    func cancel() {
        isCancelled = true
        child?.signalGroup(Signals.kill)
    }

    // MARK: Running

    private func run(at now: MonotonicInstant) {
        if let problem { return cannotRun(problem, at: now) }
        do throws(SystemError) {
            let fresh = try Child.spawn(try launch.request())
            child = fresh
            do throws(SystemError) {
                token = try surroundings.readiness.watch(fresh.descriptor, as: .script(self))
            } catch {
                fresh.signalGroup(Signals.kill)
                throw error
            }
            hasSkipped = false
            startedAt = now
            // Counted from when the run was due, so that a timeout as long as the interval does not cost a second one.
            let due = MonotonicInstant(nanoseconds: nextRunAt.nanoseconds - check.interval.nanoseconds)
            timesOutAt = max(due + timeout, now + .milliseconds(1))
            lastProblem = nil
        } catch {
            cannotRun("\(error)", at: now)
        }
    }

    private var problem: String? {
        // Looking at every path component costs a few microseconds; a working script is looked at only for security.
        if !launch.security, lastProblem == nil, lastOutcome != nil { return nil }
        return launch.problem
    }

    private func cannotRun(_ reason: String, at now: MonotonicInstant) {
        if reason != lastProblem {
            log("cannot run, so it counts as failed: \(reason)", .error)
            lastProblem = reason
        }
        finish(success: false, outcome: "cannot run", at: now)
    }

    // MARK: Results

    /// The child's descriptor became readable: it has ended.
    func childEnded(at now: MonotonicInstant) {
        guard let child else { return }
        // What a timed-out program left in its group is ended with it.
        let wasTimedOut = timesOutAt == nil
        if wasTimedOut { child.signalGroup(Signals.kill) }
        guard let status = child.reap() else { return }
        if let token { surroundings.readiness.forget(child.descriptor, token) }
        self.child = nil
        token = nil
        timesOutAt = nil
        killAt = nil
        if isCancelled { return }
        // The run that fell due meanwhile was skipped; it is made up for, so that `fall` is counted in intervals.
        if wasTimedOut { return hasSkipped ? run(at: now) : () }
        if !hasSkipped { isSlow = false }
        switch status {
        case .exited(0): finish(success: true, outcome: "exited with status 0", at: now)
        case .exited(let code): finish(success: false, outcome: "exited with status \(code)", at: now)
        case .signalled(let signal): finish(success: false, outcome: "ended by signal \(signal)", at: now)
        }
    }

    private func timeOut(at now: MonotonicInstant) {
        timesOutAt = nil
        child?.signalGroup(Signals.terminate)
        killAt = now + Self.killDelay
        finish(success: false, outcome: "timed out after \(timeout)", at: now)
    }

    private func kill(at now: MonotonicInstant) {
        child?.signalGroup(Signals.kill)
        killAt = now + Self.killDelay
    }

    /// keepalived: from SIGTERM to SIGKILL.
    private static let killDelay = Interval.seconds(2)

    private func finish(success: Bool, outcome: String, at now: MonotonicInstant) {
        if outcome != lastOutcome, lastOutcome != nil || !success {
            surroundings.log.debug("Script `\(check.name)` now \(outcome)")
        }
        lastOutcome = outcome
        lastEndedAt = now
        lastDuration = startedAt.map { now.since($0) }
        startedAt = nil
        let wasKnown = state.status != .unknown
        guard state.record(success: success) else { return }
        if wasKnown { changedAt = now }
        let cause = success ? "\(check.name) succeeded" : "\(check.name) failed: \(outcome)"
        surroundings.log.notice("VRRP_Script(\(check.name)) " + (success ? "succeeded" : "failed (\(outcome))"))
        changed(self, cause, now)
    }

    private func log(_ text: String, _ level: Log.Level) {
        surroundings.log.write(level, "VRRP_Script(\(check.name)) \(text)")
    }
}
