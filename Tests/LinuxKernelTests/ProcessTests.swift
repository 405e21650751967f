import Foundation
import Glibc
import LinuxKernel
import Testing

/// A worker whose loop gets no processor is left alone, and what another thread of it does is no sign of its loop.
@Test func `what a process does is what its first thread does`() async throws {
    try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
        Thread {
            done.resume(with: Result { try lookAtWorkOfAnotherThread() })
        }.start()
    }
}

private func lookAtWorkOfAnotherThread() throws {
    func whole() throws -> UInt64 {
        try #require(ProcessActivity(Array(Data(contentsOf: URL(fileURLWithPath: "/proc/self/stat"))))).ticks
    }
    func first() throws -> UInt64 { try #require(activity(of: getpid())).ticks }
    let (wholeBefore, firstBefore) = (try whole(), try first())
    while try whole() < wholeBefore + 30 {}
    let ownTicks = try first() - firstBefore
    #expect(ownTicks < 15, "of 30, by the first thread")
}

@Suite(.enabled(if: isRoot))
struct `Children` {
    @Test func `run as another user with exactly the groups, directory and environment given`() throws {
        var request = shellRequest("id -u; id -g; id -G; pwd; env | grep -v '^PWD=\\|^SHLVL=\\|^_=' | sort")
        request.user = (uid: 65534, gid: 65533, groups: [65533, 4711])
        request.workingDirectory = "/usr"
        request.environment = ["PATH=/usr/bin:/bin", "REASON=a test"]
        let (status, output) = try run(request)
        #expect(status == .exited(code: 0))
        #expect(output == "65534\n65533\n65533 4711\n/usr\nPATH=/usr/bin:/bin\nREASON=a test\n")
    }

    @Test func `inherit no descriptor but the three streams`() throws {
        let leak = open("/dev/null", O_RDONLY)
        defer { close(leak) }
        try #require(leak > 2 && fcntl(leak, F_GETFD) == 0, "must be open without close-on-exec")
        let (_, output) = try run(
            SpawnRequest(path: "/bin/ls", arguments: ["ls", "/proc/self/fd"], environment: [path]))
        // The fourth is the directory that ls reads.
        #expect(output == "0\n1\n2\n3\n")
        let (_, input) = try run(shellRequest("readlink /proc/self/fd/0"))
        #expect(input == "/dev/null\n")
    }

    @Test func `start with default signals, none blocked, in their own group`() throws {
        Signals.ignorePipe()
        let (_, output) = try run(
            shellRequest("grep 'SigBlk\\|SigIgn' /proc/self/status; cut -d' ' -f 1,5 /proc/$$/stat"))
        let lines = output.split(separator: "\n")
        #expect(lines.prefix(2).allSatisfy { $0.hasSuffix("\t0000000000000000") }, "\(output)")
        let numbers = try #require(lines.last).split(separator: " ")
        #expect(numbers.count == 2 && numbers.first == numbers.last)
    }

    @Test func `standard output and error can go to one pipe or two`() throws {
        let (first, second) = (try makePipe(), try makePipe())
        var request = shellRequest("echo out; echo error >&2")
        request.standardOutput = .descriptor(first.writer)
        request.standardError = .descriptor(second.writer)
        let child = try Child.spawn(request)
        close(first.writer)
        close(second.writer)
        #expect(readAll(first.reader) == "out\n" && readAll(second.reader) == "error\n")
        close(first.reader)
        close(second.reader)
        #expect(try waitForEnd(of: child) == .exited(code: 0))
    }

    @Test func `are killed with everything they started`() throws {
        let (reader, writer) = try makePipe()
        var request = shellRequest("sleep 1000 & echo $!; wait")
        request.standardOutput = .descriptor(writer)
        let child = try Child.spawn(request)
        close(writer)
        var line = [UInt8](repeating: 0, count: 16)
        let count = read(reader, &line, line.count)
        defer { close(reader) }
        let text = String(decoding: line.prefix { $0 != 10 }, as: UTF8.self)
        let grandchild = try ProcessHandle(pid: try #require(Int32(text), "read \(count) bytes"))
        #expect(child.reap() == nil)
        child.signalGroup(Signals.kill)
        #expect(try waitForEnd(of: child) == .signalled(signal: SIGKILL))
        #expect(child.reap() == .signalled(signal: SIGKILL), "the answer stays")
        #expect(try waitUntilReadable(grandchild.descriptor))
    }

    @Test(arguments: [0, 1, 77, 255] as [Int32])
    func `report their exit code`(_ code: Int32) throws {
        #expect(try run(shellRequest("exit \(code)")).status == .exited(code: code))
    }

    @Test func `that cannot be executed are an error that says why, and leave nothing behind`() throws {
        let directory = try TemporaryDirectory()
        let plain = try directory.write("not a program", to: "plain")
        let noInterpreter = try directory.write("#!/nonexistent/interpreter\n", to: "script")
        try #require(chmod(noInterpreter, 0o755) == 0)
        for (path, code) in [
            ("/nonexistent/program", ENOENT), (plain, EACCES), (noInterpreter, ENOENT), ("/tmp", EACCES),
        ] {
            let failure = #expect(throws: SystemError.self) {
                _ = try Child.spawn(SpawnRequest(path: path, arguments: [path]))
            }
            #expect(failure == SystemError("execute \(path)", code))
        }
        let failure = #expect(throws: SystemError.self) {
            _ = try Child.spawn(SpawnRequest(path: "/bin/true", arguments: ["a\u{0}b"]))
        }
        #expect(failure?.code == EINVAL)
    }

    @Test func `that their user may not execute are an error too`() throws {
        let directory = try TemporaryDirectory()
        let program = try directory.write("#!/bin/sh\n", to: "program")
        try #require(chmod(program, 0o700) == 0)
        var request = SpawnRequest(path: program, arguments: [program])
        #expect(try run(request).status == .exited(code: 0))
        request.user = (uid: 65534, gid: 65534, groups: [])
        let failure = #expect(throws: SystemError.self) { _ = try Child.spawn(request) }
        #expect(failure == SystemError("execute \(program)", EACCES))
    }

    @Test func `that may not enter their directory are an error that names it`() throws {
        var request = shellRequest("true")
        request.workingDirectory = "/root/nonexistent"
        let failure = #expect(throws: SystemError.self) { _ = try Child.spawn(request) }
        #expect(failure == SystemError("enter /root/nonexistent for /bin/sh", ENOENT))
    }

    @Test func `are told to end when the thread that started them is gone`() throws {
        let box = Box<Result<Child, any Error>>()
        let thread = Thread {
            box.value = Result { try Child.spawn(shellRequest("exec sleep 1000")) }
            box.isDone.signal()
        }
        thread.start()
        #expect(box.isDone.wait(timeout: .now() + 20) == .success)
        let child = try #require(box.value).get()
        #expect(try waitForEnd(of: child) == .signalled(signal: SIGTERM))
    }
}

