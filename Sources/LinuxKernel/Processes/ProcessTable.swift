internal import CLinux
internal import Glibc

/// A process that was there when the table was read.
package struct ProcessEntry: Hashable, Sendable {
    package let pid: Int32
    /// The kernel's name for it: at most 15 octets, of the program's file unless it renamed itself.
    package let name: String

    package init(pid: Int32, name: String) {
        self.pid = pid
        self.name = name
    }

    /// Its command line, read now.
    package var arguments: [String] { LinuxKernel.arguments(of: pid) }
}

/// Every process of our PID namespace, in the order of their numbers; those that end meanwhile are left out.
package func runningProcesses() -> [ProcessEntry] {
    processNumbers().compactMap { pid in processName(of: pid).map { ProcessEntry(pid: pid, name: $0) } }
}

/// The kernel's name for a process, or nil when there is none of that number.
package func processName(of pid: Int32) -> String? {
    guard case .success(var bytes) = readFile("/proc/\(pid)/comm", limit: 256) else { return nil }
    if bytes.last == 10 { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
}

/// The command line of a process; empty for kernel threads, zombies and processes that are gone.
package func arguments(of pid: Int32) -> [String] {
    guard case .success(var bytes) = readFile("/proc/\(pid)/cmdline", limit: 4 << 20), !bytes.isEmpty else {
        return []
    }
    if bytes.last == 0 { bytes.removeLast() }
    return bytes.split(separator: 0, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
}

private func processNumbers() -> [Int32] {
    var numbers = [Int32](repeating: 0, count: 1024)
    while true {
        // SAFETY: at most the buffer's count of numbers is written.
        let count = unsafe numbers.withUnsafeMutableBufferPointer { unsafe cl_processes($0.baseAddress, $0.count) }
        if count < 0 { return [] }
        if count <= numbers.count { return numbers[0..<count].sorted() }
        numbers = Array(repeating: 0, count: 2 * count)
    }
}

/// One process that someone else started, held by its pidfd so that its number cannot be mistaken.
package final class ProcessHandle {
    package let pid: Int32
    private let handle: FileDescriptor

    /// Fails with ESRCH when there is no such process.
    package init(pid: Int32) throws(SystemError) {
        self.pid = pid
        handle = try FileDescriptor("pidfd_open \(pid)") { cl_process_descriptor(pid) }
    }

    /// Readable once the process has ended.
    package var descriptor: Int32 { handle.rawValue }
}

/// Whether a process has ended and only waits for its parent to collect it; true as well when it is gone.
package func hasEnded(_ pid: Int32) -> Bool {
    guard case .success(let bytes) = readFile("/proc/\(pid)/stat", limit: 4096),
        let name = bytes.lastIndex(of: UInt8(ascii: ")")), name + 2 < bytes.count
    else { return true }
    // proc(5): the state follows the name, which may itself hold anything.
    let state = bytes[name + 2]
    return state == UInt8(ascii: "Z") || state == UInt8(ascii: "X")
}
