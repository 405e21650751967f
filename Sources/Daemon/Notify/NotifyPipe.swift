internal import Configuration
internal import LinuxKernel
internal import VRRPCore

/// A named pipe that every change is written to, and the program that reads it if the configuration names one.
///
/// Nothing here waits for a reader: what the pipe has no room for is counted and said.
final class NotifyPipe {
    let fifo: NotifyFIFO
    private unowned let notifier: Notifier
    private var pipe: NamedPipe?
    /// We made it, and remove it at the end.
    private var isOurs = false
    private var launch: ProgramLaunch?
    private var reader: Child?
    private var token: Token?
    private var running: RunningCommand?
    private var startAt: MonotonicInstant?
    private var startedAt: MonotonicInstant?
    private var delay = leastDelay
    private var lastProblem: String?
    /// Lines that found no room since one was written.
    private var lost = 0
    private var closedAt: MonotonicInstant?
    /// Why nothing is written, for `understudy status`; nil while it is open.
    private(set) var obstacle: String?

    private static let leastDelay = Interval.seconds(1)
    private static let longestDelay = Interval.seconds(60)
    /// What a reader has to read the rest when the daemon ends.
    private static let lastReading = Interval.seconds(1)

    init(_ fifo: NotifyFIFO, _ notifier: Notifier) {
        self.fifo = fifo
        self.notifier = notifier
        launch = fifo.reader.map { notifier.launch($0) }
    }

    private var surroundings: Surroundings { notifier.surroundings }
    private var log: Log { surroundings.log }

    var memory: PipeMemory { PipeMemory(path: fifo.path, isOurs: isOurs, reader: running) }

    /// Opens the pipe, makes it when it is missing, and starts its reader, or goes on with the one that runs.
    func open(after before: PipeMemory?, at now: MonotonicInstant) {
        isOurs = before?.isOurs ?? false
        do throws(SystemError) {
            if try NamedPipe.make(fifo.path, owner: owner()) { isOurs = true }
            pipe = try NamedPipe(opening: fifo.path)
        } catch {
            let sentence = "notify FIFO \(fifo.path): \(error); nothing is written to it\(advice(error))"
            log.error(sentence)
            obstacle = sentence
            return
        }
        if let running = before?.reader, let child = Child.adopt(running.pid, startedAt: running.startTime) {
            take(child, running)
        }
        if reader == nil, launch != nil { startAt = now }
    }

    /// keepalived: `script_user` unless the line names somebody.
    private func owner() -> (uid: UInt32, gid: UInt32)? {
        guard currentUserID() == 0 else { return nil }
        let name = notifier.user(fifo.owner)
        guard let user = lookUpUser(name.user), let group = name.group.map({ lookUpGroup($0) }) ?? user.gid else {
            return nil
        }
        return user.uid == 0 && group == 0 ? nil : (user.uid, group)
    }

    private func advice(_ error: SystemError) -> String {
        let directory = fifo.path.split(separator: "/").dropLast().map { "/\($0)" }.joined()
        return switch error.code {
        case 17: "; something else is there: remove it, or name another path"
        case 2: "; mend it with: mkdir -p \(directory), and reload"
        case 30:
            "; the service may not write there: name a path in /run/understudy, or allow it with ReadWritePaths=\(directory)"
        case 1: "; the service may not give files away: make it before with mkfifo and chown, or give it CAP_CHOWN"
        case 13: "; mend it with: chown root \(fifo.path), and reload"
        default: "; mend it, and reload"
        }
    }

    /// Writes a line if there is room.
    func write(_ line: String, at now: MonotonicInstant) {
        guard let pipe else { return }
        do throws(SystemError) {
            switch try pipe.write(Array(line.utf8)) {
            case .written:
                if lost > 0 { log.notice("notify FIFO \(fifo.path) is read again; \(lost) line(s) were lost") }
                lost = 0
            case .full:
                if lost == 0 {
                    log.warning(
                        "notify FIFO \(fifo.path) is full: nobody reads it, and lines are lost until somebody does")
                }
                lost += 1
            }
        } catch {
            if lost == 0 { log.error("notify FIFO \(fifo.path): \(error); lines are lost") }
            lost += 1
        }
    }

    // MARK: The reader

    var deadline: MonotonicInstant? { [startAt, closedAt].compactMap(\.self).min() }

    /// True when a program was started.
    func tick(at now: MonotonicInstant) -> Bool {
        if let closedAt, closedAt <= now {
            reader?.signalGroup(lastProblem == nil ? Signals.terminate : Signals.kill)
            lastProblem = "did not end"
            self.closedAt = now + Self.lastReading
        }
        guard let startAt, startAt <= now, closedAt == nil else { return false }
        self.startAt = nil
        return start(at: now)
    }

    private func start(at now: MonotonicInstant) -> Bool {
        if let problem = launch?.problem {
            failed("cannot run: \(problem)", at: now)
            return false
        }
        do throws(SystemError) {
            guard var request = try launch?.request(arguments: [fifo.path]) else { return false }
            // It reads what is in the pipe although this process is replaced.
            request.outlivesUs = true
            let child = try Child.spawn(request)
            take(child, RunningCommand(pid: child.pid, startTime: startTime(of: child.pid) ?? 0))
            startedAt = now
            lastProblem = nil
            return true
        } catch {
            failed("cannot run: \(error)", at: now)
            return false
        }
    }

    private func take(_ child: Child, _ running: RunningCommand) {
        do throws(SystemError) {
            token = try surroundings.readiness.watch(child.descriptor, as: .notifyReader(self))
            (reader, self.running) = (child, running)
        } catch {
            log.warning("reader of notify FIFO \(fifo.path) cannot be watched: \(error)")
        }
        notifier.rememberPipes()
    }

    /// Says so once for each reason, and tries again later.
    private func failed(_ reason: String, at now: MonotonicInstant) {
        if reason != lastProblem { log.error("reader of notify FIFO \(fifo.path) \(reason)") }
        lastProblem = reason
        startAt = now + delay
        delay = min(delay * 2, Self.longestDelay)
    }

    /// The reader has ended: it is started again, for nobody else reads what it read.
    func readerEnded(at now: MonotonicInstant) {
        guard let reader, let status = reader.reap() else { return }
        if let token { surroundings.readiness.forget(reader.descriptor, token) }
        (self.reader, token, running) = (nil, nil, nil)
        notifier.rememberPipes()
        if closedAt != nil { return }
        if let startedAt, now.since(startedAt) >= Self.longestDelay { delay = Self.leastDelay }
        failed("ended \(status.inWords), and is started again", at: now)
    }

    // MARK: The end

    var isClosed: Bool { pipe == nil && reader == nil }

    /// Gives the pipe up; its reader may read what is in it, and has to end then, or at once where another one reads on.
    func close(at now: MonotonicInstant, keepingFile: Bool) {
        guard closedAt == nil else { return }
        if isOurs, pipe != nil, !keepingFile { NamedPipe.remove(fifo.path) }
        pipe = nil
        startAt = nil
        lastProblem = nil
        closedAt = reader == nil ? nil : keepingFile ? now : now + Self.lastReading
    }

    /// Ends the reader at once.
    func abandon() { reader?.signalGroup(Signals.kill) }
}
