internal import LinuxKernel
internal import VRRPCore

/// The parent of the process that does the work: it starts it, watches it, and replaces it when it dies or hangs.
///
/// It reads no configuration and no packet, so that nothing a stranger or an operator writes can end it. The successor of a
/// dead process goes on from what is in the ``WorkerMemory``: to the network, nothing has happened.
/// docs/design/0009-guardian.md.
final class Guardian {
    /// How the worker says that it runs (a real-time signal, for which nobody else has a use).
    static let readySignal: Int32 = 40

    private let program: Program
    private let log: Log
    let memory: WorkerMemory
    /// What it is called unless the configuration says otherwise.
    let ownName = processName(of: currentProcessID()) ?? "understudyd"
    private let poller: Poller
    private let signals: SignalSocket
    private var start: DaemonStart?

    private var worker: Child?
    private var startedAt = MonotonicInstant(nanoseconds: 0)
    /// Why we ended the worker; nil when we did not.
    private var verdict: String?
    /// The worker has said that it runs.
    private var isRunning = false
    /// True once any worker has run.
    private var hasRun = false
    private var isStopping = false
    /// Signals that came before the worker could take them.
    private var held: [Int32] = []
    private var replacements: [MonotonicInstant] = []
    /// When a worker was ended because it hung.
    private var hangs: [MonotonicInstant] = []
    private var failedStarts = 0
    private var suspicion: Suspicion?
    private var checkAt: MonotonicInstant?
    private var limiter = LineLimiter<Patience>()

    /// This program, and how it was called.
    struct Program {
        /// Where it was when it started; an upgrade puts another one there.
        var path: String?
        var arguments: [String]
        /// `-R` says that a worker that dies is not replaced.
        var replacesWorker = true
    }

    /// The worker is late; more has to be known before it is ended.
    private struct Suspicion {
        var aliveAt: MonotonicInstant
        var ticks: UInt64
    }

    private enum Patience { case traced, uninterruptible, starved, noRoom }
    private enum Event: UInt64 { case signal = 1, worker = 2 }

    /// More replacements than this within ``crashWindow`` are no accident.
    private static let mostReplacements = 5
    private static let crashWindow = Interval.seconds(30)
    private static let mostFailedStarts = 2
    /// Together shorter than anybody waits for our adverts.
    private static let mostAttempts = 5
    private static let attemptSpacing = Interval.milliseconds(100)
    private static let longestStart = Interval.seconds(10)
    private static let longestFarewell = Interval.seconds(15)

    init(
        _ program: Program, log: Log, memory: WorkerMemory, signals: SignalSocket, start: consuming DaemonStart?
    ) throws(SystemError) {
        self.program = program
        self.log = log
        self.memory = memory
        self.start = start
        self.signals = signals
        poller = try Poller()
        try poller.watch(signals.descriptor, as: Token(rawValue: Event.signal.rawValue))
    }

    private var now: MonotonicInstant { MonotonicInstant(nanoseconds: monotonicNanoseconds()) }

    /// Runs until the worker ends for good; returns the exit code.
    func run() -> Int32 {
        var code: Int32?
        do throws(SystemError) {
            try startWorker()
            while code == nil {
                var events: [UInt64] = []
                try poller.wait(untilNanoseconds: checkAt?.nanoseconds) { events.append($0.rawValue) }
                if events.contains(Event.signal.rawValue) { takeSignals() }
                if events.contains(Event.worker.rawValue) { code = try workerEnded() }
                if code == nil, let checkAt, checkAt <= now { check() }
            }
        } catch {
            log.error("the guardian cannot go on: \(error)")
            if let worker {
                // It hands over by itself.
                worker.signalGroup(Signals.terminate)
                code = ExitCode.failure
            } else {
                code = giveUp(
                    because: "no successor can be started: \(error)", hasRun ? ExitCode.crashed : ExitCode.failure)
            }
        }
        return code ?? ExitCode.failure
    }

    // MARK: The worker

