internal import Configuration
internal import LinuxKernel
internal import VRRPCore

/// Tells the commands and pipes of one instance or group what becomes of it, in order, one command at a time.
///
/// docs/design/0015-notify.md says what is guaranteed.
final class NotifyQueue {
    /// keepalived's words for whom a command is told about.
    enum Kind: String { case instance = "INSTANCE", group = "GROUP" }

    let kind: Kind
    private(set) var name: String
    private unowned let notifier: Notifier
    private var launches: [Notifications.Occasion: ProgramLaunch] = [:]
    private(set) var notifications = Notifications()
    /// What commands are told of the instance itself: `NAME=value` each.
    private var facts: [String] = []
    /// What mail says of it beside what happened, a line each.
    private var particulars: [String] = []
    private var backlog = NotifyBacklog()
    private var child: Child?
    private var token: Token?
    private var timesOutAt: MonotonicInstant?
    private var killAt: MonotonicInstant?
    /// A contest that is told when the last one is a second old.
    private var heldContest: NotifyEvent?
    private var contestDueAt = MonotonicInstant(nanoseconds: 0)
    /// It was told that it is removed: nothing can follow.
    private var isOver = false
    /// From when on the commands for STOP have their time.
    private var stopBegan: MonotonicInstant?
    /// What went wrong when a command was last told something, until the same command is told something well.
    private var troubles: [Notifications.Occasion: String] = [:]
    /// Where a successor of this process finds it; nil until it has a place.
    var memoryIndex: Int?
    /// Whose place it is.
    var memoryKey: String
    /// The notifier knows that there is something to do.
    var isAwake = false

    /// keepalived: from SIGTERM to SIGKILL.
    private static let killDelay = Interval.seconds(2)
    /// At a stop nothing has longer than this: a command that runs when STOP is said, and all commands for STOP.
    private static let longestFarewell = Interval.seconds(5)
    private static let patienceAtStop = Interval.seconds(2)
    private static let contestSpacing = Interval.seconds(1)

    init(_ kind: Kind, _ name: String, _ notifier: Notifier, memoryKey: String) {
        self.kind = kind
        self.name = name
        self.notifier = notifier
        self.memoryKey = memoryKey
    }

    private var surroundings: Surroundings { notifier.surroundings }

    /// Takes up what the configuration says; a command that runs goes on, the next one is the new one.
    func configure(_ notifications: Notifications, name: String, facts: [String], particulars: [String]) {
        self.name = name
        self.particulars = particulars
        self.facts = facts
        self.notifications = notifications
        launches = notifier.isRehearsal ? [:] : notifications.commands.mapValues { notifier.launch($0) }
        troubles = troubles.filter { launches[$0.key] != nil }
    }

    /// It was told that it is removed, but another virtual router has its name now.
    func goOn() { isOver = false }

    // MARK: What happens

    var lastState: NotifyWord? { backlog.lastState }

    /// Tells a state, unless it is the one that was told last.
    func become(
        _ word: NotifyWord, priority: Int, because cause: String, active: String?, isRemoval: Bool = false,
        at now: MonotonicInstant
    ) {
        guard word != backlog.lastState, !isOver else { return }
        isOver = isRemoval
        heldContest = nil
        tell(
            NotifyEvent(
                word: word, previous: nil, sequence: 0, priority: priority, cause: cause, active: active,
                isRemoval: isRemoval),
            at: now)
        if word == .stop { hurry(at: now) }
    }

    /// Tells that a MASTER of a lower priority was heard; once a second at most, and the last time always.
    func contested(priority: Int, because cause: String, active: String?, at now: MonotonicInstant) {
        guard backlog.lastState == .master else { return }
        heldContest = NotifyEvent(
            word: .lowerPriorityHeard, previous: nil, sequence: 0, priority: priority, cause: cause, active: active)
        notifier.wake(self)
        if contestDueAt <= now { tellContest(at: now) }
    }

    private func tellContest(at now: MonotonicInstant) {
        guard let event = heldContest else { return }
        heldContest = nil
        contestDueAt = now + Self.contestSpacing
        tell(event, at: now)
    }

    /// Writes to the pipes that the priority changed, where that is wanted.
    func priorityChanged(to priority: Int, at now: MonotonicInstant) {
        guard notifications.priorityChanges, backlog.lastState != nil else { return }
        // keepalived: in any other state too.
        write(backlog.lastState == .master ? "MASTER_PRIORITY" : "BACKUP_PRIORITY", priority, at: now)
    }

    /// Writes the present state to the pipes once more.
    func repeatState(priority: Int, at now: MonotonicInstant) {
        if let state = backlog.lastState { write(state.rawValue, priority, at: now) }
    }

