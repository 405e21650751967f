internal import Glibc

/// The kernel's news of what happens to files (inotify(7)).
package final class FileNews {
    /// What a piece of news is about.
    package struct Item: Equatable {
        /// The number that watching gave.
        package var watch: Int32
        /// Of a directory's entry; empty when it is about what is watched itself.
        package var name: String
    }

    package enum Outcome: Equatable {
        case all
        /// The kernel dropped some: anything may have happened.
        case overrun
    }

    private let descriptor: FileDescriptor

    package init() throws(SystemError) {
        descriptor = try FileDescriptor("inotify_init1") { inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK)) }
    }

    package var rawDescriptor: Int32 { descriptor.rawValue }

    /// Tells which entries of a directory were written and closed, removed, or renamed from or to it.
    ///
    /// Watching what is watched already changes nothing and gives the same number.
    package func watch(directory: String) throws(SystemError) -> Int32 {
        try watch(directory, IN_CLOSE_WRITE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR)
    }

    /// Tells when a file, or what it links to, was written and closed.
    package func watch(file: String) throws(SystemError) -> Int32 { try watch(file, IN_CLOSE_WRITE) }

    private func watch(_ path: String, _ mask: some BinaryInteger) throws(SystemError) -> Int32 {
        let descriptor = descriptor.rawValue
        return try retryingOnInterrupt("watch \(path)") {
            // SAFETY: the path is NUL-terminated for the duration of the call.
            unsafe inotify_add_watch(descriptor, path, UInt32(truncatingIfNeeded: mask))
        }
    }

    /// Ends a watch; harmless when what was watched is gone.
    package func forget(_ watch: Int32) { _ = inotify_rm_watch(descriptor.rawValue, watch) }

    /// Takes in what waits, and at most what one reading holds.
    package func drain(_ body: (Item) -> Void) throws(SystemError) -> Outcome {
        let descriptor = descriptor.rawValue
        // SAFETY: read writes at most `size` octets.
        let outcome = unsafe readBytes { buffer, size in unsafe read(descriptor, buffer, size) }
        let octets: [UInt8]
        switch outcome {
        case .success(let bytes): octets = bytes
        case .failure(let error) where error.code == EAGAIN: return .all
        case .failure(let error): throw error
        }
        return Self.parse(octets, body)
    }

    /// Each is a header of four numbers, watch, mask, cookie and length, and a name padded with NULs.
    static func parse(_ octets: [UInt8], _ body: (Item) -> Void) -> Outcome {
        var rest = octets[...]
        var outcome = Outcome.all
        while rest.count >= headerSize {
            let numbers = (0..<4).map { field in
                (0..<4).reduce(UInt32(0)) { $0 | UInt32(rest[rest.startIndex + field * 4 + $1]) << UInt32($1 * 8) }
            }
            let name = rest.dropFirst(headerSize).prefix(Int(numbers[3]))
            rest = rest.dropFirst(headerSize + Int(numbers[3]))
            if numbers[1] & UInt32(IN_Q_OVERFLOW) != 0 {
                outcome = .overrun
            } else {
                body(
                    Item(
                        watch: Int32(bitPattern: numbers[0]),
                        name: String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)))
            }
        }
        return outcome
    }

    private static let headerSize = 16
}
