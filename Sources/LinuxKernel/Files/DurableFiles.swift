internal import CLinux
internal import Glibc

/// Adds a line, without its line feed, to the end of a file, makes it when it is missing, and returns when the disk has it.
///
/// What is there may end in half a line, after a power cut or on a full disk: the new one is begun apart from it. It waits
/// for the disk: nothing that must be in time may call it.
///
/// - Returns: the file's size afterwards.
package func appendLineDurably(_ line: [UInt8], to path: String) throws(SystemError) -> Int {
    let file = try FileDescriptor(opening: path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, mode: 0o640)
    let descriptor = file.rawValue
    let size = try retryingOnInterrupt("lseek \(path)") { lseek(descriptor, 0, Int32(SEEK_END)) }
    var last = UInt8(ascii: "\n")
    if size > 0 {
        // SAFETY: one octet is written to a local variable.
        try retryingOnInterrupt("read \(path)") { unsafe pread(descriptor, &last, 1, size - 1) }
    }
    let start: [UInt8] = last == UInt8(ascii: "\n") ? [] : [UInt8(ascii: "\n")]
    try writeWhole(start + line + [UInt8(ascii: "\n")], to: file, path)
    try retryingOnInterrupt("fdatasync \(path)") { fdatasync(descriptor) }
    return Int(try retryingOnInterrupt("lseek \(path)") { lseek(descriptor, 0, Int32(SEEK_END)) })
}

/// Replaces a file as a whole: whoever reads it, after a power cut too, finds the old content or the new.
///
/// It waits for the disk: nothing that must be in time may call it.
package func replaceDurably(_ path: String, with bytes: [UInt8], mode: UInt32 = 0o640) throws(SystemError) {
    let fresh = path + ".new"
    let file = try FileDescriptor(opening: fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode: mode)
    try writeWhole(bytes, to: file, fresh)
    let descriptor = file.rawValue
    try retryingOnInterrupt("fsync \(fresh)") { fsync(descriptor) }
    try renameFile(fresh, to: path)
    try syncDirectory(of: path)
}

/// Replaces what a file holds, as a whole and durably, and keeps its owner, its group and its mode; a link to it stays a link.
///
/// Where the owner cannot be kept, because the file is somebody else's and the caller is not root, nothing is changed.
package func rewriteDurably(_ path: String, with bytes: [UInt8]) throws(SystemError) {
    let target = try resolvedPath(path)
    let before = try status(of: target).get()
    let fresh = "\(target).\(getpid()).new"
    let file = try FileDescriptor(opening: fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode: 0o600)
    let descriptor = file.rawValue
    do throws(SystemError) {
        try writeWhole(bytes, to: file, fresh)
        try retryingOnInterrupt("chown \(fresh)") { fchown(descriptor, before.uid, before.gid) }
        try retryingOnInterrupt("chmod \(fresh)") { fchmod(descriptor, mode_t(before.mode)) }
        try retryingOnInterrupt("fsync \(fresh)") { fsync(descriptor) }
        try renameFile(fresh, to: target)
    } catch {
        // SAFETY: the string outlives the call.
        _ = unsafe unlink(fresh)
        throw error
    }
    try syncDirectory(of: target)
}

/// Writes a small file where it stands, so that it keeps its owner and its mode; made with mode 0600 when it is missing.
///
/// A link in its place is refused: whoever may write to the directory could point it anywhere.
///
/// - Parameter overwrites: false leaves what is there as it is.
/// - Returns: whether it was written.
package func writeInPlace(_ bytes: [UInt8], to path: String, overwrites: Bool) throws(SystemError) -> Bool {
    let how = overwrites ? O_TRUNC : O_EXCL
    do {
        let file = try FileDescriptor(
            opening: path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK | how, mode: 0o600)
        try writeWhole(bytes, to: file, path)
        return true
    } catch  where error.code == EEXIST && !overwrites {
        return false
    }
}

