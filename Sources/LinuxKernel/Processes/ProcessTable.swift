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

/// Waits, at most until `deadline` of the monotonic clock, while processes of this name that were killed come to their end.
///
/// They hold their locks and sockets for up to half a second after the signal (proc_pid_stat(5): PF_EXITING).
package func waitForKilledProcesses(named name: String, until deadline: UInt64) {
    for pid in processNumbers() where processName(of: pid) == name {
        while isBeingKilled(pid), monotonicNanoseconds() < deadline { usleep(1000) }
    }
}

/// Whether a process was killed and holds something yet; a zombie does not.
private func isBeingKilled(_ pid: Int32) -> Bool {
    guard case .success(let bytes) = readFile("/proc/\(pid)/stat", limit: 4096),
        let nameEnd = bytes.lastIndex(of: UInt8(ascii: ")"))
    else { return false }
    let words = bytes[(nameEnd + 1)...].split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
    guard words.count > 6, let flags = UInt32(words[6]), words[0] != "Z", words[0] != "X" else { return false }
    return flags & 0x4 != 0 || awaitsKill(pid)
}

private func awaitsKill(_ pid: Int32) -> Bool {
    guard case .success(let bytes) = readFile("/proc/\(pid)/status", limit: 16384) else { return false }
    return bytes.split(separator: UInt8(ascii: "\n")).contains { line in
        let words = line.split(separator: UInt8(ascii: "\t")).map { String(decoding: $0, as: UTF8.self) }
        guard words.count == 2, words[0] == "SigPnd:" || words[0] == "ShdPnd:" else { return false }
        return (UInt64(words[1], radix: 16) ?? 0) & (1 << (SIGKILL - 1)) != 0
    }
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

/// When a process was started, in ticks since the machine was; with its number it means no other process.
package func startTime(of pid: Int32) -> UInt64? {
    guard case .success(let line) = readFile("/proc/\(pid)/stat", limit: 4096),
        let name = line.lastIndex(of: UInt8(ascii: ")"))
    else { return nil }
    // proc(5): the twenty-second field, the twentieth behind the name.
    let fields = line[(name + 1)...].split(separator: UInt8(ascii: " "))
    return fields.count > 19 ? UInt64(String(decoding: fields[19], as: UTF8.self)) : nil
}

/// The process that started another one, or has taken it over; nil when that is gone.
package func parentProcessID(of pid: Int32) -> Int32? {
    guard case .success(let line) = readFile("/proc/\(pid)/stat", limit: 4096),
        let name = line.lastIndex(of: UInt8(ascii: ")"))
    else { return nil }
    // proc(5): the fourth field, the second behind the name.
    let fields = line[(name + 1)...].split(separator: UInt8(ascii: " "))
    return fields.count > 1 ? Int32(String(decoding: fields[1], as: UTF8.self)) : nil
}

/// Whether a process has ended, with all its threads, and only waits for its parent to collect it; true as well when it is gone.
package func hasEnded(_ pid: Int32) -> Bool {
    guard case .success(let bytes) = readFile("/proc/\(pid)/stat", limit: 4096),
        let name = bytes.lastIndex(of: UInt8(ascii: ")")), name + 2 < bytes.count
    else { return true }
    // proc(5): the state follows the name, which may itself hold anything.
    let state = bytes[name + 2]
    guard state == UInt8(ascii: "Z") || state == UInt8(ascii: "X") else { return false }
    // The twentieth field: what belongs to the process goes with its last thread.
    let fields = bytes[(name + 1)...].split(separator: UInt8(ascii: " "))
    return fields.count < 18 || fields[17].elementsEqual([UInt8(ascii: "1")])
        || fields[17].elementsEqual([UInt8(ascii: "0")])
}
