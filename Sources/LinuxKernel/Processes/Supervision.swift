internal import CLinux
internal import Glibc

/// What a process does at present (proc_pid_stat(5)).
package struct ProcessActivity: Equatable, Sendable {
    package enum State: Equatable, Sendable {
        case running
        /// It waits for something that may end.
        case sleeping
        /// It waits in the kernel, where no signal reaches it.
        case uninterruptible
        /// Somebody stopped it (SIGSTOP).
        case stopped
        /// A debugger holds it.
        case traced
        case ended
    }

    package var state: State
    /// Processor time of the thread so far, in ticks of 1/100 s.
    package var ticks: UInt64

    package init(state: State, ticks: UInt64) {
        self.state = state
        self.ticks = ticks
    }

    /// Reads the line of /proc/PID/task/TID/stat; nil when it is none.
    package init?(_ line: [UInt8]) {
        // The name, in parentheses, may itself hold anything.
        guard let name = line.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = line[(name + 1)...].split(separator: UInt8(ascii: " "))
        guard fields.count > 12, let letter = fields[0].first, let user = Self.number(fields[11]),
            let system = Self.number(fields[12])
        else { return nil }
        ticks = user &+ system
        switch letter {
        case UInt8(ascii: "R"): state = .running
        case UInt8(ascii: "D"): state = .uninterruptible
        case UInt8(ascii: "T"): state = .stopped
        case UInt8(ascii: "t"): state = .traced
        case UInt8(ascii: "Z"), UInt8(ascii: "X"): state = .ended
        default: state = .sleeping
        }
    }

    private static func number(_ octets: ArraySlice<UInt8>) -> UInt64? {
        UInt64(String(decoding: octets, as: UTF8.self))
    }
}

/// What the first thread of a process does at present, whatever its other threads do; nil when there is none of that number.
package func activity(of pid: Int32) -> ProcessActivity? {
    guard case .success(let line) = readFile("/proc/\(pid)/task/\(pid)/stat", limit: 4096) else { return nil }
    return ProcessActivity(line)
}

/// Sends a signal to one process; false when there is none of that number, or it is not ours to signal.
@discardableResult
package func sendSignal(_ signal: Int32, to pid: Int32) -> Bool { kill(pid, signal) == 0 }

package func parentProcessID() -> Int32 { getppid() }

/// The file that this process runs, as it was found; nil when it was removed or replaced since.
package func executablePath() -> String? {
    guard case .success(let path) = readLink("/proc/self/exe"), !path.hasSuffix(" (deleted)") else { return nil }
    return path
}

/// Replaces the program of this process by another; returns only when that fails.
package func execute(_ path: String, _ arguments: [String], environment: [String]) -> SystemError {
    var strings: [CChar] = []
    for string in [path] + arguments + environment {
        if string.utf8.contains(0) { return SystemError("execute \(path)", EINVAL) }
        strings += string.utf8.map { CChar(bitPattern: $0) }
        strings.append(0)
    }
    // SAFETY: the buffer outlives the call.
    let code = unsafe strings.withUnsafeBufferPointer {
        unsafe cl_execute($0.baseAddress, $0.count, arguments.count, environment.count)
    }
    return SystemError("execute \(path)", code)
}

/// Points standard output and error to /dev/null, for a daemon that has left its terminal.
package func silenceStandardStreams() {
    // Without /dev/null the streams stay as they are, which hurts less than ending.
    _ = cl_silence(1 << UInt32(STDOUT_FILENO) | 1 << UInt32(STDERR_FILENO))
}
