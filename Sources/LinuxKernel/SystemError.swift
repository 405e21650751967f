internal import Glibc

/// A failed system call: which one, on what, and why.
package struct SystemError: Error, Equatable {
    /// The call, and its object where there is one: `bind 192.0.2.1`.
    package let operation: String
    /// The errno.
    package let code: Int32

    /// The errno when somebody else has it.
    package static let addressInUse = EADDRINUSE

    /// There is no such file.
    package var isMissing: Bool { code == ENOENT }

    package init(_ operation: String, _ code: Int32) {
        self.operation = operation
        self.code = code
    }
}

extension SystemError: CustomStringConvertible {
    /// `bind 192.0.2.1: Cannot assign requested address`.
    package var description: String { "\(operation): \(reason)" }

    /// The errno in words, without the operation.
    package var reason: String {
        // SAFETY: strerror returns a NUL-terminated string that stays valid until the next call on this thread.
        let words = unsafe strerror(code).map { unsafe String(cString: $0) }
        return words ?? "error \(code)"
    }
}
