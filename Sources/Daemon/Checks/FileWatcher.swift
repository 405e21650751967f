internal import Configuration
internal import LinuxKernel
internal import VRRPCore

/// Knows the numbers in tracked files, from a process that reads them on our behalf.
///
/// Nothing here waits for that process, let alone for a disk. While nothing can be read, the last numbers stay.
final class FileWatcher {
    private final class Watched {
        let check: FileCheck
        /// What counts; nil before anything was read.
        var number: Int?
        var content: FileContent?
        var changedAt: MonotonicInstant?
        init(_ check: FileCheck) { self.check = check }
    }

    private let surroundings: Surroundings
    private let watched: [Watched]
    private let changed: (String, Int, String, MonotonicInstant) -> Void
    private var attendant: Attendant?
    private var tokens: (stream: Token, child: Token)?
    private var hasHungUp = false
    private var isStopped = false
    private var isWatchingForRoom = false
    private var outgoing: [UInt8] = []
    private var received: [UInt8] = []
    private var restartAt: MonotonicInstant?
    /// When it was last heard that files are read.
    private var aliveAt: MonotonicInstant
    /// It has been said that nothing is read.
    private var isSilent = false
    private var limiter = LineLimiter<String>()

    /// A file server that is restarted takes longer than a look.
    private static let patience = Interval.seconds(5)
    private static let restartDelay = Interval.seconds(1)

    /// - Parameter changed: called with the check's name, its number, and the cause in words.
    init(
        _ checks: [FileCheck], surroundings: Surroundings,
        changed: @escaping (String, Int, String, MonotonicInstant) -> Void
    ) {
        self.surroundings = surroundings
        self.changed = changed
        watched = checks.map(Watched.init)
        aliveAt = surroundings.now
    }

    var deadline: MonotonicInstant? {
        if let restartAt { return restartAt }
        return attendant == nil || isSilent || isStopped ? nil : aliveAt + Self.patience
    }

    /// What counts of every check; nil before anything was read.
    var numbers: [(name: String, number: Int?)] { watched.map { ($0.check.name, $0.number) } }

    /// True when it reads just these.
    func reads(_ checks: [FileCheck]) -> Bool {
        watched.count == checks.count && zip(watched, checks).allSatisfy { $0.check.isSameFile(as: $1) }
    }

    func number(of name: String) -> Int? { watched.first { $0.check.name == name }?.number }

    /// What is known of one check, in words, and since when its number is what it is; nil when nothing was read yet.
    func outcome(of name: String) -> (text: String, changedAt: MonotonicInstant?)? {
        guard let item = watched.first(where: { $0.check.name == name }), let number = item.number else { return nil }
        var text = item.content?.text ?? "holds \(number)"
        if case .number? = item.content {} else if item.content != nil { text += ", so it counts as \(number)" }
        if isSilent { text += "; nothing can be read at present" }
        return ("\(item.check.path) \(text)", item.changedAt)
    }

    /// Goes on from what was known of a check; to be called before ``start(beginning:at:)``.
    func restore(_ name: String, _ number: Int) {
        for item in watched where item.check.name == name { item.number = number }
    }

    /// Takes over what `other` knows of the same files.
    func restore(from other: FileWatcher) {
        for item in watched {
            guard let same = other.watched.first(where: { $0.check.isSameFile(as: item.check) }) else { continue }
            (item.number, item.content, item.changedAt) = (same.number, same.content, same.changedAt)
        }
    }

    /// - Parameter beginning: do what `init_file` says.
    func start(beginning: Bool, at now: MonotonicInstant) {
        restartAt = nil
        if surroundings.notifier.isRehearsal { return pretend(at: now) }
        outgoing = watched.reduce(into: []) { $0 += Self.orders($1.check, beginning: beginning) }
        do throws(SystemError) {
            let fresh = try Attendant.start(arguments: ["understudyd-files", FileReader.argument])
            attendant = fresh
            tokens = (
                try surroundings.readiness.watch(fresh.stream.rawDescriptor, as: .files(self)),
                try surroundings.readiness.watch(fresh.child.descriptor, as: .files(self))
            )
            hasHungUp = false
            aliveAt = now
            flush()
        } catch {
            stumble("it cannot be started: \(error)", at: now)
        }
    }

    /// In a rehearsal files are neither read nor written: they are those of the machine on which it is played.
    private func pretend(at now: MonotonicInstant) {
        for item in watched where item.number == nil {
            item.number = item.check.numberInService
            changed(item.check.name, item.check.numberInService, "\(item.check.name) is not read in a rehearsal", now)
        }
    }

    private static func orders(_ check: FileCheck, beginning: Bool) -> [UInt8] {
        var lines = ""
        if beginning, let wanted = check.beginning {
            let word = wanted.overwrites ? FileReaderWord.overwrite : FileReaderWord.begin
            lines += "\(word)\(wanted.value) \(check.path)\n"
        }
        return Array((lines + "\(FileReaderWord.watch)\(check.path)\n").utf8)
    }

    /// Reads no more, for good.
    ///
    /// A killed reader takes a moment to end, or as long as the disk that it waits for; it is still watched, so that it is
    /// collected and leaves no zombie.
    func stop() {
        isStopped = true
        restartAt = nil
        guard let attendant, let tokens else { return }
        if !hasHungUp { surroundings.readiness.forget(attendant.stream.rawDescriptor, tokens.stream) }
        attendant.child.signalGroup(Signals.kill)
        collect(attendant)
    }