/// A value that one thread leaves for another.
private final class Box<Value>: @unchecked Sendable {
    var value: Value?
    let isDone = DispatchSemaphore(value: 0)
}

@Suite(.serialized, .enabled(if: isRoot))
struct `Watching processes` {
    @Test func `the table has us, our name and our arguments`() throws {
        let us = try #require(runningProcesses().first { $0.pid == getpid() })
        #expect(us.arguments == CommandLine.arguments)
        #expect(us.name == processName(of: getpid()))
        #expect(arguments(of: 2_000_000_000) == [] && processName(of: 2_000_000_000) == nil)
        let (input, output) = (try makePipe(), try makePipe())
        defer { for descriptor in [input.reader, input.writer, output.reader, output.writer] { close(descriptor) } }
        let words = ["odd name", "-c", "echo ready; read line", ""]
        let child = try Child.spawn(
            SpawnRequest(
                path: "/bin/sh", arguments: words, standardInput: .descriptor(input.reader),
                standardOutput: .descriptor(output.writer)))
        // Until the program says so itself, the kernel may still be busy replacing our image by its own.
        #expect(try waitUntilReadable(output.reader))
        let entry = try #require(runningProcesses().first { $0.pid == child.pid })
        #expect(entry.name == "sh" && entry.arguments == words)
        child.signalGroup(SIGKILL)
        #expect(try waitForEnd(of: child) == .signalled(signal: SIGKILL))
        #expect(!runningProcesses().contains { $0.pid == child.pid })
    }

