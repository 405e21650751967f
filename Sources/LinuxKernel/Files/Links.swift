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

/// The path without links, which has to lead to something.
package func resolvedPath(_ path: String) throws(SystemError) -> String {
    var target = [CChar](repeating: 0, count: Int(PATH_MAX))
    // SAFETY: the path is NUL-terminated, and at most PATH_MAX octets are written.
    guard unsafe realpath(path, &target) != nil else { throw SystemError("realpath \(path)", errno) }
    return String(decoding: target.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