    private func write(_ word: String, _ priority: Int, at now: MonotonicInstant) {
        notifier.write("\(kind.rawValue) \"\(name)\" \(word) \(priority)\n", at: now)
    }

    private func tell(_ event: NotifyEvent, at now: MonotonicInstant) {
        write(event.word.rawValue, event.priority, at: now)
        mail(event, at: now)
        if let overtaken = backlog.add(event), overtaken.occasions.contains(where: { launches[$0] != nil }) {
            surroundings.log.notice(
                "(\(name)) commands are not told of \(overtaken.word.rawValue): it was \(event.word.rawValue) before their turn came"
            )
        }
        notifier.wake(self)
        remember()
    }

    private func mail(_ event: NotifyEvent, at now: MonotonicInstant) {
        guard sendsMail, event.word.isState else { return }
        var event = event
        event.previous = backlog.lastState
        guard let mail = Mail(event, kind, name, particulars: particulars, at: surroundings.wall, since: now),
            backlog.noteMail(about: event.word, sparingFaults: surroundings.mailer.sparesFaults)
        else { return }
        surroundings.mailer.add(mail, at: now)
    }

    private var sendsMail: Bool { notifications.sendsMail && surroundings.mailer.isOn }

    // MARK: The clock

    private var isReady: Bool { child == nil && !backlog.isEmpty }

    /// True when everything has been told.
    var isIdle: Bool { backlog.isEmpty && child == nil }

    var deadline: MonotonicInstant? {
        if isReady { return MonotonicInstant(nanoseconds: 1) }
        return [timesOutAt, killAt, heldContest == nil ? nil : contestDueAt].compactMap(\.self).min()
    }

    /// Ends what takes too long, and starts what is next; true when a program was started, which takes a millisecond.
    func tick(at now: MonotonicInstant) -> Bool {
        if heldContest != nil, contestDueAt <= now { tellContest(at: now) }
        if let timesOutAt, timesOutAt <= now { timeOut(at: now) }
        if let killAt, killAt <= now {
            child?.signalGroup(Signals.kill)
            self.killAt = now + Self.killDelay
        }
        return isReady && startNext(at: now)
    }

    private func startNext(at now: MonotonicInstant) -> Bool {
        defer { remember() }
        while let (event, occasion) = backlog.next() {
            guard launches[occasion] != nil, start(event, occasion, at: now) else {
                backlog.finishStep()
                continue
            }
            return true
        }
        return false
    }

    private func start(_ event: NotifyEvent, _ occasion: Notifications.Occasion, at now: MonotonicInstant) -> Bool {
        if let problem = launches[occasion]?.problem {
            cannotRun(occasion, problem)
            return false
        }
        do throws(SystemError) {
            let arguments =
                occasion == .everyChange ? [kind.rawValue, name, event.word.rawValue, "\(event.priority)"] : []
            guard var request = try launches[occasion]?.request(adding: environment(of: event), arguments: arguments)
            else { return false }
            // A takeover that was begun is not left half done because this process is replaced.
            request.outlivesUs = true
            let fresh = try Child.spawn(request)
            child = fresh
            backlog.begin(RunningCommand(pid: fresh.pid, startTime: startTime(of: fresh.pid) ?? 0))
            remember()
            try watch(fresh)
            timesOutAt = now + timeout(of: event, at: now)
            surroundings.log.debug("(\(name)) \(occasion.rawValue) is told \(event.word.rawValue)")
            return true
        } catch {
            child?.signalGroup(Signals.kill)
            child = nil
            cannotRun(occasion, "\(error)")
            return false
        }
    }

    private func watch(_ child: Child) throws(SystemError) {
        token = try surroundings.readiness.watch(child.descriptor, as: .notify(self))
    }

    private func timeout(of event: NotifyEvent, at now: MonotonicInstant) -> Interval {
        guard event.word == .stop else { return notifications.timeout }
        let began = stopBegan ?? now
        stopBegan = began
        let rest = (began + Self.longestFarewell).since(now)
        // A command that hangs leaves the next one its share.
        let ahead = event.occasions.dropFirst(backlog.current?.step ?? 0).count { launches[$0] != nil }
        let share = Interval(nanoseconds: rest.nanoseconds / UInt64(max(ahead, 1)))
        return max(min(notifications.timeout, share), .milliseconds(1))
    }

