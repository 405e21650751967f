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
    private var waitsToWrite = false
    /// True while an answer is being worked out; the next request waits.
    private(set) var isAwaited = false
    private(set) var isClosed = false
    /// When it is closed unless it gets on.
    private(set) var expiresAt: MonotonicInstant

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
        if !unsent.isEmpty { flush(at: now) }
        guard !isClosed, received.count <= Self.longestRequest else { return }
        switch stream.receive(atMost: Self.longestRequest + 1) {
        case .bytes(let bytes): received += bytes
        case .nothingYet: break
        case .end: close()
        }
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
            if count == 0 { return wait(toWrite: true) }
            unsent = unsent.dropFirst(count)
        }
        expiresAt = now + Self.patience
        wait(toWrite: false)
    }

    private func wait(toWrite: Bool) {
        guard let token, toWrite != waitsToWrite else { return }
        do throws(SystemError) {
            try readiness.watch(stream.rawDescriptor, token, forWriting: toWrite)
            waitsToWrite = toWrite
        } catch {
            close()
        }
    }

    func close() {
        isClosed = true
        if let token { readiness.forget(stream.rawDescriptor, token) }
        token = nil
    }
}