    private func startWorker() throws(SystemError) {
        memory.enter(.starting)
        isRunning = false
        suspicion = nil
        startedAt = now
        // Through /proc, so that what runs is what ran before, whatever an upgrade has put in its place.
        let child = try Child.spawn(
            SpawnRequest(
                path: "/proc/self/exe",
                arguments: [program.arguments[0], Worker.argument] + program.arguments.dropFirst(),
                environment: Self.workerEnvironment,
                standardInput: .descriptor(memory.descriptor), standardOutput: .descriptor(1),
                standardError: .descriptor(2)))
        worker = child
        try poller.watch(child.descriptor, as: Token(rawValue: Event.worker.rawValue))
        checkAt = startedAt + Self.longestStart
    }

    /// Starts the next worker; a host that has no room for another process may have it a moment later.
    private func startSuccessor() throws(SystemError) {
        for _ in 1..<Self.mostAttempts {
            do throws(SystemError) {
                return try startWorker()
            } catch {
                if let more = limiter.pass(.noRoom, at: now) { log.error("no successor yet: \(error)\(more)") }
                let until = now + Self.attemptSpacing
                while now < until { try poller.wait(untilNanoseconds: until.nanoseconds) { _ in } }
            }
        }
        try startWorker()
    }

    /// The service manager's watchdog is meant for this process; the worker feeds it in our name.
    private static var workerEnvironment: [String] {
        let isOurs = environmentVariable("WATCHDOG_PID").map { $0 == "\(currentProcessID())" } ?? true
        return environmentVariables().filter {
            !$0.hasPrefix("WATCHDOG_PID=") && (isOurs || !$0.hasPrefix("WATCHDOG_"))
        }
    }

    /// What its end means: nil when it was replaced, else the exit code of us all.
    private func workerEnded() throws(SystemError) -> Int32? {
        guard let worker, let status = worker.reap() else { return nil }
        let phase = memory.pulse.phase
        poller.forget(worker.descriptor)
        self.worker = nil
        if case .exited(0) = status, phase == .upgrading { return try upgrade(from: worker.pid) }
        if case .exited(let code) = status, !hasRun || isStopping || phase == .stopping { return code }
        if !hasRun {
            // It was asked to stop before it could take a signal.
            if isStopping { return ExitCode.success }
            log.error("cannot start: the process ended \(status.inWords)")
            return ExitCode.failure
        }
        let end = "process \(worker.pid), which \(verdict ?? "ended \(status.inWords)")"
        verdict = nil
        if isStopping { return giveUp(because: "\(end) while it was stopping", ExitCode.failure) }
        // One that did not turn when it was due had hung, or ended, by then: we may have been away ourselves.
        return try replace(end, deafSince: min(now, memory.pulse.dueAt))
    }

    private func replace(_ predecessor: String, deafSince: MonotonicInstant) throws(SystemError) -> Int32? {
        guard program.replacesWorker else {
            return giveUp(because: "\(predecessor); -R says that it is not replaced", ExitCode.crashed)
        }
        if !isRunning { failedStarts += 1 }
        replacements = replacements.filter { now.since($0) < Self.crashWindow } + [now]
        if failedStarts >= Self.mostFailedStarts || replacements.count > Self.mostReplacements {
            return giveUp(
                because: "\(predecessor); that was the end number \(replacements.count) within \(Self.crashWindow)",
                ExitCode.crashed)
        }
        log.error("Replacing \(predecessor)")
        memory.succession = predecessor
        memory.deafSince = deafSince
        try startSuccessor()
        return nil
    }

    /// Resigns for every router that was Active, and lets go when a successor has had the time that it needs.
    private func giveUp(because reason: String, _ code: Int32) -> Int32 {
        let orders = memory.orders
        log.error(
            "Giving up: \(reason). \(orders.count) instance(s) that were MASTER resign, and their addresses are removed; "
                + "see the log above for the cause")
        inNetworkOfWorkers(log: log) { for order in orders { order.resign(log: log) } }
        let scribe = writeDown(reason)
        if let longest = orders.map(\.hold).max() {
            let until = now + longest
            while now < until {
                do throws(SystemError) {
                    try poller.wait(untilNanoseconds: until.nanoseconds) { _ in }
                } catch {
                    break
                }
                // A second request to stop means now.
                if let signal = signals.next(), signal == Signals.terminate || signal == Signals.interrupt { break }
            }
        }
        inNetworkOfWorkers(log: log) {
            for order in orders { order.letGo(log: log) }
            LastOrders.removeTables(of: orders, log: log)
            VirtualLinkRecord.removeAll(memory.virtualLinks, log: log)
        }
        scribe?.letFinish()
        return code
    }

