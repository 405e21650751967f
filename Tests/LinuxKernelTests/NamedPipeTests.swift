import LinuxKernel
import Testing

import class Foundation.FileManager

@Suite struct NamedPipeTests {
    private func inDirectory(_ body: (String) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "pipe-\(UInt64.random(in: 0...UInt64.max))")
            .path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: path) } }
        try body(path)
    }

    @Test func `is made once, for its owner alone, and is a pipe`() throws {
        try inDirectory { directory in
            let path = directory + "/fifo"
            #expect(try NamedPipe.make(path, owner: nil))
            #expect(try !NamedPipe.make(path, owner: nil))
            let status = try status(of: path).get()
            #expect(status.mode & 0o077 == 0 && !status.isRegular)
            _ = try NamedPipe(opening: path)
            NamedPipe.remove(path)
            #expect(throws: SystemError.self) { try NamedPipe(opening: path) }
        }
    }

    @Test func `what is no pipe, or leads to one, is refused`() throws {
        try inDirectory { directory in
            #expect(FileManager.default.createFile(atPath: directory + "/file", contents: nil))
            #expect(throws: SystemError.self) { try NamedPipe(opening: directory + "/file") }
            #expect(throws: SystemError.self) { try NamedPipe(opening: directory) }
            #expect(try NamedPipe.make(directory + "/fifo", owner: nil))
            try FileManager.default.createSymbolicLink(
                atPath: directory + "/link", withDestinationPath: directory + "/fifo")
            #expect(throws: SystemError.self) { try NamedPipe(opening: directory + "/link") }
        }
    }

    @Test func `never waits for a reader, and takes lines whole or not at all`() throws {
        try inDirectory { directory in
            let path = directory + "/fifo"
            #expect(try NamedPipe.make(path, owner: nil))
            let pipe = try NamedPipe(opening: path)
            let line = Array((String(repeating: "x", count: 99) + "\n").utf8)
            var written = 0
            while try pipe.write(line) == .written { written += 1 }
            #expect((100...700).contains(written), "64 KiB, page by page")
            // A reader that comes late gets all of them, and there is room again.
            let reader = try Child.spawn(
                SpawnRequest(
                    path: "/bin/dd", arguments: ["dd", "if=\(path)", "of=\(directory)/copy", "bs=100", "count=5"]))
            var status: LinuxKernel.ExitStatus?
            let bound = monotonicNanoseconds() + 5_000_000_000
            while status == nil, monotonicNanoseconds() < bound { status = reader.reap() }
            #expect(status == .exited(code: 0))
            #expect(
                try readFile(directory + "/copy", limit: 1000).get() == Array(repeating: line, count: 5).flatMap(\.self)
            )
        }
    }

    @Test func `a program that another process started is seen to end, and is not mistaken for another`() throws {
        // The shell ends; what it started goes on, and belongs to somebody else then.
        try inDirectory { directory in
            let shell = try Child.spawn(
                SpawnRequest(
                    path: "/bin/sh", arguments: ["sh", "-c", "sleep 7611 & echo $! > \(directory)/pid"]))
            let bound = monotonicNanoseconds() + 5_000_000_000
            while shell.reap() == nil, monotonicNanoseconds() < bound {}
            let bytes = try readFile(directory + "/pid", limit: 100).get()
            let pid = try #require(Int32(String(decoding: bytes.dropLast(), as: UTF8.self)))
            let began = try #require(startTime(of: pid))
            #expect(Child.adopt(pid, startedAt: began + 1) == nil)
            let child = try #require(Child.adopt(pid, startedAt: began))
            #expect(child.reap() == nil)
            #expect(sendSignal(Signals.kill, to: pid))
            while child.reap() == nil, monotonicNanoseconds() < bound {}
            #expect(child.reap() == .exited(code: -1))
            #expect(Child.adopt(pid, startedAt: began) == nil)
        }
    }
}
