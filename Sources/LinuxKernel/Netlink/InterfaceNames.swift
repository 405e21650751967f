internal import Glibc

/// The index of the interface called `name`, or nil when there is none.
package func interfaceIndex(named name: String) -> UInt32? {
    // SAFETY: the string is NUL-terminated for the duration of the call.
    let index = unsafe if_nametoindex(name)
    return index == 0 ? nil : index
}

/// The name of the interface with this index, or nil when there is none.
package func interfaceName(_ index: UInt32) -> String? {
    var name = [CChar](repeating: 0, count: Int(IF_NAMESIZE))
    // SAFETY: if_indextoname writes at most IF_NAMESIZE bytes, NUL included.
    let found = unsafe name.withUnsafeMutableBufferPointer { unsafe if_indextoname(index, $0.baseAddress) != nil }
    guard found else { return nil }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// What an error message calls an interface: its name while it has one, else its index.
func interfaceLabel(_ index: UInt32) -> String { interfaceName(index) ?? "interface \(index)" }
