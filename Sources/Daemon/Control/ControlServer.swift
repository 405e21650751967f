internal import Control
internal import LinuxKernel
internal import VRRPCore

/// The control socket: who may come in, how many, and whose turn it is.
///
/// docs/reference/control-socket.md. Requests are read whenever they come, but answered one in a turn of the loop, a long
/// answer in pieces, and after the turn's adverts, so that no number of clients makes an advert late.
final class ControlServer {
    private let listener: LocalListener
    private let readiness: Readiness
    private let log: Log
    private let group: UInt32?
    /// Nil while nobody is let in.
    private var token: Token?
    /// When the door is opened again after letting somebody in failed.
    private var reopensAt: MonotonicInstant?
    private var clients: [ControlClient] = []
    private var limiter = LineLimiter<String>()
    /// The line that refuses.
    private let refusal: (Problem) -> String

    static let mostClients = 16
    /// Of those who may only read: they leave room for who wants to change something.
    static let mostReaders = 12
    private static let acceptsPerTurn = 4
    private static let pause = Interval.seconds(1)

    /// Opens the socket in `directory`; what a daemon that is gone has left there is replaced.
    ///
    /// - Parameter refusal: makes the answer for those who are turned away.
    init(
        in directory: String, _ readiness: Readiness, _ log: Log, refusal: @escaping (Problem) -> String
    ) throws(SystemError) {
        try LocalFiles.makeDirectories(directory)
        let path = directory + "/control.sock"
        let group = lookUpGroup("understudy")
        self.group = group
        self.refusal = refusal
        self.readiness = readiness
        self.log = log
        try Self.clear(path)
        listener = try LocalListener(path, mode: group == nil ? 0o600 : 0o660, group: group)
        token = try readiness.watch(listener.rawDescriptor, as: .controlListener)
    }

    /// Removes a socket on which nobody listens any more; EADDRINUSE when somebody does.
    private static func clear(_ path: String) throws(SystemError) {
        do throws(SystemError) {
            _ = try LocalStream(connectingTo: path)
        } catch {
            switch error.code {
            case 2: return  // ENOENT
            case 111: return try LocalFiles.remove(path)  // ECONNREFUSED: nobody listens.
            case 11: break  // EAGAIN: somebody does, and is busy.
            default: throw error
            }
        }
        throw SystemError("listen on \(path), where another daemon listens", 98)
    }

    var path: String { listener.path }

    var deadline: MonotonicInstant? { (clients.compactMap(\.deadline) + [reopensAt].compactMap(\.self)).min() }

    /// True when a request, or the rest of an answer, waits for its turn.
    var hasWork: Bool { clients.contains(where: \.hasWork) }

    /// Takes in those who wait at the door.
    func accept(at now: MonotonicInstant) {
        for _ in 0..<Self.acceptsPerTurn {
            do throws(SystemError) {
                guard let stream = try listener.accept() else { return }
                try admit(stream, at: now)
            } catch {
                complain("accept", "control socket: \(error)", at: now)
                // Who waits at the door would wake us again and again: no descriptor is free, most probably.
                if let token { readiness.forget(listener.rawDescriptor, token) }
                token = nil
                reopensAt = now + Self.pause
                return
            }
        }
    }

    private func admit(_ stream: LocalStream, at now: MonotonicInstant) throws(SystemError) {
        clients.removeAll(where: \.isClosed)
        let peer = try stream.peer()
        let mayChange = peer.user == 0 || peer.user == currentUserID()
        let mayRead = mayChange || group.map(peer.isMember(of:)) ?? false
        let client = try ControlClient(stream, peer, mayChange: mayChange, readiness, at: now)
        if !mayRead {
            complain(
                "right",
                "control socket: process \(peer.process) of user \(peer.user) may not use it: root may, and "
                    + "members of the group understudy may read", at: now)
            turnAway(client, Problem(.notPermitted, "you may not use this socket"), at: now)
        } else if clients.count >= Self.mostClients || !mayChange && readerCount >= Self.mostReaders {
            let count = clients.count
            complain("many", "control socket: \(count) clients at once; more are turned away", at: now)
            turnAway(client, Problem(.busy, "the daemon serves \(count) clients already; ask again"), at: now)
        } else {
            clients.append(client)
        }
    }

    private var readerCount: Int { clients.count { !$0.mayChange } }

    private func turnAway(_ client: ControlClient, _ problem: Problem, at now: MonotonicInstant) {
        client.send(refusal(problem), at: now)
        client.close()
    }

    private func complain(_ kind: String, _ text: String, at now: MonotonicInstant) {
        if let more = limiter.pass(kind, at: now) { log.warning(text + more) }
    }

    /// Ends connections that do not get on.
    func tick(at now: MonotonicInstant) {
        if let reopensAt, reopensAt <= now { reopen(at: now) }
        for client in clients { if let deadline = client.deadline, deadline <= now { client.close() } }
        clients.removeAll(where: \.isClosed)
    }

    private func reopen(at now: MonotonicInstant) {
        reopensAt = nil
        do throws(SystemError) {
            token = try readiness.watch(listener.rawDescriptor, as: .controlListener)
        } catch {
            complain("accept", "control socket: \(error)", at: now)
            reopensAt = now + Self.pause
        }
    }

    /// What the client whose turn it is wants.
    func next() -> (ControlClient, ControlClient.Work)? {
        guard let index = clients.firstIndex(where: \.hasWork) else { return nil }
        // To the end of the row, so that one who asks all the time does not keep the others waiting.
        let client = clients.remove(at: index)
        clients.append(client)
        return client.next().map { (client, $0) }
    }

    func close() {
        for client in clients { client.close() }
        clients = []
        if let token { readiness.forget(listener.rawDescriptor, token) }
        do throws(SystemError) {
            try LocalFiles.remove(listener.path)
        } catch {
            log.info("control socket: \(error)")
        }
    }
}
