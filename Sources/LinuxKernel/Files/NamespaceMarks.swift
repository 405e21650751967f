internal import CLinux
internal import Glibc

/// Numbers that one process at a time has in a network namespace, any number of them by one descriptor; the kernel frees them when
/// the process ends.
///
/// They are locks on the file that stands for the namespace, which every process in it can open and none can write: so they
/// are shared locks. Whoever wants a number looks whether somebody has it, takes it, and looks again.
package final class NamespaceMarks {
    private let file: FileDescriptor
    private var held: Set<UInt64> = []

    /// Those of the network namespace that the calling thread is in.
    package init() throws(SystemError) {
        file = try FileDescriptor(opening: "/proc/thread-self/ns/net", O_RDONLY)
    }

    /// Takes numbers, of which 62 bits count, or none of them, and waits for them until `deadline`, an instant of the monotonic clock.
    ///
    /// - Returns: one that another process has; nil when all are ours.
    package func take(_ numbers: [UInt64], until deadline: UInt64) throws(SystemError) -> UInt64? {
        let wanted = numbers.filter { !held.contains($0) }
        while true {
            guard let taken = try attempt(wanted) else { return nil }
            if monotonicNanoseconds() >= deadline { return taken }
            // Two that begin at the same moment must not go on in step.
            usleep(1000 + UInt32(getpid() % 16) * 100)
        }
    }

    private func attempt(_ numbers: [UInt64]) throws(SystemError) -> UInt64? {
        if let other = try firstOfOthers(numbers) { return other }
        for number in numbers { try set(number, true) }
        guard let other = try firstOfOthers(numbers) else { return nil }
        for number in numbers { try set(number, false) }
        return other
    }

    private func firstOfOthers(_ numbers: [UInt64]) throws(SystemError) -> UInt64? {
        // Each look passes all that are ours: ten thousand after another took seconds, and hardly ever is there anybody else.
        if numbers.isEmpty { return nil }
        if try !othersHaveAny() { return nil }
        let descriptor = file.rawValue
        for number in numbers {
            let answer = try retryingOnInterrupt("look for marks in the network namespace") {
                cl_is_marked(descriptor, Self.place(number))
            }
            if answer == 1 { return number }
        }
        return nil
    }

    /// Whether another process has any number here.
    package func othersHaveAny() throws(SystemError) -> Bool {
        let descriptor = file.rawValue
        return try retryingOnInterrupt("look for marks in the network namespace") { cl_is_marked_anywhere(descriptor) }
            == 1
    }

    /// Gives back all but these.
    package func keep(_ numbers: Set<UInt64>) throws(SystemError) {
        for number in held.subtracting(numbers) { try set(number, false) }
    }

    private func set(_ number: UInt64, _ isSet: Bool) throws(SystemError) {
        let descriptor = file.rawValue
        try retryingOnInterrupt("set a mark in the network namespace") {
            cl_mark(descriptor, Self.place(number), isSet ? 1 : 0)
        }
        if isSet { held.insert(number) } else { held.remove(number) }
    }

    /// Offsets in a file are positive, and the last octet has to be one too.
    private static func place(_ number: UInt64) -> Int64 { Int64(number >> 2) }
}
