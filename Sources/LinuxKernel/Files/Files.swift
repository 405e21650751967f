internal import CLinux
internal import Glibc

/// The whole of a file of at most `limit` bytes; a longer one is refused with EFBIG.
package func readFile(_ path: String, limit: Int) -> Result<[UInt8], SystemError> {
    do throws(SystemError) {
        // SAFETY: the path is NUL-terminated for the duration of the call.
        let file = try FileDescriptor("open \(path)") { unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY) }
        var contents: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let descriptor = file.rawValue
            let count = try retryingOnInterrupt("read \(path)") {
                // SAFETY: at most the buffer's count of bytes is written.
                unsafe chunk.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            }
            if count == 0 { return .success(contents) }
            if contents.count + count > limit { throw SystemError("read \(path), at most \(limit) bytes", EFBIG) }
            contents += chunk[0..<count]
        }
    } catch {
        return .failure(error)
    }
}

/// Writes every byte, as far as `descriptor` takes them: a reader that went away is not our problem.
///
/// - Returns: why not all of them were written; 0 when they were.
@discardableResult
func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
    var rest = bytes[...]
    while !rest.isEmpty {
        // SAFETY: the kernel reads the buffer's bytes only, during the call.
        let count = unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { continue }
        if count <= 0 { return count < 0 ? errno : EIO }
        rest = rest.dropFirst(count)
    }
    return 0
}

/// The paths that match a shell pattern, braces included, sorted; none when nothing matches.
package func globFiles(_ pattern: String) -> [String] {
    // SAFETY: glob fills the structure, which globfree empties on every path out of here.
    var matches = unsafe glob_t()
    defer { unsafe globfree(&matches) }
    // SAFETY: the pattern is NUL-terminated for the duration of the call, and there is no error callback.
    guard unsafe glob(pattern, GLOB_BRACE | GLOB_NOSORT, nil, &matches) == 0 else { return [] }
    var paths: [String] = []
    for index in 0..<Int(unsafe matches.gl_pathc) {
        // SAFETY: gl_pathv has gl_pathc entries, each NUL-terminated, until globfree.
        if let path = unsafe matches.gl_pathv[index] { paths.append(unsafe String(cString: path)) }
    }
    return Array(Set(paths)).sorted()
}

/// What the file system says of a path.
package struct FileStatus: Hashable, Sendable {
    package var isRegular: Bool
    package var isDirectory: Bool
    package var isSymlink: Bool
    /// The permission bits, set-user-ID and sticky ones included: 0o7777.
    package var mode: UInt32
    package var uid: UInt32
    package var gid: UInt32

    package init(isRegular: Bool, isDirectory: Bool, isSymlink: Bool, mode: UInt32, uid: UInt32, gid: UInt32) {
        self.isRegular = isRegular
        self.isDirectory = isDirectory
        self.isSymlink = isSymlink
        self.mode = mode
        self.uid = uid
        self.gid = gid
    }
}

/// Looks at `path`, or at what it links to.
package func status(of path: String, followingLinks: Bool = true) -> Result<FileStatus, SystemError> {
    var result = stat()
    do throws(SystemError) {
        try retryingOnInterrupt("stat \(path)") {
            // SAFETY: the path is NUL-terminated and the structure is writable for the duration of the call.
            unsafe followingLinks ? stat(path, &result) : lstat(path, &result)
        }
    } catch {
        return .failure(error)
    }
    let kind = result.st_mode & S_IFMT
    return .success(
        FileStatus(
            isRegular: kind == S_IFREG, isDirectory: kind == S_IFDIR, isSymlink: kind == S_IFLNK,
            mode: UInt32(result.st_mode & 0o7777), uid: result.st_uid, gid: result.st_gid))
}

/// When what is at `path`, or what it links to, was last written; nil when that cannot be told.
package func modificationTime(of path: String) -> (seconds: Int64, nanoseconds: Int)? {
    var result = stat()
    // SAFETY: the path is NUL-terminated and the structure is writable for the duration of the call.
    guard unsafe stat(path, &result) == 0 else { return nil }
    return (Int64(result.st_mtim.tv_sec), result.st_mtim.tv_nsec)
}

/// Which file `path` leads to, whatever it is called there; nil when it leads to none.
package func fileNumber(of path: String) -> (device: UInt64, inode: UInt64)? {
    var result = stat()
    // SAFETY: the path is NUL-terminated and the structure is writable for the duration of the call.
    guard unsafe stat(path, &result) == 0 else { return nil }
    return (UInt64(result.st_dev), UInt64(result.st_ino))
}

/// Something one may want to do with a file.
package enum FileAccess: Hashable, Sendable { case reading, writing, executing }

/// Whether this process, with its effective identity, may do that.
package func isAccessible(_ path: String, for access: FileAccess = .reading) -> Bool {
    let mode =
        switch access {
        case .reading: R_OK
        case .writing: W_OK
        case .executing: X_OK
        }
    // SAFETY: the path is NUL-terminated for the duration of the call.
    return unsafe faccessat(AT_FDCWD, path, Int32(mode), AT_EACCESS) == 0
}

/// Whether the interface forwards IPv6 packets, which makes it a router in its neighbor advertisements.
package func readIPv6Forwarding(interface: String) -> Bool {
    guard case .success(let bytes) = readFile("/proc/sys/net/ipv6/conf/\(interface)/forwarding", limit: 64) else {
        return false
    }
    return bytes.first.map { $0 != UInt8(ascii: "0") } ?? false
}

/// Why the beginning of a file could not be read.
package enum FileProblem: Error, Equatable {
    case missing
    /// A directory, a pipe, a device.
    case notRegular
    case failed(SystemError)
}

/// At most the first `limit` octets of a regular file; nothing else is opened for long, so that a pipe makes nobody wait.
package func readBeginning(of path: String, limit: Int) -> Result<[UInt8], FileProblem> {
    do throws(SystemError) {
        let file = try FileDescriptor(opening: path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        let descriptor = file.rawValue
        var facts = stat()
        // SAFETY: the structure is writable for the duration of the call.
        try retryingOnInterrupt("stat \(path)") { unsafe fstat(descriptor, &facts) }
        guard facts.st_mode & S_IFMT == S_IFREG else { return .failure(.notRegular) }
        var contents: [UInt8] = []
        while contents.count < limit {
            // SAFETY: pread writes at most `size` octets.
            let outcome = unsafe readBytes(capacity: limit - contents.count) { buffer, size in
                unsafe pread(descriptor, buffer, size, off_t(contents.count))
            }
            let more: [UInt8]
            switch outcome {
            case .success(let bytes): more = bytes
            case .failure(let error): throw SystemError("read \(path)", error.code)
            }
            if more.isEmpty { break }
            contents += more
        }
        return .success(contents)
    } catch {
        return .failure(error.code == ENOENT || error.code == ENOTDIR ? .missing : .failed(error))
    }
}
