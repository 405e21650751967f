package import Control
internal import LinuxKernel

/// Where the daemon listens unless told otherwise.
package let defaultSocketPath = "/run/understudy/control.sock"

/// Why there is no answer from the daemon.
package enum ClientError: Error, Equatable {
    /// Nobody listens: there is no daemon, or it has no control socket.
    case notRunning(path: String, reason: String)
    case notPermitted(path: String)
    /// Somebody listens and does not answer in time.
    case silent(path: String, seconds: Double)
    /// The answer makes no sense, or ended early.
    case garbled(String)
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
        case .silent(let path, let seconds):
            "the daemon at \(path) has not answered for \(seconds) s: it hangs, or is stopped; nothing is known of its state "
                + "(systemctl status understudy)"
        case .garbled(let reason):
            "the daemon's answer cannot be understood: \(reason); are the command and the daemon of one version?"
        }
    }
}

/// Asks one question and waits for its answer.
///
/// - Parameter seconds: how long the daemon may take; it answers at once unless it has something to carry out.
package func ask(
    _ request: Request, at path: String = defaultSocketPath, within seconds: Double = 2
) throws(ClientError) -> Answer {
    let stream = try connect(to: path)
    let deadline = monotonicNanoseconds() + UInt64(seconds * 1e9)
    let silent = ClientError.silent(path: path, seconds: seconds)
    var unsent = Array((encode(request).text + "\n").utf8)[...]
    var received: [UInt8] = []
    while true {
        try wait(for: stream, toWrite: !unsent.isEmpty, until: deadline, orThrow: silent)
        if !unsent.isEmpty {
            guard let count = stream.send(unsent) else { throw .garbled("it hung up") }
            unsent = unsent.dropFirst(count)
            continue
        }
        switch stream.receive(atMost: 65536) {
        case .bytes(let bytes):
            received += bytes
            if let end = received.firstIndex(of: UInt8(ascii: "\n")) { return try answer(Array(received[..<end])) }
        case .nothingYet: continue
        case .end: throw .garbled(received.isEmpty ? "it hung up" : "it broke off")
        }
    }
}

private func connect(to path: String) throws(ClientError) -> LocalStream {
    do throws(SystemError) {
        return try LocalStream(connectingTo: path)
    } catch {
        // EACCES, EPERM; EAGAIN: too many wait, which a daemon that runs does not let happen.
        if error.code == 13 || error.code == 1 { throw .notPermitted(path: path) }
        if error.code == 11 { throw .silent(path: path, seconds: 0) }
        throw .notRunning(path: path, reason: error.reason)
    }
}

private func wait(
    for stream: LocalStream, toWrite: Bool, until deadline: UInt64, orThrow silent: ClientError
) throws(ClientError) {
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
    } catch {
        throw .garbled("\(error)")
    }
}
