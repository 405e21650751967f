internal import Glibc

/// An open file descriptor with one owner: copying it does not compile, dropping it closes it.
package struct FileDescriptor: ~Copyable {
    package let rawValue: Int32

    /// Takes ownership of the result of `call`, or throws the errno it left.
    init(_ operation: @autoclosure () -> String, _ call: () -> Int32) throws(SystemError) {
        rawValue = try retryingOnInterrupt(operation(), call)
    }

    /// Takes ownership of a descriptor that someone else opened for us.
    init(owning rawValue: Int32) { self.rawValue = rawValue }

    deinit { _ = Glibc.close(rawValue) }
}

/// Runs `call` until it is not interrupted; a negative result becomes the errno it left.
///
/// The operation is named only when it fails, so that a packet costs no string.
@discardableResult
func retryingOnInterrupt<Result: SignedInteger>(
    _ operation: @autoclosure () -> String, _ call: () -> Result
) throws(SystemError) -> Result {
    while true {
        let result = call()
        if result >= 0 { return result }
        let code = errno
        if code == EINTR { continue }
        throw SystemError(operation(), code)
    }
}
