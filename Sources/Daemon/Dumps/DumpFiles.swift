internal import LinuxKernel
internal import VRRPCore

/// The files that keepalived writes on a signal: what is asked for, and the line to the process that writes them.
///
/// A text is composed in pieces between the turns of the loop, and given away whole; nothing here waits for a disk. While
/// one file is being written the next one waits, and whoever asks for it again meanwhile gets the same: docs/design/0025-dump-files.md.
final class DumpFiles {
    enum Kind: Hashable {
        case state
        case stats
        case json
    }

    /// What somebody wants to have written.
    struct Wish: Equatable {
        var kind: Kind
        /// The counters begin anew with it.
        var clears = false
    }

    /// A text on its way to its file.
    struct Composition {
        var path: String
        var mode: UInt32
        /// Gives the next piece; nil behind the last one.
        var next: () -> String?
    }

    /// What was given away and is not answered.
    private struct Sent {
        var path: String
        var at: MonotonicInstant
        var isLate = false
    }

    private let readiness: Readiness
    private let log: Log
    /// Begins a text.
    private let compose: (Wish) -> Composition
    private var wishes: [Wish] = []
    private var current: Composition?
    private var text: [UInt8] = []
    private var sent: Sent?
    private var attendant: Attendant?
    private var tokens: (stream: Token, child: Token)?
    private var hasHungUp = false
    private var isWatchingForRoom = false
    private var outgoing: [UInt8] = []
    private var received: [UInt8] = []
    private var limiter = LineLimiter<String>()
    /// The files that could not be written last.
    private var troubled: Set<String> = []

    /// Longer than most pieces take, and a small part of the shortest interval between adverts.
    private static let timeForPieces = Interval.microseconds(300)
    private static let slowness = Interval.seconds(5)

    init(_ readiness: Readiness, _ log: Log, compose: @escaping (Wish) -> Composition) {
        self.readiness = readiness
        self.log = log
        self.compose = compose
    }

    /// Asks for a file; it is written once for all who ask before its turn comes.
    func want(_ wish: Wish) {
        guard let index = wishes.firstIndex(where: { $0.kind == wish.kind }) else { return wishes.append(wish) }
        wishes[index].clears = wishes[index].clears || wish.clears
    }

    /// There is something to compose, and nothing to wait for.
    var hasWork: Bool { sent == nil && (current != nil || !wishes.isEmpty) }

    var deadline: MonotonicInstant? { sent.flatMap { $0.isLate ? nil : $0.at + Self.slowness } }

    /// Composes as much as there is time for in one turn.
    func proceed(at now: MonotonicInstant, clock: () -> MonotonicInstant) {
        if let sent, !sent.isLate, sent.at + Self.slowness <= now {
            self.sent?.isLate = true
            complain("the disk has not answered for \(Self.slowness)", of: sent.path, at: now)
        }
        let end = now + Self.timeForPieces
        while hasWork {
            let composition = current ?? compose(wishes.removeFirst())
            current = composition
            if let piece = composition.next() {
                text += Array(piece.utf8)
            } else {
                current = nil
                give(composition, at: now)
            }
            if clock() >= end { return }
        }
    }

    // MARK: The process

    private func give(_ composition: Composition, at now: MonotonicInstant) {
        let order = DumpOrder(path: composition.path, mode: composition.mode, length: text.count)
        outgoing = Array(order.line.utf8) + text
        text = []
        sent = Sent(path: composition.path, at: now)
        if attendant == nil { start(at: now) }
        flush()
    }

    private func start(at now: MonotonicInstant) {
        do throws(SystemError) {
            let fresh = try Attendant.start(arguments: ["understudyd-dump", DumpWriter.argument])
            attendant = fresh
            hasHungUp = false
            tokens = (
                try readiness.watch(fresh.stream.rawDescriptor, as: .dumps(self)),
                try readiness.watch(fresh.child.descriptor, as: .dumps(self))
            )
        } catch {
            attendant?.child.signalGroup(Signals.kill)
            stumble("the process that writes them cannot be started: \(error)", at: now)
        }
    }

    /// The stream or the process has something to tell.
    func look(at now: MonotonicInstant) {
        guard let attendant else { return }
        switch attendant.stream.receive() {
        case .bytes(let bytes): received += bytes
        case .nothingYet: break
        case .end:
            // It is about to end, and its end is told by another descriptor.
            hasHungUp = true
            if let tokens { readiness.forget(attendant.stream.rawDescriptor, tokens.stream) }
        }
        while let end = received.firstIndex(of: UInt8(ascii: "\n")) {
            take(String(decoding: received[..<end], as: UTF8.self), at: now)
            received.removeSubrange(...end)
        }
        if attendant.child.reap() != nil { return stumble("the process that writes them has ended", at: now) }
        flush()
    }

    /// The outcome of what was given away.
    private func take(_ reason: String, at now: MonotonicInstant) {
        guard let path = sent?.path else { return }
        sent = nil
        if !reason.isEmpty { return complain(reason, of: path, at: now) }
        if troubled.remove(path) != nil { log.notice("dump file \(path): written again") }
    }

    private func flush() {
        guard let attendant, !hasHungUp else { return }
        while !outgoing.isEmpty {
            guard let count = attendant.stream.send(outgoing[...]) else { break }
            if count == 0 { return watch(forRoom: true) }
            outgoing.removeFirst(count)
        }
        watch(forRoom: false)
    }

    private func watch(forRoom: Bool) {
        guard let attendant, let tokens, forRoom != isWatchingForRoom else { return }
        do throws(SystemError) {
            try readiness.watch(attendant.stream.rawDescriptor, tokens.stream, forReading: true, forWriting: forRoom)
            isWatchingForRoom = forRoom
        } catch {
            log.debug("dump files: \(error)")
        }
    }

    /// Forgets the process; the next file is given to another one.
    private func stumble(_ reason: String, at now: MonotonicInstant) {
        if let attendant, let tokens {
            readiness.forget(attendant.stream.rawDescriptor, tokens.stream)
            readiness.forget(attendant.child.descriptor, tokens.child)
            _ = attendant.child.reap()
        }
        (attendant, tokens, isWatchingForRoom, outgoing, received) = (nil, nil, false, [], [])
        if let path = sent?.path { complain(reason, of: path, at: now) }
        sent = nil
    }

    private func complain(_ reason: String, of path: String, at now: MonotonicInstant) {
        troubled.insert(path)
        guard let more = limiter.pass(path, at: now) else { return }
        log.warning("dump file \(path): not written: \(reason)\(more)")
    }

    // MARK: Names

    /// keepalived: where TMPDIR says, if that is a whole path.
    static var directory: String {
        guard let named = environmentVariable("TMPDIR"), named.hasPrefix("/") else { return "/tmp" }
        let whole = named.split(separator: "/").joined(separator: "/")
        return "/" + whole
    }
}
