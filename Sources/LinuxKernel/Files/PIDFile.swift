internal import CLinux
internal import Glibc

/// A file that holds our process ID, locked for as long as we live: a second instance finds the lock.
package final class PIDFile {
    package let path: String
    private let file: FileDescriptor

    private init(path: String, file: consuming FileDescriptor) {
        self.path = path
        self.file = file
    }

    /// Creates or takes over the file, and waits for it until `deadline`, an instant of the monotonic clock; fails with EAGAIN
    /// and the holder's number when another process still has it.
    package static func acquire(_ path: String, until deadline: UInt64) throws(SystemError) -> PIDFile {
        let file = try asking(until: deadline) { () throws(SystemError) -> PIDFile? in
            do throws(SystemError) {
                return try acquire(path)
            } catch {
                if error.code != EAGAIN { throw error }
                return nil
            }
        }
        // Once more, for whoever has it now is to be named.
        return if let file { file } else { try acquire(path) }
    }

    /// Creates or takes over the file; fails with EAGAIN and the holder's number when another process has it.
    package static func acquire(_ path: String) throws(SystemError) -> PIDFile {
        while true {
            let file = try FileDescriptor("create \(path)") {
                // SAFETY: the path is NUL-terminated for the duration of the call.
                unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0o644)
            }
            let descriptor = file.rawValue
            try retryingOnInterrupt("lock \(path)\(holder(of: path))") { cl_lock_file(descriptor) }
            // Its last holder may have removed the file between our two calls: a lock on that one excludes nobody.
            guard isSame(descriptor, as: path) else { continue }
            let result = PIDFile(path: path, file: file)
            try result.write()
            return result
        }
    }

    private static func holder(of path: String) -> String {
        guard case .success(let bytes) = readFile(path, limit: 64) else { return "" }
        let number = String(decoding: bytes.prefix { (48...57).contains($0) }, as: UTF8.self)
        return number.isEmpty ? ", which another process holds" : ", which process \(number) holds"
    }

    private static func isSame(_ descriptor: Int32, as path: String) -> Bool {
        var (ours, theirs) = (stat(), stat())
        // SAFETY: the path is NUL-terminated and both structures are writable for the duration of the calls.
        guard unsafe fstat(descriptor, &ours) == 0, unsafe stat(path, &theirs) == 0 else { return false }
        return ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino
    }

    private func write() throws(SystemError) {
        let descriptor = file.rawValue
        try retryingOnInterrupt("truncate \(path)") { ftruncate(descriptor, 0) }
        writeAll(Array("\(getpid())\n".utf8), to: descriptor)
    }

    /// Removes the file; the lock goes with this object.
    package func release() {
        // SAFETY: the path is NUL-terminated for the duration of the call.
        if Self.isSame(file.rawValue, as: path) { _ = unsafe unlink(path) }
    }

    deinit { release() }
}
