internal import CLinux
internal import Glibc

/// The numbers of the user called `name` and of its primary group, or nil when there is none.
package func lookUpUser(_ name: String) -> (uid: UInt32, gid: UInt32)? {
    // SAFETY: the name is NUL-terminated for the duration of the call.
    let found = unsafe cl_user_named(name)
    return found.found != 0 ? (found.user, found.group) : nil
}

/// The number of the group called `name`, or nil when there is none.
package func lookUpGroup(_ name: String) -> UInt32? {
    // SAFETY: the name is NUL-terminated for the duration of the call.
    let found = unsafe cl_group_named(name)
    return found.found != 0 ? found.group : nil
}

/// The name of a user, or its number in digits when it has none.
package func userName(_ uid: UInt32) -> String {
    // SAFETY: at most the buffer's count of bytes is written, NUL included.
    unsafe nameFromDatabase { unsafe cl_name_of_user(uid, $0.baseAddress, $0.count) } ?? String(uid)
}

/// The name of a group, or its number in digits when it has none.
package func groupName(_ gid: UInt32) -> String {
    // SAFETY: at most the buffer's count of bytes is written, NUL included.
    unsafe nameFromDatabase { unsafe cl_name_of_group(gid, $0.baseAddress, $0.count) } ?? String(gid)
}

/// Every group that the user called `name` is a member of, `gid` among them.
package func supplementaryGroups(ofUser name: String, primary gid: UInt32) -> [UInt32] {
    var groups = [UInt32](repeating: 0, count: 64)
    while true {
        let capacity = Int32(groups.count)
        // SAFETY: the name is NUL-terminated, and at most `capacity` numbers are written.
        let count = unsafe groups.withUnsafeMutableBufferPointer {
            unsafe cl_groups_of_user(name, gid, $0.baseAddress, capacity)
        }
        if count <= capacity { return Array(groups.prefix(Int(max(count, 0)))) }
        groups = Array(repeating: 0, count: Int(count))
    }
}

/// The effective user of this process; 0 is root.
package func currentUserID() -> UInt32 { geteuid() }

private func nameFromDatabase(_ fill: (UnsafeMutableBufferPointer<CChar>) -> Int32) -> String? {
    var name = [CChar](repeating: 0, count: 256)
    // SAFETY: the buffer outlives the call.
    guard unsafe name.withUnsafeMutableBufferPointer({ unsafe fill($0) }) == 0 else { return nil }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
