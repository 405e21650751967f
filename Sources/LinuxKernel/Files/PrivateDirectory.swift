internal import Glibc

/// A directory of our own that only we may look into, gone with everything in it when this object goes.
package final class PrivateDirectory {
    package let path: String
    /// What was made in it, in order: files, and directories before what is in them.
    private var made: [(path: String, isDirectory: Bool)] = []

    /// Makes it in `place`, its name beginning with `prefix`.
    package init(in place: String, prefix: String) throws(SystemError) {
        var template = Array("\(place)/\(prefix)XXXXXX".utf8CString)
        // SAFETY: the array is NUL-terminated and writable, and longer than the six characters that are replaced.
        let succeeded = unsafe template.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return false }
            return unsafe mkdtemp(start) != nil
        }
        guard succeeded else { throw SystemError("make a directory in \(place)", errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Writes a file that only we may read, at a relative path without `.` and `..`; its directories are made.
    package func write(_ name: String, _ content: String) throws(SystemError) {
        var directory = path
        for part in name.split(separator: "/").dropLast() {
            directory += "/\(part)"
            guard !LocalFiles.exists(directory) else { continue }
            try LocalFiles.makeDirectory(directory)
            made.append((directory, true))
        }
        let file = "\(path)/\(name)"
        made.append((file, false))
        try LocalFiles.write(file, content, mode: 0o600)
    }

    /// Removes it; what cannot be removed stays.
    package func remove() {
        for entry in made.reversed() {
            // SAFETY: the string outlives the calls.
            _ = unsafe entry.isDirectory ? rmdir(entry.path) : unlink(entry.path)
        }
        made = []
        // SAFETY: the string outlives the call.
        _ = unsafe rmdir(path)
    }

    deinit { remove() }
}