    private func collect(_ stopped: Attendant) {
        guard stopped.child.reap() != nil else { return }
        if let tokens { surroundings.readiness.forget(stopped.child.descriptor, tokens.child) }
        (attendant, tokens) = (nil, nil)
    }

    /// Delivers the clock.
    func tick(at now: MonotonicInstant) {
        if let restartAt, restartAt <= now { return start(beginning: false, at: now) }
        guard attendant != nil, !isSilent, aliveAt + Self.patience <= now else { return }
        isSilent = true
        surroundings.log.warning(
            "track_file: no file could be read for \(Self.patience), because a disk or a file server does not answer; the last "
                + "numbers stay. Files in /run need no disk")
    }

    /// The stream or the process has something to tell.
    func look(at now: MonotonicInstant) {
        guard let attendant else { return }
        if isStopped { return collect(attendant) }
        read(attendant, at: now)
        if attendant.child.reap() != nil { return stumble("it ended", at: now) }
        flush()
    }

    private func flush() {
        guard let attendant, !hasHungUp else { return }
        while !outgoing.isEmpty {
            guard let count = attendant.stream.send(outgoing[...]) else { break }
            if count == 0 { return watch(forRoom: true) }
            outgoing.removeSubrange(..<count)
        }
        watch(forRoom: false)
    }

    private func watch(forRoom: Bool) {
        guard let attendant, let tokens, forRoom != isWatchingForRoom else { return }
        do throws(SystemError) {
            try surroundings.readiness.watch(
                attendant.stream.rawDescriptor, tokens.stream, forReading: true, forWriting: forRoom)
            isWatchingForRoom = forRoom
        } catch {
            surroundings.log.debug("track_file: \(error)")
        }
    }

    // MARK: What is read

    private func read(_ attendant: Attendant, at now: MonotonicInstant) {
        switch attendant.stream.receive() {
        case .bytes(let bytes): received += bytes
        case .nothingYet: break
        case .end:
            // It is about to end, and its end is told by another descriptor.
            hasHungUp = true
            if let tokens { surroundings.readiness.forget(attendant.stream.rawDescriptor, tokens.stream) }
        }
        while let end = received.firstIndex(of: UInt8(ascii: "\n")) {
            if let report = FileReport(String(decoding: received[..<end], as: UTF8.self)) { take(report, at: now) }
            received.removeSubrange(...end)
        }
    }

    private func take(_ report: FileReport, at now: MonotonicInstant) {
        aliveAt = now
        if isSilent {
            isSilent = false
            surroundings.log.notice("track_file: files are read again")
        }
        switch report {
        case .alive: break
        case .content(let index, let content):
            if watched.indices.contains(index) { take(content, of: watched[index], at: now) }
        case .notWritten(let index, let reason):
            guard watched.indices.contains(index) else { return }
            surroundings.log.error(
                "VRRP_File(\(watched[index].check.name)) init_file is not done: \(reason); what is there counts")
        }
    }

    private func take(_ content: FileContent, of item: Watched, at now: MonotonicInstant) {
        let (before, known) = (item.number, item.content)
        let number = content.number(after: before)
        (item.content, item.number) = (content, number)
        // A successor finds what its predecessor has told already.
        let isOldNews = known == nil && number == before
        if content != known, !isOldNews { tell(content, of: item, number, at: now) }
        guard number != before else { return }
        if before != nil { item.changedAt = now }
        changed(item.check.name, number, "\(item.check.name): \(item.check.path) \(content.text)", now)
    }

    /// keepalived says nothing of what is no number.
    private func tell(_ content: FileContent, of item: Watched, _ number: Int, at now: MonotonicInstant) {
        guard let more = limiter.pass("\(item.check.name) \(content.kind)", at: now) else { return }
        let (text, path) = ("VRRP_File(\(item.check.name)) \(content.text)", item.check.path)
        switch content {
        case .number: surroundings.log.notice("\(text) (\(path))\(more)")
        case .missing: surroundings.log.notice("\(text): it counts as 0 (\(path))\(more)")
        case .empty, .noNumber:
            surroundings.log.warning("\(text): it counts as 0; write one whole number into \(path)\(more)")
        case .tooLarge:
            surroundings.log.warning(
                "\(text): it goes on counting as \(number); write a smaller number into \(path)\(more)")
        case .unreadable:
            surroundings.log.warning("\(text): it goes on counting as \(number) (\(path))\(more)")
        }
    }

    // MARK: Life

    private func forget(_ attendant: Attendant) {
        guard let tokens else { return }
        surroundings.readiness.forget(attendant.stream.rawDescriptor, tokens.stream)
        surroundings.readiness.forget(attendant.child.descriptor, tokens.child)
        self.tokens = nil
    }

    private func stumble(_ reason: String, at now: MonotonicInstant) {
        if let attendant { forget(attendant) }
        attendant = nil
        isWatchingForRoom = false
        received = []
        restartAt = now + Self.restartDelay
        guard let more = limiter.pass("the reader", at: now) else { return }
        surroundings.log.warning(
            "track_file: the process that reads files: \(reason); it is started again in \(Self.restartDelay), and the last "
                + "numbers stay until then\(more)")
    }
}

extension FileContent {
    /// Each kind of content is told by itself.
    fileprivate var kind: String {
        switch self {
        case .number: "number"
        case .missing: "missing"
        case .empty: "empty"
        case .noNumber: "no number"
        case .tooLarge: "too large"
        case .unreadable: "unreadable"
        }
    }
}

extension FileCheck {
    /// True when both read the same file under the same name, wherever they were written.
    func isSameFile(as other: FileCheck) -> Bool { name == other.name && path == other.path }
}
