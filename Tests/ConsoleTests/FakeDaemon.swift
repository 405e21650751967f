import Control
import LinuxKernel
import Synchronization

import class Foundation.FileManager
import struct Foundation.URL
import struct Foundation.UUID

/// A directory of the test's own, gone with the value.
final class TemporaryDirectory {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/understudy-" + UUID().uuidString.prefix(8)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            print("left behind: \(path): \(error)")
        }
    }

    func write(_ name: String, _ text: String) throws -> String {
        try LocalFiles.write(path + "/" + name, text)
        return path + "/" + name
    }
}

/// Something that listens where a daemon would, and behaves as the test says.
///
/// It serves one client after the other in a thread of its own, and is gone with the value.
final class FakeDaemon {
    /// What becomes of a connection.
    enum Manner: Sendable {
        /// Answers each request with the octets that the closure makes of it, and hangs up where there are none.
        case answers(@Sendable (Request) -> [UInt8])
        /// Reads, and says nothing.
        case hangs
        /// Sends this without reading, and hangs up.
        case turnsAway([UInt8])
        /// Sends this again and again.
        case babbles([UInt8])
    }

    /// What the thread and the test share.
    final class Shared: Sendable {
        let isOver = Atomic(false)
        let requests = Mutex<[Request]>([])
    }

    private struct Listening: @unchecked Sendable {
        // Made in one thread, and used in the other only.
        let listener: LocalListener
    }

    let path: String
    /// Nil where the test has one.
    private let directory: TemporaryDirectory?
    private let shared = Shared()
    private let thread: WorkerThread

    init(_ manner: Manner, at path: String? = nil) throws {
        let directory = path == nil ? try TemporaryDirectory() : nil
        self.directory = directory
        self.path = path ?? (directory.map { $0.path + "/control.sock" } ?? "")
        let path = self.path
        let listening = Listening(listener: try LocalListener(path, mode: 0o600, group: nil))
        let shared = shared
        thread = try WorkerThread { Self.serve(listening.listener, manner, shared) }
    }

    /// Answers every request with this.
    convenience init(answering answer: Answer, at path: String? = nil) throws {
        let line = Self.line(answer)
        try self.init(.answers { _ in line }, at: path)
    }

    deinit {
        shared.isOver.store(true, ordering: .sequentiallyConsistent)
        thread.join()
        do throws(SystemError) {
            try LocalFiles.remove(path)
        } catch {
            print("left behind: \(error)")
        }
    }

    /// The requests that came, in order.
    var requests: [Request] { shared.requests.withLock { $0 } }

    static func line(_ answer: Answer) -> [UInt8] { Array((encode(answer).text + "\n").utf8) }

    private static func serve(_ listener: LocalListener, _ manner: Manner, _ shared: Shared) {
        do throws(SystemError) {
            while !shared.isOver.load(ordering: .sequentiallyConsistent) {
                try wait(for: listener.rawDescriptor)
                while let stream = try listener.accept() { try serve(stream, manner, shared) }
            }
        } catch {
            print("the fake daemon: \(error)")
        }
    }

    /// Not for long, so that the end of the test is noticed.
    private static func wait(for descriptor: Int32, toWrite: Bool = false) throws(SystemError) {
        var items = [Readiness(descriptor, wantsToWrite: toWrite)]
        try Readiness.wait(&items, until: monotonicNanoseconds() + 20_000_000)
    }

    private static func serve(_ stream: LocalStream, _ manner: Manner, _ shared: Shared) throws(SystemError) {
        if case .turnsAway(let octets) = manner {
            _ = stream.send(octets[...])
            return
        }
        var received: [UInt8] = []
        while !shared.isOver.load(ordering: .sequentiallyConsistent) {
            if case .babbles(let octets) = manner {
                guard stream.send(octets[...]) != nil else { return }
                try wait(for: stream.rawDescriptor, toWrite: true)
                continue
            }
            try wait(for: stream.rawDescriptor)
            switch stream.receive() {
            case .bytes(let octets): received += octets
            case .nothingYet: continue
            case .end: return
            }
            guard case .answers(let answer) = manner, let end = received.firstIndex(of: 10) else { continue }
            guard let request = parsed(Array(received[..<end])) else { return }
            received.removeSubrange(...end)
            shared.requests.withLock { $0.append(request) }
            let octets = answer(request)
            if octets.isEmpty { return }
            try send(octets, to: stream, shared)
            // Half an answer: the line never ends.
            if octets.last != 10 { return }
        }
    }

    private static func send(_ octets: [UInt8], to stream: LocalStream, _ shared: Shared) throws(SystemError) {
        var rest = octets[...]
        while !rest.isEmpty, !shared.isOver.load(ordering: .sequentiallyConsistent) {
            guard let count = stream.send(rest) else { return }
            rest = rest.dropFirst(count)
            if count == 0 { try wait(for: stream.rawDescriptor, toWrite: true) }
        }
    }

    private static func parsed(_ line: [UInt8]) -> Request? {
        do throws(Problem) {
            return try Request.parse(line)
        } catch {
            print("the fake daemon was asked nonsense: \(error.message)")
            return nil
        }
    }
}
