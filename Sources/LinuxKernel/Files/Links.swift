internal import Glibc

/// Where the symbolic link at `path` points, as it was written.
package func readLink(_ path: String) -> Result<String, SystemError> {
    var target = [CChar](repeating: 0, count: Int(PATH_MAX))
    do throws(SystemError) {
        let count = try retryingOnInterrupt("readlink \(path)") {
            // SAFETY: the path is NUL-terminated, and at most the buffer's count of bytes is written.
            Int32(unsafe readlink(path, &target, target.count))
        }
        return .success(String(decoding: target[..<Int(count)].map(UInt8.init(bitPattern:)), as: UTF8.self))
    } catch {
        return .failure(error)
    }
}