    /// Has the history end with the reason; another process does it, because the disk may hang.
    private func writeDown(_ reason: String) -> Attendant? {
        do throws(SystemError) {
            return try Recorder.lastWords(reason, in: StateFiles.place(StateFiles.directory, of: memory.tag))
        } catch {
            log.warning("history: does not say that the guardian gives up: \(error)")
            return nil
        }
    }

    /// Becomes the program that is now where ours was; its worker goes on where the last one ended.
    private func upgrade(from pid: Int32) throws(SystemError) -> Int32? {
        memory.succession = "process \(pid) of version \(understudyVersion), which made room for an upgrade"
        memory.upgradeFailure = ""
        memory.deafSince = now
        if let path = program.path {
            memory.upgradeFailure = Succession.objection(to: path, within: memory.pulse.tolerance) ?? ""
            if memory.upgradeFailure.isEmpty {
                let descriptor = try memory.keepOpenOnExecute()
                let failure = execute(
                    path, program.arguments,
                    environment: environmentVariables() + ["\(Worker.memoryVariable)=\(descriptor)"])
                memory.upgradeFailure = "\(failure)"
            }
        } else {
            memory.upgradeFailure = "the program's file is gone"
        }
        log.error("cannot upgrade: \(memory.upgradeFailure); version \(understudyVersion) goes on")
        memory.succession =
            "process \(pid), which made room for an upgrade that did not come about: \(memory.upgradeFailure)"
        try startSuccessor()
        return nil
    }

    // MARK: Signals

    private func takeSignals() {
        while let signal = signals.next() {
            if signal == Self.readySignal {
                takeName()
                workerRuns()
            } else {
                relay(signal)
            }
        }
    }

    private func workerRuns() {
        guard memory.pulse.phase != .starting, !isRunning else { return }
        if hasRun {
            log.notice("The new process runs, \(now.since(startedAt).nanoseconds / 1_000_000) ms after its start")
        }
        isRunning = true
        hasRun = true
        failedStarts = 0
        start?.ready()
        start = nil
        checkAt = now
        for signal in held { pass(signal) }
        held = []
    }

    private func relay(_ signal: Int32) {
        if signal == Signals.terminate || signal == Signals.interrupt { isStopping = true }
        // One that has not set up its signals yet would die of most, which is right before anything has begun.
        if isRunning || isStopping && !hasRun { return pass(signal) }
        // A file is written once, however often it was asked for.
        if !held.contains(signal) || !Signals.dumps.contains(signal) { held.append(signal) }
    }

    private func pass(_ signal: Int32) {
        if let worker { sendSignal(signal, to: worker.pid) }
    }

    // MARK: The pulse

    /// Looks whether the loop still turns, and ends a worker whose does not.
    private func check() {
        let current = now
        memory.guardianLook = current
        // Before the first one runs, a start-up script may take its time.
        if !hasRun, memory.succession.isEmpty, current < memory.pulse.dueAt {
            checkAt = memory.pulse.dueAt + Self.longestStart
            return
        }
        guard isRunning, let worker else {
            log.error("the process does not come up; it is ended after \(Self.longestStart)")
            self.worker?.signalGroup(Signals.kill)
            checkAt = nil
            return
        }
        let pulse = memory.pulse
        // Its last words to the disk may take a moment, and nobody waits for its adverts then; while it holds addresses
        // somebody does.
        let isLeaving = pulse.phase == .stopping && memory.orders.isEmpty
        let tolerance = isLeaving ? Self.longestFarewell : pulse.tolerance
        let (due, isNever) = pulse.expectedAt.nanoseconds.addingReportingOverflow(tolerance.nanoseconds)
        let limit = MonotonicInstant(nanoseconds: isNever ? .max : due)
        if current < limit {
            suspicion = nil
            lookEarly(at: worker, pulse, limit: limit, tolerance: tolerance, at: current)
            return
        }
        let grace = min(
            max(Interval(nanoseconds: pulse.tolerance.nanoseconds / 4), .milliseconds(20)), .milliseconds(100))
        guard let suspicion, suspicion.aliveAt == pulse.aliveAt else {
            suspicion = Suspicion(aliveAt: pulse.aliveAt, ticks: activity(of: worker.pid)?.ticks ?? 0)
            checkAt = current + grace
            return
        }
        guard let activity = activity(of: worker.pid), activity.state != .ended else {
            checkAt = nil
            return
        }
        judge(activity, suspicion, grace: grace, at: current)
    }

