internal import CLinux
internal import Glibc

/// Memory that outlives the process that wrote it: a file that exists only as descriptors (memfd_create(2)).
///
/// Writes that stay within a page are whole or absent when their writer is killed, because a signal ends no copy midway.
package final class SharedMemory {
    private let file: FileDescriptor

    /// - Parameter name: shown in /proc/PID/fd.
    package init(named name: String) throws(SystemError) {
        file = try FileDescriptor("memfd_create") {
            // SAFETY: the name is NUL-terminated for the duration of the call.
            unsafe cl_memory_create(name)
        }
    }

    /// The memory that somebody left as our standard input; a descriptor of our own for it.
    package init(standardInput: Void) throws(SystemError) {
        file = try FileDescriptor("duplicate standard input") { cl_duplicate(STDIN_FILENO) }
    }

    /// The memory that this process had before it executed another program; see ``keepOpenOnExecute()``.
    package init(inherited descriptor: Int32) throws(SystemError) {
        file = try FileDescriptor("duplicate descriptor \(descriptor)") { cl_duplicate(descriptor) }
        _ = Glibc.close(descriptor)
    }

    package var descriptor: Int32 { file.rawValue }

    /// A descriptor of the same memory that the next program in this process has too.
    package func keepOpenOnExecute() throws(SystemError) -> Int32 {
        let descriptor = file.rawValue
        return try retryingOnInterrupt("duplicate a descriptor") { dup(descriptor) }
    }

    /// Writes everything at `offset`; what lies between the end and there reads as zeroes.
    package func write(_ octets: some Collection<UInt8>, at offset: Int) throws(SystemError) {
        let bytes = Array(octets)
        var done = 0
        let descriptor = file.rawValue
        while done < bytes.count {
            done += try retryingOnInterrupt("write to shared memory") {
                // SAFETY: the kernel reads the rest of the buffer only, during the call.
                unsafe bytes.withUnsafeBytes { room in
                    unsafe pwrite(
                        descriptor, room.baseAddress.map { unsafe $0 + done }, bytes.count - done, off_t(offset + done))
                }
            }
        }
    }

    /// What lies at `offset`: `count` octets, or as many as there are.
    package func read(_ count: Int, at offset: Int) throws(SystemError) -> [UInt8] {
        var octets = [UInt8](repeating: 0, count: count)
        var done = 0
        let descriptor = file.rawValue
        while done < count {
            let got = try retryingOnInterrupt("read shared memory") {
                // SAFETY: at most the rest of the buffer is written, during the call.
                unsafe octets.withUnsafeMutableBytes { room in
                    unsafe pread(
                        descriptor, room.baseAddress.map { unsafe $0 + done }, count - done, off_t(offset + done))
                }
            }
            if got == 0 { break }
            done += got
        }
        octets.removeLast(count - done)
        return octets
    }
}