/// Removes a file, also from the disk's memory; one that is not there is fine.
package func removeDurably(_ path: String) throws(SystemError) {
    do {
        // SAFETY: the string outlives the call.
        try retryingOnInterrupt("unlink \(path)") { unsafe unlink(path) }
    } catch  where error.code == ENOENT {
        return
    }
    try syncDirectory(of: path)
}

/// Renames a file; what was at `target` is gone.
package func renameFile(_ path: String, to target: String) throws(SystemError) {
    // SAFETY: the strings outlive the call.
    try retryingOnInterrupt("rename \(path)") { unsafe rename(path, target) }
}

/// A lock on a file of a directory, held as long as this object lives; nil when another process holds it.
package final class DirectoryLock {
    private let file: FileDescriptor

    private init(_ file: consuming FileDescriptor) { self.file = file }

    /// Takes the directory, and waits for it until `deadline`, an instant of the monotonic clock; nil when somebody still has it.
    package static func acquire(_ directory: String, until deadline: UInt64) throws(SystemError) -> DirectoryLock? {
        try asking(until: deadline) { () throws(SystemError) in try acquire(directory) }
    }

    package static func acquire(_ directory: String) throws(SystemError) -> DirectoryLock? {
        let file = try FileDescriptor(
            opening: directory + "/lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode: 0o600)
        let descriptor = file.rawValue
        do {
            try retryingOnInterrupt("lock \(directory)/lock") { cl_lock_file(descriptor) }
        } catch  where error.code == EAGAIN || error.code == EACCES {
            return nil
        }
        return DirectoryLock(file)
    }
}

private func writeWhole(_ bytes: [UInt8], to file: borrowing FileDescriptor, _ path: String) throws(SystemError) {
    var rest = bytes[...]
    let descriptor = file.rawValue
    while !rest.isEmpty {
        let count = try retryingOnInterrupt("write \(path)") {
            // SAFETY: the slice outlives the call and its size is given.
            unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
        }
        rest = rest.dropFirst(count)
    }
}

private func syncDirectory(of path: String) throws(SystemError) {
    let directory = LocalFiles.directory(of: path)
    let descriptor = try FileDescriptor(opening: directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    let number = descriptor.rawValue
    try retryingOnInterrupt("fsync \(directory)") { fsync(number) }
}

/// Replaces a file as a whole, but not durably: whoever reads it finds the old content or the new.
///
/// The new one is made under a name that nobody can have foreseen, in the same directory, and renamed before it is closed, so
/// that whoever waits for the file to be written hears of it by its name (IN_CLOSE_WRITE of inotify(7)). A link in the way is
/// replaced, and not followed; what is neither a file nor a link is refused.
///
/// - Parameter mode: the permission bits, whatever the umask is.
package func replaceFile(_ path: String, with bytes: [UInt8], mode: UInt32) throws(SystemError) {
    if case .success(let present) = status(of: path, followingLinks: false), !present.isRegular, !present.isSymlink {
        throw SystemError("replace \(path), which is no regular file", EEXIST)
    }
    let directory = LocalFiles.directory(of: path)
    let name = path.split(separator: "/").last ?? "file"
    var template = Array("\(directory)/.\(name).XXXXXX".utf8CString)
    let file = try FileDescriptor("make a file in \(directory)") {
        // SAFETY: the array is NUL-terminated and writable, and longer than the six characters that are replaced.
        unsafe template.withUnsafeMutableBufferPointer { unsafe $0.baseAddress.map { unsafe mkstemp($0) } ?? -1 }
    }
    let fresh = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let descriptor = file.rawValue
    do throws(SystemError) {
        try writeWhole(bytes, to: file, fresh)
        try retryingOnInterrupt("chmod \(fresh)") { fchmod(descriptor, mode_t(mode)) }
        try renameFile(fresh, to: path)
    } catch {
        // SAFETY: the string outlives the call.
        _ = unsafe unlink(fresh)
        throw error
    }
}
