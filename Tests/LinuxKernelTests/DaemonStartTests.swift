import Glibc
import LinuxKernel
import Testing

@Suite(.serialized) struct `Start as a daemon` {
    /// The exit code that whoever started the daemon sees, when the detached process does `then`.
    private func exitCode(_ then: (DaemonStart) -> Void) throws -> LinuxKernel.ExitStatus {
        let pid = fork()
        if pid == 0 {
            // Here we are the daemon's first process, and after `begin` its last.
            do { then(try DaemonStart.begin()) } catch { _exit(99) }
            _exit(0)
        }
        try #require(pid > 0)
        let handle = try ProcessHandle(pid: pid)
        let hasEnded = try waitUntilReadable(handle.descriptor)
        if !hasEnded { kill(pid, SIGKILL) }
        var status: Int32 = 0
        try #require(waitpid(pid, &status, 0) == pid && hasEnded)
        return status & 0x7F == 0 ? .exited(code: status >> 8 & 0xFF) : .signalled(signal: status & 0x7F)
    }

    @Test func `the first process ends with what the last one reports`() throws {
        #expect(try exitCode { $0.ready() } == .exited(code: 0))
        #expect(try exitCode { $0.failed(3) } == .exited(code: 3))
    }

    @Test func `a daemon that dies before it is ready is a failed start`() throws {
        #expect(try exitCode { _ in _exit(0) } == .exited(code: 1))
        #expect(try exitCode { _ in raise(SIGKILL) } == .exited(code: 1))
    }

    @Test func `the daemon has its own session, the root directory, and silent streams once it is ready`() throws {
        let (reader, writer) = try makePipe()
        defer { close(reader) }
        let status = try exitCode { start in
            start.ready()
            var directory = [CChar](repeating: 0, count: 64)
            getcwd(&directory, directory.count)
            let place = String(decoding: directory.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let streams = (0...2).map { descriptor -> String in
                var target = [CChar](repeating: 0, count: 64)
                readlink("/proc/self/fd/\(descriptor)", &target, target.count - 1)
                return String(decoding: target.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            }
            let isApart = getsid(0) != getpid() && getsid(0) == getpgrp()
            let report = "\(place) \(streams.joined(separator: " ")) \(isApart)"
            write(writer, report, report.utf8.count)
        }
        close(writer)
        #expect(status == .exited(code: 0))
        #expect(readAll(reader) == "/ /dev/null /dev/null /dev/null true")
    }
}
