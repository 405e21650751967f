internal import Configuration
internal import LinuxKernel
internal import VRRPCore

/// Everybody who is told of changes: the queues of instances and groups, and the pipes.
final class Notifier {
    unowned let surroundings: Surroundings
    /// Commands would act on the machine that a rehearsal only pretends to be.
    let isRehearsal = environmentVariable(Notifier.rehearsalVariable) != nil
    private var global = GlobalSettings()
    private var inspector: (any HostInspector)?
    /// Those that have something to tell, or a command that runs; each is here once.
    private var awake: [NotifyQueue] = []
    private var pipes: [NotifyPipe] = []
    /// Pipes that a reload took away, until their readers have ended.
    private var closing: [NotifyPipe] = []
    /// The turn of one queue must not be always the first.
    private var turn = 0
    /// When everything has to be told at a stop.
    private var endsAt: MonotonicInstant?

    /// Longer than what each queue takes for its farewell.
    private static let longestFarewell = Interval.seconds(9)

    init(_ surroundings: Surroundings) { self.surroundings = surroundings }

    /// Set by `understudy rehearse`: commands and pipes of the configuration are left alone.
    static let rehearsalVariable = "UNDERSTUDY_REHEARSAL"

    // MARK: The configuration

    /// Takes up what `global_defs` says; before instances are.
    func configure(_ global: GlobalSettings, _ inspector: any HostInspector, at now: MonotonicInstant, isHeir: Bool) {
        let agree =
            self.global.scriptUser == global.scriptUser && self.global.scriptSecurity == global.scriptSecurity
        self.global = global
        self.inspector = inspector
        let kept = pipes.filter { pipe in agree && global.fifos.contains { $0.means(pipe.fifo) } }
        var before = isHeir ? surroundings.memory.pipes : []
        for pipe in pipes where !kept.contains(where: { $0 === pipe }) {
            // A pipe whose reader changes stays: others may have it open.
            let stays = global.fifos.contains { $0.path == pipe.fifo.path && $0.owner == pipe.fifo.owner }
            if stays { before.append(PipeMemory(path: pipe.fifo.path, isOurs: pipe.memory.isOurs, reader: nil)) }
            pipe.close(at: now, keepingFile: stays)
            closing.append(pipe)
        }
        pipes = (isRehearsal ? [] : global.fifos).map { fifo in
            if let pipe = kept.first(where: { $0.fifo.means(fifo) }) { return pipe }
            let pipe = NotifyPipe(fifo, self)
            pipe.open(after: before.first { $0.path == fifo.path }, at: now)
            return pipe
        }
        rememberPipes()
    }

    func launch(_ command: NotifyCommand) -> ProgramLaunch {
        guard let inspector else { preconditionFailure("a command is configured after global_defs") }
        var launch = ProgramLaunch(command.command, as: command.user, global, inspector)
        launch.prepare()
        return launch
    }

    /// Who runs what names nobody.
    func user(_ name: UserName?) -> UserName { name ?? global.scriptUser ?? defaultScriptUser() }

    /// A queue has something to tell; it is kept until everything has been told, whoever else forgets it.
    func wake(_ queue: NotifyQueue) {
        guard !queue.isAwake else { return }
        queue.isAwake = true
        awake.append(queue)
    }

    private func letSleep() {
        for queue in awake where queue.deadline == nil && queue.isIdle { queue.isAwake = false }
        awake.removeAll { !$0.isAwake }
    }

    // MARK: The pipes

    func write(_ line: String, at now: MonotonicInstant) {
        for pipe in pipes { pipe.write(line, at: now) }
    }

    var hasPipes: Bool { !pipes.isEmpty }

    /// What is wrong with the pipes, for `understudy status`.
    var remarks: [String] { pipes.compactMap(\.obstacle) }

    func rememberPipes() { surroundings.memory.keep(pipes: pipes.map(\.memory)) }

    // MARK: The clock

    var deadline: MonotonicInstant? {
        var earliest = endsAt
        for queue in awake {
            if let instant = queue.deadline { earliest = earliest.map { min($0, instant) } ?? instant }
        }
        for pipe in pipes + closing {
            if let instant = pipe.deadline { earliest = earliest.map { min($0, instant) } ?? instant }
        }
        return earliest
    }

    /// Delivers the clock; starts one program at most, which takes a millisecond, and tells whether it did.
    func tick(at now: MonotonicInstant) -> Bool {
        if let endsAt, endsAt <= now {
            for queue in awake { queue.abandon() }
            for pipe in pipes + closing { pipe.abandon() }
        }
        letSleep()
        closing.removeAll(where: \.isClosed)
        for pipe in pipes + closing where pipe.deadline.map({ $0 <= now }) ?? false {
            if pipe.tick(at: now) { return true }
        }
        for offset in awake.indices {
            let index = (turn + offset) % awake.count
            guard let due = awake[index].deadline, due <= now, awake[index].tick(at: now) else { continue }
            turn = index + 1
            return true
        }
        return false
    }

    // MARK: The end

    /// Called while every router has stopped: true when everybody has been told and the pipes are closed, or has had time enough.
    func hasFinished(at now: MonotonicInstant) -> Bool {
        if endsAt == nil { for queue in awake { queue.hurry(at: now) } }
        let end = endsAt ?? now + Self.longestFarewell
        endsAt = end
        guard awake.allSatisfy(\.isIdle) else { return false }
        for pipe in pipes { pipe.close(at: now, keepingFile: false) }
        return end <= now || (pipes + closing).allSatisfy(\.isClosed)
    }

    /// Stopping was asked for a second time: what is left is left.
    func hurry(at now: MonotonicInstant) { if endsAt != nil { endsAt = now } }
}