    /// A worker that somebody has stopped does not go on by itself: a part of the tolerance is enough for it, because the
    /// kernel may take more than a hundred milliseconds to end a process, for the sake of its packet sockets.
    private func lookEarly(
        at worker: Child, _ pulse: WorkerMemory.Pulse, limit: MonotonicInstant, tolerance: Interval,
        at now: MonotonicInstant
    ) {
        let early = limit.earlier(by: Interval(nanoseconds: tolerance.nanoseconds / 4 * 3))
        checkAt = pulse.nextLook(at: now, limit: now < early ? early : limit)
        // Later than that we have been away as well.
        guard early <= now, now < early + .milliseconds(10) else { return }
        if let activity = activity(of: worker.pid), activity.state == .stopped {
            judge(activity, Suspicion(aliveAt: pulse.aliveAt, ticks: activity.ticks), grace: .zero, at: now)
        }
    }

    /// Twice as much after each hang, for a worker that nobody has stopped: what waits for something slow again and again is better left to wait.
    private func patience(_ tolerance: Interval, at now: MonotonicInstant) -> Interval {
        tolerance * (1 << UInt64(min(hangs.count { now.since($0) < Self.crashWindow }, 6)))
    }

    /// A worker that gets no processor, or waits where no signal reaches it, would not be better for being replaced.
    private func judge(_ activity: ProcessActivity, _ suspicion: Suspicion, grace: Interval, at now: MonotonicInstant) {
        guard let worker else { return }
        checkAt = now + grace
        let pulse = memory.pulse
        let lateness = "\(now.since(pulse.expectedAt).nanoseconds / 1_000_000) ms late"
        let late = "the process is \(lateness)"
        switch activity.state {
        case .traced:
            checkAt = now + .seconds(1)
            if let more = limiter.pass(.traced, at: now) { log.warning("\(late): a debugger holds it\(more)") }
        case .uninterruptible:
            if let more = limiter.pass(.uninterruptible, at: now) {
                log.warning("\(late): it waits in the kernel, where it cannot be ended\(more)")
            }
        case .running where activity.ticks < suspicion.ticks + grace.nanoseconds / 20_000_000:
            self.suspicion = nil
            if let more = limiter.pass(.starved, at: now) { log.warning("\(late): it gets no processor\(more)") }
        case .running, .sleeping:
            let until = pulse.expectedAt + patience(pulse.tolerance, at: now)
            guard until <= now else {
                checkAt = min(until, now + .seconds(1))
                return
            }
            fallthrough
        case .stopped, .ended:
            let why = activity.state == .stopped ? "is stopped" : activity.state == .running ? "is busy" : "waits"
            log.error("\(late) and \(why): it is ended, to be replaced")
            verdict = "was \(lateness) and was ended"
            worker.signalGroup(Signals.kill)
            hangs = hangs.filter { now.since($0) < Self.crashWindow } + [now]
            checkAt = nil
        }
    }
}

extension ExitStatus {
    /// The end of a sentence that begins with "it ended".
    var inWords: String {
        switch self {
        case .exited(let code): "with exit code \(code)"
        case .signalled(let signal): "by signal \(signal) (\(signalName(signal)))"
        }
    }
}