    private func environment(of event: NotifyEvent) -> [String] {
        [
            "UNDERSTUDY_KIND=\(kind.rawValue)", "UNDERSTUDY_NAME=\(name)", "UNDERSTUDY_STATE=\(event.word.rawValue)",
            "UNDERSTUDY_PREVIOUS=\(event.previous?.rawValue ?? "")", "UNDERSTUDY_CAUSE=\(event.cause)",
            "UNDERSTUDY_PRIORITY=\(event.priority)", "UNDERSTUDY_ACTIVE=\(event.active ?? "")",
            "UNDERSTUDY_SEQUENCE=\(event.sequence)",
        ] + facts
    }

    private func cannotRun(_ occasion: Notifications.Occasion, _ reason: String) {
        complain(of: occasion, "cannot run, so its work is not done: \(reason)", .error)
    }

    private func complain(of occasion: Notifications.Occasion, _ what: String, _ level: Log.Level) {
        let sentence = "(\(name)) \(occasion.rawValue) \(what)"
        surroundings.log.write(level, sentence)
        troubles[occasion] = "\(sentence) (at \(surroundings.wall))"
    }

    /// What went wrong when commands were last told something, for `understudy status`.
    var remarks: [String] { Notifications.Occasion.allCases.compactMap { troubles[$0] } }

    // MARK: The end of a command

    /// The command's descriptor became readable: it has ended.
    func childEnded(at now: MonotonicInstant) {
        guard let child else { return }
        // What a command that took too long left in its group is ended with it.
        if timesOutAt == nil { child.signalGroup(Signals.kill) }
        guard let status = child.reap() else { return }
        if let token { surroundings.readiness.forget(child.descriptor, token) }
        (self.child, token, killAt) = (nil, nil, nil)
        let wasTimedOut = timesOutAt == nil
        timesOutAt = nil
        if let occasion = presentOccasion, !wasTimedOut {
            switch status {
            case .exited(0), .exited(-1): troubles[occasion] = nil
            case .exited(let code):
                complain(of: occasion, "ended with exit code \(code): what it is for may not be done", .warning)
            case .signalled(let signal):
                complain(
                    of: occasion, "was ended by \(signalName(signal)): what it is for may not be done", .warning)
            }
        }
        backlog.finishStep()
        remember()
    }

    private var presentOccasion: Notifications.Occasion? {
        guard let current = backlog.current, current.step < current.event.occasions.count else { return nil }
        return current.event.occasions[current.step]
    }

    private func timeOut(at now: MonotonicInstant) {
        timesOutAt = nil
        child?.signalGroup(Signals.terminate)
        killAt = now + (stopBegan == nil ? Self.killDelay : .seconds(1))
        guard let presentOccasion else { return }
        complain(
            of: presentOccasion,
            "takes too long and is ended with all that it started: what it is for may not be done"
                + (stopBegan == nil ? "; notify_timeout gives it longer" : ""), .error)
    }

    /// The daemon stops: what runs and is not about that has little time left.
    func hurry(at now: MonotonicInstant) {
        guard let timesOutAt, backlog.current?.event.word != .stop else { return }
        self.timesOutAt = min(timesOutAt, now + Self.patienceAtStop)
    }

    /// The daemon ends now: nothing more is told.
    func abandon() {
        guard !isIdle else { return }
        surroundings.log.error("(\(name)) commands were not told everything: the daemon had to end")
        child?.signalGroup(Signals.kill)
        if let child, let token { surroundings.readiness.forget(child.descriptor, token) }
        (child, token, timesOutAt, killAt) = (nil, nil, nil, nil)
        backlog.abandon()
    }

    // MARK: Replaced processes

    /// As whom a command runs, where that is known.
    func identity(for occasion: Notifications.Occasion) -> (uid: UInt32, gid: UInt32)? {
        launches[occasion]?.knownIdentity
    }

    /// Somebody is told, so that a successor must know what was.
    var hasAudience: Bool { !launches.isEmpty || notifier.hasPipes || sendsMail }

    private func remember() {
        guard let memoryIndex, hasAudience else { return }
        surroundings.memory.keep(NotifyMemory(key: memoryKey, backlog: backlog), at: memoryIndex)
    }

    /// Gets a place in the memory.
    func remember(at index: Int) {
        memoryIndex = index
        remember()
    }

    /// Goes on where the process before us ended: what it had started is waited for, what it had not is run.
    func restore(_ saved: NotifyBacklog, at now: MonotonicInstant) {
        backlog = saved
        notifier.wake(self)
        guard let running = saved.current?.running else { return }
        guard let child = Child.adopt(running.pid, startedAt: running.startTime) else { return backlog.finishStep() }
        do throws(SystemError) {
            try watch(child)
            self.child = child
            timesOutAt = now + notifications.timeout
        } catch {
            surroundings.log.warning("(\(name)) a command runs and cannot be watched: \(error)")
            backlog.finishStep()
        }
    }
}
