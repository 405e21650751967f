package import Control
internal import LinuxKernel

/// Where the daemon listens unless told otherwise.
package let defaultSocketPath = runDirectory + "/control.sock"

/// Why there is no answer from the daemon.
package enum ClientError: Error, Equatable {
    /// Nobody listens: there is no daemon, or it has no control socket.
    case notRunning(path: String, reason: String)
    case notPermitted(path: String)
    /// Somebody listens and does not answer in time; nil when it does not even take the connection.
    case silent(path: String, seconds: Double?)
    /// The answer makes no sense, or ended early.
    case garbled(String)
    /// It closed the connection without a word.
    case hungUp

    /// True when the daemon may have read the request although there is no answer.
    var mayHaveBeenHeard: Bool {
        switch self {
        case .notRunning, .notPermitted, .silent(_, nil): false
        case .silent, .garbled, .hungUp: true
        }
    }
}

extension ClientError: CustomStringConvertible {
    /// One sentence that says what to do.
    package var description: String {
        switch self {
        case .notRunning(let path, let reason):
            "no daemon answers at \(path) (\(reason)); start it with: systemctl start understudy"
        case .notPermitted(let path):
            "you may not use \(path): run this as root, or become a member of the group understudy "
                + "(usermod -aG understudy NAME) for reading"
        case .silent(let path, let seconds?):
            "the daemon at \(path) has not answered for \(spoken(seconds: seconds)): it hangs, or is stopped; nothing is "
                + "known of its state (systemctl status understudy)"
        case .silent(let path, nil):
            "the daemon at \(path) takes no connection: it hangs, or is stopped; nothing is known of its state "
                + "(systemctl status understudy)"
        case .garbled(let reason):
            "the daemon's answer cannot be understood: \(reason) (are the command and the daemon of one version?)"
        case .hungUp:
            "the daemon hung up before it had answered: its process has ended, or was replaced (understudy history says which)"
        }
    }
}

/// A longer answer is none: the longest, a history, has some hundred octets for each of at most some thousand records.
private let longestAnswer = 16 << 20

/// Asks one question and waits for its answer.
///
/// - Parameter seconds: how long the daemon may take; it answers at once unless it has something to carry out.
package func ask(
    _ request: Request, at path: String = defaultSocketPath, within seconds: Double = 2
) throws(ClientError) -> Answer {
    let patience = monotonicNanoseconds() + replacementNanoseconds
    while true {
        do throws(ClientError) {
            return try askOnce(request, at: path, within: seconds)
        } catch {
            // A process that ended just now has not told us what it changed; what only asks may ask its successor.
            guard error == .hungUp, request.request.isReading, monotonicNanoseconds() < patience else { throw error }
            sleepUntil(nanoseconds: monotonicNanoseconds() + retryNanoseconds)
        }
    }
}

private func askOnce(
    _ request: Request, at path: String, within seconds: Double
) throws(ClientError) -> Answer {
    let stream = try connect(to: path)
    let deadline = monotonicNanoseconds() + UInt64(seconds * 1e9)
    let silent = ClientError.silent(path: path, seconds: seconds)
    var unsent = Array((encode(request).text + "\n").utf8)[...]
    var received: [UInt8] = []
    while true {
        try wait(for: stream, toWrite: !unsent.isEmpty, until: deadline, orThrow: silent)
        if !unsent.isEmpty {
            // A daemon that has too many clients says so and hangs up without reading: what it said is there to be read.
            unsent = stream.send(unsent).map { unsent.dropFirst($0) } ?? []
            continue
        }
        switch stream.receive(atMost: 65536) {
        case .bytes(let bytes):
            if let end = bytes.firstIndex(of: UInt8(ascii: "\n")) { return try answer(received + bytes[..<end]) }
            received += bytes
            if received.count > longestAnswer { throw .garbled("it does not end") }
        case .nothingYet: continue
        case .end:
            if received.isEmpty { throw .hungUp }
            throw .garbled("it broke off")
        }
    }
}

/// For so long nobody may listen because a process is being replaced: the next one takes its place within milliseconds.
private let replacementNanoseconds: UInt64 = 300_000_000
private let retryNanoseconds: UInt64 = 10_000_000

private func connect(to path: String) throws(ClientError) -> LocalStream {
    let deadline = monotonicNanoseconds() + replacementNanoseconds
    while true {
        do throws(SystemError) {
            return try LocalStream(connectingTo: path)
        } catch {
            // EACCES, EPERM; EAGAIN: too many wait, which a daemon that runs does not let happen; ECONNREFUSED.
            if error.code == 13 || error.code == 1 { throw .notPermitted(path: path) }
            if error.code == 11 { throw .silent(path: path, seconds: nil) }
            let now = monotonicNanoseconds()
            guard error.code == 111, now < deadline else { throw .notRunning(path: path, reason: error.reason) }
            sleepUntil(nanoseconds: now + retryNanoseconds)
        }
    }
}

/// Whether somebody takes connections there, or would of others than us.
func isListening(at path: String) -> Bool {
    do throws(ClientError) {
        _ = try connect(to: path)
        return true
    } catch {
        return if case .notRunning = error { false } else { true }
    }
}

private func wait(
    for stream: LocalStream, toWrite: Bool, until deadline: UInt64, orThrow silent: ClientError
) throws(ClientError) {
    // A daemon that sends for ever keeps the stream ready, so the clock has to be looked at as well.
    if monotonicNanoseconds() >= deadline { throw silent }
    var items = [Readiness(stream.rawDescriptor, wantsToWrite: toWrite)]
    do throws(SystemError) {
        try Readiness.wait(&items, until: deadline)
    } catch {
        throw .garbled("waiting for it failed: \(error)")
    }
    if !items[0].isReady { throw silent }
}

private func answer(_ line: [UInt8]) throws(ClientError) -> Answer {
    do {
        return try decode(Answer.self, from: JSON(parsing: line))
    } catch let error as JSONError {
        throw .garbled("not JSON: \(error.reason) at octet \(error.offset)")
    } catch let error as DecodingError {
        throw .garbled(error.sentence)
    } catch {
        throw .garbled("\(error)")
    }
}

extension DecodingError {
    /// Where it is wrong, and how, without the debugger's words.
    package var sentence: String {
        let context: Context
        var name: String?
        switch self {
        case .keyNotFound(let key, let found):
            context = found
            name = key.stringValue
        case .typeMismatch(_, let found), .valueNotFound(_, let found), .dataCorrupted(let found): context = found
        @unknown default: return "a member is wrong"
        }
        let path = (context.codingPath.map(\.stringValue) + [name].compactMap { $0 }).joined(separator: ".")
        return (path.isEmpty ? "" : "\(path): ") + context.debugDescription
    }
}
