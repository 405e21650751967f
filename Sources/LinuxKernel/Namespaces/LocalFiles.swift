internal import CLinux
internal import Glibc

/// The few things a rehearsal does with files.
package enum LocalFiles {
    /// Writes a whole file, replacing what was there.
    package static func write(_ path: String, _ content: String, mode: UInt32 = 0o644) throws(SystemError) {
        let file = try FileDescriptor(opening: path, O_WRONLY | O_CREAT | O_TRUNC, mode: mode)
        try write(Array(content.utf8), to: file, path)
    }

    /// Makes a file empty, or makes an empty file; fails where a symbolic link is, which somebody else may have put there.
    package static func makeEmpty(_ path: String) throws(SystemError) {
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
        try write([], to: try FileDescriptor(opening: path, flags), path)
    }

    /// Writes to a file that is there already, such as a sysctl.
    package static func set(_ path: String, _ content: String) throws(SystemError) {
        let file = try FileDescriptor(opening: path, O_WRONLY)
        try write(Array(content.utf8), to: file, path)
    }

    private static func write(_ bytes: [UInt8], to file: borrowing FileDescriptor, _ path: String) throws(SystemError) {
        var rest = bytes[...]
        let descriptor = file.rawValue
        while !rest.isEmpty {
            let count = try retryingOnInterrupt("write \(path)") {
                // SAFETY: the slice outlives the call and its size is given.
                unsafe rest.withUnsafeBytes { unsafe Int32(Glibc.write(descriptor, $0.baseAddress, $0.count)) }
            }
            rest = rest.dropFirst(Int(count))
        }
    }

    /// The whole file, which is small.
    package static func read(_ path: String) throws(SystemError) -> [UInt8] {
        try readFile(path, limit: 64 << 20).get()
    }

    /// Makes a directory; one that is there already is fine.
    package static func makeDirectory(_ path: String) throws(SystemError) {
        do {
            // SAFETY: the string outlives the call.
            try retryingOnInterrupt("mkdir \(path)") { unsafe mkdir(path, 0o755) }
        } catch  where error.code == EEXIST {
            return
        }
    }

    /// Makes a directory and all that lead to it.
    package static func makeDirectories(_ path: String) throws(SystemError) {
        var made = ""
        for part in path.split(separator: "/") {
            made += "/\(part)"
            if !exists(made) { try makeDirectory(made) }
        }
    }

    /// Makes what is written below `directory` go to `layer` (an empty directory on another file system) from now on.
    package static func overlay(_ directory: String, with layer: String) throws(SystemError) {
        let (upper, work) = (layer + "/upper", layer + "/work")
        try makeDirectory(upper)
        try makeDirectory(work)
        // SAFETY: the strings outlive the call.
        try retryingOnInterrupt("mount overlay on \(directory)") { unsafe lab_mount_overlay(directory, upper, work) }
    }

    /// Makes `path` a symbolic link to `target`; one that is there already is replaced.
    package static func link(_ path: String, to target: String) throws(SystemError) {
        // SAFETY: the strings outlive the calls.
        _ = unsafe unlink(path)
        try retryingOnInterrupt("symlink \(path)") { unsafe symlink(target, path) }
    }

    /// Removes a file; one that is not there is fine.
    package static func remove(_ path: String) throws(SystemError) {
        do {
            // SAFETY: the string outlives the call.
            try retryingOnInterrupt("unlink \(path)") { unsafe unlink(path) }
        } catch  where error.code == ENOENT {
            return
        }
    }

    package static func exists(_ path: String) -> Bool {
        // SAFETY: the string outlives the call.
        unsafe access(path, F_OK) == 0
    }

    /// True for a regular file that may be executed.
    package static func isProgram(_ path: String) -> Bool {
        var facts = stat()
        // SAFETY: the string outlives the calls; the kernel writes the one struct that it is given.
        return unsafe stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
    }

    /// The program called `name`: as it is when it has a slash, else the first in `path` (like $PATH).
    package static func program(_ name: String, in path: String) -> String? {
        if name.contains("/") { return isProgram(name) ? absolute(name) : nil }
        return path.split(separator: ":").map { "\($0)/\(name)" }.first(where: isProgram)
    }

    /// The path without symbolic links and relative parts; nil when there is no such file.
    package static func absolute(_ path: String) -> String? {
        // SAFETY: realpath returns NULL or a string that is ours to free.
        guard let resolved = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    /// The directory of a path: all before its last slash.
    package static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }
}

/// What programs say, kept in memory (or in a file) and read while it grows.
///
/// Writers never wait for the reader.
package final class OutputLog {
    private let file: FileDescriptor
    private var position = 0

    /// Keeps it in memory, or in the file at `path`.
    package init(_ name: String, keptAt path: String? = nil) throws(SystemError) {
        if let path {
            file = try FileDescriptor(opening: path, O_RDWR | O_CREAT | O_TRUNC | O_APPEND)
        } else {
            // SAFETY: the string outlives the call.
            file = try FileDescriptor("memfd_create") { unsafe lab_memory_file(name) }
        }
    }

    package var rawDescriptor: Int32 { file.rawValue }

    /// The complete lines that were written since the last call.
    package func newLines() -> [String] {
        let content = read(from: position)
        guard let end = content.lastIndex(of: 10) else { return [] }
        position += end + 1
        return content[..<end].split(separator: 10, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    /// Everything so far.
    package var text: String { String(decoding: read(from: 0), as: UTF8.self) }

    /// How much that is, in octets.
    package var size: Int {
        let descriptor = file.rawValue
        var facts = stat()
        // SAFETY: the kernel writes the one struct that it is given.
        return unsafe fstat(descriptor, &facts) == 0 ? Int(facts.st_size) : 0
    }

    private func read(from start: Int) -> [UInt8] {
        var content: [UInt8] = []
        let descriptor = file.rawValue
        while true {
            let offset = start + content.count
            // SAFETY: pread writes at most `size` octets.
            let part = unsafe readBytes { buffer, size in unsafe pread(descriptor, buffer, size, offset) }
            guard case .success(let bytes) = part, !bytes.isEmpty else { return content }
            content += bytes
        }
    }
}
