internal import Glibc

/// Lets `call` fill up to `capacity` octets; repeats it when it was interrupted.
///
/// - Returns: what was read, or the errno.
func readBytes(
    capacity: Int = 65536, _ call: (UnsafeMutablePointer<UInt8>?, Int) -> Int
) -> Result<[UInt8], SystemError> {
    var received = 0
    var code: Int32 = 0
    // SAFETY: `call` writes at most the buffer's size, and `count` becomes what it says it wrote.
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
        repeat {
            received = unsafe call(buffer.baseAddress, buffer.count)
            code = errno
        } while received < 0 && code == EINTR
        count = max(0, received)
    }
    return received < 0 ? .failure(SystemError("read", code)) : .success(bytes)
}
