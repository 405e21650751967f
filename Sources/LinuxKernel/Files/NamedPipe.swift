internal import Glibc

/// A named pipe (fifo(7)) that is written to without ever waiting for its reader.
///
/// It is open for reading too, so that lines wait for a reader that comes late: as many as the pipe holds, 64 KiB.
package final class NamedPipe {
    package let path: String
    private let file: FileDescriptor

    /// What became of a line.
    package enum Outcome: Hashable, Sendable {
        case written
        /// Nobody reads: the pipe is full, and the line is not in it.
        case full
    }

    /// Opens the pipe at `path`; anything else that is there is refused.
    package init(opening path: String) throws(SystemError) {
        self.path = path
        let file = try FileDescriptor(opening: path, O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY)
        let descriptor = file.rawValue
        var facts = stat()
        // SAFETY: the kernel writes the one struct that it is given.
        try retryingOnInterrupt("look at \(path)") { unsafe fstat(descriptor, &facts) }
        // What else could be opened for writing does not refuse what it has no room for.
        guard facts.st_mode & S_IFMT == S_IFIFO else { throw SystemError("open \(path) as a named pipe", EEXIST) }
        self.file = file
    }

    /// Makes a pipe that `owner` alone may use; false when something is there already.
    package static func make(_ path: String, owner: (uid: UInt32, gid: UInt32)?) throws(SystemError) -> Bool {
        do throws(SystemError) {
            // SAFETY: the path is NUL-terminated for the duration of the call.
            try retryingOnInterrupt("make the named pipe \(path)") { unsafe mkfifo(path, S_IRUSR | S_IWUSR) }
        } catch {
            if error.code == EEXIST { return false }
            throw error
        }
        guard let owner else { return true }
        do throws(SystemError) {
            try retryingOnInterrupt("give \(path) to user \(owner.uid)") {
                // SAFETY: the path is NUL-terminated for the duration of the call.
                unsafe lchown(path, owner.uid, owner.gid)
            }
        } catch {
            remove(path)
            throw error
        }
        return true
    }

    /// Removes a pipe; one that is gone already is no error.
    package static func remove(_ path: String) {
        // SAFETY: the path is NUL-terminated for the duration of the call.
        _ = unsafe unlink(path)
    }

    /// Writes one line of at most PIPE_BUF octets, whole or not at all.
    package func write(_ line: [UInt8]) throws(SystemError) -> Outcome {
        let descriptor = file.rawValue
        do throws(SystemError) {
            try retryingOnInterrupt("write to \(path)") {
                // SAFETY: the kernel reads the buffer's bytes only, during the call.
                unsafe line.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            }
            return .written
        } catch {
            if error.code == EAGAIN { return .full }
            throw error
        }
    }
}