    @Test func `a handle is readable when its process ends, and there is none for a process that is not there`() throws
    {
        let child = try Child.spawn(shellRequest("exec sleep 1000"))
        let handle = try ProcessHandle(pid: child.pid)
        child.signalGroup(SIGTERM)
        #expect(try waitUntilReadable(handle.descriptor))
        #expect(try waitForEnd(of: child) == .signalled(signal: SIGTERM))
        let failure = #expect(throws: SystemError.self) { _ = try ProcessHandle(pid: child.pid) }
        #expect(failure == SystemError("pidfd_open \(child.pid)", ESRCH))
    }

    @Test func `the connector tells of fork, exec, a new name and exit in that order`() throws {
        let events = try ProcessEvents()
        let child = try Child.spawn(shellRequest("echo renamed > /proc/self/comm; exec true"))
        #expect(try waitForEnd(of: child) == .exited(code: 0))
        var seen: [ProcessEvents.Event] = []
        while !seen.contains(.exited(pid: child.pid)) {
            try #require(try waitUntilReadable(events.descriptor), "the exit was never told")
            #expect(try events.drain { seen.append($0) } == .drained)
        }
        let ours = seen.filter {
            switch $0 {
            case .fork(_, let pid), .exec(let pid), .renamed(let pid), .exited(let pid): pid == child.pid
            }
        }
        let pid = child.pid
        #expect(
            ours == [
                .fork(parent: getpid(), child: pid), .exec(pid: pid), .renamed(pid: pid), .exec(pid: pid),
                .exited(pid: pid),
            ])
    }

    @Test func `the connector refuses another network namespace`() throws {
        let failure = try NetworkNamespace().enter {
            #expect(throws: SystemError.self) { _ = try ProcessEvents() }
        }
        #expect(failure == SystemError("ask for process events", ECONNREFUSED))
    }

    @Test func `a storm of events beyond the buffer is reported`() throws {
        let events = try ProcessEvents(receiveBuffer: 1)
        try shell("for i in $(seq 100); do /bin/true; done")
        #expect(try events.drain { _ in } == .overrun)
    }
}

@Suite(.serialized) struct `Signals as something to read` {
    @Test func `are taken one by one`() throws {
        let socket = try SignalSocket([Signals.user1, Signals.user2])
        defer {
            var set = sigset_t()
            sigemptyset(&set)
            for signal in [SIGUSR1, SIGUSR2] { sigaddset(&set, signal) }
            pthread_sigmask(SIG_UNBLOCK, &set, nil)
        }
        #expect(socket.next() == nil)
        // To this thread only: another one would die of them.
        for signal in [SIGUSR1, SIGUSR2] { #expect(pthread_kill(pthread_self(), signal) == 0) }
        #expect(try waitUntilReadable(socket.descriptor))
        #expect([socket.next(), socket.next()] == [SIGUSR1, SIGUSR2])
        #expect(socket.next() == nil)
    }

    @Test(arguments: [0, -1, 64] as [Int32])
    func `must be numbers that a signal can have`(_ number: Int32) throws {
        let failure = #expect(throws: SystemError.self) { _ = try SignalSocket([number]) }
        #expect(failure?.code == EINVAL)
    }
}
