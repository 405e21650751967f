import Console
import Control
import LinuxKernel
import Testing

@Suite struct `Asking the daemon` {
    @Test func `where nobody listens, the sentence says how to start it`() {
        let error = #expect(throws: ClientError.self) { try ask(Request(.status), at: "/nonexistent/control.sock") }
        #expect(
            error?.description
                == "no daemon answers at /nonexistent/control.sock (No such file or directory); "
                + "start it with: systemctl start understudy")
    }

    @Test func `a socket that a dead daemon left is no daemon`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/control.sock"
        // Closing a listener leaves its path.
        _ = try LocalListener(path, mode: 0o600, group: nil)
        let error = #expect(throws: ClientError.self) { try ask(Request(.status), at: path) }
        #expect(error == .notRunning(path: path, reason: "Connection refused"))
    }

    @Test func `a path that cannot be one is said to be so`() {
        let path = "/" + String(repeating: "x", count: 200)
        let error = #expect(throws: ClientError.self) { try ask(Request(.status), at: path) }
        #expect(error == .notRunning(path: path, reason: "File name too long"))
    }

    @Test func `a daemon that hangs is given up in time`() throws {
        let daemon = try FakeDaemon(.hangs)
        let begin = monotonicNanoseconds()
        let error = #expect(throws: ClientError.self) { try ask(Request(.status), at: daemon.path, within: 0.2) }
        #expect(error == .silent(path: daemon.path, seconds: 0.2))
        #expect(error?.description.contains("has not answered for 200 ms: it hangs, or is stopped") == true)
        #expect(monotonicNanoseconds() - begin < 5_000_000_000)
    }

    @Test func `a daemon that takes nobody in hangs as well`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/control.sock"
        let listener = try LocalListener(path, mode: 0o600, group: nil, backlog: 0)
        let first = try LocalStream(connectingTo: path)
        let error = #expect(throws: ClientError.self) { try ask(Request(.status), at: path) }
        #expect(error == .silent(path: path, seconds: nil))
        withExtendedLifetime((listener, first)) {}
    }

    @Test(arguments: [
        ("hello\n", "not JSON: this is no value at octet 0"), ("{}\n", "version: 'version' is missing"),
        ("{\"version\":1,\"at\":\"yesterday\"}\n", "'yesterday' is no time"),
        ("{\"version\":1,\"at\":7}\n", "expected String, found a number"),
        ("{\"version\":1", "it broke off"), ("\u{0}\n", "not JSON: this is no value at octet 0"),
    ])
    func `an answer that is none is refused in one sentence`(text: String, reason: String) throws {
        let daemon = try FakeDaemon(.answers { _ in Array(text.utf8) })
        let error = #expect(throws: ClientError.self) { try ask(Request(.status), at: daemon.path) }
        guard case .garbled(let words)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(words.contains(reason))
    }

    @Test func `a daemon that ends before it has answered is told from one that talks nonsense`() throws {
        let daemon = try FakeDaemon(.answers { _ in [] })
        let error = #expect(throws: ClientError.self) { try ask(Request(.switchover), at: daemon.path) }
        #expect(error == .hungUp)
    }

    @Test func `an answer without end is given up`() throws {
        let daemon = try FakeDaemon(.babbles([UInt8](repeating: 0x20, count: 60_000)))
        let error = #expect(throws: ClientError.self) { try ask(Request(.status), at: daemon.path, within: 1) }
        #expect(error == .garbled("it does not end") || error == .silent(path: daemon.path, seconds: 1))
    }

    @Test func `what a daemon says that turns clients away is heard`() throws {
        var refusal = Sample.answer()
        refusal.error = Problem(.busy, "the daemon serves 16 clients already")
        let daemon = try FakeDaemon(.turnsAway(FakeDaemon.line(refusal)))
        // Whether it hangs up before or after we have sent, which is up to the scheduler.
        for _ in 0..<20 { #expect(try ask(Request(.status), at: daemon.path) == refusal) }
    }

    @Test func `a long answer arrives whole`() throws {
        var answer = Sample.answer()
        answer.history = (1...1200).map { index in
            HistoryRecord(
                at: Sample.now, sequence: index, boot: nil, instance: "VI_1", event: .priorityChanged,
                cause: String(repeating: "x", count: 300))
        }
        let daemon = try FakeDaemon(answering: answer)
        #expect(try ask(Request(.history), at: daemon.path, within: 20) == answer)
    }
}
