internal import Control
internal import LinuxKernel
internal import VRRPCore

/// One connection to the control socket.
///
/// Nothing here waits, and everything has a bound: what is not read or written in time ends the connection.
final class ControlClient {
    let peer: PeerCredentials
    let mayChange: Bool
    private let stream: LocalStream
    private let readiness: Readiness
    private var token: Token?
    private var received: [UInt8] = []
    private var unsent: ArraySlice<UInt8> = []
    /// The other side has said all that it wants to say; it may still read.
    private var hasHeardAll = false
    /// What the poller looks for at present.
    private var interest = (reading: true, writing: false)
    /// True while an answer is being worked out; the next request waits.
    private(set) var isAwaited = false
    private(set) var isClosed = false
    /// The rest of an answer that is made piece by piece; nil from it is the end.
    private var moreOfAnswer: ((MonotonicInstant) -> String?)?
    /// When it is closed unless it gets on.
    private var expiresAt: MonotonicInstant

    static let longestRequest = 4096
    static let patience = Interval.seconds(5)

    init(
        _ stream: LocalStream, _ peer: PeerCredentials, mayChange: Bool, _ readiness: Readiness,
        at now: MonotonicInstant
    ) throws(SystemError) {
        self.stream = stream
        self.peer = peer
        self.mayChange = mayChange
        self.readiness = readiness
        expiresAt = now + Self.patience
        token = try readiness.watch(stream.rawDescriptor, as: .controlClient(self))
    }

    /// The deadline; an operation that takes longer has one of its own.
    var deadline: MonotonicInstant? { isClosed || isAwaited && unsent.isEmpty ? nil : expiresAt }

    // MARK: Requests

    /// Reads and writes as far as it goes.
    func look(at now: MonotonicInstant) {
        // Nothing was looked for, so it is the end: the other side is gone.
        if !interest.reading, !interest.writing { return close() }
        if !unsent.isEmpty { flush(at: now) }
        if interest.reading, !isClosed {
            switch stream.receive(atMost: Self.longestRequest + 1) {
            case .bytes(let bytes): received += bytes
            case .nothingYet: break
            case .end: hasHeardAll = true
            }
        }
        settle()
    }

    enum Work {
        case request([UInt8])
        case tooLong
        case moreOfAnswer((MonotonicInstant) -> String?)
    }

    /// True when something waits for its turn.
    var hasWork: Bool { !isClosed && (moreOfAnswer != nil || !isAwaited && unsent.isEmpty && hasRequest) }

    private var hasRequest: Bool { received.contains(UInt8(ascii: "\n")) || received.count > Self.longestRequest }

    /// The rest of the present answer, or the next whole request when the last one has been answered.
    func next() -> Work? {
        guard hasWork else { return nil }
        if let moreOfAnswer { return .moreOfAnswer(moreOfAnswer) }
        guard let end = received.firstIndex(of: UInt8(ascii: "\n")), end <= Self.longestRequest else { return .tooLong }
        let line = Array(received[..<end])
        received.removeSubrange(...end)
        isAwaited = true
        settle()
        return .request(line)
    }

    // MARK: Answers

    /// Sends a whole answer, a line.
    func send(_ line: String, at now: MonotonicInstant) {
        write(line + "\n", at: now)
        end()
    }

    /// Sends the beginning of an answer; the rest is asked for, piece by piece, when the loop has time.
    func begin(_ text: String, at now: MonotonicInstant, rest: @escaping (MonotonicInstant) -> String?) {
        moreOfAnswer = rest
        write(text, at: now)
    }

    func proceed(_ piece: String, at now: MonotonicInstant) { write(piece, at: now) }

    /// The answer that was begun is complete.
    func finish(at now: MonotonicInstant) {
        write("\n", at: now)
        end()
    }

    private func end() {
        moreOfAnswer = nil
        isAwaited = false
        settle()
    }

    private func write(_ text: String, at now: MonotonicInstant) {
        guard !isClosed else { return }
        // Each answer, or piece of one, has its time; what is not taken is not given more by what comes after it.
        if unsent.isEmpty { expiresAt = now + Self.patience }
        unsent += Array(text.utf8)
        flush(at: now)
    }

    private func flush(at now: MonotonicInstant) {
        while !unsent.isEmpty {
            guard let count = stream.send(unsent) else { return close() }
            if count == 0 { break }
            unsent = unsent.dropFirst(count)
        }
        if unsent.isEmpty {
            unsent = []
            expiresAt = now + Self.patience
        }
        settle()
    }

    // MARK: The connection

    /// Looks for what can come next, and closes when nothing can.
    private func settle() {
        guard !isClosed, let token else { return }
        if hasHeardAll, !isAwaited, unsent.isEmpty, !hasRequest { return close() }
        // A client that asks faster than it is answered waits in the kernel, and costs nothing there.
        let wanted = (reading: !hasHeardAll && received.count <= Self.longestRequest, writing: !unsent.isEmpty)
        if wanted == interest { return }
        do throws(SystemError) {
            try readiness.watch(
                stream.rawDescriptor, token, forReading: wanted.reading, forWriting: wanted.writing)
            interest = wanted
        } catch {
            close()
        }
    }

    func close() {
        isClosed = true
        moreOfAnswer = nil
        if let token { readiness.forget(stream.rawDescriptor, token) }
        token = nil
    }
}
