internal import CLinux
internal import Glibc

/// The signals the daemon knows, by what they say.
package enum Signals {
    package static let hangup = SIGHUP
    package static let interrupt = SIGINT
    package static let kill = SIGKILL
    package static let stop = SIGSTOP
    package static let proceed = SIGCONT
    package static let user1 = SIGUSR1
    package static let user2 = SIGUSR2
    package static let pipe = SIGPIPE
    package static let terminate = SIGTERM
    package static let child = SIGCHLD
    package static let abort = SIGABRT

    /// keepalived: SIGRTMIN + 2 asks for JSON.
    package static let json = __libc_current_sigrtmin() + 2
    /// keepalived: SIGRTMAX - 1 asks for the counters, which then begin anew.
    package static let statsAndClear = __libc_current_sigrtmax() - 1
    /// Those that ask for a file.
    package static let dumps = [user1, user2, json, statsAndClear]
    /// Those that are meant for a daemon, and reach its other processes where somebody sends them by a pattern.
    package static let forDaemon = [terminate, interrupt, hangup] + dumps

    /// Makes `signal` have no effect; SIGKILL and SIGSTOP cannot be ignored.
    package static func ignore(_ signal: Int32) { _ = cl_ignore_signal(signal) }

    /// Makes writing to a closed pipe or socket an error instead of our end.
    package static func ignorePipe() { ignore(SIGPIPE) }
}

/// Signals as something to read, taken in the calling thread and in those it starts later.
package final class SignalSocket {
    private let handle: FileDescriptor

    /// Blocks `signals`, numbered 1 to 63, for good.
    package init(_ signals: [Int32]) throws(SystemError) {
        var mask: UInt64 = 0
        for signal in signals {
            guard (1..<64).contains(signal) else { throw SystemError("signalfd for signal \(signal)", EINVAL) }
            mask |= 1 << UInt64(signal)
        }
        handle = try FileDescriptor("signalfd") { cl_signal_descriptor(mask) }
    }

    /// Readable while a signal waits.
    package var descriptor: Int32 { handle.rawValue }

    /// The next signal, or nil when none waits.
    package func next() -> Int32? {
        let signal = cl_signal_next(handle.rawValue)
        return signal > 0 ? signal : nil
    }
}

/// The name of a signal: `SIGKILL`.
package func signalName(_ signal: Int32) -> String {
    switch signal {
    case SIGKILL: "SIGKILL"
    case SIGSEGV: "SIGSEGV"
    case SIGABRT: "SIGABRT"
    case SIGTERM: "SIGTERM"
    case SIGILL: "SIGILL"
    case SIGTRAP: "SIGTRAP"
    case SIGBUS: "SIGBUS"
    case SIGFPE: "SIGFPE"
    case SIGHUP: "SIGHUP"
    case SIGINT: "SIGINT"
    case SIGQUIT: "SIGQUIT"
    case SIGXCPU: "SIGXCPU"
    default: "signal \(signal)"
    }
}
