internal import CLinux
internal import Glibc

/// A child process that was started in other namespaces.
///
/// Waiting for it is a matter of its pidfd.
package final class SpawnedProcess {
    package enum Signal: Sendable {
        case terminate, kill, reload, interrupt, stop, `continue`, user1

        var number: Int32 {
            switch self {
            case .terminate: SIGTERM
            case .kill: SIGKILL
            case .reload: SIGHUP
            case .interrupt: SIGINT
            case .stop: SIGSTOP
            case .continue: SIGCONT
            case .user1: SIGUSR1
            }
        }
    }

    /// The pid as this process sees it.
    package let pid: Int32
    package let name: String
    private let pidfd: FileDescriptor
    private var ended: ExitStatus?

    init(pid: Int32, name: String, pidfd: consuming FileDescriptor) {
        self.pid = pid
        self.name = name
        self.pidfd = pidfd
    }

    /// Readable once the process has ended.
    package var rawDescriptor: Int32 { pidfd.rawValue }

    /// Sends a signal; a process that has ended already is no error.
    package func send(_ signal: Signal) throws(SystemError) {
        guard status == nil else { return }
        let (pidfd, number) = (pidfd.rawValue, signal.number)
        do {
            try retryingOnInterrupt("pidfd_send_signal \(name)") { lab_pidfd_signal(pidfd, number) }
        } catch  where error.code == ESRCH {
            return
        }
    }

    /// How it ended, or nil while it runs.
    package var status: ExitStatus? {
        if ended == nil { collect(WNOHANG) }
        return ended
    }

    /// Waits for the end of a process that was killed.
    func reap() { if ended == nil { collect(0) } }

    private func collect(_ options: Int32) {
        var status: Int32 = 0
        var result: Int32
        repeat {
            // SAFETY: the kernel writes the one integer that it is given.
            result = unsafe waitpid(pid, &status, options)
        } while result < 0 && errno == EINTR
        guard result == pid else { return }
        ended = status & 0x7F == 0 ? .exited(code: status >> 8 & 0xFF) : .signalled(signal: status & 0x7F)
    }

    /// Waits for the end, at most until `deadline`; nil when it still runs then.
    package func wait(until deadline: UInt64?) throws(SystemError) -> ExitStatus? {
        while status == nil {
            var items = [Readiness(pidfd.rawValue)]
            try Readiness.wait(&items, until: deadline)
            if let deadline, monotonicNanoseconds() >= deadline { break }
        }
        return status
    }
}

extension SpawnedProcess {
    /// Sends it to the process and to all that it has started, at once: none of them sees another go first.
    ///
    /// - Parameter spared: the name of processes that are left alone.
    package func sendToAll(_ signal: Signal, sparing spared: String? = nil) {
        var all = [pid]
        // Whoever is stopped starts nothing more.
        var index = 0
        while index < all.count {
            _ = kill(all[index], SIGSTOP)
            let children = Self.children(of: all[index])
            all += children.filter { spared == nil || processName(of: $0) != spared }
            index += 1
        }
        // The children first: the end of a parent makes orphans of their process groups, and the kernel lets stopped orphans
        // go on (SIGHUP and SIGCONT), which is long enough for a last word.
        if signal != .stop { for process in all.reversed() { _ = kill(process, signal.number) } }
        if signal != .stop, signal != .kill { for process in all { _ = kill(process, SIGCONT) } }
    }

    /// What a process has started and not collected.
    package static func children(of pid: Int32) -> [Int32] {
        guard case .success(let list) = readFile("/proc/\(pid)/task/\(pid)/children", limit: 1 << 16) else { return [] }
        return list.split(separator: UInt8(ascii: " ")).compactMap { Int32(String(decoding: $0, as: UTF8.self)) }
    }
}
