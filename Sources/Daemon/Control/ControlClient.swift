internal import Control
internal import LinuxKernel
internal import VRRPCore

/// One connection to the control socket.
///
/// Nothing here waits, and everything has a bound: what is not read or written in time ends the connection.
final class ControlClient {
    let mayChange: Bool
    private let stream: LocalStream
    private let readiness: Readiness
    private var token: Token?
    private var received: [UInt8] = []
    private var unsent: ArraySlice<UInt8> = []
    private var interest = Interest.reading
    /// The other side sends nothing more; what it has asked is still answered.
    private var hasEnded = false
    /// True while an answer is being worked out; the next request waits.
    private(set) var isAwaited = false
    private(set) var isClosed = false
    /// When it is closed unless it gets on.
    private(set) var expiresAt: MonotonicInstant

    /// What the poller shall tell of.
    private enum Interest { case nothing, reading, writing }

    static let longestRequest = 4096
    static let patience = Interval.seconds(5)

    init(_ stream: LocalStream, mayChange: Bool, _ readiness: Readiness, at now: MonotonicInstant) throws(SystemError) {
        self.stream = stream
        self.mayChange = mayChange
        self.readiness = readiness
        expiresAt = now + Self.patience
        token = try readiness.watch(stream.rawDescriptor, as: .controlClient(self))
    }

    /// The deadline; an operation that takes longer has one of its own.
    var deadline: MonotonicInstant? { isAwaited || isClosed ? nil : expiresAt }

    /// Reads or writes as far as it goes.
    func look(at now: MonotonicInstant) {
        if !unsent.isEmpty { return flush(at: now) }
        guard !isClosed, interest == .reading else { return }
        switch stream.receive(atMost: Self.longestRequest + 1) {
        case .bytes(let bytes): received += bytes
        case .nothingYet: break
        case .end: hasEnded = true
        }
        attend()
    }

    enum Next {
        case nothing
        case line([UInt8])
        case tooLong
    }

    /// The next whole request, when the last one has been answered.
    func next() -> Next {
        if isClosed || isAwaited || !unsent.isEmpty { return .nothing }
        guard let end = received.firstIndex(of: UInt8(ascii: "\n")) else {
            return received.count > Self.longestRequest ? .tooLong : .nothing
        }
        if end > Self.longestRequest { return .tooLong }
        let line = Array(received[..<end])
        received.removeSubrange(...end)
        isAwaited = true
        attend()
        return .line(line)
    }

    var hasNext: Bool {
        !isClosed && !isAwaited && unsent.isEmpty
            && (received.contains(UInt8(ascii: "\n")) || received.count > Self.longestRequest)
    }

    func send(_ line: String, at now: MonotonicInstant) {
        isAwaited = false
        expiresAt = now + Self.patience
        guard !isClosed else { return }
        unsent = Array((line + "\n").utf8)[...]
        flush(at: now)
    }

    private func flush(at now: MonotonicInstant) {
        while !unsent.isEmpty {
            guard let count = stream.send(unsent) else { return close() }
            if count == 0 { return attend() }
            unsent = unsent.dropFirst(count)
        }
        expiresAt = now + Self.patience
        attend()
    }

    /// Waits for what comes next and for nothing else: what is ready and not wanted would keep the loop awake.
    private func attend() {
        guard !isClosed else { return }
        if hasEnded, !isAwaited, unsent.isEmpty, !hasNext { return close() }
        let wanted: Interest = !unsent.isEmpty ? .writing : isAwaited || hasEnded || hasNext ? .nothing : .reading
        guard wanted != interest else { return }
        do throws(SystemError) {
            try turn(to: wanted)
            interest = wanted
        } catch {
            close()
        }
    }

    private func turn(to wanted: Interest) throws(SystemError) {
        let descriptor = stream.rawDescriptor
        guard wanted != .nothing else {
            if let token { readiness.forget(descriptor, token) }
            token = nil
            return
        }
        if token == nil { token = try readiness.watch(descriptor, as: .controlClient(self)) }
        if let token { try readiness.watch(descriptor, token, forWriting: wanted == .writing) }
    }

    func close() {
        isClosed = true
        if let token { readiness.forget(stream.rawDescriptor, token) }
        token = nil
    }
}
