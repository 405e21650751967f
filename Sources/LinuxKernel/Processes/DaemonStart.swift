internal import CLinux
internal import Glibc

/// Detachment from the terminal, with the first process waiting to learn whether the start succeeded.
package struct DaemonStart {
    private let report: Int32

    /// Forks twice, leaves the session and the directory; returns in the last process only.
    ///
    /// The first process exits with the code that `ready` or `failed` gives, or with 1 when the last one dies before
    /// either. Standard output and error stay open until `ready`, so that what is wrong can be said.
    package static func begin() throws(SystemError) -> DaemonStart {
        DaemonStart(report: try retryingOnInterrupt("detach from the terminal") { cl_detach() })
    }

    /// Lets the first process exit with 0, and silences standard output and error.
    package func ready() {
        // Without /dev/null the streams stay as they are, which hurts less than not starting.
        _ = cl_silence(1 << UInt32(STDOUT_FILENO) | 1 << UInt32(STDERR_FILENO))
        finish(0)
    }

    /// Lets the first process exit with `code`; the caller exits too.
    package func failed(_ code: Int32) { finish(UInt8(truncatingIfNeeded: code)) }

    private func finish(_ code: UInt8) {
        writeAll([code], to: report)
        _ = close(report)
    }
}
