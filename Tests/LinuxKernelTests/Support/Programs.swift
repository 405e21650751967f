import Glibc
import LinuxKernel
import Testing

let isRoot = geteuid() == 0

/// True as soon as `descriptor` is readable, false when it is not after `seconds`.
func waitUntilReadable(_ descriptor: Int32, seconds: UInt64 = 20) throws -> Bool {
    let poller = try Poller()
    let deadline = monotonicNanoseconds() + seconds * 1_000_000_000
    try poller.watch(descriptor, as: Token(rawValue: 1))
    var isReady = false
    while !isReady, monotonicNanoseconds() < deadline {
        try poller.wait(untilNanoseconds: deadline) { _ in isReady = true }
    }
    return isReady
}

/// Both ends of a pipe.
func makePipe() throws -> (reader: Int32, writer: Int32) {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    return (ends[0], ends[1])
}

/// What is written until every writer has closed the pipe.
func readAll(_ descriptor: Int32) -> String {
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
        let count = read(descriptor, &chunk, chunk.count)
        if count <= 0 { return String(decoding: text, as: UTF8.self) }
        text += chunk[0..<count]
    }
}

/// A program's end and what it wrote to standard output and error.
func run(_ request: SpawnRequest) throws -> (status: LinuxKernel.ExitStatus, output: String) {
    let (reader, writer) = try makePipe()
    defer { close(reader) }
    var request = request
    request.standardOutput = .descriptor(writer)
    request.standardError = .descriptor(writer)
    let child: Child
    do {
        child = try Child.spawn(request)
        close(writer)
    } catch {
        close(writer)
        throw error
    }
    let output = readAll(reader)
    let status = try waitForEnd(of: child)
    return (status, output)
}

func waitForEnd(of child: Child) throws -> LinuxKernel.ExitStatus {
    try #require(try waitUntilReadable(child.descriptor), "process \(child.pid) does not end")
    let status = child.reap()
    return try #require(status)
}

let path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

func shellRequest(_ script: String) -> SpawnRequest {
    SpawnRequest(path: "/bin/sh", arguments: ["sh", "-c", script], environment: [path])
}

/// The output of a shell script, which must succeed.
@discardableResult
func shell(_ script: String) throws -> String {
    let (status, output) = try run(shellRequest(script))
    try #require(status == .exited(code: 0), "\(script)\n\(output)")
    return output
}

/// A directory for one test, removed with this object.
final class TemporaryDirectory {
    let path: String

    init() throws {
        var template = Array("/tmp/linux-kernel-tests.XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        do { _ = try shell("rm -r '\(path)'") } catch { Issue.record(error) }
    }

    func write(_ text: String, to name: String) throws -> String {
        let file = path + "/" + name
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        try #require(Glibc.write(descriptor, text, text.utf8.count) == text.utf8.count)
        return file
    }
}

func bytes(_ span: Span<UInt8>) -> [UInt8] { span.indices.map { span[$0] } }
